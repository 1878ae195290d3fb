"""A real Celery fleet over a real Redis carries jobs: each is done once, whatever is killed or lost."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest

from kalends.integrations.celery_fleet import fleet as celery_over
from kalends.jobs import NOBODY, Jobs, Order, Task, Tasks
from kalends.kit.errors import InvalidInput
from kalends.storage import Database, Unit
from workspaces import KEY

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv-fleet" / "bin" / "python"
HOME = uuid4()
JOBS = 60
DAILY = ("upkeep.tidy", "upkeep.sign_ins", "upkeep.fill", "upkeep.horizon")
DISPATCHER = """
import sys, time
from datetime import timedelta
from threading import Event
from kalends.integrations.celery_fleet import Dispatcher, fleet
from kalends.storage import Database

database, app = Database(sys.argv[1]), fleet(sys.argv[2])
Dispatcher(database, app, poll=timedelta(seconds=0.05), again=timedelta(seconds=1)).start()
print("ready", flush=True)
Event().wait()
"""
CARRIER = """
import sys, time
from datetime import timedelta
from pathlib import Path
from threading import Event
from kalends.integrations.celery_fleet import carry, fleet
from kalends.integrations.celery_fleet import fleet as celery_over
from kalends.jobs import Jobs, Order, Task, Tasks
from kalends.jobs.worker import Worker, WorkerSettings
from kalends.storage import Database

database, folder = Database(sys.argv[1]), Path(sys.argv[3])
jobs = Jobs(Tasks(Task(name="effect", handler=lambda run: None, queue="nobody's")))

def act(run):
    later = run.due_at + timedelta(days=1)
    run.complete(
        lambda tx: jobs.enqueue(tx, [Order(task="effect", key=f"{run.key} {tx.new_id()}", run_at=later)])
    )

def hang(run):
    (folder / "hangs").touch()
    while not (folder / "may end").exists():
        time.sleep(0.01)
    act(run)

jobs.tasks.add(Task(name="act", handler=act))
jobs.tasks.add(Task(name="hang", handler=hang))
settings = WorkerSettings(queues=(), lease=timedelta(seconds=1))
worker = Worker(database, jobs.tasks, settings, monotonic=time.monotonic, name="carrier")
worker.start()
carry(
    fleet(sys.argv[2]), worker.do, queues=["default"], width=4, name=str(sys.argv[4]),
    ready=lambda: print("ready", flush=True),
)
worker.stop()
"""


class Fleet:
    """Redis and the processes over it; what was begun is ended by `end`."""

    def __init__(self, url: str, folder: Path) -> None:
        self._url, self._folder = url, folder
        self._running: list[subprocess.Popen[str]] = []
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        program = shutil.which("redis-server")
        assert program is not None, "scripts/fleet installs it"
        arguments = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
        self._running.append(subprocess.Popen([program, *arguments], stdout=subprocess.DEVNULL, text=True))
        _until(lambda: self.redis("PING") == "+PONG")

    def redis(self, command: str) -> str:
        try:
            with closing(socket.create_connection(("127.0.0.1", self.port), timeout=5)) as connection:
                connection.sendall(f"{command}\r\n".encode())
                return connection.recv(100).decode().strip()
        except OSError:
            return ""

    @property
    def broker(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def begin(self, program: str) -> subprocess.Popen[str]:
        arguments = [str(PYTHON), "-c", program, self._url, self.broker, str(self._folder), str(uuid4())]
        process = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
        self._running.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        return process

    def kalends(self, command: str) -> subprocess.Popen[str]:
        """Begin a command of Kalends itself, as an installation with a fleet runs it."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("KALENDS_")}
        environment |= {
            "KALENDS_DATABASE_URL": self._url,
            "KALENDS_JOBS": "celery",
            "KALENDS_CELERY_BROKER_URL": self.broker,
            "KALENDS_DATA_DIR": str(self._folder),
            "KALENDS_KEY": KEY,
            "KALENDS_PORT": "0",
        }
        with (self._folder / f"{command}.log").open("w") as log:
            process = subprocess.Popen(
                [str(PYTHON), "-c", "from kalends.cli.main import run; run()", command],
                stdout=log,
                stderr=log,
                text=True,
                cwd=self._folder,
                env=environment,
            )
        self._running.append(process)
        return process

    def end(self, *processes: subprocess.Popen[str]) -> None:
        for process in processes or tuple(self._running):
            process.send_signal(signal.SIGKILL)
            process.wait()
            if process.stdout is not None:
                process.stdout.close()
            self._running.remove(process)


@pytest.fixture
def fleet(postgresql_url: str, tmp_path: Path) -> Iterator[Fleet]:
    fleet = Fleet(postgresql_url, tmp_path)
    try:
        yield fleet
    finally:
        fleet.end()


@pytest.fixture
def database(postgresql_url: str) -> Iterator[Database]:
    database = Database(postgresql_url)
    yield database
    database.close()


ORDERED = Jobs(Tasks(*(Task(name=name, handler=lambda run: None) for name in ("act", "hang"))))


def order(database: Database, *keys: str, task: str = "act") -> None:
    def write(tx: Unit) -> None:
        ORDERED.enqueue(tx, [Order(task=task, key=key, run_at=tx.now) for key in keys])

    database.write(HOME, write)


def left(database: Database, task: str = "act") -> int:
    with database.read(HOME) as tx:
        return len(ORDERED.list(tx, task=task))


def effects(database: Database) -> list[str]:
    with database.read(HOME) as tx:
        return sorted(job.key.split()[0] for job in ORDERED.list(tx, task="effect"))


@pytest.mark.law(43)
def test_what_the_fleet_carries_is_done_once_whatever_is_lost(
    fleet: Fleet, database: Database, tmp_path: Path
) -> None:
    keys = sorted(map(str, range(JOBS)))
    # Nobody takes them yet, and the broker forgets them.
    for _ in range(2):  # two dispatchers: what one sends the other does not
        fleet.begin(DISPATCHER)
    order(database, *keys)
    _until(lambda: int(fleet.redis("LLEN kalends.default").lstrip(":")) >= JOBS)
    assert fleet.redis("FLUSHALL") == "+OK"
    first = fleet.begin(CARRIER)
    _until(lambda: left(database) == 0)
    assert effects(database) == keys
    # A process dies in the middle of a job.
    order(database, "hangs", task="hang")
    _until((tmp_path / "hangs").exists)
    fleet.end(first)
    (tmp_path / "may end").touch()
    fleet.begin(CARRIER)
    _until(lambda: left(database, "hang") == 0)
    assert effects(database) == sorted([*keys, "hangs"])


def test_a_server_hands_what_is_due_to_workers_of_the_fleet(
    fleet: Fleet, database: Database, tmp_path: Path
) -> None:
    def due() -> int:
        """Give how many of the tasks that an installation has of its own are yet to be done today."""
        with database.read(NOBODY) as tx:
            return sum(job.run_at <= tx.now for job in ORDERED.list(tx))

    processes = [fleet.kalends("serve")]
    _until(lambda: int(fleet.redis("LLEN kalends.default").lstrip(":") or 0) >= len(DAILY))
    assert due() >= len(DAILY)  # a server does nothing itself
    processes.append(fleet.kalends("worker"))
    _until(lambda: due() == 0)
    for process in processes:
        process.send_signal(signal.SIGTERM)
    # Both finish what they are at; uvicorn then ends by the signal that it was sent.
    assert [process.wait(timeout=25) for process in processes] == [-signal.SIGTERM, 0]
    with database.read(NOBODY) as tx:
        done = {job.task: (job.failures, job.crashes) for job in ORDERED.list(tx) if job.task in DAILY}
    assert done == dict.fromkeys(DAILY, (0, 0))


def test_without_celery_it_is_said_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "celery", None)
    with pytest.raises(InvalidInput, match="extra `celery`"):
        celery_over("redis://127.0.0.1:1/0")


def _until(happened: Callable[[], bool]) -> None:
    latest = time.monotonic() + 25
    while not happened():
        assert time.monotonic() < latest, "it never happened"
        time.sleep(0.02)
