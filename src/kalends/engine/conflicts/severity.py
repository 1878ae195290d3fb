"""How grave a clash is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from kalends.engine.claims import TOP_RANK, EventFacts, Flexibility


class Severity(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


_LADDER = tuple(Severity)
_PRESSING = 8  # the priority from which a soft constraint is more than a wish


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """How firmly a broken constraint was asked for."""

    hard: bool
    priority: int  # 1 to 10, of a soft one


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """What makes a clash grave: the one account from which it is graded and explained.

    The ranks say what is at stake. Each of the other facts says how hard the clash is to live with,
    and moves the grade by one step. A broken constraint is as grave as it was asked for firmly.
    """

    lower_rank: int  # of the events that clash, 1 to 6
    higher_rank: int
    fixed: bool = False  # none of them may be moved: only a person can help
    flexible: bool = False  # one of them is there to be moved
    optional: bool = False  # for one side the attendance is optional
    tentative: bool = False  # one side is only proposed
    broken: Demand | None = None  # the constraint that is, where there is one

    @classmethod
    def of(
        cls, events: Iterable[EventFacts], *, optional: bool, tentative: bool, broken: Demand | None = None
    ) -> Weight:
        """Weigh the events of one clash against each other."""
        known = tuple(events)
        ranks = [event.rank for event in known]
        return cls(
            lower_rank=min(ranks),
            higher_rank=max(ranks),
            fixed=not any(event.movable for event in known),
            flexible=any(event.movable and event.flexibility is Flexibility.FLEXIBLE for event in known),
            optional=optional,
            tentative=tentative,
            broken=broken,
        )

    @property
    def severity(self) -> Severity:
        """Grade the clash. Two everyday events that can both be moved with some thought are `medium`.

        A broken hard constraint is `high`, or `critical` where no event may be moved or one is of the highest
        rank; a soft one is `low`, from priority 8 on `medium`.
        """
        if self.broken is not None and self.broken.hard:
            return Severity.CRITICAL if self.fixed or self.higher_rank == TOP_RANK else Severity.HIGH
        if self.broken is not None:
            return Severity.MEDIUM if self.broken.priority >= _PRESSING else Severity.LOW
        stake = self.lower_rank + self.higher_rank
        grade = (stake >= 5) + (stake >= 8) + (stake >= 10)
        grade += self.fixed - self.flexible - self.optional - self.tentative
        return _LADDER[min(max(grade, 0), len(_LADDER) - 1)]
