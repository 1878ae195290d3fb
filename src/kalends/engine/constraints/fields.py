"""What an expression can say of an event: its fields, as columns over an agenda."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kalends.engine.claims import EventFacts, Flexibility, Priority
from kalends.engine.constraints.agenda import DAY, Agenda, weekdays
from kalends.engine.constraints.caps import count_at
from kalends.engine.constraints.parameters import WEEKDAYS
from kalends.engine.span_columns import IntColumn

Column = NDArray[Any]


class Kind(StrEnum):
    """What a value is, as messages name it."""

    BOOL = "true or false"
    NUMBER = "a number"
    TEXT = "a text"
    TIME = "a time of day"
    DATE = "a date"
    TEXTS = "several texts"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Situation:
    """Events to be judged, one a row, each beside what else stands in the agenda."""

    agenda: Agenda
    others: Agenda | None = None  # the agenda that each is to be put into; None: they stand in it

    def of_events(self, get: Callable[[EventFacts], Any], kind: type = object) -> Column:
        """Ask each event once, and give each row its event's answer."""
        numbers, place = np.unique(self.agenda.event, return_inverse=True)
        answers = (get(self.agenda.events[number]) for number in numbers.tolist())
        return np.fromiter(answers, dtype=kind, count=len(numbers))[place]

    def beside(self, period: Callable[[Agenda], IntColumn]) -> Column:
        """Count the events of each row's period, its own among them."""
        standing = self.agenda if self.others is None else self.others
        periods, counts = np.unique(period(standing), return_counts=True)
        return count_at(periods, counts, period(self.agenda)) + float(self.others is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One thing that can be said of an event."""

    kind: Kind
    column: Callable[[Situation], Column] = field(repr=False)
    choices: tuple[str, ...] = ()  # all values that a text can have; empty: any

    @classmethod
    def of_event(cls, kind: Kind, get: Callable[[EventFacts], Any], choices: Iterable[str] = ()) -> Field:
        """Make a field that is the same for all occurrences of an event."""
        dtype = np.float64 if kind is Kind.NUMBER else object
        return cls(kind=kind, column=lambda now: now.of_events(get, dtype), choices=tuple(choices))


def _date_parts(day: IntColumn) -> tuple[Column, Column]:
    """Give the day of the month and the month of local days."""
    dates = day.astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    return (dates - months).astype(np.float64) + 1, months.astype(np.float64) % 12 + 1


def _required(now: Situation) -> Column:
    subject = now.agenda.subject
    return now.of_events(
        lambda event: not any(p.id == subject and not p.required for p in event.participants), np.bool_
    )


_WEEKDAYS = np.array(WEEKDAYS, dtype=object)

FIELDS: Mapping[str, Field] = MappingProxyType(
    {
        "title": Field.of_event(Kind.TEXT, lambda event: event.title),
        "category": Field.of_event(Kind.TEXT, lambda event: event.category),
        "location": Field.of_event(Kind.TEXT, lambda event: event.location),
        "priority": Field.of_event(Kind.TEXT, lambda event: str(event.priority or ""), ["", *Priority]),
        "flexibility": Field.of_event(Kind.TEXT, lambda event: str(event.flexibility), Flexibility),
        "rank": Field.of_event(Kind.NUMBER, lambda event: event.rank),
        "members": Field.of_event(Kind.TEXTS, lambda event: event.members),
        "resources": Field.of_event(Kind.TEXTS, lambda event: event.resources),
        "required": Field(kind=Kind.BOOL, column=_required),
        "weekday": Field(
            kind=Kind.TEXT, column=lambda now: _WEEKDAYS[weekdays(now.agenda.day)], choices=WEEKDAYS
        ),
        "date": Field(kind=Kind.DATE, column=lambda now: now.agenda.day),
        "day": Field(kind=Kind.NUMBER, column=lambda now: _date_parts(now.agenda.day)[0]),
        "month": Field(kind=Kind.NUMBER, column=lambda now: _date_parts(now.agenda.day)[1]),
        "start": Field(kind=Kind.TIME, column=lambda now: now.agenda.opens - now.agenda.day * DAY),
        "end": Field(kind=Kind.TIME, column=lambda now: now.agenda.closes - now.agenda.day * DAY),
        "minutes": Field(kind=Kind.NUMBER, column=lambda now: (now.agenda.end - now.agenda.start) / 60),
        "events_that_day": Field(kind=Kind.NUMBER, column=lambda now: now.beside(lambda of: of.day)),
        "events_that_week": Field(
            kind=Kind.NUMBER, column=lambda now: now.beside(lambda of: of.clock.weeks(of.day))
        ),
    }
)
