"""Jobs and workers from the command line."""

from __future__ import annotations

import os
import signal
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from command_line import PROGRAM, CommandLine
from kalends.features.identity.workspaces import workspace_ids
from kalends.jobs import Jobs, Order, Permanent, Run, Task, Tasks
from kalends.jobs.claims import claim, end
from kalends.jobs.worker import Worker
from kalends.storage import Database
from workspaces import KEY


def refuse(_: Run) -> None:
    raise Permanent("no such number")


def failed(cli: CommandLine) -> None:
    """Leave a job that has failed for good in Ana's workspace."""
    database = Database(f"sqlite:///{cli.data / 'kalends.sqlite'}")
    (home,) = workspace_ids(database)
    tasks = Tasks(Task(name="call", handler=refuse))
    order = Order(task="call", key="dentist", run_at=datetime(2026, 3, 2, tzinfo=UTC))
    database.write(home, lambda tx: Jobs(tasks).enqueue(tx, [order]))
    worker = Worker(database, tasks, monotonic=lambda: 0.0)
    (taken,) = database.write(None, lambda tx: claim(tx, UUID(int=1), "default", 9))
    ending = worker.run(taken)
    assert ending is not None
    database.write(None, lambda tx: end(tx, [ending]))
    database.close()


def test_what_has_failed_is_listed_and_tried_again(cli: CommandLine) -> None:
    assert "Nothing is to be done." in cli("jobs", "list").out
    failed(cli)
    (job,) = cli.json("jobs", "list", "--dead")
    assert (job["task"], job["key"], job["state"], job["error"]) == (
        "call",
        "dentist",
        "dead",
        "no such number",
    )
    assert "is tried again" in cli("jobs", "retry", "dentist").out
    assert cli.json("jobs", "list", "--dead") == []
    assert [job["state"] for job in cli.json("jobs", "list")] == ["waiting"]
    assert cli("jobs", "retry", "dentist", "--json").problem["code"] == "not_dead"
    assert cli("jobs", "cancel", "dentist", "--json").problem["code"] == "not_dead"


def test_what_has_failed_is_called_off(cli: CommandLine) -> None:
    failed(cli)
    assert "is called off" in cli("jobs", "cancel", "dentist").out
    assert cli("jobs", "cancel", "dentist", "--json").problem["code"] == "not_found"


def test_the_embedded_database_has_no_workers_beside_its_server(cli: CommandLine) -> None:
    assert cli("worker", "--json").problem["code"] == "not_shared"


def test_a_worker_does_what_is_due_until_it_is_told_to_end(postgresql_url: str, tmp_path: Path) -> None:
    names = ("KALENDS_DATABASE_URL", "KALENDS_KEY", "KALENDS_DATA_DIR")
    environment = {**os.environ, **dict(zip(names, (postgresql_url, KEY, str(tmp_path)), strict=True))}
    process = subprocess.Popen([PROGRAM, "worker"], env=environment, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        assert "does what is due" in process.stderr.readline()
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.stderr.close()
    database = Database(postgresql_url)
    with database.read(UUID(int=0)) as tx:
        daily = Jobs(Tasks()).list(tx)
    database.close()
    assert {job.task for job in daily} == {"upkeep.tidy", "upkeep.sign_ins", "upkeep.fill", "upkeep.horizon"}
