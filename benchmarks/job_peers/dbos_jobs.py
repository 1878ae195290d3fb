"""DBOS 3: durable workflows on a queue, looked for each tenth of a second instead of each second."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Sequence

from contestant import Act, Due, play
from dbos import DBOS, DBOSClient, EnqueueOptions

_VERSION = "bench"
_acts: list[Act] = []


@DBOS.workflow(name="act")
def handle(number: int, due: float) -> None:
    _acts[0](number, due)


class Workflows:
    def __init__(self, url: str) -> None:
        self.url = url.replace("postgresql://", "postgresql+psycopg://")
        self._client: DBOSClient | None = None

    def _launch(self) -> None:
        DBOS(
            config={
                "name": "bench",
                "system_database_url": self.url,
                "application_version": _VERSION,
                "executor_id": str(
                    os.getpid()
                ),  # else each worker takes the others' work for its own, left behind
                "log_level": "CRITICAL",
            }
        )
        DBOS.launch()
        DBOS.register_queue("acts", polling_interval_sec=0.1)

    def prepare(self) -> None:
        self._launch()
        DBOS.destroy()

    @property
    def client(self) -> DBOSClient:
        self._client = self._client or DBOSClient(system_database_url=self.url)
        return self._client

    def one(self, job: Due) -> None:
        self.client.enqueue(self._options(job), *job)

    def many(self, jobs: Sequence[Due]) -> None:
        engine = self.client._sys_db.engine
        with engine.begin() as connection:
            for job in jobs:
                self.client.enqueue_in_transaction(connection, self._options(job), *job)

    def _options(self, job: Due) -> EnqueueOptions:
        options: EnqueueOptions = {"workflow_name": "act", "queue_name": "acts", "app_version": _VERSION}
        if (ahead := job[1] - time.time()) > 0:
            options["delay_seconds"] = ahead
        return options

    def work(self, act: Act) -> Callable[[], None]:
        _acts.append(act)
        self._launch()

        def stop() -> None:
            DBOS.destroy()

        return stop


if __name__ == "__main__":
    logging.disable()
    play(Workflows)
