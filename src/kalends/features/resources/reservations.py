"""Reservations that stand alone, as rows of a stretch of time."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select

from kalends.features.resources.models import UID, Reservation, ReservationStatus
from kalends.storage import Unit


def reservations_between(
    tx: Unit, resource_ids: Collection[UUID], since: int, until: int
) -> Sequence[Reservation]:
    """Give what is reserved of the resources in [since, until), seconds since 1970, in order of start."""
    if not resource_ids:
        return ()
    return (
        tx.execute(
            select(Reservation)
            .where(
                Reservation.resource_id.in_(resource_ids),
                Reservation.until_utc > since,
                Reservation.since_utc < until,
                Reservation.status != ReservationStatus.CANCELLED,
            )
            .order_by(Reservation.since_utc, Reservation.id)
        )
        .scalars()
        .all()
    )


def reservations_named(tx: Unit, uids: Collection[str]) -> Sequence[Reservation]:
    """Give the reservations among these UIDs of events and reservations."""
    ids = [UUID(uid.removeprefix(UID)) for uid in uids if uid.startswith(UID)]
    return tx.execute(select(Reservation).where(Reservation.id.in_(ids))).scalars().all() if ids else ()
