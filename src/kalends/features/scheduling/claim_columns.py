"""Claims as columns, from event rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Self, cast
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from kalends.engine.zones import zone
from kalends.features.calendars.event_rows import Rows, Taker, claims_time
from kalends.features.calendars.expansion import expand_rows
from kalends.features.calendars.models import Calendar, CalendarObject, Response
from kalends.features.calendars.row_columns import Bools, EventRow, Ints
from kalends.features.identity.models import Member
from kalends.features.identity.workspaces import workspace_of
from kalends.features.resources.models import Resource
from kalends.storage import Unit


class Take(NamedTuple):
    """One event row's claim on one subject."""

    subject: UUID
    required: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Who and what there is to be claimed, and what besides the events decides by whom and when it is."""

    members: Mapping[UUID, Member]
    resources: Mapping[UUID, Resource]
    owners: Mapping[UUID, UUID | None]  # of the calendars
    home: str  # the workspace's zone, by whose clock floating and all-day events take resources
    number: Mapping[UUID, int]  # of each subject that was asked for: the members, then the resources
    completed: bool  # whether completed events count too

    @classmethod
    def of(
        cls,
        tx: Unit,
        members: Collection[UUID] | None,
        resources: Collection[UUID] | None,
        *,
        completed: bool,
    ) -> Self:
        """Look at the workspace; where members or resources are given, only claims on those count."""
        people = {member.id: member for member in tx.execute(select(Member)).scalars()}
        things = {thing.id: thing for thing in tx.execute(select(Resource)).scalars()}
        some = members is not None or resources is not None
        wanted = [
            *sorted(people.keys() & set(members or ()) if some else people),
            *sorted(things.keys() & set(resources or ()) if some else things),
        ]
        return cls(
            members=people,
            resources=things,
            owners=dict(tx.execute(select(Calendar.id, Calendar.owner_member_id)).all()),
            home=workspace_of(tx).zone,
            number={id: index for index, id in enumerate(wanted)},
            completed=completed,
        )

    @property
    def fingerprint(self) -> object:
        """Give what changes whenever the same rows would claim somebody else, or at another time."""
        return self.owners, self.home, [(id, self.zone_of(id)) for id in self.number]

    def zone_of(self, subject: UUID) -> str:
        """Give the zone by whose clock floating and all-day events claim a subject."""
        member = self.members.get(subject)
        return self.home if member is None else member.zone

    def takes_of(self, row: EventRow, rows: Rows) -> list[Take]:
        """Give what a row's event claims, of what was asked for."""
        takers = claimed(row, rows, self.owners, completed=self.completed)
        people = (Take(each.member_id, each.required) for each in takers)
        things = (Take(id, True) for id in taken(row, rows, completed=self.completed))
        return [take for take in (*people, *things) if take.subject in self.number]


def claimed(
    row: EventRow, rows: Rows, owners: Mapping[UUID, UUID | None], *, completed: bool = False
) -> Sequence[Taker]:
    """Give the members whose time a row's event claims."""
    if not claims_time(row, completed=completed):
        return ()
    if row.has_participants:
        return [taker for taker in rows.takers_of(row) if taker.response is not Response.DECLINED]
    owner = owners.get(row.calendar_id)
    return [Taker(member_id=owner, required=True, response=Response.ACCEPTED)] if owner else ()


def taken(row: EventRow, rows: Rows, *, completed: bool = False) -> Sequence[UUID]:
    """Give the resources that a row's event takes."""
    return rows.resources_of(row) if row.has_resources and claims_time(row, completed=completed) else ()


class ClaimColumns(NamedTuple):
    """Claims as columns of one length, in no promised order."""

    row: Ints  # which row of the events claims
    start: Ints  # seconds since 1970, UTC
    end: Ints
    subject: Ints  # as `Scene.number` has it
    required: Bools
    original: NDArray[np.datetime64]  # the occurrence's original local start, NaT for none

    def only(self, kept: Bools) -> ClaimColumns:
        """Give the claims that are marked."""
        return ClaimColumns(*(cast(Any, column)[kept] for column in self))

    def joined(self, more: ClaimColumns) -> ClaimColumns:
        """Add claims behind."""
        return ClaimColumns(*map(cast(Any, np.append), self, more))


def claim_columns(tx: Unit, rows: Rows, scene: Scene, since: int, until: int) -> ClaimColumns:
    """Give what the rows claim in [since, until); `row` is the place among them."""
    events, takes = rows.events, _takes(rows, scene)
    near = (events.since < until) & (events.until >= since)
    once = np.flatnonzero(near & events.exact)
    nowhere = np.full(len(once), np.datetime64("NaT", "s"))
    found = _fanned_out(once, events.since[once], events.until[once], nowhere, takes)
    found = found.only(_inside(found, since, until))
    # Events in a zone of their own are at the same instants for all; others follow each subject's clock.
    zones = np.array([scene.zone_of(id) for id in scene.number], object)
    floating = np.isin(events.object, events.object[events.floating])
    for name in [None, *sorted(set(zones[takes.subject[events.floating[takes.row]]]))]:
        places = np.flatnonzero(near & ~events.exact & (floating if name else True))
        shown = expand_rows(
            [events[place] for place in places.tolist()],
            since,
            until,
            floating=zone(name or "UTC"),
            text_of=lambda id: tx.get(CalendarObject, id).text,
        )
        floats = events.floating[takes.row]
        clock = takes.only(floats & (zones[takes.subject] == name) if name else ~floats)
        found = found.joined(_fanned_out(places[shown.row], shown.start, shown.end, shown.original, clock))
    return found


class _Takes(NamedTuple):
    """Who and what each row claims, in order of rows."""

    rows: int  # how many there are
    row: Ints
    subject: Ints
    required: Bools

    def only(self, kept: Bools) -> _Takes:
        return _Takes(self.rows, self.row[kept], self.subject[kept], self.required[kept])


def _takes(rows: Rows, scene: Scene) -> _Takes:
    events = rows.events
    owners = [scene.number.get(cast(UUID, scene.owners.get(id)), -1) for id in events.numbers.calendars.names]
    claiming = events.claiming if scene.completed else events.claiming & ~events.completed
    own = np.flatnonzero(claiming & ~events.participants & ~events.resources)
    owner = np.array(owners, np.int64)[events.calendar[own]]
    own, owner = own[owner >= 0], owner[owner >= 0]
    listed = [
        (place, scene.number[take.subject], take.required)
        for place in np.flatnonzero(claiming & (events.participants | events.resources)).tolist()
        for take in scene.takes_of(events[place], rows)
    ]
    row, subject, required = np.array(listed, np.int64).reshape(-1, 3).T
    row, subject = np.append(own, row), np.append(owner, subject)
    needed = np.append(np.ones(len(own), bool), required.astype(bool))
    order = np.argsort(row, kind="stable")
    return _Takes(len(events), row[order], subject[order], needed[order])


def _fanned_out(
    row: Ints, start: Ints, end: Ints, original: NDArray[np.datetime64], takes: _Takes
) -> ClaimColumns:
    """Repeat each occurrence for each subject that its row takes."""
    counts = np.bincount(takes.row, minlength=takes.rows)
    first = np.cumsum(counts) - counts
    times = counts[row]
    place = np.arange(int(times.sum())) - np.repeat(np.cumsum(times) - times, times)
    which = np.repeat(first[row], times) + place
    return ClaimColumns(
        np.repeat(row, times),
        np.repeat(start, times),
        np.repeat(end, times),
        takes.subject[which],
        takes.required[which],
        np.repeat(original, times),
    )


def _inside(found: ClaimColumns, since: int, until: int) -> Bools:
    start, end = found.start, found.end
    inside: Bools = (start < until) & ((end > since) | ((start == end) & (start >= since)))
    return inside
