"""Who may see and change what. Every answer about events passes through `visible`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from uuid import UUID

from sqlalchemy import select

from kalends.features.calendars.models import (
    Calendar,
    CalendarGrant,
    CalendarKind,
    CalendarVisibility,
    Grant,
)
from kalends.features.identity.actor import Actor
from kalends.features.identity.models import Member, Permission
from kalends.kit.errors import Forbidden, NotFound
from kalends.storage import Unit


class Access(IntEnum):
    """What an actor may do with a calendar; each level includes those below."""

    NOTHING = 0
    FREE_BUSY = 1
    READ = 2
    WRITE = 3


class Sight(IntEnum):
    """How much of one event a viewer sees."""

    NOTHING = 0
    BUSY = 1
    FULL = 2


_GRANTED = {Grant.FREE_BUSY: Access.FREE_BUSY, Grant.READ: Access.READ, Grant.WRITE: Access.WRITE}


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarView:
    """A calendar with what the actor may do in it."""

    calendar: Calendar
    access: Access

    @property
    def id(self) -> UUID:
        """Give the calendar's id."""
        return self.calendar.id


def access_to(actor: Actor, calendar: Calendar, grant: Grant | None, *, owner_signs_in: bool) -> Access:
    """Decide what `actor` may do with `calendar`.

    A private calendar shows its owner's time as busy to everyone else, owners of the workspace too;
    only where its owner has no account do the workspace's owners keep it for them.
    """
    level = _GRANTED[grant] if grant else Access.NOTHING
    if calendar.owner_member_id == actor.member_id or calendar.kind is CalendarKind.FAMILY:
        level = Access.WRITE
    elif calendar.visibility is not CalendarVisibility.PRIVATE:
        level = max(level, Access.WRITE if actor.owns_workspace else Access.READ)
    elif calendar.kind is CalendarKind.PERSONAL:
        keeps_it = actor.owns_workspace and not owner_signs_in
        level = max(level, Access.WRITE if keeps_it else Access.FREE_BUSY)
    if actor.permission is Permission.VIEWER or "write" not in actor.scopes:
        level = min(level, Access.READ)
    return level


def calendars_of(tx: Unit, actor: Actor) -> dict[UUID, CalendarView]:
    """Give every calendar of the workspace that the actor may at least see as busy, by id (one query)."""
    return {id: view for id, view in all_calendars(tx, actor).items() if view.access > Access.NOTHING}


def all_calendars(tx: Unit, actor: Actor) -> dict[UUID, CalendarView]:
    """Give those too of which the actor knows at most single events, because they take part in them."""
    rows = tx.execute(
        select(Calendar, CalendarGrant.access, Member.account_id)
        .outerjoin(
            CalendarGrant,
            (CalendarGrant.workspace_id == Calendar.workspace_id)
            & (CalendarGrant.calendar_id == Calendar.id)
            & (CalendarGrant.member_id == actor.member_id),
        )
        .outerjoin(
            Member, (Member.workspace_id == Calendar.workspace_id) & (Member.id == Calendar.owner_member_id)
        )
        .order_by(Calendar.id)
    )
    return {
        calendar.id: CalendarView(
            calendar=calendar,
            access=access_to(actor, calendar, grant, owner_signs_in=account_id is not None),
        )
        for calendar, grant, account_id in rows
    }


def require(calendars: Mapping[UUID, CalendarView], calendar_id: UUID, level: Access) -> CalendarView:
    """Give the calendar; raise `NotFound` when it may not be known, `Forbidden` when not be used so."""
    view = calendars.get(calendar_id)
    if view is None:
        raise NotFound(f"There is no calendar {calendar_id}.", kind="calendar", id=str(calendar_id))
    if view.access < level:
        raise Forbidden(
            f"This needs {level.name.lower()} access to the calendar.",
            needs=level.name.lower(),
            calendar_id=str(calendar_id),
        )
    return view


def visible(
    viewer: Actor,
    access: Access,
    *,
    confidential: bool,
    created_by: UUID | None,
    owner_member_id: UUID | None,
    participants: Sequence[UUID] = (),
) -> Sight:
    """Say how much of an event `viewer` sees: everything, that somebody is busy, or nothing."""
    if viewer.member_id in participants:
        return Sight.FULL
    if access <= Access.FREE_BUSY:
        return Sight(int(access))
    if confidential and viewer.member_id not in (owner_member_id, created_by):
        return Sight.BUSY
    return Sight.FULL
