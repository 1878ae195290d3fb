"""One process of the torture: all services, and a worker that soon gives up on those that died."""

from __future__ import annotations

import logging
import os
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Event
from typing import Any

from kalends.jobs import Jobs, Order, Run, Task
from kalends.jobs.worker import Worker, WorkerSettings
from kalends.kit.clock import SystemClock
from kalends.server import compose
from kalends.settings import Settings
from kalends.storage import Unit

LEASE = timedelta(seconds=2)


@dataclass(frozen=True)
class SetClock:
    """The machine's clock, as somebody has set it: the file says how many seconds it is ahead."""

    file: Path

    def now(self) -> datetime:
        return SystemClock().now() + timedelta(seconds=float(self.file.read_text()))

    def set(self, ahead: timedelta) -> None:
        """Set the clock of every process that reads this file."""
        new = self.file.with_suffix(".new")
        new.write_text(str(ahead.total_seconds()))
        os.replace(new, self.file)


def ledger(jobs: Jobs) -> list[Task]:
    """Give a task that does no more than to write that it was done, and what that is written as."""

    def act(run: Run) -> None:
        later = run.due_at + timedelta(days=1000)

        def store(tx: Unit) -> None:
            jobs.enqueue(tx, [Order(task="done", key=f"{run.key} {tx.new_id()}", run_at=later)])

        run.complete(store)

    return [Task(name="act", handler=act), Task(name="done", handler=lambda run: None, queue="nobody's")]


def work(settings: dict[str, Any], clock: SetClock, log: Path, ready: Connection) -> None:
    """Do what is due until somebody ends this process."""
    logging.basicConfig(filename=log, format=f"%(asctime)s {os.getpid()} %(name)s %(message)s")
    services = compose(Settings(**settings), clock=clock)
    for task in ledger(services.jobs):
        services.jobs.tasks.add(task)
    worker = Worker(
        services.database,
        services.jobs.tasks,
        WorkerSettings(
            queues={*services.jobs.tasks.queues} - {"nobody's"},
            lease=LEASE,
            poll=timedelta(seconds=0.05),
            alone=services.database.embedded,
        ),
        monotonic=time.monotonic,
        name=str(os.getpid()),
    )
    services.jobs.on_order.append(worker.wake)
    worker.start()
    with suppress(BrokenPipeError):  # nobody waits for those that take the place of others
        ready.send("ready")
    Event().wait()
