"""Laws 9 and 41 where they are made: in the engine; and the fast expansion held against the plain one."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kalends.engine.recurrence import expand, expand_many, expand_utc, occurrences, parse_rule, upper_bound
from kalends.engine.recurrence.expansion import instant_of
from kalends.engine.series import Occurrence, Series
from kalends.engine.zones import Zone
from strategies.plain_recurrence import instant, plain_expand
from strategies.recurrence import SHORT, lengths, rules, series, starts, zones

quick = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
midnights = st.dates(date(2007, 6, 1), date(2016, 1, 1))


def at(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


@pytest.mark.law(41)
@quick
@given(rules(), starts, midnights, st.integers(0, 500), st.integers(0, 500))
def test_two_adjoining_windows_give_what_their_union_gives(
    rule: str, start: date | datetime, day: date, first: int, second: int
) -> None:
    middle, end = day + timedelta(days=first), day + timedelta(days=first + second)
    halves = [
        *expand(rule, start, start=at(day), end=at(middle)),
        *expand(rule, start, start=at(middle), end=at(end)),
    ]
    assert halves == list(expand(rule, start, start=at(day), end=at(end)))


@pytest.mark.law(41)
@quick
@given(series(), midnights, st.integers(1, 60), zones)
def test_adjoining_windows_of_a_series_share_only_what_spans_their_border(
    repeating: Series, day: date, days: int, viewer: Zone
) -> None:
    def seen(first: date, last: date) -> list[Occurrence]:
        return occurrences(repeating, at(first), at(last), floating_zone=viewer)

    middle, end = day + timedelta(days=days), day + timedelta(days=2 * days)
    left, right = seen(day, middle), seen(middle, end)
    assert sorted({*map(repr, left), *map(repr, right)}) == sorted({*map(repr, seen(day, end))})


@pytest.mark.law(9)
@quick
@given(series(), midnights, st.integers(0, 60), zones)
def test_a_window_gives_exactly_the_occurrences_that_intersect_it(
    repeating: Series, day: date, days: int, viewer: Zone
) -> None:
    begin, end = at(day), at(day + timedelta(days=days))
    bounds = instant_of(begin, viewer), instant_of(end, viewer)
    around = day - timedelta(days=90), day + timedelta(days=150)
    everything = occurrences(repeating, *around, floating_zone=viewer)

    def meets(occurrence: Occurrence) -> bool:
        first, last = instant_of(occurrence.start, viewer), instant_of(occurrence.end, viewer)
        return first < bounds[1] and (last > bounds[0] or first == last >= bounds[0])

    assert occurrences(repeating, begin, end, floating_zone=viewer) == list(filter(meets, everything))


@pytest.mark.law(9)
@quick
@given(st.lists(series(), max_size=6), midnights, st.integers(0, 60), zones)
def test_many_series_together_give_what_each_gives_alone(
    batch: list[Series], day: date, days: int, viewer: Zone
) -> None:
    begin, end = at(day), at(day + timedelta(days=days))
    found = expand_many(batch, begin, end, zone_for_floating=viewer)
    columns = (found.series, found.start, found.end, found.override)
    expected = [
        (
            index,
            instant_of(one.start, viewer),
            instant_of(one.end, viewer),
            -1 if one.override is None else one.override,
        )
        for index, alone in enumerate(batch)
        for one in occurrences(alone, begin, end, floating_zone=viewer)
    ]
    assert sorted(zip(*(column.tolist() for column in columns), strict=True)) == sorted(expected)


@quick
@given(rules(), starts, st.integers(0, 4))
def test_long_rules_expand_as_the_plain_reading_says(rule: str, start: date | datetime, years: int) -> None:
    horizon = date(2015 + years, 3, 1)
    assert_agreement(rule, start, horizon)


@quick
@given(rules(freqs=SHORT), starts.filter(lambda start: isinstance(start, datetime)))
def test_short_rules_expand_as_the_plain_reading_says(rule: str, start: datetime) -> None:
    days = 60 if "HOURLY" in rule else 4
    assert_agreement(rule, start, start.date() + timedelta(days=days))


def assert_agreement(rule: str, start: date | datetime, horizon: date) -> None:
    # The plain reading stops at a wall-clock day; two days before it, no zone makes a difference.
    end = at(horizon - timedelta(days=2))
    expected = [moment for moment in plain_expand(parse_rule(rule), start, horizon) if instant(moment) < end]
    assert list(expand(rule, start, end=end)) == expected


@quick
@given(rules(), starts, midnights)
def test_instants_as_an_array_are_those_of_the_values(rule: str, start: date | datetime, day: date) -> None:
    begin, end = at(day), at(day + timedelta(days=400))
    expected = [instant(moment).replace(tzinfo=None) for moment in expand(rule, start, start=begin, end=end)]
    assert expand_utc(rule, start, start=begin, end=end).tolist() == expected


@quick
@given(rules(), starts, st.integers(0, 20))
def test_a_limit_gives_the_first_ones(rule: str, start: date | datetime, limit: int) -> None:
    end = date(2016, 1, 1)
    everything = list(expand(rule, start, end=end))
    assert list(expand(rule, start, end=end, limit=limit)) == everything[:limit]


@quick
@given(series(), zones)
def test_nothing_happens_after_the_upper_bound(repeating: Series, viewer: Zone) -> None:
    bound = upper_bound(repeating)
    if bound is not None:
        late = occurrences(repeating, bound, bound + timedelta(days=3000), floating_zone=viewer)
        assert [one for one in late if instant_of(one.end, viewer) > instant_of(bound, viewer)] == []


@quick
@given(starts, lengths, rules(freqs=("DAILY", "WEEKLY")))
def test_the_start_is_always_the_first_occurrence(start: date | datetime, length: object, rule: str) -> None:
    repeating = Series(start=start, length=length, rules=(rule,))  # type: ignore[arg-type]
    window = instant_day(start)
    assert (
        occurrences(repeating, window - timedelta(days=9), window + timedelta(days=9))[0].recurrence_id
        == start
    )


def instant_day(start: date | datetime) -> date:
    return instant(start).date()
