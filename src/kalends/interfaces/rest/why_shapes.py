"""Why an event is where it is, as shown."""

from __future__ import annotations

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import Field

from kalends.features.changes import Source
from kalends.features.scheduling.why import Line, Step, Story
from kalends.interfaces.rest.outcomes import ConflictShown, ReasonShown
from kalends.interfaces.rest.shapes import Shown


class LineShown(Shown):
    """One thing that made the event what it is."""

    step: Step
    sentence: str
    at: datetime | None
    by: UUID | None = Field(description="The member who did it.")
    source: Source | None
    change_set_id: UUID | None = Field(description="What undoes it.")
    reasons: list[ReasonShown]

    @classmethod
    def of(cls, line: Line) -> Self:
        return cls(
            step=line.step,
            sentence=line.sentence,
            at=line.at,
            by=line.by,
            source=line.source,
            change_set_id=line.change_set_id,
            reasons=[ReasonShown(code=each.code, words=each.words) for each in line.reasons],
        )


class StoryShown(Shown):
    """Why an event is where it is, the oldest first."""

    event_id: UUID
    title: str
    lines: list[LineShown]
    conflicts: list[ConflictShown] = Field(description="What is wrong with where it is now.")

    @classmethod
    def of(cls, story: Story) -> Self:
        return cls(
            event_id=story.event_id,
            title=story.title,
            lines=[LineShown.of(line) for line in story.lines],
            conflicts=[ConflictShown.of(each) for each in story.conflicts],
        )
