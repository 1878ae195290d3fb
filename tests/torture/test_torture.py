"""Processes are killed, cut off and set back while they work: everything is done, and nothing twice.

SEED=7 ROUNDS=20 make torture
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from kalends.features.calls.drafts import CallDraft
from kalends.features.calls.models import Content
from kalends.features.changes import Operation
from kalends.features.identity.models import Account
from kalends.features.scheduling import plans
from kalends.interfaces.services import Services
from kalends.jobs import JobState, Order
from kalends.jobs.models import Job
from kalends.kit.clock import FixedClock
from kalends.server import compose
from kalends.settings import Settings
from kalends.storage import Unit, migrate
from postgresql_cluster import SAFE, Cluster
from torture.fleet import Fleet, fleet
from torture.receivers import Receivers, receivers
from torture.worker import ledger
from workspaces import KEY, NOON, Town

LONG = "ROUNDS" in os.environ  # set by `make torture`
SEED = int(os.environ.get("SEED", 43))
SEEDS = range(SEED, SEED + int(os.environ.get("ROUNDS", 1)))
SETTLED = 200.0  # seconds after which what is not done is lost


@dataclass(frozen=True)
class Size:
    """How much there is to do, over how many seconds, and what happens meanwhile."""

    seconds: float
    reminders: int  # each by webhook and by mail
    calls: int
    acts: int
    kills: int
    settings_of_clock: int
    troubles: int


SIZE = (
    Size(seconds=10, reminders=200, calls=200, acts=400, kills=12, settings_of_clock=5, troubles=20)
    if LONG
    else Size(seconds=3, reminders=25, calls=15, acts=100, kills=4, settings_of_clock=2, troubles=3)
)


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL that may be restarted, and forgets nothing when it is."""
    made = Cluster(SAFE)
    yield made
    made.stop()


@pytest.mark.law(43)
@pytest.mark.timeout(3600 if LONG else 300)
@pytest.mark.parametrize("seed", SEEDS)
def test_on_the_embedded_database(seed: int, sqlite_url: str, tmp_path: Path) -> None:
    torture(sqlite_url, tmp_path, seed, processes=1, blows=lambda crew: [])


@pytest.mark.law(43)
@pytest.mark.timeout(3600 if LONG else 300)
@pytest.mark.parametrize("seed", SEEDS)
def test_on_postgresql(seed: int, cluster: Cluster, tmp_path: Path) -> None:
    def blows(crew: Fleet) -> list[Callable[[], None]]:
        restarts = [lambda: cluster.restart(signal.SIGINT), lambda: cluster.restart(signal.SIGQUIT)]
        return [crew.cut_off, *restarts]

    migrate(cluster.url)
    torture(cluster.url, tmp_path, seed, processes=3, blows=blows)


def torture(
    url: str,
    folder: Path,
    seed: int,
    *,
    processes: int,
    blows: Callable[[Fleet], list[Callable[[], None]]],
) -> None:
    """Do everything once, whatever happens."""
    dice = random.Random(seed)
    with receivers(dice) as reached:
        settings = {
            "data_dir": str(folder),
            "database_url": url,
            "key": KEY,
            "mail_from": "kalends@example.org",
            "smtp_host": "127.0.0.1",
            "smtp_port": reached.mail_port,
            "smtp_security": "none",
            "allow_private_addresses": True,
            "twilio_account_sid": reached.telephone.SID,
            "twilio_auth_token": reached.telephone.TOKEN,
            "twilio_from": reached.telephone.NUMBER,
            "twilio_base_url": reached.telephone.url,
            "call_concurrency": 10_000,
            "calls_per_minute": 10_000,
            "call_quiet_hours": "",
        }
        with opened(settings) as services, fleet(settings, folder, processes, dice) as crew:
            expected = order(services, reached, dice)
            crew.storm(
                SIZE.seconds,
                [
                    *[crew.kill] * SIZE.kills,
                    *[crew.set_clock] * SIZE.settings_of_clock,
                    *[lambda: reached.trouble_calls(dice)] * SIZE.troubles,
                    *blows(crew),
                ],
            )
            latest = time.monotonic() + SETTLED
            crew.hasten(crew.clock.now())
            while (left := open_jobs(services)) and time.monotonic() < latest:
                if all(due > crew.clock.now() for _, due in left):
                    crew.hasten(min(due for _, due in left) + timedelta(minutes=30))
                time.sleep(0.2)
            assert not left, (Counter(task for task, _ in left), crew.said())
            found = {**reached.effects(), "acts": acts(services)}
            assert wrong(found, expected) == {}


@contextmanager
def opened(settings: dict[str, Any]) -> Iterator[Services]:
    """Give the services for whoever orders what is to be done."""
    services = compose(Settings(**settings))
    for task in ledger(services.jobs):
        services.jobs.tasks.add(task)
    yield services
    services.database.close()


def order(services: Services, reached: Receivers, dice: random.Random) -> dict[str, dict[str, int]]:
    """Order everything, and say what must come of it."""
    (ana,) = Town(services, FixedClock(NOON)).household("Ana")
    database = services.database
    now = database.clock.now()

    def moment() -> Any:
        return now + timedelta(seconds=1 + SIZE.seconds * dice.random())

    def people(tx: Unit) -> None:
        tx.session.execute(update(Account).values(email="ana@example.org"))
        addresses = {"webhook": reached.hook_url}
        changes = {"addresses": addresses, "webhook_secret": "a secret of sixteen"}
        services.notifications.settings.change(tx, ana, ana.member_id, changes)
        for number in range(SIZE.reminders):
            services.notifications.reminders.add(
                tx, ana, at=moment(), message=f"Reminder {number}", channels=["webhook", "email"]
            )
        services.jobs.enqueue(
            tx, [Order(task="act", key=str(number), run_at=moment()) for number in range(SIZE.acts)]
        )

    database.write(ana.workspace_id, people)
    phones = [f"+4930{90_180_000 + number}" for number in range(SIZE.calls)]

    def calls(tx: Unit) -> list[Operation]:
        drafts = [services.calls.drafted(tx, ana, called(phone, moment()))[1] for phone in phones]
        return plans.create(tx, ana, drafts)

    services.scheduling.carry_out(ana, calls)
    reminders = {f"Reminder {number}": 1 for number in range(SIZE.reminders)}
    return {
        "hooks": reminders,
        "mail": reminders,
        "calls": dict.fromkeys(phones, 1),
        "acts": {str(number): 1 for number in range(SIZE.acts)},
    }


def wrong(
    found: dict[str, dict[str, int]], expected: dict[str, dict[str, int]]
) -> dict[tuple[str, str], int]:
    """Give what did not happen as often as it should have, and how often it did."""
    return {
        (kind, thing): found[kind].get(thing, 0)
        for kind, things in expected.items()
        for thing in {*things, *found[kind]}
        if found[kind].get(thing, 0) != things.get(thing, 0)
    }


def called(phone: str, start: Any) -> CallDraft:
    return CallDraft(phone=phone, start=start, content=Content.SCRIPT, content_text="Good morning.")


def open_jobs(services: Services) -> list[tuple[str, datetime]]:
    """Give the jobs that are left to be done, by task, and when; none may have failed for good."""
    query = select(Job.task, Job.state, Job.error, Job.run_at).where(Job.queue != "nobody's")
    with services.database.read(None) as tx:
        found = tx.execute(query, across_workspaces="the torture looks at all of it").all()
    dead = [row for row in found if row.state is JobState.DEAD]
    assert not dead, dead
    return [(row.task, row.run_at) for row in found]


def acts(services: Services) -> dict[str, int]:
    """Give how often each act was done."""
    done = select(Job.key).where(Job.task == "done")
    with services.database.read(None) as tx:
        keys = tx.execute(done, across_workspaces="the torture looks at all of it").scalars()
        return Counter(key.split()[0] for key in keys)
