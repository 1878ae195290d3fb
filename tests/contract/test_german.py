"""What is said to a member who reads German, from end to end; and which problems stay in English."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from rest_client import Api, Person

# It is Monday, the 2nd of March.
DENTIST = {"title": "Zahnarzt", "start": "2026-03-10T14:00", "duration": "PT1H", "priority": "high"}
SOCCER = {"title": "Fußball", "start": "2026-03-10T14:30", "duration": "PT1H"}
GYM = {"title": "Gym", "start": "2026-03-03T17:00", "duration": "PT1H"}
QUIET = {"name": "Ruhe", "rule": "no_events_before", "parameters": {"time": "07:00"}, "hard": True}
LUNCH = {"start": "12:00", "end": "13:00", "days": ["mon", "wed"]}
WEEK = {"start": "2026-03-09T00:00:00+01:00", "end": "2026-03-16T00:00:00+01:00"}


def reads_german(person: Person) -> Person:
    answer = person.patch(f"/members/{person.member_id}/preferences", {"language": "de-AT"})
    assert answer.status_code == 200, answer.text
    return person


@pytest.fixture
def ana(quick_api: Api) -> Person:
    return reads_german(quick_api.sign_up("Ana", zone="Europe/Berlin"))


def made(who: Person, path: str = "/events", **body: Any) -> Any:
    answer = who.post(path, body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def sentences(found: Iterable[dict[str, Any]]) -> list[str]:
    return [each["sentence"] for each in found]


def history(who: Person) -> list[str]:
    return sentences(who.get("/change-sets").json()["items"])


def a_clash(who: Person) -> list[str]:
    made(who, **DENTIST)
    return sentences(made(who, **SOCCER)["conflicts"])


def one_that_comes_back(who: Person) -> list[str]:
    made(who, **DENTIST, rules=["FREQ=WEEKLY;COUNT=3"])
    return sentences(made(who, **SOCCER, rules=["FREQ=WEEKLY;COUNT=3"])["conflicts"])


def ways_out_of_it(who: Person) -> list[str]:
    made(who, **DENTIST)
    (conflict,) = made(who, **SOCCER)["conflicts"]
    ways = who.get(f"/conflicts/{conflict['identity']}/resolutions").json()["items"]
    return list({way["kind"]: way["sentence"] for way in reversed(ways)}.values())[::-1]


def a_broken_rule(who: Person) -> list[str]:
    made(who, "/constraints", name="Mittag", rule="blocked_window", parameters=LUNCH)
    return sentences(made(who, **{**GYM, "start": "2026-03-04T12:30"})["conflicts"])


def a_broken_like(who: Person) -> list[str]:
    who.patch(f"/members/{who.member_id}/preferences", {"min_gap_between_events_minutes": 30})
    made(who, **GYM)
    return sentences(made(who, **{**GYM, "title": "Chor", "start": "2026-03-03T18:01"})["conflicts"])


def what_a_rule_refuses(who: Person) -> list[str]:
    made(who, "/constraints", **QUIET)
    early = {**GYM, "start": "2026-03-04T06:00"}
    previewed = who.post("/events", early, params={"preview": True}).json()
    refused = who.post("/events", early).json()
    assert [each["words"] for each in previewed["refused_by"]] == [refused["words"]]
    return [refused["words"]]


def a_rule_tried(who: Person) -> list[str]:
    made(who, **GYM)
    made(who, **SOCCER)
    draft = {"rule": "no_events_after", "parameters": {"time": "17:30"}, **WEEK}
    tried = [{**draft, "start": start} for start in ("2026-03-02T00:00:00+01:00", WEEK["start"])]
    return sentences(who.post("/constraints/dry-run", each).json() for each in tried)


def edits(who: Person) -> list[str]:
    event = f"/events/{made(who, **GYM)['event']['id']}"
    for change in ({"title": "Yoga"}, {"start": "2026-03-14T18:00"}, {"duration": "PT2H"}):
        assert who.patch(event, change).status_code == 200
    who.delete(event)
    (newest, *_) = who.get("/change-sets").json()["items"]
    who.post(f"/change-sets/{newest['id']}/undo")
    return history(who)[::-1]


def what_made_way(who: Person) -> list[str]:
    event = made(who, **GYM, flexibility="flexible", priority="low")["event"]["id"]
    made(who, **{**GYM, "title": "Prüfung", "priority": "high"})
    story = sentences(who.get(f"/events/{event}/why").json()["lines"])
    return [history(who)[0], *(line.replace("17:00 auf Di 03.03.2026 18:15", "… auf …") for line in story)]


def a_task_without_time(who: Person) -> list[str]:
    made(who, **{**GYM, "title": "Prüfung", "start": "2026-03-02T13:00", "duration": "PT3H"})
    made(who, "/tasks", title="Bericht", minutes=60, deadline="2026-03-02T15:00")
    return sentences(who.post("/tasks/plan").json()["unplaced"])


SAID: list[tuple[Callable[[Person], list[str]], list[str]]] = [
    (a_clash, ["Zahnarzt überschneidet sich um 30 Minuten mit Fußball (14:30–15:00)"]),
    (
        one_that_comes_back,
        ["Zahnarzt überschneidet sich um 30 Minuten mit Fußball (14:30–15:00), insgesamt 3-mal"],
    ),
    (
        ways_out_of_it,
        [
            "Fußball von 14:30–15:30 auf 15:15–16:15 verschieben, 45 Minuten später: der Termin hat einen "
            "niedrigeren Rang als Zahnarzt (3 gegen 4); das ist die nächste freie Zeit",
            "Fußball um 30 Minuten kürzen, von 14:30–15:30 auf 15:00–15:30: der Termin hat einen niedrigeren "
            "Rang als Zahnarzt (3 gegen 4); es bleiben 30 Minuten von 60 Minuten, an einem Ende gekürzt",
            "Fußball absagen (14:30–15:30): der Termin hat einen niedrigeren Rang als Zahnarzt (3 gegen 4); "
            "falls nichts anderes passt",
        ],
    ),
    (
        a_broken_rule,
        ["Gym (12:30–13:30) nimmt Zeit, die Ana freihält (Mo und Mi 12:00–13:00) („Mittag“)"],
    ),
    (
        a_broken_like,
        ["Gym und Chor haben nur 1 Minute Abstand, aber Ana möchte 30 Minuten („Luft zwischen Terminen“)"],
    ),
    (
        what_a_rule_refuses,
        [
            "Gym beginnt um 06:00 Uhr, aber Ana möchte vor 07:00 Uhr keine Termine („Ruhe“)",
        ],
    ),
    (a_rule_tried, ["Sie würde 1 Termin verhindern.", "Sie würde nichts verhindern."]),
    (
        edits,
        [
            "Ana hat Gym (Di 17:00) hinzugefügt",
            "Ana hat Gym in Yoga umbenannt",
            "Ana hat Yoga auf Sa 14.03.2026 18:00 verschoben",
            "Ana hat Yoga auf Sa 14.03.2026 18:00–20:00 geändert",
            "Ana hat Yoga (Sa 14.03.2026 18:00) gelöscht",
            "Ana hat zurückgenommen: „Ana hat Yoga (Sa 14.03.2026 18:00) gelöscht“",
        ],
    ),
    (
        what_made_way,
        [
            "Gym auf Di 18:15 verschoben, um Platz zu machen",
            "Ana hat den Termin angelegt",
            "Der Termin wurde von Di 03.03.2026 … auf … verschoben, um Platz zu machen (für Ana): der Termin "
            "hat einen niedrigeren Rang als Prüfung (2 gegen 4); das ist die nächste freie Zeit",
            "Der Termin hat Rang 2, denn seine Priorität ist niedrig; er darf von selbst verschoben werden.",
        ],
    ),
    (
        a_task_without_time,
        [
            "Bericht findet für 60 von 60 Minuten keine Zeit: im Zeitraum 13:00–16:00 sind alle möglichen "
            "Zeiten belegt und Ana hat Prüfung"
        ],
    ),
]


@pytest.mark.parametrize(("told", "said"), SAID, ids=lambda value: getattr(value, "__name__", ""))
def test_it_is_said_in_german(ana: Person, told: Callable[[Person], list[str]], said: list[str]) -> None:
    assert told(ana) == said


def test_a_better_week_is_said_in_german(ana: Person) -> None:
    made(ana, **DENTIST)
    made(ana, **SOCCER)
    run = ana.post("/optimisations", WEEK, params={"wait": 60}).json()
    assert run["sentence"] == "1 Verschiebung; 1 Konflikt verschwindet; Besseres gibt es nicht."
    assert sentences(run["moves"]) == [
        "Fußball von Di 10.03.2026 14:30–15:30 auf 15:15–16:15 verschieben, 45 Minuten später: der Termin "
        "hat einen niedrigeren Rang als Zahnarzt (3 gegen 4); 1 nähere Zeit würde weniger gut passen"
    ]


def test_each_is_told_in_their_own_language_and_no_more_than_they_may_know(
    quick_api: Api, ana: Person
) -> None:
    bo = quick_api.joins(ana, "Bo")
    calendars = ana.get("/calendars").json()["items"]
    (own,) = (each["id"] for each in calendars if each["owner_member_id"] == ana.member_id)
    assert ana.patch(f"/calendars/{own}", {"visibility": "private"}).status_code == 200
    made(ana, **DENTIST)
    people = [{"member_id": ana.member_id}, {"member_id": bo.member_id}]
    made(bo, **SOCCER, participants=people)
    assert sentences(bo.get("/conflicts").json()["items"]) == [
        "Busy overlaps Fußball by 30 minutes (14:30-15:00)"
    ]
    reads_german(bo)
    assert sentences(bo.get("/conflicts").json()["items"]) == [
        "Belegt überschneidet sich um 30 Minuten mit Fußball (14:30–15:00)"
    ]


@pytest.mark.parametrize(
    ("path", "body", "field", "issue"),
    [
        (
            "/events",
            {**GYM, "duration": None, "end": "2026-03-03T16:00"},
            "end",
            "Das Ende muss nach dem Beginn",
        ),
        ("/events", {"title": "Gym"}, "start", "das fehlt"),
        ("/events", {**GYM, "start": "1200-03-03"}, "start", "'1200-03-03' liegt nicht in den Jahren"),
        ("/categories", {"name": "x", "level": 7}, "level", "das darf höchstens 5 sein"),
        ("/categories", {"name": "", "level": 3}, "name", "das muss mindestens 1 Zeichen haben"),
        ("/categories", {"name": "General", "level": 3}, "name", "Die Kategorie General gibt es schon."),
        ("/resources", {"name": "Auto", "type": "boat"}, "type", "das muss eines davon sein: "),
    ],
)
def test_what_is_wrong_in_a_form_is_told(
    ana: Person, path: str, body: dict[str, Any], field: str, issue: str
) -> None:
    told = ana.post(path, {name: value for name, value in body.items() if value is not None}).json()
    assert told["field"] == field
    assert told.get("issue", told["detail"]).startswith(issue)
    assert issue in told["detail"]


def test_who_has_not_signed_in_is_told_in_the_language_of_the_browser(quick_api: Api) -> None:
    body = {"username": "a", "password": "x", "name": "Ana", "workspace_name": "Home"}
    german = {"Accept-Language": "de-AT,de;q=0.9,en;q=0.8"}
    told = [
        quick_api.client.post("/api/v1/auth/sign-up", json=body, headers=headers).json()["detail"]
        for headers in (german, {"Accept-Language": "fr"}, {})
    ]
    assert len(set(told)) == 2
    assert told[1] == told[2]


def test_refusals_of_an_edit_are_in_german(ana: Person) -> None:
    made(ana, "/constraints", **QUIET)
    early = ana.post("/events", {**GYM, "start": "2026-03-04T06:00"}).json()
    assert early["detail"] == (f"{early['words']}. Mit „force“ geht es trotzdem.")
    car = made(ana, "/resources", name="Auto", type="vehicle", capacity=1)["id"]
    made(ana, **GYM, resources=[car])
    taken = ana.post("/events", {**GYM, "title": "Chor", "resources": [car]}).json()
    assert taken["detail"] == "Auto reicht für 1, nicht für 2 zugleich (2026-03-03 17:00-18:00), neben Gym."
