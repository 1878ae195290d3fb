"""What is due is sent to the fleet, and sent again when nobody took it for a while."""

from __future__ import annotations

import logging
from datetime import timedelta
from threading import Event, Thread
from typing import Any

from kalends.integrations.celery_fleet.fleet import TASK, queue_name
from kalends.jobs import claims
from kalends.storage import Database

_MOST = 500  # jobs sent in one turn

_log = logging.getLogger(__name__)


class Dispatcher:
    """A thread that sends what is due. Several may run beside each other: each job is sent by one of them."""

    def __init__(
        self,
        database: Database,
        app: Any,
        *,
        poll: timedelta = timedelta(seconds=0.5),
        again: timedelta = timedelta(seconds=30),
    ) -> None:
        self._database, self._app = database, app
        self._poll, self._again = poll, again
        self._news, self._stopping = Event(), Event()
        self._thread = Thread(target=self._work, name="jobs dispatcher", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Send nothing more."""
        self._stopping.set()
        self._news.set()
        self._thread.join()

    def wake(self) -> None:
        """Look at once whether something is due."""
        self._news.set()

    def turn(self) -> int:
        """Send what is due; gives how much that was. What the broker does not take is sent again later."""
        # Noted first: whatever happens then, it is sent again when nobody takes it.
        sent = self._database.write(None, lambda tx: claims.send(tx, _MOST, self._again))
        if sent:
            with self._app.producer_pool.acquire(block=True) as producer:
                for job in sent:
                    args = [str(job.workspace_id), str(job.id), job.queue]
                    self._app.send_task(TASK, args=args, queue=queue_name(job.queue), producer=producer)
        return len(sent)

    def _work(self) -> None:
        while not self._stopping.is_set():
            self._news.clear()
            try:
                if self.turn() < _MOST:
                    self._news.wait(self._poll.total_seconds())
            except Exception:  # the broker or the database may be back soon
                _log.exception("no jobs can be sent")
                self._stopping.wait(self._poll.total_seconds())
