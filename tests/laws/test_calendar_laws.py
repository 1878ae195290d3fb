"""What a range holds, what a filter lets through, what survives: for any calendar."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event as sqlalchemy_events
from sqlalchemy import select

from kalends.engine.claims import Priority
from kalends.engine.recurrence.instances import occurrences
from kalends.engine.series import Start
from kalends.engine.spans import Span
from kalends.engine.zones import zone
from kalends.features.calendars import categories
from kalends.features.calendars.models import MASTER, CalendarObject, Status
from kalends.features.calendars.queries import EventFilter, Instance, instances
from kalends.features.changes import Operation, Source
from kalends.features.identity.actor import Actor
from kalends.features.identity.models import AuditEntry
from kalends.features.scheduling import EventDraft, Invitee, Scope, plans
from kalends.ical import ObjectText
from kalends.storage import Unit
from strategies.calendars import events, starts, windows
from workspaces import Town, town

# What the services do by themselves, whatever the database; contract tests run on each kind.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
LAW = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
some = st.lists(events(), min_size=1, max_size=3)
EARLY = datetime(2026, 2, 1), datetime(2026, 4, 1)  # local times of the actor


def _apply(home: Town, actor: Actor, plan: Callable[[Unit], list[Operation]]) -> None:
    """Change the calendar without looking for conflicts."""
    home.write(actor, lambda tx: home.services.changes.apply(tx, actor, plan(tx), source=Source.USER))


def _fill(home: Town, actor: Actor, drafts: list[Any], data: st.DataObject) -> None:
    """Store the events, and move or exclude an occurrence of the first series."""
    wanted = [EventDraft(changes=draft) for draft in drafts]
    _apply(home, actor, lambda tx: plans.create(tx, actor, wanted))
    series = (found for found in home.seen(actor, *EARLY) if found.recurrence_key != MASTER)
    found = next(series, None)
    if found is None:
        return
    target = plans.Target(
        event_id=found.event.row.object_id, scope=Scope.SINGLE, occurrence=found.recurrence_key
    )
    moved = data.draw(starts())
    if isinstance(moved, datetime) == isinstance(found.start, datetime):
        _apply(home, actor, lambda tx: plans.update(tx, actor, target, {"start": moved}))
    else:
        _apply(home, actor, lambda tx: plans.remove(tx, actor, target))


def _by_the_engine(
    home: Town, actor: Actor, window: tuple[datetime, datetime]
) -> list[tuple[str, Start, Start]]:
    texts = home.read(actor, lambda tx: tx.execute(select(CalendarObject.text)).scalars().all())
    found = []
    for text in map(ObjectText.parse, texts):
        found += [
            (text.uid, each.start, each.end)
            for each in occurrences(text.series(), *window, floating_zone=zone(actor.zone))
        ]
    return sorted(found, key=repr)


def _told(found: list[Instance]) -> list[tuple[str, Start, Start]]:
    return sorted(((each.event.row.uid, each.start, each.end) for each in found), key=repr)


@pytest.mark.law(9)
@LAW
@given(drafts=some, window=windows(), data=st.data())
def test_a_range_holds_exactly_what_intersects_it(
    home: Town, drafts: Any, window: Any, data: st.DataObject
) -> None:
    (ana,) = home.household("Ana")
    _fill(home, ana, drafts, data)
    found = home.read(ana, lambda tx: instances(tx, ana, Span(*window)))
    assert _told(found) == _by_the_engine(home, ana, window)


@pytest.mark.law(24)
@pytest.mark.law(25)
@LAW
@given(
    drafts=some,
    priorities=st.none() | st.sets(st.sampled_from(Priority)),
    statuses=st.none() | st.sets(st.sampled_from(Status)),
    text=st.none() | st.text(max_size=2),
    data=st.data(),
)
def test_filters_let_through_what_passes_all_of_them_with_its_category(
    home: Town, drafts: Any, priorities: Any, statuses: Any, text: str | None, data: st.DataObject
) -> None:
    ana, ben = home.household("Ana", "Ben")
    known = home.read(ana, categories.list_categories)
    for draft in drafts:
        draft["category_id"] = data.draw(st.none() | st.sampled_from([category.id for category in known]))
        members = data.draw(st.sets(st.sampled_from([ana.member_id, ben.member_id])))
        draft["participants"] = [Invitee(member_id=id) for id in members]
    _fill(home, ana, drafts, data)
    chosen = data.draw(st.none() | st.sets(st.sampled_from([category.id for category in known])))
    chosen_members = data.draw(st.none() | st.sets(st.sampled_from([ana.member_id, ben.member_id])))
    wanted = EventFilter(
        members=chosen_members, categories=chosen, priorities=priorities, statuses=statuses, text=text
    )
    span = datetime(2026, 3, 1), datetime(2026, 4, 15)
    everything = home.seen(ana, *span)
    levels = {category.id: category.level for category in known}
    for found in everything:
        assert found.event.category is not None
        assert found.event.category.level == levels[found.event.row.category_id]

    def passes(found: Instance) -> bool:
        row = found.event.row
        claimed = {taker.member_id for taker in found.event.claimed_members}
        said = "\n".join(filter(None, (row.title, row.description, row.location))).casefold()
        return (
            (chosen_members is None or not chosen_members.isdisjoint(claimed))
            and (chosen is None or row.category_id in chosen)
            and (priorities is None or row.priority in priorities)
            and (statuses is None or row.status in statuses)
            and (text is None or text.casefold() in said)
        )

    assert _told(home.seen(ana, *span, wanted)) == _told([found for found in everything if passes(found)])


class Struck(RuntimeError):
    """What a test makes fail."""


@contextmanager
def _striking(home: Town, number: int) -> Iterator[list[Struck]]:
    """Make a statement fail, counted from 0; what is given holds the failure if it came to that."""
    struck: list[Struck] = []
    left = [number]

    def strike(*_: object) -> None:
        left[0] -= 1
        if left[0] == -1:
            struck.append(Struck("struck"))
            raise struck[0]

    sqlalchemy_events.listen(home.database.engine, "before_cursor_execute", strike)
    try:
        yield struck
    except Struck:
        pass
    finally:
        sqlalchemy_events.remove(home.database.engine, "before_cursor_execute", strike)


@pytest.mark.law(3)
@LAW
@given(drafts=some, number=st.integers(0, 40))
def test_events_created_together_are_stored_together_or_not_at_all(
    home: Town, drafts: Any, number: int
) -> None:
    (ana,) = home.household("Ana")
    before = home.snapshot(ana)
    wanted = [EventDraft(changes=draft) for draft in drafts]
    with _striking(home, number):
        home.scheduling.carry_out(ana, lambda tx: plans.create(tx, ana, wanted))
    after = home.snapshot(ana)
    assert after == before or len(after["calendar_object"]) == len(drafts)


@pytest.mark.law(10)
@LAW
@given(draft=events(), number=st.integers(0, 40))
def test_what_was_stored_is_there_when_the_server_comes_back(
    home: Town, tmp_path: Path, draft: Any, number: int
) -> None:
    (ana,) = home.household("Ana")
    made = home.made(ana, **draft)
    before = home.snapshot(ana)
    with _striking(home, number) as struck:
        _apply(home, ana, lambda tx: plans.remove(tx, ana, plans.Target(event_id=made)))
    again = town(home.database.url, tmp_path)
    after = again.snapshot(ana)
    again.database.close()
    assert after == (before if struck else {name: [] for name in before})


@pytest.mark.law(21)
@LAW
@given(draft=events(), work=st.sampled_from(["create", "update", "delete"]))
def test_each_change_leaves_an_entry_of_when_who_and_what(home: Town, draft: Any, work: str) -> None:
    (ana,) = home.household("Ana")
    made = home.made(ana, **draft)
    if work == "update":
        home.edit(ana, made, title="another")
    elif work == "delete":
        home.remove(ana, made)
    query = select(AuditEntry).where(AuditEntry.subject == str(made)).order_by(AuditEntry.id.desc())
    entry = home.read(ana, lambda tx: tx.execute(query).scalars().first())
    assert entry is not None
    assert (entry.at, entry.actor_member_id, entry.kind) == (home.clock.now(), ana.member_id, "event")
    assert entry.action == work


@pytest.mark.law(7)
@LAW
@given(drafts=st.lists(events(), min_size=2, max_size=5))
def test_every_overlapping_pair_is_a_conflict_and_no_other(home: Town, drafts: Any) -> None:
    (ana,) = home.household("Ana")
    for draft in drafts:
        draft.update(status=Status.CONFIRMED, transparent=False)
    wanted = [EventDraft(changes=draft, uid=str(number)) for number, draft in enumerate(drafts)]
    _apply(home, ana, lambda tx: plans.create(tx, ana, wanted))
    now, horizon = home.clock.now(), home.clock.now() + home.scheduling._settings.horizon
    rows = home.read(ana, lambda tx: tx.execute(select(CalendarObject.uid, CalendarObject.text)).all())
    spans = {
        uid: [
            Span(_instant(each.start, ana), _instant(each.end, ana))
            for each in occurrences(
                ObjectText.parse(text).series(), now, horizon, floating_zone=zone(ana.zone)
            )
            if _instant(each.start, ana) < _instant(each.end, ana)
        ]
        for uid, text in rows
    }
    overlapping = {
        frozenset((one, other))
        for one in spans
        for other in spans
        if one < other
        and any(
            a.start < b.end and b.start < a.end and min(a.end, b.end) > now
            for a in spans[one]
            for b in spans[other]
        )
    }
    told = {frozenset(view.conflict.uids) for view in home.scheduling.conflicts(ana)}
    assert {pair for pair in told if len(pair) == 2} == overlapping


def _instant(start: Start, actor: Actor) -> datetime:
    place = zone(actor.zone).tzinfo
    if not isinstance(start, datetime):
        return datetime(start.year, start.month, start.day, tzinfo=place)
    return start if start.tzinfo else start.replace(tzinfo=place)
