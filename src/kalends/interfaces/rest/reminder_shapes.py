"""Reminders, as they are shown and given."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from kalends.features.reminders import keeping
from kalends.features.reminders.models import ReminderKind
from kalends.features.reminders.upcoming import ReminderView
from kalends.interfaces.rest.shapes import Given, Shown

Minutes = Annotated[int | None, Field(ge=0, le=keeping.MOST_MINUTES, description="Before its event begins.")]
At = Annotated[AwareDatetime | None, Field(description="At this instant.")]
Cron = Annotated[
    str | None,
    Field(
        max_length=200,
        description="Again and again: minute, hour, day, month and weekday on the member's clock.",
        examples=["0 8 * * mon-fri"],
    ),
]
Message = Annotated[str | None, Field(max_length=keeping.MOST_MESSAGE)]
ChannelName = Annotated[str, StringConstraints(pattern="^[a-z][a-z0-9_]{0,31}$")]
Channels = Annotated[
    list[ChannelName] | None,
    Field(max_length=keeping.MOST_CHANNELS, description="Null: those that the member has for reminders."),
]


class ReminderShown(Shown):
    """What a member wants to be reminded of, beside what events and preferences say."""

    id: UUID
    member_id: UUID
    event_id: UUID | None = Field(description="Null: it stands alone.")
    title: str | None = Field(description="Of its event, as you see it; null: there is none to be seen.")
    occurrence: str | None = Field(description="The recurrence key of the one that it is about; null: all.")
    kind: ReminderKind
    minutes: int | None
    at: datetime | None
    cron: str | None
    message: str | None
    channels: list[str] | None
    active: bool = Field(description="False once its instant has passed, too.")
    next_at: datetime | None = Field(
        description="When it is told next; null: no more, or not within a year where it waits for an event."
    )
    version: int
    created_at: datetime

    @classmethod
    def of(cls, view: ReminderView) -> Self:
        row = view.reminder
        return cls(
            id=row.id,
            member_id=row.member_id,
            event_id=row.event_id,
            title=view.title,
            occurrence=row.occurrence,
            kind=row.kind,
            minutes=row.minutes,
            at=row.at,
            cron=row.cron,
            message=row.message,
            channels=row.channels,
            active=row.active,
            next_at=view.next_at,
            version=row.version,
            created_at=row.created_at,
        )


class ReminderTimes(Shown):
    """When a pattern comes next."""

    times: list[datetime]


class NewReminder(Given):
    """A reminder to be made: with one of `minutes`, `at` and `cron`."""

    member_id: UUID | None = Field(None, description="Whose; yours by default.")
    event_id: UUID | None = None
    occurrence: str | None = Field(None, max_length=100)
    minutes: Minutes = None
    at: At = None
    cron: Cron = None
    message: Message = None
    channels: Channels = None


class ReminderPatch(Given):
    """What to change of a reminder; what it is about stays."""

    minutes: Minutes = None
    at: At = None
    cron: Cron = None
    message: Message = None
    channels: Channels = None
    active: bool | None = None
