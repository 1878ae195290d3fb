"""Parts of calls: quiet hours across clock changes, numbers, retries, repeats, and files."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kalends.features.calls.csv_files import read_rows
from kalends.features.calls.drafts import rules_of
from kalends.features.calls.life import FOLLOWING, Broken, replay
from kalends.features.calls.models import CallChange, CallState, Outcome
from kalends.features.calls.numbers import read_phone
from kalends.features.calls.quiet import QuietHours
from kalends.features.calls.retries import USUAL, wait
from kalends.kit.errors import InvalidInput
from workspaces import at


class TestQuietHours:
    @pytest.mark.parametrize(
        "hours, now, over",
        [
            ("21:00-08:00", "2026-03-03 20:59", None),
            ("21:00-08:00", "2026-03-03 21:00", "2026-03-04 08:00"),
            ("21:00-08:00", "2026-03-04 00:00", "2026-03-04 08:00"),
            ("21:00-08:00", "2026-03-04 07:59", "2026-03-04 08:00"),
            ("21:00-08:00", "2026-03-04 08:00", None),
            ("12:00-13:30", "2026-03-04 12:00", "2026-03-04 13:30"),
            ("12:00-13:30", "2026-03-04 13:30", None),
            ("21:00-08:00", "2026-03-28 22:00", "2026-03-29 08:00"),  # the night is an hour shorter
            ("21:00-08:00", "2026-10-24 22:00", "2026-10-25 08:00"),  # and here an hour longer
            ("21:00-02:30", "2026-03-29 01:00", "2026-03-29 03:30"),  # half past two does not come
            ("", "2026-03-04 00:00", None),
            ("08:00-08:00", "2026-03-04 08:00", None),
        ],
    )
    def test_they_end_by_the_clock_of_whoever_is_called(self, hours: str, now: str, over: str | None) -> None:
        quiet = QuietHours.parse(hours)
        found = quiet and quiet.over_at(at(now), "Europe/Berlin")
        assert found == (over and at(over).astimezone(UTC))

    def test_within_a_repeated_hour_they_never_end_in_the_past(self) -> None:
        quiet = QuietHours.parse("21:00-02:30")
        assert quiet is not None
        second_pass = datetime(2026, 10, 25, 1, 15, tzinfo=UTC)  # a quarter past two, for the second time
        over = quiet.over_at(second_pass, "Europe/Berlin")
        assert over is not None
        assert over > second_pass

    @pytest.mark.parametrize("text", ["21-8", "25:00-08:00", "21:00", "night"])
    def test_others_are_none(self, text: str) -> None:
        with pytest.raises(ValueError, match="are no hours"):
            QuietHours.parse(text)


class TestNumbers:
    @pytest.mark.parametrize(
        "text, region, e164, masked",
        [
            ("+49 30 901820", None, "+4930901820", "+49 ••• ••20"),
            ("030 901820", "DE", "+4930901820", "+49 ••• ••20"),
            ("+1 (212) 736-5000", None, "+12127365000", "+1 ••• ••00"),
            ("0049 30 901820", "FR", "+4930901820", "+49 ••• ••20"),
        ],
    )
    def test_they_are_read_as_people_write_them(
        self, text: str, region: str | None, e164: str, masked: str
    ) -> None:
        phone = read_phone(text, region)
        assert (phone.e164, phone.masked) == (e164, masked)
        assert e164 not in repr(phone)

    @pytest.mark.parametrize("text", ["", "abc", "+", "12", "+49", "+4930901820 ext. 5", "+0000", "٣" * 90])
    def test_what_is_none_is_refused(self, text: str) -> None:
        with pytest.raises(InvalidInput):
            read_phone(text, "DE" if text == "12" else None)

    @pytest.mark.parametrize(
        "text, zone",
        [
            ("+4930901820", "Europe/Berlin"),
            ("+12127365000", "America/New_York"),
            ("+80012345678", None),
        ],
    )
    def test_some_tell_their_zone(self, text: str, zone: str | None) -> None:
        assert read_phone(text, None).zone == zone


def test_what_ended_well_is_not_tried_again() -> None:
    assert wait(Outcome.COMPLETED, 1, {}) is None
    assert wait(Outcome.CANCELLED, 1, {}) is None
    assert wait(Outcome.BUSY, USUAL[Outcome.BUSY].times + 1, {}) is None
    assert wait(Outcome.BUSY, 1, {"busy": {"times": 1, "minutes": 7}}) == timedelta(minutes=7)


@pytest.mark.parametrize(
    "repeat, until, count, rule",
    [
        ("daily", None, 3, "FREQ=DAILY;COUNT=3"),
        ("Weekly", None, None, "FREQ=WEEKLY"),
        ("monthly", "2026-06-01", None, "FREQ=MONTHLY;UNTIL=20260601T215959Z"),
        ("daily", "2026-03-05T10:00", None, "FREQ=DAILY;UNTIL=20260305T090000Z"),
        ("RRULE:FREQ=DAILY;INTERVAL=2", None, None, "FREQ=DAILY;INTERVAL=2"),
    ],
)
def test_repeats_become_rules(repeat: str, until: str | None, count: int | None, rule: str) -> None:
    assert rules_of(at("2026-03-03 10:00"), repeat, until, count) == (rule,)


def test_a_file_may_be_as_spreadsheets_write_it() -> None:
    rows = read_rows('\ufeffPhone;Start;Metadata.City\r\n+49;"a;b";Ulm\r\n;;\r\n'.encode())
    assert rows == [{"phone": "+49", "start": "a;b", "metadata": {"city": "Ulm"}}]


def test_a_history_that_cannot_have_happened_is_found_out() -> None:
    steps = [
        CallChange(before=None, after=CallState.SCHEDULED),
        CallChange(before=CallState.SCHEDULED, after=CallState.RUNNING),
    ]
    with pytest.raises(Broken) as broken:
        replay(steps)
    assert broken.value.position == 2
    assert all(CallState.SCHEDULED not in FOLLOWING[over] for over in (CallState.COMPLETED, CallState.FAILED))
