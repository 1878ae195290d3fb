"""APScheduler 3: a background scheduler over its SQLAlchemy store, ten threads as it has by default.

It has no way to store several jobs at once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from contestant import Act, Due, play
from sqlalchemy import create_engine, event

_act: list[Act] = []


def handle(number: int, due: float) -> None:
    _act[0](number, due)


class APScheduler:
    def __init__(self, url: str) -> None:
        engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _prepare)
        self.scheduler = BackgroundScheduler(
            jobstores={"default": SQLAlchemyJobStore(engine=engine)}, timezone=UTC
        )

    def prepare(self) -> None:
        self.scheduler.start(paused=True)

    def one(self, job: Due) -> None:
        if not self.scheduler.running:
            self.scheduler.start(paused=True)  # it holds jobs back in memory until it is
        number, due = job
        self.scheduler.add_job(
            "apscheduler_jobs:handle",
            "date",
            run_date=datetime.fromtimestamp(due, UTC),
            args=[number, due],
            id=str(number),
            misfire_grace_time=None,
        )

    def many(self, jobs: Sequence[Due]) -> None:
        for job in jobs:
            self.one(job)

    def work(self, act: Act) -> Callable[[], None]:
        import apscheduler_jobs  # the module that its store names, which is not this program

        apscheduler_jobs._act.append(act)
        self.scheduler.start()

        def stop() -> None:
            self.scheduler.shutdown()

        return stop


def _prepare(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA journal_mode = WAL")  # as ours: its default is slower
    connection.execute("PRAGMA synchronous = FULL")


if __name__ == "__main__":
    logging.disable()
    play(APScheduler)
