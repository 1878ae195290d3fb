"""Resources: what is shared, what is left of it, and the reservations of it that stand alone."""

from __future__ import annotations

from typing import Annotated, Any, cast
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response, status

from kalends.features.resources import availability as looking
from kalends.features.resources.models import Reservation, Resource, ResourceType
from kalends.features.resources.service import (
    list_resources,
)
from kalends.interfaces.rest.context import (
    CurrentActor,
    CurrentServices,
    ExpectedVersion,
    PageCursor,
    PageLimit,
    etag,
)
from kalends.interfaces.rest.event_times import read_window
from kalends.interfaces.rest.free_time import End, Start
from kalends.interfaces.rest.patches import patched
from kalends.interfaces.rest.readers import Reader
from kalends.interfaces.rest.resource_shapes import (
    AvailabilityShown,
    NewReservation,
    NewResource,
    ReservationPatch,
    ReservationShown,
    ReservationsShown,
    ResourcePatch,
    ResourceShown,
    ResourcesShown,
    StretchShown,
    Timeline,
    UseShown,
    UsesShown,
)
from kalends.kit.pagination import DEFAULT_LIMIT
from kalends.storage import Unit

router = APIRouter(tags=["resources"])


@router.get("/resources")
def list_all(
    actor: Reader,
    services: CurrentServices,
    type: Annotated[ResourceType | None, Query()] = None,
    inactive: Annotated[bool, Query(description="Also those that were put away.")] = False,
) -> ResourcesShown:
    """Give the resources of the workspace."""
    with services.database.read(actor.workspace_id) as tx:
        found = list_resources(tx, type=type, with_inactive=inactive)
        return ResourcesShown(items=[ResourceShown.model_validate(each) for each in found])


@router.post("/resources", status_code=status.HTTP_201_CREATED)
def create_resource(
    new: NewResource, actor: CurrentActor, services: CurrentServices, request: Request, response: Response
) -> ResourceShown:
    """Make a resource."""

    def create(tx: Unit) -> ResourceShown:
        return ResourceShown.model_validate(services.resources.create(tx, actor, **new.model_dump()))

    made = services.database.write(actor.workspace_id, create)
    response.headers["Location"] = request.app.url_path_for("read_resource", resource_id=made.id)
    response.headers["ETag"] = etag(made.version)
    return made


@router.get("/resources/{resource_id}")
def read_resource(
    resource_id: UUID, actor: Reader, services: CurrentServices, response: Response
) -> ResourceShown:
    """Give one resource."""
    with services.database.read(actor.workspace_id) as tx:
        shown = ResourceShown.model_validate(tx.get(Resource, resource_id))
    response.headers["ETag"] = etag(shown.version)
    return shown


@router.patch("/resources/{resource_id}")
def update_resource(
    resource_id: UUID,
    patch: ResourcePatch,
    actor: CurrentActor,
    services: CurrentServices,
    expected: ExpectedVersion,
    response: Response,
) -> ResourceShown:
    """Change a resource. A capacity below what is promised at once answers 409 `over_capacity`."""
    changes = patched(patch, may_be_null={"location"})

    def update(tx: Unit) -> ResourceShown:
        row = services.resources.update(tx, actor, resource_id, changes=changes, expected_version=expected)
        return ResourceShown.model_validate(row)

    shown = services.database.write(actor.workspace_id, update)
    response.headers["ETag"] = etag(shown.version)
    return shown


@router.delete("/resources/{resource_id}")
def remove_resource(
    resource_id: UUID,
    actor: CurrentActor,
    services: CurrentServices,
    expected: ExpectedVersion,
    force: Annotated[bool, Query(description="Also while something to come needs it.")] = False,
) -> ResourceShown:
    """Put a resource away: it stays on record, and nobody can take it any more.

    While something to come needs it, this answers 409 `resource_in_use`; with `force` that is a conflict.
    """

    def remove(tx: Unit) -> ResourceShown:
        row = services.resources.remove(tx, actor, resource_id, force=force, expected_version=expected)
        return ResourceShown.model_validate(row)

    return services.database.write(actor.workspace_id, remove)


@router.get("/resources/{resource_id}/availability")
def read_availability(
    resource_id: UUID, actor: Reader, services: CurrentServices, start: Start, end: End
) -> AvailabilityShown:
    """Say what is left of a resource throughout a stretch of time, a year at most."""
    span = read_window(start, end, actor.zone)
    with services.database.read(actor.workspace_id) as tx:
        found = looking.availability(tx, services.resources.events, resource_id, span)
        return AvailabilityShown.model_validate(found)


@router.get("/resources/{resource_id}/timeline")
def read_timeline(
    resource_id: UUID, actor: Reader, services: CurrentServices, start: Start, end: End
) -> Timeline:
    """Give who uses a resource when, in a range of a year at most."""
    span = read_window(start, end, actor.zone)
    with services.database.read(actor.workspace_id) as tx:
        steps = looking.timeline(tx, services.resources.events, actor, resource_id, span)
    return Timeline(items=[StretchShown.of_stretch(each) for each in steps])


@router.get("/resources/{resource_id}/reservations")
def list_reservations(
    resource_id: UUID,
    actor: Reader,
    services: CurrentServices,
    start: Start,
    end: End,
    cursor: PageCursor = None,
    limit: PageLimit = DEFAULT_LIMIT,
) -> UsesShown:
    """Give what takes a resource in a range of a year at most: events, and reservations that stand alone."""
    span = read_window(start, end, actor.zone)
    with services.database.read(actor.workspace_id) as tx:
        found = looking.reservations(
            tx, services.resources.events, actor, resource_id, span, cursor=cursor, limit=limit
        )
    items = [UseShown.of(each.taken, start=each.span.start, end=each.span.end) for each in found.items]
    return UsesShown(items=items, next=found.next)


@router.post("/resources/{resource_id}/reservations", status_code=status.HTTP_201_CREATED)
def create_reservation(
    resource_id: UUID,
    new: NewReservation,
    actor: CurrentActor,
    services: CurrentServices,
    request: Request,
    response: Response,
) -> ReservationShown:
    """Reserve a resource without an event. Where no place is left, this answers 409 `over_capacity`."""
    wanted = cast(dict[str, Any], new.changes(actor.zone))

    def create(tx: Unit) -> ReservationShown:
        return ReservationShown.of(services.resources.reserve(tx, actor, resource_id, **wanted))

    made = services.database.write(actor.workspace_id, create)
    response.headers["Location"] = request.app.url_path_for("read_reservation", reservation_id=made.id)
    response.headers["ETag"] = etag(made.version)
    return made


@router.get("/reservations")
def list_standing_alone(
    actor: Reader, services: CurrentServices, start: Start, end: End
) -> ReservationsShown:
    """Give what is reserved without an event, of every resource, in a range of a year at most."""
    span = read_window(start, end, actor.zone)
    with services.database.read(actor.workspace_id) as tx:
        found = looking.standing_alone(tx, span)
        return ReservationsShown(items=[ReservationShown.of(each) for each in found])


@router.get("/reservations/{reservation_id}")
def read_reservation(
    reservation_id: UUID, actor: Reader, services: CurrentServices, response: Response
) -> ReservationShown:
    """Give one reservation, also a cancelled one."""
    with services.database.read(actor.workspace_id) as tx:
        shown = ReservationShown.of(tx.get(Reservation, reservation_id))
    response.headers["ETag"] = etag(shown.version)
    return shown


@router.patch("/reservations/{reservation_id}")
def update_reservation(
    reservation_id: UUID,
    patch: ReservationPatch,
    actor: CurrentActor,
    services: CurrentServices,
    expected: ExpectedVersion,
    response: Response,
) -> ReservationShown:
    """Change a reservation of yours. Where no place is left, this answers 409 `over_capacity`."""
    changes = patch.changes(actor.zone)

    def update(tx: Unit) -> ReservationShown:
        row = services.resources.change_reservation(
            tx, actor, reservation_id, changes=changes, expected_version=expected
        )
        return ReservationShown.of(row)

    shown = services.database.write(actor.workspace_id, update)
    response.headers["ETag"] = etag(shown.version)
    return shown


@router.delete("/reservations/{reservation_id}")
def cancel_reservation(
    reservation_id: UUID, actor: CurrentActor, services: CurrentServices, expected: ExpectedVersion
) -> ReservationShown:
    """Cancel a reservation of yours: the place is free again, and the reservation stays on record."""

    def cancel(tx: Unit) -> ReservationShown:
        row = services.resources.cancel_reservation(tx, actor, reservation_id, expected_version=expected)
        return ReservationShown.of(row)

    return services.database.write(actor.workspace_id, cancel)
