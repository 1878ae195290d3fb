"""The port of durable work: a job is written in the transaction of the change that needs it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import delete, event, select, update

from kalends.engine.recurrence import parse_rule
from kalends.engine.zones import zone
from kalends.jobs.models import Job, JobState
from kalends.jobs.tasks import Tasks
from kalends.jobs.watching import Watch
from kalends.kit.errors import Clash, NotFound
from kalends.kit.tracing import trace
from kalends.storage import Unit

NOBODY = UUID(int=0)
"""Whose the installation's own work is."""


class JobRuns(Clash):
    """The job runs at this moment, so that it can be neither moved nor called off."""

    code = "job_runs"


class NotDead(Clash):
    """The job has not failed for good: it is tried again by itself."""

    code = "not_dead"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One job to be done.

    There is one job for each task and key: what asks for it a second time moves the first. A `repeat`, an
    RRULE, is counted from `run_at` on the clock of `zone`. Of jobs with the same `lock` one runs at a time.
    """

    task: str
    key: str
    run_at: datetime
    payload: Mapping[str, Any] = field(default_factory=dict)
    priority: int = 0
    lock: str | None = None
    repeat: str | None = None
    zone: str = "UTC"
    trace_id: str | None = None


class Jobs:
    """Orders work, calls it off, and tells what is to come; workers do it."""

    def __init__(self, tasks: Tasks, watch: Watch | None = None) -> None:
        self.tasks = tasks
        self.watch = watch or Watch()
        self.on_order: list[Callable[[], None]] = []
        """What is called once an order is stored: a worker of this process looks at once."""

    def enqueue(self, tx: Unit, orders: Sequence[Order]) -> None:
        """Write jobs, to be done once the unit is stored; what there is under the same key is moved instead.

        Raises `InvalidRule` and `UnknownZone` for a repeat that cannot be, `JobRuns` for one that runs, and
        `KeyError` for a task that nobody registered.
        """
        rows = {(row["task"], row["key"]): row for row in (self._row(tx, order) for order in orders)}
        stored = tx.upsert(Job, rows.values(), by=_NAME, keep=_KEPT, where=_FREE)
        if stored < len(rows):
            raise _runs(_running(tx, rows))
        event.listen(tx.session, "after_commit", partial(self._stored, rows), once=True)

    def establish(self, tx: Unit, orders: Sequence[Order]) -> None:
        """Write jobs that always are. What is there goes on as it is; a repeat takes its new zone."""
        tx.insert(Job, [self._row(tx, order) for order in orders], unless_there=True)
        for order in orders:
            same = Job.task == order.task, Job.key == order.key, Job.zone != order.zone
            tx.changed(update(Job).where(*same).values(zone=order.zone))

    def cancel(self, tx: Unit, task: str, key: str) -> None:
        """Call a job off. Raises `NotFound` where there is none, also where it is done, and `JobRuns`."""
        job = self.get(tx, task, key)
        gone = tx.changed(delete(Job).where(Job.id == job.id, Job.state != JobState.RUNNING))
        if not gone:
            raise _runs(job)

    def reschedule(self, tx: Unit, task: str, key: str, run_at: datetime) -> None:
        """Let a job be done at another time; a repeat is then counted from there. Raises as `cancel`."""
        job = self.get(tx, task, key)
        starts_at = run_at if job.repeat else None
        _changed(tx, job, {"run_at": run_at, "due_at": run_at, "starts_at": starts_at, "sent_at": None})

    def retry(self, tx: Unit, job_id: UUID) -> None:
        """Have a dead job tried again, now. Raises `NotFound`, and `NotDead`."""
        job = tx.get(Job, job_id)
        if job.state is not JobState.DEAD:
            raise NotDead("Only what has failed for good is tried again by hand.", job_id=str(job_id))
        _changed(
            tx,
            job,
            {"state": JobState.WAITING, "run_at": tx.now, "failures": 0, "crashes": 0, "sent_at": None},
        )

    def get(self, tx: Unit, task: str, key: str) -> Job:
        """Give the job of a task and key. Raises `NotFound`."""
        found = tx.execute(select(Job).where(Job.task == task, Job.key == key)).scalar_one_or_none()
        if found is None:
            raise NotFound(f"There is no job {key} of {task}.", kind="job", id=key)
        return found

    def list(self, tx: Unit, *, state: JobState | None = None, task: str | None = None) -> list[Job]:
        """Give the workspace's jobs that are not done, the next first."""
        query = select(Job).order_by(Job.run_at, Job.id)
        if state is not None:
            query = query.where(Job.state == state)
        if task is not None:
            query = query.where(Job.task == task)
        return [*tx.execute(query).scalars()]

    def _stored(self, names: Iterable[tuple[str, str]], _session: object) -> None:
        for task, count in Counter(task for task, _ in names).items():
            self.watch.ordered(task, count)
        for look in self.on_order:
            look()

    def _row(self, tx: Unit, order: Order) -> dict[str, Any]:
        if order.repeat is not None:
            parse_rule(order.repeat)
            zone(order.zone)
        run_at = order.run_at.replace(microsecond=0) if order.repeat else order.run_at
        return {
            "id": tx.new_id(),
            "task": order.task,
            "key": order.key,
            "queue": self.tasks[order.task].queue,
            "payload": dict(order.payload),
            "priority": order.priority,
            "lock": order.lock,
            "state": JobState.WAITING,
            "due_at": run_at,
            "run_at": run_at,
            "repeat": order.repeat,
            "zone": order.zone if order.repeat else None,
            "starts_at": run_at if order.repeat else None,
            "claims": 0,
            "failures": 0,
            "crashes": 0,
            "error": None,
            "worker_id": None,
            "trace_id": order.trace_id or trace(),
            "sent_at": None,
            "created_at": tx.now,
        }


_NAME = ("workspace_id", "task", "key")
_KEPT = (*_NAME, "id", "claims", "created_at")  # by who orders a key again
_FREE = Job.state != JobState.RUNNING


def _running(tx: Unit, names: Container[tuple[str, str]]) -> Job:
    running = tx.execute(select(Job).where(Job.state == JobState.RUNNING)).scalars()
    return next(job for job in running if (job.task, job.key) in names)


def _changed(tx: Unit, job: Job, values: Mapping[str, Any]) -> None:
    running = Job.state == JobState.RUNNING
    if not tx.changed(update(Job).where(Job.id == job.id, ~running).values(**values)):
        raise _runs(job)


def _runs(job: Job) -> JobRuns:
    return JobRuns("This is being done at this moment.", job_id=str(job.id))
