"""Violations: gathered over members and series, graded, named and put into words."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import numpy as np
import pytest

from kalends.engine.claims import (
    Claim,
    Claims,
    EventFacts,
    Flexibility,
    Participant,
    Priority,
    Subject,
    SubjectKind,
)
from kalends.engine.conflicts import Conflict, ConflictKind, Demand, Severity, Weight, Which
from kalends.engine.constraints import Clock, Constraint, parse_rule, violations
from kalends.engine.constraints.preferences import preferences
from kalends.engine.spans import Span
from kalends.engine.wording import Wording
from kalends.engine.zones import zone
from kalends.kit.errors import InvalidInput

DANA, BEN = Subject(id="dana"), Subject(id="ben")
CAR = Subject(id="car", kind=SubjectKind.RESOURCE)
CLOCKS = {"dana": Clock(zone=zone("Europe/Berlin")), "ben": Clock(zone=zone("Europe/London"))}
WORDING = Wording(zone=UTC, title=str.title, name=str.title)


def span(day: int, hour: int, hours: int = 1) -> Span:
    """Give hours of a day in March 2025, in UTC: an hour behind Berlin."""
    start = datetime(2025, 3, day, hour, tzinfo=UTC)
    return Span(start, start + timedelta(hours=hours))


def claim(uid: str, subject: Subject, when: Span, **facts: Any) -> Claim:
    return Claim(event=EventFacts(uid=uid, **facts), subject=subject, span=when)


def asked(
    kind: str, hard: bool = True, priority: int = 5, member: str | None = None, **parameters: Any
) -> Constraint:
    return Constraint(
        id=f"id of {kind}",
        name="Peace",
        rule=parse_rule(kind, parameters),
        hard=hard,
        priority=priority,
        member=member,
    )


def found(constraint: Constraint, *claims: Claim, **options: Any) -> list[Conflict]:
    return violations([constraint], Claims.of(claims), CLOCKS, **options)


def test_a_series_that_breaks_a_rule_again_and_again_is_one_conflict() -> None:
    runs = [claim("gym", DANA, span(day, 5), timing="mornings") for day in (10, 11, 12)]
    (conflict,) = found(
        asked("no_events_before", time="07:00"), *runs, after=datetime(2025, 3, 11, tzinfo=UTC)
    )
    assert (conflict.kind, conflict.subject, conflict.rule) == (
        ConflictKind.CONSTRAINT,
        DANA,
        "id of no_events_before",
    )
    assert (conflict.first, conflict.next, conflict.count) == (span(10, 5), span(11, 5), 3)
    assert [party.span for party in conflict.parties] == [span(11, 5)]
    assert conflict.sentence(WORDING) == (
        "Gym begins at 06:00, but Dana wants no events before 07:00 ('Peace'), 3 times in all"
    )
    (later,) = found(asked("no_events_before", time="07:00"), runs[2])
    assert (later.identity, later.fingerprint) == (conflict.identity, conflict.fingerprint)


def test_what_is_over_has_no_next() -> None:
    (conflict,) = found(
        asked("no_events_before", time="07:00"),
        claim("gym", DANA, span(10, 5)),
        after=datetime(2025, 3, 20, tzinfo=UTC),
    )
    assert (conflict.next, conflict.occasion) == (None, span(10, 5))


def test_each_member_is_judged_by_their_clock_and_by_what_is_asked_of_them() -> None:
    both = [claim("gym", DANA, span(10, 6)), claim("gym", BEN, span(10, 6))]
    assert [c.subject.id for c in found(asked("no_events_before", time="07:00"), *both)] == ["ben"]
    assert [c.subject.id for c in found(asked("no_events_before", time="08:00"), *both)] == ["ben", "dana"]
    assert found(asked("no_events_before", member="dana", time="07:00"), *both) == []
    assert violations([asked("no_events_before", time="08:00")], Claims.of(both), {}) == []


def test_events_that_break_a_rule_together_are_its_parties() -> None:
    day = [claim(uid, DANA, span(10, hour)) for uid, hour in (("b", 14), ("a", 9), ("c", 11))]
    (conflict,) = found(asked("max_events_per_day", count=2), *day)
    assert (conflict.uids, conflict.first) == (("a", "c", "b"), Span(span(10, 9).start, span(10, 14).end))
    (pair,) = found(asked("min_gap_minutes", minutes=90), *day)
    assert pair.uids == ("a", "c")


def test_misuse_of_a_resource_is_said_once_and_of_the_resource() -> None:
    facts = {
        "participants": tuple(Participant(id=id) for id in ("dana", "ben", "car")),
        "resources": ("car",),
    }
    trip = [claim("trip", who, span(day, 9), **facts) for day in (10, 11) for who in (DANA, BEN, CAR)]
    kept = asked("resource_priority", resource="car", members=["cleo"])
    (conflict,) = found(kept, *trip)
    assert (conflict.subject, conflict.count) == (CAR, 2)
    assert conflict.sentence(WORDING) == "Trip uses Car, which is kept for Cleo ('Peace'), 2 times in all"
    alone = Claims.of([claim("trip", CAR, span(10, 9), **facts)])
    (unattended,) = violations([kept], alone, {**CLOCKS, "car": CLOCKS["dana"]})
    assert unattended.identity == conflict.identity
    early = asked("no_events_before", time="23:00")
    assert violations([early], alone, {**CLOCKS, "car": CLOCKS["dana"]}) == []


def test_copies_of_an_occurrence_count_once() -> None:
    copies = [claim("gym", DANA, span(10, 5)), claim("gym", DANA, span(10, 5))]
    assert found(asked("no_events_before", time="07:00"), *copies)[0].count == 1
    assert found(asked("max_events_per_day", count=1), *copies) == []


@pytest.mark.parametrize(
    ("hard", "priority", "facts", "severity"),
    [
        (True, 1, {}, Severity.HIGH),
        (True, 5, {"rank": 1}, Severity.HIGH),
        (True, 5, {"flexibility": Flexibility.FIXED}, Severity.CRITICAL),
        (True, 5, {"rank": 6, "priority": Priority.CRITICAL}, Severity.CRITICAL),
        (False, 1, {}, Severity.LOW),
        (False, 7, {"flexibility": Flexibility.FIXED}, Severity.LOW),
        (False, 8, {}, Severity.MEDIUM),
        (False, 10, {"rank": 6}, Severity.MEDIUM),
    ],
)
def test_how_grave_a_violation_is(
    hard: bool, priority: int, facts: dict[str, Any], severity: Severity
) -> None:
    constraint = asked("no_events_before", hard=hard, priority=priority, time="07:00")
    (conflict,) = found(constraint, claim("gym", DANA, span(10, 5), **facts))
    assert conflict.severity is severity
    assert conflict.weight.broken == Demand(hard=hard, priority=priority)


def test_of_several_events_one_that_can_move_is_enough() -> None:
    weight = Weight.of(
        [EventFacts(uid="a", flexibility=Flexibility.FIXED), EventFacts(uid="b")],
        optional=False,
        tentative=False,
        broken=Demand(hard=True, priority=5),
    )
    assert weight.severity is Severity.HIGH


@pytest.mark.parametrize("priority", [0, 11])
def test_a_priority_is_one_to_ten(priority: int) -> None:
    with pytest.raises(InvalidInput) as refusal:
        asked("min_gap_minutes", priority=priority, minutes=15)
    assert refusal.value.field == "priority"


def test_likes_are_soft_constraints_with_names_of_their_own() -> None:
    assert preferences("dana") == ()
    liked = preferences(
        "dana",
        no_events_before=time(8),
        no_events_after=time(22),
        preferred_start=time(9),
        preferred_end=time(17),
        min_gap_minutes=15,
        max_events_per_day=5,
    )
    assert [(like.id, like.rule.parameters()) for like in liked] == [
        ("preference:no_events_before", {"time": "08:00"}),
        ("preference:no_events_after", {"time": "22:00"}),
        ("preference:preferred_window", {"start": "09:00", "end": "17:00"}),
        ("preference:min_gap_minutes", {"minutes": 15}),
        ("preference:max_events_per_day", {"count": 5}),
    ]
    assert not any(like.hard for like in liked)
    assert {like.member for like in liked} == {"dana"}


@pytest.mark.parametrize(
    ("likes", "window"),
    [
        ({"preferred_start": time(9)}, {"start": "09:00", "end": "00:00"}),
        ({"preferred_end": time(17)}, {"start": "00:00", "end": "17:00"}),
    ],
)
def test_half_a_preferred_window_is_open_on_the_other_side(
    likes: dict[str, time], window: dict[str, str]
) -> None:
    (like,) = preferences("dana", **likes)  # type: ignore[arg-type]
    assert like.rule.parameters() == window


def test_only_so_many_are_made() -> None:
    days = np.arange(20)
    start = (datetime(2025, 3, 1, 5, tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1)
    claims = Claims(
        start=start + days * 86_400,
        end=start + days * 86_400 + 3_600,
        subject=np.zeros(20, dtype=np.int64),
        event=days[::-1].copy(),
        subjects=[DANA],
        events=[EventFacts(uid=str(day)) for day in days],
    )
    early = [asked("no_events_before", time="07:00")]
    assert [c.uids for c in violations(early, claims, CLOCKS, most=2)] == [("19",), ("18",)]
    assert [c.uids for c in violations(early, claims, CLOCKS, which=Which(touching={"3", "5"}))] == [
        ("5",),
        ("3",),
    ]
    assert violations(early, claims, CLOCKS, which=Which(touching={"none of these"})) == []
