"""From stored events and reservations to the engine's claims: who and what is taken, when, and by what."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, overload
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, and_, or_, select

from kalends.engine.claims import Claims, EventFacts, Flexibility, Participant, Subject, SubjectKind, rank
from kalends.features.calendars.event_rows import Rows, claims_any_of, in_window, load_rows, takes_any_of
from kalends.features.calendars.models import MASTER, Calendar
from kalends.features.calendars.row_columns import EventRow, Ints
from kalends.features.identity.models import Member
from kalends.features.resources.models import Reservation, Resource
from kalends.features.resources.reservations import reservations_between
from kalends.features.scheduling.claim_columns import ClaimColumns, Scene, claim_columns, claimed, taken
from kalends.features.scheduling.constraints.in_force import Asked, asked_of
from kalends.storage import Unit


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
        return self.rows.events.of_uid(uid)

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
    scene = Scene.of(tx, members, resources, completed=completed)
    near = in_window(since, until)
    if members is not None or resources is not None:
        near = and_(near, _claims_any(scene))
    rows = load_rows(tx, near)
    return gathered_from(tx, scene, rows, claim_columns(tx, rows, scene, since, until), since, until)


def gathered_from(
    tx: Unit, scene: Scene, rows: Rows, columns: ClaimColumns, since: int, until: int
) -> Gathered:
    """Put what rows claim in [since, until) together with the reservations that stand alone."""
    things = scene.number.keys() & scene.resources.keys()
    alone = reservations_between(tx, things, since, until)
    facts = _Facts(rows, scene, alone)
    of_member = np.array([id in scene.members for id in scene.number], bool)
    # A resource that somebody has asked for is taken.
    tentative = rows.events.proposed[columns.row] & of_member[columns.subject]
    more = len(alone)
    return Gathered(
        claims=Claims(
            start=_followed(columns.start, [each.since_utc for each in alone]),
            end=_followed(columns.end, [each.until_utc for each in alone]),
            subject=_followed(columns.subject, [scene.number[each.resource_id] for each in alone]),
            event=_followed(
                rows.events.uid[columns.row], list(range(facts.of_events, facts.of_events + more))
            ),
            subjects=[_subject(id, scene.resources.get(id)) for id in scene.number],
            events=facts,
            tentative=_followed(tentative, [False] * more),
            required=_followed(columns.required, [True] * more),
        ),
        rows=rows,
        row=_followed(columns.row, [-1] * more),
        original=_followed(columns.original, [np.datetime64("NaT", "s")] * more),
        members=scene.members,
        resources=scene.resources,
        reservations={each.uid: each for each in alone},
        asked=asked_of(tx, scene.members.values(), scene.resources, home=scene.home),
        home=scene.home,
        since=since,
        until=until,
    )


def _followed(column: NDArray[Any], more: Sequence[Any]) -> NDArray[Any]:
    return np.append(column, np.array(more, column.dtype)) if more else column


def _claims_any(scene: Scene) -> ColumnElement[bool]:
    members, things = scene.number.keys() & scene.members.keys(), scene.number.keys() & scene.resources.keys()
    own = [id for id, owner in scene.owners.items() if owner in members]
    return or_(claims_any_of(members, own), takes_any_of(things))


def claimed_by(tx: Unit, rows: Rows, alone: Sequence[Reservation] = ()) -> Claimed:
    """Give everyone whose time some rows claim, and everything that they and some reservations take."""
    owners = dict(tx.execute(select(Calendar.id, Calendar.owner_member_id)).all())
    return Claimed(
        members=frozenset(taker.member_id for row in rows.events for taker in claimed(row, rows, owners)),
        resources=frozenset(id for row in rows.events for id in taken(row, rows)).union(
            each.resource_id for each in alone
        ),
    )


def _subject(id: UUID, thing: Resource | None) -> Subject:
    if thing is None:
        return Subject(id=str(id))
    return Subject(id=str(id), kind=SubjectKind.RESOURCE, capacity=thing.places)


class _Facts(Sequence[EventFacts]):
    """What the engine must know of each UID, made when it is asked for; reservations come behind events."""

    def __init__(self, rows: Rows, scene: Scene, alone: Sequence[Reservation]) -> None:
        self.of_events = len(rows.events.numbers.uids)
        self._rows, self._scene, self._alone = rows, scene, alone
        self._made: dict[int, EventFacts] = {}
        self._order = np.argsort(rows.events.uid, kind="stable")
        self._first = np.searchsorted(rows.events.uid[self._order], np.arange(self.of_events + 1))

    def __len__(self) -> int:
        return self.of_events + len(self._alone)

    @overload
    def __getitem__(self, index: int) -> EventFacts: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[EventFacts]: ...

    def __getitem__(self, index: int | slice) -> EventFacts | Sequence[EventFacts]:
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(len(self)))]
        number = range(len(self))[index]  # raises IndexError, which ends a loop
        if number not in self._made:
            self._made[number] = self._make(number)
        return self._made[number]

    def _make(self, number: int) -> EventFacts:
        if number >= self.of_events:
            return _facts_alone(self._alone[number - self.of_events])
        places = self._order[self._first[number] : self._first[number + 1]].tolist()
        rows = sorted((self._rows.events[place] for place in places), key=_in_order)
        return _facts(rows, self._rows, self._scene) if rows else EventFacts(uid="")  # it is gone


def _in_order(row: EventRow) -> tuple[bool, UUID, str]:
    return row.recurrence_key != MASTER, row.object_id, row.recurrence_key


def _facts(rows: Sequence[EventRow], whole: Rows, scene: Scene) -> EventFacts:
    """Describe a UID by all its rows, which is to say by the first: a master where there is one."""
    row, takes = rows[0], scene.takes_of(rows[0], whole)
    category = whole.categories.get(row.category_id)
    times = [
        f"{each.recurrence_id}{each.start}{each.length_days},{each.length_seconds}{each.recurrence}"
        for each in rows
    ]
    return EventFacts(
        uid=row.uid,
        rank=rank(row.priority, category.level if category else 3),
        flexibility=row.flexibility,
        priority=row.priority,
        created=int(row.created_at.timestamp()),
        participants=tuple(Participant(id=str(take.subject), required=take.required) for take in takes),
        resources=tuple(str(take.subject) for take in takes if take.subject in scene.resources),
        timing=hashlib.blake2b("\n".join(sorted(times)).encode(), digest_size=12).hexdigest(),
        title=row.title,
        category=category.name if category else "",
        location=row.location or "",
    )


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
