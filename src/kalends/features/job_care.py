"""What the owners of a workspace see of its jobs, and may do with what has failed."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import and_, or_, select

from kalends.features.identity import audit
from kalends.features.identity.actor import Actor
from kalends.jobs import Jobs, JobState, NotDead
from kalends.jobs.models import Job
from kalends.kit.pagination import DEFAULT_LIMIT, Page, checked_limit, decode_position, page
from kalends.storage import Unit

KIND = "job"


def list_jobs(
    tx: Unit,
    actor: Actor,
    *,
    state: JobState | None = None,
    task: str | None = None,
    cursor: str | None = None,
    limit: int = DEFAULT_LIMIT,
) -> Page[Job]:
    """Give the jobs that are not done, the next first. Only an owner may see them (`Forbidden`)."""
    actor.must_own_workspace()
    query = select(Job).order_by(Job.run_at, Job.id).limit(checked_limit(limit) + 1)
    if state is not None:
        query = query.where(Job.state == state)
    if task is not None:
        query = query.where(Job.task == task)
    if cursor is not None:
        at, id = decode_position(cursor)
        query = query.where(or_(Job.run_at > at, and_(Job.run_at == at, Job.id > id)))
    rows = tx.execute(query).scalars().all()
    return page(rows, limit, lambda job: (job.run_at.isoformat(), str(job.id)))


def get_job(tx: Unit, actor: Actor, job_id: UUID) -> Job:
    """Give a job. Raises `Forbidden` for who is no owner, and `NotFound`."""
    actor.must_own_workspace()
    return tx.get(Job, job_id)


def retry_job(jobs: Jobs, tx: Unit, actor: Actor, job_id: UUID) -> Job:
    """Have a dead job tried again, now. Raises as `get_job`, and `NotDead`."""
    job = get_job(tx, actor, job_id)
    jobs.retry(tx, job_id)
    audit.record(tx, actor, "job.retried", kind=KIND, subject=job_id, task=job.task)
    tx.session.refresh(job)
    return job


def cancel_job(jobs: Jobs, tx: Unit, actor: Actor, job_id: UUID) -> None:
    """Call off what has failed for good. Raises as `get_job`, and `NotDead`.

    What waits is wanted by something, such as a call, that would never learn that it does not come.
    """
    job = get_job(tx, actor, job_id)
    if job.state is not JobState.DEAD:
        raise NotDead(
            "Only what has failed for good is called off by hand: cancel what it is for.", job_id=str(job_id)
        )
    jobs.cancel(tx, job.task, job.key)
    audit.record(tx, actor, "job.cancelled", kind=KIND, subject=job_id, task=job.task)
