"""What becomes of a rule's BY parts when the whole series moves: its weekday, day or month moves along."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime

from kalends.engine.recurrence.rule import DAY_NAMES, Frequency, InvalidRule, Rule, parse_rule
from kalends.engine.series import Start


def moved_rule(text: str, before: Start, after: Start) -> str:
    """Give the rule of a series whose first start goes from `before` to `after`, both in one form.

    A weekly rule's weekdays turn with it; a month day, an nth weekday, a month or an hour that named the
    old start names the new one. UNTIL is left as it is. Raises InvalidRule where it is not clear what the
    rule should become (several month days, year days, week numbers, set positions): then the caller must
    give a new one.
    """
    rule = parse_rule(text)
    parts = dict(part.split("=", 1) for part in text.strip().upper().removeprefix("RRULE:").split(";"))
    old, new = _day(before), _day(after)
    if isinstance(before, datetime) and isinstance(after, datetime):
        _follow(parts, "BYHOUR", rule.by_hour, before.hour, after.hour)
        _follow(parts, "BYMINUTE", rule.by_minute, before.minute, after.minute)
        _follow(parts, "BYSECOND", rule.by_second, before.second, after.second)
    if old != new:
        if rule.by_setpos or rule.by_yearday or rule.by_weekno:
            raise _unclear(text)
        _follow(parts, "BYMONTHDAY", rule.by_monthday, old.day, new.day)
        _follow(parts, "BYMONTH", rule.by_month, old.month, new.month)
        if rule.by_day:
            parts["BYDAY"] = _moved_weekdays(rule, old, new, text)
    return ";".join(f"{name}={value}" for name, value in parts.items())


def _day(start: Start) -> date:
    return start.date() if isinstance(start, datetime) else start


def _follow(parts: dict[str, str], name: str, values: tuple[int, ...], old: int, new: int) -> None:
    if not values or old == new:
        return
    if values != (old,):
        raise _unclear(";".join(f"{key}={value}" for key, value in parts.items()))
    parts[name] = str(new)


def _moved_weekdays(rule: Rule, old: date, new: date, text: str) -> str:
    nth = [entry for entry in rule.by_day if entry.nth]
    if not nth:
        if rule.freq is not Frequency.WEEKLY and (new - old).days % 7:
            raise _unclear(text)
        turned = sorted((entry.day + (new - old).days) % 7 for entry in rule.by_day)
        return ",".join(DAY_NAMES[day] for day in turned)
    if len(rule.by_day) > 1 or (rule.freq is Frequency.YEARLY and not rule.by_month):
        raise _unclear(text)
    last = monthrange(new.year, new.month)[1]
    place = (new.day - 1) // 7 + 1 if nth[0].nth > 0 else -((last - new.day) // 7 + 1)
    return f"{place}{DAY_NAMES[new.weekday()]}"


def _unclear(text: str) -> InvalidRule:
    return InvalidRule(
        f"It is not clear what {text[:200]} becomes on the new day: give the new rule as well."
    )
