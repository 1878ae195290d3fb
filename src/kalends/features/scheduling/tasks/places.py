"""Where a task or a block lies, and so who may know of it and change it: as its calendar says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol
from uuid import UUID

from kalends.features.calendars.access import Access, CalendarView, calendars_of, require
from kalends.features.calendars.models import Category
from kalends.features.identity.actor import Actor
from kalends.features.identity.models import Member
from kalends.kit.errors import InvalidInput, NotFound
from kalends.storage import Unit


class Placed(Protocol):
    """What both have of a place."""

    id: UUID
    member_id: UUID
    calendar_id: UUID | None


def calendar_of(tx: Unit, calendars: Mapping[UUID, CalendarView], row: Placed) -> CalendarView | None:
    """Give the calendar on which it takes time; None where the actor may not know of that."""
    chosen = calendars.get(row.calendar_id) if row.calendar_id else None
    default = tx.get(Member, row.member_id).default_calendar_id
    return chosen or (calendars.get(default) if default else None)


def may_read(tx: Unit, actor: Actor, calendars: Mapping[UUID, CalendarView], row: Placed) -> bool:
    """Say whether the actor may know of it: it is theirs, or they read its calendar."""
    view = calendar_of(tx, calendars, row)
    return row.member_id == actor.member_id or (view is not None and view.access >= Access.READ)


def must_write(tx: Unit, actor: Actor, row: Placed, kind: str) -> CalendarView:
    """Give the calendar that the actor may write. Raises `NotFound` and `Forbidden`."""
    actor.must_write()
    calendars = calendars_of(tx, actor)
    view = calendar_of(tx, calendars, row)
    if view is None or not may_read(tx, actor, calendars, row):
        raise NotFound(f"There is no {kind} {row.id}.", kind=kind, id=str(row.id))
    return require(calendars, view.id, Access.WRITE)


def check_place(
    tx: Unit, actor: Actor, member_id: UUID, calendar_id: UUID | None, category_id: UUID | None
) -> None:
    """Refuse members and categories that are none, and calendars that the actor may not write."""
    member = tx.find(Member, member_id)
    if member is None:
        raise InvalidInput(f"There is no member {member_id}.", field="member_id")
    if category_id is not None and tx.find(Category, category_id) is None:
        raise InvalidInput(f"There is no category {category_id}.", field="category_id")
    wanted = calendar_id or member.default_calendar_id
    if wanted is None:
        raise InvalidInput(f"{member.name} has no default calendar: say which.", field="calendar_id")
    require(calendars_of(tx, actor), wanted, Access.WRITE)
