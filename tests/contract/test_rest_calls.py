"""Calls over REST: made, listed, changed, stopped, many at once, and whose they are."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from kalends.features.calls.models import AttemptState, Outcome
from kalends.features.calls.ports import Report
from rest_client import Api, Caller, Person, open_api
from telephones import Operator
from workspaces import at

CALL = {
    "phone": "+49 30 901820",
    "start": "2026-03-03T10:00",
    "title": "Call the dentist",
    "script": "Good morning.",
}
HEAD = "phone,start,title,script,metadata.case\n"


class Line:
    """The app, the operator behind it, and Ana who owns her workspace."""

    def __init__(self, operator: Operator, api: Api) -> None:
        self.operator, self.api = operator, api
        self.ana = api.sign_up("Ana", zone="Europe/Berlin")

    def made(self, person: Caller | None = None, **wanted: Any) -> Any:
        answer = (person or self.ana).post("/calls", {**CALL, **wanted})
        assert answer.status_code == 201, answer.text
        return answer.json()["call"]

    def comes(self, moment: str) -> None:
        self.operator.clock.instant = at(moment)
        self.operator.work()
        self.ana = self.api.sign_in(self.ana.username)  # a token does not last for so long

    def batch(self, answer: Any) -> Any:
        """Do a batch, and give what became of it."""
        assert answer.status_code == 202, answer.text
        assert answer.json()["ended_at"] is None
        self.operator.work()
        return self.ana.get(f"/calls/batches/{answer.json()['id']}").json()

    def uploaded(self, text: str | bytes, **asked: str) -> Any:
        content = text.encode() if isinstance(text, str) else text
        return self.ana.request(
            "POST", "/calls/batches", content=content, params=asked, headers={"Content-Type": "text/csv"}
        )

    def key(self, **wanted: Any) -> Caller:
        body = {"name": "Agent", "scopes": ["read", "write", "admin"], **wanted}
        return self.api.bearing(self.ana.post("/api-keys", body).json()["token"])


@pytest.fixture
def line(quick_operator: Operator) -> Iterator[Line]:
    opened = open_api(quick_operator.home)
    with opened.client:
        yield Line(quick_operator, opened)


class TestOne:
    def test_it_is_made_read_changed_and_removed(self, line: Line) -> None:
        preview = line.ana.post("/calls", CALL, params={"preview": True})
        assert (preview.status_code, preview.json()["call"]) == (200, None)
        answer = line.ana.post("/calls", {**CALL, "metadata": {"case": 7}, "repeat": "weekdays", "count": 3})
        call, path = answer.json()["call"], answer.headers["Location"].removeprefix("/api/v1")
        assert (call["phone"], call["phone_masked"]) == ("+4930901820", "+49 ••• ••20")
        assert call["rules"] == ["FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;COUNT=3"]
        assert (call["metadata"], call["callee_zone"]) == ({"case": 7}, "Europe/Berlin")
        assert [time[8:10] for time in call["coming"]] == ["03", "04", "05"]
        changed = line.ana.patch(
            path, {"start": "2026-03-04T11:00", "notes": "Ask for Eva."}, headers={"If-Match": '"1"'}
        ).json()
        assert (changed["call"]["due_at"], changed["call"]["notes"]) == (
            "2026-03-04T10:00:00Z",
            "Ask for Eva.",
        )
        assert line.ana.patch(path, {"notes": "x"}, headers={"If-Match": '"1"'}).status_code == 412
        assert line.ana.patch(path, {"zone": "America/New_York"}).json()["call"]["zone"] == "America/New_York"
        assert line.ana.get(f"/events/{call['event_id']}").json()["start"] == "2026-03-04T11:00:00-05:00"
        once = line.ana.patch(path, {"repeat": None, "twiml_url": "https://a.example/x"}).json()["call"]
        assert (once["rules"], once["content"], once["content_text"]) == (
            [],
            "twiml_url",
            "https://a.example/x",
        )
        gone = line.ana.delete(path)
        assert (gone.status_code, line.ana.get(path).status_code) == (204, 404)
        assert line.ana.get("/calls").json()["items"] == []
        undone = line.ana.post(f"/change-sets/{gone.headers['Kalends-Change-Set']}/undo")
        assert (undone.status_code, line.ana.get(path).json()["state"]) == (200, "scheduled")

    def test_what_is_sent_again_with_its_key_is_answered_as_it_was(self, line: Line) -> None:
        made = line.made()
        wanted: list[tuple[str, str, Any]] = [
            ("POST", "/calls", CALL),
            ("PATCH", f"/calls/{made['id']}", {"phone": "+49 30 901821"}),
            ("POST", f"/calls/{made['id']}/pause", None),
            ("POST", "/calls/batches", {"rows": [CALL, {**CALL, "phone": "abc"}]}),
            ("POST", "/do-not-call", {"phone": "+49 30 901822"}),
        ]
        for number, (method, path, body) in enumerate(wanted):
            headers = {"Idempotency-Key": str(number)}
            first, again = (line.ana.request(method, path, json=body, headers=headers) for _ in range(2))
            assert first.is_success
            assert (again.status_code, again.json()) == (first.status_code, first.json())
            assert again.headers["Idempotency-Replayed"] == "true"
        line.operator.work()
        assert len(line.ana.get("/calls").json()["items"]) == 3

    def test_it_is_paused_resumed_had_now_and_cancelled(self, line: Line) -> None:
        path = f"/calls/{line.made()['id']}"
        assert line.ana.post(f"{path}/pause").json()["state"] == "paused"
        again = line.ana.post(f"{path}/pause")
        assert (again.status_code, again.json()["code"]) == (409, "call_state")
        assert line.ana.post(f"{path}/resume").json()["state"] == "scheduled"
        assert line.ana.post(f"{path}/call-now").json()["history"][-1]["reason"] == "hastened"
        line.operator.work()
        assert line.ana.get(path).json()["state"] == "running"
        cancelled = line.ana.post(f"{path}/cancel").json()
        assert [step["after"] for step in cancelled["history"]][-2:] == ["running", "cancelled"]

    @pytest.mark.parametrize(
        "wanted, field",
        [
            ({"phone": "abc"}, "phone"),
            ({"start": "2026-03-01T10:00"}, "start"),
            ({"start": "2026-03-03"}, "start"),
            ({"start": "soon"}, "start"),
            ({"zone": "Mars/Base"}, "zone"),
            ({"zone": ""}, "zone"),
            ({"callee_zone": ""}, "callee_zone"),
            ({"agent_instance": ""}, "agent_instance"),
            ({"script": None}, "script"),
            ({"script": "  "}, "script"),
            ({"twiml_url": "https://a.example/"}, "twiml_url"),
            ({"script": None, "twiml_url": "http://a.example/"}, "twiml_url"),
            ({"script": None, "twiml_url": "https://a.example:phone/"}, "twiml_url"),
            ({"script": None, "twiml_url": "https://a.example/\u200b"}, "twiml_url"),
            ({"script": None, "agent_url": "https://a.example/"}, "agent_url"),
            ({"script": None, "agent_url": "ws://a.example/"}, "agent_url"),
            ({"script": None, "agent_url": f"wss://a.example/?{'a&' * 900}"}, "agent_url"),
            ({"script": "a" * 3001}, "script"),
            ({"script": "'" * 501}, "script"),
            ({"duration_minutes": 0}, "duration_minutes"),
            ({"repeat": "sometimes"}, "repeat"),
            ({"repeat": "FREQ=SECONDLY"}, "repeat"),
            ({"repeat": "FREQ=DAILY;INTERVAL=0"}, "repeat"),
            ({"repeat": "daily", "until": "2026-03-01"}, "until"),
            ({"repeat": "daily", "until": "2026-04-01", "count": 2}, "count"),
            ({"until": "2026-04-01"}, "until"),
            ({"repeat": "weekdays", "start": "2026-03-07T10:00"}, "start"),
            ({"metadata": {"a": "\x00"}}, "metadata"),
            ({"member_id": "019caf68-0000-7000-8000-000000000000"}, "member_id"),
            ({"nonsense": 1}, "nonsense"),
        ],
    )
    def test_what_cannot_be_is_refused_by_its_field(
        self, line: Line, wanted: dict[str, Any], field: str
    ) -> None:
        answer = line.ana.post("/calls", {**CALL, **wanted})
        assert (answer.status_code, answer.json()["field"]) == (400, field), answer.text

    @pytest.mark.parametrize(
        "said, field",
        [
            ({"script": "&" * 601}, "script"),
            ({"twiml_url": "http://a.example/"}, "twiml_url"),
            ({"agent_url": "ws://a.example/"}, "agent_url"),
        ],
    )
    def test_what_no_telephone_service_takes_is_refused_before_it_is_dialled(
        self, line: Line, said: dict[str, str], field: str
    ) -> None:
        path = f"/calls/{line.made()['id']}"
        answer = line.ana.patch(path, said)
        assert (answer.status_code, answer.json()["field"]) == (400, field), answer.text
        assert line.ana.patch(path, {"script": "&" * 600}).status_code == 200

    def test_what_is_refused_is_said_in_german(self, line: Line) -> None:
        line.ana.patch(f"/members/{line.ana.member_id}/preferences", {"language": "de"})
        answer = line.ana.post("/calls", {**CALL, "phone": "abc"})
        assert answer.json()["issue"] == "Das ist keine Telefonnummer."


class TestMany:
    def test_a_file_schedules_its_good_rows_and_tells_of_the_bad_ones(self, line: Line) -> None:
        text = HEAD + "".join(
            f"+4930901{820 + n},2026-03-03T10:{n % 60:02},Call {n},Hello,{n}\n" for n in range(120)
        )
        text += "nonsense,2026-03-03T10:00,Bad,Hello,\n+4930901820,2026-03-01T10:00,Past,Hello,\n"
        done = line.batch(line.uploaded("\ufeff" + text))
        assert (done["total"], done["done"], done["failed"]) == (122, 122, 2)
        assert [(error["row"], error["field"]) for error in done["errors"]] == [
            (121, "phone"),
            (122, "start"),
        ]
        assert done["ended_at"] is not None
        seen, cursor = 0, None
        while True:
            page = line.ana.get(
                "/calls", params={"limit": 100, **({"cursor": cursor} if cursor else {})}
            ).json()
            seen, cursor = seen + len(page["items"]), page["next"]
            if cursor is None:
                break
        assert seen == 120
        assert page["items"][-1]["metadata"] == {"case": "0"}
        assert line.ana.get("/calls/batches").json()["items"][0]["id"] == done["id"]

    def test_calls_are_paused_and_cancelled_by_id_and_by_filter(self, line: Line) -> None:
        ids = [line.made(call_type=kind)["id"] for kind in ("survey", "survey", "other")]
        paused = line.batch(line.ana.post("/calls/batches", {"action": "pause", "ids": [*ids[:1], ids[0]]}))
        assert (paused["done"], paused["failed"], paused["errors"][0]["code"]) == (2, 1, "call_state")
        wanted = {"action": "cancel", "filter": {"call_type": "survey"}}
        assert line.batch(line.ana.post("/calls/batches", wanted))["failed"] == 0
        states = {call["id"]: call["state"] for call in line.ana.get("/calls").json()["items"]}
        assert [states[id] for id in ids] == ["cancelled", "cancelled", "scheduled"]

    def test_calls_are_paused_and_cancelled_by_a_file(self, line: Line) -> None:
        first, second = (line.made()["id"] for _ in range(2))
        paused = line.batch(line.uploaded(f"id;title\n{first};a\nnone;b\n", action="pause"))
        assert (paused["done"], paused["failed"], paused["errors"][0]["row"]) == (2, 1, 2)
        cancelled = line.batch(line.uploaded(f"id,call_id\nx,{first}\n,{second}\ny\n", action="cancel"))
        assert [(error["row"], error["field"]) for error in cancelled["errors"]] == [(3, "id")]
        states = [line.ana.get(f"/calls/{id}").json()["state"] for id in (first, second)]
        assert states == ["cancelled", "cancelled"]

    def test_what_is_to_be_done_is_said_once(self, line: Line) -> None:
        body = {"rows": [CALL]}
        refused = line.ana.request("POST", "/calls/batches", json=body, params={"action": "pause"})
        assert (refused.status_code, refused.json()["field"]) == (400, "action")
        lacking = line.uploaded("phone,start\n1,2\n", action="pause")
        assert (lacking.status_code, lacking.json()["field"]) == (400, "call_id")

    @pytest.mark.parametrize(
        "content, field",
        [
            (b"", "body"),
            (b"phone,start\n\xff\xfe,2026\n", "body"),
            (b"phone,start\n+49\x00,2026\n", "body"),
            (b"phone,start,shoe\n", "shoe"),
            (b"phone,phone,start\n", "body"),
            (b"phone,title\n", "start"),
            (b'phone,start\n"+49,2026\n', "body"),
            (b"phone,start\n", "rows"),
        ],
    )
    def test_a_file_that_is_none_is_refused_whole(self, line: Line, content: bytes, field: str) -> None:
        answer = line.uploaded(content)
        assert (answer.status_code, answer.json()["field"]) == (400, field), answer.text

    @pytest.mark.parametrize(
        "body, field",
        [
            ({"action": "create"}, "rows"),
            ({"action": "pause"}, "ids"),
            ({"action": "pause", "ids": [], "filter": {}}, "ids"),
            ({"action": "dance"}, "action"),
            ([], "body"),
        ],
    )
    def test_a_batch_that_asks_for_nothing_is_refused(self, line: Line, body: Any, field: str) -> None:
        answer = line.ana.post("/calls/batches", body)
        assert (answer.status_code, answer.json()["field"]) == (400, field), answer.text

    def test_too_much_is_refused(self, line: Line) -> None:
        assert line.uploaded(b"x" * 5_000_001).status_code == 413
        assert line.uploaded("phone,start\n" + "1,2\n" * 10_001).status_code == 413
        wrong = line.ana.request(
            "POST", "/calls/batches", content=b"x", headers={"Content-Type": "text/html"}
        )
        assert wrong.status_code == 415

    def test_whoever_goes_on_after_a_crash_makes_no_row_twice(
        self, line: Line, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        text = HEAD + "".join(f"+4930901820,2026-03-03T10:00,Call {n},Hello,\n" for n in range(150))
        answer = line.uploaded(text)
        carry_out = line.operator.services.scheduling.carry_out
        chunks: list[int] = []

        def dies(*args: Any, **kwargs: Any) -> Any:
            result = carry_out(*args, **kwargs)
            chunks.append(1)
            if len(chunks) == 1:
                raise OSError("the power went")
            return result

        monkeypatch.setattr(line.operator.services.scheduling, "carry_out", dies)
        line.operator.work()
        assert line.ana.get(f"/calls/batches/{answer.json()['id']}").json()["done"] == 100
        line.operator.wait(seconds=5)
        line.operator.work()
        done = line.ana.get(f"/calls/batches/{answer.json()['id']}").json()
        assert (done["done"], done["failed"], len(chunks)) == (150, 0, 2)

    def test_a_row_that_is_there_twice_is_called_once(self, line: Line) -> None:
        rows = "".join(f"+49 30 90182{number % 5},2026-03-03T1{number % 5}:00,A,Hi,\n" for number in range(7))
        done = line.batch(line.uploaded(HEAD + rows))
        assert (done["total"], done["done"], done["failed"]) == (7, 7, 2)
        assert [(each["row"], each["code"]) for each in done["errors"]] == [
            (6, "row_repeated"),
            (7, "row_repeated"),
        ]
        assert done["errors"][0]["issue"] == "Row 1 says the same, and nobody is called twice by mistake."
        assert len(line.ana.get("/calls").json()["items"]) == 5


class TestWhose:
    def test_members_see_their_own_and_owners_all(self, line: Line) -> None:
        bo = line.api.joins(line.ana, "Bo", permission="editor")
        of_ana, of_bo = line.made()["id"], line.made(bo)["id"]
        assert [call["id"] for call in bo.get("/calls").json()["items"]] == [of_bo]
        assert bo.get(f"/calls/{of_ana}").status_code == 404
        assert bo.post(f"/calls/{of_ana}/cancel").status_code == 404
        assert len(line.ana.get("/calls").json()["items"]) == 2
        assert len(line.ana.get("/calls", params={"member_id": bo.member_id}).json()["items"]) == 1
        assert bo.post("/calls", {**CALL, "member_id": line.ana.member_id}).status_code == 403

    def test_an_owner_ends_calls_on_calendars_that_are_not_hers(self, line: Line) -> None:
        bo = line.api.joins(line.ana, "Bo", permission="editor")
        (calendar,) = [
            each for each in bo.get("/calendars").json()["items"] if each["owner_member_id"] == bo.member_id
        ]
        assert bo.patch(f"/calendars/{calendar['id']}", {"visibility": "private"}).status_code == 200
        one, other, third = (line.made(bo, title=title) for title in ("One", "Other", "Third"))
        path = f"/calls/{one['id']}"
        assert line.ana.post(f"{path}/pause").json()["state"] == "paused"
        assert line.ana.post(f"{path}/resume").json()["state"] == "scheduled"
        assert line.ana.post(f"{path}/cancel").json()["state"] == "cancelled"
        cancel = {"action": "cancel", "ids": [other["id"]]}
        assert line.batch(line.ana.post("/calls/batches", cancel))["errors"] == []
        assert bo.get(f"/calls/{other['id']}").json()["state"] == "cancelled"
        shown = [bo.get(f"/events/{call['event_id']}").json()["status"] for call in (one, other, third)]
        assert shown == ["cancelled", "cancelled", "confirmed"]
        # Who may not write the calendar moves nothing there, and sees no more of it than before.
        assert line.ana.patch(f"/calls/{third['id']}", {"start": "2026-03-04T10:00"}).status_code == 403
        assert line.ana.patch(f"/events/{third['event_id']}", {"title": "Mine"}).status_code == 403
        hastened = line.ana.post(f"/calls/{third['id']}/call-now").json()
        assert hastened["due_at"] == hastened["starts_at"] == third["starts_at"]
        line.operator.work()
        assert len(line.operator.exchange.lines) == 1

    def test_a_viewer_sees_no_number_and_makes_no_call(self, line: Line) -> None:
        call = line.made()
        reader = line.key(scopes=["read"])
        assert reader.get(f"/calls/{call['id']}").json()["phone"] is None
        assert reader.post("/calls", CALL).status_code == 403

    def test_an_agent_sees_and_makes_its_own_alone(self, line: Line) -> None:
        one, two = line.key(agent_instance="one"), line.key(agent_instance="two")
        of_one = line.made(one)
        assert of_one["agent_instance"] == "one"
        line.made()
        assert [call["id"] for call in one.get("/calls").json()["items"]] == [of_one["id"]]
        assert two.get("/calls").json()["items"] == []
        assert two.get(f"/calls/{of_one['id']}").status_code == 404
        assert two.post("/calls", {**CALL, "agent_instance": "one"}).json()["field"] == "agent_instance"
        held = two.delete(f"/events/{of_one['event_id']}")
        assert (held.status_code, held.json()["reason"]) == (409, "call_of_another")
        assert two.post("/api-keys", {"name": "All", "scopes": ["read"]}).status_code == 403
        assert len(line.ana.get("/calls", params={"agent_instance": "one"}).json()["items"]) == 1


class TestWhatWasTried:
    def test_the_log_is_listed_noted_and_given_as_a_file(self, line: Line) -> None:
        call = line.made(title="=cmd|' /C calc'!A0")
        line.comes("2026-03-03 10:00")
        line.operator.ends(Outcome.BUSY)
        (attempt,) = line.ana.get("/call-attempts", params={"outcome": "busy"}).json()["items"]
        assert (attempt["call_id"], attempt["number"], attempt["state"]) == (call["id"], 1, "ended")
        assert line.ana.get("/call-attempts", params={"under_way": True}).json()["items"] == []
        noted = line.ana.patch(f"/call-attempts/{attempt['id']}", {"notes": "@home"}).json()
        assert noted["notes"] == "@home"
        answer = line.ana.get("/call-attempts.csv")
        (row,) = csv.DictReader(io.StringIO(answer.text))
        assert (row["title"], row["notes"]) == ("'=cmd|' /C calc'!A0", "'@home")
        assert "901820" not in answer.text
        assert line.ana.get("/call-attempts", params={"phone": "+4930901821"}).json()["items"] == []

    def test_figures_are_by_the_asker_s_clock(self, line: Line) -> None:
        for hour, outcome in ((10, Outcome.COMPLETED), (11, Outcome.NO_ANSWER), (11, Outcome.COMPLETED)):
            line.made(start=f"2026-03-03T{hour}:00", retries={"no_answer": {"times": 0, "minutes": 1}})
            line.comes(f"2026-03-03 {hour}:00")
            line.operator.ends(outcome, duration_seconds=30 if outcome is Outcome.COMPLETED else None)
        range_ = {"from": "2026-03-03T00:00:00+01:00", "to": "2026-03-05T00:00:00+01:00"}
        found = line.ana.get("/calls/statistics", params=range_).json()
        assert {
            name: found[name] for name in ("total", "completed", "failed", "pending", "success_rate")
        } == {
            "total": 3,
            "completed": 2,
            "failed": 1,
            "pending": 0,
            "success_rate": 66.67,
        }
        assert (found["total_seconds"], found["average_seconds"]) == (60, 30.0)
        assert [(day["day"], day["total"]) for day in found["by_day"]] == [
            ("2026-03-03", 3),
            ("2026-03-04", 0),
        ]
        assert [hour["total"] for hour in found["by_hour"]][9:13] == [0, 1, 2, 0]
        assert found["by_outcome"] == {"completed": 2, "no_answer": 1}

    def test_a_call_is_counted_once_however_often_it_was_tried(self, line: Line) -> None:
        def figures(**wanted: str) -> list[int]:
            range_ = {"from": "2026-03-03T00:00:00+01:00", "to": "2026-03-04T00:00:00+01:00", **wanted}
            found = line.ana.get("/calls/statistics", params=range_).json()
            assert sum(found["by_outcome"].values()) == found["completed"] + found["failed"]
            names = ("total", "completed", "failed", "pending", "attempts")
            for part in (found["by_day"], found["by_hour"]):
                assert [sum(each[name] for each in part) for name in names] == [found[name] for name in names]
            return [found[name] for name in names]

        line.ana.post("/do-not-call", {"phone": "+49 30 901822"})
        line.made(phone="+49 30 901822", repeat="daily")
        line.made(repeat="daily")
        line.made(start="2026-03-03T15:00")
        assert figures() == [0, 0, 0, 0, 0]
        line.comes("2026-03-03 10:00")
        assert figures() == [2, 0, 1, 1, 1]
        line.operator.ends(Outcome.BUSY)
        assert figures() == [2, 0, 1, 1, 1]  # it is to be tried again
        line.comes("2026-03-03 10:05")
        line.operator.ends(Outcome.COMPLETED, duration_seconds=20)
        assert figures() == [2, 1, 1, 0, 2]
        line.comes("2026-03-03 15:00")
        line.operator.ends(Outcome.NO_ANSWER)
        call = line.ana.get("/calls", params={"from": "2026-03-03T15:00:00+01:00"}).json()["items"][0]
        line.ana.post(f"/calls/{call['id']}/cancel")
        assert figures() == [3, 1, 2, 0, 3]
        assert figures(agent_instance="other") == [0, 0, 0, 0, 0]
        line.api.services.calls.unknown(
            UUID(line.ana.workspace_id), Report(provider_id="CA9", state=AttemptState.RINGING)
        )
        assert figures() == [4, 1, 2, 1, 4]

    def test_what_waits_for_the_end_of_quiet_hours_is_pending(self, line: Line) -> None:
        line.made(start="2026-03-03T23:00")
        line.comes("2026-03-03 23:30")
        range_ = {"from": "2026-03-03T00:00:00+01:00", "to": "2026-03-04T00:00:00+01:00"}
        found = line.ana.get("/calls/statistics", params=range_).json()
        assert (found["pending"], found["attempts"], found["by_hour"][23]["total"]) == (1, 0, 1)

    @pytest.mark.parametrize("year", ["0001", "9999"])
    def test_figures_of_no_time_are_refused(self, line: Line, year: str) -> None:
        range_ = {"from": f"{year}-01-01T00:00:00+14:00", "to": f"{year}-12-01T00:00:00-12:00"}
        refused = line.ana.get("/calls/statistics", params=range_)
        assert (refused.status_code, refused.json()["field"]) == (400, "from")

    def test_a_file_of_what_cannot_be_is_refused_before_it_begins(self, line: Line) -> None:
        refused = line.ana.get("/call-attempts.csv", params={"agent_instance": "a\0"})
        assert (refused.status_code, refused.json()["field"]) == (400, "agent_instance")

    def test_numbers_come_on_the_list_and_off_it(self, line: Line) -> None:
        added = line.ana.post("/do-not-call", {"phone": "+49 30 901820", "reason": "Asked us."}).json()
        assert added["phone_masked"] == "+49 ••• ••20"
        assert line.ana.post("/do-not-call", {"phone": "+4930901820"}).json()["id"] == added["id"]
        assert len(line.ana.get("/do-not-call").json()["items"]) == 1
        assert line.ana.delete(f"/do-not-call/{added['id']}").status_code == 204
        assert line.ana.delete(f"/do-not-call/{added['id']}").status_code == 404

    def test_active_ones_come_soonest_first(self, line: Line) -> None:
        later, sooner = line.made(start="2026-03-04T10:00"), line.made()
        first = line.ana.get("/calls/active", params={"limit": 1}).json()
        assert [call["id"] for call in first["items"]] == [sooner["id"]]
        rest = line.ana.get("/calls/active", params={"cursor": first["next"]}).json()
        assert [call["id"] for call in rest["items"]] == [later["id"]]

    def test_what_a_member_has_with_calls_is_given_out_and_erased(self, line: Line) -> None:
        bo: Person = line.api.joins(line.ana, "Bo", permission="editor")
        line.made(bo)
        exported = bo.get(f"/members/{bo.member_id}/export").json()
        assert [call["phone"] for call in exported["calls"]] == ["+4930901820"]
        assert line.ana.delete(f"/members/{bo.member_id}").status_code == 204
        assert line.ana.get("/calls").json()["items"] == []
        line.comes("2026-03-03 10:00")
        assert line.operator.exchange.lines == []
