"""What was done, in words: who did what, why, and no more than its reader may know."""

from __future__ import annotations

from typing import Any

import pytest

from rest_client import Api, Person

# It is Monday, the 2nd of March.
GYM = {"title": "Gym", "start": "2026-03-03T17:00", "duration": "PT1H"}
ICS = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n{events}END:VCALENDAR\r\n"
ENTRY = (
    "BEGIN:VEVENT\r\nUID:{n}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:202603{n:02}T090000Z\r\n"
    "DTEND:202603{n:02}T093000Z\r\nSUMMARY:Lesson {n}\r\nEND:VEVENT\r\n"
)


@pytest.fixture
def ana(quick_api: Api) -> Person:
    return quick_api.sign_up("Ana", zone="Europe/Berlin")


def history(who: Person, **params: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = who.get("/change-sets", params=params).json()["items"]
    return items


def sentences(who: Person, **params: Any) -> list[str]:
    """What was done, the oldest first."""
    return [each["sentence"] for each in reversed(history(who, **params))]


def made(who: Person, **fields: Any) -> str:
    answer = who.post("/events", {**GYM, **fields})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["event"]["id"])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"start": "2026-03-04T18:30"}, "Ana moved Gym to Wed 18:30"),
        ({"start": "2026-03-09T18:30"}, "Ana moved Gym to Mon 2026-03-09 18:30"),
        ({"start": "2026-03-01T18:30"}, "Ana moved Gym to Sun 2026-03-01 18:30"),
        ({"start": "2026-03-04", "duration": "P1D"}, "Ana moved Gym to Wed"),
        ({"start": "2026-03-03T18:00", "zone": "Europe/Lisbon"}, "Ana moved Gym to Tue 19:00"),
        ({"duration": "PT90M"}, "Ana changed Gym to Tue 17:00-18:30"),
        ({"title": "Yoga"}, "Ana renamed Gym to Yoga"),
        ({"title": "Yoga", "start": "2026-03-04T18:30"}, "Ana moved Yoga to Wed 18:30"),
        ({"location": "Hall"}, "Ana changed Gym"),
        ({"status": "cancelled"}, "Ana cancelled Gym"),
    ],
)
def test_an_edit_is_told_by_what_changed(ana: Person, change: dict[str, Any], said: str) -> None:
    event = made(ana)
    assert ana.patch(f"/events/{event}", change).status_code == 200
    assert sentences(ana) == ["Ana added Gym (Tue 17:00)", said]


def test_removing_undoing_and_restoring_are_told(ana: Person) -> None:
    event = made(ana)
    ana.delete(f"/events/{event}")
    for _ in range(3):
        ana.post(f"/change-sets/{history(ana)[0]['id']}/undo")
    assert sentences(ana)[1:] == [
        "Ana removed Gym (Tue 17:00)",
        'Ana undid "Ana removed Gym (Tue 17:00)"',
        'Ana restored "Ana removed Gym (Tue 17:00)"',
        'Ana undid "Ana removed Gym (Tue 17:00)"',
    ]


@pytest.mark.parametrize(
    ("titles", "said"),
    [
        (["Gym", "Choir"], "Ana added Gym and Choir"),
        (["Gym", "Choir", "Chess", "Swim"], "Ana added 4 events"),
    ],
)
def test_several_at_once_are_named_or_counted(ana: Person, titles: list[str], said: str) -> None:
    events = [{**GYM, "title": title, "start": f"2026-03-0{n + 3}T17:00"} for n, title in enumerate(titles)]
    ana.post("/events/batch", {"events": events})
    assert sentences(ana) == [said]


def test_an_import_is_counted(ana: Person) -> None:
    calendar = ana.get("/calendars").json()["items"][0]["id"]
    content = ICS.format(events="".join(ENTRY.format(n=n) for n in range(10, 22)))
    headers = {"Content-Type": "text/calendar"}
    ana.request("POST", f"/calendars/{calendar}/import", content=content, headers=headers)
    assert sentences(ana) == ["Ana imported 12 events"]


def test_what_made_way_by_itself_says_why(ana: Person) -> None:
    made(ana, flexibility="flexible", priority="low")
    made(ana, title="Exam", priority="high")
    moved, _, _ = history(ana)
    assert moved["sentence"].startswith("Moved Gym out of the way, to Tue 1")
    assert moved["reasons"][0] == {
        "code": "ranks_lower",
        "words": "it ranks below Exam (2 against 4)",
    }


def test_what_somebody_chose_says_so(ana: Person) -> None:
    made(ana, title="Dentist", priority="high")
    (conflict,) = ana.post("/events", GYM).json()["conflicts"]
    path = f"/conflicts/{conflict['identity']}"
    best = ana.get(f"{path}/resolutions").json()["items"][0]
    ana.post(f"{path}/resolve", {"option": best["option"]})
    chosen = history(ana)[0]
    assert chosen["sentence"].startswith("Ana resolved a conflict: moved Gym to Tue 1")
    assert chosen["reasons"][-1] == {"code": "chosen", "words": "somebody chose to move it"}
    assert ana.get(f"/change-sets/{chosen['id']}").json() == chosen


def test_a_reader_is_told_no_more_than_they_may_see(quick_api: Api, ana: Person) -> None:
    """A private calendar shows the others busy time: neither titles, nor why its events moved."""
    ben = quick_api.joins(ana, "Ben")
    calendars = ana.get("/calendars").json()["items"]
    [mine] = [each["id"] for each in calendars if each["owner_member_id"] == ana.member_id]
    private = ana.patch(f"/calendars/{mine}", {"visibility": "private"})
    assert private.status_code == 200, private.text
    event = made(ana, title="Therapy", flexibility="flexible", priority="low")
    made(ana, title="Exam", priority="high")
    ana.patch(f"/events/{event}", {"title": "Dentist"})
    added, _, moved, renamed = reversed(history(ben))
    assert added["sentence"] == "Ana added Busy (Tue 17:00)"
    assert moved["sentence"].startswith("Moved Busy out of the way, to Tue 1")
    assert renamed["sentence"] == "Ana changed Busy"
    assert (len(history(ana)[1]["reasons"]) > 0, moved["reasons"]) == (True, [])
    assert not [title for title in ("Therapy", "Dentist", "Exam") if title in str(history(ben))]


def test_who_was_there_is_named_for_as_long_as_they_are(quick_api: Api, ana: Person) -> None:
    ben = quick_api.joins(ana, "Ben")
    [shared] = [each for each in ana.get("/calendars").json()["items"] if each["kind"] == "family"]
    made(ben, calendar_id=shared["id"])
    assert sentences(ana) == ["Ben added Gym (Tue 17:00)"]
    assert ana.delete(f"/members/{ben.member_id}").status_code == 204
    assert sentences(ana) == ["Somebody who is gone added Gym (Tue 17:00)"]


def test_what_one_member_did_or_what_came_from_one_source_can_be_listed(quick_api: Api, ana: Person) -> None:
    ben = quick_api.joins(ana, "Ben")
    [shared] = [each for each in ana.get("/calendars").json()["items"] if each["kind"] == "family"]
    for who, title in ((ana, "Gym"), (ben, "Choir"), (ana, "Chess")):
        made(who, title=title, calendar_id=shared["id"])
    ana.post(f"/change-sets/{history(ana)[0]['id']}/undo")
    assert sentences(ana, actor_member_id=ben.member_id) == ["Ben added Choir (Tue 17:00)"]
    assert sentences(ana, source="undo") == ['Ana undid "Ana added Chess (Tue 17:00)"']
    assert sentences(ana, source="undo", actor_member_id=ben.member_id) == []
    assert len(sentences(ana, source="user", actor_member_id=ana.member_id)) == 2
    page = ana.get("/change-sets", params={"actor_member_id": ana.member_id, "limit": 2}).json()
    rest = ana.get(
        "/change-sets", params={"actor_member_id": ana.member_id, "limit": 2, "cursor": page["next"]}
    ).json()
    assert [each["sentence"] for each in rest["items"]] == ["Ana added Gym (Tue 17:00)"]
    assert ana.get("/change-sets", params={"source": "dream"}).status_code == 400
