"""What a rule is: something asked of a member's time, that can judge and explain."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from kalends.engine.claims import EventFacts
from kalends.engine.constraints.agenda import Agenda
from kalends.engine.span_columns import IntColumn, SpanColumns
from kalends.engine.wording import Reason


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


class Rule(Protocol):
    """One kind of thing that can be asked of a member's time.

    Both methods rest on the same decision, so that what is refused is what would be reported.
    """

    code: ClassVar[str]  # the rule's name in the API: "no_events_before"

    def breaches(self, agenda: Agenda) -> Breaches:
        """Find all that breaks the rule."""
        ...

    def refused(
        self, agenda: Agenda, event: EventFacts, starts: IntColumn, duration: int
    ) -> NDArray[np.bool_]:
        """Say of each start, in UTC seconds, whether the event put there for `duration` seconds would have a
        part in a breach. The agenda holds everything else, without the event."""
        ...

    def parameters(self) -> dict[str, Any]:
        """Give the rule's parameters as JSON values, as `parse_rule` reads them."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraint:
    """A rule that somebody made, for one member or for each member of the workspace."""

    id: str
    name: str
    rule: Rule
    hard: bool  # refuses what breaks it; a soft one weighs
    priority: int = 5  # 1 to 10: how much a soft one weighs
    member: str | None = None  # None: every member

    def applies_to(self, subject: str) -> bool:
        """Say whether the constraint asks something of a member."""
        return self.member in (None, subject)
