"""Whether a use fits: peak concurrent use against capacity, from now to the horizon."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import select

from kalends.engine.span_columns import SpanColumns, levels
from kalends.engine.spans import Span
from kalends.engine.wording import Speech
from kalends.engine.zones import zone
from kalends.features.identity.actor import Actor
from kalends.features.identity.models import Member
from kalends.features.resources.models import Resource
from kalends.features.resources.reservations import reservations_between
from kalends.features.resources.uses import EventUses, Holding, Uses
from kalends.kit.errors import Clash
from kalends.storage import Unit

BUSY = "Busy"
"""What a viewer is told of an event whose title they may not see."""

_MOST_NAMED = 10  # of those who have a resource, in one message


class OverCapacity(Clash):
    """More would use a resource at once than it serves; the fields name it, the time, and who has it."""

    code = "over_capacity"


@dataclass(frozen=True, slots=True, kw_only=True)
class Overload:
    """The first time at which more is wanted of a resource than it has."""

    span: Span
    peak: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A holding, named for one viewer."""

    title: str
    event_id: UUID | None  # None too where the viewer may not know which
    reservation_id: UUID | None
    status: str


def window(now: datetime, horizon: timedelta) -> tuple[int, int]:
    """Give the time in which capacity holds, in seconds since 1970."""
    return int(now.timestamp()), int((now + horizon).timestamp())


def all_uses(
    tx: Unit,
    events: EventUses,
    resource_ids: Collection[UUID],
    since: int,
    until: int,
    *,
    without: Collection[UUID] = (),
) -> Uses:
    """Give what events and reservations take in [since, until), but for the ids in `without`."""
    alone = Uses.of(
        (
            each.since_utc,
            each.until_utc,
            Holding(resource_id=each.resource_id, status=each.status.value, reservation=each),
        )
        for each in reservations_between(tx, resource_ids, since, until)
        if each.id not in without
    )
    return Uses.joined([events.uses(tx, resource_ids, since, until, without=without), alone])


def overload(standing: Uses, before: Uses, after: Uses, capacity: int) -> Overload | None:
    """Find when a change from `before` to `after`, beside what stands, takes more than there is.

    Only where it takes more than before: to leave or shrink is no fault, however crowded it stays.
    """
    sizes = [len(standing), len(before), len(after)]
    spans = SpanColumns(
        *(np.concatenate(ends) for ends in zip(standing.span, before.span, after.span, strict=True))
    )
    use = levels(spans, np.repeat([1, 0, 1], sizes))
    more = levels(spans, np.repeat([0, -1, 1], sizes)).level > 0
    bad = use.stretches((use.level > capacity) & more)
    if not len(bad.start):
        return None
    first, last = int(bad.start[0]), int(bad.end[0])
    within = (use.time >= first) & (use.time < last)
    return Overload(span=Span.of_seconds(first, last), peak=int(use.level[within].max()))


def named(tx: Unit, events: EventUses, actor: Actor, holdings: Sequence[Holding]) -> list[Taken]:
    """Name what takes a resource, as far as the actor may know."""
    ids = {each.event_id for each in holdings if each.event_id}
    titles = events.titles(tx, actor, ids) if ids else {}
    names = dict(tx.execute(select(Member.id, Member.name)).all())
    return [_named(each, titles, names) for each in holdings]


def _named(holding: Holding, titles: Mapping[UUID, str], names: Mapping[UUID, str]) -> Taken:
    alone = holding.reservation
    if alone is not None:
        who = names[alone.member_id]
        title = f"{alone.title} ({who})" if alone.title else who
        return Taken(title=title, event_id=None, reservation_id=alone.id, status=holding.status)
    known = holding.event_id if holding.event_id in titles else None
    title = titles[known] if known is not None else BUSY
    return Taken(title=title, event_id=known, reservation_id=None, status=holding.status)


def refusal(
    tx: Unit, events: EventUses, actor: Actor, resource: Resource, found: Overload, standing: Uses
) -> OverCapacity:
    """Make the refusal of what does not fit: when, and beside whom as the actor may know."""
    met = standing.between(*(int(moment.timestamp()) for moment in (found.span.start, found.span.end)))
    holdings = list(dict.fromkeys(met.holdings[index] for index in met.holding.tolist()))[:_MOST_NAMED]
    takers = named(tx, events, actor, holdings)
    when = in_words(found.span, actor)
    if not resource.active:
        said = f"{resource.name} has been put away: nobody can take it ({when})."
    elif not resource.capacity:
        said = f"{resource.name} has a capacity of 0: nobody can take it ({when})."
    elif takers:
        titles = Speech(zone=zone(actor.zone).tzinfo, language=actor.language).listed(
            list(dict.fromkeys(each.title for each in takers))
        )
        said = (
            f"{resource.name} serves {resource.capacity}, not {found.peak} at once ({when}), beside {titles}."
        )
    else:
        said = f"{resource.name} serves {resource.capacity}, not {found.peak} at once ({when})."
    return OverCapacity(
        said,
        **facts(resource, found),
        taken_by=[
            {
                "title": each.title,
                "event_id": each.event_id and str(each.event_id),
                "reservation_id": each.reservation_id and str(each.reservation_id),
            }
            for each in takers
        ],
    )


def facts(resource: Resource, found: Overload) -> dict[str, Any]:
    """Give an overload as JSON values."""
    return {
        "resource_id": str(resource.id),
        "resource": resource.name,
        "start": found.span.start.isoformat(),
        "end": found.span.end.isoformat(),
        "capacity": resource.places,
        "wanted": found.peak,
    }


def in_words(span: Span, actor: Actor) -> str:
    """Give a span by the actor's clock, with its date."""
    clock = zone(actor.zone).tzinfo
    start, end = span.start.astimezone(clock), span.end.astimezone(clock)
    if start.date() == end.date():
        return f"{start:%Y-%m-%d %H:%M}-{end:%H:%M}"
    return f"{start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M}"
