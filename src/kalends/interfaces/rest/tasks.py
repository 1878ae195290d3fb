"""Tasks, which find their own time before a deadline."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response, status
from pydantic import Field

from kalends.engine.claims import Priority
from kalends.engine.series import Start
from kalends.engine.zones import zone
from kalends.features.identity.actor import Actor
from kalends.features.scheduling import Outcome
from kalends.features.scheduling.held import Held
from kalends.features.scheduling.tasks import keeping
from kalends.features.scheduling.tasks.models import Task, TaskState
from kalends.features.scheduling.tasks.progress import Progress, progress_of
from kalends.interfaces.rest.context import CurrentActor, CurrentServices, ExpectedVersion, etag
from kalends.interfaces.rest.event_models import TimeText
from kalends.interfaces.rest.event_times import TimeReader
from kalends.interfaces.rest.events import CHANGE_SET, Preview
from kalends.interfaces.rest.outcomes import OutcomeShown
from kalends.interfaces.rest.patches import patched
from kalends.interfaces.rest.readers import Reader
from kalends.interfaces.rest.shapes import Given, Shown
from kalends.interfaces.services import Services
from kalends.storage import Unit

router = APIRouter(prefix="/tasks", tags=["tasks"])

Title = Annotated[str, Field(min_length=1, max_length=500)]
Minutes = Annotated[
    int, Field(ge=keeping.LEAST_PIECE, le=keeping.MOST_MINUTES, description="Of work in all.")
]
Piece = Annotated[int | None, Field(ge=keeping.LEAST_PIECE, le=keeping.MOST_IN_ONE_GO)]
Notes = Annotated[str | None, Field(max_length=keeping.MOST_NOTES)]
Deadline = Annotated[TimeText, Field(description="A date means the end of that day, on your clock.")]
NotBefore = Annotated[TimeText | None, Field(description="A date means its beginning.")]
Member = Annotated[UUID | None, Query(description="Only this member's.")]


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


@router.get("")
def list_tasks(
    actor: Reader,
    services: CurrentServices,
    member: Member = None,
    state: Annotated[list[TaskState], Query(description="In these states.")] = [TaskState.OPEN],  # noqa: B006
) -> Tasks:
    """Give the open tasks that you may know of, or those in other states."""
    with services.database.read(actor.workspace_id) as tx:
        found = keeping.list_tasks(tx, actor, member_id=member, states=state)
        return Tasks(items=_shown(tx, actor, found))


@router.post("", status_code=status.HTTP_201_CREATED)
def create_task(
    new: NewTask, actor: CurrentActor, services: CurrentServices, request: Request, response: Response
) -> TaskShown:
    """Make a task. It finds its time when it is planned."""
    given = _moments(new.model_dump(), actor.zone)
    made = services.database.write(actor.workspace_id, lambda tx: keeping.create_task(tx, actor, **given))
    response.headers["Location"] = request.app.url_path_for("read_task", task_id=made.id)
    return _read(services, actor, made.id, response)


@router.post("/plan")
def plan_tasks(
    actor: CurrentActor, services: CurrentServices, member: Member = None, preview: Preview = False
) -> OutcomeShown:
    """Find time for all open tasks of a member, yours by default: the soonest deadline comes first."""
    return OutcomeShown.of(services.planner.plan_all(actor, member, preview=preview))


@router.get("/{task_id}")
def read_task(task_id: UUID, actor: Reader, services: CurrentServices, response: Response) -> TaskShown:
    """Give a task with its pieces."""
    return _read(services, actor, task_id, response)


@router.post("/{task_id}/plan")
def plan_task(
    task_id: UUID,
    actor: CurrentActor,
    services: CurrentServices,
    response: Response,
    preview: Preview = False,
) -> TaskOutcome:
    """Find time for what remains of a task; what is planned well already stays where it is."""
    outcome = services.planner.plan_task(actor, task_id, preview=preview)
    return _answer(services, actor, task_id, outcome, response)


@router.patch("/{task_id}")
def update_task(
    task_id: UUID,
    patch: TaskPatch,
    actor: CurrentActor,
    services: CurrentServices,
    expected: ExpectedVersion,
    response: Response,
) -> TaskOutcome:
    """Change a task. Its coming pieces are called and count as it does; plan it for other times."""
    changes = _moments(patched(patch, may_be_null=_MAY_BE_NULL), actor.zone)
    outcome = services.planner.update_task(actor, task_id, changes, expected)
    return _answer(services, actor, task_id, outcome, response)


@router.put("/{task_id}/state")
def settle_task(
    task_id: UUID,
    wanted: StateGiven,
    actor: CurrentActor,
    services: CurrentServices,
    expected: ExpectedVersion,
    response: Response,
) -> TaskOutcome:
    """Say that a task is done, cancelled or open again; what was still planned for it goes."""
    outcome = services.planner.settle_task(actor, task_id, wanted.state, expected)
    return _answer(services, actor, task_id, outcome, response)


@router.delete(
    "/{task_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    responses={
        204: {"headers": {CHANGE_SET: {"schema": {"type": "string"}, "description": "What undoes it."}}}
    },
)
def delete_task(
    task_id: UUID, actor: CurrentActor, services: CurrentServices, expected: ExpectedVersion
) -> Response:
    """Forget a task. What was still planned for it goes; what was done stays in the calendar."""
    return gone(services.planner.delete_task(actor, task_id, expected))


def gone(outcome: Outcome) -> Response:
    """Answer a removal, naming the change set by which events went."""
    named = {CHANGE_SET: str(outcome.change_set_id)} if outcome.change_set_id else {}
    return Response(status_code=status.HTTP_204_NO_CONTENT, headers=named)


_MAY_BE_NULL = (
    *("not_before", "calendar_id", "category_id", "priority"),
    *("least_minutes", "most_minutes", "notes"),
)


def _moments(given: dict[str, Any], own: str) -> dict[str, Any]:
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


def _shown(tx: Unit, actor: Actor, tasks: Sequence[Task]) -> list[TaskShown]:
    progress = progress_of(tx, actor, tasks)
    return [TaskShown.of(task, progress[task.id]) for task in tasks]


def _read(services: Services, actor: Actor, task_id: UUID, response: Response) -> TaskShown:
    with services.database.read(actor.workspace_id) as tx:
        (shown,) = _shown(tx, actor, [keeping.get_task(tx, actor, task_id)])
    response.headers["ETag"] = etag(shown.version)
    return shown


def _answer(
    services: Services, actor: Actor, task_id: UUID, outcome: Outcome, response: Response
) -> TaskOutcome:
    return TaskOutcome.of(outcome, task=_read(services, actor, task_id, response))
