"""Use cases of resources and of reservations that stand alone. Each runs inside the caller's unit of work."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any, TypedDict
from uuid import UUID

from sqlalchemy import select

from kalends.engine.series import Start
from kalends.engine.starts import format_start, parse_start
from kalends.engine.zones import instant, zone
from kalends.features.identity import audit
from kalends.features.identity.actor import Actor
from kalends.features.identity.models import Member
from kalends.features.identity.workspaces import workspace_ids, workspace_of
from kalends.features.resources.capacity import (
    OverCapacity,
    all_uses,
    facts,
    in_words,
    overload,
    refusal,
    window,
)
from kalends.features.resources.models import Reservation, ReservationStatus, Resource, ResourceType
from kalends.features.resources.uses import EventUses, Holding, Uses
from kalends.ical.values import FIRST_YEAR, LAST_YEAR
from kalends.kit.errors import (
    Clash,
    InvalidInput,
    must_be_version,
)
from kalends.kit.text import checked_name, checked_text
from kalends.storage import Database, Unit

MOST_PLACES = 10_000
MOST_ATTRIBUTES = 50
MAX_TITLE = 500
MAX_NOTES = 10_000

_NOTHING = Uses.of(())
_TIMES = {
    ReservationStatus.PROPOSED: "proposed_at",
    ReservationStatus.CONFIRMED: "confirmed_at",
    ReservationStatus.CANCELLED: "cancelled_at",
}


class ResourceInUse(Clash):
    """Events or reservations to come need the resource: it is put away only when forced."""

    code = "resource_in_use"


class ReservationChanges(TypedDict, total=False):
    """What of a reservation shall become what; anything left out stays as it is."""

    start: Start  # without a zone: by the workspace's clock; a date: its midnight
    end: Start  # exclusive
    title: str
    notes: str | None
    status: ReservationStatus


class Resources:
    """Resources and reservations; `horizon` is how far ahead they are kept from being promised twice."""

    def __init__(self, events: EventUses, *, horizon: timedelta = timedelta(days=730)) -> None:
        self.events = events
        self._horizon = horizon

    # Resources -----------------------------------------------------------------------------------------

    def create(
        self,
        tx: Unit,
        actor: Actor,
        *,
        name: str,
        type: ResourceType,
        capacity: int = 1,
        attributes: Mapping[str, Any] | None = None,
        location: str | None = None,
    ) -> Resource:
        """Make a resource that `capacity` may use at once, 0 to `MOST_PLACES`."""
        actor.must_write()
        resource = tx.add(
            Resource(
                id=tx.new_id(),
                name=checked_name(name, field="name"),
                type=type,
                capacity=_checked_capacity(capacity),
                attributes=_checked_attributes(attributes or {}),
                location=_checked_location(location),
                active=True,
                version=1,
                created_at=tx.now,
            )
        )
        audit.record(tx, actor, "create", kind="resource", subject=resource.id, capacity=capacity)
        return resource

    def update(
        self,
        tx: Unit,
        actor: Actor,
        resource_id: UUID,
        *,
        changes: Mapping[str, Any],
        expected_version: int | None = None,
    ) -> Resource:
        """Change `name`, `type`, `capacity`, `attributes`, `location` or `active`.

        Raises `Stale` where the version is not the expected one, `OverCapacity` for a capacity below what is
        taken at once up to the horizon, and `ResourceInUse` as `remove` does.
        """
        resource = self._locked(tx, actor, resource_id)
        must_be_version("resource", resource.version, expected_version)
        if "name" in changes:
            resource.name = checked_name(changes["name"], field="name")
        if "type" in changes:
            resource.type = changes["type"]
        if "attributes" in changes:
            resource.attributes = _checked_attributes(changes["attributes"])
        if "location" in changes:
            resource.location = _checked_location(changes["location"])
        if "capacity" in changes:
            self._resize(tx, actor, resource, _checked_capacity(changes["capacity"]))
        if "active" in changes:
            if resource.active and not changes["active"]:
                self._must_be_free(tx, resource)
            resource.active = changes["active"]
        resource.version += 1
        tx.session.flush()
        audit.record(tx, actor, "update", kind="resource", subject=resource.id, changed=sorted(changes))
        return resource

    def remove(
        self,
        tx: Unit,
        actor: Actor,
        resource_id: UUID,
        *,
        force: bool = False,
        expected_version: int | None = None,
    ) -> Resource:
        """Put a resource away: it stays on record, and nobody can take it any more.

        Raises `ResourceInUse` where something to come needs it, unless `force`: that then conflicts.
        """
        resource = self._locked(tx, actor, resource_id)
        must_be_version("resource", resource.version, expected_version)
        if resource.active:
            if not force:
                self._must_be_free(tx, resource)
            resource.active = False
            resource.version += 1
            tx.session.flush()
            audit.record(tx, actor, "delete", kind="resource", subject=resource.id, force=force)
        return resource

    # Reservations that stand alone ---------------------------------------------------------------------

    def reserve(
        self,
        tx: Unit,
        actor: Actor,
        resource_id: UUID,
        *,
        start: Start,
        end: Start,
        title: str = "",
        notes: str | None = None,
        status: ReservationStatus = ReservationStatus.CONFIRMED,
        member_id: UUID | None = None,
    ) -> Reservation:
        """Take a place of a resource, for oneself or, as an owner of the workspace, for another member.

        Times without a zone are by the workspace's clock, dates its midnights. Raises `OverCapacity` where
        no place is left.
        """
        actor.must_write()
        if status is ReservationStatus.CANCELLED:
            raise InvalidInput("A reservation begins as proposed or confirmed.", field="status")
        reserver = member_id or actor.member_id
        actor.must_be_or_own(reserver)
        tx.get(Member, reserver)
        tx.get(Resource, resource_id)
        tx.lock(Resource, [resource_id])
        reservation = Reservation(
            id=tx.new_id(),
            resource_id=resource_id,
            member_id=reserver,
            title="",
            notes=None,
            start="",
            end="",
            since_utc=0,
            until_utc=0,
            status=ReservationStatus.CANCELLED,
            proposed_at=None,
            confirmed_at=None,
            cancelled_at=None,
            version=1,
            created_at=tx.now,
        )
        wanted: ReservationChanges = {
            "start": start,
            "end": end,
            "title": title,
            "notes": notes,
            "status": status,
        }
        self._write(tx, actor, reservation, wanted)
        tx.add(reservation)
        audit.record(
            tx, actor, "create", kind="reservation", subject=reservation.id, resource=str(resource_id)
        )
        return reservation

    def change_reservation(
        self,
        tx: Unit,
        actor: Actor,
        reservation_id: UUID,
        *,
        changes: ReservationChanges,
        expected_version: int | None = None,
    ) -> Reservation:
        """Change one's own reservation, or as an owner of the workspace anybody's.

        Raises `Stale` where the version is not the expected one, `OverCapacity` where no place is left.
        """
        actor.must_write()
        tx.lock(Resource, [tx.get(Reservation, reservation_id).resource_id])
        reservation = tx.get(Reservation, reservation_id)
        actor.must_be_or_own(reservation.member_id)
        must_be_version("reservation", reservation.version, expected_version)
        self._write(tx, actor, reservation, changes)
        reservation.version += 1
        tx.session.flush()
        audit.record(tx, actor, "update", kind="reservation", subject=reservation.id, changed=sorted(changes))
        return reservation

    def cancel_reservation(
        self, tx: Unit, actor: Actor, reservation_id: UUID, *, expected_version: int | None = None
    ) -> Reservation:
        """Give the place back; the reservation stays on record."""
        cancelled: ReservationChanges = {"status": ReservationStatus.CANCELLED}
        return self.change_reservation(
            tx, actor, reservation_id, changes=cancelled, expected_version=expected_version
        )

    # Inside --------------------------------------------------------------------------------------------

    def _locked(self, tx: Unit, actor: Actor, resource_id: UUID) -> Resource:
        actor.must_write()
        tx.lock(Resource, [resource_id])
        return tx.get(Resource, resource_id)

    def _coming(self, tx: Unit, resource: Resource) -> Uses:
        return all_uses(tx, self.events, [resource.id], *window(tx.now, self._horizon))

    def _resize(self, tx: Unit, actor: Actor, resource: Resource, capacity: int) -> None:
        lowered, resource.capacity = capacity < resource.capacity, capacity
        if not lowered:
            return
        found = overload(_NOTHING, _NOTHING, self._coming(tx, resource), capacity)
        if found is not None:
            raise OverCapacity(
                f"{resource.name} is taken by {found.peak} at once ({in_words(found.span, actor)}): with a "
                f"capacity of {capacity} that would not do. Move some of it first.",
                **facts(resource, found),
            )

    def _must_be_free(self, tx: Unit, resource: Resource) -> None:
        coming = self._coming(tx, resource)
        if len(coming):
            times = "1 time" if len(coming) == 1 else f"{len(coming)} times"
            first = datetime.fromtimestamp(int(coming.start.min()), zone(workspace_of(tx).zone).tzinfo)
            raise ResourceInUse(
                f"{resource.name} is taken {times}, next at {first:%Y-%m-%d %H:%M}: "
                "move that first, or force it to go.",
                resource_id=str(resource.id),
                coming=len(coming),
                next=first.isoformat(),
            )

    def _write(self, tx: Unit, actor: Actor, row: Reservation, changes: ReservationChanges) -> None:
        """Write changes into a reservation whose resource is locked, unless they do not fit."""
        before = _uses(row)
        if "title" in changes:
            row.title = checked_text(changes["title"], field="title", limit=MAX_TITLE).strip()
        if "notes" in changes:
            row.notes = checked_text(changes["notes"] or "", field="notes", limit=MAX_NOTES) or None
        if "start" in changes or "end" in changes:
            _set_times(row, changes, home=workspace_of(tx).zone)
        if "status" in changes and changes["status"] is not row.status:
            row.status = changes["status"]
            setattr(row, _TIMES[row.status], tx.now)
        after = _uses(row)
        since, until = window(tx.now, self._horizon)
        until = max(until, row.until_utc)
        resource = tx.get(Resource, row.resource_id)
        standing = all_uses(tx, self.events, [resource.id], since, until, without=[row.id])
        found = overload(standing, before.between(since, until), after.between(since, until), resource.places)
        if found is not None:
            raise refusal(tx, self.events, actor, resource, found, standing)


def list_resources(
    tx: Unit, *, type: ResourceType | None = None, with_inactive: bool = False
) -> list[Resource]:
    """Give the resources, by name."""
    query = select(Resource).order_by(Resource.name, Resource.id)
    if type is not None:
        query = query.where(Resource.type == type)
    if not with_inactive:
        query = query.where(Resource.active)
    return list(tx.execute(query).scalars())


def refresh_all(database: Database) -> None:
    """Derive the instants of every workspace's reservations anew, after new rules of a zone."""

    def refresh(tx: Unit) -> None:
        for row in tx.execute(select(Reservation)).scalars():
            row.since_utc, row.until_utc = _instant(row.start), _instant(row.end)
        tx.session.flush()

    for id in workspace_ids(database):
        database.write(id, refresh)


def _uses(row: Reservation) -> Uses:
    if row.status is ReservationStatus.CANCELLED:
        return _NOTHING
    holding = Holding(resource_id=row.resource_id, status=row.status.value, reservation=row)
    return Uses.of([(row.since_utc, row.until_utc, holding)])


def _set_times(row: Reservation, changes: ReservationChanges, *, home: str) -> None:
    for name in ("start", "end"):
        if name in changes:
            setattr(row, name, format_start(_zoned(changes[name], home, field=name)))
    row.since_utc, row.until_utc = _instant(row.start), _instant(row.end)
    if row.until_utc <= row.since_utc:
        raise InvalidInput(f"It must end after it starts: {row.start} to {row.end}.", field="end")


def _zoned(start: Start, home: str, *, field: str) -> datetime:
    if not FIRST_YEAR <= start.year <= LAST_YEAR:
        raise InvalidInput(f"The year must be {FIRST_YEAR} to {LAST_YEAR}, not {start.year}.", field=field)
    if not isinstance(start, datetime):
        start = datetime.combine(start, time())
    moment = start.replace(microsecond=0)
    return moment.replace(tzinfo=zone(home).tzinfo) if moment.tzinfo is None else moment


def _instant(stored: str) -> int:
    start = parse_start(stored)
    assert isinstance(start, datetime), "reservations are stored with a time and a zone"
    return instant(start)


def _checked_capacity(capacity: int) -> int:
    if not 0 <= capacity <= MOST_PLACES:
        raise InvalidInput(f"A capacity is 0 to {MOST_PLACES}, not {capacity}.", field="capacity")
    return capacity


def _checked_location(location: str | None) -> str | None:
    return checked_text(location or "", field="location", limit=MAX_TITLE).strip() or None


def _checked_attributes(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Give names with plain values: texts, numbers, true or false."""
    if len(attributes) > MOST_ATTRIBUTES:
        raise InvalidInput(f"At most {MOST_ATTRIBUTES} attributes.", field="attributes")
    checked: dict[str, Any] = {}
    for name, value in attributes.items():
        key = checked_name(name, field="attributes", limit=100)
        if isinstance(value, str):
            checked[key] = checked_text(value, field=f"attributes.{key}", limit=MAX_TITLE)
        elif isinstance(value, bool | int | float) and abs(value) < 1e15:
            checked[key] = value
        else:
            raise InvalidInput("An attribute is a text, a number, true or false.", field=f"attributes.{key}")
    return checked
