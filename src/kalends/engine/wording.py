"""Reasons in words, for one viewer, in their language.

Whatever the engine decides it records with ids and numbers. Words are made last, from titles that
the caller has already cut down to what the viewer may see. What is said stands in the code in English, and a
catalogue of `kalends.engine.words` holds the same for another language.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import ClassVar, NewType, Protocol

from kalends.engine.spans import Span
from kalends.engine.words import catalogue

Template = NewType("Template", str)
"""Marks a text that is said, but not where it stands: `say` is given it by a name."""

LIKE = "preference:"
"""How the id of a constraint begins that stands for what a member likes; its name is a template."""

_WEEKDAYS = (
    Template("Mon"),
    Template("Tue"),
    Template("Wed"),
    Template("Thu"),
    Template("Fri"),
    Template("Sat"),
    Template("Sun"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """How a viewer says things: their language and their clock."""

    zone: tzinfo
    language: str = "en"  # BCP 47; one without a catalogue is answered in English

    def say(self, template: str, /, **values: object) -> str:
        """Fill in what is said in English, "{title} may stay", as the viewer's language says it."""
        return catalogue(self.language).get(template, template).format(**values)

    def count(self, number: int, one: str, other: str, /, **values: object) -> str:
        """Say a number as `{count}`, in the singular for one alone: "{count} day", "{count} days"."""
        return self.say(one if number == 1 else other, count=number, **values)

    def rule(self, id: str, name: str) -> str:
        """Give the name of a constraint: one that somebody made is called as they called it."""
        return self.say(name) if id.startswith(LIKE) else name

    def listed(self, words: Sequence[str]) -> str:
        """Join words as prose does: "a, b and c"."""
        some, last = ", ".join(words[:-1]), "".join(words[-1:])
        return self.say("{some} and {last}", some=some, last=last) if some and last else some or last

    def length(self, duration: timedelta) -> str:
        """Say how long: "45 minutes", "2 hours 30 minutes", "3 days"; up to two hours all in minutes."""
        seconds = round(duration.total_seconds())
        if seconds <= 7200 and seconds % 60 == 0:
            return self.count(seconds // 60, "{count} minute", "{count} minutes")
        days, seconds = divmod(seconds, 86400)
        hours, seconds = divmod(seconds, 3600)
        minutes, seconds = divmod(seconds, 60)
        parts = [
            self.count(days, "{count} day", "{count} days") if days else "",
            self.count(hours, "{count} hour", "{count} hours") if hours else "",
            self.count(minutes, "{count} minute", "{count} minutes") if minutes else "",
            self.count(seconds, "{count} second", "{count} seconds") if seconds else "",
        ]
        return " ".join(filter(None, parts))

    def weekday(self, number: int) -> str:
        """Give a day of the week, short: "Tue" for 1."""
        return self.say(_WEEKDAYS[number])

    def day(self, day: date) -> str:
        """Give a date: "2026-03-10"."""
        return self.say("{day:%Y-%m-%d}", day=day)

    def moment(self, moment: date) -> str:
        """Give a date, with its time if it has one, as they stand: "2026-03-10 14:30"."""
        return self.day(moment) + (f" {moment:%H:%M}" if isinstance(moment, datetime) else "")

    def dated_moment(self, moment: date) -> str:
        """Give it with its weekday: "Tue 2026-03-10 14:30"."""
        return f"{self.weekday(moment.weekday())} {self.moment(moment)}"

    def time(self, span: Span, *, beside: Span | None = None) -> str:
        """Give a span by the viewer's clock: "14:30-15:30"; with dates where it leaves its first day, or
        begins on another day than the span `beside` it."""
        start, end = self._local(span)
        if start.date() != end.date():
            return self.say("{begins} to {ends}", begins=self.moment(start), ends=self.moment(end))
        elsewhere = beside is not None and self._local(beside)[0].date() != start.date()
        begins = self.moment(start) if elsewhere else f"{start:%H:%M}"
        return self.say("{begins}-{ends}", begins=begins, ends=f"{end:%H:%M}")

    def dated(self, span: Span, *, beside: Span | None = None) -> str:
        """Give a span with its weekday and date: "Tue 2026-03-10 14:30-15:30"; without, where it begins on
        the same day as the span `beside` it."""
        start, end = self._local(span)
        alike = beside is not None and self._local(beside)[0].date() == start.date()
        begins = f"{start:%H:%M}" if alike else self.dated_moment(start)
        if start.date() == end.date():
            return self.say("{begins}-{ends}", begins=begins, ends=f"{end:%H:%M}")
        return self.say("{begins} to {ends}", begins=begins, ends=self.dated_moment(end))

    def _local(self, span: Span) -> tuple[datetime, datetime]:
        return span.start.astimezone(self.zone), span.end.astimezone(self.zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording(Speech):
    """How a viewer reads events, members, resources and times."""

    title: Callable[[str], str]  # of a UID: its title, "Busy" or "an event", as the viewer may know
    name: Callable[[str], str]  # of a member or resource

    def titles(self, uids: Sequence[str]) -> str:
        """List events: "Soccer practice, Dentist and Gym"."""
        return self.listed([self.title(uid) for uid in uids])


class Reason(Protocol):
    """Why something was decided: frozen data with a stable code, made by the code that decided."""

    code: ClassVar[str]

    def words(self, wording: Wording) -> str:
        """Say the reason as one clause, without a full stop."""
        ...


def sentence(words: str) -> str:
    """Begin with a capital letter, whatever title stands first."""
    return words[:1].upper() + words[1:]
