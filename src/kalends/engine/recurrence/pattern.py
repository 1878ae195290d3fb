"""What every kind of rule expands to: wall-clock times between two days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from kalends.engine.recurrence.gregorian import Ints
from kalends.kit.errors import KalendsError

DAY = 86_400


class ExpansionLimit(KalendsError):
    """A rule is too dense for the work that the caller allows; `limit` is among the fields."""

    code = "expansion_limit"


@dataclass(slots=True)
class Budget:
    """How many candidate times one expansion may still look at."""

    limit: int
    spent: int = 0

    def spend(self, candidates: int) -> None:
        """Count some more work. Raises ExpansionLimit once it is over the limit."""
        self.spent += candidates
        if self.spent > self.limit:
            raise ExpansionLimit(
                f"The rule gives more than {self.limit} times to look at; ask for a shorter window.",
                limit=self.limit,
            )


def at_positions(values: Sequence[int], positions: tuple[int, ...]) -> list[int]:
    """Give what BYSETPOS picks from a sorted set that is the same in every period; all of it without one."""
    size = len(values)
    return [
        value
        for place, value in enumerate(values)
        if not positions or place + 1 in positions or place - size in positions
    ]


class Pattern(Protocol):
    """A rule with everything that its start implies filled in; knows neither zones nor ends."""

    per_day: int  # an upper bound on the candidates that one day holds

    def seek(self, first: int, last: int) -> int:
        """Give a day in first..last before which nothing matches, or one past `last`; cheap to find."""
        ...

    def between(self, first: int, last: int, budget: Budget) -> Ints:
        """Give the wall-clock seconds on the days first..last (inclusive), ascending, without duplicates."""
        ...
