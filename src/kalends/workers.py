"""Who does what is due: threads beside a server, or processes of their own."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from threading import Event

from kalends.daily import order_daily
from kalends.interfaces.services import Services
from kalends.kit.errors import Clash
from kalends.settings import Settings

SECONDS_TO_FINISH = 10
"""For what runs when a process is told to stop."""


class NotShared(Clash):
    """The embedded database cannot have several processes."""

    code = "not_shared"


class PortTaken(Clash):
    """A worker cannot tell its metrics on the port that it was given; `port` is among the fields."""

    code = "address_taken"


@contextmanager
def working(services: Services, settings: Settings) -> Iterator[None]:
    """Do what is due, in threads beside the block; what runs when it ends may finish."""
    from kalends.jobs.worker import Worker, WorkerSettings

    order_daily(services, settings)
    services.notifications.plan_for_zones()
    services.notifications.plan_for_zones()
    worker = Worker(
        services.database,
        services.jobs.tasks,
        WorkerSettings(
            width=settings.max_instances,
            grace=timedelta(seconds=settings.misfire_grace_seconds),
            alone=settings.embedded,
        ),
        monotonic=time.monotonic,
        name=process_name(),
        watch=services.jobs.watch,
    )
    services.jobs.on_order.append(worker.wake)
    worker.start()
    try:
        yield
    finally:
        worker.stop(timedelta(seconds=SECONDS_TO_FINISH))


def work(services: Services, settings: Settings, *, ready: Callable[[], None]) -> None:
    """Do what is due until a signal (TERM, INT), beside the servers and other workers of one PostgreSQL.

    Raises `NotShared` for the embedded database, whose server does its work, and `PortTaken`.
    """
    # Takes a while to import: the other commands of the command line load this module too.
    from kalends.interfaces.metrics import Metrics, told_on_loopback
    from kalends.logs import configure_logging

    if settings.embedded:
        raise NotShared(
            "The embedded database has one process, and `kalends serve` does its work: workers beside it "
            "need PostgreSQL (KALENDS_DATABASE_URL)."
        )
    configure_logging(settings.log_format)
    told = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    services.jobs.watch = metrics = Metrics(services.database)
    with ExitStack() as held:
        if (port := settings.metrics_port) is not None:
            try:
                held.enter_context(told_on_loopback(metrics, port))
            except OSError as error:
                raise PortTaken(f"Cannot tell metrics on port {port}: {error.strerror}.", port=port) from None
        held.enter_context(working(services, settings))
        ready()
        told.wait()


def process_name() -> str:
    """Give what this process goes by in lists: its machine and its number."""
    return f"{socket.gethostname()}:{os.getpid()}"
