"""What stands in a stretch of time, who may move it, and what decides where it may go."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from kalends.engine.claims import Subject
from kalends.engine.spans import EPOCH, Span
from kalends.engine.zones import zone
from kalends.features.calendars.access import Access, calendars_of
from kalends.features.calendars.expansion import instance_key, local_start, zone_name
from kalends.features.calendars.row_columns import EventRow
from kalends.features.identity.actor import Actor
from kalends.features.resources.standing_in import stand_ins
from kalends.features.scheduling.bounds import bounds_of
from kalends.features.scheduling.claims import Gathered, gather
from kalends.features.scheduling.diaries import hours_of
from kalends.features.scheduling.editing import EventChanges
from kalends.features.scheduling.optimising.layout import Occurrence
from kalends.features.scheduling.optimising.surroundings import Surroundings
from kalends.features.scheduling.plans import Target
from kalends.features.scheduling.preparing.sessions import PREPARATION
from kalends.storage import Unit

_BESIDE = timedelta(days=8)  # a week's cap counts what lies outside of the window, too


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """The occurrences around a window, with the stored events that they came from."""

    gathered: Gathered
    occurrences: tuple[Occurrence, ...]
    around: Surroundings

    def uses(self, occurrence: Occurrence) -> Sequence[tuple[Subject, bool]]:
        """Give what an occurrence claims, and whether it must have it."""
        claims = self.gathered.claims
        return [
            (claims.subjects[claims.subject[row]], bool(claims.required[row])) for row in occurrence.claims
        ]

    def row(self, occurrence: Occurrence) -> EventRow:
        """Give the stored event."""
        return self.gathered.rows.events[int(self.gathered.row[occurrence.claims[0]])]

    def target(self, occurrence: Occurrence) -> Target:
        """Name the occurrence as an edit does, at the version that it was seen with."""
        row = self.row(occurrence)
        key = instance_key(row, self.gathered.original[occurrence.claims[0]].item())
        return Target.single(row.object_id, key, row.version)

    def changes(self, occurrence: Occurrence, after: Span, swaps: Mapping[str, str]) -> EventChanges:
        """Give the edit that puts an occurrence elsewhere, or gives it other resources."""
        row, changes = self.row(occurrence), EventChanges()
        if after != occurrence.span:
            changes["start"] = local_start(row, (after.start - EPOCH) // timedelta(seconds=1), zone("UTC"))
        if swaps:
            kept = self.gathered.rows.resources_of(row)
            changes["resources"] = [UUID(swaps.get(str(resource), str(resource))) for resource in kept]
        return changes


def survey(tx: Unit, actor: Actor, window: Span, *, fixed: Collection[UUID] = ()) -> Survey:
    """Look at all that claims time around a window, as the actor may change it.

    An occurrence may move if its flexibility and priority allow it, it begins in the window and after now,
    the actor may write it, and nobody outside of the workspace takes part; `fixed` names further objects
    that may not. All-day and floating events stay, what stands in several calendars, and what something
    prepares for. What belongs to a task, a block or a preparation stays on its day.
    """
    since, until = (
        (moment - EPOCH) // timedelta(seconds=1) for moment in (window.start - _BESIDE, window.end + _BESIDE)
    )
    gathered = gather(tx, since, until)
    calendars = calendars_of(tx, actor)
    writable = {id for id, view in calendars.items() if view.access >= Access.WRITE}
    known = sorted(gathered.resources.values(), key=lambda each: each.id)
    around = Surroundings(
        clocks=gathered.asked.clocks,
        members=frozenset(map(str, gathered.members)),
        hours={str(member.id): hours_of(member) for member in gathered.members.values()},
        constraints=gathered.asked.weighed,
        presumed=frozenset(gathered.asked.presumed) - frozenset(gathered.asked.liked),
        others={str(each.id): [str(other.id) for other in stand_ins(each, known)] for each in known},
        capacities={str(each.id): each.places for each in known},
    )
    grouped = _grouped(gathered)
    crowded = _overlapping_themselves(grouped)
    prepared = _prepared(gathered)
    first = max(window.start, tx.now)
    starts, ends = first.timestamp(), window.end.timestamp()

    def movable(key: _Key, rows: Sequence[int]) -> bool:
        event, begins, closes = key
        numbers = {int(gathered.row[row]) for row in rows}
        if len(numbers) != 1 or min(numbers) < 0 or key in crowded or closes - begins >= 86_400:
            return False
        row = gathered.rows.events[numbers.pop()]
        return (
            gathered.claims.events[event].movable
            and starts <= begins
            and closes <= ends
            and zone_name(row.start) is not None
            and row.calendar_id in writable
            and row.object_id not in fixed
            and str(row.object_id) not in prepared
            and not row.has_outsiders
        )

    def bounds(key: _Key, rows: Sequence[int]) -> Span | None:
        number = int(gathered.row[rows[0]])
        subject = gathered.claims.subjects[gathered.claims.subject[rows[0]]].id
        return None if number < 0 else bounds_of(gathered, gathered.rows.events[number], subject, key[1])

    occurrences = tuple(
        Occurrence(
            facts=gathered.claims.events[key[0]],
            span=Span.of_seconds(key[1], key[2]),
            claims=tuple(rows),
            movable=movable(key, rows),
            within=bounds(key, rows),
            settled=min(gathered.row[rows]) < 0 or not starts <= key[1] < ends,
        )
        for key, rows in grouped.items()
    )
    return Survey(gathered=gathered, occurrences=occurrences, around=around)


def from_now(window: Span, now: datetime, step: timedelta) -> Span:
    """Cut off what has passed, at a whole step of the clock."""
    if now <= window.start:
        return window
    steps = -((window.start - now) // step)
    return Span(window.start.astimezone(UTC) + steps * step, window.end)


_Key = tuple[int, int, int]
"""An occurrence: the event's index, and when it starts and ends in UTC seconds."""


def _prepared(gathered: Gathered) -> frozenset[str]:
    """Give the events for which there are sessions: these would be left behind."""
    kinds = (str(row.holder).split(":") for row in gathered.rows.events if row.holder)
    return frozenset(parts[1] for parts in kinds if parts[0] == PREPARATION)


def _grouped(gathered: Gathered) -> dict[_Key, list[int]]:
    claims = gathered.claims
    grouped: dict[_Key, list[int]] = defaultdict(list)
    columns = (claims.event.tolist(), claims.start.tolist(), claims.end.tolist())
    for row, key in enumerate(zip(*columns, strict=True)):
        if key[2] > key[1]:
            grouped[key].append(row)
    return grouped


def _overlapping_themselves(grouped: Mapping[_Key, object]) -> set[_Key]:
    """Give the occurrences that overlap another one of their own event: they are left as they are."""
    found: set[_Key] = set()
    last: _Key | None = None
    for key in sorted(grouped):
        if last is not None and last[0] == key[0] and key[1] < last[2]:
            found |= {last, key}
        if last is None or last[0] != key[0] or key[2] > last[2]:
            last = key
    return found
