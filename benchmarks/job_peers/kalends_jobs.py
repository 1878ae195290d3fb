"""Kalends: rows of jobs, taken in batches by threads of a worker."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from uuid import UUID

from contestant import Act, Due, play

from kalends.jobs import Jobs, Order, Run, Task, Tasks
from kalends.jobs.worker import Worker, WorkerSettings
from kalends.storage import Database, migrate

HOME = UUID(int=1)


class Kalends:
    def __init__(self, url: str) -> None:
        self.url, self.database = url, Database(url)
        self.jobs = Jobs(Tasks(Task(name="act", handler=self._handle)))
        self.act: Act = lambda number, due: None

    def _handle(self, run: Run) -> None:
        self.act(int(run.key), run.due_at.timestamp())

    def prepare(self) -> None:
        migrate(self.url)

    def one(self, job: Due) -> None:
        self.many([job])

    def many(self, jobs: Sequence[Due]) -> None:
        orders = [
            Order(task="act", key=str(number), run_at=datetime.fromtimestamp(due, UTC))
            for number, due in jobs
        ]
        self.database.write(HOME, lambda tx: self.jobs.enqueue(tx, orders))

    def work(self, act: Act) -> Callable[[], None]:
        self.act = act
        settings = WorkerSettings(alone=self.database.embedded)
        worker = Worker(self.database, self.jobs.tasks, settings, monotonic=time.monotonic)
        worker.start()
        return worker.stop


if __name__ == "__main__":
    play(Kalends)
