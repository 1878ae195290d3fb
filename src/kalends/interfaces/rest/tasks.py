"""Tasks, which find their own time before a deadline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response, status

from kalends.features.identity.actor import Actor
from kalends.features.scheduling import Outcome
from kalends.features.scheduling.tasks import keeping
from kalends.features.scheduling.tasks.models import Task, TaskState
from kalends.features.scheduling.tasks.progress import progress_of
from kalends.interfaces.rest.context import CurrentActor, CurrentServices, ExpectedVersion, etag
from kalends.interfaces.rest.events import CHANGE_SET, Preview
from kalends.interfaces.rest.outcomes import OutcomeShown
from kalends.interfaces.rest.patches import patched
from kalends.interfaces.rest.readers import Reader
from kalends.interfaces.rest.task_shapes import (
    NewTask,
    StateGiven,
    TaskOutcome,
    TaskPatch,
    Tasks,
    TaskShown,
    moments_of,
)
from kalends.interfaces.services import Services
from kalends.storage import Unit

router = APIRouter(prefix="/tasks", tags=["tasks"])

Member = Annotated[UUID | None, Query(description="Only this member's.")]


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
    given = moments_of(new.model_dump(), actor.zone)
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
    changes = moments_of(patched(patch, may_be_null=_MAY_BE_NULL), actor.zone)
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
