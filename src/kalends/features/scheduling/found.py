"""What clashes among gathered claims: found at once, made into conflicts when their turn comes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from typing import Self

from kalends.engine.conflicts import EVERY, Collisions, Conflict, Which, collisions, in_time
from kalends.engine.constraints import Violations
from kalends.features.scheduling.claims import Gathered


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Collisions over time and resources, and broken constraints."""

    collided: Collisions
    broken: Violations

    @classmethod
    def among(cls, gathered: Gathered) -> Self:
        """Find what clashes among gathered claims."""
        return cls(collided=collisions(gathered.claims), broken=broken_among(gathered))

    def during(self, since: datetime, until: int) -> Self:
        """Give what is not over at `since` and begins before `until`, in seconds since 1970."""
        window = int(since.timestamp()), until
        return type(self)(collided=self.collided.during(*window), broken=self.broken.during(*window))

    def in_time(self, now: datetime, which: Which = EVERY) -> Iterator[Conflict]:
        """Give the conflicts that are asked for in order of time."""
        return merge(
            self.collided.in_time(after=now, which=which),
            self.broken.in_time(after=now, which=which),
            key=in_time,
        )

    def first(self, now: datetime, most: int, which: Which) -> tuple[list[Conflict], int]:
        """Give the first `most` of those conflicts, and how many there are in all."""
        collided, collisions = self.collided.first(most, after=now, which=which)
        broken, breaches = self.broken.first(most, after=now, which=which)
        return sorted((*collided, *broken), key=in_time)[:most], collisions + breaches


def broken_among(gathered: Gathered) -> Violations:
    """Find what breaks constraints."""
    asked = gathered.asked
    return Violations.of(asked.reported, gathered.claims, asked.clocks)
