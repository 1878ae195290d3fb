"""Calendars, and who may do what with them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response, status
from pydantic import Field

from kalends.features.calendars import service
from kalends.features.calendars.access import CalendarView
from kalends.features.calendars.models import CalendarKind, CalendarVisibility, Grant
from kalends.interfaces.rest.context import CurrentActor, CurrentServices, ExpectedVersion, etag
from kalends.interfaces.rest.patches import patched
from kalends.interfaces.rest.readers import Reader
from kalends.interfaces.rest.shapes import Given, Shown
from kalends.storage import Unit

router = APIRouter(prefix="/calendars", tags=["calendars"])

Name = Annotated[str, Field(min_length=1, max_length=200)]
Color = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$", examples=["#3b82f6"])]


class CalendarShown(Shown):
    """A calendar, and what you may do with it."""

    id: UUID
    name: str
    kind: CalendarKind
    color: str | None
    visibility: CalendarVisibility
    owner_member_id: UUID | None
    access: str = Field(description="`free_busy`, `read` or `write`.", examples=["write"])
    change_number: int = Field(description="Grows with each change of an event in it.")
    version: int = Field(description="Of these settings.")
    created_at: datetime

    @classmethod
    def of(cls, view: CalendarView) -> Self:
        calendar = view.calendar
        return cls(
            id=calendar.id,
            name=calendar.name,
            kind=calendar.kind,
            color=calendar.color,
            visibility=calendar.visibility,
            owner_member_id=calendar.owner_member_id,
            access=view.access.name.lower(),
            change_number=calendar.change_number,
            version=calendar.version,
            created_at=calendar.created_at,
        )


class Calendars(Shown):
    """The calendars that you may at least see as busy, oldest first."""

    items: list[CalendarShown]


class NewCalendar(Given):
    """A further calendar: one's own, or one to share."""

    name: Name
    kind: CalendarKind = CalendarKind.PERSONAL
    visibility: CalendarVisibility = CalendarVisibility.PRIVATE
    color: Color | None = None
    owner_member_id: UUID | None = Field(None, description="Whose a personal one is; yours by default.")


class CalendarPatch(Given):
    """What to change of a calendar; only the colour may become null."""

    name: Name | None = None
    color: Color | None = None
    visibility: CalendarVisibility | None = None


class GrantShown(Shown):
    """What a member was given on a calendar, beyond what its visibility gives."""

    member_id: UUID
    access: Grant


class Grants(Shown):
    """The grants of a calendar."""

    items: list[GrantShown]


class GrantIn(Given):
    """What to give a member."""

    access: Grant


@router.get("")
def list_calendars(actor: Reader, services: CurrentServices) -> Calendars:
    """Give the calendars that you may at least see as busy."""
    with services.database.read(actor.workspace_id) as tx:
        return Calendars(items=[CalendarShown.of(view) for view in service.list_calendars(tx, actor)])


@router.post("", status_code=status.HTTP_201_CREATED)
def create_calendar(
    new: NewCalendar, actor: CurrentActor, services: CurrentServices, request: Request, response: Response
) -> CalendarShown:
    """Make a calendar of your own, or one to share."""

    def create(tx: Unit) -> CalendarShown:
        return CalendarShown.of(service.create_calendar(tx, actor, **new.model_dump()))

    made = services.database.write(actor.workspace_id, create)
    response.headers["Location"] = request.app.url_path_for("read_calendar", calendar_id=made.id)
    return _tagged(made, response)


@router.get("/{calendar_id}")
def read_calendar(
    calendar_id: UUID, actor: Reader, services: CurrentServices, response: Response
) -> CalendarShown:
    """Give one calendar."""
    with services.database.read(actor.workspace_id) as tx:
        return _tagged(CalendarShown.of(service.get_calendar(tx, actor, calendar_id)), response)


@router.patch("/{calendar_id}")
def update_calendar(
    calendar_id: UUID,
    patch: CalendarPatch,
    actor: CurrentActor,
    services: CurrentServices,
    expected: ExpectedVersion,
    response: Response,
) -> CalendarShown:
    """Change a calendar's name, colour or visibility."""
    changes = patched(patch, may_be_null={"color"})

    def update(tx: Unit) -> CalendarShown:
        view = service.update_calendar(tx, actor, calendar_id, changes=changes, expected_version=expected)
        return CalendarShown.of(view)

    return _tagged(services.database.write(actor.workspace_id, update), response)


@router.delete("/{calendar_id}", status_code=status.HTTP_204_NO_CONTENT)
def delete_calendar(
    calendar_id: UUID,
    actor: CurrentActor,
    services: CurrentServices,
    with_events: Annotated[bool, Query(description="Also when it holds events, which go with it.")] = False,
) -> None:
    """Remove a calendar for good. This is no change set: it cannot be undone."""
    services.database.write(
        actor.workspace_id,
        lambda tx: service.delete_calendar(tx, actor, calendar_id, with_events=with_events),
    )


@router.get("/{calendar_id}/grants")
def list_grants(calendar_id: UUID, actor: Reader, services: CurrentServices) -> Grants:
    """Give what members were granted on a calendar."""
    with services.database.read(actor.workspace_id) as tx:
        found = service.list_grants(tx, actor, calendar_id)
    return Grants(items=[GrantShown(member_id=member, access=access) for member, access in found.items()])


@router.put("/{calendar_id}/grants/{member_id}")
def grant(
    calendar_id: UUID, member_id: UUID, wanted: GrantIn, actor: CurrentActor, services: CurrentServices
) -> GrantShown:
    """Let a member see or write a calendar."""
    services.database.write(
        actor.workspace_id, lambda tx: service.grant(tx, actor, calendar_id, member_id, wanted.access)
    )
    return GrantShown(member_id=member_id, access=wanted.access)


@router.delete("/{calendar_id}/grants/{member_id}", status_code=status.HTTP_204_NO_CONTENT)
def withdraw_grant(
    calendar_id: UUID, member_id: UUID, actor: CurrentActor, services: CurrentServices
) -> None:
    """Leave a member no more than the calendar's visibility gives."""
    services.database.write(
        actor.workspace_id, lambda tx: service.grant(tx, actor, calendar_id, member_id, None)
    )


def _tagged(shown: CalendarShown, response: Response) -> CalendarShown:
    response.headers["ETag"] = etag(shown.version)
    return shown
