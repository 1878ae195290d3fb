"""Jobs, as they are shown."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import Field

from kalends.interfaces.rest.shapes import Shown
from kalends.jobs import JobState


class JobShown(Shown):
    """Something that is to be done, or has failed for good. What it was ordered with is nobody's to read."""

    id: UUID
    task: str = Field(description="What is done.", examples=["call.place"])
    key: str = Field(description="Of the task's jobs, which one.")
    queue: str
    state: JobState
    due_at: datetime = Field(description="When it was meant to be done.")
    run_at: datetime = Field(description="When it is tried next.")
    repeat: str | None = Field(description="An RRULE, for what comes back.")
    failures: int = Field(description="Since it was last due.")
    error: str | None = Field(description="What the last failure said.")
