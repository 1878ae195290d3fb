"""procrastinate 3: an asynchronous worker, ten jobs at once, told of new ones by LISTEN. PostgreSQL alone."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from threading import Event, Thread

import procrastinate
from contestant import Act, Due, play


class Procrastinate:
    def __init__(self, url: str) -> None:
        self.url = url
        self.app = procrastinate.App(connector=procrastinate.SyncPsycopgConnector(conninfo=url))
        self.acts: list[Act] = []
        self.task = self._task(self.app)
        self.app.open()

    def _task(self, app: procrastinate.App) -> procrastinate.tasks.Task:
        @app.task(name="act")
        async def handle(number: int, due: float) -> None:
            self.acts[0](number, due)

        return handle

    def prepare(self) -> None:
        self.app.schema_manager.apply_schema()

    def one(self, job: Due) -> None:
        number, due = job
        self.task.configure(schedule_at=datetime.fromtimestamp(due, UTC)).defer(number=number, due=due)

    def many(self, jobs: Sequence[Due]) -> None:
        # A batch has one time for all of its jobs.
        at = datetime.fromtimestamp(jobs[0][1], UTC)
        self.task.configure(schedule_at=at).batch_defer(
            *({"number": number, "due": due} for number, due in jobs)
        )

    def work(self, act: Act) -> Callable[[], None]:
        self.acts.append(act)
        app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=self.url))
        self._task(app)
        ready, loop = Event(), asyncio.new_event_loop()

        async def run() -> None:
            async with app.open_async():
                ready.set()
                await app.run_worker_async(concurrency=10, install_signal_handlers=False)

        worker = loop.create_task(run())
        Thread(target=loop.run_forever, daemon=True).start()
        ready.wait()

        def stop() -> None:
            loop.call_soon_threadsafe(worker.cancel)

        return stop


if __name__ == "__main__":
    logging.disable()
    play(Procrastinate)
