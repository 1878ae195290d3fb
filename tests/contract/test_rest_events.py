"""Events over REST: made, read, changed and removed."""

from __future__ import annotations

from typing import Any

import pytest

from kalends.interfaces.rest.settings import RestSettings
from rest_client import Api, Person

BERLIN = "Europe/Berlin"
EXAM = {"title": "Exam", "start": "2026-03-10T09:00", "duration": "PT2H"}
CHOIR = {**EXAM, "title": "Choir", "start": "2026-03-04T18:00", "rules": ["FREQ=WEEKLY;COUNT=4"]}


def ana_of(api: Api) -> Person:
    return api.sign_up("Ana", zone="Europe/Berlin")


def made(person: Person, **fields: Any) -> dict[str, Any]:
    answer = person.post("/events", {**EXAM, **fields})
    assert answer.status_code == 201, answer.text
    event: dict[str, Any] = answer.json()["event"]
    return event


def seen(person: Person, start: str = "2026-03-01", end: str = "2026-05-01", **wanted: Any) -> list[Any]:
    answer = person.get("/events", params={"start": start, "end": end, **wanted})
    assert answer.status_code == 200, answer.text
    items: list[Any] = answer.json()["items"]
    return items


@pytest.mark.parametrize(
    ("given", "start", "end", "zone"),
    [
        (
            {"start": "2026-03-10T09:00"},
            "2026-03-10T09:00:00+01:00",
            "2026-03-10T10:00:00+01:00",
            "Europe/Berlin",
        ),
        (
            {"start": "2026-03-10T09:00Z"},
            "2026-03-10T10:00:00+01:00",
            "2026-03-10T11:00:00+01:00",
            "Europe/Berlin",
        ),
        (
            {"start": "2026-03-10T09:00", "zone": "Asia/Tokyo"},
            "2026-03-10T09:00:00+09:00",
            "2026-03-10T10:00:00+09:00",
            "Asia/Tokyo",
        ),
        (
            {"start": "2026-03-10T09:00+01:00[Asia/Tokyo]", "duration": "PT30M"},
            "2026-03-10T09:00:00+09:00",
            "2026-03-10T09:30:00+09:00",
            "Asia/Tokyo",
        ),
        ({"start": "2026-03-10", "end": "2026-03-12"}, "2026-03-10", "2026-03-12", None),
        ({"start": "2026-03-10"}, "2026-03-10", "2026-03-11", None),
        ({"start": "2026-03-10T09:00", "floating": True}, "2026-03-10T09:00:00", "2026-03-10T10:00:00", None),
        (
            {"start": "2026-03-10T09:00", "end": "2026-03-10T09:00"},
            "2026-03-10T09:00:00+01:00",
            "2026-03-10T09:00:00+01:00",
            BERLIN,
        ),
    ],
)
def test_times_are_read_in_the_zone_they_are_given_in_or_else_in_ones_own(
    quick_api: Api, given: dict[str, Any], start: str, end: str, zone: str | None
) -> None:
    ana = ana_of(quick_api)
    event = ana.post("/events", {"title": "X", **given}).json()["event"]
    assert (event["start"], event["end"], event["zone"]) == (start, end, zone)
    assert [(item["start"], item["end"]) for item in seen(ana)] == [(start, end)]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"title": "X"}, "start"),
        ({"start": "2026-03-10"}, "title"),
        ({**EXAM, "start": "tomorrow at 9"}, "start"),
        ({**EXAM, "start": "0001-01-01T00:00:00"}, "start"),
        ({**EXAM, "start": "9999-12-31"}, "start"),
        ({**EXAM, "end": "2026-03-10T08:00", "duration": None}, "end"),
        ({"title": "X", "start": "2026-03-10T09:00", "end": "2026-03-11"}, "end"),
        ({**EXAM, "end": "2026-03-10T11:00"}, "end"),
        ({**EXAM, "duration": "two hours"}, "duration"),
        ({**EXAM, "duration": "-PT1H"}, "duration"),
        ({**EXAM, "duration": "P99999999999D"}, "duration"),
        ({**EXAM, "zone": "Europe/Atlantis"}, "zone"),
        ({**EXAM, "floating": True, "zone": "Europe/Berlin"}, "zone"),
        ({**EXAM, "start": "2026-03-10T09:00Z", "floating": True}, "start"),
        ({**EXAM, "title": "a\u0000b"}, "title"),
        ({**EXAM, "title": None}, "title"),
        ({**EXAM, "status": None}, "status"),
        ({**EXAM, "priority": "utmost"}, "priority"),
        ({**EXAM, "colour": "red"}, "colour"),
        ({**EXAM, "url": "http://a\nATTENDEE:x"}, "url"),
        ({**EXAM, "category_id": "00000000-0000-7000-8000-000000000000"}, "category_id"),
        ({**EXAM, "participants": [{"member_id": "00000000-0000-7000-8000-000000000000"}]}, "participants"),
    ],
)
def test_what_is_no_event_is_refused_and_its_field_is_named(
    quick_api: Api, body: dict[str, Any], field: str
) -> None:
    answer = ana_of(quick_api).post("/events", body)
    assert answer.status_code == 400, answer.text
    assert answer.json()["field"] == field


@pytest.mark.parametrize(
    "rule", ["FREQ=WEEKLY;COUNT=3;UNTIL=20270101", "FREQ=SOMETIMES", "", "FREQ=DAILY\nX:y"]
)
def test_a_rule_that_is_none_is_refused(quick_api: Api, rule: str) -> None:
    answer = ana_of(quick_api).post("/events", {**EXAM, "rules": [rule]})
    assert answer.status_code == 400
    assert "rule" in answer.text.lower()


def test_an_event_is_read_back_as_it_was_made(api: Api) -> None:
    ana = ana_of(api)
    study = next(each for each in ana.get("/categories").json()["items"] if each["name"] == "Study")
    answer = ana.post(
        "/events",
        {
            **EXAM,
            "description": "Rooms 3 and 4",
            "location": "School",
            "url": "https://example.org/exam",
            "priority": "high",
            "flexibility": "fixed",
            "category_id": study["id"],
            "confidential": True,
            "participants": [{"member_id": ana.member_id, "required": False}],
        },
    )
    body = answer.json()
    event = body["event"]
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/api/v1/events/{event['id']}"
    assert answer.headers["ETag"] == '"1"'
    assert event["category"] == {"id": study["id"], "name": "Study", "level": 4, "color": None}
    assert (event["rank"], event["sight"], event["editable"]) == (4, "full", True)
    assert event["participants"] == [{"member_id": ana.member_id, "required": False, "response": "accepted"}]
    assert [each["kind"] for each in body["operations"]] == ["created"]
    read = ana.get(f"/events/{event['id']}")
    assert (read.json(), read.headers["ETag"]) == (event, '"1"')
    assert ana.get(f"/change-sets/{body['change_set_id']}").json()["operations"] == body["operations"]


def test_a_preview_says_what_would_happen_and_stores_nothing(api: Api) -> None:
    ana = ana_of(api)
    first = made(ana, title="Dentist")
    asked = {"preview": True}
    answers = [
        ana.post("/events", EXAM, params=asked),
        ana.post("/events/batch", {"events": [EXAM]}, params=asked),
        ana.patch(f"/events/{first['id']}", {"title": "Doctor"}, params=asked),
        ana.delete(f"/events/{first['id']}", params=asked),
    ]
    assert [answer.status_code for answer in answers] == [200] * 4
    assert all(answer.json()["change_set_id"] is None for answer in answers)
    assert answers[0].json()["conflicts"][0]["sentence"] == (
        "Dentist overlaps Exam by 120 minutes (09:00-11:00)"
    )
    assert [item["title"] for item in seen(ana)] == ["Dentist"]


def test_events_made_together_are_all_made_or_none(api: Api) -> None:
    ana = ana_of(api)
    refused = ana.post("/events/batch", {"events": [EXAM, {**EXAM, "uid": "a"}, {**EXAM, "uid": "a"}]})
    assert refused.status_code == 409
    assert seen(ana) == []
    answer = ana.post("/events/batch", {"events": [EXAM, {"title": "Party", "start": "2026-03-11"}]})
    assert answer.status_code == 201
    assert [event["title"] for event in answer.json()["events"]] == ["Exam", "Party"]
    assert len(seen(ana)) == 2


def test_one_occurrence_all_that_follow_or_all_are_changed(api: Api) -> None:
    ana = ana_of(api)
    event = ana.post("/events", CHOIR).json()["event"]
    second, third = "2026-03-11T18:00:00", "2026-03-18T18:00:00"

    single = ana.patch(f"/events/{event['id']}", {"title": "Concert"}, params={"occurrence": second})
    assert [part["title"] for part in single.json()["event"]["overrides"]] == ["Concert"]
    future = ana.patch(
        f"/events/{event['id']}",
        {"start": "2026-03-18T20:00"},
        params={"occurrence": third, "scope": "future"},
    )
    assert future.json()["event"]["start"] == "2026-03-18T20:00:00+01:00"
    assert {each["kind"] for each in future.json()["operations"]} == {"created", "updated"}
    ana.patch(f"/events/{event['id']}", {"location": "Church"})

    assert [(item["title"], item["start"][5:16], item["location"]) for item in seen(ana)] == [
        ("Choir", "03-04T18:00", "Church"),
        ("Concert", "03-11T18:00", None),
        ("Choir", "03-18T20:00", None),
        ("Choir", "03-25T20:00", None),
    ]


def test_null_clears_and_what_is_left_out_stays(api: Api) -> None:
    ana = ana_of(api)
    event = made(ana, location="School", priority="high", rules=["FREQ=DAILY;COUNT=2"])
    path = f"/events/{event['id']}"
    changed = ana.patch(path, {"location": None, "priority": None, "rules": None}).json()["event"]
    assert (changed["location"], changed["priority"], changed["rules"]) == (None, None, [])
    assert (changed["title"], changed["start"]) == (event["title"], event["start"])


def test_a_changed_time_keeps_the_zone_of_the_event_unless_asked_otherwise(api: Api) -> None:
    ana = ana_of(api)
    event = made(ana, zone="Asia/Tokyo")
    path = f"/events/{event['id']}"
    moved = ana.patch(path, {"start": "2026-03-10T12:00"}).json()["event"]
    assert (moved["start"], moved["zone"]) == ("2026-03-10T20:00:00+09:00", "Asia/Tokyo")
    taken_along = ana.patch(path, {"zone": "Europe/Berlin"}).json()["event"]
    assert (taken_along["start"], taken_along["zone"]) == ("2026-03-10T20:00:00+01:00", "Europe/Berlin")


def test_a_lost_race_answers_412_with_the_version_that_won(api: Api) -> None:
    ana = ana_of(api)
    path = f"/events/{made(ana)['id']}"
    won = ana.patch(path, {"title": "First"}, headers={"If-Match": '"1"'})
    lost = ana.patch(path, {"title": "Second"}, headers={"If-Match": '"1"'})
    assert (won.status_code, won.headers["ETag"]) == (200, '"2"')
    assert (lost.status_code, lost.json()["code"], lost.json()["version"]) == (412, "stale_version", 2)
    assert ana.delete(path, headers={"If-Match": '"1"'}).status_code == 412
    assert ana.get(path).json()["title"] == "First"


def test_a_deleted_event_is_gone_and_its_change_set_brings_it_back(api: Api) -> None:
    ana = ana_of(api)
    event = made(ana)
    answer = ana.delete(f"/events/{event['id']}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert ana.get(f"/events/{event['id']}").status_code == 404
    assert seen(ana) == []
    undone = ana.post(f"/change-sets/{answer.headers['Kalends-Change-Set']}/undo")
    assert undone.status_code == 200
    assert [item["title"] for item in seen(ana)] == ["Exam"]


def test_what_stands_in_the_way_is_moved_and_told(api: Api) -> None:
    ana = ana_of(api)
    gaming = next(each for each in ana.get("/categories").json()["items"] if each["name"] == "Gaming")
    game = made(ana, title="Game", category_id=gaming["id"], flexibility="flexible")
    body = ana.post("/events", {**EXAM, "priority": "high"}).json()
    assert [each["event_id"] for each in body["moved"]] == [game["id"]]
    assert body["moved"][0]["before"]["start"] != body["moved"][0]["after"]["start"]
    assert body["conflicts"] == []


def test_a_range_must_end_after_it_starts_and_hold_no_more_than_it_can_answer(quick_api: Api) -> None:
    ana = ana_of(quick_api)
    turned = ana.get("/events", params={"start": "2026-03-02", "end": "2026-03-01"})
    assert (turned.status_code, turned.json()["field"]) == (400, "end")
    made(ana, duration="PT1M", rules=["FREQ=MINUTELY;COUNT=20000"])
    dense = ana.get("/events", params={"start": "2026-03-01", "end": "2026-04-01"})
    assert (dense.status_code, dense.json()["code"], dense.json()["limit"]) == (413, "too_large", 10_000)
    quick_api.client.app.state.settings = RestSettings(max_occurrences=30_000)  # type: ignore[attr-defined]
    assert ana.get("/events", params={"start": "2026-03-01", "end": "2026-04-01"}).status_code == 200


def test_others_see_of_a_private_calendar_that_somebody_is_busy_and_nothing_else(api: Api) -> None:
    ana = ana_of(api)
    bo = api.joins(ana, "Bo")
    calendar = ana.post("/calendars", {"name": "Diary", "visibility": "private"}).json()
    event = made(ana, title="Therapy", location="Dr. X", calendar_id=calendar["id"])
    (item,) = seen(bo)
    assert (item["title"], item["sight"], item["start"]) == ("Busy", "busy", event["start"])
    told = bo.get(f"/events/{event['id']}").text + str(item) + bo.get(f"/events/{event['id']}/ics").text
    assert "Therapy" not in told
    assert "Dr. X" not in told
    assert seen(bo, q="therapy") == []
    assert bo.patch(f"/events/{event['id']}", {"title": "X"}).status_code == 403
    assert bo.get(f"/events/{event['id']}/participants").json() == {"items": []}


def test_an_event_of_another_household_is_not_found(api: Api) -> None:
    event = made(ana_of(api))
    stranger = api.sign_up("Eve")
    path = f"/events/{event['id']}"
    asked = [stranger.get(path), stranger.patch(path, {"title": "X"}), stranger.delete(path)]
    assert [answer.status_code for answer in asked] == [404] * 3


def test_participants_come_go_and_answer_for_themselves(api: Api) -> None:
    ana = ana_of(api)
    bo = api.joins(ana, "Bo")
    path = f"/events/{made(ana)['id']}"
    put = ana.put(f"{path}/participants/{bo.member_id}", {"required": False, "response": "needs_action"})
    assert put.status_code == 200, put.text
    assert bo.put(f"{path}/response", {"response": "declined"}).status_code == 200
    assert ana.get(f"{path}/participants").json()["items"] == [
        {"member_id": bo.member_id, "required": False, "response": "declined"}
    ]
    assert ana.put(f"{path}/response", {"response": "accepted"}).status_code == 403
    assert ana.delete(f"{path}/participants/{bo.member_id}").json()["event"]["participants"] == []
    assert ana.delete(f"{path}/participants/{bo.member_id}").status_code == 404


def test_an_event_comes_as_a_file(api: Api) -> None:
    ana = ana_of(api)
    answer = ana.get(f"/events/{made(ana)['id']}/ics")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert b"SUMMARY:Exam\r\n" in answer.content
