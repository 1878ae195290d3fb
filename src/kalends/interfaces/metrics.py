"""What Prometheus reads: what this process did, and what waits in the database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hmac import compare_digest

from fastapi import APIRouter, Request, Response
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    start_http_server,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from kalends.jobs import Watch, claims
from kalends.kit.errors import NotFound, Unauthenticated
from kalends.storage import Database

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Metrics(Watch):
    """The figures of one process, in a registry of its own."""

    def __init__(self, database: Database) -> None:
        self.registry = registry = CollectorRegistry()
        self._ordered = Counter("kalends_jobs_ordered", "Jobs stored", ["task"], registry=registry)
        self._begun = Counter("kalends_jobs_begun", "Jobs begun", ["task"], registry=registry)
        self._ended = Counter("kalends_jobs_ended", "Jobs ended", ["task", "outcome"], registry=registry)
        self._recovered = Counter(
            "kalends_jobs_recovered", "Jobs given back by workers that died", ["task"], registry=registry
        )
        self._doing = Gauge(
            "kalends_jobs_doing", "Jobs that run in this process", ["task"], registry=registry
        )
        self._late = Histogram(
            "kalends_job_lateness_seconds", "From due to begun", ["task"], registry=registry, buckets=_SECONDS
        )
        self._took = Histogram(
            "kalends_job_duration_seconds",
            "From begun to ended",
            ["task"],
            registry=registry,
            buckets=_SECONDS,
        )
        self._beats = Counter("kalends_worker_beats", "Signs of life of this process", registry=registry)
        self._requests = Counter(
            "kalends_http_requests", "Requests answered", ["method", "route", "status"], registry=registry
        )
        self._answered = Histogram(
            "kalends_http_request_duration_seconds",
            "Until the answer was sent",
            ["method", "route"],
            registry=registry,
            buckets=_SECONDS,
        )
        registry.register(_Stored(database))

    def ordered(self, task: str, count: int) -> None:
        self._ordered.labels(task).inc(count)

    def began(self, task: str, late: float | None) -> None:
        self._begun.labels(task).inc()
        self._doing.labels(task).inc()
        if late is not None:
            self._late.labels(task).observe(late)

    def ended(self, task: str, outcome: str, seconds: float) -> None:
        self._doing.labels(task).dec()
        self._ended.labels(task, outcome).inc()
        self._took.labels(task).observe(seconds)

    def recovered(self, tasks: Iterable[str]) -> None:
        for task in tasks:
            self._recovered.labels(task).inc()

    def beat(self) -> None:
        self._beats.inc()

    def answered(self, method: str, route: str | None, status: int | None, seconds: float) -> None:
        """Learn of a request: its route as a template, so that addresses make no figures of their own."""
        known = method if method in _METHODS else "other"
        self._requests.labels(known, route or "", str(status or 500)).inc()
        self._answered.labels(known, route or "").observe(seconds)

    def text(self) -> bytes:
        """Give all of it in Prometheus' text format."""
        return generate_latest(self.registry)


class _Stored(Collector):
    """What the database says at the moment it is asked: the same from each process."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def describe(self) -> Iterable[Metric]:
        """Say what there will be without asking the database, which registering would do otherwise."""
        return _families()

    def collect(self) -> Iterable[Metric]:
        jobs, due, workers = families = _families()
        with self._database.read(None) as tx:
            for (queue, state), count in claims.counts(tx).items():
                jobs.add_metric([queue, state], count)
            for queue, count in claims.due_counts(tx).items():
                due.add_metric([queue], count)
            workers.add_metric([], len(claims.beats(tx)))
        return families


def _families() -> tuple[GaugeMetricFamily, GaugeMetricFamily, GaugeMetricFamily]:
    return (
        GaugeMetricFamily("kalends_jobs", "Jobs in the database", labels=["queue", "state"]),
        GaugeMetricFamily("kalends_jobs_due", "Jobs that could begin", labels=["queue"]),
        GaugeMetricFamily("kalends_workers", "Processes that run jobs"),
    )


def metrics_routes(metrics: Metrics, token: str | None) -> APIRouter:
    """Give `/metrics`, for who sends the token; without one there is no such page."""
    router = APIRouter()

    @router.get("/metrics", include_in_schema=False)
    def read_metrics(request: Request) -> Response:
        if token is None:
            raise NotFound(
                "There is no such page: KALENDS_METRICS_TOKEN opens it.", kind="page", id="metrics"
            )
        sent = request.headers.get("Authorization", "")
        if not compare_digest(sent.encode(), f"Bearer {token}".encode()):
            raise Unauthenticated("Send `Authorization: Bearer` with the token that reads metrics.")
        return Response(metrics.text(), media_type=CONTENT_TYPE_LATEST)

    return router


@contextmanager
def told_on_loopback(metrics: Metrics, port: int) -> Iterator[None]:
    """Tell the figures to this machine on a port, beside the block. Raises `OSError` where it is taken."""
    server, thread = start_http_server(port, addr="127.0.0.1", registry=metrics.registry)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
