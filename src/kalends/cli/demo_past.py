"""Days that went by before the demo begins.

Services of their own, whose clock stands, are given what people did then. Between two such moments the clock
goes from one thing that is due to the next, and each is done by the same code as ever: reminders come, calls
ring on a telephone that only plays. So whatever a demo shows of its past has been, though in a moment.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta
from time import monotonic
from typing import Self
from uuid import UUID

import httpx
from sqlalchemy import func, select

from kalends.features.calls.office import PLACE
from kalends.features.identity.settings import IdentitySettings
from kalends.integrations.twilio.callbacks import SMS, News, message_news, read_form, report_of
from kalends.integrations.twilio.fake import FakeTwilio, Fate
from kalends.integrations.twilio.fake.fates import Fates
from kalends.jobs import JobState
from kalends.jobs.models import Job
from kalends.jobs.worker import Worker, WorkerSettings
from kalends.kit.clock import FixedClock
from kalends.server import compose
from kalends.settings import Settings

_SECOND = timedelta(seconds=1)
_LAST_CALL = timedelta(minutes=3)
"""How long before the end no call begins any more: none is to be under way when its telephone goes. Whoever
serves then makes it up, since nothing that is so late is missed."""


class Past:
    """The services, at a time that is over; `now` is when it begins."""

    def __init__(self, settings: Settings, now: datetime, *, identity: IdentitySettings | None) -> None:
        self.clock = FixedClock(now)
        self._held = ExitStack()
        web = httpx.Client(transport=httpx.MockTransport(self._called_back))
        self._fake = self._held.enter_context(FakeTwilio(clock=self.clock, web=web)).start()
        played = {
            "public_url": "http://127.0.0.1",  # which no callback leaves this process for
            "twilio_account_sid": self._fake.sid,
            "twilio_auth_token": self._fake.token,
            "twilio_from": self._fake.NUMBER,
            "twilio_base_url": self._fake.url,
        }
        self.services = compose(settings.model_copy(update=played), clock=self.clock, identity=identity)
        self._held.callback(self.services.database.close)
        self._held.callback(self.services.optimiser.close)
        self._worker = Worker(
            self.services.database,
            self.services.jobs.tasks,
            WorkerSettings(queues=()),
            monotonic=monotonic,
            name="demo",
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._held.close()

    def expect(self, fates: Mapping[str, Sequence[Fate]]) -> None:
        """Say what befalls the next calls to some numbers; all others are completed."""
        self._fake.fates = _Fates(fates)

    def pass_until(self, workspace_id: UUID, end: datetime) -> None:
        """Let everything happen in a workspace that is due until then, and leave the clock there."""
        self._work(workspace_id, end)
        self.clock.instant = end

    def end(self, workspace_id: UUID, end: datetime) -> None:
        """Let the last of it pass, up to the present; calls that are under way come to their end."""
        self._work(workspace_id, end - _LAST_CALL)
        self._work(workspace_id, end, without=PLACE)
        self.clock.instant = end

    def _work(self, workspace_id: UUID, end: datetime, *, without: str = "") -> None:
        while (due := self._next(workspace_id, without)) is not None and due <= end:
            self.clock.instant = max(self.clock.instant, due)
            self._fake.play()
            jobs = self._due(workspace_id, without)
            done = [self._worker.do(workspace_id, job_id, queue) for job_id, queue in jobs]
            self._worker.turn()
            if jobs and not any(done):  # a limit keeps them
                self.clock.advance(_SECOND)

    def _next(self, workspace_id: UUID, without: str) -> datetime | None:
        waiting = select(func.min(Job.run_at)).where(Job.state == JobState.WAITING, Job.task != without)
        with self.services.database.read(workspace_id) as tx:
            times = [tx.execute(waiting).scalar_one(), self._fake.next_at]
        return min((time for time in times if time is not None), default=None)

    def _due(self, workspace_id: UUID, without: str) -> Sequence[tuple[UUID, str]]:
        due = Job.state == JobState.WAITING, Job.run_at <= self.clock.instant, Job.task != without
        with self.services.database.read(workspace_id) as tx:
            found = tx.execute(select(Job.id, Job.queue).where(*due).order_by(Job.run_at, Job.id))
            return [(job_id, queue) for job_id, queue in found]

    def _called_back(self, request: httpx.Request) -> httpx.Response:
        """Hear what the telephone tells."""
        workspace_id, key, news = request.url.path.split("/")[-3:]
        form = read_form(request.content)
        if news == SMS:
            told = message_news(form)
            if told.status == "delivered":
                self.services.notifications.arrived(UUID(workspace_id), UUID(key), told.provider_id)
        elif news != News.RECORDING:  # which goes with this telephone
            self.services.calls.report(UUID(workspace_id), UUID(key), report_of(form, News(news)))
        return httpx.Response(200)


class _Fates(Fates):
    """Fates that come one after the other for each number."""

    def __init__(self, told: Mapping[str, Sequence[Fate]]) -> None:
        super().__init__()
        self._told = {number: deque(fates) for number, fates in told.items()}

    def of(self, number: str) -> Fate:
        waiting = self._told.get(number)
        return waiting.popleft() if waiting else super().of(number)
