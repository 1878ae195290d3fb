"""Recurrence: rules and first starts in, instances out (RFC 5545 3.3.10 and 3.8.5, RFC 7529 for GREGORIAN).

`expand` and `expand_utc` answer for one rule, `occurrences` for one whole series, `expand_many` for many.
"""

from kalends.engine.recurrence.batch import Occurrences, expand_many
from kalends.engine.recurrence.bounds import lower_bound, upper_bound
from kalends.engine.recurrence.compiled import CompiledSeries, compile_series
from kalends.engine.recurrence.expansion import expand, expand_utc
from kalends.engine.recurrence.instances import occurrences
from kalends.engine.recurrence.pattern import ExpansionLimit
from kalends.engine.recurrence.rule import InvalidRule, Rule, parse_rule

__all__ = [
    "CompiledSeries",
    "ExpansionLimit",
    "InvalidRule",
    "Occurrences",
    "Rule",
    "compile_series",
    "expand",
    "expand_many",
    "expand_utc",
    "lower_bound",
    "occurrences",
    "parse_rule",
    "upper_bound",
]
