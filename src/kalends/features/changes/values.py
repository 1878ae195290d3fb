"""Change sets as values: what a preview shows and what `apply` takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from kalends.features.calendars.objects import Image
from kalends.features.identity.actor import Actor
from kalends.kit.errors import Clash
from kalends.storage import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One calendar object as it is and as it shall be. Creating has no before, deleting no after."""

    before: Image | None
    after: Image | None  # of the same object id as before
    expected_version: int | None = None  # of before; the set is refused when the stored one differs

    @property
    def object_id(self) -> UUID:
        """Give the id of the object that changes."""
        image = self.after or self.before
        assert image is not None, "an operation has a before or an after"
        return image.object_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a holder does not let its event change."""

    code: str
    message: str
    fields: Mapping[str, Any]


class HeldBack(Clash):
    """The booking, call or session that owns the event refuses the change."""

    code = "held"


class Holder(Protocol):
    """A feature that owns events, such as bookings. It has its say inside every apply, undo included."""

    def may_change(self, tx: Unit, actor: Actor, operation: Operation) -> Refusal | None:
        """Refuse the change of an event that this holder owns, or let it pass."""
        ...

    def changed(self, tx: Unit, actor: Actor, operation: Operation) -> None:
        """Follow a change in the same transaction; whatever reaches outside is enqueued, not done."""
        ...
