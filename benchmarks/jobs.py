"""Durable work beside APScheduler 3, procrastinate 3 and DBOS 3: stored, done, on time, and at rest.

    python benchmarks/jobs.py [--json]

Each contestant is a program of its own (`job_peers/`), the peers in `.venv-peers` (`scripts/peers`); they
take turns, and the median of several rounds counts. All store as durably: SQLite with synchronous FULL,
PostgreSQL as initdb leaves it. Done is what was due when the first worker started, from the first job to the
last, for ours until that is stored too.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import sqlite3
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import psycopg

HERE = Path(__file__).parent
ROOT = HERE.parent
sys.path.append(str(ROOT / "tests"))

from postgresql_cluster import SAFE, Cluster  # noqa: E402 - it is the tests'

PEERS = ROOT / ".venv-peers" / "bin" / "python"
RECORD = struct.Struct("<qdd")
OURS, APSCHEDULER, PROCRASTINATE, DBOS = "kalends", "apscheduler", "procrastinate", "dbos"
ON = {"SQLite": (OURS, APSCHEDULER, DBOS), "PostgreSQL": (OURS, APSCHEDULER, PROCRASTINATE, DBOS)}
TARGET = {"SQLite": 5, "PostgreSQL": 3}
SINGLES, BATCHED, FIRED, ROUNDS = 500, 5_000, 3_000, 3
PENDING, EACH_SECOND, WATCHED, BEFORE = 100_000, 200, 15, 25  # jobs, jobs, seconds, seconds to prepare
IDLE = 20  # seconds
PATIENCE = 120  # seconds
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None


class Failed(Exception):
    """A contestant did not do what it was asked for."""


@dataclass(frozen=True)
class Place:
    """A fresh database of one kind for one contestant."""

    kind: str
    url: str
    name: str

    def run(self, *arguments: object, quick: bool = False) -> str:
        """Run the contestant's program to its end; `quick` stores without waiting for the disk."""
        url = self.url + ("?options=-csynchronous_commit=off" if quick and self.kind == "PostgreSQL" else "")
        command = self._command(arguments[0], url, *arguments[1:])
        return subprocess.run(
            command, stdout=subprocess.PIPE, stderr=sys.stderr, text=True, check=True
        ).stdout

    def begin(self, file: Path, count: int = 1) -> list[subprocess.Popen[str]]:
        """Load so many workers, and have them begin at once."""
        command = self._command("work", self.url, file)
        workers = [
            subprocess.Popen(command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            for _ in range(count)
        ]
        for worker in workers:
            assert worker.stdout is not None
            if worker.stdout.readline() != "ready\n":
                raise Failed(f"{self.name} did not start")
        for worker in workers:
            assert worker.stdin is not None
            worker.stdin.write("go\n")
            worker.stdin.flush()
        return workers

    def _command(self, command: object, url: str, *rest: object) -> list[str]:
        python = sys.executable if self.name == OURS else str(PEERS)
        return [python, str(HERE / "job_peers" / f"{self.name}_jobs.py"), *map(str, (command, url, *rest))]

    def ask(self, statement: str) -> int:
        """Give the one number that a statement asks the database for."""
        if self.kind == "SQLite":
            connection: Any = sqlite3.connect(self.url.removeprefix("sqlite:///"), timeout=30)
        else:
            connection = psycopg.connect(self.url)
        try:
            return int(connection.execute(statement).fetchone()[0])
        finally:
            connection.close()


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="print the measurements for benchmarks/run.py")
    as_json = parser.parse_args().json
    subprocess.run([ROOT / "scripts" / "peers"], check=True)
    cluster = Cluster(SAFE, in_memory=False)
    try:
        with tempfile.TemporaryDirectory() as folder:
            parts = [part(kind, cluster, folder) for kind in ON for part in (speed, lateness)]
            for each in chain(*parts, at_rest(cluster, folder)):
                print(json.dumps(each) if as_json else each, flush=True)
    finally:
        cluster.stop()
    return 0


def fresh(kind: str, cluster: Cluster, folder: str, name: str) -> Place:
    """Make a database with what the contestant needs in it."""
    _serial[0] += 1
    database = f"{name}_{_serial[0]}"
    if kind == "SQLite":
        place = Place(kind, f"sqlite:///{folder}/{database}.sqlite", name)
    else:
        with psycopg.connect(cluster.url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {database}")
        place = Place(kind, cluster.url.rpartition("/")[0] + f"/{database}", name)
    place.run("prepare")
    return place


_serial = [0]


def speed(kind: str, cluster: Cluster, folder: str) -> Iterator[dict[str, Any]]:
    """Measure how many jobs are stored, and how many are done, in a second."""
    measures = ("singles", "batches", "one worker", "two workers")
    found: dict[str, dict[str, list[float]]] = {
        measure: {name: [] for name in ON[kind]} for measure in measures
    }
    for _ in range(ROUNDS):
        for name in ON[kind]:
            for how, count in (("singles", SINGLES), ("batches", BATCHED)):
                place = fresh(kind, cluster, folder, name)
                seconds = float(place.run("enqueue", count, how, time.time() + 10**6, 0, 0))
                found[how][name].append(count / seconds)
            for measure, workers in (("one worker", 1), ("two workers", 2)):
                if workers == 1 or (kind == "PostgreSQL" and name != APSCHEDULER):
                    place = fresh(kind, cluster, folder, name)
                    try:
                        found[measure][name].append(FIRED / fired(place, Path(folder), workers))
                    except Failed as failure:
                        if name == OURS:
                            raise
                        print(f"{kind}, {measure}: {failure}", file=sys.stderr)
    titles = {
        "singles": "jobs stored, each in its transaction",
        "batches": "jobs stored, 500 in a transaction",
        "one worker": "due jobs done by a worker",
        "two workers": "due jobs done by two workers",
    }
    for measure, of in found.items():
        median = {name: statistics.median(values) for name, values in of.items() if values}
        for peer in (name for name in median if name != OURS):
            target = TARGET[kind] if peer == APSCHEDULER else None
            yield measurement(
                f"{kind}: {titles[measure]}; {peer}", median[OURS], median[peer], "jobs/s", target
            )


def fired(place: Place, folder: Path, workers: int) -> float:
    """Give the seconds from the first to the last of the jobs that were due when the workers started."""
    place.run("enqueue", FIRED, "batches", time.time() - 1, 0, 0)
    file = folder / f"{place.name}.{_serial[0]}.records"
    running = place.begin(file, workers)
    try:
        latest = time.monotonic() + PATIENCE
        while not file.exists() or file.stat().st_size < FIRED * RECORD.size:
            if time.monotonic() > latest:
                raise Failed(f"{place.name} is too slow")
            time.sleep(0.005)
        records = read(file)
        end = max(done for _, _, done in records)
        if place.name == OURS:
            while place.ask("SELECT count(*) FROM job") > 1:  # the one that is due in decades
                time.sleep(0.005)
            end = time.time()
        if sorted(number for number, _, _ in records) != [*range(FIRED)]:
            raise Failed(f"{place.name} lost or doubled jobs")
        return end - min(done for _, _, done in records)
    finally:
        for worker in running:
            stop(worker)


def lateness(kind: str, cluster: Cluster, folder: str) -> Iterator[dict[str, Any]]:
    """Measure how late jobs are done while many wait for their time."""
    told = {}
    for name in (OURS, APSCHEDULER):
        far = PENDING - EACH_SECOND * WATCHED
        with tempfile.TemporaryDirectory(dir=MEMORY) as memory:  # what waits is stored without the disk
            place = fresh(kind, cluster, memory, name)
            place.run("enqueue", far, "batches", time.time() + 10**6, 1, 0, quick=True)
            if kind == "SQLite":
                made = place.url.removeprefix("sqlite:///")
                place = Place(kind, f"sqlite:///{shutil.copy(made, folder)}", name)
        rest = EACH_SECOND * (WATCHED + 2)
        first = time.time() + BEFORE
        place.run("enqueue", rest, "batches", first, 1 / EACH_SECOND, far + 1, quick=True)
        file = Path(folder) / f"{name}.{kind}.late"
        (worker,) = place.begin(file)
        time.sleep(max(0.0, first + WATCHED + 5 - time.time()))
        stop(worker)
        late = sorted(done - due for _, due, done in read(file) if due > first + 2)
        told[name] = {"p50": late[len(late) // 2], "p99": late[len(late) * 99 // 100], "max": late[-1]}
    for which, ours in told[OURS].items():
        yield measurement(
            f"{kind}: lateness, {PENDING:,} pending, {EACH_SECOND} due a second, {which}; {APSCHEDULER}",
            ours * 1000,
            told[APSCHEDULER][which] * 1000,
            "ms",
            None,
        )


def at_rest(cluster: Cluster, folder: str) -> Iterator[dict[str, Any]]:
    """Measure what a worker costs that has nothing to do."""
    asked = "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()"
    found: dict[str, tuple[float, float, float]] = {}
    for name in ON["PostgreSQL"]:
        place = fresh("PostgreSQL", cluster, folder, name)
        (worker,) = place.begin(Path(folder) / "nothing")
        time.sleep(3)
        before, spent = place.ask(asked), cpu(worker.pid)
        time.sleep(IDLE)
        transactions, spent = place.ask(asked) - before, cpu(worker.pid) - spent
        found[name] = (spent * 60 / IDLE, transactions * 60 / IDLE, memory(worker.pid))
        stop(worker)
    rows = (("CPU", "s/min"), ("transactions", "1/min"), ("memory", "MB"))
    for index, (what, unit) in enumerate(rows):
        for peer in (name for name in found if name != OURS):
            ours, theirs = found[OURS][index], found[peer][index]
            yield measurement(f"PostgreSQL: a worker at rest, {what}; {peer}", ours, theirs, unit, None)


def stop(worker: subprocess.Popen[str]) -> None:
    """Tell a worker to end, and see to it."""
    assert worker.stdin is not None
    worker.stdin.close()
    try:
        worker.wait(20)
    except subprocess.TimeoutExpired:
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    assert worker.stdout is not None
    worker.stdout.close()


def read(file: Path) -> list[tuple[int, float, float]]:
    return [*RECORD.iter_unpack(file.read_bytes())]


def cpu(process: int) -> float:
    """Give the seconds that a process has computed."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory(process: int) -> float:
    """Give what a process holds in memory, in megabytes."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1000


def measurement(
    name: str, ours: float, peer: float | None, unit: str, target: float | None
) -> dict[str, Any]:
    ratio = ours / peer if peer else None
    return {
        "name": name,
        "ours": ours,
        "peer": peer,
        "unit": unit,
        "ratio": ratio,
        "target": target,
        "met": None if target is None or ratio is None else ratio >= target,
    }


if __name__ == "__main__":
    sys.exit(main())
