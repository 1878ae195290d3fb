"""What becomes of a call that did not reach its person: how often and when it is tried again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from kalends.features.calls.models import Outcome
from kalends.kit.errors import InvalidInput

MOST_TIMES = 10
MOST_MINUTES = 7 * 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """To be tried again so many times, so long after each attempt that ended like this."""

    times: int
    minutes: int


USUAL: Mapping[Outcome, Again] = MappingProxyType(
    {
        Outcome.BUSY: Again(times=3, minutes=5),
        Outcome.NO_ANSWER: Again(times=2, minutes=30),
        Outcome.MACHINE: Again(times=1, minutes=60),
        Outcome.FAILED: Again(times=2, minutes=1),
    }
)
"""By outcome, unless a call has its own; any other outcome is the end of a run."""


def wait(outcome: Outcome, so_far: int, own: Mapping[str, Any]) -> timedelta | None:
    """Give how long to wait after an attempt that ended like this; None where there is no other.

    `so_far` is how many attempts at the run ended like it, this one among them; `own` are the call's rules.
    """
    again = Again(**own[outcome.value]) if outcome.value in own else USUAL.get(outcome)
    if again is None or so_far > again.times:
        return None
    return timedelta(minutes=again.minutes)


def checked_retries(given: Mapping[str, Any]) -> dict[str, Any]:
    """Give a call's own rules as stored: `{"busy": {"times": 1, "minutes": 10}}`. Raises `InvalidInput`."""
    kept = {}
    for outcome, rule in given.items():
        if outcome not in USUAL:
            known = ", ".join(USUAL)
            raise InvalidInput(f"After one of these a call is tried again: {known}.", field="retries")
        times, minutes = rule.get("times"), rule.get("minutes")
        if not _within(times, 0, MOST_TIMES) or not _within(minutes, 1, MOST_MINUTES):
            raise InvalidInput(
                f"Give 0 to {MOST_TIMES} times, 1 to {MOST_MINUTES} minutes apart.",
                field=f"retries.{outcome}",
            )
        kept[outcome] = {"times": times, "minutes": minutes}
    return kept


def _within(value: object, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
