"""However resources are taken, no more have them than they serve; and a reservation is as its event."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kalends.engine.series import Length
from kalends.engine.spans import Span
from kalends.features.calendars.models import Status
from kalends.features.changes import Operation, Source
from kalends.features.changes.service import operations_of
from kalends.features.identity.actor import Actor
from kalends.features.resources import availability as looking
from kalends.features.resources.models import ReservationStatus, ResourceType
from kalends.features.scheduling import EventChanges, EventDraft, Scope, Target, plans
from kalends.kit.errors import KalendsError, NotFound
from kalends.storage import Unit, migrate
from workspaces import BERLIN, Town, at, town

FIRST, LAST = at("2026-03-23 00:00"), at("2026-04-05 00:00")  # the change to summer time is inside
bounded = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))

STATUSES = st.sampled_from([Status.PROPOSED, Status.CONFIRMED, Status.CANCELLED])
HOURS = st.integers(0, 12 * 24)
LENGTHS = st.sampled_from([30, 60, 180, 60 * 30])
RULES = st.sampled_from([(), (), ("FREQ=DAILY;COUNT=4",), ("FREQ=DAILY;INTERVAL=2",)])


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    directory: Path = tmp_path_factory.mktemp("laws")
    url = f"sqlite:///{directory / 'kalends.sqlite'}"
    migrate(url)
    opened = town(url, directory)
    yield opened
    opened.database.close()


def apply(tx: Unit, home: Town, actor: Actor, operations: list[Operation]) -> UUID:
    """Carry out a plan and give its change set; conflicts, which are not judged here, are not looked for."""
    applied = home.services.changes.apply(tx, actor, operations, source=Source.USER)
    if applied is None:
        raise NotFound("Nothing changed.")
    return applied.id


def _objects(tx: Unit, change_set_id: UUID) -> list[UUID]:
    return [row.object_id for row in tx.execute(operations_of([change_set_id])).scalars()]


def when(hours: int, *, floating: bool = False) -> datetime:
    moment = (FIRST.replace(tzinfo=None) + timedelta(hours=hours)).replace(tzinfo=BERLIN)
    return moment.replace(tzinfo=None) if floating else moment


def thing(tx: Unit, home: Town, actor: Actor, capacity: int) -> UUID:
    make = home.services.resources.create
    return make(tx, actor, name="Car", type=ResourceType.VEHICLE, capacity=capacity).id


def held(home: Town, actor: Actor, car: UUID) -> list[tuple[datetime, datetime, str]]:
    """Give when events hold the resource, and their status, as the calendar itself shows it."""
    return sorted(
        (_instant(found.start), _instant(found.end), found.event.row.status.value)
        for found in home.seen(actor, FIRST, LAST)
        if car in found.event.resources
        and found.event.row.status is not Status.CANCELLED
        and not found.event.row.transparent
        and found.start != found.end
    )


def _instant(start: Any) -> datetime:
    moment = start if isinstance(start, datetime) else datetime(start.year, start.month, start.day)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=BERLIN)
    return min(max(moment.astimezone(FIRST.tzinfo), FIRST), LAST)


def plain_peak(spans: list[tuple[datetime, datetime]]) -> int:
    """Count at each start who is there: the peak is at one of them."""
    ends = [(a.timestamp(), b.timestamp()) for a, b in spans]
    return max((sum(a <= start < b for a, b in ends) for start, _ in ends), default=0)


TAKING = st.one_of(
    st.tuples(st.just("event"), HOURS, LENGTHS, RULES, st.booleans()),
    st.tuples(st.just("reserve"), HOURS, LENGTHS, st.just(()), st.booleans()),
    st.tuples(st.sampled_from(["move", "confirm", "remove"]), HOURS, LENGTHS, st.just(()), st.booleans()),
    st.tuples(st.just("undo"), HOURS, LENGTHS, st.just(()), st.booleans()),
)


@pytest.mark.law(37)
@bounded
@given(capacity=st.integers(0, 2), steps=st.lists(TAKING, min_size=2, max_size=5))
def test_peak_use_never_exceeds_capacity(place: Town, capacity: int, steps: list[Any]) -> None:
    (ana,) = place.household("Ana")
    resources = place.services.resources
    events: list[UUID] = []
    sets: list[UUID] = []
    alone: list[tuple[datetime, datetime]] = []

    def step(tx: Unit, car: UUID, kind: str, hours: int, minutes: int, rules: Any, flag: bool) -> None:
        start, last = when(hours), when(hours) + timedelta(minutes=minutes)
        if kind == "event":
            wanted: EventChanges = {
                "title": "x",
                "start": when(hours, floating=flag),
                "length": Length(seconds=60 * minutes),
                "rules": rules,
                "status": Status.PROPOSED if flag else Status.CONFIRMED,
                "resources": [car],
            }
            sets.append(apply(tx, place, ana, plans.create(tx, ana, [EventDraft(changes=wanted)])))
            events.extend(_objects(tx, sets[-1]))
        elif kind == "reserve":
            status = ReservationStatus.PROPOSED if flag else ReservationStatus.CONFIRMED
            row = resources.reserve(tx, ana, car, start=start, end=last, status=status)
            ends = (datetime.fromtimestamp(end, BERLIN) for end in (row.since_utc, row.until_utc))
            alone.append((next(ends), next(ends)))
        elif kind == "undo" and sets:
            place.services.changes.undo(tx, ana, sets[hours % len(sets)])
        elif kind != "undo" and events:
            target = Target(event_id=events[hours % len(events)])
            changes: EventChanges = {"status": Status.CANCELLED if flag else Status.CONFIRMED}
            if kind == "move":
                changes = {"start": start}
            if kind == "remove":
                sets.append(apply(tx, place, ana, plans.remove(tx, ana, target)))
            else:
                sets.append(apply(tx, place, ana, plans.update(tx, ana, target, changes)))

    def run(tx: Unit) -> UUID:
        car = thing(tx, place, ana, capacity)
        for each in steps:
            with suppress(KalendsError):  # what is refused has changed nothing
                step(tx, car, *each)
        return car

    car = place.write(ana, run)
    assert plain_peak([*((a, b) for a, b, _ in held(place, ana, car)), *alone]) <= capacity


WAYS = st.lists(
    st.tuples(st.sampled_from(["all", "single", "future", "undo", "retime"]), STATUSES, st.integers(0, 3)),
    max_size=3,
)


@pytest.mark.law(38)
@bounded
@given(status=STATUSES, ways=WAYS)
def test_a_reservation_has_the_status_of_its_event(place: Town, status: Status, ways: list[Any]) -> None:
    (ana,) = place.household("Ana")
    first = when(9)
    changes = place.services.changes

    def run(tx: Unit) -> UUID:
        car = thing(tx, place, ana, 5)
        wanted: EventChanges = {
            "title": "x",
            "start": first,
            "length": Length(seconds=3600),
            "rules": ("FREQ=DAILY;COUNT=5",),
            "status": status,
            "resources": [car],
        }
        sets = [apply(tx, place, ana, plans.create(tx, ana, [EventDraft(changes=wanted)]))]
        (event,) = _objects(tx, sets.pop())
        for way, then, day in ways:
            key = (first + timedelta(days=day)).replace(tzinfo=None).isoformat()
            scope = {"all": Scope.ALL, "future": Scope.FUTURE}.get(way, Scope.SINGLE)
            target = Target(event_id=event, scope=scope, occurrence=None if way == "all" else key)
            edit: EventChanges = {"start": when(24 * day + 12)} if way == "retime" else {"status": then}
            with suppress(KalendsError):
                if way != "undo":
                    sets.append(apply(tx, place, ana, plans.update(tx, ana, target, edit)))
                elif sets:
                    changes.undo(tx, ana, sets.pop())
        return car

    car = place.write(ana, run)
    assert _reserved(place, ana, car) == held(place, ana, car)


def _reserved(home: Town, actor: Actor, car: UUID) -> list[tuple[datetime, datetime, str]]:
    """Give when events hold the resource, and their status, as its reservations show it."""
    events = home.services.resources.events
    page = home.read(
        actor,
        lambda tx: looking.reservations(tx, events, actor, car, Span(FIRST, LAST), limit=200),
    )
    return sorted(
        (_instant(each.span.start), _instant(each.span.end), each.taken.status) for each in page.items
    )
