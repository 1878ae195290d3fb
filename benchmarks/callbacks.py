"""Callbacks of a telephone service that a server takes in a second: signed, of calls that are under way.

    python benchmarks/callbacks.py [--json]

A real server process answers, with its jobs inside; eight connections of this process post to it, three
callbacks to each call, of which the last ends it and so its event.
"""

from __future__ import annotations

import argparse
import http.client
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID

import psycopg
from sqlalchemy import select, update

from kalends.features.calls.drafts import CallDraft
from kalends.features.calls.models import AttemptState, Call, CallAttempt, CallState, Content
from kalends.features.changes import Operation
from kalends.features.identity.registration import Registration
from kalends.features.scheduling import plans
from kalends.integrations.twilio.fake import FakeTwilio
from kalends.server import compose
from kalends.settings import Settings
from kalends.storage import Unit, migrate

sys.path.append(str(Path(__file__).parents[1] / "tests"))

from postgresql_cluster import SAFE, Cluster

CALLS, CONNECTIONS = 300, 8
STATES = ("ringing", "in-progress", "completed")
SERVER = """
import json, sys
from kalends.server import serve
from kalends.settings import Settings
serve(Settings(**json.loads(sys.argv[1])), ready=lambda address: print(address, flush=True))
"""


@dataclass(frozen=True)
class Post:
    """A callback, but for its signature."""

    path: str
    form: dict[str, str]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="print the measurements for benchmarks/run.py")
    as_json = parser.parse_args().json
    with tempfile.TemporaryDirectory() as folder:
        measured = [*accepted("SQLite", Path(folder), f"sqlite:///{folder}/kalends.sqlite")]
    cluster = Cluster(SAFE, in_memory=False)
    try:
        with psycopg.connect(cluster.url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE callbacks")
        with tempfile.TemporaryDirectory() as folder:
            url = cluster.url.rpartition("/")[0] + "/callbacks"
            measured += accepted("PostgreSQL", Path(folder), url)
    finally:
        cluster.stop()
    print(json.dumps(measured) if as_json else "\n".join(map(str, measured)))
    return 0


def accepted(kind: str, folder: Path, url: str) -> Iterator[dict[str, Any]]:
    """Measure one kind of database."""
    settings = {
        "data_dir": str(folder),
        "database_url": url,
        "port": 0,
        "twilio_account_sid": FakeTwilio.SID,
        "twilio_auth_token": FakeTwilio.TOKEN,
        "twilio_from": FakeTwilio.NUMBER,
        "requests_per_minute": 10_000_000,
    }
    migrate(url)
    posts = callbacks(settings)
    with served(settings) as address:
        deliver(address, posts[0])  # what is loaded late: not counted
        for what, wave in zip(("that a call is answered", "that a call has ended"), posts[1:], strict=True):
            began = time.perf_counter()
            deliver(address, wave)
            yield {
                "name": f"{kind}: signed callbacks, {what}",
                "ours": len(wave) / (time.perf_counter() - began),
                "peer": None,
                "unit": "1/s",
                "ratio": None,
                "target": None,
                "met": None,
            }


def callbacks(settings: dict[str, Any]) -> list[list[Post]]:
    """Make calls that are under way, and give what a service tells of them, in turn."""
    services = compose(Settings(**settings))
    database = services.database
    registration = Registration(
        username="bench", password="correct horse battery", name="B", zone="Europe/Berlin"
    )
    actor = services.identity.sign_up(registration)
    start = database.clock.now() + timedelta(hours=1)

    def schedule(tx: Unit) -> list[Operation]:
        drafts = [
            CallDraft(
                phone=f"+4930{90_180_000 + number}",
                start=start + timedelta(minutes=6 * number),
                content=Content.SCRIPT,
                content_text="Good morning.",
            )
            for number in range(CALLS)
        ]
        return plans.create(tx, actor, [services.calls.drafted(tx, actor, draft)[1] for draft in drafts])

    services.scheduling.carry_out(actor, schedule)

    def begin(tx: Unit) -> list[tuple[UUID, str]]:
        attempts = []
        for call in tx.execute(select(Call)).scalars().all():
            attempt = CallAttempt(
                id=tx.new_id(),
                call_id=call.id,
                member_id=call.member_id,
                phone_hash=call.phone_hash,
                phone_masked=call.phone_masked,
                due_at=call.due_at,
                number=1,
                state=AttemptState.QUEUED,
                provider_id=f"CA{call.id.hex}",
                started_at=tx.now,
                tried_at=tx.now,
            )
            tx.add(attempt)
            attempts.append((attempt.id, str(attempt.provider_id)))
        tx.changed(update(Call).values(state=CallState.RUNNING, attempts=1))
        return attempts

    attempts = database.write(actor.workspace_id, begin)
    database.close()
    return [
        [
            Post(
                f"/webhooks/twilio/{actor.workspace_id}/{attempt_id}/status",
                {"CallSid": sid, "CallStatus": state, "CallDuration": "20", "SequenceNumber": str(number)},
            )
            for attempt_id, sid in attempts
        ]
        for number, state in enumerate(STATES)
    ]


def deliver(address: str, posts: Sequence[Post]) -> None:
    """Post them over several connections at once; each must be accepted."""
    fake, place = FakeTwilio(), urlsplit(address).netloc

    def some(part: Sequence[Post]) -> None:
        connection = http.client.HTTPConnection(place)
        for post in part:
            headers = {
                "Content-Type": "application/x-www-form-urlencoded",
                "X-Twilio-Signature": fake.signature(address + post.path, post.form),
            }
            connection.request("POST", post.path, urlencode(post.form), headers)
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 200, answer.status
        connection.close()

    with ThreadPoolExecutor(CONNECTIONS) as threads:
        list(threads.map(some, [posts[start::CONNECTIONS] for start in range(CONNECTIONS)]))


@contextmanager
def served(settings: dict[str, Any]) -> Iterator[str]:
    """Run a server until the end of the block; gives its address."""
    command = [sys.executable, "-c", SERVER, json.dumps(settings)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


if __name__ == "__main__":
    sys.exit(main())
