"""Reasons as JSON values, to be kept beside what was decided, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from types import ModuleType
from typing import Any, cast, get_type_hints

from kalends.engine import motives, refusals
from kalends.engine.constraints import reasons as breaches
from kalends.engine.constraints import rule
from kalends.engine.constraints.parameters import Parameters
from kalends.engine.constraints.window import Window
from kalends.engine.placement import motives as placement
from kalends.engine.spans import Span
from kalends.engine.wording import Reason
from kalends.kit.errors import InvalidInput

_MODULES: tuple[ModuleType, ...] = (motives, refusals, placement, breaches, rule)


def reason_to_json(reason: Reason) -> dict[str, Any]:
    """Give a reason as JSON values: its code, and its parts with ids in place of titles."""
    return {
        "code": reason.code,
        **{part.name: _plain(getattr(reason, part.name)) for part in fields(cast(Any, reason))},
    }


def reason_from_json(values: Mapping[str, Any]) -> Reason | None:
    """Read what `reason_to_json` gave; None for a kind that this version does not know."""
    kind = _known().get(values.get("code", ""))
    if kind is None:
        return None
    hints = get_type_hints(kind)
    parts = {part.name: part for part in fields(kind)}
    try:
        known = {name: _typed(hints[name], values[name]) for name in parts if name in values}
        return cast(Reason, kind(**known))
    except (TypeError, ValueError, KeyError, InvalidInput):
        return None


@cache
def _known() -> dict[str, Any]:
    return {
        found.code: found
        for module in _MODULES
        for found in vars(module).values()
        if isinstance(found, type) and is_dataclass(found) and hasattr(found, "code")
    }


def _plain(value: Any) -> object:
    if hasattr(value, "words"):
        return reason_to_json(value)
    if isinstance(value, Span):
        return [value.start.isoformat(), value.end.isoformat()]
    if isinstance(value, Window):
        return value.parameters()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, time | date):
        return value.isoformat()
    return [_plain(each) for each in value] if isinstance(value, tuple) else value


def _typed(hint: Any, value: Any) -> Any:
    if hint is Reason:
        return reason_from_json(value)
    if hint is Span:
        return Span(*map(datetime.fromisoformat, value))
    if hint in (Window, Window | None):
        return None if value is None else Window.given(Parameters(value))
    if hint is timedelta:
        return timedelta(seconds=value)
    if hint in (time, date):
        return hint.fromisoformat(value)
    return tuple(value) if isinstance(value, list) else value
