"""What all processes together are held to: how many jobs of a queue run at once, how many begin in a while.

The queue's row is locked while its jobs are taken, so that only one at a time counts and takes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select, update

from kalends.jobs.claims import Claim, claim
from kalends.jobs.models import Job, JobQueue, JobState
from kalends.jobs.tasks import Queue, Rate
from kalends.storage import Unit

_STEPS = 100  # parts that the stretch of a rate is counted in
_WHY = "workers serve every workspace"

Begun = Sequence[tuple[float, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What was taken of a queue, and for how many seconds its limits let nothing more begin; infinite: until
    something that runs has ended."""

    claims: list[Claim]
    shut: float = 0.0


def take(
    tx: Unit, worker_id: UUID, queue: Queue, most: int, *, only: tuple[UUID, UUID] | None = None
) -> Taken:
    """Take up to `most` of the jobs that are due in a queue: as many as its limits let begin.

    `only` is the workspace and id of the one wanted.
    """
    if not queue.limited:
        return Taken(claims=claim(tx, worker_id, queue.name, most, only=only))
    if not _anything_due(tx, queue.name):
        return Taken(claims=[])
    begun = _lock(tx, queue.name)
    shut = 0.0
    free = left = most
    if queue.concurrency is not None:
        free = max(0, queue.concurrency - _running(tx, queue.name))
    if queue.rate is not None:
        begun = _of_late(begun, queue.rate, tx.now.timestamp())
        left = max(0, queue.rate.jobs - sum(count for _, count in begun))
    allowed = min(most, free, left)
    found = claim(tx, worker_id, queue.name, allowed, only=only) if allowed else []
    if queue.concurrency is not None and free == len(found):
        shut = math.inf
    if queue.rate is not None:
        if found:
            begun = _with(begun, queue.rate, tx.now.timestamp(), len(found))
            tx.changed(update(JobQueue).where(JobQueue.name == queue.name).values(begun=[*map(list, begun)]))
        if left == len(found):
            shut = max(shut, begun[0][0] + queue.rate.per.total_seconds() - tx.now.timestamp())
    return Taken(claims=found, shut=shut)


def _anything_due(tx: Unit, name: str) -> bool:
    due = (
        select(Job.id).where(Job.queue == name, Job.state == JobState.WAITING, Job.run_at <= tx.now).limit(1)
    )
    return tx.execute(due, across_workspaces=_WHY).first() is not None


def _running(tx: Unit, name: str) -> int:
    count = select(func.count()).select_from(Job).where(Job.queue == name, Job.state == JobState.RUNNING)
    return tx.execute(count, across_workspaces=_WHY).scalar_one()


def _lock(tx: Unit, name: str) -> Begun:
    """Hold the queue until the unit ends, and give what began of late."""
    wanted = select(JobQueue.begun).where(JobQueue.name == name).with_for_update()
    if (found := tx.execute(wanted).scalar_one_or_none()) is None:
        tx.insert(JobQueue, [{"name": name, "begun": []}], unless_there=True)
        found = tx.execute(wanted).scalar_one()
    return [(by, count) for by, count in found]


def _of_late(begun: Begun, rate: Rate, now: float) -> Begun:
    """Leave what still counts. What lies far ahead was noted before a clock was set back."""
    return [(by, count) for by, count in begun if abs(by - now) < rate.per.total_seconds()]


def _with(begun: Begun, rate: Rate, now: float, count: int) -> Begun:
    """Add what begins now, as of the end of its step, so that a few numbers tell of many jobs."""
    step = rate.per.total_seconds() / _STEPS
    counts = dict(begun)
    by = math.ceil(now / step) * step
    counts[by] = counts.get(by, 0) + count
    return sorted(counts.items())
