"""What Prometheus reads: figures of this process and of the database, for who holds the token."""

from __future__ import annotations

import socket
import warnings
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.request import urlopen
from uuid import uuid4

import pytest
from prometheus_client.parser import text_string_to_metric_families

from architecture.test_docs_tables import quoted, rows_of
from kalends.interfaces.metrics import Metrics, metrics_routes, told_on_loopback
from kalends.interfaces.rest.app import create_app
from kalends.jobs import Order, Permanent, Run, Task, claims
from kalends.jobs.worker import Worker
from rest_client import ROOMY
from workspaces import Town, town

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it wants a package that is not out yet for long
    from starlette.testclient import TestClient

TOKEN = "let me read"


@pytest.fixture
def home(sqlite_url: str, tmp_path: Path) -> Iterator[Town]:
    home = town(sqlite_url, tmp_path)
    yield home
    home.database.close()


@pytest.fixture
def metrics(home: Town) -> Metrics:
    home.services.jobs.watch = metrics = Metrics(home.database)
    return metrics


def figures(metrics: Metrics) -> dict[tuple[str, ...], float]:
    """Give each figure but the buckets, by its name and the values of its labels in their order."""
    families = text_string_to_metric_families(metrics.text().decode())
    return {
        (sample.name.removeprefix("kalends_"), *(sample.labels[name] for name in sorted(sample.labels))): (
            sample.value
        )
        for family in families
        for sample in family.samples
        if not sample.name.endswith(("_bucket", "_created"))
    }


def client(home: Town, metrics: Metrics, token: str | None = TOKEN) -> Any:
    app = create_app(home.services, ROOMY, beside=[metrics_routes(metrics, token)], answered=metrics.answered)
    return TestClient(app)


def refuse(run: Run) -> None:
    raise Permanent("no such number")


def test_jobs_are_counted_from_order_to_end(home: Town, metrics: Metrics) -> None:
    jobs, database = home.services.jobs, home.database
    jobs.tasks.add(Task(name="note", handler=lambda run: None))
    jobs.tasks.add(Task(name="call", handler=refuse))
    now = home.clock.now()
    orders = [
        Order(task="note", key="a", run_at=now),
        Order(task="call", key="a", run_at=now),
        Order(task="call", key="later", run_at=now + timedelta(hours=1)),
    ]
    database.write(uuid4(), lambda tx: jobs.enqueue(tx, orders))
    assert figures(metrics)["jobs_due", "default"] == 2
    home.clock.advance(timedelta(seconds=3))
    worker = Worker(database, jobs.tasks, monotonic=lambda: 0.0, watch=metrics)
    taken = database.write(None, lambda tx: claims.claim(tx, uuid4(), "default", 9))
    endings = [ending for claim in taken if (ending := worker.run(claim))]
    database.write(None, lambda tx: claims.end(tx, endings))
    database.write(None, worker.show)
    found = figures(metrics)
    expected = {
        ("jobs_ordered_total", "call"): 2,
        ("jobs_begun_total", "call"): 1,
        ("jobs_ended_total", "done", "note"): 1,
        ("jobs_ended_total", "dead", "call"): 1,
        ("jobs_doing", "call"): 0,
        ("job_lateness_seconds_sum", "note"): 3,
        ("job_duration_seconds_count", "note"): 1,
        ("jobs", "default", "dead"): 1,
        ("jobs", "default", "waiting"): 1,
        ("workers",): 1,
        ("worker_beats_total",): 1,
    }
    assert {name: found.get(name) for name in expected} == expected
    assert ("jobs_due", "default") not in found


def test_what_a_dead_worker_held_is_counted(home: Town, metrics: Metrics) -> None:
    seconds = [0.0]
    jobs, database, dead = home.services.jobs, home.database, uuid4()
    jobs.tasks.add(Task(name="note", handler=lambda run: None))
    order = Order(task="note", key="a", run_at=home.clock.now())
    database.write(uuid4(), lambda tx: jobs.enqueue(tx, [order]))
    database.write(None, lambda tx: claims.register(tx, dead, "dead"))
    database.write(None, lambda tx: claims.claim(tx, dead, "default", 9))
    worker = Worker(database, jobs.tasks, monotonic=lambda: seconds[0], watch=metrics)
    database.write(None, worker.show)
    seconds[0] = 16
    database.write(None, worker.show)
    assert figures(metrics)["jobs_recovered_total", "note"] == 1


def test_requests_are_counted_by_route_and_not_by_address(home: Town, metrics: Metrics) -> None:
    anyone = client(home, metrics)
    for id in (uuid4(), uuid4()):
        anyone.get(f"/api/v1/events/{id}")
    anyone.request("BREW", "/nowhere")
    found = figures(metrics)
    assert found["http_requests_total", "GET", "/events/{event_id}", "401"] == 2
    assert found["http_request_duration_seconds_count", "GET", "/events/{event_id}"] == 2
    assert found["http_requests_total", "other", "", "404"] == 1


@pytest.mark.parametrize(
    "token, sent, status",
    [
        (TOKEN, f"Bearer {TOKEN}", 200),
        (TOKEN, f"Bearer {TOKEN}!", 401),
        (TOKEN, None, 401),
        (TOKEN, "Bearer ü", 401),
        (None, f"Bearer {TOKEN}", 404),
        (None, "Bearer None", 404),
    ],
)
def test_only_who_sends_the_token_reads_them(
    home: Town, metrics: Metrics, token: str | None, sent: str | None, status: int
) -> None:
    headers = {} if sent is None else {"Authorization": sent.encode()}
    answer = client(home, metrics, token).get("/metrics", headers=headers)
    assert answer.status_code == status
    assert ("kalends_jobs_ordered" in answer.text) == (status == 200)


def test_a_worker_tells_its_own_to_its_machine(metrics: Metrics) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with told_on_loopback(metrics, port), urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        assert b"kalends_workers 0.0" in answer.read()


def test_the_documentation_says_what_each_means(metrics: Metrics) -> None:
    told = {quoted(row[0]) for row in rows_of("operations.md", "metric")}
    assert told == {family.name for family in metrics.registry.collect()}
