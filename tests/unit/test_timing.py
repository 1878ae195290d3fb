"""The digest of an event's times changes with them, and with nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from kalends.engine.series import Addition, Length, Override, Series
from kalends.engine.timing import timing
from kalends.engine.zones import zone

PARIS = zone("Europe/Paris").tzinfo
START = datetime(2025, 10, 26, 2, 30, tzinfo=PARIS)
LATER = datetime(2025, 11, 2, 9, tzinfo=PARIS)
SERIES = Series(start=START, length=Length(seconds=3600), rules=("FREQ=WEEKLY", "FREQ=DAILY;COUNT=3"))


@pytest.mark.parametrize(
    "changed",
    [
        replace(SERIES, start=START.replace(minute=31)),
        replace(SERIES, start=START.replace(fold=1)),
        replace(SERIES, start=START.replace(tzinfo=UTC)),
        replace(SERIES, start=START.replace(tzinfo=None)),
        replace(SERIES, start=START.replace(tzinfo=zone("Europe/Berlin").tzinfo)),
        replace(SERIES, start=date(2025, 10, 26)),
        replace(SERIES, start=None),
        replace(SERIES, length=Length(days=1)),
        replace(SERIES, rules=("FREQ=WEEKLY",)),
        replace(SERIES, exclusion_rules=("FREQ=WEEKLY",)),
        replace(SERIES, exclusions=(LATER,)),
        replace(SERIES, additions=(Addition(start=LATER),)),
        replace(SERIES, additions=(Addition(start=LATER, length=Length()),)),
        replace(SERIES, overrides=(Override(recurrence_id=LATER, start=START, length=Length()),)),
    ],
)
def test_other_times_have_another_digest(changed: Series) -> None:
    assert timing(changed) != timing(SERIES)


def test_the_order_of_writing_does_not_count() -> None:
    both = replace(SERIES, exclusions=(START, LATER))
    assert timing(both) == timing(replace(both, exclusions=(LATER, START), rules=SERIES.rules[::-1]))


def test_the_digest_is_the_same_everywhere() -> None:
    assert timing(SERIES) == "fbb1c9db60fe0370882c55e388dd3f06"  # stored by servers: must never change
