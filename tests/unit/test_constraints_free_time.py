"""Free time beside constraints: what is refused and why, what is only liked less, for which event."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from kalends.engine.availability import Commitment, Diary, free_slots, nearest_free, refusals
from kalends.engine.claims import Claim, Claims, EventFacts, Subject
from kalends.engine.constraints import Agenda, Clock, Constraint, parse_rule
from kalends.engine.constraints.screen import Screen
from kalends.engine.spans import Span
from kalends.engine.wording import Wording
from kalends.engine.zones import zone
from kalends.kit.errors import TooLarge

BERLIN = zone("Europe/Berlin")
HOUR = timedelta(hours=1)
WORDING = Wording(zone=BERLIN.tzinfo, title=str.title, name=str.title)
GYM = EventFacts(uid="gym", category="Gym")


def hours(day: int, start: int, end: int) -> Span:
    """Give hours of a day in March 2025 in Berlin; it ends on the 30th, when the clock is set forward."""
    midnight = datetime(2025, 3, day, tzinfo=BERLIN.tzinfo)
    return Span(midnight.replace(hour=start), midnight.replace(hour=end))


def asked(kind: str, *, hard: bool = True, priority: int = 5, **parameters: Any) -> Constraint:
    rule = parse_rule(kind, parameters)
    return Constraint(id=kind, name="Peace", rule=rule, hard=hard, priority=priority)


def diary(*constraints: Constraint, taken: tuple[tuple[str, Span], ...] = (), **settings: Any) -> Diary:
    filler = Claim(event=EventFacts(uid="f"), subject=Subject(id="dana"), span=hours(1, 0, 1))
    claims = [replace(filler, event=EventFacts(uid=uid), span=span) for uid, span in taken]
    screen = Screen(
        agenda=Agenda.of(Claims.of([filler, *claims]), 0, Clock(zone=BERLIN)),
        constraints=constraints,
        event=GYM,
    )
    commitments = tuple(Commitment(span, uid) for uid, span in taken)
    return Diary(**{"subject": "dana", "commitments": commitments, "screen": screen, **settings})


def offered(known: Diary, window: Span, duration: timedelta = HOUR) -> list[int]:
    slots = free_slots([known], window, duration, step=HOUR)
    return [slot.span.start.astimezone(BERLIN.tzinfo).hour for slot in slots]


@pytest.mark.parametrize(
    ("constraint", "expected"),
    [
        (asked("no_events_before", time="09:00"), [9, 11, 13, 14, 15]),
        (asked("no_events_after", time="14:00"), [8, 9, 11, 13]),
        (asked("blocked_window", start="11:00", end="12:00"), [8, 9, 13, 14, 15]),
        (asked("preferred_window", start="09:00", end="15:00"), [9, 11, 13, 14]),
        (asked("min_gap_minutes", minutes=30), [8, 14, 15]),
        (asked("max_events_per_day", count=2), []),
        (asked("max_events_per_day", count=3), [8, 9, 11, 13, 14, 15]),
        (asked("max_events_per_week", count=2), []),
        (asked("custom", expression='category != "Gym" or start < time("12:00")'), [8, 9, 11]),
        (asked("custom", expression='category != "Exam"'), [8, 9, 11, 13, 14, 15]),
        (asked("no_events_before", hard=False, time="09:00"), [8, 9, 11, 13, 14, 15]),
        (replace(asked("no_events_before", time="09:00"), member="ben"), [8, 9, 11, 13, 14, 15]),
    ],
)
def test_slots_keep_to_hard_constraints(constraint: Constraint, expected: list[int]) -> None:
    known = diary(constraint, taken=(("school", hours(10, 10, 11)), ("dentist", hours(10, 12, 13))))
    assert offered(known, hours(10, 8, 16)) == expected


def test_constraints_follow_the_clock_across_a_change() -> None:
    known = diary(asked("no_events_before", time="04:00"))
    assert offered(known, hours(30, 0, 7)) == [4, 5, 6]
    assert offered(known, hours(30, 0, 7), 2 * HOUR) == [4, 5]


def test_a_refusal_names_the_constraint_that_decided() -> None:
    known = diary(
        asked("no_events_before", time="09:00"),
        asked("max_events_per_day", count=1),
        asked("min_gap_minutes", hard=False, minutes=60),
        taken=(("school", hours(10, 10, 11)),),
    )
    reasons = refusals([known], hours(10, 0, 20), hours(10, 8, 9))
    assert [reason.code for reason in reasons] == ["constraint", "constraint"]
    assert [reason.words(WORDING) for reason in reasons] == [
        "Gym begins at 08:00, but Dana wants no events before 09:00 ('Peace')",
        "Dana has 2 events on 2025-03-10, but wants no more than 1 a day ('Peace')",
    ]
    optional = replace(known, required=False)
    assert refusals([optional], hours(10, 0, 20), hours(10, 8, 9)) == []


def test_slots_say_which_soft_constraints_they_break_and_rank_by_them() -> None:
    known = diary(
        asked("no_events_before", hard=False, priority=7, time="10:00"),
        asked("blocked_window", hard=False, priority=2, start="09:00", end="11:00"),
    )
    ben = Diary(subject="ben", required=False, commitments=(Commitment(hours(10, 11, 12)),))
    plain = list(free_slots([known, ben], hours(10, 8, 13), HOUR, step=HOUR))
    assert [(slot.penalty, slot.broken) for slot in plain] == [
        (7, ("no_events_before",)),
        (9, ("no_events_before", "blocked_window")),
        (2, ("blocked_window",)),
        (0, ()),
        (0, ()),
    ]
    best = free_slots([known, ben], hours(10, 8, 13), HOUR, step=HOUR, ranked=True, limit=3)
    assert list(best) == [plain[4], plain[3], plain[2]]


def test_an_optional_member_whose_hard_constraint_is_broken_is_missing() -> None:
    known = diary(
        asked("no_events_before", time="09:00"),
        asked("no_events_after", hard=False, time="10:30"),
        required=False,
    )
    slots = list(free_slots([known], hours(10, 8, 11), HOUR, step=HOUR))
    assert [(slot.free, slot.penalty) for slot in slots] == [((), 0), (("dana",), 0), (("dana",), 5)]


def test_the_nearest_free_time_keeps_to_hard_constraints() -> None:
    known = diary(asked("blocked_window", start="11:00", end="13:00"))
    found = nearest_free([known], hours(10, 8, 16), hours(10, 11, 12), step=HOUR)
    assert list(found) == [hours(10, 10, 11), hours(10, 13, 14)]
    nothing = diary(asked("custom", expression="False"))
    assert list(nearest_free([nothing], hours(10, 8, 16), hours(10, 11, 12))) == []


def test_what_an_event_may_depends_on_the_event_and_not_on_where_it_stands_now() -> None:
    known = diary(
        asked("max_events_per_day", count=1),
        asked("custom", expression='category == "Gym"'),
        taken=(("gym", hours(10, 10, 11)),),
    )
    assert offered(known, hours(10, 8, 12)) == []
    moving = known.without("gym", hours(10, 10, 11))
    assert offered(moving, hours(10, 8, 12)) == [8, 9, 10, 11]
    assert offered(moving.for_event(EventFacts(uid="exam")), hours(10, 8, 12)) == []
    assert offered(known.without("gym", hours(10, 9, 11)), hours(10, 8, 12)) == []
    plain = Diary(subject="ben")
    assert plain.for_event(GYM).without("gym", hours(10, 10, 11)) == plain


def test_too_many_places_are_refused_before_they_are_looked_at() -> None:
    ages = Span(datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC))
    known = diary(asked("no_events_before", time="09:00"))
    with pytest.raises(TooLarge):
        list(nearest_free([known], ages, hours(10, 8, 9), step=timedelta(seconds=1)))


def test_slots_beside_constraints_are_made_as_they_are_asked_for() -> None:
    ages = Span(datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC))
    known = diary(asked("custom", expression="events_that_week < 3"))
    second = timedelta(seconds=1)
    assert len(list(free_slots([known], ages, second, step=second, limit=3))) == 3


def test_a_screen_tells_nothing_of_no_starts() -> None:
    screen = diary(asked("no_events_before", hard=False, time="09:00")).screen
    assert screen is not None
    weighed = screen.weighed(np.zeros(0, dtype=np.int64), 60)
    assert (weighed.penalty.tolist(), weighed.broken) == ([], [])
