"""When places of resources are taken, and by what: reservations, and events as others tell of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, Self
from uuid import UUID

import numpy as np

from kalends.engine.span_columns import IntColumn, SpanColumns
from kalends.features.identity.actor import Actor
from kalends.features.resources.models import Reservation
from kalends.storage import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What takes a place of a resource: an event, or a reservation that stands alone."""

    resource_id: UUID
    status: str  # proposed or confirmed
    event_id: UUID | None = None
    reservation: Reservation | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Uses:
    """Stretches of use as columns of one length."""

    start: IntColumn  # seconds since 1970, UTC
    end: IntColumn  # exclusive
    holding: IntColumn  # index into `holdings`
    holdings: Sequence[Holding]

    @classmethod
    def of(cls, uses: Iterable[tuple[int, int, Holding]]) -> Self:
        """Lay single stretches out as columns."""
        rows = list(uses)
        holdings = list(dict.fromkeys(holding for *_, holding in rows))
        number = {holding: index for index, holding in enumerate(holdings)}
        columns = [(start, end, number[holding]) for start, end, holding in rows]
        table = np.array(columns, np.int64).reshape(-1, 3)
        return cls(start=table[:, 0], end=table[:, 1], holding=table[:, 2], holdings=holdings)

    @classmethod
    def joined(cls, parts: Sequence[Uses]) -> Self:
        """Put several together."""
        sizes = np.cumsum([0, *(len(part.holdings) for part in parts)])
        return cls(
            start=np.concatenate([part.start for part in parts]),
            end=np.concatenate([part.end for part in parts]),
            holding=np.concatenate([part.holding + size for part, size in zip(parts, sizes, strict=False)]),
            holdings=[holding for part in parts for holding in part.holdings],
        )

    @property
    def span(self) -> SpanColumns:
        """Give when."""
        return SpanColumns(self.start, self.end)

    def __len__(self) -> int:
        return len(self.start)

    def where(self, wanted: Callable[[Holding], bool]) -> Uses:
        """Give those of the holdings that are wanted, and no others' holdings."""
        kept = [index for index, each in enumerate(self.holdings) if wanted(each)]
        number = np.full(len(self.holdings), -1, np.int64)
        number[kept] = np.arange(len(kept))
        rows = np.flatnonzero(number[self.holding] >= 0)
        return Uses(
            start=self.start[rows],
            end=self.end[rows],
            holding=number[self.holding[rows]],
            holdings=[self.holdings[index] for index in kept],
        )

    def between(self, since: int, until: int) -> Uses:
        """Give those that share time with [since, until), cut to it, in order of start."""
        start, end = np.maximum(self.start, since), np.minimum(self.end, until)
        rows = np.flatnonzero(start < end)
        rows = rows[np.lexsort((self.holding[rows], end[rows], start[rows]))]
        return Uses(start=start[rows], end=end[rows], holding=self.holding[rows], holdings=self.holdings)


class EventUses(Protocol):
    """What this feature must know of events."""

    def uses(
        self,
        tx: Unit,
        resource_ids: Collection[UUID],
        since: int,
        until: int,
        *,
        without: Collection[UUID] = (),
    ) -> Uses:
        """Give what events take of the resources in [since, until), leaving out those `without`."""
        ...

    def titles(self, tx: Unit, actor: Actor, event_ids: Collection[UUID]) -> Mapping[UUID, str]:
        """Give the titles of those of the events that the actor sees in full."""
        ...
