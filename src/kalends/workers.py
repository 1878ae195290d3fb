"""Who does what is due: threads beside a server, processes of their own, or a Celery fleet."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from threading import Event
from typing import TYPE_CHECKING

from kalends.daily import order_daily
from kalends.interfaces.services import Services
from kalends.kit.errors import Clash
from kalends.settings import Settings

if TYPE_CHECKING:
    from kalends.jobs.worker import Worker

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
    _order(services, settings)
    with _member(services, settings) as worker:
        services.jobs.on_order.append(worker.wake)
        yield


@contextmanager
def dispatching(services: Services, settings: Settings) -> Iterator[None]:
    """Hand what is due to a Celery fleet, in a thread beside the block. Raises `NotShared`."""
    from kalends.integrations.celery_fleet import Dispatcher, fleet

    _must_be_shared(settings)
    _order(services, settings)
    dispatcher = Dispatcher(services.database, fleet(settings.celery_broker_url))
    services.jobs.on_order.append(dispatcher.wake)
    dispatcher.start()
    try:
        yield
    finally:
        dispatcher.stop()


def work(services: Services, settings: Settings, *, ready: Callable[[], None]) -> None:
    """Do what is due until a signal (TERM, INT), beside the servers and other workers of one PostgreSQL.

    With `jobs` set to "celery", what is due is what the fleet's broker brings. Raises `NotShared` for the
    embedded database, whose server does its work, and `PortTaken`.
    """
    # Takes a while to import: the other commands of the command line load this module too.
    from kalends.interfaces.metrics import Metrics, told_on_loopback
    from kalends.logs import configure_logging

    _must_be_shared(settings)
    configure_logging(settings.log_format)
    services.jobs.watch = metrics = Metrics(services.database)
    with ExitStack() as held:
        if (port := settings.metrics_port) is not None:
            try:
                held.enter_context(told_on_loopback(metrics, port))
            except OSError as error:
                raise PortTaken(f"Cannot tell metrics on port {port}: {error.strerror}.", port=port) from None
        if settings.jobs == "celery":
            _carry(services, settings, ready)
            return
        told = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: told.set())
        held.enter_context(working(services, settings))
        ready()
        told.wait()


def _carry(services: Services, settings: Settings, ready: Callable[[], None]) -> None:
    from kalends.integrations.celery_fleet import carry, fleet

    app = fleet(settings.celery_broker_url)
    queues = services.jobs.tasks.queues
    _order(services, settings)
    with _member(services, settings, queues=()) as worker:
        carry(
            app,
            worker.do,
            queues=list(queues),
            width=sum(queue.width or settings.max_instances for queue in queues.values()),
            name=_process_name(),
            ready=ready,
        )


@contextmanager
def _member(
    services: Services, settings: Settings, *, queues: Collection[str] | None = None
) -> Iterator[Worker]:
    """Be one of those who do what is due in some queues, by default all, for as long as the block lasts."""
    from kalends.jobs.worker import Worker, WorkerSettings

    services.calls.get_ready()
    worker = Worker(
        services.database,
        services.jobs.tasks,
        WorkerSettings(
            queues=queues,
            width=settings.max_instances,
            grace=timedelta(seconds=settings.misfire_grace_seconds),
            alone=settings.embedded,
        ),
        monotonic=time.monotonic,
        name=_process_name(),
        watch=services.jobs.watch,
    )
    worker.start()
    try:
        yield worker
    finally:
        worker.stop(timedelta(seconds=SECONDS_TO_FINISH))


def _order(services: Services, settings: Settings) -> None:
    """Order what an installation has done by itself."""
    order_daily(services, settings)
    services.notifications.plan_for_zones()


def _must_be_shared(settings: Settings) -> None:
    if settings.embedded:
        raise NotShared(
            "The embedded database has one process, and `kalends serve` does its work: workers beside it "
            "need PostgreSQL (KALENDS_DATABASE_URL)."
        )


def _process_name() -> str:
    """Give what this process goes by in lists: its machine and its number."""
    return f"{socket.gethostname()}:{os.getpid()}"
