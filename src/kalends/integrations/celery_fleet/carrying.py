"""A process of the fleet: it does the jobs that it is told of, each by its row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from kalends.integrations.celery_fleet.fleet import TASK, queue_name


def carry(
    app: Any,
    do: Callable[[UUID, UUID, str], object],
    *,
    queues: Sequence[str],
    width: int,
    name: str,
    ready: Callable[[], None],
) -> None:
    """Do what comes in these queues, `width` at once, until a signal (TERM, INT); what runs then may finish.

    `do` is given a workspace, a job and its queue, and does it unless somebody else does: what comes twice,
    or late, does no harm.
    """
    from celery.signals import worker_ready

    def told(workspace_id: str, job_id: str, queue: str) -> None:
        do(UUID(workspace_id), UUID(job_id), queue)

    def begun(**_: Any) -> None:
        ready()

    app.task(told, name=TASK)
    worker_ready.connect(begun, weak=False)
    app.Worker(
        hostname=f"kalends@{name.replace(':', '-')}",
        pool="threads",  # one process, one beat
        concurrency=width,
        queues=[queue_name(queue) for queue in queues],
        loglevel="WARNING",
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        quiet=True,
    ).start()
