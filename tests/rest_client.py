"""REST for tests: the whole app over a fresh database, and people who call it."""

from __future__ import annotations

import io
import json
import logging
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog

from identities import PASSWORD
from kalends.interfaces.rest.app import PREFIX, create_app
from kalends.interfaces.rest.settings import RestSettings
from kalends.interfaces.services import Services
from kalends.kit.clock import FixedClock
from kalends.logs import configure_logging
from workspaces import Town, town

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it wants a package that is not out yet for long
    from starlette.testclient import TestClient

ROOMY = RestSettings(requests_per_minute=1_000_000)
_numbers = count(1)


@dataclass
class Caller:
    """Somebody, or nobody, who calls the API with the same headers each time. Paths are below `/api/v1`."""

    client: TestClient
    headers: dict[str, str] = field(default_factory=dict)

    def request(self, method: str, path: str, **wanted: Any) -> httpx.Response:
        headers = {**self.headers, **wanted.pop("headers", {})}
        response: httpx.Response = self.client.request(method, f"{PREFIX}{path}", headers=headers, **wanted)
        return response

    def get(self, path: str, **wanted: Any) -> httpx.Response:
        return self.request("GET", path, **wanted)

    def post(self, path: str, body: Any = None, **wanted: Any) -> httpx.Response:
        return self.request("POST", path, json=body, **wanted)

    def put(self, path: str, body: Any = None, **wanted: Any) -> httpx.Response:
        return self.request("PUT", path, json=body, **wanted)

    def patch(self, path: str, body: Any = None, **wanted: Any) -> httpx.Response:
        return self.request("PATCH", path, json=body, **wanted)

    def delete(self, path: str, **wanted: Any) -> httpx.Response:
        return self.request("DELETE", path, **wanted)


@dataclass
class Person(Caller):
    """Somebody who signed up and holds an access token."""

    username: str = ""
    tokens: dict[str, Any] = field(default_factory=dict)

    @property
    def member_id(self) -> str:
        return str(self.tokens["actor"]["member_id"])

    @property
    def workspace_id(self) -> str:
        return str(self.tokens["actor"]["workspace_id"])


@dataclass
class Api:
    """The app, the services behind it, and its clock."""

    home: Town
    client: TestClient

    @property
    def services(self) -> Services:
        return self.home.services

    @property
    def clock(self) -> FixedClock:
        return self.home.clock

    @property
    def anyone(self) -> Caller:
        """Somebody who has not signed in."""
        return Caller(self.client)

    def sign_up(self, name: str = "Ana", **fields: Any) -> Person:
        """Make an account; its holder owns a workspace of their own unless they bring an invitation."""
        body = {"username": f"person-{next(_numbers)}", "password": PASSWORD, "name": name, **fields}
        return self._person(body["username"], self.anyone.post("/auth/sign-up", body))

    def sign_in(self, username: str, password: str = PASSWORD) -> Person:
        """Sign in once more, on another device."""
        body = {"username": username, "password": password}
        return self._person(username, self.anyone.post("/auth/sign-in", body))

    def joins(self, owner: Person, name: str, **invitation: Any) -> Person:
        """Sign somebody up into the owner's workspace."""
        answer = owner.post("/invitations", {"name": name, **invitation})
        assert answer.status_code == 201, answer.text
        return self.sign_up(name, invitation=answer.json()["token"])

    def bearing(self, token: str) -> Caller:
        """Call with some access token or API key."""
        return Caller(self.client, {"Authorization": f"Bearer {token}"})

    def _person(self, username: str, answer: httpx.Response) -> Person:
        assert answer.status_code in (200, 201), answer.text
        tokens = answer.json()
        headers = {"Authorization": f"Bearer {tokens['access_token']}"}
        return Person(self.client, headers, username=username, tokens=tokens)


@dataclass
class Log:
    """What was logged since the test began, as programs get it."""

    stream: io.StringIO

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    def records(self, event: str) -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in self.text.splitlines()]
        return [line for line in lines if line["event"] == event]

    def clear(self) -> None:
        self.stream.seek(0)
        self.stream.truncate()


def open_api(home: Town, settings: RestSettings = ROOMY, **client: Any) -> Api:
    """Put the app over these services."""
    return Api(home, TestClient(create_app(home.services, settings), **client))


@pytest.fixture
def api(home: Town) -> Iterator[Api]:
    """The app over a fresh database, on each kind in turn."""
    opened = open_api(home)
    with opened.client:
        yield opened


@pytest.fixture
def quick_api(sqlite_url: str, tmp_path: Path) -> Iterator[Api]:
    """The app over the embedded database alone, for what the kind of database cannot change."""
    home = town(sqlite_url, tmp_path)
    opened = open_api(home)
    with opened.client:
        yield opened
    home.database.close()


@pytest.fixture
def log() -> Iterator[Log]:
    """What a server with `log_format=json` would log."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    stream = io.StringIO()
    configure_logging("json", stream)
    yield Log(stream)
    root.handlers = handlers
    root.setLevel(level)
    structlog.reset_defaults()
