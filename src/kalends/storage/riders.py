"""What a request has stored together with its first change: both take effect, or neither does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from kalends.storage.database import Unit


@dataclass(kw_only=True)
class Rider:
    """Work that goes first in the next unit that writes to its workspace; what it raises ends the unit."""

    work: Callable[[Unit], None]
    workspace_id: UUID | None = None  # None: it waits until somebody knows
    stored: bool = False  # its unit was committed, and no other will have it


_rider: ContextVar[Rider | None] = ContextVar("rider", default=None)


@contextmanager
def riding(rider: Rider) -> Iterator[None]:
    """Let what this block writes, in whatever thread it is awaited, take a rider along."""
    token = _rider.set(rider)
    try:
        yield
    finally:
        _rider.reset(token)


def rider_to(workspace_id: UUID | None) -> Rider | None:
    """Give the rider of a unit that is about to write to a workspace, where one waits for that."""
    rider = _rider.get()
    if rider is None or rider.stored or workspace_id is None or rider.workspace_id != workspace_id:
        return None
    return rider
