"""Times as people type and read them."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from kalends.cli.moments import read_exact, read_length, read_moment, read_window, span_of
from kalends.engine.series import Length, Start
from kalends.engine.spans import Span
from kalends.engine.zones import zone
from kalends.interfaces.rest.event_times import TimeReader
from kalends.kit.errors import InvalidInput

BERLIN = zone("Europe/Berlin").tzinfo
NOW = datetime(2026, 11, 20, 8, tzinfo=BERLIN)  # a Friday
MINE = TimeReader(own="Europe/Berlin")


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=BERLIN)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    "text, moment",
    [
        ("2026-12-24", date(2026, 12, 24)),
        ("2026-12-24 18:00", at(2026, 12, 24, 18)),
        ("2026-12-24T18:00", at(2026, 12, 24, 18)),
        ("18:00", at(2026, 11, 20, 18)),
        ("8:05", at(2026, 11, 20, 8, 5)),
        ("today", date(2026, 11, 20)),
        ("tomorrow 09:30", at(2026, 11, 21, 9, 30)),
        ("yesterday", date(2026, 11, 19)),
        ("fri", date(2026, 11, 20)),
        ("Thursday 7:00", at(2026, 11, 26, 7)),
        ("2026-12-24T17:00Z", at(2026, 12, 24, 18)),
        ("2026-12-24T12:00-05:00", at(2026, 12, 24, 18)),
        ("2026-03-29 02:30", at(2026, 3, 29, 2, 30)),  # skipped: kept as said, the engine has the policy
    ],
)
def test_a_moment_is_in_the_zone_of_who_types_it(text: str, moment: Start) -> None:
    read = read_moment(text, MINE, today=NOW.date(), field="start")
    assert (type(read), read) == (type(moment), moment)


@pytest.mark.parametrize(
    "text", ["", "noon", "2026-13-01", "25:00", "24:00", "2026-02-29", "18", "fri 9", "T18:00x"]
)
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_moment(text, MINE, today=NOW.date(), field="start")
    assert refused.value.field == "start"


@pytest.mark.parametrize(
    "text, length",
    [
        ("90", Length(seconds=5400)),
        ("90m", Length(seconds=5400)),
        ("1h30m", Length(seconds=5400)),
        ("1h30", Length(seconds=5400)),
        ("2d", Length(days=2)),
        ("1w", Length(days=7)),
        ("1d2h", Length(days=1, seconds=7200)),
        ("PT45M", Length(seconds=2700)),
        ("p1d", Length(days=1)),
    ],
)
def test_a_length_is_said_shortly(text: str, length: Length) -> None:
    assert read_length(text, field="duration") == length


@pytest.mark.parametrize("text", ["", "soon", "-5m", "1x", "h", "1.5h"])
def test_what_is_no_length_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        read_exact(text, field="duration")


@pytest.mark.parametrize(
    "since, until, window",
    [
        (None, None, Span(at(2026, 11, 20), at(2026, 11, 27))),
        ("mon", "fri", Span(at(2026, 11, 23), at(2026, 11, 28))),  # the Friday after that Monday, not today
        ("mon 09:00", "wed 17:00", Span(at(2026, 11, 23, 9), at(2026, 11, 25, 17))),
        ("mon", "today", None),
        ("2026-11-23", "2026-11-23", Span(at(2026, 11, 23), at(2026, 11, 24))),
        ("2026-11-23 09:00", "2026-11-23 17:00", Span(at(2026, 11, 23, 9), at(2026, 11, 23, 17))),
        ("2026-03-29", "2026-03-29", Span(at(2026, 3, 29), at(2026, 3, 30))),  # of 23 hours
    ],
)
def test_a_window_ends_with_its_last_day(since: str | None, until: str | None, window: Span | None) -> None:
    if window is None:
        with pytest.raises(InvalidInput):
            read_window(since, until, own="Europe/Berlin", now=NOW, days=7)
    else:
        assert read_window(since, until, own="Europe/Berlin", now=NOW, days=7) == window


@pytest.mark.parametrize(
    "start, end, told",
    [
        (at(2026, 11, 23, 14, 30), at(2026, 11, 23, 15), "Mon 2026-11-23 14:30-15:00"),
        (at(2026, 11, 23, 22), at(2026, 11, 24, 1), "Mon 2026-11-23 22:00 to Tue 2026-11-24 01:00"),
        (date(2026, 11, 23), date(2026, 11, 24), "Mon 2026-11-23"),
        (date(2026, 11, 23), date(2026, 11, 25), "Mon 2026-11-23 to Tue 2026-11-24"),
        (datetime(2026, 11, 23, 7), datetime(2026, 11, 23, 8), "Mon 2026-11-23 07:00-08:00"),
        (
            datetime(2026, 11, 23, 9, tzinfo=zone("America/New_York").tzinfo),
            datetime(2026, 11, 23, 10, tzinfo=zone("America/New_York").tzinfo),
            "Mon 2026-11-23 15:00-16:00",
        ),
    ],
)
def test_a_span_is_told_by_the_readers_clock(start: Start, end: Start, told: str) -> None:
    assert span_of(start, end, NOW) == told


def test_an_exact_length_counts_days_of_24_hours() -> None:
    assert read_exact("1d", field="duration") == timedelta(hours=24)
