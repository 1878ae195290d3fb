"""What resources hold of one member: the reservations that stand alone."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from kalends.features.identity.models import Member
from kalends.features.resources.models import Reservation, Resource
from kalends.storage import Unit


def export(tx: Unit, member_id: UUID) -> dict[str, Any]:
    """Give the member's reservations, cancelled ones too."""
    rows = tx.execute(
        select(Reservation, Resource.name)
        .join(
            Resource,
            (Resource.workspace_id == Reservation.workspace_id) & (Resource.id == Reservation.resource_id),
        )
        .where(Reservation.member_id == member_id)
        .order_by(Reservation.id)
    )
    return {
        "reservations": [
            {
                "id": str(row.id),
                "resource": name,
                "title": row.title,
                "notes": row.notes,
                "start": row.start,
                "end": row.end,
                "status": row.status.value,
            }
            for row, name in rows
        ]
    }


def erase(tx: Unit, member: Member) -> None:
    """Forget the member's reservations: their places are free again."""
    tx.execute(delete(Reservation).where(Reservation.member_id == member.id))
