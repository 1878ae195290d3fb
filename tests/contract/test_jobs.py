"""Durable work on each kind of database: ordered with a change, done once, retried, given back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Event, Thread
from time import monotonic
from typing import Any
from uuid import UUID, uuid4

import pytest

from kalends.jobs import (
    JobRuns,
    Jobs,
    JobState,
    Misfire,
    Order,
    Permanent,
    Queue,
    Rate,
    Retry,
    Run,
    Task,
    Tasks,
    Transient,
    claims,
    limits,
)
from kalends.jobs.claims import Claim
from kalends.jobs.worker import Worker, WorkerSettings
from kalends.kit.clock import FixedClock
from kalends.kit.errors import Clash, NotFound
from kalends.storage import Database, Unit

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOME = uuid4()


class Shop:
    """A database whose clock stands, one worker that a test moves by hand, and what was done."""

    def __init__(self, url: str) -> None:
        self.clock = FixedClock(NOON)
        self.database = Database(url, clock=self.clock)
        self.done: list[str] = []
        self.tasks = Tasks(Task(name="note", handler=lambda run: self.done.append(run.key)))
        self.jobs = Jobs(self.tasks)
        self.worker = Worker(self.database, self.tasks, monotonic=monotonic)

    def order(self, key: str, task: str = "note", *, after: float = 0, **rest: Any) -> None:
        at = self.clock.instant + timedelta(seconds=after)
        self.database.write(
            HOME, lambda tx: self.jobs.enqueue(tx, [Order(task=task, key=key, run_at=at, **rest)])
        )

    def work(self) -> None:
        """Do everything that is due."""
        while taken := self.take():
            self.end(taken)

    def take(self, worker_id: UUID | None = None, most: int = 100) -> Sequence[Claim]:
        id = worker_id or uuid4()
        return self.database.write(None, lambda tx: claims.claim(tx, id, "default", most))

    def end(self, taken: Sequence[Claim]) -> int:
        endings = [ending for claim in taken if (ending := self.worker.run(claim))]
        return self.database.write(None, lambda tx: claims.end(tx, endings))

    def wait(self, seconds: float) -> None:
        self.clock.advance(timedelta(seconds=seconds))

    def left(self, **filters: Any) -> list[tuple[str, JobState, float]]:
        with self.database.read(HOME) as tx:
            found = self.jobs.list(tx, **filters)
        return [(job.key, job.state, (job.run_at - self.clock.instant).total_seconds()) for job in found]

    def do(self, work: Callable[[Unit], Any]) -> Any:
        return self.database.write(HOME, work)


@pytest.fixture
def shop(database_url: str) -> Iterator[Shop]:
    shop = Shop(database_url)
    yield shop
    shop.database.close()


def test_what_is_due_is_done_and_what_is_not_waits(shop: Shop) -> None:
    shop.order("now")
    shop.order("later", after=60)
    shop.work()
    assert shop.done == ["now"]
    assert shop.left() == [("later", JobState.WAITING, 60)]
    shop.wait(60)
    shop.work()
    assert (shop.done, shop.left()) == (["now", "later"], [])


def test_an_order_of_a_change_that_is_given_up_never_was(shop: Shop) -> None:
    def change(tx: Unit) -> None:
        shop.jobs.enqueue(tx, [Order(task="note", key="a", run_at=tx.now)])
        raise LookupError

    with pytest.raises(LookupError):
        shop.do(change)
    assert shop.left() == []


def test_a_second_order_of_a_key_moves_the_first(shop: Shop) -> None:
    shop.order("a", after=60, payload={"to": "Ana"})
    shop.order("a", after=30, payload={"to": "Ben"})
    assert shop.left() == [("a", JobState.WAITING, 30)]
    with shop.database.read(HOME) as tx:
        assert shop.jobs.get(tx, "note", "a").payload == {"to": "Ben"}


def test_high_priority_goes_first_then_what_waited_longest(shop: Shop) -> None:
    shop.order("old", after=-60)
    shop.order("new")
    shop.order("urgent", priority=5)
    shop.work()
    assert shop.done == ["urgent", "old", "new"]


def test_of_jobs_with_one_lock_one_runs(shop: Shop) -> None:
    for key in "abc":
        shop.order(key, lock="line 1")
    shop.order("d", lock="line 2")
    first = shop.take()
    assert sorted(claim.key for claim in first) == ["a", "d"]
    assert shop.take() == []
    shop.end(first)
    assert [claim.key for claim in shop.take()] == ["b"]


def test_what_is_called_off_or_moved_is_not_done_at_its_old_time(shop: Shop) -> None:
    shop.order("a")
    shop.order("b")
    shop.do(lambda tx: shop.jobs.cancel(tx, "note", "a"))
    shop.do(lambda tx: shop.jobs.reschedule(tx, "note", "b", NOON + timedelta(hours=1)))
    shop.work()
    assert (shop.done, shop.left()) == ([], [("b", JobState.WAITING, 3600)])
    with pytest.raises(NotFound):
        shop.do(lambda tx: shop.jobs.cancel(tx, "note", "a"))


def test_what_runs_is_neither_moved_nor_called_off(shop: Shop) -> None:
    shop.order("a")
    shop.take()
    for change in (
        lambda tx: shop.jobs.cancel(tx, "note", "a"),
        lambda tx: shop.jobs.reschedule(tx, "note", "a", NOON),
        lambda tx: shop.jobs.enqueue(tx, [Order(task="note", key="a", run_at=NOON)]),
    ):
        with pytest.raises(JobRuns):
            shop.do(change)


# Failures ---------------------------------------------------------------------------------------------


def failing(shop: Shop, *errors: Exception | None, **task: Any) -> None:
    coming = iter(errors)

    def handler(run: Run) -> None:
        if (error := next(coming)) is not None:
            raise error
        shop.done.append(run.key)

    shop.tasks.add(Task(name="fails", handler=handler, **task))


def test_a_failure_that_may_pass_is_tried_again_ever_later(shop: Shop) -> None:
    failing(shop, OSError("down"), Transient("busy"), None, retry=Retry(jitter=0))
    shop.order("a", "fails")
    shop.work()
    assert shop.left() == [("a", JobState.WAITING, 1)]
    shop.wait(1)
    shop.work()
    assert shop.left() == [("a", JobState.WAITING, 2)]
    shop.wait(2)
    shop.work()
    assert (shop.done, shop.left()) == (["a"], [])


def test_what_fails_for_good_is_dead_until_somebody_has_it_tried_again(shop: Shop) -> None:
    failing(shop, Permanent("no such number"), None)
    shop.order("a", "fails")
    shop.work()
    assert shop.left(state=JobState.DEAD) == [("a", JobState.DEAD, 0)]
    with shop.database.read(HOME) as tx:
        (job,) = shop.jobs.list(tx, task="fails")
    assert job.error == "no such number"
    shop.do(lambda tx: shop.jobs.retry(tx, job.id))
    with pytest.raises(Clash):
        shop.do(lambda tx: shop.jobs.retry(tx, job.id))
    shop.work()
    assert (shop.done, shop.left()) == (["a"], [])


def test_attempts_have_an_end(shop: Shop) -> None:
    failing(shop, *[OSError("down")] * 3, retry=Retry(attempts=3))
    shop.order("a", "fails")
    for _ in range(3):
        shop.work()
        shop.wait(100)
    assert [state for _, state, _ in shop.left()] == [JobState.DEAD]


def test_the_last_try_knows_that_it_is(shop: Shop) -> None:
    told = []

    def handler(run: Run) -> None:
        told.append(run.last_try)
        raise Transient("busy")

    shop.tasks.add(Task(name="calls", handler=handler, retry=Retry(attempts=3)))
    shop.order("a", "calls")
    for _ in range(3):
        shop.work()
        shop.wait(100)
    assert told == [False, False, True]
    assert [state for _, state, _ in shop.left()] == [JobState.DEAD]


def test_a_repeat_that_fails_for_good_is_done_again_at_its_next_time(shop: Shop) -> None:
    failing(shop, Permanent("no such number"), None)
    shop.order("a", "fails", repeat="FREQ=DAILY")
    shop.work()
    assert shop.left() == [("a", JobState.WAITING, 24 * 3600)]
    shop.wait(24 * 3600)
    shop.work()
    assert shop.done == ["a"]


def test_a_task_that_nobody_here_knows_waits_for_who_does(shop: Shop) -> None:
    shop.tasks.add(Task(name="new", handler=lambda run: None))
    shop.order("a", "new")
    shop.worker = Worker(shop.database, Tasks(), monotonic=monotonic)
    shop.work()
    assert shop.left() == [("a", JobState.WAITING, 60)]


# Repeats and what comes late --------------------------------------------------------------------------


def repeating(shop: Shop, misfire: Misfire) -> None:
    handler = lambda run: shop.done.append(f"{run.due_at:%H:%M}")  # noqa: E731
    shop.tasks.add(Task(name="hourly", handler=handler, misfire=misfire))
    shop.order("a", "hourly", repeat="FREQ=HOURLY;COUNT=5")


@pytest.mark.parametrize(
    "misfire, done",
    [
        (Misfire.LATE, ["12:00", "13:00", "14:00", "15:00"]),
        (Misfire.SKIP, ["15:00"]),
        (Misfire.LAST, ["15:00"]),
    ],
)
def test_what_was_missed_follows_the_policy(shop: Shop, misfire: Misfire, done: list[str]) -> None:
    repeating(shop, misfire)
    shop.wait(3 * 3600)
    if misfire is Misfire.SKIP:
        shop.wait(-60)  # so that the last is still to come
        shop.work()
        assert shop.done == []
        shop.wait(60)
    shop.work()
    assert shop.done == done
    assert shop.left() == [("a", JobState.WAITING, 3600)]


def test_a_repeat_ends_with_its_last_time(shop: Shop) -> None:
    repeating(shop, Misfire.LATE)
    for _ in range(5):
        shop.work()
        shop.wait(3600)
    assert (len(shop.done), shop.left()) == (5, [])


def test_a_repeat_keeps_to_the_clock_of_its_zone(shop: Shop) -> None:
    shop.clock.instant = datetime(2026, 3, 28, 8, tzinfo=UTC)  # nine in Berlin, the day before the change
    shop.order("a", repeat="FREQ=DAILY", zone="Europe/Berlin")
    shop.work()
    assert shop.left() == [("a", JobState.WAITING, 23 * 3600)]


# Workers that die ---------------------------------------------------------------------------------------


def test_what_a_dead_worker_held_is_done_by_another_and_the_dead_has_no_say(shop: Shop) -> None:
    dead = uuid4()
    shop.order("a")
    held = shop.take(dead)
    assert shop.database.write(None, lambda tx: claims.give_back(tx, dead)) == ["note"]
    again = shop.take()
    assert shop.end(held) == 0  # its claim stands no more
    assert shop.end(again) == 1
    assert shop.left() == []


def test_a_job_that_kills_its_processes_is_dead_in_the_end(shop: Shop) -> None:
    shop.order("a")
    for _ in range(claims.MOST_CRASHES):
        worker_id = uuid4()
        assert len(shop.take(worker_id)) == 1
        shop.database.write(None, partial(claims.give_back, worker_id=worker_id))
    assert [state for _, state, _ in shop.left()] == [JobState.DEAD]


def test_a_claim_that_was_lost_stores_nothing(shop: Shop) -> None:
    dead, stored = uuid4(), []
    shop.tasks.add(Task(name="store", handler=lambda run: stored.append(run.write(lambda tx: tx.now))))
    shop.order("a", "store")
    held = shop.take(dead)
    shop.database.write(None, lambda tx: claims.give_back(tx, dead))
    assert shop.end(held) == 0
    assert stored == []
    shop.work()
    assert stored == [NOON]


def test_an_effect_is_stored_with_the_end_of_its_job(shop: Shop) -> None:
    def handler(run: Run) -> None:
        run.complete(lambda tx: shop.jobs.enqueue(tx, [Order(task="note", key="effect", run_at=tx.now)]))

    shop.tasks.add(Task(name="twofold", handler=handler))
    shop.order("a", "twofold")
    shop.end(shop.take())
    assert shop.left() == [("effect", JobState.WAITING, 0)]


def test_who_goes_silent_is_given_up_by_who_looks_on_its_own_clock(shop: Shop) -> None:
    seconds = [0.0]
    shop.worker = Worker(shop.database, shop.tasks, monotonic=lambda: seconds[0])
    silent = uuid4()
    shop.database.write(None, lambda tx: claims.register(tx, silent, "silent"))
    shop.order("a")
    shop.take(silent)
    shop.database.write(None, shop.worker.show)
    shop.wait(3600)  # a clock that is set frightens nobody
    shop.database.write(None, shop.worker.show)
    assert shop.take() == []
    seconds[0] = 16
    shop.database.write(None, shop.worker.show)
    assert [claim.key for claim in shop.take()] == ["a"]


# Queues with limits -------------------------------------------------------------------------------------


class Line:
    """A shop with a queue that has limits, and its worker, whose threads are those of the test."""

    def __init__(self, shop: Shop, **limit: Any) -> None:
        self.shop, self.seconds = shop, 0.0
        shop.tasks.add(Task(name="call", handler=lambda run: shop.done.append(run.key), queue="line"))
        shop.tasks.add_queue(Queue(name="line", **limit))
        shop.worker = Worker(shop.database, shop.tasks, monotonic=lambda: self.seconds)

    def wait(self, seconds: float) -> None:
        self.seconds += seconds
        self.shop.wait(seconds)


def test_limits_are_those_of_all_processes_together(shop: Shop) -> None:
    line = Line(shop, width=3, concurrency=2)
    for key in "abcd":
        shop.order(key, "call")
    shop.order("unlimited")
    assert shop.worker.turn() == 3
    other = Worker(shop.database, shop.tasks, monotonic=lambda: line.seconds)
    assert other.turn() == 0
    with shop.database.read(HOME) as tx:
        running = [job.key for job in shop.jobs.list(tx, state=JobState.RUNNING)]
    assert sorted(running) == ["a", "b", "unlimited"]


def test_a_rate_lets_so_many_begin_in_so_long(shop: Shop) -> None:
    line = Line(shop, width=9, rate=Rate(jobs=2, per=timedelta(seconds=10)))
    for key in "abcde":
        shop.order(key, "call")
    began = []
    for _ in range(30):
        began.append(shop.worker.turn())
        line.wait(1)
    assert [second for second, count in enumerate(began) if count] == [0, 10, 20]
    assert sum(began) == 5


def test_a_clock_that_is_set_back_shuts_no_queue_for_long(shop: Shop) -> None:
    line = Line(shop, width=9, rate=Rate(jobs=1, per=timedelta(seconds=10)))
    shop.order("a", "call", after=-3600)
    shop.order("b", "call", after=-3600)
    assert shop.worker.turn() == 1
    shop.wait(-3600)
    line.seconds += 10
    assert shop.worker.turn() == 1


@pytest.mark.parametrize("limit", [{"width": 0}, {"concurrency": 0}])
def test_a_queue_that_could_do_nothing_is_none(limit: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="could do nothing"):
        Queue(name="line", **limit)
    with pytest.raises(ValueError, match="no rate"):
        Rate(jobs=0, per=timedelta(seconds=1))


# A fleet that carries jobs ------------------------------------------------------------------------------


def sent(shop: Shop) -> list[UUID]:
    minute = timedelta(minutes=1)
    return [each.id for each in shop.database.write(None, lambda tx: claims.send(tx, 100, minute))]


def test_what_is_due_is_sent_once_and_again_when_nobody_takes_it(shop: Shop) -> None:
    shop.order("now")
    shop.order("later", after=30)
    first = sent(shop)
    assert len(first) == 1
    assert sent(shop) == []
    shop.wait(61)
    assert len(sent(shop)) == 2
    shop.work()
    shop.wait(61)
    assert sent(shop) == []


def test_a_job_that_is_named_is_done_once(shop: Shop) -> None:
    shop.order("a")
    (id,) = sent(shop)
    assert [shop.worker.do(HOME, id, "default") for _ in range(2)] == [True, False]
    shop.worker.turn()
    assert (shop.done, shop.left()) == (["a"], [])
    assert not shop.worker.do(HOME, id, "default")


def test_what_a_limit_keeps_from_the_fleet_is_sent_again_at_once(shop: Shop) -> None:
    Line(shop, concurrency=1)
    shop.order("a", "call")
    shop.order("b", "call")
    ids = sent(shop)
    with shop.database.read(HOME) as tx:
        assert len(ids) == len(shop.jobs.list(tx)) == 2
    shop.database.write(None, lambda tx: limits.take(tx, uuid4(), shop.tasks.queues["line"], 1))
    assert [shop.worker.do(HOME, id, "line") for id in ids] == [False, False]
    assert len(sent(shop)) == 1


# Threads ------------------------------------------------------------------------------------------------


@pytest.fixture
def live(database_url: str) -> Iterator[Shop]:
    shop = Shop(database_url)
    yield shop
    shop.worker.stop()
    shop.database.close()


def test_a_worker_does_what_is_ordered_and_stops_when_told(live: Shop) -> None:
    seen = Event()
    live.tasks.add(Task(name="tell", handler=lambda run: seen.set()))
    live.worker.start()
    live.order("a", "tell")
    live.worker.wake()
    assert seen.wait(10)
    live.worker.stop()
    assert live.left() == []


def test_what_runs_may_finish_and_what_waits_is_left_to_others(live: Shop) -> None:
    began, may_end = Event(), Event()

    def slow(run: Run) -> None:
        began.set()
        assert may_end.wait(10)
        live.done.append(run.key)

    live.tasks.add(Task(name="slow", handler=slow))
    live.worker = Worker(live.database, live.tasks, WorkerSettings(width=1), monotonic=monotonic)
    for key in "abc":
        live.order(key, "slow")
    live.worker.start()
    assert began.wait(10)
    stopping = Thread(target=live.worker.stop)
    stopping.start()
    may_end.set()
    stopping.join(10)
    assert live.done == ["a"]
    assert [key for key, state, _ in live.left() if state is JobState.WAITING] == ["b", "c"]


def test_who_serves_alone_takes_over_what_the_last_process_held(live: Shop) -> None:
    dead = uuid4()
    live.database.write(None, lambda tx: claims.register(tx, dead, "dead"))
    live.order("a")
    live.take(dead)
    seen = Event()
    live.tasks = Tasks(Task(name="note", handler=lambda run: seen.set()))
    live.worker = Worker(live.database, live.tasks, WorkerSettings(alone=True), monotonic=monotonic)
    live.worker.start()
    assert seen.wait(10)


def test_a_worker_whose_jobs_have_every_connection_is_still_heard_of(postgresql_url: str) -> None:
    small = Database(postgresql_url, pool_size=1, busy_timeout=0.01)
    quick = WorkerSettings(lease=timedelta(seconds=0.05))
    worker = Worker(small, Tasks(), quick, monotonic=monotonic)
    worker.start()
    looking = small.apart()

    def beats() -> int:
        with looking.read(None) as tx:
            return sum(claims.beats(tx).values())

    taken = [small.engine.connect() for _ in range(2)]
    before, latest = beats(), monotonic() + 20
    while beats() < before + 2 and monotonic() < latest:
        pass
    assert beats() >= before + 2
    for connection in taken:
        connection.close()
    worker.stop()
    looking.close()
    small.close()
