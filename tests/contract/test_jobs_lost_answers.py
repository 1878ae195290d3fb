"""The connection to the database breaks as something is stored: nobody knows whether it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from time import monotonic
from uuid import uuid4

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from kalends.jobs import Jobs, Order, Run, Task, Tasks
from kalends.jobs.worker import Worker, WorkerSettings
from kalends.storage import Database, Unit

HOME = uuid4()


class Line:
    """A database whose next answer may be lost, and a worker beside it."""

    def __init__(self, url: str, handler: Callable[[Run], None]) -> None:
        self.database = Database(url)
        self.jobs = Jobs(Tasks(Task(name="note", handler=handler)))
        settings = WorkerSettings(poll=timedelta(seconds=0.01))
        self.worker = Worker(self.database, self.jobs.tasks, settings, monotonic=monotonic)

    def order(self, *keys: str) -> None:
        def order(tx: Unit) -> None:
            self.jobs.enqueue(tx, [Order(task="note", key=key, run_at=tx.now) for key in keys])

        self.database.write(HOME, order)

    def left(self) -> list[str]:
        with self.database.read(HOME) as tx:
            return [job.key for job in self.jobs.list(tx)]


@pytest.fixture
def losing_an_answer(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Have the next unit be stored, and nobody hear of it."""
    commit, lose = Session.commit, list[Exception]()

    def committed(session: Session) -> None:
        commit(session)
        if lose:
            raise OperationalError("COMMIT", {}, lose.pop())

    monkeypatch.setattr(Session, "commit", committed)
    yield lambda: lose.append(Exception("server closed the connection unexpectedly"))
    assert not lose


def test_what_was_taken_unheard_is_taken_again(
    database_url: str, losing_an_answer: Callable[[], None]
) -> None:
    line = Line(database_url, lambda run: None)
    line.order("a", "b")
    losing_an_answer()
    with pytest.raises(OperationalError):
        line.worker.turn()
    assert line.worker.turn() == 2
    assert line.worker.turn() == 0
    line.database.close()


def test_what_is_being_done_is_not_taken_again(
    database_url: str, losing_an_answer: Callable[[], None]
) -> None:
    line = Line(database_url, lambda run: None)
    line.order("a")
    assert line.worker.turn() == 1
    line.order("b")
    losing_an_answer()
    with pytest.raises(OperationalError):
        line.worker.turn()
    assert line.worker.turn() == 1
    assert line.left() == ["a", "b"]
    line.database.close()
