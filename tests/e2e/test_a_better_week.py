"""A household with one car, a kitchen for three, an exam and thirty clashes asks for a better week, and gets
one: as real processes over a data directory, some of which are killed."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from busy_week import busy_household
from command_line import CommandLine
from identities import CHEAP
from kalends.features.identity.actor import Actor
from kalends.kit.clock import FixedClock
from kalends.server import compose
from kalends.settings import Settings
from workspaces import Town

NOW = datetime.now(UTC)
MONDAY = NOW.date() + timedelta(days=14 - NOW.weekday())
SUNDAY = MONDAY + timedelta(days=6)

# A server that comes to a halt at a place of the test's choice, and says so; then it is killed.
HALTING = """
import os, sys, time
from kalends.cli.main import execute
from kalends.engine import placement
from kalends.features.scheduling.optimising import service

def halt(*given, **named):
    print("halted", flush=True)
    time.sleep(600)

if sys.argv[1] == "solving":
    placement.solve = halt
else:  # with every move written, and nothing committed
    service.in_the_way = halt
sys.exit(execute(["serve", "--port", "0"], os.environ))
"""


@dataclass
class Household:
    """The data directory of a household, with commands and servers on it."""

    cli: CommandLine
    home: Town
    anna: Actor

    def says(self, *args: str) -> Any:
        return self.cli.process(*args, "--json").json

    @property
    def content(self) -> dict[str, Any]:
        return self.home.snapshot(self.anna)

    @property
    def clashes(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.says("conflicts")
        return found


@dataclass
class Server:
    """A server in a process of its own, called with a key of Anna's."""

    process: subprocess.Popen[bytes]
    client: httpx.Client

    def halted(self) -> None:
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == b"halted\n"

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate()
        self.client.close()


@pytest.fixture
def household(kalends: CommandLine) -> Iterator[Household]:
    clock = FixedClock(NOW)
    services = compose(Settings(data_dir=kalends.data), clock=clock, identity=CHEAP)
    home = Town(services, clock)
    yield Household(kalends, home, busy_household(home, MONDAY))
    services.optimiser.close()
    services.database.close()


@pytest.fixture
def serving(household: Household) -> Iterator[Any]:
    scopes = [word for scope in ("read", "write", "admin") for word in ("--scope", scope)]
    key = household.says("api-key", "create", "tests", *scopes)["key"]
    started: list[Server] = []

    def start(halting: str | None = None) -> Server:
        if halting:
            process = subprocess.Popen(
                [sys.executable, "-c", HALTING, halting],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=household.cli.whole_environment,
            )
        else:
            process = household.cli.start("serve", "--port", "0")
        assert process.stderr is not None
        said = (word for line in process.stderr for word in line.decode().split())
        address = next((word for word in said if word.startswith("http://")), None)
        assert address is not None
        headers = {"Authorization": f"Bearer {key}"}
        client = httpx.Client(base_url=f"{address}/api/v1", headers=headers, timeout=60)
        started.append(Server(process, client))
        return started[-1]

    yield start
    for server in started:
        server.kill()


def test_a_week_is_proposed_explained_taken_at_once_and_undone_at_once(household: Household) -> None:
    before, clashes = household.content, household.clashes
    assert len(clashes) >= 30
    run = household.says("optimize", "--within", f"{MONDAY}/{SUNDAY}", "--preview")
    assert (run["state"], run["optimal"], run["resolved"]) == ("done", True, len(clashes))
    assert run["unplaced"] == []
    assert all(move["reasons"] and move["sentence"].startswith("Move ") for move in run["moves"])
    assert household.content == before

    told = household.cli.process("optimize", "--run", run["id"])
    assert told.out.splitlines()[1 : len(run["moves"]) + 1] == [
        f"{number}. {move['sentence']}" for number, move in enumerate(run["moves"], start=1)
    ]

    taken = household.says("optimize", "--run", run["id"], "--all")
    assert len(taken["operations"]) == len(run["moves"])
    assert household.says("history")[0]["id"] == taken["change_set_id"]
    assert set(taken["resolved"]) == {each["identity"] for each in clashes}
    assert household.clashes == []
    moved = run["moves"][0]
    story = household.says("why", moved["event_id"])
    assert moved["reasons"][0]["words"] in " ".join(line["sentence"] for line in story["lines"])

    undone = household.says("undo")
    assert len(undone["operations"]) == len(run["moves"])
    assert household.content == before
    assert {each["identity"] for each in household.clashes} == {each["identity"] for each in clashes}


@pytest.mark.law(8)
@pytest.mark.law(10)
def test_a_server_killed_while_it_takes_leaves_the_old_week(household: Household, serving: Any) -> None:
    run = household.says("optimize", "--within", f"{MONDAY}/{SUNDAY}", "--preview")
    before, path = household.content, f"/optimisations/{run['id']}/take"
    first = serving("taking")
    with ThreadPoolExecutor(1) as beside:
        answer = beside.submit(first.client.post, path, json={})
        answer.add_done_callback(lambda _: first.process.kill())  # an answer would be the end of waiting
        first.halted()
        first.process.kill()
        with pytest.raises(httpx.HTTPError):
            answer.result()
    assert household.content == before
    second = serving()
    taken = second.client.post(path, json={})
    assert taken.status_code == 200, taken.text
    assert len(taken.json()["operations"]) == len(run["moves"])
    second.kill()
    assert household.content != before
    assert household.clashes == []
    household.says("undo")
    assert household.content == before


@pytest.mark.law(10)
def test_a_run_whose_server_was_killed_says_so_after_the_restart(household: Household, serving: Any) -> None:
    before = household.content
    first = serving("solving")
    week = {"start": f"{MONDAY}T00:00:00Z", "end": f"{SUNDAY}T00:00:00Z"}
    begun = first.client.post("/optimisations", json=week, params={"wait": 0})
    assert (begun.status_code, begun.json()["state"]) == (202, "running")
    first.halted()
    first.kill()
    second = serving()
    run = second.client.get(begun.headers["Location"].removeprefix("/api/v1")).json()
    assert (run["state"], run["failure"]["code"]) == ("failed", "interrupted")
    assert "was stopped before it had a proposal" in run["sentence"]
    refused = second.client.post(f"/optimisations/{run['id']}/take", json={})
    assert (refused.status_code, refused.json()["code"]) == (409, "not_ready")
    assert household.content == before
    again = second.client.post("/optimisations", json=week, params={"wait": 60})
    assert (again.status_code, again.json()["state"]) == (201, "done")
