"""From stored events and reservations to the engine's claims: who and what is taken, when, and by what."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, and_, or_, select

from kalends.engine.claims import Claims, EventFacts, Flexibility, Participant, Subject, SubjectKind, rank
from kalends.engine.zones import zone
from kalends.features.calendars.event_rows import (
    Rows,
    Taker,
    claims_any_of,
    claims_time,
    in_window,
    load_rows,
    takes_any_of,
)
from kalends.features.calendars.expansion import EventRow, Expansion, expand_rows, zone_name
from kalends.features.calendars.models import Calendar, CalendarObject, Response, Status
from kalends.features.identity.models import Member
from kalends.features.identity.workspaces import workspace_of
from kalends.features.resources.models import Reservation, Resource
from kalends.features.resources.reservations import reservations_between
from kalends.features.scheduling.constraints.in_force import Asked, asked_of
from kalends.storage import Unit

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """Claims of a stretch of time, with the rows that they came from."""

    claims: Claims
    rows: Rows
    row: Ints  # of each claim: index into rows.events, -1 for a reservation that stands alone
    original: NDArray[np.datetime64]  # of each claim: the occurrence's original local start, NaT for none
    members: Mapping[UUID, Member]
    resources: Mapping[UUID, Resource]
    reservations: Mapping[str, Reservation]  # by UID: those that stand alone
    asked: Asked  # of members and resources
    home: str  # the workspace's zone, by whose clock floating and all-day events take resources
    since: int  # seconds since 1970, UTC
    until: int

    def rows_of(self, uid: str) -> list[EventRow]:
        """Give the rows of an event, in whichever calendars it stands."""
        return [row for row in self.rows.events if row.uid == uid]

    def name_of(self, subject: str) -> str:
        """Give the name of a member or resource."""
        id = UUID(subject)
        return self.members[id].name if id in self.members else self.resources[id].name

    def zone_of(self, subject: str) -> str:
        """Give the zone by whose clock floating and all-day events claim a member or resource."""
        member = self.members.get(UUID(subject))
        return self.home if member is None else member.zone


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """Whose time some events claim, and what they take."""

    members: frozenset[UUID]
    resources: frozenset[UUID]


class _Take(NamedTuple):
    """One event row's claim on one subject."""

    subject: UUID
    required: bool
    zone: str  # in which a floating or all-day event claims it


def gather(
    tx: Unit,
    since: int,
    until: int,
    *,
    members: Collection[UUID] | None = None,
    resources: Collection[UUID] | None = None,
    completed: bool = False,
) -> Gathered:
    """Read what claims members and resources in [since, until), seconds since 1970.

    Where `members` or `resources` are given, only claims on those. Transparent, cancelled and (unless
    asked for) completed events claim nothing, nor do members who declined; a resource is taken by proposed
    events too. Resources that the workspace does not have are passed over.
    """
    people = {member.id: member for member in tx.execute(select(Member)).scalars()}
    things = {thing.id: thing for thing in tx.execute(select(Resource)).scalars()}
    owners = dict(tx.execute(select(Calendar.id, Calendar.owner_member_id)).all())
    home = workspace_of(tx).zone
    wanted, taken = set(people), set(things)
    which: ColumnElement[bool] = in_window(since, until)
    if members is not None or resources is not None:
        wanted, taken = wanted.intersection(members or ()), taken.intersection(resources or ())
        own = [id for id, owner in owners.items() if owner in wanted]
        which = and_(which, or_(claims_any_of(wanted, own), takes_any_of(taken)))
    rows = load_rows(tx, which)
    takes = [
        [
            *(
                _Take(taker.member_id, taker.required, people[taker.member_id].zone)
                for taker in _claimed(row, rows, owners, completed=completed)
                if taker.member_id in wanted
            ),
            *(_Take(id, True, home) for id in _taken(row, rows, completed=completed) if id in taken),
        ]
        for row in rows.events
    ]
    return _gathered(
        rows,
        takes,
        reservations_between(tx, taken, since, until),
        people=people,
        things=things,
        asked=asked_of(tx, people.values(), things, home=home),
        home=home,
        window=(since, until),
        text_of=lambda id: tx.get(CalendarObject, id).text,
    )


def claimed_by(tx: Unit, rows: Rows, alone: Sequence[Reservation] = ()) -> Claimed:
    """Give everyone whose time some rows claim, and everything that they and some reservations take."""
    owners = dict(tx.execute(select(Calendar.id, Calendar.owner_member_id)).all())
    return Claimed(
        members=frozenset(taker.member_id for row in rows.events for taker in _claimed(row, rows, owners)),
        resources=frozenset(id for row in rows.events for id in _taken(row, rows)).union(
            each.resource_id for each in alone
        ),
    )


def _claimed(
    row: EventRow, rows: Rows, owners: Mapping[UUID, UUID | None], *, completed: bool = False
) -> Sequence[Taker]:
    if not claims_time(row, completed=completed):
        return ()
    if row.has_participants:
        return [taker for taker in rows.takers_of(row) if taker.response is not Response.DECLINED]
    owner = owners.get(row.calendar_id)
    return [Taker(member_id=owner, required=True, response=Response.ACCEPTED)] if owner else ()


def _taken(row: EventRow, rows: Rows, *, completed: bool = False) -> Sequence[UUID]:
    return rows.resources_of(row) if row.has_resources and claims_time(row, completed=completed) else ()


def _gathered(
    rows: Rows,
    takes: Sequence[Sequence[_Take]],
    alone: Sequence[Reservation],
    *,
    people: Mapping[UUID, Member],
    things: Mapping[UUID, Resource],
    asked: Asked,
    home: str,
    window: tuple[int, int],
    text_of: Callable[[UUID], str],
) -> Gathered:
    wanted = {take.subject for taken in takes for take in taken} | {each.resource_id for each in alone}
    subjects = sorted(wanted, key=lambda id: (id in things, id))
    number = {id: index for index, id in enumerate(subjects)}
    events: dict[str, int] = {}
    event_of_row = np.array([events.setdefault(row.uid, len(events)) for row in rows.events], np.int64)
    proposed = np.array([row.status is Status.PROPOSED for row in rows.events], bool)

    # Events in a zone of their own are at the same instants for all; others follow each subject's clock.
    pieces = []
    zones = {take.zone for taken in takes for take in taken}
    floats = np.array([zone_name(row.start) is None for row in rows.events], bool)
    for name in [None, *sorted(zones)] if floats.any() else [None]:
        taking = [
            [take for take in taken if name is None or take.zone == name]
            if floats[index] == (name is not None)
            else ()
            for index, taken in enumerate(takes)
        ]
        found = expand_rows(rows.events, *window, floating=zone(name or "UTC"), text_of=text_of)
        pieces.append(_fanned_out(found, taking, number))
    row, start, end, subject, required, original = (
        np.concatenate(parts) for parts in zip(*pieces, strict=True)
    )
    of_member = np.array([id not in things for id in subjects], bool)
    tentative = proposed[row] & of_member[subject]  # a resource that somebody has asked for is taken

    standing = [events.setdefault(each.uid, len(events)) for each in alone]
    more = len(alone)
    return Gathered(
        claims=Claims(
            start=np.append(start, np.array([each.since_utc for each in alone], np.int64)),
            end=np.append(end, np.array([each.until_utc for each in alone], np.int64)),
            subject=np.append(subject, np.array([number[each.resource_id] for each in alone], np.int64)),
            event=np.append(event_of_row[row], np.array(standing, np.int64)),
            subjects=[_subject(id, things.get(id)) for id in subjects],
            events=[*_facts(rows, takes, events, things), *map(_facts_alone, alone)],
            tentative=np.append(tentative, np.zeros(more, bool)),
            required=np.append(required, np.ones(more, bool)),
        ),
        rows=rows,
        row=np.append(row, np.full(more, -1)),
        original=np.append(original, np.full(more, np.datetime64("NaT", "s"))),
        members=people,
        resources=things,
        reservations={each.uid: each for each in alone},
        asked=asked,
        home=home,
        since=window[0],
        until=window[1],
    )


def _subject(id: UUID, thing: Resource | None) -> Subject:
    if thing is None:
        return Subject(id=str(id))
    return Subject(id=str(id), kind=SubjectKind.RESOURCE, capacity=thing.places)


def _fanned_out(
    found: Expansion, taking: Sequence[Sequence[_Take]], number: Mapping[UUID, int]
) -> tuple[Any, ...]:
    """Repeat each occurrence for each subject that its row takes."""
    counts = np.array([len(taken) for taken in taking], np.int64)
    first = np.cumsum(counts) - counts
    subject = np.array([number[take.subject] for taken in taking for take in taken], np.int64)
    required = np.array([take.required for taken in taking for take in taken], bool)
    times = counts[found.row]
    place = np.arange(int(times.sum())) - np.repeat(np.cumsum(times) - times, times)
    which = np.repeat(first[found.row], times) + place
    return (
        np.repeat(found.row, times),
        np.repeat(found.start, times),
        np.repeat(found.end, times),
        subject[which],
        required[which],
        np.repeat(found.original, times),
    )


def _facts(
    rows: Rows,
    takes: Sequence[Sequence[_Take]],
    events: Mapping[str, int],
    things: Mapping[UUID, Resource],
) -> list[EventFacts]:
    """Describe each UID once: by its master where there is one."""
    facts: list[EventFacts | None] = [None] * len(events)
    times: dict[str, list[str]] = {uid: [] for uid in events}
    for row in rows.events:
        times[row.uid].append(
            f"{row.recurrence_id}{row.start}{row.length_days},{row.length_seconds}{row.recurrence}"
        )
    for row, taken in zip(rows.events, takes, strict=True):
        if facts[events[row.uid]] is not None and row.recurrence_key:
            continue
        category = rows.categories.get(row.category_id)
        facts[events[row.uid]] = EventFacts(
            uid=row.uid,
            rank=rank(row.priority, category.level if category else 3),
            flexibility=row.flexibility,
            priority=row.priority,
            created=int(row.created_at.timestamp()),
            participants=tuple(Participant(id=str(take.subject), required=take.required) for take in taken),
            resources=tuple(str(take.subject) for take in taken if take.subject in things),
            timing=hashlib.blake2b("\n".join(sorted(times[row.uid])).encode(), digest_size=12).hexdigest(),
            title=row.title,
            category=category.name if category else "",
            location=row.location or "",
        )
    return [fact for fact in facts if fact is not None]


def _facts_alone(reservation: Reservation) -> EventFacts:
    """Describe a reservation that stands alone; nobody but a person moves it."""
    resource = str(reservation.resource_id)
    return EventFacts(
        uid=reservation.uid,
        flexibility=Flexibility.FIXED,
        created=int(reservation.created_at.timestamp()),
        participants=(Participant(id=str(reservation.member_id)), Participant(id=resource)),
        resources=(resource,),
        timing=f"{reservation.start}/{reservation.end}",
        title=reservation.title,
    )
