"""People for tests: an identity whose hashes are cheap, and households that are quick to set up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, TypeVar

import pytest

from kalends.features.identity.actor import Actor, actor_of
from kalends.features.identity.models import Member, Permission
from kalends.features.identity.registration import Registration
from kalends.features.identity.service import Identity
from kalends.features.identity.settings import Argon2Cost, IdentitySettings, Rate
from kalends.kit.clock import FixedClock
from kalends.kit.crypto import Keyring
from kalends.storage import Database, Unit

T = TypeVar("T")

PASSWORD = "correct horse battery"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
CHEAP = IdentitySettings(
    argon2=Argon2Cost(passes=1, memory_kib=8, lanes=1),
    attempts_per_username=Rate(times=1_000, seconds=60),
    attempts_per_address=Rate(times=1_000, seconds=60),
)
_numbers = count(1)


@dataclass
class Household:
    """An identity over a database, with a clock of its own, and shorthands for what tests do all the time."""

    identity: Identity
    database: Database
    clock: FixedClock

    def founder(self, name: str = "Ana", **registration: Any) -> Actor:
        """Sign somebody up who owns a workspace of their own, a second after whoever came before."""
        self.clock.advance(timedelta(seconds=1))
        return self.identity.register(_registration(name, **registration))

    def joins(self, owner: Actor, name: str, permission: Permission = Permission.EDITOR) -> Actor:
        """Sign somebody up into the owner's workspace."""
        invitation = self.write(
            owner, lambda tx: self.identity.invitations.create(tx, owner, permission=permission)
        )
        return self.identity.register(_registration(name, invitation=invitation.secret))

    def username(self, actor: Actor) -> str:
        """Give the username that the actor signs in with."""
        with self.database.read(actor.workspace_id) as tx:
            return str(self.identity.export(tx, actor.member_id)["account"]["username"])

    def write(self, actor: Actor, work: Callable[[Unit], T]) -> T:
        return self.database.write(actor.workspace_id, work)

    def read(self, actor: Actor, work: Callable[[Unit], T]) -> T:
        with self.database.read(actor.workspace_id) as tx:
            return work(tx)

    def now(self, actor: Actor) -> Actor:
        """Give the actor with the permission that is stored now."""
        return self.read(actor, lambda tx: actor_of(tx.get(Member, actor.member_id)))

    def with_settings(self, **changes: Any) -> Household:
        """Give the same household under other settings."""
        settings = replace(CHEAP, **changes)
        return Household(Identity(self.database, Keyring(b"k" * 32), settings), self.database, self.clock)


def household(url: str) -> Household:
    """Open the database at `url` at noon of a Monday."""
    clock = FixedClock(NOON)
    database = Database(url, clock=clock)
    return Household(Identity(database, Keyring(b"k" * 32), CHEAP), database, clock)


@pytest.fixture
def house(database_url: str) -> Iterator[Household]:
    """An identity over a fresh database, on each kind in turn."""
    opened = household(database_url)
    yield opened
    opened.database.close()


@pytest.fixture
def ana(house: Household) -> Actor:
    """Ana, who owns a workspace."""
    return house.founder("Ana", username="ana")


def _registration(name: str, **fields: Any) -> Registration:
    username = f"someone-{next(_numbers)}"
    return Registration(**{"username": username, "password": PASSWORD, "name": name, **fields})
