"""A week of a calendar of 10,000 events, 500 of them series: through the service, and over HTTP.

    python benchmarks/service.py [--json]

Over HTTP the peer is a bare endpoint in the same server, on the same database and behind the same sign-in,
that answers with as many bytes as come out of one query over as many rows.
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import socket
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import cycle
from pathlib import Path
from typing import Any

import httpx
import structlog
import uvicorn
from fastapi import APIRouter, FastAPI, Response
from sqlalchemy import event, select, text

from kalends.engine.series import Length
from kalends.engine.spans import Span
from kalends.engine.zones import zone
from kalends.features.calendars import objects
from kalends.features.calendars.models import Calendar, Category
from kalends.features.calendars.objects import Image
from kalends.features.calendars.queries import look
from kalends.features.identity.actor import Actor
from kalends.features.identity.registration import Registration
from kalends.features.identity.settings import Argon2Cost, IdentitySettings
from kalends.features.scheduling.editing import EventChanges
from kalends.features.scheduling.plans import scribe
from kalends.interfaces.rest.app import create_app
from kalends.interfaces.rest.context import CurrentActor
from kalends.interfaces.rest.event_json import range_json
from kalends.interfaces.rest.settings import RestSettings
from kalends.interfaces.services import Services
from kalends.server import compose
from kalends.settings import Settings
from kalends.storage import Unit, migrate

EVENTS, SERIES = 10_000, 500
RULES = ("FREQ=WEEKLY", "FREQ=WEEKLY;BYDAY=MO,WE,FR", "FREQ=MONTHLY;BYDAY=2TU", "FREQ=DAILY;COUNT=400")
BERLIN = zone("Europe/Berlin").tzinfo
FIRST = datetime(2024, 1, 1, tzinfo=BERLIN)
WEEK = Span(datetime(2026, 6, 1, tzinfo=BERLIN), datetime(2026, 6, 8, tzinfo=BERLIN))
ROUNDS = 200


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="print the measurements for benchmarks/run.py")
    as_json = parser.parse_args().json
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder))
        migrate(settings.url)
        services = compose(
            settings, identity=IdentitySettings(argon2=Argon2Cost(passes=1, memory_kib=8, lanes=1))
        )
        actor = services.identity.sign_up(
            Registration(username="bench", password="correct horse battery", name="B", zone="Europe/Berlin")
        )
        services.database.write(actor.workspace_id, lambda tx: fill(tx, actor))
        measured = [*through_service(services, actor), over_http(services, actor)]
    if as_json:
        print(json.dumps(measured))
    else:
        for each in measured:
            print(f"{each['name']}: {each['ours']:.4g} {each['unit']}, met: {each['met']}")
    return 0


def fill(tx: Unit, actor: Actor) -> None:
    """Write the events into one calendar, without the log of changes that nobody reads here."""
    dice = random.Random(7)
    calendar_id = tx.execute(
        select(Calendar.id).where(Calendar.owner_member_id == actor.member_id)
    ).scalar_one()
    categories = list(tx.execute(select(Category.id)).scalars())
    writer = scribe(tx)
    images = []
    for number in range(EVENTS):
        repeats = number < SERIES
        day = dice.randrange(365 if repeats else 5 * 365)
        changes: EventChanges = {
            "title": f"Event {number}",
            "description": "Bring the papers that were asked for last time.",
            "start": FIRST + timedelta(days=day, minutes=15 * dice.randrange(96)),
            "length": Length(seconds=900 * dice.randrange(1, 9)),
            "rules": (RULES[number % len(RULES)],) if repeats else (),
            "category_id": dice.choice(categories),
        }
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
                created_by=actor.member_id,
            )
        )
    tx.lock(Calendar, [calendar_id])
    objects.store(tx, [(None, image) for image in images])


def through_service(services: Services, actor: Actor) -> Iterator[dict[str, Any]]:
    """Measure the use case alone, and count its queries."""

    def see(window: Span) -> int:
        with services.database.read(actor.workspace_id) as tx:
            found = look(tx, actor, window)
        range_json(found)
        return len(found.occurrences.row)

    def weeks() -> Iterator[Span]:
        for number in cycle(range(104)):
            yield Span(WEEK.start + timedelta(weeks=number - 52), WEEK.end + timedelta(weeks=number - 52))

    found = see(WEEK)
    with counted(services) as first:
        see(Span(WEEK.start - timedelta(days=200), WEEK.end))
    several = weeks()
    away = p95(timings(lambda: see(next(several))))
    same = p95(timings(lambda: see(WEEK)))
    again = f"A week ({found} occurrences) asked for again, p95"
    yield measurement(again, same * 1000, None, "ms", 10)
    yield measurement("Each time another week through the service, as JSON, p95", away * 1000, None, "ms", 10)
    yield measurement("Queries for seven months never asked for before", len(first), None, "queries", 5)


@contextmanager
def counted(services: Services) -> Iterator[list[str]]:
    """Collect the statements that run meanwhile."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(services.database.engine, "before_cursor_execute", note)
    yield statements
    event.remove(services.database.engine, "before_cursor_execute", note)


def timings(work: Callable[[], Any], rounds: int = ROUNDS) -> list[float]:
    """Give the seconds that each round took."""
    spent = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        spent.append(time.perf_counter() - began)
    return spent


def p95(spent: list[float]) -> float:
    return statistics.quantiles(spent, n=20)[-1]


def over_http(services: Services, actor: Actor) -> dict[str, Any]:
    """Measure the whole request beside the bare one, alternating, with one connection kept open."""
    path = "/api/v1/events"
    wanted = {"start": WEEK.start.isoformat(), "end": WEEK.end.isoformat()}
    headers = {"Authorization": f"Bearer {services.identity.issue(actor).access}"}
    app = create_app(services, RestSettings(requests_per_minute=1_000_000), beside=[bare(services)])
    with served(app) as address, httpx.Client(base_url=address, headers=headers) as client:
        answer = client.get(path, params=wanted).raise_for_status()
        store_payload(services, answer.content)
        assert client.get("/bare").raise_for_status().content == answer.content
        ours, peers = [], []
        for _ in range(ROUNDS):
            ours += timings(lambda: client.get(path, params=wanted), 1)
            peers += timings(lambda: client.get("/bare"), 1)
    size = f"{len(answer.content) / 1000:.0f} kB"
    return measurement(
        f"The week over HTTP again ({size}), beside a bare endpoint, median",
        statistics.median(ours) * 1000,
        statistics.median(peers) * 1000,
        "ms",
        2,
    )


def bare(services: Services) -> APIRouter:
    """Make an endpoint that reads its answer in one query, and knows who calls."""
    router = APIRouter()

    @router.get("/bare")
    def payload(actor: CurrentActor) -> Response:
        with services.database.read(actor.workspace_id) as tx:
            body = tx.execute(text("SELECT body FROM bench_payload")).scalar_one()
        return Response(body, media_type="application/json")

    return router


def store_payload(services: Services, body: bytes) -> None:
    """Keep as many bytes as the real answer has, for the bare endpoint to read."""

    def store(tx: Unit) -> None:
        tx.execute(text("CREATE TABLE bench_payload (body TEXT)"))
        tx.session.execute(text("INSERT INTO bench_payload VALUES (:body)"), {"body": body.decode()})

    services.database.write(None, store)


def measurement(name: str, ours: float, peer: float | None, unit: str, target: float) -> dict[str, Any]:
    reached = ours / peer if peer else ours
    return {
        "name": name,
        "ours": ours,
        "peer": peer,
        "unit": unit,
        "ratio": reached if peer else None,
        "target": target,
        "met": reached <= target,
    }


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """Run a real server on a free port of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join()


if __name__ == "__main__":
    logging.disable()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    sys.exit(main())
