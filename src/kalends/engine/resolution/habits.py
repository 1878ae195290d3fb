"""What people mostly chose before, and how far that weighs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kalends.engine.resolution.ways import Way

_MOST = 0.1
_FEW = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """The way out that people chose most of the times, of events of one category."""

    way: Way
    times: int  # how often it was chosen
    of: int  # how often any was

    @classmethod
    def of_choices(cls, chosen: Mapping[Way, int]) -> Habit | None:
        """Read a habit from how often each way was chosen; None where nothing prevails."""
        total = sum(chosen.values())
        way = max(chosen, key=lambda way: chosen[way], default=Way.MOVE)
        times = chosen.get(way, 0)
        if times < _FEW or 2 * times <= total:
            return None
        return cls(way=way, times=times, of=total)

    @property
    def weight(self) -> float:
        """Give what it adds to the score of that way: more the clearer and older it is, below 0.1."""
        return _MOST * self.times / (self.of + _FEW)
