"""Random rules, starts and windows, all of them valid together."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from hypothesis import strategies as st

from kalends.engine.series import Addition, Length, Override, Series
from kalends.engine.zones import zone

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
LONG = ("YEARLY", "MONTHLY", "WEEKLY", "DAILY")
SHORT = ("HOURLY", "MINUTELY", "SECONDLY")
# Zones with ordinary, half-hour and southern changes, one that lost a whole day, and one without any.
ZONES = ("America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Europe/Dublin", "Asia/Tokyo", "UTC")

zones = st.sampled_from([zone(name) for name in ZONES])
dates = st.dates(date(2008, 1, 1), date(2014, 12, 31))
naive = st.builds(
    lambda day, hour, minute, second: datetime(day.year, day.month, day.day, hour, minute, second),
    dates,
    st.integers(0, 23),
    st.sampled_from((0, 15, 30, 59)),
    st.sampled_from((0, 0, 30)),
)
aware = st.builds(
    lambda local, place, fold: local.replace(tzinfo=place.tzinfo, fold=fold), naive, zones, st.integers(0, 1)
).filter(lambda moment: not moment.fold or moment.utcoffset() != moment.replace(fold=0).utcoffset())
starts = st.one_of(dates, naive, aware)


def numbers(low: int, high: int, *, signed: bool = False, most: int = 3) -> st.SearchStrategy[str]:
    """Draw the text of a BY part."""
    number = st.integers(low, high)
    if signed:
        number = st.one_of(number, st.integers(-high, -low))
    return st.lists(number, min_size=1, max_size=most, unique=True).map(lambda ns: ",".join(map(str, ns)))


def weekdays(nth: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    entry = st.tuples(nth, st.sampled_from(DAYS)).map("".join)
    return st.lists(entry, min_size=1, max_size=4, unique=True).map(",".join)


NTH = st.sampled_from(("", "", "1", "2", "5", "-1", "-2", "-5"))
PLAIN = st.just("")


@st.composite
def rules(draw: st.DrawFn, *, freqs: tuple[str, ...] = LONG, ends: bool = True) -> str:
    """Draw an RRULE whose parts do not contradict each other."""
    freq = draw(st.sampled_from(freqs))
    parts: dict[str, str] = {}

    def sometimes(name: str, values: st.SearchStrategy[str]) -> None:
        if draw(st.integers(0, 3)) == 0:
            parts[name] = draw(values)

    short = freq in SHORT
    sometimes("BYMONTH", numbers(1, 12))
    if freq == "YEARLY":
        sometimes("BYWEEKNO", numbers(1, 53, signed=True))
    if freq == "YEARLY" or short:
        sometimes("BYYEARDAY", numbers(1, 366, signed=True, most=30))
    if freq != "WEEKLY":
        sometimes("BYMONTHDAY", numbers(1, 31, signed=True, most=5))
    numbered = freq in ("YEARLY", "MONTHLY") and "BYWEEKNO" not in parts
    sometimes("BYDAY", weekdays(NTH if numbered else PLAIN))
    sometimes("BYHOUR", numbers(0, 23))
    sometimes("BYMINUTE", numbers(0, 59))
    if freq != "SECONDLY":
        sometimes("BYSECOND", numbers(0, 60))
    if parts:
        sometimes("BYSETPOS", numbers(1, 6, signed=True))
    sometimes("WKST", st.sampled_from(DAYS))
    largest = {"YEARLY": 3, "MONTHLY": 14, "WEEKLY": 5, "DAILY": 40}.get(freq, 30)
    sometimes("INTERVAL", st.integers(1, largest).map(str))
    if freq in ("MINUTELY", "SECONDLY"):  # seldom enough for an oracle that counts on its fingers
        parts["INTERVAL"] = draw(st.integers(7, 900).map(str))
    if freq in ("YEARLY", "MONTHLY"):
        sometimes("SKIP", st.sampled_from(("OMIT", "BACKWARD", "FORWARD")))
    if ends:
        end = draw(st.integers(0, 5))
        if end == 0:
            parts["COUNT"] = str(draw(st.integers(1, 30)))
        elif end < 4:
            until = draw(st.datetimes(datetime(2009, 1, 1), datetime(2020, 1, 1)))
            parts["UNTIL"] = f"{until:%Y%m%d}" + ("", f"T{until:%H%M%S}", f"T{until:%H%M%S}Z")[end - 1]
    scale = "RSCALE=GREGORIAN;" if "SKIP" in parts else ""
    return f"{scale}FREQ={freq}" + "".join(f";{name}={value}" for name, value in parts.items())


lengths = st.builds(Length, days=st.integers(0, 3), seconds=st.sampled_from((0, 1800, 3600, 90_000)))


@st.composite
def series(draw: st.DrawFn) -> Series:
    """Draw a series with rules, additions, exclusions and overrides near its start."""
    start = draw(starts)
    near = st.integers(-3, 40).map(lambda days: start + timedelta(days=days))
    moved = st.tuples(near, st.sampled_from((0, 1, -1, 26))).map(lambda pair: later(*pair))
    override = st.builds(
        Override, recurrence_id=near, start=moved, length=lengths, this_and_future=st.booleans()
    )
    return Series(
        start=start,
        length=draw(lengths),
        rules=tuple(draw(st.lists(rules(), max_size=2))),
        exclusion_rules=tuple(draw(st.lists(rules(), max_size=1))) if draw(st.integers(0, 4)) == 0 else (),
        additions=tuple(
            draw(st.lists(st.builds(Addition, start=near, length=st.none() | lengths), max_size=2))
        ),
        exclusions=tuple(draw(st.lists(near, max_size=2))),
        overrides=tuple(draw(st.lists(override, max_size=2, unique_by=lambda o: o.recurrence_id))),
    )


def later(moment: date | datetime, hours: int) -> date | datetime:
    """Move a start; all-day ones by days."""
    return moment + (timedelta(hours=hours) if isinstance(moment, datetime) else timedelta(days=hours))
