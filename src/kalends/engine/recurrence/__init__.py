"""Recurrence: RRULE text and a first start in, instances out (RFC 5545 3.3.10, RFC 7529 for GREGORIAN).

`expand` and `expand_utc` answer for one rule; `kalends.engine.recurrence.instances` for a whole series.
"""

from kalends.engine.recurrence.expansion import expand, expand_utc
from kalends.engine.recurrence.pattern import ExpansionLimit
from kalends.engine.recurrence.rule import InvalidRule, Rule, parse_rule

__all__ = ["ExpansionLimit", "InvalidRule", "Rule", "expand", "expand_utc", "parse_rule"]
