"""Rules about time: what must be, what should be, and why something is not."""

from kalends.engine.constraints.agenda import Agenda, Clock
from kalends.engine.constraints.caps import MaxEventsPerDay, MaxEventsPerWeek
from kalends.engine.constraints.gaps import MinGap
from kalends.engine.constraints.parsing import RULES, parse_rule
from kalends.engine.constraints.rule import Breaches, Broken, Constraint, Rule
from kalends.engine.constraints.violations import Violations, violations

__all__ = [
    "RULES",
    "Agenda",
    "Breaches",
    "Broken",
    "Clock",
    "Constraint",
    "MaxEventsPerDay",
    "MaxEventsPerWeek",
    "MinGap",
    "Rule",
    "Violations",
    "parse_rule",
    "violations",
]
