"""From a file to its calendars: where each component begins and ends, and what is out of place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kalends.ical.errors import NotCalendar, Problem
from kalends.ical.limits import Limits
from kalends.ical.source import Source
from kalends.kit.errors import TooLarge

_EDGE = re.compile(rb"^(BEGIN|END)[ \t]*:[ \t]*([^\n]*?)[ \t]*$", re.M | re.I)
_TOP_LEVEL = frozenset({b"VEVENT", b"VTODO", b"VJOURNAL", b"VFREEBUSY", b"VTIMEZONE"})


@dataclass(frozen=True, slots=True)
class Stretch:
    """Offsets of a part of a VCALENDAR: a whole component, or properties between components (name None)."""

    name: str | None
    start: int
    end: int


class Structure:
    """Finds the calendars of a source and the components directly inside, and repairs what is clear.

    A component that is not closed properly is refused by a problem; the ones around it stay.
    Raises NotCalendar without any VCALENDAR, TooLarge beyond the limits of depth and count.
    """

    def __init__(self, source: Source, limits: Limits) -> None:
        self.problems: list[Problem] = []
        self.calendars: list[list[Stretch]] = []
        self._source = source
        self._limits = limits
        self._stack: list[tuple[bytes, int]] = []  # open components, VCALENDAR first
        self._text_from = 0  # where properties that belong to no component begin
        self._count = 0
        for kind, name, start, end in self._edges():
            if kind == b"BEGIN":
                self._begin(name, start, end)
            else:
                self._end(name, start, end)
        self._close_calendar(len(source.data), "The file ends")
        if not self.calendars:
            raise NotCalendar("There is no BEGIN:VCALENDAR in the data: it is not iCalendar.", line=1)

    def _edges(self) -> Iterator[tuple[bytes, bytes, int, int]]:
        for match in _EDGE.finditer(self._source.data):
            yield match[1].upper(), match[2].upper(), match.start(), match.end()

    def _begin(self, name: bytes, start: int, end: int) -> None:
        if name == b"VCALENDAR":
            self._close_calendar(start, "Another calendar begins")
            self.calendars.append([])
            self._stack = [(name, start)]
            self._text_from = end + 1
            return
        if not self._stack:
            self._problem(start, "outside_calendar", f"BEGIN:{_shown(name)} stands outside of a VCALENDAR.")
            return
        if len(self._stack) > 1 and name in _TOP_LEVEL:
            self._refuse_open(start, f"BEGIN:{_shown(name)} follows")
        if len(self._stack) == 1:
            self._properties_until(start)
            self._count += 1
            if self._count > self._limits.max_components:
                raise TooLarge(
                    f"The file has more than {self._limits.max_components} components.",
                    limit=self._limits.max_components,
                    setting="ical_max_components",
                    line=self._source.line_at(start),
                )
        if len(self._stack) == self._limits.max_depth:
            raise TooLarge(
                f"Components are nested more than {self._limits.max_depth} deep.",
                limit=self._limits.max_depth,
                setting="ical_max_depth",
                line=self._source.line_at(start),
            )
        self._stack.append((name, start))

    def _end(self, name: bytes, start: int, end: int) -> None:
        if name == b"VCALENDAR":
            self._close_calendar(start, None)
        elif self._stack and self._stack[-1][0] == name:
            _, begun = self._stack.pop()
            if len(self._stack) == 1:
                self.calendars[-1].append(Stretch(_shown(name), begun, end))
                self._text_from = end + 1
        elif len(self._stack) > 1 and name == self._stack[1][0]:
            self._refuse_open(end + 1, f"{_shown(self._stack[-1][0])} inside it has no END")
        elif len(self._stack) > 1:
            # Reading the component will refuse it; here only its extent matters.
            if name in (opened for opened, _ in self._stack):
                while self._stack.pop()[0] != name:
                    pass
        elif self._stack:
            self._problem(start, "stray_end", f"END:{_shown(name)} closes nothing.")
            self._properties_until(start)
            self._text_from = end + 1

    def _properties_until(self, end: int) -> None:
        if self._text_from < end:
            self.calendars[-1].append(Stretch(None, self._text_from, end - 1))

    def _refuse_open(self, resume: int, why: str) -> None:
        """Give up the component that is open in the calendar, and read on from `resume`."""
        name, begun = self._stack[1]
        message = f"BEGIN:{_shown(name)} is not closed properly: {why}."
        self._problem(begun, "missing_end", message, uid=self._uid(begun, resume))
        del self._stack[1:]
        self._text_from = resume

    def _close_calendar(self, at: int, cut_off: str | None) -> None:
        """Close the calendar that is open; `cut_off` says what came instead of its END."""
        if not self._stack:
            if cut_off is None:
                self._problem(at, "stray_end", "END:VCALENDAR closes nothing.")
            return
        begun = self._stack[0][1]
        if len(self._stack) > 1:
            self._refuse_open(at, cut_off or "END:VCALENDAR follows")
        else:
            self._properties_until(at)
        if cut_off is not None:
            self._problem(begun, "missing_end", f"BEGIN:VCALENDAR has no END:VCALENDAR: {cut_off.lower()}.")
        self._stack.clear()

    def _uid(self, start: int, end: int) -> str | None:
        match = re.compile(rb"^UID:([^\n]*)", re.M).search(self._source.data, start, end)
        return match[1].decode("utf-8", "replace").strip() if match else None

    def _problem(self, offset: int, code: str, message: str, uid: str | None = None) -> None:
        self.problems.append(Problem(line=self._source.line_at(offset), uid=uid, code=code, message=message))


def _shown(name: bytes) -> str:
    return name[:60].decode("utf-8", "replace")
