"""Following change numbers: which calendars changed, seen from any process over the same database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from kalends.features.calendars.access import calendars_of
from kalends.features.calendars.models import Calendar
from kalends.features.identity.actor import Actor
from kalends.storage import Database, Unit

OVERLAP = timedelta(minutes=10)
"""How long a change may be older than it looks: its time is when its transaction began, on its own clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarChange:
    """A calendar and how far it has come."""

    workspace_id: UUID
    calendar_id: UUID
    number: int


class Tail:
    """Reads on from where it last was. One for a process; it holds no connection between two looks."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[UUID, int] = {}  # change numbers of the calendars that changed of late

    def look(self) -> list[CalendarChange]:
        """Give the calendars that changed since the last look; the first look gives what changed of late."""
        found = changed_since(self._database, self._database.clock.now() - OVERLAP)
        fresh = [each for each in found if self._known.get(each.calendar_id) != each.number]
        self._known = {each.calendar_id: each.number for each in found}
        return fresh


def changed_since(database: Database, since: datetime) -> list[CalendarChange]:
    """Give every workspace's calendars that changed at `since` or later."""
    with database.read(None) as tx:
        rows = tx.execute(
            select(Calendar.workspace_id, Calendar.id, Calendar.change_number).where(
                Calendar.changed_at >= since
            ),
            across_workspaces="one look serves everyone who listens",
        )
        return [
            CalendarChange(workspace_id=workspace_id, calendar_id=id, number=number)
            for workspace_id, id, number in rows
        ]


def numbers(tx: Unit, actor: Actor, *, since: datetime | None = None) -> dict[UUID, int]:
    """Give the change numbers of the calendars that the actor may know of, of those changed since only."""
    return {
        id: view.calendar.change_number
        for id, view in calendars_of(tx, actor).items()
        if since is None or view.calendar.changed_at >= since
    }
