"""Checks of the times and addresses that an edit brings, each refused by the name of its field."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from kalends.engine.recurrence import InvalidRule
from kalends.engine.series import Length, Start
from kalends.ical.projection import check_rule
from kalends.ical.values import FIRST_YEAR, LAST_YEAR, end_of
from kalends.kit.errors import InvalidInput
from kalends.kit.text import checked_text

MAX_URL = 2_000
MAX_DATES = 5_000
MAX_RULES = 20


def form_of(start: Start) -> str:
    """Say what kind of start it is: "date", "floating" or "zoned"."""
    if not isinstance(start, datetime):
        return "date"
    return "floating" if start.tzinfo is None else "zoned"


def checked_start(start: Start, *, field: str = "start") -> Start:
    """Give the start, to the second; refuse years that calendars cannot hold."""
    if not FIRST_YEAR <= start.year <= LAST_YEAR:
        raise InvalidInput(f"The year must be {FIRST_YEAR} to {LAST_YEAR}, not {start.year}.", field=field)
    return start.replace(microsecond=0) if isinstance(start, datetime) else start


def checked_length(start: Start, length: Length, *, field: str) -> Length:
    """Give how long an event from `start` lasts; all-day events last whole days, at least one."""
    if length.days < 0 or length.seconds < 0:
        raise InvalidInput("An event cannot end before it starts.", field=field)
    if not isinstance(start, datetime) and (length.seconds or not length.days):
        raise InvalidInput("An all-day event lasts whole days, at least one.", field=field)
    try:
        checked_start(end_of(start, length), field=field)
    except OverflowError:
        raise InvalidInput(f"It would end after the year {LAST_YEAR}.", field=field) from None
    return length


def checked_dates(starts: Sequence[Start], like: Start, *, field: str) -> tuple[Start, ...]:
    """Give added or excluded starts of a series that begins `like` this: of its form, or whole days."""
    if len(starts) > MAX_DATES:
        raise InvalidInput(f"At most {MAX_DATES} dates, not {len(starts)}.", field=field, limit=MAX_DATES)
    for start in starts:
        if form_of(start) not in ("date", form_of(like)):
            raise InvalidInput(f"The series starts at {like}: {start} is of another kind.", field=field)
    return tuple(checked_start(start, field=field) for start in starts)


def checked_rules(rules: Sequence[str], start: Start) -> tuple[str, ...]:
    """Give recurrence rules for a series that starts so, or raise InvalidRule."""
    if len(rules) > MAX_RULES:
        raise InvalidInput(f"At most {MAX_RULES} rules, not {len(rules)}.", field="rules", limit=MAX_RULES)
    for rule in rules:
        try:
            check_rule(rule, all_day=not isinstance(start, datetime))
        except InvalidRule as error:
            raise InvalidRule(error.message, field="rules") from None
    return tuple(rules)


def checked_url(url: str | None) -> str | None:
    """Give the address, None for an empty one."""
    text = checked_text(url or "", field="url", limit=MAX_URL).strip()
    if any(char in text for char in "\n\t"):
        raise InvalidInput("An address is one line.", field="url")
    return text or None
