"""Recurrence the slow and obvious way: period by period, day by day, as RFC 5545 3.3.10 reads.

It shares only the parsed rule with the engine, and is what the engine is compared with.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import count, product

from kalends.engine.recurrence.rule import Frequency, Rule, Skip

ONE = timedelta(days=1)


def plain_expand(rule: Rule, start: date | datetime, horizon: date) -> list[date | datetime]:
    """Give every instance up to the end of the day `horizon`."""
    found: list[date | datetime] = []
    seen: set[date | datetime] = set()
    for moment in sorted((settle(local, start) for local in plain_locals(rule, start, horizon)), key=instant):
        if instant(moment) < instant(start) or instant(moment) in seen:
            continue
        if rule.count is not None and len(found) == rule.count:
            break
        if rule.until is not None and after_until(moment, rule, start):
            break
        seen.add(instant(moment))
        found.append(moment)
    return found


def instant(moment: date | datetime) -> datetime:
    """Give something that orders moments of one form by when they happen."""
    if not isinstance(moment, datetime):
        return datetime.combine(moment, time(), UTC)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def settle(local: datetime, start: date | datetime) -> date | datetime:
    """Give a wall-clock time the form and zone of the start; a skipped one becomes what the clock shows."""
    if not isinstance(start, datetime):
        return local.date()
    if start.tzinfo is None:
        return local
    shown = local.replace(tzinfo=start.tzinfo).astimezone(UTC).astimezone(start.tzinfo)
    again = shown.replace(fold=1)
    if (
        start.fold
        and local >= start.replace(tzinfo=None)
        and instant(shown) < instant(start) <= instant(again)
    ):
        return again
    return shown


def after_until(moment: date | datetime, rule: Rule, start: date | datetime) -> bool:
    assert rule.until is not None
    until = rule.until.local
    if not isinstance(until, datetime):
        return (moment.date() if isinstance(moment, datetime) else moment) > until
    if not isinstance(moment, datetime):
        return moment > until.date()
    if rule.until.utc or moment.tzinfo is None:
        return instant(moment) > until.replace(tzinfo=UTC)
    return moment.replace(tzinfo=None) > until


def plain_locals(rule: Rule, start: date | datetime, horizon: date) -> Iterator[datetime]:
    first = (
        start.replace(tzinfo=None, fold=0) if isinstance(start, datetime) else datetime.combine(start, time())
    )
    for period in periods(rule, first, horizon):
        moments = period_moments(rule, first, period, all_day=not isinstance(start, datetime))
        chosen = at_positions(moments, rule.by_setpos) if rule.by_setpos else moments
        yield from (moment for moment in chosen if moment >= first and moment.date() <= horizon)


def at_positions(moments: list[datetime], positions: tuple[int, ...]) -> list[datetime]:
    size = len(moments)
    return [m for place, m in enumerate(moments) if place + 1 in positions or place - size in positions]


def periods(rule: Rule, first: datetime, horizon: date) -> Iterator[datetime]:
    """Give a moment inside each period that the rule looks at."""
    for step in count(0, rule.interval):
        match rule.freq:
            case Frequency.YEARLY if rule.by_weekno:
                year = week_year(first.date(), rule.wkst) + step
                moment = datetime(year, 7, 1)
            case Frequency.YEARLY:
                moment = datetime(first.year + step, 7, 1)
            case Frequency.MONTHLY:
                months = first.year * 12 + first.month - 1 + step
                moment = datetime(months // 12, months % 12 + 1, 15)
            case Frequency.WEEKLY:
                moment = first + timedelta(weeks=step)
            case Frequency.DAILY:
                moment = first + timedelta(days=step)
            case Frequency.HOURLY:
                moment = first + timedelta(hours=step)
            case Frequency.MINUTELY:
                moment = first + timedelta(minutes=step)
            case _:
                moment = first + timedelta(seconds=step)
        if moment.date() > horizon + timedelta(days=400 if rule.freq < Frequency.HOURLY else 1):
            return
        yield moment


def period_moments(rule: Rule, first: datetime, period: datetime, *, all_day: bool) -> list[datetime]:
    hours, minutes, seconds = [first.hour], [first.minute], [first.second]
    if not all_day:
        hours, minutes, seconds = (
            list(given or implied)
            for given, implied in (
                (rule.by_hour, hours),
                (rule.by_minute, minutes),
                (rule.by_second, seconds),
            )
        )
    if rule.freq >= Frequency.HOURLY:
        if not all(passes(period.date(), rule, first, limit=True)):
            return []
        if rule.by_hour and period.hour not in rule.by_hour:
            return []
        hours = [period.hour]
    if rule.freq >= Frequency.MINUTELY:
        if rule.by_minute and period.minute not in rule.by_minute:
            return []
        minutes = [period.minute]
    if rule.freq == Frequency.SECONDLY:
        if rule.by_second and period.second not in rule.by_second:
            return []
        seconds = [period.second]
    days = [period.date()] if rule.freq >= Frequency.HOURLY else period_days(rule, first, period.date())
    return [datetime.combine(day, time(*clock)) for day in days for clock in product(hours, minutes, seconds)]


def period_days(rule: Rule, first: datetime, inside: date) -> list[date]:
    if rule.skip != Skip.OMIT and rule.freq <= Frequency.MONTHLY and not rule.by_weekno:
        moved = moved_days(rule, first, inside)
        if moved is not None:
            return moved
    match rule.freq:
        case Frequency.YEARLY if rule.by_weekno:
            begin, end = week_one(inside.year, rule.wkst), week_one(inside.year + 1, rule.wkst)
        case Frequency.YEARLY:
            begin, end = date(inside.year, 1, 1), date(inside.year + 1, 1, 1)
        case Frequency.MONTHLY:
            begin = inside.replace(day=1)
            end = begin + timedelta(days=monthrange(begin.year, begin.month)[1])
        case Frequency.WEEKLY:
            begin = inside - timedelta(days=(inside.weekday() - rule.wkst) % 7)
            end = begin + timedelta(days=7)
        case _:
            begin, end = inside, inside + ONE
    days = [begin + timedelta(days=n) for n in range((end - begin).days)]
    return [day for day in days if all(passes(day, rule, first))]


def passes(day: date, rule: Rule, first: datetime, *, limit: bool = False) -> Iterator[bool]:
    """Test a day against each BY part, those that the start implies included."""
    length = monthrange(day.year, day.month)[1]
    year_length = (date(day.year + 1, 1, 1) - date(day.year, 1, 1)).days
    yearday = day.timetuple().tm_yday
    named = rule.by_day or rule.by_monthday or rule.by_yearday
    if rule.by_month:
        yield day.month in rule.by_month
    elif not limit and rule.freq == Frequency.YEARLY and not named and not rule.by_weekno:
        yield day.month == first.month
    if rule.by_weekno:
        begin = week_one(week_year(day, rule.wkst), rule.wkst)
        weeks = (week_one(week_year(day, rule.wkst) + 1, rule.wkst) - begin).days // 7
        week = (day - begin).days // 7 + 1
        yield week in rule.by_weekno or week - weeks - 1 in rule.by_weekno
    if rule.by_yearday:
        yield yearday in rule.by_yearday or yearday - year_length - 1 in rule.by_yearday
    if rule.by_monthday:
        yield day.day in rule.by_monthday or day.day - length - 1 in rule.by_monthday
    elif not limit and rule.freq <= Frequency.MONTHLY and not named and not rule.by_weekno:
        yield day.day == first.day
    if rule.by_day:
        in_month = rule.freq == Frequency.MONTHLY or bool(rule.by_month)
        place, size = (day.day, length) if in_month else (yearday, year_length)
        nths = (0, (place - 1) // 7 + 1, -((size - place) // 7 + 1))
        yield any(entry.day == day.weekday() and entry.nth in nths for entry in rule.by_day)
    elif not limit and not named and (rule.freq == Frequency.WEEKLY or rule.by_weekno):
        yield day.weekday() == first.weekday()


def moved_days(rule: Rule, first: datetime, inside: date) -> list[date] | None:
    """Name the days of a period by number and move those that do not exist (RFC 7529 4.1)."""
    named = rule.by_day or rule.by_monthday or rule.by_yearday or rule.by_weekno
    numbers = rule.by_monthday or (() if named else (first.day,))
    if numbers:
        months = [inside.month]
        if rule.freq == Frequency.YEARLY:
            months = list(rule.by_month or (range(1, 13) if named else [first.month]))
        elif rule.by_month and inside.month not in rule.by_month:
            return []
        stretches = [(date(inside.year, month, 1), monthrange(inside.year, month)[1]) for month in months]
    elif rule.by_yearday:
        numbers = rule.by_yearday
        begin = date(inside.year, 1, 1)
        stretches = [(begin, (date(inside.year + 1, 1, 1) - begin).days)]
    else:
        return None
    days = set()
    for (begin, length), number in product(stretches, numbers):
        place = number - 1 if number > 0 else length + number
        if place >= length:
            place = length if rule.skip == Skip.FORWARD else length - 1
        if place < 0:
            place = 0 if rule.skip == Skip.FORWARD else -1
        days.add(begin + timedelta(days=place))
    return sorted(day for day in days if still_wanted(day, rule))


def still_wanted(day: date, rule: Rule) -> bool:
    """Apply the parts that come after SKIP, and BYYEARDAY where BYMONTHDAY named the days."""
    if rule.by_yearday and rule.by_monthday:
        yearday, year_length = day.timetuple().tm_yday, 365 + monthrange(day.year, 2)[1] - 28
        if yearday not in rule.by_yearday and yearday - year_length - 1 not in rule.by_yearday:
            return False
    if rule.by_month and rule.by_yearday and not rule.by_monthday and day.month not in rule.by_month:
        return False
    if rule.by_day:
        in_month = rule.freq == Frequency.MONTHLY or bool(rule.by_month)
        length = monthrange(day.year, day.month)[1]
        year_length = (date(day.year + 1, 1, 1) - date(day.year, 1, 1)).days
        place, size = (day.day, length) if in_month else (day.timetuple().tm_yday, year_length)
        nths = (0, (place - 1) // 7 + 1, -((size - place) // 7 + 1))
        return any(entry.day == day.weekday() and entry.nth in nths for entry in rule.by_day)
    return True


def week_one(year: int, first_weekday: int) -> date:
    """Give the first day of the week that holds January 4."""
    fourth = date(year, 1, 4)
    return fourth - timedelta(days=(fourth.weekday() - first_weekday) % 7)


def week_year(day: date, first_weekday: int) -> int:
    """Give the year that a day's week belongs to."""
    return next(
        year for year in (day.year + 1, day.year, day.year - 1) if day >= week_one(year, first_weekday)
    )
