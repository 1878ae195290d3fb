"""Local time becomes an instant: gaps, folds, far years, foreign zones and hostile names."""

from __future__ import annotations

import copy
import pickle
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from kalends.engine.zones import (
    UTC_ZONE,
    CustomTimeZone,
    Transition,
    UnknownZone,
    custom_zone,
    instant,
    wall_seconds,
    zone,
    zone_names,
    zone_of,
)

NAMES = sorted(zone_names())
# Germany's rule since 1996, written as a calendar file would list it.
SUMMERS = [
    Transition(1711846800, 7200, "CEST"),
    Transition(1729990800, 3600, "CET"),
    Transition(1743296400, 7200, "CEST"),
]


@pytest.mark.parametrize(
    "name, local, fold, expected",
    [
        ("America/New_York", "2024-03-10T01:59:59", 0, "2024-03-10T06:59:59"),
        ("America/New_York", "2024-03-10T02:30:00", 0, "2024-03-10T07:30:00"),  # skipped: the offset before
        ("America/New_York", "2024-03-10T03:00:00", 0, "2024-03-10T07:00:00"),
        ("America/New_York", "2024-11-03T01:30:00", 0, "2024-11-03T05:30:00"),  # repeated: the first pass
        ("America/New_York", "2024-11-03T01:30:00", 1, "2024-11-03T06:30:00"),
        ("Australia/Lord_Howe", "2024-10-06T02:15:00", 0, "2024-10-05T15:45:00"),  # half an hour
        ("Pacific/Apia", "2011-12-30T12:00:00", 0, "2011-12-30T22:00:00"),  # a skipped day
        ("Europe/Dublin", "2024-07-01T12:00:00", 0, "2024-07-01T11:00:00"),  # winter time is the exception
        ("Europe/Berlin", "9998-07-01T12:00:00", 0, "9998-07-01T10:00:00"),
        ("Europe/Berlin", "0001-07-01T12:00:00", 0, "0001-07-01T11:06:32"),  # local mean time
        ("Africa/Casablanca", "2500-01-01T12:00:00", 0, "2500-01-01T12:00:00"),
    ],
)
def test_local_times_become_instants(name: str, local: str, fold: int, expected: str) -> None:
    times = np.array([local], "datetime64[s]")
    assert zone(name).to_utc(times, fold=fold).astype(str).tolist() == [expected]


@pytest.mark.parametrize("fold", [0, 1])
def test_every_zone_agrees_with_the_standard_library(fold: int) -> None:
    generator = np.random.default_rng(fold)
    for name in NAMES[fold::2]:
        place = zone(name)
        seconds = np.concatenate(
            [
                generator.integers(-62_000_000_000, 253_000_000_000, 20),
                generator.integers(-3_000_000_000, 4_000_000_000, 30),
            ]
        ).astype(np.int64)
        moments = [wall(one, place.tzinfo, fold) for one in seconds.tolist()]
        expected = [
            one - round(moment.utcoffset().total_seconds())  # type: ignore[union-attr]
            for one, moment in zip(seconds.tolist(), moments, strict=True)
        ]
        assert place.to_utc(seconds, fold=fold).tolist() == expected, name
        assert [place.instant(one, fold=fold) for one in seconds.tolist()] == expected, name
        sorted_seconds = np.sort(seconds)
        both = (place.to_utc(sorted_seconds, ascending=flag, fold=fold).tolist() for flag in (True, False))
        assert next(both) == next(both), name


def wall(seconds: int, tz: tzinfo, fold: int) -> datetime:
    return (datetime(1970, 1, 1) + timedelta(seconds=seconds)).replace(tzinfo=tz, fold=fold)


@pytest.mark.parametrize("name", ["Europe/Berlin", "America/St_Johns", "Pacific/Apia", "UTC"])
def test_instants_become_local_times_and_back(name: str) -> None:
    utc = np.arange(-2_000_000_000, 4_000_000_000, 7_654_321, dtype=np.int64)
    local = zone(name).to_local(utc)
    first, second = zone(name).to_utc(local), zone(name).to_utc(local, fold=1)
    assert ((first == utc) | (second == utc)).all()


@pytest.mark.parametrize(
    "name",
    ["", "Mars/Olympus", "../../etc/passwd", "/etc/localtime", "Europe/berlin", "Europe", "a\0b", "E" * 9999],
)
def test_unknown_and_hostile_names_are_refused(name: str) -> None:
    with pytest.raises(UnknownZone) as refusal:
        zone(name)
    assert refusal.value.code == "unknown_zone"
    assert len(str(refusal.value)) < 200


def test_a_zone_is_known_by_its_iana_name() -> None:
    place = zone("Europe/Berlin")
    assert isinstance(place.tzinfo, ZoneInfo)
    assert place.tzinfo.key == "Europe/Berlin"
    assert zone("Europe/Berlin") is place
    assert zone_of(ZoneInfo("Europe/Berlin")) is place


@pytest.mark.parametrize(
    "tz", [zone("Europe/Berlin").tzinfo, custom_zone("Ours", SUMMERS, initial=3600).tzinfo]
)
def test_zones_can_be_pickled_and_copied(tz: tzinfo) -> None:
    moment = datetime(2024, 7, 1, 12, tzinfo=tz)
    for other in (pickle.loads(pickle.dumps(moment)), copy.deepcopy(moment)):
        assert other == moment
        assert other.utcoffset() == timedelta(hours=2)


def test_fixed_offsets_are_zones_too() -> None:
    assert instant(datetime(1970, 1, 1, 2, tzinfo=timezone(timedelta(hours=2)))) == 0
    assert zone_of(UTC) is UTC_ZONE


def test_a_tzinfo_of_unknown_habits_is_refused() -> None:
    class Whim(tzinfo):
        def utcoffset(self, moment: datetime | None) -> None: ...
        def dst(self, moment: datetime | None) -> None: ...
        def tzname(self, moment: datetime | None) -> None: ...

    with pytest.raises(UnknownZone):
        zone_of(Whim())


@pytest.mark.parametrize(
    "local, fold, hours, name",
    [
        (datetime(2024, 1, 1), 0, 1, "Ours"),  # before the first change there is no name to give
        (datetime(2024, 3, 31, 2, 30), 0, 1, "Ours"),  # skipped
        (datetime(2024, 3, 31, 2, 30), 1, 2, "CEST"),
        (datetime(2024, 7, 1), 0, 2, "CEST"),
        (datetime(2024, 10, 27, 2, 30), 0, 2, "CEST"),  # repeated
        (datetime(2024, 10, 27, 2, 30), 1, 1, "CET"),
        (datetime(2040, 1, 1), 0, 2, "CEST"),  # the last change holds for ever
    ],
)
def test_a_custom_zone_behaves_as_a_zoneinfo_does(local: datetime, fold: int, hours: int, name: str) -> None:
    tz = custom_zone("Ours", SUMMERS, initial=3600).tzinfo
    assert isinstance(tz, CustomTimeZone)
    moment = local.replace(tzinfo=tz, fold=fold)
    assert moment.utcoffset() == timedelta(hours=hours)
    assert moment.tzname() == name
    assert moment.dst() is None


def test_a_custom_zone_turns_instants_into_local_times_with_their_fold() -> None:
    tz = custom_zone("Ours", SUMMERS, initial=3600).tzinfo
    passes = [datetime(2024, 10, 27, hour, 30, tzinfo=UTC).astimezone(tz) for hour in (0, 1)]
    assert [(moment.hour, moment.fold) for moment in passes] == [(2, 0), (2, 1)]


def test_a_naive_time_is_no_instant() -> None:
    with pytest.raises(Exception, match="no zone"):
        instant(datetime(2024, 1, 1))
    assert wall_seconds(datetime(1970, 1, 2)) == 86_400
