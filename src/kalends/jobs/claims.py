"""Who does what: workers take what is due, say what became of it, and give back what the dead held.

A claim is fenced: it carries its number, and whoever ends a job by an earlier one changes nothing.
All of it looks at every workspace, as workers serve all of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy import (
    Integer,
    TableClause,
    and_,
    bindparam,
    case,
    delete,
    func,
    insert,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased
from sqlalchemy.sql.dml import ReturningUpdate

from kalends.jobs.models import Job, JobState, Worker
from kalends.storage import Contended, Unit
from kalends.storage.schema import Instant

MOST_CRASHES = 20
"""How many processes a job may see die before it is given up."""

_ALL = {"across_workspaces": "workers serve every workspace"}
_FOR_ALL = {**_ALL, "synchronize_session": False}


class Claim(NamedTuple):  # made in a third of the time of a data class
    """A job in the hands of a worker."""

    workspace_id: UUID
    id: UUID
    fence: int
    task: str
    key: str
    payload: dict[str, Any]
    due_at: datetime
    repeat: str | None
    zone: str | None
    starts_at: datetime | None
    failures: int
    crashes: int
    trace_id: str | None
    priority: int = 0

    def origin(self) -> dict[str, str]:
        """Give what each log line says while it is done."""
        return {
            "trace": self.trace_id or f"{self.id}.{self.fence}",
            "job": self.task,
            "job_id": str(self.id),
            "workspace": str(self.workspace_id),
        }


@dataclass(frozen=True, slots=True)
class Sent:
    """A job that is due, named for whoever carries it."""

    workspace_id: UUID
    id: UUID
    queue: str


class Ending(NamedTuple):
    """What became of a claim: done (`next_at` None), or to be tried or done again then, or dead."""

    claim: Claim
    next_at: datetime | None = None
    due_at: datetime | None = None  # of the next run
    failures: int = 0
    error: str | None = None
    dead: bool = False


def claim(
    tx: Unit, worker_id: UUID, queue: str, most: int, *, only: tuple[UUID, UUID] | None = None
) -> list[Claim]:
    """Take up to that many jobs that are due, those of high priority first, then those that waited longest.

    None is taken whose lock a running job has, and of several with one lock the first. Raises `Contended`
    where another worker has just taken one with the same lock. `only`: the workspace and id
    of the one wanted.
    """
    values: dict[str, Any] = {"taker": worker_id, "of_queue": queue, "by": tx.now, "most": most}
    if only is not None:
        values |= {"of_workspace": only[0], "of_id": only[1]}
    try:
        taken = (
            tx.session.connection().execute(_taking(only is not None), values, execution_options=_ALL).all()
        )
    except IntegrityError as error:
        raise Contended from error  # `uq_job_lock`: two saw different jobs as the first of one lock
    return sorted((Claim(*row) for row in taken), key=lambda claim: (-claim.priority, claim.due_at))


@cache
def _taking(one: bool) -> ReturningUpdate[Any]:
    """Make the statement that takes jobs, once: workers ask it all the time, and making it takes longer."""
    job, other = aliased(Job), aliased(Job)
    same_lock = and_(other.workspace_id == job.workspace_id, other.lock == job.lock, other.id != job.id)
    before = tuple_(other.run_at, other.id) < tuple_(job.run_at, job.id)
    barred = (
        select(other.id)
        .where(same_lock, or_(other.state == JobState.RUNNING, and_(other.state == JobState.WAITING, before)))
        .exists()
    )
    due = (
        select(job.workspace_id, job.id)
        .where(
            job.queue == bindparam("of_queue"),
            job.state == JobState.WAITING,
            job.run_at <= bindparam("by", type_=Instant()),
        )
        .where(or_(job.lock.is_(None), ~barred))
        .order_by(job.priority.desc(), job.run_at)
        .limit(bindparam("most", type_=Integer()))
        .with_for_update(skip_locked=True)
    )
    if one:
        due = due.where(job.workspace_id == bindparam("of_workspace"), job.id == bindparam("of_id"))
    return (
        update(Job)
        .where(tuple_(Job.workspace_id, Job.id).in_(due))
        .values(state=JobState.RUNNING, worker_id=bindparam("taker"), claims=Job.claims + 1, sent_at=None)
        .returning(
            Job.workspace_id, Job.id, Job.claims, Job.task, Job.key, Job.payload, Job.due_at, Job.repeat,
            Job.zone, Job.starts_at, Job.failures, Job.crashes, Job.trace_id, Job.priority,
        )
    )  # fmt: skip


def disown(tx: Unit, worker_id: UUID, held: Collection[UUID]) -> int:
    """Give back what a worker has by the database and does not hold; gives how much that was."""
    mine = Job.worker_id == worker_id, Job.state == JobState.RUNNING, Job.id.not_in(held)
    free = update(Job).where(*mine).values(state=JobState.WAITING, worker_id=None)
    return tx.changed(free.execution_options(**_FOR_ALL))


def holds(tx: Unit, claim: Claim) -> bool:
    """Say whether the claim still stands, and keep it so until the unit ends."""
    return bool(tx.changed(_standing(update(Job), claim).values(claims=claim.fence)))


def end(tx: Unit, endings: Sequence[Ending]) -> int:
    """Write what became of claims; those that stand no more change nothing. Gives how many stood."""
    done = [each.claim for each in endings if each.next_at is None and not each.dead]
    stood = 0
    if done:
        table = cast(TableClause, Job.__table__)
        gone = delete(table).where(
            table.c.workspace_id == bindparam("w"),
            table.c.id == bindparam("i"),
            table.c.claims == bindparam("f"),
            table.c.state == JobState.RUNNING,
        )
        rows = [{"w": each.workspace_id, "i": each.id, "f": each.fence} for each in done]
        stood += tx.session.connection().execute(gone, rows).rowcount
    for each in endings:
        if each.next_at is not None or each.dead:
            values: dict[str, Any] = {"worker_id": None, "failures": each.failures, "error": each.error}
            values["state"] = JobState.DEAD if each.dead else JobState.WAITING
            if each.next_at is not None:
                values |= {"run_at": each.next_at, "due_at": each.due_at or each.claim.due_at}
            if each.due_at is not None:
                values["crashes"] = 0
            stood += tx.changed(_standing(update(Job), each.claim).values(**values))
    return stood


def next_due(tx: Unit, queues: Iterable[str], after: datetime | None) -> datetime | None:
    """Give when the next job is due, `after` that where it says so; None where none waits."""
    earliest = select(func.min(Job.run_at)).where(Job.queue.in_([*queues]), Job.state == JobState.WAITING)
    if after is not None:
        earliest = earliest.where(Job.run_at > after)
    return tx.execute(earliest, across_workspaces=_ALL["across_workspaces"]).scalar_one()


def send(tx: Unit, most: int, again: timedelta) -> list[Sent]:
    """Give jobs that are due for somebody else to carry, and note it; again what was not taken for long."""
    job = aliased(Job)
    unsent = or_(job.sent_at.is_(None), job.sent_at < tx.now - again)
    due = (
        select(job.workspace_id, job.id)
        .where(job.state == JobState.WAITING, job.run_at <= tx.now, unsent)
        .order_by(job.priority.desc(), job.run_at)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    noted = (
        update(Job)
        .where(tuple_(Job.workspace_id, Job.id).in_(due))
        .values(sent_at=tx.now)
        .returning(Job.workspace_id, Job.id, Job.queue, Job.priority, Job.run_at)
    )
    found = tx.session.execute(noted, execution_options=_FOR_ALL).all()
    return [Sent(*row[:3]) for row in sorted(found, key=lambda row: (-row.priority, row.run_at))]


def send_soon(tx: Unit, workspace_id: UUID, job_id: UUID) -> None:
    """Have a job that could not be taken sent again as soon as that is looked for."""
    waits = Job.workspace_id == workspace_id, Job.id == job_id, Job.state == JobState.WAITING
    unsent = update(Job).where(*waits).values(sent_at=None)
    tx.changed(unsent.execution_options(**_FOR_ALL))


def due_queues(tx: Unit, queues: Iterable[str]) -> set[str]:
    """Give those of the queues in which a job could begin, as far as its lock lets it."""
    due = Job.queue.in_([*queues]), Job.state == JobState.WAITING, Job.run_at <= tx.now
    found = tx.execute(select(Job.queue).where(*due).distinct(), across_workspaces=_ALL["across_workspaces"])
    return {*found.scalars()}


def counts(tx: Unit) -> dict[tuple[str, str], int]:
    """Give how many jobs there are, by queue and state."""
    each = select(Job.queue, Job.state, func.count()).group_by(Job.queue, Job.state)
    rows = tx.execute(each, across_workspaces=_ALL["across_workspaces"])
    return {(queue, state): count for queue, state, count in rows}


def due_counts(tx: Unit) -> dict[str, int]:
    """Give how many jobs could begin, by queue."""
    waits = Job.state == JobState.WAITING, Job.run_at <= tx.now
    each = select(Job.queue, func.count()).where(*waits).group_by(Job.queue)
    return dict(tx.execute(each, across_workspaces=_ALL["across_workspaces"]).all())


def register(tx: Unit, worker_id: UUID, name: str) -> None:
    """Enter a worker into the list."""
    tx.session.execute(insert(Worker).values(id=worker_id, beat=0, started_at=tx.now, name=name))


def beat(tx: Unit, worker_id: UUID) -> bool:
    """Show that the worker lives, or learn that it was given up."""
    return bool(tx.changed(update(Worker).where(Worker.id == worker_id).values(beat=Worker.beat + 1)))


def beats(tx: Unit) -> dict[UUID, int]:
    """Give how often each worker has shown that it lives."""
    return dict(tx.execute(select(Worker.id, Worker.beat)).all())


def give_back(tx: Unit, worker_id: UUID) -> list[str]:
    """Strike a worker off, and let others do what it held; gives the tasks of the jobs that those were.

    A job that has seen `MOST_CRASHES` processes die is dead: it may be what kills them.
    """
    tx.session.execute(delete(Worker).where(Worker.id == worker_id))
    held = and_(Job.worker_id == worker_id, Job.state == JobState.RUNNING)
    poison = Job.crashes + 1 >= MOST_CRASHES
    freed = update(Job).where(held).values(
        state=case((poison, JobState.DEAD), else_=JobState.WAITING),
        error=case((poison, "Each process that tried it has died."), else_=Job.error),
        crashes=Job.crashes + 1,
        worker_id=None,
    )  # fmt: skip
    return [*tx.session.execute(freed.returning(Job.task), execution_options=_FOR_ALL).scalars()]


def _standing(statement: Any, claim: Claim) -> Any:
    return statement.where(
        Job.workspace_id == claim.workspace_id,
        Job.id == claim.id,
        Job.claims == claim.fence,
        Job.state == JobState.RUNNING,
    ).execution_options(**_FOR_ALL)
