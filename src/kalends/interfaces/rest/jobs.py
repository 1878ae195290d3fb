"""Jobs: what is to be done later, and what has failed for good."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response, status

from kalends.features import job_care
from kalends.interfaces.rest.context import CurrentActor, CurrentServices, PageCursor, PageLimit
from kalends.interfaces.rest.job_shapes import JobShown
from kalends.interfaces.rest.shapes import PageOf
from kalends.jobs import JobState
from kalends.jobs.models import Job
from kalends.kit.pagination import DEFAULT_LIMIT, Page

router = APIRouter(prefix="/jobs", tags=["jobs"])

TaskName = Annotated[str | None, Query(max_length=200, pattern="^[ -~]*$", description="Only of this task.")]


@router.get("", response_model=PageOf[JobShown])
def list_jobs(
    actor: CurrentActor,
    services: CurrentServices,
    state: Annotated[JobState | None, Query(description="`dead`: what has failed for good.")] = None,
    task: TaskName = None,
    cursor: PageCursor = None,
    limit: PageLimit = DEFAULT_LIMIT,
) -> Page[Job]:
    """Give the workspace's jobs that are not done, the next first: for owners."""
    with services.database.read(actor.workspace_id) as tx:
        return job_care.list_jobs(tx, actor, state=state, task=task, cursor=cursor, limit=limit)


@router.get("/{job_id}", response_model=JobShown)
def read_job(job_id: UUID, actor: CurrentActor, services: CurrentServices) -> Job:
    """Give a job: for owners. One that is done is no more."""
    with services.database.read(actor.workspace_id) as tx:
        return job_care.get_job(tx, actor, job_id)


@router.post("/{job_id}/retry", response_model=JobShown)
def retry_job(job_id: UUID, actor: CurrentActor, services: CurrentServices) -> Job:
    """Have what has failed for good tried again, now. Nothing else can be (`not_dead`)."""
    return services.database.write(
        actor.workspace_id, lambda tx: job_care.retry_job(services.jobs, tx, actor, job_id)
    )


@router.delete("/{job_id}", status_code=status.HTTP_204_NO_CONTENT, response_class=Response)
def cancel_job(job_id: UUID, actor: CurrentActor, services: CurrentServices) -> None:
    """Call off what has failed for good. Nothing else can be (`not_dead`): cancel what it is for."""
    services.database.write(
        actor.workspace_id, lambda tx: job_care.cancel_job(services.jobs, tx, actor, job_id)
    )
