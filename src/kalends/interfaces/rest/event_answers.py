"""What the API answers about events: the documentation and the check of what `event_json` builds."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from kalends.engine.claims import Flexibility, Priority
from kalends.features.calendars.models import Response, Status
from kalends.interfaces.rest.shapes import Shown


class CategoryShown(Shown):
    """A category, as every event shows it."""

    id: UUID
    name: str
    level: int = Field(ge=1, le=5)
    color: str | None


class ParticipantShown(Shown):
    """A member's part in an event."""

    member_id: UUID
    required: bool
    response: Response


class EventContentShown(Shown):
    """An event as you may see it. In `busy` sight everything but its time is left out."""

    id: UUID
    uid: str | None
    calendar_id: UUID
    sight: Literal["full", "busy"]
    editable: bool = Field(description="Whether you may change it.")
    title: str
    description: str | None
    location: str | None
    url: str | None
    start: str = Field(
        description="With its offset; a date where `all_day`; without an offset where `floating`.",
        examples=["2026-11-23T14:30:00+01:00"],
    )
    end: str = Field(description="Exclusive, in the form of the start.")
    zone: str | None = Field(description="IANA name of the clock that it lives by.")
    all_day: bool
    floating: bool
    repeats: bool = Field(description="Whether it happens, or was changed, more than once.")
    recurrence_key: str = Field(
        description="The original local start, which names an occurrence; empty for the event itself."
    )
    status: Status
    proposed_at: datetime | None
    confirmed_at: datetime | None
    cancelled_at: datetime | None
    completed_at: datetime | None
    flexibility: Flexibility | None
    priority: Priority | None
    rank: int | None = Field(description="What it weighs against others, 1 to 6.")
    category: CategoryShown | None
    transparent: bool
    confidential: bool
    participants: list[ParticipantShown]
    resources: list[UUID] = Field(description="What it takes.")
    has_outsiders: bool = Field(description="Whether somebody takes part who is no member.")
    reminders: list[int] = Field(description="Minutes before the start.")
    holder: str | None = Field(
        description="What it belongs to: its kind and its id, with a colon between.",
        examples=["call:01933b3a-5c00-7000-8000-000000000001"],
    )
    version: int
    created_at: datetime | None
    created_by: UUID | None


class Occurrence(EventContentShown):
    """One time at which an event happens."""


class Occurrences(Shown):
    """What happens in a range, in order of start. A range is answered whole."""

    items: list[Occurrence]


class EventPart(EventContentShown):
    """A master or a changed occurrence, with its recurrence."""

    duration: str = Field(description="ISO 8601.", examples=["PT1H"])
    rules: list[str]
    additions: list[str]
    exclusions: list[str]
    this_and_future: bool = Field(description="Whether the change holds for all that follow too.")


class EventShown(EventPart):
    """A whole event, with those of its occurrences that were changed."""

    updated_at: datetime
    overrides: list[EventPart]
