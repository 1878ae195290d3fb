"""A telephone service in memory, for tests: fates to order, and every way in which one disappoints."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, TypeVar
from unittest.mock import patch
from uuid import UUID

import pytest
from sqlalchemy.event import listen

from kalends.features.calls.drafts import CallDraft
from kalends.features.calls.models import AttemptState, Call, Content, Outcome
from kalends.features.calls.ports import Dial, Report
from kalends.features.identity.actor import Actor
from kalends.interfaces.services import Services
from kalends.jobs import claims
from kalends.jobs.worker import Worker
from kalends.kit.clock import FixedClock
from kalends.storage import Database, Unit
from workspaces import NOON, Town, town

T = TypeVar("T")

_QUEUES = ("calls", "calls.watch", "calls.batches")


class Killed(BaseException):
    """The process dies here: nobody catches this but the test."""


class Fragile(Database):
    """A database whose process dies before or after the units of a job, as `coming` says one by one."""

    coming: list[str]
    armed: bool

    def write(self, workspace_id: UUID | None, work: Callable[[Unit], T]) -> T:
        happens = self.coming.pop(0) if self.armed and self.coming else ""
        if happens == "before":
            raise Killed
        result = super().write(workspace_id, work)
        if happens == "after":
            raise Killed
        return result


@dataclass
class Line:
    """A call that the service has."""

    id: str
    dial: Dial
    begun: datetime
    state: AttemptState = AttemptState.QUEUED
    outcome: Outcome | None = None
    answered_by: str | None = None
    seconds: int | None = None

    def report(self) -> Report:
        return Report(
            provider_id=self.id,
            state=self.state,
            outcome=self.outcome,
            answered_by=self.answered_by,
            duration_seconds=self.seconds,
        )


@dataclass
class Exchange:
    """A telephone service. `troubles` come one by one, at each thing that is asked of it: an exception is
    raised before anything is done, a pair of "after" and one only afterwards; None is no trouble."""

    clock: FixedClock
    lag: timedelta = timedelta(0)  # so long it does not find a call that it has
    troubles: list[Any] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    hung_up: list[str] = field(default_factory=list)
    is_ready: bool = False
    _ids: Iterator[int] = field(default_factory=lambda: count(1))

    def get_ready(self) -> None:
        self.is_ready = True

    def place(self, dial: Dial) -> Report:
        return self._troubled(lambda: self._placed(dial))

    def find(self, dial: Dial, since: datetime, taken: Collection[str] = ()) -> Report | None:
        def find() -> Report | None:
            late = self.clock.instant - self.lag
            return next(
                (
                    line.report()
                    for line in self.lines
                    if line.dial.attempt_id == dial.attempt_id and since <= line.begun <= late
                ),
                None,
            )

        return self._troubled(find)

    def read(self, provider_id: str) -> Report:
        return self._troubled(lambda: self.line(provider_id).report())

    def hang_up(self, provider_id: str) -> None:
        def hang_up() -> None:
            line = self.line(provider_id)
            self.hung_up.append(provider_id)
            if line.state is not AttemptState.ENDED:
                line.state, line.outcome = AttemptState.ENDED, Outcome.CANCELLED

        self._troubled(hang_up)

    def line(self, provider_id: str) -> Line:
        return next(line for line in self.lines if line.id == provider_id)

    @property
    def effects(self) -> Counter[UUID]:
        """Give how often each attempt was placed."""
        return Counter(line.dial.attempt_id for line in self.lines)

    def _placed(self, dial: Dial) -> Report:
        line = Line(id=f"CA{next(self._ids)}", dial=dial, begun=self.clock.instant)
        self.lines.append(line)
        return line.report()

    def _troubled(self, work: Callable[[], T]) -> T:
        trouble = self.troubles.pop(0) if self.troubles else None
        if isinstance(trouble, tuple):
            work()
            raise trouble[1]
        if trouble is not None:
            raise trouble
        return work()


@dataclass
class Operator:
    """A worker that a test moves by hand, beside a telephone service in memory."""

    home: Town
    exchange: Exchange
    directory: Path

    @property
    def services(self) -> Services:
        return self.home.services

    @property
    def clock(self) -> FixedClock:
        return self.home.clock

    def wait(self, **step: float) -> None:
        self.clock.advance(timedelta(**step))

    def without_telephone(self) -> None:
        """Go on as a server for which no telephone service is set up."""
        self.home = town(self.services.database.url, self.directory)
        self.home.clock.instant = self.exchange.clock.instant

    def work(self, most: int = 1_000) -> int:
        """Do what is due of calls, and say how many jobs that were; a job that kills its process is given
        back."""
        done = 0
        while done < most and self._do_one():
            done += 1
        return done

    def _do_one(self) -> bool:
        worker_id = self._database.ids.new()
        taken = [
            claim
            for queue in _QUEUES
            for claim in self._database.write(
                None, partial(claims.claim, worker_id=worker_id, queue=queue, most=1)
            )
        ]
        for claim in taken:
            try:
                with self._mortal():
                    ending = self._worker().run(claim)
                    if ending:
                        self._database.write(None, partial(claims.end, endings=[ending]))
            except Killed:
                self._database.write(None, partial(claims.give_back, worker_id=worker_id))
                raise
        return bool(taken)

    def wait_for_work(self) -> None:
        """Let the time come at which something of calls is to be done."""
        due = self._database.write(None, partial(claims.next_due, queues=_QUEUES, after=self.clock.instant))
        self.clock.instant = max(self.clock.instant + timedelta(seconds=1), due or self.clock.instant)

    def says(self, line: Line, state: AttemptState, outcome: Outcome | None = None, **facts: Any) -> None:
        """Let the service tell of a call."""
        report = Report(provider_id=line.id, state=state, outcome=outcome, **facts)
        if state is AttemptState.ENDED:
            line.state, line.outcome = state, outcome
        self.services.calls.report(line.dial.workspace_id, line.dial.attempt_id, report)

    def ends(self, outcome: Outcome = Outcome.COMPLETED, **facts: Any) -> None:
        """Let the service's last call end like this."""
        self.says(self.exchange.lines[-1], AttemptState.ENDED, outcome, **facts)

    @property
    def _database(self) -> Database:
        return self.services.database

    @contextmanager
    def _mortal(self) -> Iterator[None]:
        database = self._database
        if isinstance(database, Fragile):
            database.armed = True
        try:
            yield
        finally:
            if isinstance(database, Fragile):
                database.armed = False

    def _worker(self) -> Worker:
        return Worker(self._database, self.services.jobs.tasks, monotonic=lambda: 0.0)


def staffed(url: str, directory: Path, exchange: Exchange | None = None) -> Operator:
    """Open the services over the database at `url`, with a telephone."""
    exchange = exchange or Exchange(FixedClock(NOON))
    with patch("kalends.server.telephone", lambda *_: exchange):
        home = town(url, directory)
    exchange.clock = home.clock
    return Operator(home, exchange, directory)


def fragile(template: Path, folder: Path) -> tuple[Operator, Fragile]:
    """Open the services over a copy of an embedded database that can die."""
    shutil.copy(template, folder / "kalends.sqlite")
    with patch("kalends.server.Database", Fragile):
        Fragile.coming, Fragile.armed = [], False
        operator = staffed(f"sqlite:///{folder / 'kalends.sqlite'}", folder)
    database = operator.services.database
    assert isinstance(database, Fragile)
    listen(  # the machine itself does not die
        database.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous = OFF")
    )
    database.engine.dispose()
    return operator, database


@pytest.fixture
def operator(database_url: str, tmp_path: Path) -> Iterator[Operator]:
    """All services with a telephone, over a fresh database, on each kind in turn."""
    opened = staffed(database_url, tmp_path)
    yield opened
    opened.home.database.close()


@pytest.fixture
def quick_operator(sqlite_url: str, tmp_path: Path) -> Iterator[Operator]:
    """All services with a telephone, over the embedded database alone."""
    opened = staffed(sqlite_url, tmp_path)
    yield opened
    opened.home.database.close()


def draft(start: datetime, **wanted: Any) -> CallDraft:
    """Give a call to Berlin that says something."""
    given: dict[str, Any] = {
        "phone": "+49 30 901820",
        "start": start,
        "content": Content.SCRIPT,
        "content_text": "Good morning.",
        "title": "Call the dentist",
    }
    return CallDraft(**{**given, **wanted})


def made(services: Services, actor: Actor, start: datetime, **wanted: Any) -> UUID:
    """Schedule a call and give its id."""
    id, _ = services.calls.schedule(actor, draft(start, **wanted))
    assert id is not None
    return id


def call_of(services: Services, actor: Actor, call_id: UUID) -> Call:
    """Give a call as it is stored."""
    with services.database.read(actor.workspace_id) as tx:
        return tx.get(Call, call_id)
