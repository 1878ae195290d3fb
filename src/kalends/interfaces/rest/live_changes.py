"""One tailer of change numbers for all who listen in this process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

import anyio
import structlog
from anyio.to_thread import run_sync

from kalends.features.calendars.live import OVERLAP, Tail, numbers
from kalends.features.identity.actor import Actor
from kalends.kit.errors import Unauthenticated
from kalends.storage import Database

_EVERY: Final = 0.4  # seconds between two looks at the database, while anybody listens
_KEEP_ALIVE: Final = 15.0  # seconds after which a silent stream says that it is there

_log = structlog.get_logger("kalends.live")


@dataclass(kw_only=True, eq=False)
class Listener:
    """Somebody who follows the calendars of one workspace."""

    workspace_id: UUID
    prove: Callable[[], Actor]  # gives who listens as of now, or raises `Unauthenticated`
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    told: dict[UUID, int] = field(default_factory=dict)  # the change number last told, by calendar


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """The calendars that changed, perhaps none; `at` is from when to go on."""

    at: datetime
    numbers: dict[UUID, int]


class LiveChanges:
    """Wakes listeners when a calendar of their workspace changed; they then see for themselves."""

    def __init__(self, database: Database, *, every: float = _EVERY, keep_alive: float = _KEEP_ALIVE) -> None:
        self._database = database
        self._every = every
        self._keep_alive = keep_alive
        self._tail = Tail(database)
        self._listeners: set[Listener] = set()
        self._tailing: asyncio.Task[None] | None = None
        self._closed = False
        # Apart from the threads of requests, so that neither waits for the other.
        self._threads = anyio.CapacityLimiter(2)

    async def follow(self, listener: Listener, since: datetime | None = None) -> AsyncIterator[Changed]:
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
                changes = await run_sync(self._tail.look, limiter=self._threads)
            except Exception:  # a busy or restarting database: those who listen need not notice
                _log.exception("look_failed")
                changes = []
            concerned = {change.workspace_id for change in changes}
            for listener in self._listeners:
                if listener.workspace_id in concerned:
                    listener.wake.set()
            await asyncio.sleep(self._every)

    def _begin(self, listener: Listener, since: datetime | None) -> Changed:
        actor = listener.prove()
        with self._database.read(actor.workspace_id) as tx:
            listener.told = numbers(tx, actor)
            missed = {} if since is None else numbers(tx, actor, since=since - OVERLAP)
            return Changed(at=tx.now, numbers=missed)

    def _news(self, listener: Listener) -> Changed:
        actor = listener.prove()
        with self._database.read(actor.workspace_id) as tx:
            current = numbers(tx, actor)
            fresh = {id: number for id, number in current.items() if listener.told.get(id) != number}
            listener.told = current
            return Changed(at=tx.now, numbers=fresh)
