"""Carriers for tests: services that remember what they brought, and fail to order."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from identities import CHEAP
from kalends.features.identity.actor import Actor
from kalends.features.identity.models import Account
from kalends.features.reminders.models import Delivery, Notification
from kalends.features.reminders.ports import Message
from kalends.features.reminders.telling import DELIVER
from kalends.features.reminders.wording import put_in_words
from kalends.jobs import JobState, claims
from kalends.jobs.models import Job
from kalends.jobs.worker import Worker
from kalends.kit.clock import FixedClock
from kalends.server import compose
from kalends.settings import Settings
from workspaces import KEY, NOON, Town


@dataclass
class Postman:
    """A service that brings each message, or first raises what a test wants it to.

    What it brought is known by key: that is all that a receiver can tell repetitions by.
    """

    brought: list[Message] = field(default_factory=list)
    trouble: deque[Exception | None] = field(default_factory=deque)
    answers: bool = True  # whether it says what became of a message that it was given before
    asked: int = 0

    def send(self, message: Message) -> str | None:
        error = self.trouble.popleft() if self.trouble else None
        if error is not None:
            raise error
        self.brought.append(message)
        return f"id-{message.key}"

    def find(self, message: Message, since: datetime) -> str | None:
        self.asked += 1
        known = any(each.key == message.key for each in self.brought)
        return f"id-{message.key}" if known and self.answers else None

    @property
    def subjects(self) -> list[str]:
        return [message.subject for message in self.brought]

    @property
    def effects(self) -> Counter[str]:
        """Count what the receiver makes of it: repetitions of a key are one, where nobody can be asked."""
        keys = [message.key for message in self.brought]
        return Counter(keys if self.answers else set(keys))


@dataclass
class Office(Town):
    """A household that is told things by services of ours, and a worker that a test moves by hand."""

    post: dict[str, Postman]

    def __post_init__(self) -> None:
        self.worker = Worker(self.database, self.services.jobs.tasks, monotonic=monotonic)
        self.taken: list[UUID] = []  # names of workers, one for each look at a queue

    def work(self) -> None:
        """Do everything that is due, and what that orders for now."""
        while self.work_once():
            pass

    def work_once(self) -> int:
        """Take what is due, and do it."""
        taken = []
        for queue in ("default", *self.post):
            name = self.database.ids.new()
            self.taken.append(name)
            taken += self.database.write(None, lambda tx: claims.claim(tx, name, queue, 100))  # noqa: B023
        endings = [ending for claim in taken if (ending := self.worker.run(claim))]
        self.database.write(None, lambda tx: claims.end(tx, endings))
        dead = [ending.error for ending in endings if ending.dead and not ending.claim.task.count(DELIVER)]
        assert not dead
        return len(taken)

    def until(self, moment: datetime) -> None:
        """Let time pass, doing each thing at its time."""
        self.work()
        while (due := self.next_due()) is not None and due <= moment:
            self.clock.instant = max(due, self.clock.instant)
            self.work()
        self.clock.instant = moment
        self.work()

    def next_due(self) -> datetime | None:
        """Give when the next job is due."""
        with self.database.read(None) as tx:
            waits = Job.state == JobState.WAITING
            times = select(Job.run_at).where(waits).order_by(Job.run_at).limit(1)
            return tx.execute(times, across_workspaces="a test looks at all").scalars().first()

    def wait(self, **time: float) -> None:
        self.until(self.clock.instant + timedelta(**time))

    def mail_of(self, actor: Actor, address: str) -> None:
        """Give a member's account a mail address."""

        def work(tx: Any) -> None:
            tx.session.get(Account, actor.account_id).email = address

        self.write(actor, work)

    def told(self, actor: Actor) -> list[str]:
        """Give what a member was told, in their words, in order."""

        def read(tx: Any) -> list[str]:
            mine = select(Notification).where(Notification.member_id == actor.member_id)
            found = tx.execute(mine.order_by(Notification.at, Notification.id)).scalars().all()
            return [each.title for each in put_in_words(tx, actor, found)]

        return self.read(actor, read)

    def times(self, actor: Actor) -> list[str]:
        """Give when a member was to be told of what they were, on their clock in Berlin."""

        def read(tx: Any) -> list[datetime]:
            mine = select(Notification.at).where(Notification.member_id == actor.member_id)
            return list(tx.execute(mine.order_by(Notification.at)).scalars())

        from workspaces import BERLIN

        return [f"{each.astimezone(BERLIN):%m-%d %H:%M}" for each in self.read(actor, read)]

    def deliveries(self, actor: Actor) -> Sequence[Delivery]:
        mine = select(Delivery).where(Delivery.member_id == actor.member_id).order_by(Delivery.id)
        return self.read(actor, lambda tx: tx.execute(mine).scalars().all())

    def settle(self, actor: Actor, **changes: Any) -> None:
        """Change how a member is told."""
        settings = self.services.notifications.settings
        self.write(actor, lambda tx: settings.change(tx, actor, actor.member_id, changes))

    def prefer(self, actor: Actor, **changes: Any) -> None:
        members = self.services.identity.members
        self.write(actor, lambda tx: members.prefer(tx, actor, actor.member_id, changes))

    def remind(self, actor: Actor, **wanted: Any) -> UUID:
        """Make a reminder of a member's own."""
        reminders = self.services.notifications.reminders
        return self.write(actor, lambda tx: reminders.add(tx, actor, **wanted)).id


def open_office(url: str, directory: Path, *channels: str) -> Office:
    """Open the services over a database, with a postman for each channel."""
    post = {channel: Postman() for channel in channels or ("email", "sms", "webhook", "push")}
    clock = FixedClock(NOON)
    settings = Settings(data_dir=directory, database_url=url, key=KEY, public_url="https://kalends.example")
    services = compose(settings, clock=clock, identity=CHEAP, carried=post)
    return Office(services, clock, post)


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Office]:
    """A household that is told things, on each kind of database in turn."""
    opened = open_office(database_url, tmp_path)
    yield opened
    opened.database.close()


@pytest.fixture
def quick_office(sqlite_url: str, tmp_path: Path) -> Iterator[Office]:
    """The same over the embedded database alone, for what the kind of database cannot change."""
    opened = open_office(sqlite_url, tmp_path)
    yield opened
    opened.database.close()
