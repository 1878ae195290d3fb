"""Use cases of calendars and their sharing. Each runs inside the caller's unit of work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select

from kalends.features.calendars.access import Access, CalendarView, calendars_of, require
from kalends.features.calendars.models import (
    Calendar,
    CalendarGrant,
    CalendarKind,
    CalendarObject,
    CalendarVisibility,
    Grant,
)
from kalends.features.identity import audit
from kalends.features.identity.actor import Actor, actor_of
from kalends.features.identity.models import Member, Workspace
from kalends.kit.errors import (
    Clash,
    Forbidden,
    InvalidInput,
    must_be_version,
)
from kalends.kit.text import checked_color, checked_name
from kalends.storage import Unit


class CalendarInUse(Clash):
    """The calendar holds events, or is one that its member or workspace cannot be without."""

    code = "calendar_in_use"


class LastWriter(Clash):
    """A shared calendar keeps somebody who writes in it."""

    code = "last_writer"


def set_up_workspace(tx: Unit, workspace: Workspace) -> None:
    """Give a new workspace its family calendar."""
    _insert(tx, workspace.name, CalendarKind.FAMILY, None, CalendarVisibility.FAMILY)


def set_up_member(tx: Unit, member: Member) -> None:
    """Give a new member their personal calendar, as their default."""
    calendar = _insert(tx, member.name, CalendarKind.PERSONAL, member.id, CalendarVisibility.FAMILY)
    member.default_calendar_id = calendar.id


def choose_default(tx: Unit, member: Member, calendar_id: UUID) -> None:
    """Refuse a default calendar in which the member cannot write."""
    require(calendars_of(tx, actor_of(member)), calendar_id, Access.WRITE)


def list_calendars(tx: Unit, actor: Actor) -> list[CalendarView]:
    """Give the calendars that the actor may at least see as busy, oldest first."""
    return list(calendars_of(tx, actor).values())


def get_calendar(tx: Unit, actor: Actor, calendar_id: UUID) -> CalendarView:
    """Give one calendar, or raise `NotFound`."""
    return require(calendars_of(tx, actor), calendar_id, Access.FREE_BUSY)


def create_calendar(
    tx: Unit,
    actor: Actor,
    *,
    name: str,
    kind: CalendarKind = CalendarKind.PERSONAL,
    visibility: CalendarVisibility | None = None,
    color: str | None = None,
    owner_member_id: UUID | None = None,
) -> CalendarView:
    """Make a further calendar: one's own, or one to share, in which its maker writes.

    Raises `Forbidden` for somebody else's calendar unless the actor owns the workspace, `InvalidInput` for a
    second family calendar or a shared one with an owner.
    """
    actor.must_write()
    if kind is CalendarKind.FAMILY:
        raise InvalidInput("A workspace has one family calendar, made with it.", field="kind")
    owner = None
    if kind is CalendarKind.PERSONAL:
        owner = owner_member_id or actor.member_id
        if owner != actor.member_id:
            actor.must_own_workspace()
        tx.get(Member, owner)
    elif owner_member_id is not None:
        raise InvalidInput("Only a personal calendar has an owner.", field="owner_member_id")
    calendar = _insert(tx, name, kind, owner, visibility or CalendarVisibility.PRIVATE, color)
    if owner is None:
        tx.add(CalendarGrant(calendar_id=calendar.id, member_id=actor.member_id, access=Grant.WRITE))
    audit.record(tx, actor, "create", kind="calendar", subject=calendar.id)
    return get_calendar(tx, actor, calendar.id)


def update_calendar(
    tx: Unit,
    actor: Actor,
    calendar_id: UUID,
    *,
    changes: Mapping[str, Any],
    expected_version: int | None = None,
) -> CalendarView:
    """Change `name`, `color` or `visibility`.

    Raises `Stale` where the version is not the expected one, `Forbidden` for who only uses the calendar.
    """
    tx.lock(Calendar, [calendar_id])
    calendar = _administered(tx, actor, calendar_id)
    must_be_version("calendar", calendar.version, expected_version)
    if "name" in changes:
        calendar.name = checked_name(changes["name"], field="name")
    if "color" in changes:
        calendar.color = checked_color(changes["color"], field="color")
    if "visibility" in changes:
        calendar.visibility = _checked_visibility(changes["visibility"])
    calendar.version += 1
    tx.session.flush()
    audit.record(tx, actor, "update", kind="calendar", subject=calendar.id, changed=sorted(changes))
    return get_calendar(tx, actor, calendar.id)


def delete_calendar(tx: Unit, actor: Actor, calendar_id: UUID, *, with_events: bool = False) -> None:
    """Remove a calendar for good; one that holds events only when told so.

    One that holds the events of a booking, a call or a study session stays: they go first. Raises
    `CalendarInUse`, also for the family's calendar and for one that is somebody's default.
    """
    tx.lock(Calendar, [calendar_id])
    calendar = _administered(tx, actor, calendar_id)
    if calendar.kind is CalendarKind.FAMILY:
        raise CalendarInUse("A workspace keeps its family calendar.", calendar_id=str(calendar_id))
    of_member = tx.execute(select(Member.name).where(Member.default_calendar_id == calendar_id)).scalar()
    if of_member is not None:
        raise CalendarInUse(
            f"This is the default calendar of {of_member}: choose another default first.",
            calendar_id=str(calendar_id),
        )
    counted = select(func.count(), func.count(CalendarObject.holder))
    events, held = tx.execute(counted.where(CalendarObject.calendar_id == calendar_id)).one()
    if held or (events and not with_events):
        raise CalendarInUse(
            f"The calendar holds {held} events: cancel what they are for."
            if held
            else f"The calendar holds {events} events: move or delete them, or delete it with its events.",
            calendar_id=str(calendar_id),
            events=events,
            held=held,
        )
    tx.session.delete(calendar)
    tx.session.flush()
    audit.record(tx, actor, "delete", kind="calendar", subject=calendar_id, events=events)


def list_grants(tx: Unit, actor: Actor, calendar_id: UUID) -> dict[UUID, Grant]:
    """Give what members were granted on a calendar that the actor administers, or raise `Forbidden`."""
    _administered(tx, actor, calendar_id)
    rows = tx.execute(
        select(CalendarGrant.member_id, CalendarGrant.access)
        .where(CalendarGrant.calendar_id == calendar_id)
        .order_by(CalendarGrant.member_id)
    )
    return dict(rows.all())


def grant(tx: Unit, actor: Actor, calendar_id: UUID, member_id: UUID, access: Grant | None) -> None:
    """Let a member do more with a calendar, or with None no more than its visibility gives.

    Raises `LastWriter` where nobody would write in a shared calendar any more, `InvalidInput` for the
    family's.
    """
    tx.lock(Calendar, [calendar_id])
    calendar = _administered(tx, actor, calendar_id)
    tx.get(Member, member_id)
    if calendar.kind is CalendarKind.FAMILY:
        raise InvalidInput("Every member shares the family calendar already.", field="calendar_id")
    tx.execute(
        delete(CalendarGrant).where(
            CalendarGrant.calendar_id == calendar_id, CalendarGrant.member_id == member_id
        )
    )
    if access is not None:
        tx.add(CalendarGrant(calendar_id=calendar_id, member_id=member_id, access=access))
    if calendar.kind is CalendarKind.SHARED and not _writers(tx, calendar_id):
        raise LastWriter("Let somebody else write first, or delete it.", calendar_id=str(calendar_id))
    audit.record(
        tx, actor, "grant", kind="calendar", subject=calendar_id, member=str(member_id), access=access
    )


def _checked_visibility(value: str) -> CalendarVisibility:
    try:
        return CalendarVisibility(value)
    except ValueError:
        raise InvalidInput(f"Visibility is {', '.join(CalendarVisibility)}.", field="visibility") from None


def _writers(tx: Unit, calendar_id: UUID) -> int:
    query = select(func.count()).select_from(CalendarGrant)
    return tx.execute(
        query.where(CalendarGrant.calendar_id == calendar_id, CalendarGrant.access == Grant.WRITE)
    ).scalar_one()


def _administered(tx: Unit, actor: Actor, calendar_id: UUID) -> Calendar:
    """Give a calendar whose settings the actor may change: their own, or a shared one that they write."""
    view = require(calendars_of(tx, actor), calendar_id, Access.FREE_BUSY)
    actor.must_write()
    calendar = view.calendar
    own = calendar.owner_member_id == actor.member_id
    shared = calendar.kind is CalendarKind.SHARED and view.access >= Access.WRITE
    if not (own or shared or (actor.owns_workspace and view.access >= Access.WRITE)):
        raise Forbidden("Only its owner may change this calendar's settings.", calendar_id=str(calendar_id))
    return calendar


def _insert(
    tx: Unit,
    name: str,
    kind: CalendarKind,
    owner: UUID | None,
    visibility: CalendarVisibility,
    color: str | None = None,
) -> Calendar:
    return tx.add(
        Calendar(
            id=tx.new_id(),
            kind=kind,
            owner_member_id=owner,
            name=checked_name(name, field="name"),
            color=checked_color(color, field="color"),
            visibility=visibility,
            change_number=0,
            version=1,
            created_at=tx.now,
            changed_at=tx.now,
        )
    )
