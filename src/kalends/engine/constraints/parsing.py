"""Every kind of rule, by its name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Protocol

from kalends.engine.constraints.caps import MaxEventsPerDay, MaxEventsPerWeek
from kalends.engine.constraints.custom import Custom
from kalends.engine.constraints.gaps import MinGap
from kalends.engine.constraints.parameters import Parameters
from kalends.engine.constraints.resource_priority import ResourcePriority
from kalends.engine.constraints.rule import Rule
from kalends.engine.constraints.times import BlockedWindow, NoEventsAfter, NoEventsBefore, PreferredWindow
from kalends.kit.errors import InvalidInput


class Kind(Protocol):
    """A kind of rule, which makes one of the parameters that somebody gave."""

    code: str

    def given(self, parameters: Parameters, /) -> Rule:
        """Take what it needs; raises `InvalidInput` naming the parameter that is missing or unfit."""
        ...


_KINDS: tuple[Kind, ...] = (
    NoEventsBefore,
    NoEventsAfter,
    PreferredWindow,
    BlockedWindow,
    MinGap,
    MaxEventsPerDay,
    MaxEventsPerWeek,
    ResourcePriority,
    Custom,
)

RULES: Mapping[str, Kind] = MappingProxyType({kind.code: kind for kind in _KINDS})


def parse_rule(kind: str, parameters: Mapping[str, Any]) -> Rule:
    """Make a rule of its name and parameters, as JSON has them; `Rule.parameters` gives them back.

    Raises `InvalidInput` naming `kind` or the parameter that is missing, unfit or not one of the rule's.
    """
    found = RULES.get(kind)
    if found is None:
        raise InvalidInput(f"No rule is named {str(kind)[:60]!r}, only {', '.join(RULES)}.", field="kind")
    given = Parameters(parameters)
    rule = found.given(given)
    given.done()
    return rule
