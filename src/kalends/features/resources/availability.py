"""How much of a resource is taken, when, and by whom as far as the viewer may know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from uuid import UUID

from sqlalchemy import select

from kalends.engine.span_columns import levels, peak_use
from kalends.engine.spans import Span
from kalends.features.identity.actor import Actor
from kalends.features.resources.capacity import Taken, all_uses, named
from kalends.features.resources.models import Reservation, Resource
from kalends.features.resources.reservations import reservations_between
from kalends.features.resources.uses import EventUses, Uses
from kalends.kit.errors import InvalidInput, TooLarge
from kalends.kit.pagination import DEFAULT_LIMIT, Page, checked_limit, decode, page
from kalends.storage import Unit

LONGEST_RANGE = timedelta(days=366)
MOST_USES = 10_000
"""How many uses one timeline or list looks at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Availability:
    """What can be had of a resource throughout a stretch of time."""

    resource: Resource
    current_usage: int  # the peak: the most that use it at once in that time
    max_capacity: int  # 0 for a resource that was put away

    @property
    def remaining(self) -> int:
        """Give how many more could have it for the whole time."""
        return max(0, self.max_capacity - self.current_usage)

    @property
    def available(self) -> bool:
        """Say whether one more could."""
        return self.remaining > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A stretch of time through which the same use a resource."""

    span: Span
    usage: int
    by: Sequence[Taken]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserved:
    """One use of a resource: an occurrence of an event, or a reservation that stands alone."""

    span: Span
    taken: Taken


def availability(tx: Unit, events: EventUses, resource_id: UUID, span: Span) -> Availability:
    """Say what is left of a resource; raises `NotFound`, and `InvalidInput` for over `LONGEST_RANGE`."""
    resource = tx.get(Resource, resource_id)
    uses = _between(tx, events, resource_id, span)
    return Availability(resource=resource, current_usage=peak_use(uses.span), max_capacity=resource.places)


def timeline(tx: Unit, events: EventUses, actor: Actor, resource_id: UUID, span: Span) -> list[Stretch]:
    """Give the use of a resource as stretches that follow one another and fill the span.

    Raises what `availability` raises, and `TooLarge` over `MOST_USES` uses.
    """
    tx.get(Resource, resource_id)
    uses = _bounded(_between(tx, events, resource_id, span))
    takers = named(tx, events, actor, uses.holdings)
    since, until = _seconds(span)
    edges = sorted({since, until, *uses.start.tolist(), *uses.end.tolist()})
    steps = levels(uses.span)
    level = dict(zip(steps.time.tolist(), steps.level.tolist(), strict=True))
    found, present, usage = list[Stretch](), list[int](), 0
    coming = list(zip(uses.start.tolist(), uses.end.tolist(), uses.holding.tolist(), strict=True))
    following = 0
    for start, end in pairwise(edges):
        present = [index for index in present if coming[index][1] > start]
        while following < len(coming) and coming[following][0] <= start:
            present.append(following)
            following += 1
        usage = level.get(start, usage)
        by = [takers[coming[index][2]] for index in present]
        found.append(Stretch(span=Span.of_seconds(start, end), usage=usage, by=by))
    return found


def reservations(
    tx: Unit,
    events: EventUses,
    actor: Actor,
    resource_id: UUID,
    span: Span,
    *,
    cursor: str | None = None,
    limit: int = DEFAULT_LIMIT,
) -> Page[Reserved]:
    """Give what takes the resource in a stretch of time, in order of start, each cut to it.

    Raises what `timeline` raises.
    """
    tx.get(Resource, resource_id)
    uses = _bounded(_between(tx, events, resource_id, span))
    keys = [
        (start, end, str(holding.event_id or (holding.reservation and holding.reservation.id)))
        for start, end, holding in zip(
            uses.start.tolist(),
            uses.end.tolist(),
            (uses.holdings[index] for index in uses.holding.tolist()),
            strict=True,
        )
    ]
    rows = sorted(range(len(keys)), key=keys.__getitem__)
    if cursor is not None:
        after = decode(cursor, int, int, str)
        rows = [row for row in rows if keys[row] > after]
    chosen = page(rows[: checked_limit(limit) + 1], limit, lambda row: keys[row])
    takers = named(tx, events, actor, [uses.holdings[int(uses.holding[row])] for row in chosen.items])
    return Page(
        items=tuple(
            Reserved(span=Span.of_seconds(*keys[row][:2]), taken=taken)
            for row, taken in zip(chosen.items, takers, strict=True)
        ),
        next=chosen.next,
    )


def standing_alone(tx: Unit, span: Span) -> Sequence[Reservation]:
    """Give the reservations without an event of every resource in a stretch of time, in order of start.

    All may know them. Raises `InvalidInput` beyond `LONGEST_RANGE` and `TooLarge` beyond `MOST_USES`.
    """
    _must_be_short(span)
    every = tx.execute(select(Resource.id)).scalars().all()
    found = reservations_between(tx, every, *_seconds(span))
    _must_be_few(len(found))
    return found


def _between(tx: Unit, events: EventUses, resource_id: UUID, span: Span) -> Uses:
    _must_be_short(span)
    since, until = _seconds(span)
    return all_uses(tx, events, [resource_id], since, until).between(since, until)


def _bounded(uses: Uses) -> Uses:
    _must_be_few(len(uses))
    return uses


def _must_be_short(span: Span) -> None:
    if span.duration > LONGEST_RANGE:
        raise InvalidInput(f"Look at {LONGEST_RANGE.days} days at most at a time.", field="end")


def _must_be_few(uses: int) -> None:
    if uses > MOST_USES:
        raise TooLarge(f"The range holds {uses} uses; ask for a shorter one.", limit=MOST_USES)


def _seconds(span: Span) -> tuple[int, int]:
    return int(span.start.timestamp()), -int(-span.end.timestamp() // 1)
