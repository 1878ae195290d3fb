"""What features tell each other: named announcements, and those who act on them.

An announcement is made in the transaction of what it tells. Handlers run in the same transaction, so what
they store comes to be with it or not at all; whatever reaches outside they enqueue.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any
from uuid import UUID

from kalends.storage import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """That something happened to something.

    `data` holds JSON values: ids, counts, states. Titles, addresses and numbers are looked up by whoever
    tells a person, so that nobody learns of them what they may not see.
    """

    name: str  # feature and verb in the past: "call.failed"
    subject: UUID  # of what it tells
    members: Sequence[UUID] = ()  # whom it concerns
    actor_id: UUID | None = None  # the member who did it; None: the server itself
    data: Mapping[str, Any] = field(default_factory=dict)


Handler = Callable[[Unit, Announcement], None]


class Announcer:
    """Brings announcements to those who asked for them by name, in the order in which they asked."""

    def __init__(self) -> None:
        self._handlers: list[tuple[str, Handler]] = []

    def subscribe(self, pattern: str, handler: Handler) -> None:
        """Call a handler for each announcement of a name, or of those that a pattern matches (`call.*`)."""
        self._handlers.append((pattern, handler))

    def announce(self, tx: Unit, announcement: Announcement) -> None:
        """Tell those who asked; one that raises prevents what it is told of."""
        for pattern, handler in self._handlers:
            if fnmatchcase(announcement.name, pattern):
                handler(tx, announcement)
