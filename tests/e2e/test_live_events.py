"""Live events of a real server, while another process changes the calendars."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from identities import CHEAP, PASSWORD
from kalends.features.identity.actor import Actor
from kalends.features.identity.registration import Registration
from kalends.features.scheduling import EventDraft, plans
from kalends.interfaces.services import Services
from kalends.server import compose
from kalends.settings import Settings
from workspaces import KEY, at

SERVE = """
import sys
from pathlib import Path
from kalends.server import serve
from kalends.settings import Settings
folder, url, key = sys.argv[1:]
settings = Settings(data_dir=Path(folder), database_url=url, key=key, port=0, log_format="json")
serve(settings, ready=lambda address: print(address, flush=True))
"""


@dataclass
class Running:
    """A server in a process of its own, and this process's services over the same database."""

    process: subprocess.Popen[str]
    address: str
    services: Services
    actor: Actor
    client: httpx.Client

    def add_event(self, title: str) -> None:
        draft = EventDraft(changes={"title": title, "start": at("2026-03-30 09:00")})
        self.services.scheduling.carry_out(self.actor, lambda tx: plans.create(tx, self.actor, [draft]))

    def add_member(self, name: str) -> None:
        members, workspace = self.services.identity.members, self.actor.workspace_id
        self.services.database.write(workspace, lambda tx: members.add(tx, self.actor, name=name))


@pytest.fixture
def running(database_url: str, tmp_path: Path) -> Iterator[Running]:
    settings = Settings(data_dir=tmp_path / "data", database_url=database_url, key=KEY)
    services = compose(settings, identity=CHEAP)
    actor = services.identity.sign_up(Registration(username="ana", password=PASSWORD, name="Ana"))
    arguments = [sys.executable, "-c", SERVE, str(tmp_path / "data"), database_url, KEY]
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=log, text=True, env=os.environ)
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        headers = {"Authorization": f"Bearer {services.identity.issue(actor).access}"}
        with httpx.Client(base_url=f"{address}/api/v1", headers=headers, timeout=20) as client:
            yield Running(process, address, services, actor, client)
        process.kill()
        process.wait()
        process.stdout.close()
    services.database.close()


def events(response: httpx.Response) -> Iterator[dict[str, Any]]:
    """Give each event and comment of a stream as a mapping of its fields."""
    fields: dict[str, Any] = {}
    for line in response.iter_lines():
        if line:
            name, _, value = line.partition(": ")
            fields[name or "comment"] = value
        elif fields:
            yield fields
            fields = {}


def test_a_change_by_another_process_is_told_within_a_second(running: Running) -> None:
    with running.client.stream("GET", "/live") as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        stream = events(response)
        next(stream)  # it listens
        running.add_event("Dentist")
        began = time.monotonic()
        change = next(each for each in stream if each.get("event") == "change")
        waited = time.monotonic() - began
    calendars = running.client.get("/calendars").json()["items"]
    told = json.loads(change["data"])
    assert {"calendar_id": told["calendar_id"], "change_number": told["change_number"]} in [
        {"calendar_id": each["id"], "change_number": each["change_number"]} for each in calendars
    ]
    assert waited < 5  # a second, on a machine that does nothing else

    running.add_event("Missed meanwhile")
    with running.client.stream("GET", "/live", headers={"Last-Event-ID": change["id"]}) as response:
        told_again = (json.loads(each["data"]) for each in events(response) if each.get("event") == "change")
        missed = next(each for each in told_again if each["calendar_id"] == told["calendar_id"])
    assert missed["change_number"] == told["change_number"] + 1


def test_a_setting_that_another_process_changes_is_told_by_its_kind(running: Running) -> None:
    with running.client.stream("GET", "/live") as response:
        stream = events(response)
        next(stream)  # it listens
        running.add_member("Bo")
        settings = next(each for each in stream if each.get("event") == "settings")
    assert json.loads(settings["data"]) == {"kinds": ["member"]}
    with running.client.stream("GET", "/live", headers={"Last-Event-ID": settings["id"]}) as response:
        again = next(each for each in events(response) if each.get("event") == "settings")
    assert "member" in json.loads(again["data"])["kinds"]


def test_a_stream_ends_with_the_sign_in(running: Running) -> None:
    with running.client.stream("GET", "/live") as response:
        stream = events(response)
        next(stream)
        assert running.client.post("/auth/sign-out-everywhere").status_code in (200, 204)
        running.add_event("After")
        assert [each for each in stream if "event" in each] == []


def test_a_server_that_stops_ends_its_streams(running: Running) -> None:
    with running.client.stream("GET", "/live") as response:
        stream = events(response)
        next(stream)
        running.process.send_signal(signal.SIGTERM)
        assert not [each for each in stream if "event" in each]
    assert running.process.wait(timeout=10) in (0, -signal.SIGTERM)


def test_nobody_listens_without_a_sign_in(running: Running) -> None:
    answer = httpx.get(f"{running.address}/api/v1/live")
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
