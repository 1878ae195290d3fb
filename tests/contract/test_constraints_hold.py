"""Where nobody forces anything, nothing ever breaks a hard constraint; and only what would is refused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kalends.engine.claims import Flexibility, Priority
from kalends.engine.conflicts import ConflictKind
from kalends.features.identity.actor import Actor
from kalends.features.scheduling import ConflictFilter, EventDraft, Invitee, Outcome, Scope, Target, plans
from kalends.features.scheduling.constraints import keeping
from kalends.features.scheduling.constraints.refusing import ConstraintBroken
from kalends.features.scheduling.service import Plan
from workspaces import Town, at, town

MIDNIGHT = at("2026-03-27 00:00")  # the clock is put forward on the Sunday
ASKED: Sequence[tuple[str, dict[str, Any]]] = (
    ("no_events_before", {"time": "07:00"}),
    ("blocked_window", {"start": "22:00", "end": "02:30"}),
    ("min_gap_minutes", {"minutes": 30}),
    ("max_events_per_day", {"count": 2}),
    ("max_events_per_week", {"count": 6}),
    ("custom", {"expression": "not (title == 'Game' and weekday in ('mon', 'tue'))"}),
)

moments = st.integers(0, 4 * 24).map(lambda hours: MIDNIGHT + timedelta(hours=hours))
changes = st.fixed_dictionaries(
    {},
    optional={
        "title": st.sampled_from(["Game", "Gym"]),
        "start": moments,
        "rules": st.sampled_from([(), ("FREQ=DAILY;COUNT=3",), ("FREQ=WEEKLY;COUNT=3",)]),
        "priority": st.sampled_from(Priority),
        "flexibility": st.sampled_from(Flexibility),
    },
)
steps = st.lists(
    st.tuples(st.integers(0, 6), st.sampled_from(Scope), changes, moments, st.booleans()),
    min_size=2,
    max_size=5,
)


@pytest.fixture
def quick_home(sqlite_url: str, tmp_path: Path) -> Iterator[Town]:
    """All services over the embedded database alone, since the rules do not ask the database."""
    opened = town(sqlite_url, tmp_path)
    yield opened
    opened.database.close()


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps, asked=st.sets(st.integers(0, len(ASKED) - 1), min_size=1, max_size=3))
def test_it_is_so_after_any_edits(quick_home: Town, steps: Any, asked: set[int]) -> None:
    ana, ben = quick_home.household("Ana", "Ben")
    for number in asked:
        rule, parameters = ASKED[number]
        quick_home.write(
            ana,
            lambda tx, rule=rule, parameters=parameters: keeping.create_constraint(  # type: ignore[misc]
                tx, ana, name=rule, rule=rule, parameters=parameters, hard=True
            ),
        )
    made: list[Any] = []
    for pick, scope, wanted, moment, shared in steps:
        if shared:
            wanted = {
                **wanted,
                "participants": [Invitee(member_id=ana.member_id), Invitee(member_id=ben.member_id)],
            }
        if pick < len(made):
            plan = _edit(quick_home, ana, made[pick], scope, wanted)
        else:
            plan = _add(ana, {"title": "Game", "start": moment, **wanted})
        foreseen = quick_home.scheduling.carry_out(ana, plan, preview=True, force=True)
        previewed = quick_home.scheduling.carry_out(ana, plan, preview=True)
        assert {each.constraint for each in previewed.refused_by} == _broken(foreseen)
        try:
            outcome = quick_home.scheduling.carry_out(ana, plan)
        except ConstraintBroken:
            assert _broken(foreseen)
        else:
            assert not _broken(foreseen)
            made += [each.object_id for each in outcome.operations if each.before is None]
    wanted_kind = ConflictFilter(kinds=[ConflictKind.CONSTRAINT])
    assert quick_home.scheduling.conflicts(ana, wanted_kind) == []


def _add(actor: Actor, wanted: Any) -> Plan:
    return lambda tx: plans.create(tx, actor, [EventDraft(changes=wanted)])


def _edit(home: Town, actor: Actor, event_id: Any, scope: Scope, wanted: Any) -> Plan:
    first = home.event(actor, event_id).first.row
    once = scope is Scope.ALL or not first.recurrence
    target = (
        Target(event_id=event_id)
        if once
        else Target(event_id=event_id, scope=scope, occurrence=first.start[:19])
    )
    if target.scope is Scope.SINGLE:
        wanted = {name: value for name, value in wanted.items() if name != "rules"}
    return lambda tx: plans.update(tx, actor, target, wanted)


def _broken(outcome: Outcome) -> set[str]:
    words = [view.sentence for view in outcome.conflicts if view.conflict.kind is ConflictKind.CONSTRAINT]
    return {rule for rule, _ in ASKED if any(f"('{rule}')" in told for told in words)}
