"""Recurrence against python-dateutil, both in one run: `python benchmarks/recurrence.py [--json]`.

Nothing is cached between identical calls but the rule as parsed and joined to its start; the many
series are compiled beforehand, as the server keeps them beside the stored text, and timed without it too.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from dateutil.rrule import rrulestr

from kalends.engine.recurrence import compile_series, expand, expand_many, expand_utc
from kalends.engine.series import Length, Series
from kalends.engine.zones import zone

NEW_YORK = zone("America/New_York").tzinfo
START = datetime(2014, 1, 6, 9, tzinfo=NEW_YORK)
YEAR = datetime(2024, 1, 6, tzinfo=NEW_YORK), datetime(2025, 1, 6, tzinfo=NEW_YORK)
TWENTY_YEARS = datetime(2034, 1, 6, tzinfo=NEW_YORK)
MONTH = datetime(2024, 6, 1, tzinfo=UTC), datetime(2024, 7, 1, tzinfo=UTC)
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
SERIES = 10_000
PEER_SAMPLE = 500  # the peer needs minutes for all of them; its time is scaled up


def milliseconds(action: Callable[[], object], rounds: int) -> float:
    """Give the best of some rounds: the one that the rest of the machine disturbed least."""
    best = float("inf")
    for _ in range(rounds):
        began = time.perf_counter()
        action()
        best = min(best, time.perf_counter() - began)
    return best * 1000


def peer(rule: str, start: datetime, window: tuple[datetime, datetime]) -> list[datetime]:
    return rrulestr(rule, dtstart=start).between(*window, inc=True)


def mixed(count: int) -> list[Series]:
    """Make the series of a busy server: mostly weekly and daily, some ended, in several zones."""
    draw = random.Random(5545)
    zones = [
        zone(name).tzinfo for name in ("America/New_York", "Europe/Berlin", "Asia/Tokyo", "Europe/London")
    ]
    made = []
    for _ in range(count):
        kind = draw.random()
        if kind < 0.2:
            rule = "FREQ=DAILY"
        elif kind < 0.65:
            rule = "FREQ=WEEKLY;BYDAY=" + ",".join(sorted(draw.sample(DAYS, draw.randint(1, 3))))
        elif kind < 0.78:
            rule = f"FREQ=MONTHLY;BYDAY={draw.choice((1, 2, 3, 4, -1))}{draw.choice(DAYS)}"
        elif kind < 0.86:
            rule = f"FREQ=MONTHLY;BYMONTHDAY={draw.choice((1, 15, 28, -1))}"
        elif kind < 0.98:
            rule = "FREQ=YEARLY"
        else:
            rule = "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1"
        rule += draw.choice(("", "", "", ";INTERVAL=2"))
        rule += draw.choice(("", "", "", f";COUNT={draw.randint(10, 800)}", ";UNTIL=20290101T000000Z"))
        day = date(2014, 1, 1) + timedelta(days=draw.randrange(3650))
        start = datetime(day.year, day.month, day.day, draw.randint(7, 20), tzinfo=draw.choice(zones))
        made.append(Series(start=start, length=Length(seconds=3600), rules=(rule,)))
    return made


def single_rules() -> dict[str, dict[str, float]]:
    figures = {}
    for rule, wanted in (
        ("FREQ=DAILY", 30),
        ("FREQ=WEEKLY;BYDAY=MO,WE,FR", 20),
        ("FREQ=MONTHLY;BYDAY=2TU", 10),
    ):
        last = YEAR[1] - timedelta(seconds=1)
        assert list(expand(rule, START, start=YEAR[0], end=YEAR[1])) == peer(rule, START, (YEAR[0], last)), (
            rule
        )

        def ours(rule: str = rule) -> object:
            return list(expand(rule, START, start=YEAR[0], end=YEAR[1]))

        def theirs(rule: str = rule) -> object:
            return peer(rule, START, YEAR)

        figures[f"{rule}, one year after ten"] = compared(
            milliseconds(ours, 200), milliseconds(theirs, 10), wanted
        )
    theirs_long = milliseconds(lambda: peer("FREQ=DAILY", START, (START, TWENTY_YEARS)), 5)
    as_values = milliseconds(lambda: list(expand("FREQ=DAILY", START, end=TWENTY_YEARS)), 50)
    as_array = milliseconds(lambda: expand_utc("FREQ=DAILY", START, end=TWENTY_YEARS), 200)
    figures["FREQ=DAILY, twenty years as datetimes"] = compared(as_values, theirs_long, 5)
    figures["FREQ=DAILY, twenty years as instants"] = compared(as_array, theirs_long, 100)
    return figures


def many_series() -> dict[str, dict[str, float]]:
    batch = mixed(SERIES)
    compiled = [compile_series(series) for series in batch]

    def theirs() -> int:
        found = 0
        for series in batch[:PEER_SAMPLE]:
            assert isinstance(series.start, datetime)
            found += len(peer(series.rules[0], series.start, (MONTH[0] - timedelta(hours=1), MONTH[1])))
        return found

    peer_time = milliseconds(theirs, 1) * SERIES / PEER_SAMPLE
    return {
        f"{SERIES} series into a month, compiled": compared(
            milliseconds(lambda: expand_many(compiled, *MONTH), 10), peer_time, 100
        ),
        f"{SERIES} series into a month, compiling included": compared(
            milliseconds(lambda: expand_many(batch, *MONTH), 2), peer_time, 1
        ),
    }


def compared(ours: float, theirs: float, wanted: float) -> dict[str, float]:
    return {"kalends_ms": ours, "dateutil_ms": theirs, "times_faster": theirs / ours, "wanted": wanted}


def measurement(name: str, row: dict[str, float]) -> dict[str, object]:
    """Give a comparison in the form that `benchmarks/run.py` reads."""
    return {
        "name": name,
        "ours": row["kalends_ms"],
        "peer": row["dateutil_ms"],
        "unit": "ms",
        "ratio": row["times_faster"],
        "target": row["wanted"],
        "met": row["times_faster"] >= row["wanted"],
    }


def main() -> None:
    figures = single_rules() | many_series()
    if "--json" in sys.argv:
        print(json.dumps([measurement(name, row) for name, row in figures.items()]))
        return
    print(f"{'':52}{'kalends':>12}{'dateutil':>14}{'faster':>9}{'wanted':>9}")
    for name, row in figures.items():
        print(
            f"{name:52}{row['kalends_ms']:>9.3f} ms{row['dateutil_ms']:>11.1f} ms"
            f"{row['times_faster']:>8.0f}x{row['wanted']:>8.0f}x"
        )


if __name__ == "__main__":
    main()
