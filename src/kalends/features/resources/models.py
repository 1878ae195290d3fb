"""Tables of resources, and of the reservations of them that no event holds."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from kalends.storage.schema import Identified, Table

UID = "reservation:"
"""What the UIDs of reservations begin with."""


class ResourceType(StrEnum):
    """What kind of thing is shared."""

    VEHICLE = "vehicle"
    ROOM = "room"
    EQUIPMENT = "equipment"


class ReservationStatus(StrEnum):
    """Where a reservation stands: proposed and confirmed ones take a place, cancelled ones do not."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"


class Resource(Identified, Table):
    """A thing that several want and few can have at once. Its row stays for ever; it can be put away."""

    __tablename__ = "resource"
    __table_args__ = (ForeignKeyConstraint(["workspace_id"], ["workspace.id"], ondelete="CASCADE"),)

    name: Mapped[str]
    type: Mapped[ResourceType]
    capacity: Mapped[int]  # how many may use it at once, 0 or more
    attributes: Mapped[dict[str, Any]] = mapped_column(default=dict)  # names and plain values
    location: Mapped[str | None]
    active: Mapped[bool] = mapped_column(default=True)  # when not, nobody can take it
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]

    @property
    def places(self) -> int:
        """Give how many may use it at once as things are."""
        return self.capacity if self.active else 0


class Reservation(Identified, Table):
    """A member's claim on a resource that stands alone, without an event."""

    __tablename__ = "reservation"
    __table_args__ = (
        ForeignKeyConstraint(
            ["workspace_id", "resource_id"], ["resource.workspace_id", "resource.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(["workspace_id", "member_id"], ["member.workspace_id", "member.id"]),
        Index("ix_reservation_window", "workspace_id", "resource_id", "until_utc", "since_utc"),
        Index("ix_reservation_member", "workspace_id", "member_id"),
    )

    resource_id: Mapped[UUID]
    member_id: Mapped[UUID]  # who has it
    title: Mapped[str]
    notes: Mapped[str | None]
    start: Mapped[str]  # as `kalends.engine.starts` writes it, always in a zone
    end: Mapped[str]  # exclusive
    since_utc: Mapped[int]  # seconds since 1970: start and end, as the zones have them today
    until_utc: Mapped[int]
    status: Mapped[ReservationStatus]
    proposed_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]

    @property
    def uid(self) -> str:
        """Name it among the events that it stands beside."""
        return f"{UID}{self.id}"
