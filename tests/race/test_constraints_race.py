"""Edits that keep a constraint each for itself and break it together: one of them is refused."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from kalends.features.calendars.models import CalendarKind, Grant
from kalends.features.scheduling import Invitee
from kalends.features.scheduling.constraints import keeping
from kalends.features.scheduling.constraints.refusing import ConstraintBroken
from racing import race, refusals
from workspaces import Town, at

NINE = at("2026-03-23 09:00")
DAY = date(2026, 3, 23), date(2026, 3, 24)
ROUNDS = range(3)


def asked(home: Town, actor: Any, rule: str, **parameters: Any) -> None:
    home.write(
        actor,
        lambda tx: keeping.create_constraint(
            tx, actor, name="Enough", rule=rule, parameters=parameters, hard=True
        ),
    )


@pytest.mark.parametrize("attempt", ROUNDS)
def test_the_last_place_of_a_day_is_taken_once_in_whatever_calendar(home: Town, attempt: int) -> None:
    ana, ben, cleo = home.household("Ana", "Ben", "Cleo")
    home.made(ana, title="Visit", start=NINE, participants=[Invitee(member_id=cleo.member_id)])
    asked(home, ana, "max_events_per_day", count=2)
    with_cleo = [Invitee(member_id=cleo.member_id)]
    ends = race(
        lambda: home.plan(ana, title="a", start=NINE + timedelta(hours=2), participants=with_cleo),
        lambda: home.plan(ben, title="b", start=NINE + timedelta(hours=4), participants=with_cleo),
        lambda: home.plan(cleo, title="c", start=NINE + timedelta(hours=6)),
    )
    assert refusals(ends) == [ConstraintBroken] * 2


@pytest.mark.parametrize("attempt", ROUNDS)
def test_two_that_come_too_close_to_each_other_do_not_both_stay(home: Town, attempt: int) -> None:
    (ana,) = home.household("Ana")
    other = home.calendar(ana, CalendarKind.SHARED, grants={ana.member_id: Grant.WRITE})
    asked(home, ana, "min_gap_minutes", minutes=30)
    ends = race(
        lambda: home.plan(ana, title="a", start=NINE),
        lambda: home.plan(
            ana,
            calendar_id=other,
            title="b",
            start=NINE + timedelta(minutes=75),
            participants=[Invitee(member_id=ana.member_id)],
        ),
    )
    assert refusals(ends) == [ConstraintBroken]
    assert len(home.seen(ana, *DAY)) == 1
