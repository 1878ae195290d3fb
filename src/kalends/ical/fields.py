"""What Kalends reads out of a VEVENT, as typed values. The text stays the truth; these are its projection."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from kalends.engine.series import Addition, Length, Start

Status = Literal["proposed", "confirmed", "cancelled"]
Priority = Literal["critical", "high", "medium", "low"]
Flexibility = Literal["fixed", "preferred", "flexible"]
Role = Literal["required", "optional"]
Response = Literal["accepted", "declined", "tentative", "needs_action"]
EndForm = Literal["end", "duration", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendee:
    """Somebody asked to an event. Members of the workspace have the address `urn:uuid:<member id>`."""

    address: str  # a URI: mailto:, urn:uuid:
    name: str | None = None
    role: Role = "required"
    response: Response = "needs_action"
    kind: str = "individual"  # CUTYPE, lower case


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """A VALARM, as far as to know when it goes off; exactly one of the two times is set."""

    action: str  # upper case: DISPLAY, AUDIO, EMAIL
    minutes_before: int | None = None  # before the start, or the end; negative is after
    from_end: bool = False
    at: datetime | None = None  # aware, UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFields:
    """One VEVENT: a master where `recurrence_id` is None, else an override."""

    uid: str
    start: Start
    length: Length
    end_form: EndForm = "end"  # whether DTEND or DURATION gave the length
    recurrence_id: Start | None = None
    this_and_future: bool = False
    rules: tuple[str, ...] = ()
    exclusion_rules: tuple[str, ...] = ()
    additions: tuple[Addition, ...] = ()
    exclusions: tuple[Start, ...] = ()
    summary: str = ""
    description: str = ""
    location: str = ""
    url: str | None = None
    status: Status = "confirmed"
    transparent: bool = False
    priority: Priority | None = None
    categories: tuple[str, ...] = ()  # all, in order; Kalends owns the first
    classification: str = "PUBLIC"  # CLASS, upper case
    organizer: Attendee | None = None
    attendees: tuple[Attendee, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    sequence: int = 0
    stamp: datetime | None = None  # DTSTAMP, UTC, as the ones below
    created: datetime | None = None
    last_modified: datetime | None = None
    flexibility: Flexibility | None = None  # X-KALENDS-FLEXIBILITY; None is for the caller to default
    completed: datetime | None = None  # X-KALENDS-COMPLETED
    proposed_at: datetime | None = None
    confirmed_at: datetime | None = None
    cancelled_at: datetime | None = None

    @property
    def all_day(self) -> bool:
        """Say whether the event is of dates."""
        return not isinstance(self.start, datetime)
