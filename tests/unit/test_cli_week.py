"""A week as it is drawn: hours as rows, overlapping events side by side, clashes marked."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from io import StringIO

import pytest
from rich.console import Console

from kalends.cli.week import Entry, draw
from kalends.engine.zones import zone

BERLIN = zone("Europe/Berlin").tzinfo
MONDAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 24, 8, tzinfo=BERLIN)


def entry(title: str, start: str, end: str, *, all_day: bool = False, clashes: bool = False) -> Entry:
    first, last = (datetime.fromisoformat(text).replace(tzinfo=BERLIN) for text in (start, end))
    return Entry(
        title=title,
        start=first,
        end=last,
        all_day=all_day,
        color=None,
        calendar="Ana",
        clashes=clashes,
        cancelled=False,
    )


def drawn(*entries: Entry, width: int = 118) -> list[str]:
    """Draw on a terminal without colours."""
    paper = StringIO()
    draw(Console(file=paper, width=width, no_color=True, color_system=None), MONDAY, entries, NOW)
    return [line.rstrip() for line in paper.getvalue().splitlines()]


def at(lines: list[str], clock: str) -> str:
    return next(line for line in lines if line.startswith(clock))


def test_an_event_stands_at_its_hour_under_its_day() -> None:
    lines = drawn(entry("Dentist", "2026-11-24T14:30", "2026-11-24T15:30"))
    row = lines[lines.index(at(lines, "14:00")) + 1]
    assert row.index("Dentist") == lines[0].index("Tue 24 Nov")


def test_events_at_once_share_the_width_of_their_day() -> None:
    lines = drawn(
        entry("Piano", "2026-11-24T15:00", "2026-11-24T16:00", clashes=True),
        entry("Gym", "2026-11-24T15:00", "2026-11-24T16:00", clashes=True),
    )
    row = at(lines, "15:00")
    assert lines[0].index("Tue") <= row.index("!Piano") < row.index("!Gym") < lines[0].index("Wed")


@pytest.mark.parametrize(
    "start, end, first, last",
    [
        ("2026-11-24T10:00", "2026-11-24T11:00", "08:00", "17:00"),
        ("2026-11-24T06:15", "2026-11-24T07:00", "06:00", "17:00"),
        ("2026-11-24T20:00", "2026-11-24T21:30", "08:00", "21:00"),
        ("2026-11-24T23:00", "2026-11-25T01:00", "00:00", "23:00"),
    ],
)
def test_hours_are_drawn_as_far_as_there_are_events(start: str, end: str, first: str, last: str) -> None:
    hours = [line[:5] for line in drawn(entry("Event", start, end)) if line[2:3] == ":"]
    assert (hours[0], hours[-1]) == (first, last)


def test_days_without_hours_stand_on_top() -> None:
    lines = drawn(entry("Lake", "2026-11-27T00:00", "2026-11-30T00:00", all_day=True))
    assert lines[1].index("Lake") == lines[0].index("Fri 27 Nov")


def test_a_narrow_terminal_gets_a_list() -> None:
    lines = drawn(entry("Dentist", "2026-11-24T14:30", "2026-11-24T15:30", clashes=True), width=60)
    assert lines[lines.index("Tuesday 2026-11-24") + 1] == "  14:30-15:30  !Dentist  [Ana]"


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25)])
def test_a_week_with_a_change_of_the_clock_is_drawn(day: date) -> None:
    """Hours that a day lacks or has twice are drawn as the wall clock counts them."""
    paper = StringIO()
    monday = day - timedelta(days=6)
    early = entry("Early", f"{day}T01:30", f"{day}T04:30")
    draw(Console(file=paper, width=118, color_system=None), monday, [early], NOW)
    assert "Early" in paper.getvalue()
