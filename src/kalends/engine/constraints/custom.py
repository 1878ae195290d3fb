"""A rule in somebody's own words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Self

from kalends.engine.claims import EventFacts
from kalends.engine.constraints.agenda import Agenda
from kalends.engine.constraints.expression import compile_expression
from kalends.engine.constraints.fields import Situation
from kalends.engine.constraints.parameters import Parameters
from kalends.engine.constraints.reasons import NotAsAsked
from kalends.engine.constraints.rule import EventRule, Mask
from kalends.engine.span_columns import IntColumn
from kalends.engine.wording import Reason


@dataclass(frozen=True, slots=True)
class Custom(EventRule):
    """What an expression says holds for each event. How many there are that day or week, it can ask; that
    another event then breaks it is that event's own breach."""

    code: ClassVar[str] = "custom"
    expression: str

    def __post_init__(self) -> None:
        compile_expression(self.expression)

    @classmethod
    def given(cls, parameters: Parameters) -> Self:
        return cls(parameters.text("expression"))

    def broken(self, agenda: Agenda) -> Mask:
        return ~compile_expression(self.expression)(Situation(agenda=agenda))

    def refused(self, agenda: Agenda, event: EventFacts, starts: IntColumn, duration: int) -> Mask:
        candidates = agenda.candidates(event, starts, duration)
        return ~compile_expression(self.expression)(Situation(agenda=candidates, others=agenda))

    def reason(self, agenda: Agenda, row: int) -> Reason:
        return NotAsAsked(
            subject=agenda.subject, uid=agenda.facts(row).uid, expression=" ".join(self.expression.split())
        )

    def parameters(self) -> dict[str, Any]:
        return {"expression": self.expression}
