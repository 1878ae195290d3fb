"""Reasons in words, for one viewer.

Whatever the engine decides it records with ids and numbers. Words are made last, from titles that
the caller has already cut down to what the viewer may see.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta, tzinfo
from typing import ClassVar, Protocol

from kalends.engine.spans import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """How a viewer reads events, members, resources and times."""

    zone: tzinfo
    title: Callable[[str], str]  # of a UID: its title, "Busy" or "an event", as the viewer may know
    name: Callable[[str], str]  # of a member or resource

    def time(self, span: Span, *, beside: Span | None = None) -> str:
        """Give a span by the viewer's clock: "14:30-15:30"; with dates where it leaves its first day, or
        begins on another day than the span `beside` it."""
        start, end = span.start.astimezone(self.zone), span.end.astimezone(self.zone)
        if start.date() != end.date():
            return f"{start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M}"
        elsewhere = beside is not None and beside.start.astimezone(self.zone).date() != start.date()
        return (f"{start:%Y-%m-%d} " if elsewhere else "") + f"{start:%H:%M}-{end:%H:%M}"

    def titles(self, uids: Sequence[str]) -> str:
        """List events: "Soccer practice, Dentist and Gym"."""
        return listed([self.title(uid) for uid in uids])


class Reason(Protocol):
    """Why something was decided: frozen data with a stable code, made by the code that decided."""

    code: ClassVar[str]

    def words(self, wording: Wording) -> str:
        """Say the reason as one clause, without a full stop."""
        ...


def listed(words: Sequence[str]) -> str:
    """Join words as prose does: "a, b and c"."""
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def sentence(words: str) -> str:
    """Begin with a capital letter, whatever title stands first."""
    return words[:1].upper() + words[1:]


def length(duration: timedelta) -> str:
    """Say how long: "45 minutes", "2 hours 30 minutes", "3 days"; up to two hours all in minutes."""
    seconds = round(duration.total_seconds())
    if seconds <= 7200 and seconds % 60 == 0:
        return counted(seconds // 60, "minute")
    parts = []
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1)):
        number, seconds = divmod(seconds, size)
        if number:
            parts.append(counted(number, unit))
    return " ".join(parts) or "0 minutes"


def counted(number: int, unit: str) -> str:
    """Give a number with its unit: "1 minute", "2 minutes"."""
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
