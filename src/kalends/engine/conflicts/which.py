"""Which conflicts are asked for: decided on the numbers of events, before a conflict is made of them."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kalends.engine.claims import EventFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Which:
    """Conflicts by the UIDs of their events: those that meet every part that is given."""

    touching: Container[str] | None = None  # at least one event is of these
    beside: Container[str] | None = None  # and at least one of these
    within: Container[str] | None = None  # all of them are of these

    def among(self, events: Sequence[EventFacts]) -> Marks:
        """Look the UIDs up in a table of events."""
        return Marks(
            some=[_marked(events, uids) for uids in (self.touching, self.beside) if uids is not None],
            every=[_marked(events, uids) for uids in (self.within,) if uids is not None],
        )


EVERY: Final = Which()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Marks:
    """The same for events by number."""

    some: Sequence[NDArray[np.bool_]]  # of each at least one event is marked
    every: Sequence[NDArray[np.bool_]]  # of each all are

    def of_pairs(self, pairs: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Say which pairs of events are asked for; they stand in two rows."""
        kept = np.ones(pairs.shape[1], bool)
        for marked in self.some:
            kept &= marked[pairs].any(axis=0)
        for marked in self.every:
            kept &= marked[pairs].all(axis=0)
        return kept

    def of(self, events: Sequence[int]) -> bool:
        """Say whether the conflict of some events is asked for."""
        return all(any(marked[event] for event in events) for marked in self.some) and all(
            all(marked[event] for event in events) for marked in self.every
        )


def _marked(events: Sequence[EventFacts], uids: Container[str]) -> NDArray[np.bool_]:
    return np.array([event.uid in uids for event in events], bool)
