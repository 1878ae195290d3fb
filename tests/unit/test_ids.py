"""Identifiers: unique, and growing."""

from datetime import UTC, datetime, timedelta

from kalends.kit.clock import FixedClock
from kalends.kit.ids import Ids


def test_identifiers_are_uuids_of_version_7_that_hold_the_time() -> None:
    clock = FixedClock(datetime(2026, 3, 1, 12, tzinfo=UTC))
    drawn = Ids(clock).new()
    assert (drawn.version, drawn.variant) == (7, "specified in RFC 4122")
    assert drawn.int >> 80 == int(clock.now().timestamp() * 1000)


def test_identifiers_grow_within_a_millisecond_and_while_the_clock_goes_backwards() -> None:
    clock = FixedClock(datetime(2026, 3, 1, 12, tzinfo=UTC))
    ids = Ids(clock, random=lambda size: b"\xff" * size)
    drawn = []
    for _ in range(50):
        drawn += [ids.new(), ids.new()]
        clock.advance(timedelta(milliseconds=-1))
    assert drawn == sorted(set(drawn))
    assert {id.version for id in drawn} == {7}
