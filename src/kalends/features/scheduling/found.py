"""What clashes among gathered claims: found at once, made into conflicts when their turn comes."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import islice
from typing import Self

from kalends.engine.conflicts import Collisions, Conflict, collisions, in_time
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

    def in_time(self, now: datetime, touching: Container[str] | None = None) -> Iterator[Conflict]:
        """Give the conflicts in order of time, of those UIDs only if given."""
        return merge(
            self.collided.in_time(after=now, touching=touching),
            self.broken.in_time(after=now, touching=touching),
            key=in_time,
        )

    def first(self, now: datetime, most: int, touching: Container[str]) -> tuple[list[Conflict], int]:
        """Give the first `most` conflicts of some events, and how many there are in all."""
        count = self.collided.count(touching) + self.broken.count(touching)
        return list(islice(self.in_time(now, touching), most)), count


def broken_among(gathered: Gathered) -> Violations:
    """Find what breaks constraints."""
    asked = gathered.asked
    return Violations.of(asked.reported, gathered.claims, asked.clocks)
