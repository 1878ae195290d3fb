"""Rows of durable work: what is to be done and when, and the processes that do it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from kalends.storage.schema import Identified, Table


class JobState(StrEnum):
    """Where a job stands. One that is done has no row any more."""

    WAITING = "waiting"  # until it is due, or for a worker
    RUNNING = "running"
    DEAD = "dead"  # failed for good: somebody must look at it


class Job(Identified, Table):
    """Something to be done at a time, once for its key.

    The installation's own work, which is no workspace's, stands under the nil UUID.
    """

    __tablename__ = "job"
    __table_args__ = (
        UniqueConstraint("workspace_id", "task", "key"),
        # Workers look for what is due in every workspace, so these do not begin with one.
        Index(
            "ix_job_due",
            "queue",
            "run_at",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index(
            "ix_job_running",
            "queue",
            sqlite_where=text("state = 'running'"),
            postgresql_where=text("state = 'running'"),
        ),
        # Of the jobs with one lock the database lets a single one run.
        Index(
            "uq_job_lock",
            "workspace_id",
            "lock",
            unique=True,
            sqlite_where=text("state = 'running' AND lock IS NOT NULL"),
            postgresql_where=text("state = 'running' AND lock IS NOT NULL"),
        ),
    )

    task: Mapped[str]
    key: Mapped[str]
    queue: Mapped[str]
    payload: Mapped[dict[str, Any]]
    priority: Mapped[int]  # higher is sooner among what is due
    lock: Mapped[str | None]
    state: Mapped[JobState]
    due_at: Mapped[datetime]  # when it was meant to be done
    run_at: Mapped[datetime]  # when it is tried next: later than `due_at` after a failure
    repeat: Mapped[str | None]  # an RRULE, counted from `starts_at` on the clock of `zone`
    zone: Mapped[str | None]
    starts_at: Mapped[datetime | None]
    claims: Mapped[int]  # how often a worker took it; also the fence: an earlier claim has no say any more
    failures: Mapped[int]  # since it was last due
    crashes: Mapped[int]  # since it was last due, the process that did it died
    error: Mapped[str | None]  # what the last failure said
    worker_id: Mapped[UUID | None]
    trace_id: Mapped[str | None]
    sent_at: Mapped[datetime | None]  # since it was last due, it was handed to a fleet that carries it
    created_at: Mapped[datetime]


class Worker(Table):
    """A process that runs jobs. It raises its beat while it lives; others judge it by that alone, not by a
    clock that may be set."""

    __tablename__ = "worker"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    beat: Mapped[int]
    started_at: Mapped[datetime]
    name: Mapped[str]  # host and process id, for whoever reads the list


class JobQueue(Table):
    """A queue with limits that all processes share; its row is locked while its jobs are taken."""

    __tablename__ = "job_queue"

    name: Mapped[str] = mapped_column(primary_key=True)
    begun: Mapped[list[Any]]  # of late: [seconds since the epoch, how many began by then]
