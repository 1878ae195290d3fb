"""What somebody asks for: a call to be scheduled or changed, checked field by field."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from html import escape
from typing import Any, TypedDict
from urllib.parse import urlsplit
from uuid import UUID

from kalends.engine.recurrence.rule import Frequency, InvalidRule, parse_rule
from kalends.engine.series import Length, Start
from kalends.engine.starts import parse_start
from kalends.engine.zones import UnknownZone, zone
from kalends.features.calls.models import Content, Missed
from kalends.features.calls.ports import MOST_SAID
from kalends.features.calls.retries import checked_retries
from kalends.features.calls.runs import GRACE
from kalends.features.scheduling import EventChanges
from kalends.ical.projection import check_rule
from kalends.kit.errors import InvalidInput
from kalends.kit.text import checked_name, checked_text

MAX_SCRIPT = MOST_SAID  # characters, where none of them has to be escaped
MAX_NOTES = 20_000  # characters
MAX_TITLE = 500
MAX_ADDRESS = 2_000
MAX_METADATA = 16_384  # bytes, as JSON
MAX_WORD = 200
MOST_MINUTES = 4 * 60
USUAL_MINUTES = 5

_REPEATS = {
    "daily": "FREQ=DAILY",
    "weekly": "FREQ=WEEKLY",
    "weekdays": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
    "monthly": "FREQ=MONTHLY",
}
_SCHEMES = {Content.TWIML_URL: "https", Content.AGENT: "wss"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CallDraft:
    """A call to be scheduled."""

    phone: str = field(repr=False)  # in whatever form
    start: datetime  # aware, in the zone by whose clock it repeats
    content: Content
    content_text: str  # the script, or the address
    title: str = "Call"
    description: str | None = None
    minutes: int = USUAL_MINUTES  # that it is expected to last
    rules: tuple[str, ...] = ()  # RRULE values; none: it is made once
    notes: str | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    call_type: str | None = None
    callee_zone: str | None = None  # IANA; None: the number's, or else that of the start
    missed: Missed = Missed.LAST
    record: bool = False
    retries: Mapping[str, Any] = field(default_factory=dict)
    member_id: UUID | None = None  # whose it is; None: the actor's
    agent_instance: str | None = None
    calendar_id: UUID | None = None  # None: that member's default

    def event(self) -> EventChanges:
        """Give the event that it is."""
        return {
            "title": self.title,
            "description": self.description,
            "start": self.start,
            "length": Length(seconds=self.minutes * 60),
            "rules": self.rules,
        }


class CallChanges(TypedDict, total=False):
    """What of a call shall become what; anything left out stays as it is."""

    title: str
    description: str | None
    start: datetime
    minutes: int
    rules: tuple[str, ...]
    phone: str
    content: Content
    content_text: str  # with `content`
    notes: str | None
    metadata: Mapping[str, Any]
    call_type: str | None
    callee_zone: str
    missed: Missed
    record: bool
    retries: Mapping[str, Any]


def read_start(text: str, zone_name: str, *, field: str = "start") -> datetime:
    """Read a time of day on the clock of a zone; one with an offset is turned to it."""
    given: Start = parse_start(text, field=field)
    if not isinstance(given, datetime):
        raise InvalidInput("A call needs a time of day.", field=field)
    clock = zone_of(zone_name)
    if given.tzinfo is None:
        return given.replace(tzinfo=clock)
    return given.astimezone(clock)


def must_come(start: datetime, now: datetime, *, field: str = "start") -> None:
    """Refuse a time that is over, by more than the moment that a request may take."""
    if start < now - GRACE:
        raise InvalidInput("This time is over: give one that is to come.", field=field)


def checked_minutes(minutes: int, *, field: str = "duration_minutes") -> int:
    """Give how long a call is expected to last."""
    if not 1 <= minutes <= MOST_MINUTES:
        raise InvalidInput(f"A call lasts 1 to {MOST_MINUTES} minutes.", field=field)
    return minutes


def rules_of(
    start: datetime, repeat: str | None, until: str | None = None, count: int | None = None
) -> tuple[str, ...]:
    """Give the rules of a call that repeats `daily`, `weekly`, on `weekdays`, `monthly`, or by an RRULE.

    `until` is its last day, or time; `count` how often it is made in all. Raises `InvalidInput`; rules are
    checked by the event that carries them.
    """
    if repeat is None:
        if until is not None or count is not None:
            raise InvalidInput("Only a call that repeats ends.", field="until" if until else "count")
        return ()
    rule = _REPEATS.get(repeat.lower(), repeat.removeprefix("RRULE:"))
    try:
        check_rule(rule, all_day=False)
    except InvalidRule as error:
        raise InvalidRule(error.message, field="repeat") from None
    if parse_rule(rule).freq is Frequency.SECONDLY:
        raise InvalidRule("A call repeats every minute at the most.", field="repeat")
    if repeat.lower() == "weekdays" and start.weekday() > 4:
        raise InvalidInput("On weekdays it begins on one, Monday to Friday.", field="start")
    if until is not None and count is not None:
        raise InvalidInput("A call ends with a day or after a number of times, not both.", field="count")
    if (until or count) and ("UNTIL=" in rule.upper() or "COUNT=" in rule.upper()):
        raise InvalidInput("The rule says already when it ends.", field="until" if until else "count")
    if count is not None:
        if count < 1:
            raise InvalidInput("It is made at least once.", field="count")
        rule += f";COUNT={count}"
    if until is not None:
        rule += f";UNTIL={_last(start, until):%Y%m%dT%H%M%SZ}"
    return (rule,)


def _last(start: datetime, until: str) -> datetime:
    given = parse_start(until, field="until")
    if not isinstance(given, datetime):
        given = datetime.combine(given, time(23, 59, 59))
    last = given.replace(tzinfo=start.tzinfo) if given.tzinfo is None else given
    if last < start:
        raise InvalidInput("It would end before it begins.", field="until")
    return last.astimezone(UTC)


def content_of(
    script: str | None, twiml_url: str | None, agent_url: str | None
) -> tuple[Content, str] | None:
    """Give what the called person hears, of which one is said; None where nothing is."""
    said = [
        (content, text)
        for content, text in (
            (Content.SCRIPT, script),
            (Content.TWIML_URL, twiml_url),
            (Content.AGENT, agent_url),
        )
        if text is not None
    ]
    if not said:
        return None
    if len(said) > 1:
        raise InvalidInput("Give a script, a twiml_url or an agent_url: one of them.", field=said[1][0].value)
    content, text = said[0]
    if content is Content.SCRIPT:
        text = checked_text(text, field="script", limit=MAX_SCRIPT).strip()
        if not text:
            raise InvalidInput("A script says something.", field="script")
        _must_be_taken(text, "script")
        return content, text
    name = "twiml_url" if content is Content.TWIML_URL else "agent_url"
    text = _checked_address(text, _SCHEMES[content], name)
    if content is Content.AGENT:
        _must_be_taken(text, name)
    return content, text


def _must_be_taken(text: str, field: str) -> None:
    """Refuse what is too long for a telephone service, which is handed it as XML."""
    if (length := len(escape(text))) > MOST_SAID:
        raise InvalidInput(
            f"A telephone service takes {MOST_SAID} characters, and this counts as {length}: as XML, each of "
            "& < > and of the straight quotation marks takes 4 to 6.",
            field=field,
            limit=MOST_SAID,
        )


def _checked_address(text: str, scheme: str, field: str) -> str:
    text = checked_text(text, field=field, limit=MAX_ADDRESS).strip()
    try:
        parts = urlsplit(text)
        named = parts.hostname
        _ = parts.port  # read, since one that is none raises
    except ValueError:
        named = None
    # What does not print has no place in an address, nor, for the most part, in XML.
    if not named or parts.scheme != scheme or not text.isprintable() or " " in text:
        raise InvalidInput(f"Give an address that begins with {scheme}://.", field=field)
    return text


def checked_details(given: Mapping[str, Any]) -> dict[str, Any]:
    """Give those details of a call that are its own as they are stored: notes, type and the like."""
    kept: dict[str, Any] = {}
    if "notes" in given:
        notes = given["notes"]
        kept["notes"] = None if notes is None else checked_text(notes, field="notes", limit=MAX_NOTES)
    for name in ("call_type", "agent_instance"):
        if name in given:
            word = given[name]
            kept[name] = None if word is None else checked_name(word, field=name, limit=MAX_WORD)
    if "metadata" in given:
        kept["extra"] = _checked_metadata(given["metadata"])
    if "callee_zone" in given:
        kept["callee_zone"] = zone_name(given["callee_zone"], field="callee_zone")
    if "retries" in given:
        kept["retries"] = checked_retries(given["retries"])
    kept |= {name: given[name] for name in ("missed", "record") if name in given}
    if "content" in given:
        kept |= {"content": given["content"], "content_text": given["content_text"]}
    return kept


def _checked_metadata(given: Mapping[str, Any]) -> dict[str, Any]:
    try:
        text = json.dumps(given, allow_nan=False)
        size = len(text.encode())
    except (ValueError, RecursionError):
        raise InvalidInput("Metadata is JSON.", field="metadata") from None
    if size > MAX_METADATA:
        raise InvalidInput(f"Metadata has at most {MAX_METADATA} bytes as JSON.", field="metadata")
    # Neither kind of database keeps these.
    if "\\u0000" in text or "\\ud8" in text.lower():
        raise InvalidInput("Control characters are not allowed here.", field="metadata")
    return dict(given)


def zone_name(name: str, *, field: str = "zone") -> str:
    """Give the name of a zone that there is. Raises `InvalidInput`."""
    try:
        return zone(name).name
    except UnknownZone as error:
        raise InvalidInput(error.message, field=field) from None


def zone_of(name: str) -> Any:
    """Give the clock of a zone, or raise `InvalidInput`."""
    return zone(zone_name(name)).tzinfo
