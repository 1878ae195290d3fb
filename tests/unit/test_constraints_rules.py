"""Each rule, violated and satisfied, by the member's clock; and in which words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from kalends.engine.claims import Claim, Claims, EventFacts, Participant, Subject
from kalends.engine.constraints import RULES, Agenda, Clock, parse_rule
from kalends.engine.spans import Span
from kalends.engine.wording import Wording
from kalends.engine.zones import zone
from kalends.kit.errors import InvalidInput

BERLIN = zone("Europe/Berlin")
DANA = Subject(id="dana")
WORDING = Wording(zone=UTC, title=str.title, name=str.title)

Entry = tuple[str, str, str]  # uid, start and end: "10 09:00" is nine o'clock on 10 March 2025, a Monday


def moment(text: str, fold: int = 0) -> datetime:
    """Read a local time of March 2025, or with a month: "10-26 02:30"; "+" behind it is its second pass."""
    day, clock = text.rstrip("+").split(" ")
    month, day = day.split("-") if "-" in day else ("3", day)
    hour, minute = clock.split(":")
    fold = int(text.endswith("+"))
    return datetime(2025, int(month), int(day), int(hour), int(minute), tzinfo=BERLIN.tzinfo, fold=fold)


def agenda(entries: Sequence[Entry], week_start: int = 0, **facts: EventFacts) -> Agenda:
    filler = ("filler", "1 00:00", "1 01:00")  # so that there is somebody, whose agenda may be empty
    claims = Claims.of(
        [
            Claim(
                event=facts.get(uid, EventFacts(uid=uid)),
                subject=DANA,
                span=Span(moment(start), moment(end)),
            )
            for uid, start, end in [filler, *entries]
        ]
    )
    found = Agenda.of(claims, 0, Clock(zone=BERLIN, week_start=week_start))
    return found.only(found.event > 0)


def broken_by(kind: str, parameters: dict[str, Any], found: Agenda) -> list[list[str]]:
    """Give the UIDs of each breach."""
    breaches = parse_rule(kind, parameters).breaches(found)
    return [[found.facts(row).uid for row in breaches.rows(number)] for number in range(len(breaches))]


AT_SEVEN, UNTIL_TEN = {"time": "07:00"}, {"time": "22:00"}
OFFICE = {"start": "09:00", "end": "17:00", "days": ["mon", "tue"]}
EVENING = {"start": "20:00", "end": "02:00", "days": ["fri"]}
NIGHT = {"start": "22:00", "end": "06:00"}
SUNDAY = {"start": "00:00", "end": "00:00", "days": ["sun"]}
EARLY = {"start": "02:00", "end": "03:00"}


@pytest.mark.parametrize(
    ("kind", "parameters", "start", "end", "broken"),
    [
        ("no_events_before", AT_SEVEN, "10 06:59", "10 08:00", True),
        ("no_events_before", AT_SEVEN, "10 07:00", "10 08:00", False),
        ("no_events_before", AT_SEVEN, "10 22:00", "11 06:00", False),
        ("no_events_before", AT_SEVEN, "11 00:00", "11 00:30", True),
        ("no_events_before", {"time": "00:00"}, "11 00:00", "11 00:30", False),
        ("no_events_before", {"time": "02:30"}, "30 03:00", "30 04:00", False),
        ("no_events_before", {"time": "02:30"}, "30 01:59", "30 04:00", True),
        ("no_events_before", {"time": "02:30"}, "10-26 02:15+", "10-26 04:00", True),
        ("no_events_before", {"time": "02:30"}, "10-26 02:30", "10-26 04:00", False),
        ("no_events_after", UNTIL_TEN, "10 21:00", "10 22:01", True),
        ("no_events_after", UNTIL_TEN, "10 21:00", "10 22:00", False),
        ("no_events_after", UNTIL_TEN, "10 23:00", "11 00:30", True),
        ("no_events_after", UNTIL_TEN, "10 21:00", "11 06:00", True),
        ("no_events_after", UNTIL_TEN, "11 00:00", "11 01:00", False),
        ("no_events_after", {"time": "00:00"}, "10 21:00", "11 00:00", False),
        ("no_events_after", {"time": "00:00"}, "10 21:00", "11 00:01", True),
        ("no_events_after", {"time": "02:30"}, "10-26 02:45", "10-26 02:15+", True),
        ("preferred_window", OFFICE, "10 09:00", "10 17:00", False),
        ("preferred_window", OFFICE, "10 08:59", "10 10:00", True),
        ("preferred_window", OFFICE, "10 16:00", "10 17:01", True),
        ("preferred_window", OFFICE, "12 05:00", "12 06:00", False),
        ("preferred_window", OFFICE, "9 23:00", "10 10:00", False),
        ("preferred_window", EVENING, "14 20:00", "15 02:00", False),
        ("preferred_window", EVENING, "14 19:00", "14 21:00", True),
        ("preferred_window", EVENING, "14 01:00", "14 02:00", True),
        ("preferred_window", {**EVENING, "days": ["fri", "sat"]}, "15 01:00", "15 02:00", False),
        ("preferred_window", {**EVENING, "days": ["fri", "sat"]}, "15 01:00", "15 02:01", True),
        ("blocked_window", NIGHT, "10 21:00", "10 22:00", False),
        ("blocked_window", NIGHT, "10 21:00", "10 22:01", True),
        ("blocked_window", NIGHT, "11 05:59", "11 07:00", True),
        ("blocked_window", NIGHT, "11 06:00", "11 07:00", False),
        ("blocked_window", NIGHT, "10 12:00", "12 12:00", True),
        ("blocked_window", {**NIGHT, "days": ["mon"]}, "11 05:00", "11 07:00", True),
        ("blocked_window", {**NIGHT, "days": ["tue"]}, "11 05:00", "11 07:00", False),
        ("blocked_window", SUNDAY, "15 23:00", "16 00:00", False),
        ("blocked_window", SUNDAY, "15 23:00", "16 00:01", True),
        ("blocked_window", SUNDAY, "30 23:30", "31 00:00", True),
        ("blocked_window", SUNDAY, "31 00:00", "31 01:00", False),
        ("blocked_window", EARLY, "30 01:00", "30 05:00", False),
        ("blocked_window", EARLY, "29 02:59", "29 05:00", True),
        ("blocked_window", EARLY, "10-26 02:15+", "10-26 02:30+", True),
        ("blocked_window", EARLY, "10-26 03:00", "10-26 04:00", False),
    ],
)
def test_a_rule_of_times(kind: str, parameters: dict[str, Any], start: str, end: str, broken: bool) -> None:
    found = agenda([("gym", start, end)])
    assert broken_by(kind, parameters, found) == ([["gym"]] if broken else [])
    event, length = found.facts(0), int(found.end[0] - found.start[0])
    refused = parse_rule(kind, parameters).refused(agenda([]), event, found.start, length)
    assert refused.tolist() == [broken]


@pytest.mark.parametrize(
    ("entries", "broken"),
    [
        ([("a", "10 09:00", "10 10:00"), ("b", "10 10:15", "10 11:00")], []),
        ([("a", "10 09:00", "10 10:00"), ("b", "10 10:14", "10 11:00")], [["a", "b"]]),
        ([("a", "10 09:00", "10 10:00"), ("b", "10 10:00", "10 11:00")], [["a", "b"]]),
        ([("a", "10 09:00", "10 10:00"), ("b", "10 09:59", "10 11:00")], []),
        ([("a", "10 09:00", "10 10:00"), ("a", "10 10:05", "10 11:00")], []),
        (
            [("a", "10 09:00", "10 10:00"), ("b", "10 10:02", "10 10:04"), ("c", "10 10:10", "10 11:00")],
            [["a", "b"], ["a", "c"], ["b", "c"]],
        ),
        (
            [("a", "10 09:00", "10 12:00"), ("b", "10 09:00", "10 10:00"), ("c", "10 10:05", "10 11:00")],
            [["b", "c"]],
        ),
        ([("a", "30 01:00", "30 01:55"), ("b", "30 03:05", "30 04:00")], [["a", "b"]]),
        ([("a", "10-26 02:00", "10-26 02:30"), ("b", "10-26 02:30+", "10-26 03:00")], []),
    ],
    ids=[
        "just far enough",
        "a minute short",
        "back to back",
        "overlapping is another conflict",
        "an event keeps no gap from itself",
        "behind a short one too",
        "beside a long one too",
        "ten minutes over the hour that is skipped",
        "an hour apart in the hour that comes twice",
    ],
)
def test_a_gap(entries: list[Entry], broken: list[list[str]]) -> None:
    assert broken_by("min_gap_minutes", {"minutes": 15}, agenda(entries)) == broken


DAY = [("a", "10 09:00", "10 10:00"), ("b", "10 11:00", "10 12:00"), ("c", "10 23:00", "11 01:00")]


@pytest.mark.parametrize(
    ("kind", "count", "entries", "broken"),
    [
        ("max_events_per_day", 3, DAY, []),
        ("max_events_per_day", 2, DAY, [["a", "b", "c"]]),
        ("max_events_per_day", 2, [*DAY[1:], ("d", "11 02:00", "11 03:00")], []),
        ("max_events_per_day", 1, [*DAY[:1], *DAY[:1]], []),
        ("max_events_per_day", 1, [*DAY[:1], ("a", "10 15:00", "10 16:00")], [["a", "a"]]),
        (
            "max_events_per_day",
            1,
            [("a", "30 00:30", "30 01:00"), ("b", "30 23:30", "31 00:00")],
            [["a", "b"]],
        ),
        ("max_events_per_week", 3, [*DAY, ("d", "16 23:30", "17 00:30")], [["a", "b", "c", "d"]]),
        ("max_events_per_week", 3, [*DAY, ("d", "17 00:00", "17 00:30")], []),
        ("max_events_per_week", 3, [*DAY, ("d", "9 23:59", "10 00:30")], []),
    ],
)
def test_a_cap(kind: str, count: int, entries: list[Entry], broken: list[list[str]]) -> None:
    assert broken_by(kind, {"count": count}, agenda(entries)) == broken


def test_a_week_begins_when_the_member_says() -> None:
    sunday_and_monday = [("a", "9 12:00", "9 13:00"), ("b", "10 12:00", "10 13:00")]
    cap = {"count": 1}
    assert broken_by("max_events_per_week", cap, agenda(sunday_and_monday, week_start=0)) == []
    assert broken_by("max_events_per_week", cap, agenda(sunday_and_monday, week_start=6)) == [["a", "b"]]


def riding(*members: str, rank: int = 3, resources: tuple[str, ...] = ("car",)) -> EventFacts:
    people = tuple(Participant(id=id) for id in (*members, *resources))
    return EventFacts(uid="trip", rank=rank, participants=people, resources=resources)


KEPT = {"resource": "car", "members": ["ben", "cleo"]}
MORNINGS = {**KEPT, "start": "08:00", "end": "12:00"}


@pytest.mark.parametrize(
    ("parameters", "event", "start", "broken"),
    [
        (KEPT, riding("dana"), "10 09:00", True),
        (KEPT, riding("dana", "cleo"), "10 09:00", False),
        (KEPT, riding("dana", resources=("van",)), "10 09:00", False),
        (KEPT, riding("dana", resources=()), "10 09:00", False),
        ({**KEPT, "min_rank": 4}, riding("dana", rank=4), "10 09:00", False),
        ({**KEPT, "min_rank": 4}, riding("dana", rank=3), "10 09:00", True),
        (MORNINGS, riding("dana"), "10 07:00", False),
        (MORNINGS, riding("dana"), "10 07:01", True),
        (MORNINGS, riding("dana"), "10 12:00", False),
        ({**MORNINGS, "days": ["tue"]}, riding("dana"), "10 09:00", False),
        ({**KEPT, "days": ["mon"]}, riding("dana"), "10 09:00", True),
        ({**KEPT, "days": ["tue"]}, riding("dana"), "10 09:00", False),
    ],
)
def test_a_resource_that_is_kept(
    parameters: dict[str, Any], event: EventFacts, start: str, broken: bool
) -> None:
    end = f"10 {int(start[3:5]) + 1:02}{start[5:]}"
    found = agenda([("trip", start, end)], trip=event)
    assert broken_by("resource_priority", parameters, found) == ([["trip"]] if broken else [])


GAMING = {"expression": 'not (category == "Gaming" and weekday in ("mon", "tue") and start >= time("20:00"))'}


@pytest.mark.parametrize(
    ("kind", "parameters", "words"),
    [
        ("no_events_before", {"time": "09:30"}, "A begins at 09:00, but Dana wants no events before 09:30"),
        ("no_events_after", {"time": "22:00"}, "C lasts until 01:00, but Dana wants no events after 22:00"),
        (
            "preferred_window",
            {"start": "10:00", "end": "02:00", "days": ["mon", "tue"]},
            "A (09:00-10:00) is not within 10:00-02:00 on Mon and Tue, as Dana wants it",
        ),
        (
            "blocked_window",
            {"start": "11:30", "end": "11:45"},
            "B (11:00-12:00) takes time that Dana keeps free (11:30-11:45)",
        ),
        (
            "min_gap_minutes",
            {"minutes": 90},
            "A and B are only 60 minutes apart, but Dana wants 90 minutes between them",
        ),
        (
            "max_events_per_day",
            {"count": 2},
            "Dana has 3 events on 2025-03-10, but wants no more than 2 a day",
        ),
        (
            "max_events_per_week",
            {"count": 1},
            "Dana has 3 events in the week of 2025-03-10, but wants no more than 1 a week",
        ),
        ("resource_priority", {"resource": "car", "members": ["ben"]}, "A uses Car, which is kept for Ben"),
        (
            "resource_priority",
            {"resource": "car", "members": ["ben", "cleo"], "start": "08:00", "end": "10:00"},
            "A uses Car, which is kept for Ben and Cleo (08:00-10:00)",
        ),
        (
            "custom",
            {"expression": " start\n< end and rank > 3"},
            "A is not as Dana asks of events: start < end and rank > 3",
        ),
    ],
)
def test_a_breach_in_words(kind: str, parameters: dict[str, Any], words: str) -> None:
    breaches = parse_rule(kind, parameters).breaches(agenda(DAY, a=EventFacts(uid="a", resources=("car",))))
    reason = breaches.explain(0)
    assert (reason.code, reason.words(WORDING)) == (kind, words)


def test_back_to_back_in_words() -> None:
    found = agenda([("a", "10 09:00", "10 10:00"), ("b", "10 10:00", "10 11:00")])
    reason = parse_rule("min_gap_minutes", {"minutes": 15}).breaches(found).explain(0)
    assert (
        reason.words(WORDING) == "A and B follow each other at once, but Dana wants 15 minutes between them"
    )


@pytest.mark.parametrize("kind", sorted(RULES))
def test_an_empty_agenda_breaks_nothing(kind: str) -> None:
    parameters: dict[str, dict[str, Any]] = {
        "no_events_before": AT_SEVEN,
        "no_events_after": UNTIL_TEN,
        "preferred_window": OFFICE,
        "blocked_window": NIGHT,
        "min_gap_minutes": {"minutes": 15},
        "max_events_per_day": {"count": 1},
        "max_events_per_week": {"count": 1},
        "resource_priority": MORNINGS,
        "custom": GAMING,
    }
    rule, empty = parse_rule(kind, parameters[kind]), agenda([])
    assert len(rule.breaches(empty)) == 0
    assert rule.parameters() == parameters[kind]
    none = np.zeros(0, dtype=np.int64)
    assert rule.refused(empty, EventFacts(uid="a"), none, 60).tolist() == []
    assert rule.refused(agenda(DAY), EventFacts(uid="x"), none, 60).tolist() == []


@pytest.mark.parametrize(
    ("kind", "parameters", "field"),
    [
        ("no_events", {}, "kind"),
        ("", {}, "kind"),
        ("no_events_before", {}, "time"),
        ("no_events_before", {"time": None}, "time"),
        ("no_events_before", {"time": "7:00"}, "time"),
        ("no_events_before", {"time": "24:00"}, "time"),
        ("no_events_before", {"time": "07:60"}, "time"),
        ("no_events_before", {"time": "٠٧:٠٠"}, "time"),
        ("no_events_before", {"time": "07:00\n"}, "time"),
        ("no_events_before", {"time": 7}, "time"),
        ("no_events_before", {"time": ["07:00"]}, "time"),
        ("no_events_before", {"time": "07:00", "tiem": "x"}, "tiem"),
        ("no_events_after", {"limit": "07:00"}, "time"),
        ("preferred_window", {"start": "09:00"}, "end"),
        ("blocked_window", {"start": "09:00", "end": "10:00", "days": []}, "days"),
        ("blocked_window", {"start": "09:00", "end": "10:00", "days": ["monday"]}, "days"),
        ("blocked_window", {"start": "09:00", "end": "10:00", "days": "mon"}, "days"),
        ("blocked_window", {"start": "09:00", "end": "10:00", "days": [["mon"]]}, "days"),
        ("blocked_window", {"start": "09:00", "end": "10:00", "days": [{}]}, "days"),
        ("min_gap_minutes", {"minutes": 0}, "minutes"),
        ("min_gap_minutes", {"minutes": 1_441}, "minutes"),
        ("min_gap_minutes", {"minutes": True}, "minutes"),
        ("min_gap_minutes", {"minutes": 15.0}, "minutes"),
        ("min_gap_minutes", {"minutes": "15"}, "minutes"),
        ("max_events_per_day", {"count": -1}, "count"),
        ("max_events_per_day", {"count": 10**30}, "count"),
        ("max_events_per_week", {"count": float("nan")}, "count"),
        ("resource_priority", {"members": ["ben"]}, "resource"),
        ("resource_priority", {"resource": "car"}, "members"),
        ("resource_priority", {"resource": "car", "members": []}, "members"),
        ("resource_priority", {"resource": "car", "members": "ben"}, "members"),
        ("resource_priority", {"resource": "car", "members": [1]}, "members"),
        ("resource_priority", {"resource": "", "members": ["ben"]}, "resource"),
        ("resource_priority", {"resource": "c" * 101, "members": ["ben"]}, "resource"),
        ("resource_priority", {**KEPT, "start": "09:00"}, "end"),
        ("resource_priority", {**KEPT, "end": "09:00"}, "start"),
        ("resource_priority", {**KEPT, "min_rank": 7}, "min_rank"),
        ("custom", {}, "expression"),
        ("custom", {"expression": 1}, "expression"),
        ("custom", {"expression": "rank"}, "expression"),
    ],
)
def test_parameters_that_are_unfit_are_refused_by_name(
    kind: str, parameters: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        parse_rule(kind, parameters)
    assert refusal.value.field == field


def test_parameters_are_an_object() -> None:
    with pytest.raises(InvalidInput) as refusal:
        parse_rule("no_events_before", ["07:00"])  # type: ignore[arg-type]
    assert refusal.value.field == "parameters"


def test_all_seven_days_need_no_naming() -> None:
    week = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
    assert parse_rule("blocked_window", {**NIGHT, "days": week}).parameters() == NIGHT
