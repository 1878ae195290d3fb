"""Rules that prepare for events, as they are shown and given."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from kalends.features.scheduling.preparing import keeping
from kalends.interfaces.rest.shapes import Given, Shown

Sessions = Annotated[
    int, Field(ge=1, le=keeping.MOST_SESSIONS, description="So many at most, and one a day.")
]
Minutes = Annotated[int, Field(ge=1, le=keeping.MOST_MINUTES, description="Of each session.")]
Days = Annotated[
    int,
    Field(ge=1, le=keeping.MOST_DAYS, description="On so many days before the event's, the nearest first."),
]
Title = Annotated[
    str,
    Field(
        min_length=1,
        max_length=100,
        description="Of a session; `{title}` stands for the event's.",
        examples=[keeping.TITLE],
    ),
]


class PreparationShown(Shown):
    """A rule as it is kept."""

    id: UUID
    category_id: UUID = Field(description="Of the events that are prepared for.")
    makes_id: UUID = Field(description="The category of the sessions.")
    sessions: Sessions
    minutes: Minutes
    days_before: Days
    title: Title
    active: bool
    version: int
    created_at: datetime
    updated_at: datetime


class Preparations(Shown):
    """The rules of the workspace, the oldest first."""

    items: list[PreparationShown]


class NewPreparation(Given):
    """A rule to be made."""

    category_id: UUID = Field(description="Of the events that are prepared for.")
    makes_id: UUID = Field(description="The category of the sessions.")
    sessions: Sessions = 3
    minutes: Minutes = 60
    days_before: Days = 3
    title: Title = keeping.TITLE
    active: bool = True


class PreparationPatch(Given):
    """What to change of a rule; its categories stay."""

    sessions: Sessions | None = None
    minutes: Minutes | None = None
    days_before: Days | None = None
    title: Title | None = None
    active: bool | None = None
