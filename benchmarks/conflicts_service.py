"""Conflicts of a workspace of 100 members and 50,000 events over two years, through the services.

    python benchmarks/conflicts_service.py [--json]

The first run is a process's first: nothing of the workspace is in memory, and its conflicts were never asked
for.
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import select

from kalends.engine.claims import Flexibility
from kalends.engine.series import Length
from kalends.engine.zones import zone
from kalends.features.calendars import objects
from kalends.features.calendars.models import Calendar, Category
from kalends.features.calendars.objects import Image
from kalends.features.identity.actor import Actor, actor_of
from kalends.features.identity.models import Member, Permission, Role
from kalends.features.identity.registration import Registration
from kalends.features.identity.settings import Argon2Cost, IdentitySettings
from kalends.features.scheduling import EventChanges, EventDraft, Invitee, plans
from kalends.features.scheduling.plans import scribe
from kalends.features.scheduling.standing import find_all
from kalends.interfaces.services import Services
from kalends.kit.clock import FixedClock
from kalends.server import compose
from kalends.settings import Settings
from kalends.storage import Unit, migrate

MEMBERS, DAYS = 100, 730
BERLIN = zone("Europe/Berlin").tzinfo
NOW = datetime(2026, 3, 2, tzinfo=BERLIN)
RULES = ("FREQ=WEEKLY;COUNT=26", "FREQ=WEEKLY;BYDAY=MO,WE;COUNT=40", "FREQ=MONTHLY", "FREQ=WEEKLY;INTERVAL=2")
SERIES_IN = 25  # one event in so many repeats
MEETING_IN = 10  # one event in so many takes two more members
EDITS = 30


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="print the measurements for benchmarks/run.py")
    parser.add_argument("--first-run", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.first_run:
        return first_run(chosen.first_run)
    with tempfile.TemporaryDirectory() as folder:
        measured = [*large(Path(folder) / "large"), *single_edit(Path(folder) / "single")]
    if chosen.json:
        print(json.dumps(measured))
    else:
        for each in measured:
            print(f"{each['name']}: {each['ours']:.4g} {each['unit']}, met: {each['met']}")
    return 0


def large(folder: Path) -> list[dict[str, Any]]:
    """Measure the first run in a process of its own, then runs that follow an edit each."""
    services, actor = workspace(folder, events=50_000, members=MEMBERS)
    started = [sys.executable, __file__, "--first-run", str(folder)]
    told = json.loads(subprocess.run(started, stdout=subprocess.PIPE, check=True).stdout)
    services.scheduling.conflict_page(actor)
    spent = []
    for number in range(EDITS):
        edit(services, actor, number)
        spent.append(timed(lambda: services.scheduling.conflict_page(actor)))
    found = f"{told['found']:,} conflicts of 100 members with 50,000 events found, the first page told"
    return [
        measurement(f"{found}: first run", told["seconds"] * 1000, 2000),
        measurement("The same again after one edit, p95", p95(spent) * 1000, 50),
    ]


def first_run(folder: Path) -> int:
    """Find the conflicts of a workspace that this process has never looked at, and say how long it took."""
    services = opened(folder)
    with services.database.read(UUID((folder / "workspace").read_text())) as tx:
        actor = actor_of(tx.execute(select(Member).order_by(Member.id)).scalars().all()[0])
    seconds = timed(lambda: services.scheduling.conflict_page(actor))
    since = int(NOW.timestamp())
    with services.database.read(actor.workspace_id) as tx:
        until = since + DAYS * 86_400
        _, found = find_all(tx, since, until)[1].during(NOW, until).collided.first(0)
    print(json.dumps({"seconds": seconds, "found": found}))
    return 0


def single_edit(folder: Path) -> list[dict[str, Any]]:
    """Measure an edit that causes a conflict, and the ways out of it, in a calendar of 5,000 events."""
    services, actor = workspace(folder, events=5_000, members=5)
    edits, ways = [], []
    for number in range(EDITS):
        began = time.perf_counter()
        outcome = edit(services, actor, number)
        edits.append(time.perf_counter() - began)
        identity = outcome.conflicts[0].identity
        ways.append(timed(lambda identity=identity: services.scheduling.resolutions(actor, identity)))
    return [
        measurement("Ways out of what an edit caused, 5,000 events, p95", p95(ways) * 1000, 150),
        measurement("That edit itself, with the conflicts it caused, p95", p95(edits) * 1000, 150),
    ]


def workspace(folder: Path, *, events: int, members: int) -> tuple[Services, Actor]:
    """Found a workspace of so many people and fill their calendars."""
    folder.mkdir()
    migrate(Settings(data_dir=folder).url)
    services = opened(folder)
    actor = services.identity.sign_up(
        Registration(username="bench", password="correct horse battery", name="B", zone="Europe/Berlin")
    )
    (folder / "workspace").write_text(str(actor.workspace_id))

    def join(tx: Unit) -> None:
        for number in range(1, members):
            services.identity.members.create(
                tx, name=f"Member {number}", role=Role.OTHER, permission=Permission.EDITOR, zone_name=None
            )

    services.database.write(actor.workspace_id, join)
    services.database.write(actor.workspace_id, lambda tx: fill(tx, events))
    return services, actor


def opened(folder: Path) -> Services:
    cheap = IdentitySettings(argon2=Argon2Cost(passes=1, memory_kib=8, lanes=1))
    return compose(Settings(data_dir=folder), clock=FixedClock(NOW), identity=cheap)


def fill(tx: Unit, events: int) -> None:
    """Write the events into their owners' calendars, without the log of changes that nobody reads here."""
    dice = random.Random(7)
    found = tx.execute(select(Calendar.id, Calendar.owner_member_id))
    calendars = {id: owner for id, owner in found if owner is not None}
    categories = list(tx.execute(select(Category.id)).scalars())
    writer = scribe(tx)
    images = []
    for number in range(events):
        calendar_id, owner = dice.choice(list(calendars.items()))
        changes: EventChanges = {
            "title": f"Event {number}",
            "description": "Bring the papers that were asked for last time.",
            "start": NOW + timedelta(days=dice.randrange(DAYS), minutes=15 * dice.randrange(28, 84)),
            "length": Length(seconds=900 * dice.randrange(2, 7)),
            "rules": (dice.choice(RULES),) if number % SERIES_IN == 0 else (),
            "category_id": dice.choice(categories),
        }
        if number % MEETING_IN == 1:
            others = dice.sample([member for member in calendars.values() if member != owner], 2)
            changes["participants"] = [Invitee(member_id=member) for member in (owner, *others)]
        object_id = tx.new_id()
        uid = f"{object_id}@kalends"
        images.append(
            Image(
                object_id=object_id,
                calendar_id=calendar_id,
                uid=uid,
                href=f"{object_id}.ics",
                component="VEVENT",
                text=writer.write_new(uid, changes).render(),
                created_at=tx.now,
            )
        )
    tx.lock(Calendar, calendars)
    objects.store(tx, [(None, image) for image in images])


def edit(services: Services, actor: Actor, number: int) -> Any:
    """Create an event that lies over another one."""
    start = NOW + timedelta(days=30 + number, hours=12)
    fixed: EventChanges = {"start": start, "length": Length(seconds=14_400), "flexibility": Flexibility.FIXED}
    drafts = [EventDraft(changes={"title": f"{title} {number}", **fixed}) for title in ("Fair", "Talk")]
    return services.scheduling.carry_out(actor, lambda tx: plans.create(tx, actor, drafts))


def timed(work: Any) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def p95(spent: list[float]) -> float:
    return statistics.quantiles(spent, n=20)[-1]


def measurement(name: str, ours: float, target: float) -> dict[str, Any]:
    return {
        "name": name,
        "ours": ours,
        "peer": None,
        "unit": "ms",
        "ratio": None,
        "target": target,
        "met": ours <= target,
    }


if __name__ == "__main__":
    logging.disable()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    sys.exit(main())
