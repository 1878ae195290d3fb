"""Who is on a lane that they must have, and at which grains that leaves no room for others.

Grains are the bits of an integer: one shift or one `or` looks at a whole calendar.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum


class Footing(IntEnum):  # hashed as an integer: a set of them is asked for all the time
    """How something came to be on a lane, which says who has to give way."""

    ARRIVED = 1  # it was not there before: it keeps clear of all that is there
    SETTLED = 2  # placed at home, or not movable: it keeps clear of all but those that stay in conflict
    STAYING = 3  # left at home, in conflict: only what arrives keeps clear of it


@dataclass(slots=True)
class Track:
    """Who is on one lane, as a hard user, and what that closes."""

    capacity: int
    gap: int
    users: dict[int, tuple[int, Footing]] = field(
        default_factory=dict
    )  # of each its grains, the gap included
    _closed: dict[Footing, int] = field(default_factory=dict)

    def put(self, number: int, grains: int, footing: Footing) -> None:
        self.users[number] = grains, footing
        self._changed(grains, footing, fuller=True)

    def take(self, number: int) -> None:
        self._changed(*self.users.pop(number), fuller=False)

    def _changed(self, grains: int, footing: Footing, *, fuller: bool) -> None:
        """Forget what was closed, or keep it: what arrives on a lane for one is alone there."""
        full = self._closed.get(Footing.ARRIVED)
        self._closed.clear()
        if full is not None and self.capacity == 1 and footing is Footing.ARRIVED:
            self._closed[Footing.ARRIVED] = full | grains if fuller else full & ~grains

    def closed(self, footing: Footing) -> int:
        """Give the grains at which there is no room for one more of that footing."""
        mask = self._closed.get(footing)
        if mask is None:
            mask = self._closed[footing] = self._fold(footing)
        return mask

    def _fold(self, footing: Footing) -> int:
        full = self._full(grains for grains, _ in self.users.values())
        if footing is Footing.ARRIVED or not full:
            return full
        arrived = 0
        for grains, other in self.users.values():
            if other is Footing.ARRIVED:
                arrived |= grains
        if footing is Footing.STAYING:
            return full & arrived
        return full & arrived | self._full(
            grains for grains, other in self.users.values() if other is not Footing.STAYING
        )

    def _full(self, masks: Iterable[int]) -> int:
        """Give the grains that as many use as there is room for."""
        if self.capacity == 0:
            return -1
        if self.capacity == 1:
            full = 0
            for mask in masks:
                full |= mask
            return full
        layers = [0] * self.capacity
        for mask in masks:
            for layer in range(self.capacity - 1, 0, -1):
                layers[layer] |= layers[layer - 1] & mask
            layers[0] |= mask
        return layers[-1]


def yields(other: Footing, to: Footing) -> bool:
    """Say whether something has to go before another with some footing may come."""
    if to is Footing.STAYING:
        return other is Footing.ARRIVED
    return to is Footing.ARRIVED or other is not Footing.STAYING


def mask(start: int, end: int) -> int:
    return ((1 << (end - start)) - 1) << start if end > start else 0


def spread(full: int, duration: int) -> int:
    """Give the starts from which something of that duration would meet a full grain."""
    reach = 1
    while full and reach < duration:
        step = min(reach, duration - reach)
        full |= full >> step
        reach += step
    return full
