"""Workers and orders at the same instant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from kalends.jobs import Jobs, JobState, Order, Queue, Rate, Task, Tasks, claims, limits
from kalends.jobs.claims import Claim, Ending
from kalends.kit.clock import FixedClock
from kalends.storage import Database, Unit
from racing import race

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOME = uuid4()
ROUNDS = 5


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def database(database_url: str, clock: FixedClock) -> Iterator[Database]:
    database = Database(database_url, clock=clock, pool_size=8)
    yield database
    database.close()


JOBS = Jobs(
    Tasks(
        Task(name="note", handler=lambda run: None),
        Task(name="call", handler=lambda run: None, queue="line"),
    )
)


def order(database: Database, *keys: str, task: str = "note", at: datetime = NOON, **rest: Any) -> None:
    orders = [Order(task=task, key=key, run_at=at, **rest) for key in keys]
    database.write(HOME, lambda tx: JOBS.enqueue(tx, orders))


def take(database: Database, queue: Queue) -> list[Claim]:
    return database.write(None, lambda tx: limits.take(tx, uuid4(), queue, 10)).claims


def end(database: Database, taken: list[Claim]) -> None:
    database.write(None, lambda tx: claims.end(tx, [Ending(claim=claim) for claim in taken]))


def test_one_key_ordered_twice_at_once_is_one_job(database: Database) -> None:
    for number in range(ROUNDS):
        race(*[lambda: order(database, f"{number}", f"other {number}")] * 3)  # noqa: B023 awaited here
    with database.read(HOME) as tx:
        assert len(JOBS.list(tx)) == 2 * ROUNDS


def waits(database: Database) -> bool:
    """Say whether somebody waits for another's transaction."""
    waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with database.read(None) as tx:
        return tx.execute(text(waiting)).first() is not None


def test_two_who_see_different_jobs_as_the_first_of_a_lock_do_not_both_take_one(
    postgresql_url: str, clock: FixedClock
) -> None:
    database = Database(postgresql_url, clock=clock)
    order(database, "late", lock="line 1")
    both_looked = Barrier(2)
    tries = Counter[str]()

    def hurried(tx: Unit) -> list[Claim]:
        """Take what was there before the earlier one came, and hold it until the other has chosen that."""
        found = claims.claim(tx, uuid4(), "default", 9)
        order(database, "early", lock="line 1", at=NOON - timedelta(minutes=1))
        both_looked.wait(10)
        while not waits(database):
            pass
        return found

    def other(tx: Unit) -> list[Claim]:
        tries["other"] += 1
        if tries["other"] == 1:
            both_looked.wait(10)
        return claims.claim(tx, uuid4(), "default", 9)

    first, second = race(lambda: database.write(None, hurried), lambda: database.write(None, other))
    database.close()
    assert [claim.key for claim in first] == ["late"]
    assert second == []
    assert tries["other"] == 2


def test_never_more_than_the_limit_run_at_once(database: Database) -> None:
    queue = Queue(name="line", concurrency=3)
    order(database, *map(str, range(20)), task="call")
    done = 0
    while running := [claim for taken in race(*[lambda: take(database, queue)] * 4) for claim in taken]:
        assert len(running) == min(3, 20 - done)
        end(database, running)
        done += len(running)
    assert done == 20


def test_never_more_than_the_rate_begin_in_a_while(database: Database, clock: FixedClock) -> None:
    queue = Queue(name="line", rate=Rate(jobs=4, per=timedelta(seconds=10)))
    order(database, *map(str, range(20)), task="call")
    began = []
    for _ in range(30):
        for taken in race(*[lambda: take(database, queue)] * 3):
            began += [clock.instant] * len(taken)
            end(database, taken)
        clock.advance(timedelta(seconds=1.7))
    assert len(began) == 20
    assert all(
        later - earlier >= timedelta(seconds=10) for earlier, later in zip(began, began[4:], strict=False)
    )


def test_what_runs_stays_as_it_is_when_it_is_ordered_again_at_that_instant(database: Database) -> None:
    for number in range(ROUNDS):
        order(database, f"{number}")
        taken, _ = race(lambda: take(database, Queue(name="default")), lambda: order(database, f"{number}"))  # noqa: B023
        with database.read(HOME) as tx:
            (job,) = JOBS.list(tx)
        assert job.state is (JobState.RUNNING if taken else JobState.WAITING)
        end(database, taken or take(database, Queue(name="default")))
