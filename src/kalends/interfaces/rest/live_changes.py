"""One tailer, of change numbers and of the audit log, for all who listen in this process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

import anyio
import structlog
from anyio.to_thread import run_sync

from kalends.features.calendars.live import OVERLAP, Tail, numbers
from kalends.features.identity.actor import Actor
from kalends.features.identity.audit import Noted
from kalends.interfaces.rest.live_settings import SettingsTail, kinds_of, settings_since
from kalends.kit.errors import Unauthenticated
from kalends.storage import Database, Unit

_EVERY: Final = 0.4  # seconds between two looks at the database, while anybody listens
_KEEP_ALIVE: Final = 15.0  # seconds after which a silent stream says that it is there

_log = structlog.get_logger("kalends.live")


@dataclass(kw_only=True, eq=False)
class Listener:
    """Somebody who follows one workspace."""

    workspace_id: UUID
    prove: Callable[[], Actor]  # gives who listens as of now, or raises `Unauthenticated`
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    told: dict[UUID, int] = field(default_factory=dict)  # the change number last told, by calendar
    heard: set[UUID] = field(default_factory=set)  # entries of late in the audit log that were told


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """The calendars that changed, and the kinds of other things; perhaps none. `at` is from when to go on."""

    at: datetime
    numbers: dict[UUID, int]
    kinds: list[str]


class LiveChanges:
    """Wakes listeners when something of their workspace changed; they then see for themselves."""

    def __init__(self, database: Database, *, every: float = _EVERY, keep_alive: float = _KEEP_ALIVE) -> None:
        self._database = database
        self._every = every
        self._keep_alive = keep_alive
        self._tail = Tail(database)
        self._settings = SettingsTail(database)
        self._listeners: set[Listener] = set()
        self._tailing: asyncio.Task[None] | None = None
        self._closed = False
        # Apart from the threads of requests, so that neither waits for the other.
        self._threads = anyio.CapacityLimiter(2)

    async def follow(
        self, listener: Listener, since: datetime | None = None
    ) -> AsyncGenerator[Changed, None]:
        """Give what changes until the sign-in ends: first what did after `since`, then each time there is
        something, and nothing now and then."""
        self._listeners.add(listener)
        if self._tailing is None or self._tailing.done():
            self._tailing = asyncio.create_task(self._wake_those_concerned())
        try:
            yield await self._in_thread(lambda: self._begin(listener, since))
            while True:
                with anyio.move_on_after(self._keep_alive):
                    await listener.wake.wait()
                listener.wake.clear()
                if self._closed:
                    return
                yield await self._in_thread(lambda: self._news(listener))
        except Unauthenticated:
            return
        finally:
            self._listeners.discard(listener)

    def close(self) -> None:
        """End every stream, since the server stops."""
        self._closed = True
        for listener in self._listeners:
            listener.wake.set()
        if self._tailing is not None:
            self._tailing.cancel()

    async def _in_thread(self, work: Callable[[], Changed]) -> Changed:
        return await run_sync(work, limiter=self._threads)

    async def _wake_those_concerned(self) -> None:
        while self._listeners:
            try:
                wanted = {listener.workspace_id for listener in self._listeners}
                concerned = await run_sync(self._look, wanted, limiter=self._threads)
            except Exception:  # a busy or restarting database: those who listen need not notice
                _log.exception("look_failed")
                concerned = set()
            for listener in self._listeners:
                if listener.workspace_id in concerned:
                    listener.wake.set()
            await asyncio.sleep(self._every)

    def _look(self, wanted: set[UUID]) -> set[UUID]:
        return {change.workspace_id for change in self._tail.look()} | self._settings.look(wanted)

    def _begin(self, listener: Listener, since: datetime | None) -> Changed:
        actor = listener.prove()
        with self._database.read(actor.workspace_id) as tx:
            listener.told = numbers(tx, actor)
            listener.heard = {each.id for each in _of_late(tx)}
            if since is None:
                return Changed(at=tx.now, numbers={}, kinds=[])
            missed = settings_since(tx, since - OVERLAP, [tx.workspace_id])
            return Changed(
                at=tx.now, numbers=numbers(tx, actor, since=since - OVERLAP), kinds=kinds_of(missed)
            )

    def _news(self, listener: Listener) -> Changed:
        actor = listener.prove()
        with self._database.read(actor.workspace_id) as tx:
            current, entries = numbers(tx, actor), _of_late(tx)
            fresh = {id: number for id, number in current.items() if listener.told.get(id) != number}
            kinds = kinds_of(each for each in entries if each.id not in listener.heard)
            listener.told, listener.heard = current, {each.id for each in entries}
            return Changed(at=tx.now, numbers=fresh, kinds=kinds)


def _of_late(tx: Unit) -> list[Noted]:
    return settings_since(tx, tx.now - OVERLAP, [tx.workspace_id])
