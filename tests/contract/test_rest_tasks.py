"""Tasks, blocks and what prepares for events, over REST."""

from __future__ import annotations

from typing import Any

import pytest

from rest_client import Api, Person


@pytest.fixture
def ana(quick_api: Api) -> Person:
    return quick_api.sign_up("Ana", zone="Europe/Berlin")


def made(person: Person, path: str, **body: Any) -> Any:
    answer = person.post(path, body)
    assert answer.status_code == 201, answer.text
    found = person.get(answer.headers["Location"].removeprefix("/api/v1"))
    assert (found.json(), found.headers["ETag"]) == (answer.json(), answer.headers["ETag"])
    return answer.json()


REPORT = {"title": "Report", "minutes": 120, "deadline": "2026-03-06"}
DEEP = {"title": "Deep work", "kind": "focus", "times_a_week": 2, "minutes": 90, "until": "12:00"}


class TestTasks:
    def test_one_is_made_planned_changed_and_done(self, ana: Person) -> None:
        task = made(ana, "/tasks", **REPORT, least_minutes=60, most_minutes=60)
        assert task["deadline"] == "2026-03-06T23:00:00Z"  # the end of that day
        path = f"/tasks/{task['id']}"
        preview = ana.post(f"{path}/plan", params={"preview": True}).json()
        assert (preview["change_set_id"], len(preview["operations"])) == (None, 2)
        planned = ana.post(f"{path}/plan").json()
        assert planned["task"]["planned_minutes"] == 120
        assert [piece["event_id"] for piece in planned["task"]["pieces"]] == [
            op["event_id"] for op in planned["operations"]
        ]
        changed = ana.patch(path, {"title": "Essay", "least_minutes": None, "most_minutes": None})
        assert {op["after"]["title"] for op in changed.json()["operations"]} == {"Essay"}
        assert ana.patch(path, {"minutes": 60}, headers={"If-Match": '"1"'}).status_code == 412
        piece = ana.get(path).json()["pieces"][0]["event_id"]
        ana.patch(f"/events/{piece}", {"completed": True})
        assert ana.get(path).json()["done_minutes"] == 60
        done = ana.put(f"{path}/state", {"state": "done"}).json()
        assert (done["task"]["state"], len(done["operations"])) == ("done", 1)
        assert ana.get("/tasks").json() == {"items": []}
        assert len(ana.get("/tasks", params={"state": ["open", "done"]}).json()["items"]) == 1
        assert ana.delete(path).status_code == 204
        assert ana.get(path).status_code == 404

    def test_all_are_planned_in_one_set_that_one_undo_takes_back(self, ana: Person) -> None:
        for title in ("One", "Two"):
            made(ana, "/tasks", **{**REPORT, "title": title})
        outcome = ana.post("/tasks/plan").json()
        assert [op["after"]["title"] for op in outcome["operations"]] == ["One", "Two"]
        assert ana.post(f"/change-sets/{outcome['change_set_id']}/undo").status_code == 200
        assert [task["pieces"] for task in ana.get("/tasks").json()["items"]] == [[], []]

    def test_a_removal_names_what_brings_its_events_back(self, ana: Person) -> None:
        task = made(ana, "/tasks", **REPORT)
        ana.post(f"/tasks/{task['id']}/plan")
        gone = ana.delete(f"/tasks/{task['id']}")
        assert ana.get(f"/change-sets/{gone.headers['Kalends-Change-Set']}").status_code == 200

    def test_what_does_not_fit_is_said(self, ana: Person) -> None:
        ana.post("/events", {"title": "Camp", "start": "2026-03-02T00:00", "duration": "P5D"})
        task = made(ana, "/tasks", **REPORT)
        (told,) = ana.post(f"/tasks/{task['id']}/plan").json()["unplaced"]
        assert (told["title"], told["minutes"]) == ("Report", 120)
        assert "Ana has Camp" in told["sentence"]

    @pytest.mark.parametrize(
        "body, field",
        [
            ({"minutes": 0}, "minutes"),
            ({"deadline": "soon"}, "deadline"),
            ({"deadline": "2026-03-01"}, "deadline"),
            ({"most_minutes": 60}, "least_minutes"),
            ({"colour": "red"}, "colour"),
        ],
    )
    def test_nonsense_is_refused_by_its_field(self, ana: Person, body: Any, field: str) -> None:
        answer = ana.post("/tasks", {**REPORT, **body})
        assert (answer.status_code, answer.json()["field"]) == (400, field)

    def test_others_may_not_know_of_it(self, quick_api: Api, ana: Person) -> None:
        bo = quick_api.joins(ana, "Bo")
        calendar = ana.get(f"/members/{ana.member_id}").json()["default_calendar_id"]
        ana.patch(f"/calendars/{calendar}", {"visibility": "private"})
        task = made(ana, "/tasks", **REPORT)
        assert bo.get(f"/tasks/{task['id']}").status_code == 404
        assert bo.post(f"/tasks/{task['id']}/plan").status_code == 404
        assert bo.post("/tasks", {**REPORT, "member_id": ana.member_id}).status_code == 403


class TestBlocks:
    def test_one_is_made_planned_changed_and_removed(self, ana: Person) -> None:
        block = made(ana, "/blocks", **DEEP)
        assert (block["days"], block["since"]) == (["mon", "tue", "wed", "thu", "fri"], "09:00")
        path = f"/blocks/{block['id']}"
        planned = ana.post(f"{path}/plan", params={"weeks": 2}).json()
        assert len(planned["block"]["pieces"]) == 4
        assert ana.post(f"{path}/plan", params={"weeks": 2}).json()["operations"] == []
        changed = ana.patch(path, {"times_a_week": 1})
        assert changed.json()["block"]["times_a_week"] == 1
        fewer = ana.post(f"{path}/plan", params={"weeks": 2}).json()
        assert [op["kind"] for op in fewer["operations"]] == ["deleted", "deleted"]
        assert len(ana.patch(path, {"active": False}).json()["operations"]) == 2
        assert ana.get("/blocks").json()["items"][0]["active"] is False
        assert ana.delete(path).status_code == 204

    @pytest.mark.parametrize(
        "body, field",
        [({"since": "25:00"}, "since"), ({"days": ["sun"]}, "times_a_week"), ({"until": "09:30"}, "until")],
    )
    def test_nonsense_is_refused_by_its_field(self, ana: Person, body: Any, field: str) -> None:
        answer = ana.post("/blocks", {**DEEP, **body})
        assert (answer.status_code, answer.json()["field"]) == (400, field)


class TestPreparation:
    def test_a_rule_is_made_changed_and_removed(self, ana: Person) -> None:
        names = {each["name"]: each["id"] for each in ana.get("/categories").json()["items"]}
        pair = {"category_id": names["Gym"], "makes_id": names["Social"]}
        rule = made(ana, "/preparation", **pair, minutes=30)
        path = f"/preparation/{rule['id']}"
        assert len(ana.get("/preparation").json()["items"]) == 2
        assert ana.patch(path, {"active": False}).json()["version"] == 2
        assert ana.patch(path, {"sessions": 99}).json()["field"] == "sessions"
        assert ana.delete(path, headers={"If-Match": '"1"'}).status_code == 412
        assert ana.delete(path).status_code == 204

    def test_an_exam_answers_with_itself_and_tells_of_its_sessions(self, ana: Person) -> None:
        names = {each["name"]: each["id"] for each in ana.get("/categories").json()["items"]}
        body = {"title": "Exam", "start": "2026-03-03T09:00", "category_id": names["Exam"]}
        outcome = ana.post("/events", body).json()
        assert outcome["event"]["title"] == "Exam"
        assert [op["after"]["title"] for op in outcome["operations"]] == ["Exam", "Study for Exam"]
        assert [each["minutes"] for each in outcome["unplaced"]] == [120]
        plain = ana.post("/events", {"title": "Talk", "start": "2026-03-20T09:00"}).json()["event"]
        changed = ana.patch(f"/events/{plain['id']}", {"category_id": names["Exam"]}).json()
        assert changed["event"]["id"] == plain["id"]
        assert len(changed["operations"]) == 4


def test_what_is_one_members_is_exported_and_goes_with_them(quick_api: Api, ana: Person) -> None:
    bo = quick_api.joins(ana, "Bo")
    calendars = ana.get("/calendars").json()["items"]
    family = next(each["id"] for each in calendars if each["kind"] == "family")
    task = made(bo, "/tasks", **REPORT, calendar_id=family)
    made(bo, "/blocks", **DEEP)
    bo.post(f"/tasks/{task['id']}/plan")
    export = bo.get(f"/members/{bo.member_id}/export").json()
    assert [each["title"] for each in (*export["tasks"], *export["blocks"])] == ["Report", "Deep work"]
    assert ana.delete(f"/members/{bo.member_id}").status_code == 204
    window = {"start": "2026-03-01", "end": "2026-03-10"}
    assert ana.get("/events", params=window).json()["items"] == []
    assert ana.get("/tasks").json() == {"items": []}
