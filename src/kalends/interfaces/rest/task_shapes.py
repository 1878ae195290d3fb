"""Tasks, as they are shown and given."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field

from kalends.engine.claims import Priority
from kalends.engine.series import Start
from kalends.engine.zones import zone
from kalends.features.scheduling.held import Held
from kalends.features.scheduling.tasks import keeping
from kalends.features.scheduling.tasks.models import Task, TaskState
from kalends.features.scheduling.tasks.progress import Progress
from kalends.interfaces.rest.event_models import TimeText
from kalends.interfaces.rest.event_times import TimeReader
from kalends.interfaces.rest.outcomes import OutcomeShown
from kalends.interfaces.rest.shapes import Given, Shown

Title = Annotated[str, Field(min_length=1, max_length=500)]
Minutes = Annotated[
    int, Field(ge=keeping.LEAST_PIECE, le=keeping.MOST_MINUTES, description="Of work in all.")
]
Piece = Annotated[int | None, Field(ge=keeping.LEAST_PIECE, le=keeping.MOST_IN_ONE_GO)]
Notes = Annotated[str | None, Field(max_length=keeping.MOST_NOTES)]
Deadline = Annotated[TimeText, Field(description="A date means the end of that day, on your clock.")]
NotBefore = Annotated[TimeText | None, Field(description="A date means its beginning.")]


class PieceShown(Shown):
    """Time in the calendar that something holds."""

    event_id: UUID
    start: datetime
    end: datetime
    completed: bool

    @classmethod
    def of(cls, held: Held) -> Self:
        return cls(event_id=held.id, start=held.span.start, end=held.span.end, completed=held.completed)


class TaskShown(Shown):
    """A task, with how far it has come."""

    id: UUID
    title: str
    minutes: int
    deadline: datetime
    not_before: datetime | None
    member_id: UUID = Field(description="Who does it.")
    calendar_id: UUID | None = Field(description="On which its pieces are; null: the member's default.")
    category_id: UUID | None
    priority: Priority | None
    least_minutes: int | None = Field(description="Of one piece; null: it is done in one go.")
    most_minutes: int | None
    notes: str | None
    state: TaskState
    done_minutes: int = Field(description="Of completed pieces.")
    planned_minutes: int = Field(description="Of pieces to come.")
    pieces: list[PieceShown]
    version: int
    created_at: datetime
    updated_at: datetime
    finished_at: datetime | None

    @classmethod
    def of(cls, task: Task, progress: Progress) -> Self:
        kept = {name: getattr(task, name) for name in cls.model_fields if hasattr(task, name)}
        return cls(
            **kept,
            done_minutes=progress.done_minutes,
            planned_minutes=progress.planned_minutes,
            pieces=[PieceShown.of(each) for each in progress.pieces],
        )


class Tasks(Shown):
    """Tasks, the soonest deadline first."""

    items: list[TaskShown]


class TaskOutcome(OutcomeShown):
    """What became of a task's time, with the task as now stored."""

    task: TaskShown


class NewTask(Given):
    """Something to be done before a deadline."""

    title: Title
    minutes: Minutes
    deadline: Deadline
    not_before: NotBefore = None
    member_id: UUID | None = Field(None, description="Who does it; you by default.")
    calendar_id: UUID | None = Field(None, description="By default the member's own.")
    category_id: UUID | None = None
    priority: Priority | None = None
    least_minutes: Piece = None
    most_minutes: Piece = None
    notes: Notes = None


class TaskPatch(Given):
    """What to change of a task; who does it stays."""

    title: Title | None = None
    minutes: Minutes | None = None
    deadline: Deadline | None = None
    not_before: NotBefore = None
    calendar_id: UUID | None = None
    category_id: UUID | None = None
    priority: Priority | None = None
    least_minutes: Piece = None
    most_minutes: Piece = None
    notes: Notes = None


class StateGiven(Given):
    """What a task is from now on."""

    state: TaskState


def moments_of(given: dict[str, Any], own: str) -> dict[str, Any]:
    """Read the times of a task, on the actor's clock."""
    read = dict(given)
    for field in ("deadline", "not_before"):
        if given.get(field) is not None:
            moment = TimeReader(own=own).read(given[field], field=field)
            read[field] = whole(moment, own, ends=field == "deadline")
    return read


def whole(moment: Start, own: str, *, ends: bool) -> datetime:
    """Give an instant; of a date its beginning on a clock, or where something `ends` with it its end."""
    if isinstance(moment, datetime):
        return moment
    day = moment + timedelta(days=int(ends))
    return datetime(day.year, day.month, day.day, tzinfo=zone(own).tzinfo)
