"""What is said, in each language that is known: lengths, lists, times, and what has no other word."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from kalends.engine.constraints.reasons import InBlockedWindow, KeptForOthers
from kalends.engine.constraints.window import Window
from kalends.engine.motives import SameTypeFree
from kalends.engine.reasons import reason_from_json, reason_to_json
from kalends.engine.spans import Span
from kalends.engine.wording import Speech, Wording
from kalends.engine.zones import zone

BERLIN = zone("Europe/Berlin").tzinfo
ENGLISH, GERMAN = Speech(zone=BERLIN), Speech(zone=BERLIN, language="de")


def span(start: str, end: str) -> Span:
    """Read times on the clock in Berlin."""
    first, last = (datetime.fromisoformat(text).replace(tzinfo=BERLIN) for text in (start, end))
    return Span(first.astimezone(UTC), last.astimezone(UTC))


NOON = span("2026-11-24 12:00", "2026-11-24 13:00")
LATER = span("2026-11-24 14:30", "2026-11-24 15:30")
NIGHT = span("2026-11-24 22:00", "2026-11-25 06:00")
NEXT_DAY = span("2026-11-25 09:00", "2026-11-25 10:00")


@pytest.mark.parametrize(
    ("duration", "english", "german"),
    [
        (timedelta(0), "0 minutes", "0 Minuten"),
        (timedelta(minutes=1), "1 minute", "1 Minute"),
        (timedelta(hours=2), "120 minutes", "120 Minuten"),
        (timedelta(hours=25, minutes=1), "1 day 1 hour 1 minute", "1 Tag 1 Stunde 1 Minute"),
        (timedelta(days=3, seconds=5), "3 days 5 seconds", "3 Tage 5 Sekunden"),
    ],
)
def test_lengths(duration: timedelta, english: str, german: str) -> None:
    assert (ENGLISH.length(duration), GERMAN.length(duration)) == (english, german)


@pytest.mark.parametrize(
    ("first", "beside", "english", "german"),
    [
        (LATER, None, "14:30-15:30", "14:30–15:30"),
        (LATER, NOON, "14:30-15:30", "14:30–15:30"),
        (NEXT_DAY, NOON, "2026-11-25 09:00-10:00", "25.11.2026 09:00–10:00"),
        (NIGHT, NOON, "2026-11-24 22:00 to 2026-11-25 06:00", "24.11.2026 22:00 bis 25.11.2026 06:00"),
    ],
)
def test_times(first: Span, beside: Span | None, english: str, german: str) -> None:
    said = ENGLISH.time(first, beside=beside), GERMAN.time(first, beside=beside)
    assert said == (english, german)


@pytest.mark.parametrize(
    ("first", "beside", "english", "german"),
    [
        (LATER, None, "Tue 2026-11-24 14:30-15:30", "Di 24.11.2026 14:30–15:30"),
        (LATER, NOON, "14:30-15:30", "14:30–15:30"),
        (NEXT_DAY, NOON, "Wed 2026-11-25 09:00-10:00", "Mi 25.11.2026 09:00–10:00"),
        (NIGHT, NOON, "22:00 to Wed 2026-11-25 06:00", "22:00 bis Mi 25.11.2026 06:00"),
    ],
)
def test_times_with_their_dates(first: Span, beside: Span | None, english: str, german: str) -> None:
    said = ENGLISH.dated(first, beside=beside), GERMAN.dated(first, beside=beside)
    assert said == (english, german)


def test_lists() -> None:
    assert [GERMAN.listed(list("abc"[:n])) for n in range(4)] == ["", "a", "a und b", "a, b und c"]


@pytest.mark.parametrize(
    ("language", "said"),
    [("de", "3 Tage"), ("de-AT", "3 Tage"), ("en-GB", "3 days"), ("fr", "3 days"), ("den", "3 days")],
)
def test_a_language_is_known_wherever_it_is_spoken(language: str, said: str) -> None:
    assert Speech(zone=UTC, language=language).length(timedelta(days=3)) == said


def test_titles_with_braces_stay_as_they_are() -> None:
    assert GERMAN.listed(["{a}", "{b:%H}", "{"]) == "{a}, {b:%H} und {"


def test_a_constraint_is_called_as_its_maker_called_it_and_a_like_in_each_language() -> None:
    assert GERMAN.rule("0193", "Quiet mornings") == "Quiet mornings"
    assert GERMAN.rule("preference:no_events_before", "Quiet mornings") == "Ruhige Morgen"


WORDING = Wording(zone=BERLIN, language="de", title=str.title, name=str.title)


@pytest.mark.parametrize(
    ("window", "said"),
    [
        (None, "Ausflug nutzt Auto, freigehalten für Cleo und Ben"),
        (Window(start=time(9), end=time(17)), "… Cleo und Ben (09:00–17:00)"),
        (
            Window(start=time(9), end=time(17), days=frozenset({4, 0})),
            "… Cleo und Ben (Mo und Fr 09:00–17:00)",
        ),
    ],
)
def test_a_window_is_kept_with_a_reason_and_said_in_the_language_of_who_asks(
    window: Window | None, said: str
) -> None:
    reason = KeptForOthers(uid="ausflug", resource="auto", members=("cleo", "ben"), window=window)
    assert reason_from_json(reason_to_json(reason)) == reason
    assert reason.words(WORDING).endswith(said.removeprefix("…"))


def test_a_reason_with_a_window_that_is_none_is_not_known() -> None:
    window = Window(start=time(9), end=time(17))
    reason = InBlockedWindow(subject="ana", uid="gym", begins=time(9), ends=time(10), window=window)
    assert reason_from_json({**reason_to_json(reason), "window": "09:00-17:00"}) is None


def test_a_kind_of_thing_has_its_name_in_each_language_and_an_unknown_one_its_own() -> None:
    kinds = [SameTypeFree(uid="a", resource="bus", type=kind).words(WORDING) for kind in ("vehicle", "pet")]
    assert kinds == [
        "Bus ist von gleicher Art (Fahrzeug) und dann frei",
        "Bus ist von gleicher Art (pet) und dann frei",
    ]
