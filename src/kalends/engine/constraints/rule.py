"""What a rule is: something asked of a member's time, that can judge and explain."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from kalends.engine.claims import EventFacts
from kalends.engine.constraints.agenda import Agenda
from kalends.engine.span_columns import IntColumn, SpanColumns
from kalends.engine.wording import Reason, Wording
from kalends.kit.errors import InvalidInput

Mask = NDArray[np.bool_]


class Breaches(NamedTuple):
    """Where an agenda breaks a rule, in order of time.

    The k-th breach is made by the agenda's rows `row[first[k]:first[k + 1]]`, in order of start, during
    `span`; `explain(k)` says why.
    """

    first: IntColumn  # one longer than there are breaches
    row: IntColumn  # into the agenda's columns
    span: SpanColumns
    explain: Callable[[int], Reason]

    def __len__(self) -> int:  # the number of breaches, not of fields
        return len(self.first) - 1

    def rows(self, breach: int) -> IntColumn:
        """Give the agenda's rows that make one breach."""
        return self.row[self.first[breach] : self.first[breach + 1]]


class Rule(Protocol):
    """One kind of thing that can be asked of a member's time.

    Both methods rest on the same decision, so that what is refused is what would be reported.
    """

    code: ClassVar[str]  # the rule's name in the API: "no_events_before"

    def breaches(self, agenda: Agenda) -> Breaches:
        """Find all that breaks the rule."""
        ...

    def refused(self, agenda: Agenda, event: EventFacts, starts: IntColumn, duration: int) -> Mask:
        """Say of each start, in UTC seconds, whether the event put there for `duration` seconds (1 or more)
        would have a part in a breach. The agenda holds everything else, without that occurrence."""
        ...

    def parameters(self) -> dict[str, Any]:
        """Give the rule's parameters as JSON values, as `parse_rule` reads them."""
        ...


class EventRule(ABC):
    """A rule that each event keeps or breaks for itself, whatever stands beside it."""

    __slots__ = ()

    @abstractmethod
    def broken(self, agenda: Agenda) -> Mask:
        """Say of each row whether it breaks the rule. The rows may be in any order."""

    @abstractmethod
    def reason(self, agenda: Agenda, row: int) -> Reason:
        """Say why a row breaks the rule."""

    def breaches(self, agenda: Agenda) -> Breaches:
        rows = np.flatnonzero(self.broken(agenda))
        return Breaches(
            first=np.arange(len(rows) + 1),
            row=rows,
            span=SpanColumns(agenda.start[rows], agenda.end[rows]),
            explain=lambda breach: self.reason(agenda, int(rows[breach])),
        )

    def refused(self, agenda: Agenda, event: EventFacts, starts: IntColumn, duration: int) -> Mask:
        return self.broken(agenda.candidates(event, starts, duration))


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraint:
    """A rule that somebody made, for one member or for each member of the workspace."""

    id: str
    name: str
    rule: Rule
    hard: bool  # refuses what breaks it; a soft one weighs
    priority: int = 5  # 1 to 10: how much a soft one weighs
    member: str | None = None  # None: every member

    def __post_init__(self) -> None:
        if not 1 <= self.priority <= 10:
            raise InvalidInput(f"A priority is 1 to 10, not {self.priority}.", field="priority")

    def applies_to(self, subject: str) -> bool:
        """Say whether the constraint asks something of a member."""
        return self.member in (None, subject)


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A constraint is broken: by its name, for the rule's own reason."""

    code: ClassVar[str] = "constraint"
    constraint: str
    name: str
    hard: bool
    reason: Reason

    @classmethod
    def by(cls, constraint: Constraint, reason: Reason) -> Broken:
        """Add the constraint to what its rule says."""
        return cls(constraint=constraint.id, name=constraint.name, hard=constraint.hard, reason=reason)

    def words(self, wording: Wording) -> str:
        return wording.say(
            "{reason} ('{rule}')",
            reason=self.reason.words(wording),
            rule=wording.rule(self.constraint, self.name),
        )
