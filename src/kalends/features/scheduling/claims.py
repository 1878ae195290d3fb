"""From stored events to the engine's claims: who is taken, when, and by what."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, and_, select

from kalends.engine.claims import Claims, EventFacts, Participant, Subject, rank
from kalends.engine.zones import zone
from kalends.features.calendars.event_rows import Rows, Taker, claims_any_of, in_window, load_rows
from kalends.features.calendars.expansion import EventRow, Expansion, expand_rows, zone_name
from kalends.features.calendars.models import Calendar, CalendarObject, Response, Status
from kalends.features.identity.models import Member
from kalends.storage import Unit

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """Claims of a stretch of time, with the rows that they came from."""

    claims: Claims
    rows: Rows
    row: Ints  # of each claim: index into rows.events
    original: NDArray[np.datetime64]  # of each claim: the occurrence's original local start, NaT for none
    members: Mapping[UUID, Member]
    since: int  # seconds since 1970, UTC
    until: int

    def rows_of(self, uid: str) -> list[EventRow]:
        """Give the rows of an event, in whichever calendars it stands."""
        return [row for row in self.rows.events if row.uid == uid]


def gather(tx: Unit, since: int, until: int, *, members: Collection[UUID] | None = None) -> Gathered:
    """Read what claims members' time in [since, until), seconds since 1970; of `members` only if given.

    Transparent, cancelled and completed events claim nothing, nor do members who declined.
    """
    people = {member.id: member for member in tx.execute(select(Member)).scalars()}
    owners = dict(tx.execute(select(Calendar.id, Calendar.owner_member_id)).all())
    which: ColumnElement[bool] = in_window(since, until)
    if members is not None:
        own = [id for id, owner in owners.items() if owner in members]
        which = and_(which, claims_any_of(members, own))
    rows = load_rows(tx, which)
    wanted = people.keys() if members is None else set(members)
    takers = [
        [taker for taker in _claimed(row, rows, owners) if taker.member_id in wanted] for row in rows.events
    ]
    return _gathered(rows, takers, people, since, until, text_of=lambda id: tx.get(CalendarObject, id).text)


def claimed_members(tx: Unit, rows: Rows) -> frozenset[UUID]:
    """Give everyone whose time some rows claim."""
    owners = dict(tx.execute(select(Calendar.id, Calendar.owner_member_id)).all())
    return frozenset(taker.member_id for row in rows.events for taker in _claimed(row, rows, owners))


def _claimed(row: EventRow, rows: Rows, owners: Mapping[UUID, UUID | None]) -> Sequence[Taker]:
    if row.transparent or row.status is Status.CANCELLED or row.completed_at is not None:
        return ()
    if row.has_participants:
        return [taker for taker in rows.takers_of(row) if taker.response is not Response.DECLINED]
    owner = owners.get(row.calendar_id)
    return [Taker(member_id=owner, required=True, response=Response.ACCEPTED)] if owner else ()


def _gathered(
    rows: Rows,
    takers: Sequence[Sequence[Taker]],
    people: Mapping[UUID, Member],
    since: int,
    until: int,
    text_of: Callable[[UUID], str],
) -> Gathered:
    subjects = sorted({taker.member_id for taking in takers for taker in taking})
    number = {member_id: index for index, member_id in enumerate(subjects)}
    events: dict[str, int] = {}
    event_of_row = np.array([events.setdefault(row.uid, len(events)) for row in rows.events], np.int64)
    proposed = np.array([row.status is Status.PROPOSED for row in rows.events], bool)

    # Events in a zone of their own are at the same instants for all; others follow each member's clock.
    pieces = []
    zones = {people[member_id].zone for member_id in subjects}
    floats = np.array([zone_name(row.start) is None for row in rows.events], bool)
    for name in [None, *sorted(zones)] if floats.any() else [None]:
        taking = [
            [taker for taker in taken if name is None or people[taker.member_id].zone == name]
            if floats[index] == (name is not None)
            else ()
            for index, taken in enumerate(takers)
        ]
        found = expand_rows(rows.events, since, until, floating=zone(name or "UTC"), text_of=text_of)
        pieces.append(_fanned_out(found, taking, number))
    row, start, end, subject, required, original = (
        np.concatenate(parts) for parts in zip(*pieces, strict=True)
    )
    return Gathered(
        claims=Claims(
            start=start,
            end=end,
            subject=subject,
            event=event_of_row[row],
            subjects=[Subject(id=str(member_id)) for member_id in subjects],
            events=_facts(rows, takers, events),
            tentative=proposed[row],
            required=required,
        ),
        rows=rows,
        row=row,
        original=original,
        members=people,
        since=since,
        until=until,
    )


def _fanned_out(
    found: Expansion, taking: Sequence[Sequence[Taker]], number: Mapping[UUID, int]
) -> tuple[Any, ...]:
    """Repeat each occurrence for each member whom its row takes."""
    counts = np.array([len(taken) for taken in taking], np.int64)
    first = np.cumsum(counts) - counts
    subject = np.array([number[taker.member_id] for taken in taking for taker in taken], np.int64)
    required = np.array([taker.required for taken in taking for taker in taken], bool)
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


def _facts(rows: Rows, takers: Sequence[Sequence[Taker]], events: Mapping[str, int]) -> list[EventFacts]:
    """Describe each UID once: by its master where there is one."""
    facts: list[EventFacts | None] = [None] * len(events)
    times: dict[str, list[str]] = {uid: [] for uid in events}
    for row in rows.events:
        times[row.uid].append(
            f"{row.recurrence_id}{row.start}{row.length_days},{row.length_seconds}{row.recurrence}"
        )
    for row, taken in zip(rows.events, takers, strict=True):
        if facts[events[row.uid]] is not None and row.recurrence_key:
            continue
        category = rows.categories.get(row.category_id)
        facts[events[row.uid]] = EventFacts(
            uid=row.uid,
            rank=rank(row.priority, category.level if category else 3),
            flexibility=row.flexibility,
            priority=row.priority,
            created=int(row.created_at.timestamp()),
            participants=tuple(
                Participant(id=str(taker.member_id), required=taker.required) for taker in taken
            ),
            timing=hashlib.blake2b("\n".join(sorted(times[row.uid])).encode(), digest_size=12).hexdigest(),
        )
    return [fact for fact in facts if fact is not None]
