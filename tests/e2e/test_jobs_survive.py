"""Workers are killed while they work: every job is done, and none of them twice."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

import pytest

from kalends.jobs import Jobs, JobState, Order, Task, Tasks
from kalends.storage import Database, Unit

HOME = uuid4()
JOBS, OVER, KILLS = 300, 3.0, 6  # jobs, the seconds over which they are due, processes that die
PROCESS = """
import sys
from datetime import timedelta
from threading import Event
from time import monotonic
from kalends.jobs import Jobs, Order, Task, Tasks
from kalends.jobs.worker import Worker, WorkerSettings
from kalends.storage import Database

database = Database(sys.argv[1])
jobs = Jobs(Tasks(Task(name="effect", handler=lambda run: None, queue="nobody's")))

def act(run):
    later = run.due_at + timedelta(days=1)
    def store(tx):
        jobs.enqueue(tx, [Order(task="effect", key=f"{run.key} {tx.new_id()}", run_at=later)])
    run.complete(store)

jobs.tasks.add(Task(name="act", handler=act))
settings = WorkerSettings(
    queues=["default"], lease=timedelta(seconds=1), poll=timedelta(seconds=0.05), alone=database.embedded
)
Worker(database, jobs.tasks, settings, name="torture", monotonic=monotonic).start()
print("ready", flush=True)
Event().wait()
"""


@contextmanager
def workers(url: str, count: int) -> Iterator[list[subprocess.Popen[str]]]:
    running = [begun(url) for _ in range(count)]
    try:
        yield running
    finally:
        for process in running:
            end(process)


def begun(url: str) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-c", PROCESS, url], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def end(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


@pytest.mark.law(43)
def test_whatever_is_killed_each_job_takes_effect_once(database: Database) -> None:
    dice = random.Random(43)
    tasks = Tasks(*(Task(name=name, handler=lambda run: None, queue=queue) for name, queue in QUEUES))
    jobs = Jobs(tasks)

    def order(tx: Unit) -> None:
        jobs.enqueue(
            tx,
            [
                Order(task="act", key=str(number), run_at=tx.now + timedelta(seconds=OVER * dice.random()))
                for number in range(JOBS)
            ],
        )

    database.write(HOME, order)
    with workers(database.url, 1 if database.embedded else 3) as running:
        for _ in range(KILLS):
            time.sleep(OVER / KILLS * 2 * dice.random())
            end(running.pop(dice.randrange(len(running))))
            running.append(begun(database.url))
        latest = time.monotonic() + 60
        while (left := open_jobs(database, jobs)) and time.monotonic() < latest:
            time.sleep(0.05)
    assert left == 0
    with database.read(HOME) as tx:
        effects = [job.key.split()[0] for job in jobs.list(tx, task="effect")]
    assert sorted(effects, key=int) == [str(number) for number in range(JOBS)]


QUEUES = [("act", "default"), ("effect", "nobody's")]


def open_jobs(database: Database, jobs: Jobs) -> int:
    with database.read(HOME) as tx:
        found = jobs.list(tx, task="act")
    assert not [job for job in found if job.state is JobState.DEAD]
    return len(found)
