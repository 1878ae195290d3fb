"""What a better week leaves as it is, whatever the week."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import combinations
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import event as sqlalchemy_events
from sqlalchemy import select

from kalends.engine.claims import Flexibility, Priority
from kalends.engine.spans import Span
from kalends.features.calendars.queries import Instance
from kalends.features.changes import Source
from kalends.features.identity.actor import Actor
from kalends.features.identity.models import AuditEntry
from kalends.features.scheduling import EventDraft, Invitee, plans
from kalends.features.scheduling.optimising import OptimisationRun, RunState
from kalends.storage import Unit
from workspaces import Town, at

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
LAW = settings(
    max_examples=100,
    phases=(Phase.explicit, Phase.generate),  # each example solves a week: to shrink one takes minutes
    deadline=None,
    suppress_health_check=list(HealthCheck),
)

WEEK = Span(at("2026-03-09 00:00"), at("2026-03-16 00:00"))
MORNING = at("2026-03-10 08:00")
_AROUND = datetime(2026, 3, 8), datetime(2026, 3, 18)

wishes = st.fixed_dictionaries(
    {
        "quarters": st.integers(0, 40),
        "length": st.integers(1, 8),
        "priority": st.sampled_from(Priority),
        "flexibility": st.sampled_from(Flexibility),
        "daily": st.booleans(),
        "others": st.booleans(),
    }
)
weeks = st.lists(wishes, min_size=2, max_size=6)


def _filled(home: Town, week: list[dict[str, Any]]) -> Actor:
    ana, ben = home.household("Ana", "Ben")
    drafts = []
    for number, wish in enumerate(week):
        start = MORNING + wish["quarters"] * timedelta(minutes=15)
        changes: Any = {
            "title": f"Event {number}",
            "start": start,
            "end": start + wish["length"] * timedelta(minutes=15),
            "priority": wish["priority"],
            "flexibility": wish["flexibility"],
            "rules": ["FREQ=DAILY;COUNT=2"] if wish["daily"] else [],
        }
        if wish["others"]:
            people = (ana, ben)
            changes["participants"] = [Invitee(member_id=each.member_id) for each in people]
        drafts.append(EventDraft(changes=changes))

    def fill(tx: Unit) -> None:
        operations = plans.create(tx, ana, drafts)
        home.services.changes.apply(tx, ana, operations, source=Source.USER)

    home.write(ana, fill)
    return ana


def _run(home: Town, actor: Actor) -> OptimisationRun:
    run = home.optimiser.start(actor, WEEK, patience=timedelta(seconds=60))
    assert run.state is RunState.DONE, run.failure
    return run


def _by_name(found: list[Instance]) -> dict[tuple[object, str], Instance]:
    return {(each.event.row.object_id, each.recurrence_key): each for each in found}


def _overlap(one: Instance, other: Instance) -> bool:
    shared = {t.member_id for t in one.event.claimed_members} & {
        t.member_id for t in other.event.claimed_members
    }
    a, b = (Span(each.start, each.end) for each in (one, other))  # type: ignore[arg-type]
    return bool(shared) and one.event.row.uid != other.event.row.uid and a.overlaps(b)


@pytest.mark.law(5)
@pytest.mark.law(6)
@LAW
@given(week=weeks)
def test_a_better_week_has_the_same_events_of_the_same_length_and_category(home: Town, week: Any) -> None:
    ana = _filled(home, week)
    before = _by_name(home.seen(ana, *_AROUND))
    run = _run(home, ana)
    if home.optimiser.present(ana, run).moves:
        home.optimiser.take(ana, run.id)
    after = _by_name(home.seen(ana, *_AROUND))
    assert after.keys() == before.keys()
    for name, was in before.items():
        now = after[name]
        assert now.end - now.start == was.end - was.start  # type: ignore[operator]
        assert now.event.row.category_id == was.event.row.category_id
    # Nothing that could stand beside all that ranks as high or higher has moved.
    for name, was in before.items():
        equals = [each for each in before.values() if each.event.rank >= was.event.rank]
        if not any(_overlap(one, other) for one, other in combinations(equals, 2)):
            assert after[name].start == was.start
    # What moved overlaps nothing.
    moved = {name for name in before if after[name].start != before[name].start}
    for name in moved:
        assert not any(_overlap(after[name], each) for other, each in after.items() if other != name)


class Struck(RuntimeError):
    """What the test makes fail."""


@pytest.mark.law(8)
@LAW
@given(week=weeks, number=st.integers(0, 60))
def test_a_better_week_is_stored_whole_or_not_at_all(home: Town, week: Any, number: int) -> None:
    ana = _filled(home, week)
    run = _run(home, ana)
    moves = home.optimiser.present(ana, run).moves
    if not moves:
        return
    before = home.snapshot(ana)
    left = [number]

    def strike(*_: object) -> None:
        left[0] -= 1
        if left[0] == -1:
            raise Struck

    engine = home.database.engine
    sqlalchemy_events.listen(engine, "before_cursor_execute", strike)
    try:
        home.optimiser.take(ana, run.id)
    except Struck:
        pass
    finally:
        sqlalchemy_events.remove(engine, "before_cursor_execute", strike)
    after = home.snapshot(ana)
    if after != before:
        starts = _by_name(home.seen(ana, *_AROUND))
        for view in moves:
            key = view.move.target.occurrence or ""
            assert starts[view.move.target.event_id, key].start == view.move.after.start


@pytest.mark.law(21)
@LAW
@given(days=st.integers(1, 31))
def test_optimising_leaves_an_entry_of_when_who_and_what(home: Town, days: int) -> None:
    (ana,) = home.household("Ana")
    window = Span(WEEK.start, WEEK.start + timedelta(days=days))
    run = home.optimiser.start(ana, window, patience=timedelta(seconds=60))
    query = select(AuditEntry).where(AuditEntry.subject == str(run.id))
    (entry,) = home.read(ana, lambda tx: tx.execute(query).scalars().all())
    assert (entry.at, entry.actor_member_id) == (home.clock.now(), ana.member_id)
    assert (entry.action, entry.kind) == ("optimise", "optimisation")
