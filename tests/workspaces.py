"""Workspaces for tests: all services over one database, people in it, and short words for what they do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, TypeVar, Unpack
from uuid import UUID

import pytest
from sqlalchemy import insert, select

from identities import CHEAP
from kalends.engine.series import Start
from kalends.engine.spans import Span
from kalends.engine.zones import zone
from kalends.features.calendars import service as calendars
from kalends.features.calendars.models import (
    CalendarKind,
    CalendarObject,
    CalendarVisibility,
    Event,
    EventResource,
    Grant,
    Participant,
)
from kalends.features.calendars.queries import EventDetail, EventFilter, Instance, get_event, instances
from kalends.features.changes import Changes, Holder
from kalends.features.identity.actor import Actor, actor_of
from kalends.features.identity.models import Account, Member, Permission, Role
from kalends.features.identity.workspaces import add_workspace
from kalends.features.scheduling import EventChanges, EventDraft, Outcome, Scheduling, Scope, Target, plans
from kalends.features.scheduling.optimising import Optimiser
from kalends.interfaces.services import Services
from kalends.kit.clock import FixedClock
from kalends.server import compose
from kalends.settings import Settings
from kalends.storage import Database, Unit

T = TypeVar("T")

BERLIN = zone("Europe/Berlin").tzinfo
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)  # a Monday
KEY = "A" * 43 + "="
_numbers = count(1)


def at(text: str) -> datetime:
    """Read "2026-03-30 09:00" as a time in Berlin."""
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@dataclass
class Town:
    """The services of one server whose clock stands still until a test moves it."""

    services: Services
    clock: FixedClock

    @property
    def database(self) -> Database:
        return self.services.database

    @property
    def scheduling(self) -> Scheduling:
        return self.services.scheduling

    @property
    def optimiser(self) -> Optimiser:
        return self.services.optimiser

    # People ---------------------------------------------------------------------------------------------

    def household(
        self,
        *names: str,
        permission: Permission = Permission.EDITOR,
        accounts: bool = True,
        zone_name: str = "Europe/Berlin",
    ) -> list[Actor]:
        """Found a workspace of these people, the first of whom owns it."""

        def found(tx: Unit) -> list[Actor]:
            workspace = add_workspace(tx, name="Home", zone_name=zone_name)
            hooks = self.services.identity.hooks
            for tell in hooks.workspace_added:
                tell(tx, workspace)
            return [
                self._member(tx, name, Permission.OWNER if index == 0 else permission, accounts)
                for index, name in enumerate(names)
            ]

        return self.database.write(self.database.ids.new(), found)

    def joins(self, actor: Actor, name: str, *, account: bool = True, zone_name: str | None = None) -> Actor:
        """Add a member to the actor's workspace."""
        return self.write(
            actor, lambda tx: self._member(tx, name, Permission.EDITOR, account, zone_name=zone_name)
        )

    def _member(
        self, tx: Unit, name: str, permission: Permission, account: bool, zone_name: str | None = None
    ) -> Actor:
        account_id = None
        if account:
            account_id = tx.new_id()
            values = {"username": f"user-{next(_numbers)}", "password_hash": "x", "created_at": tx.now}
            tx.execute(insert(Account).values(id=account_id, **values))
        member = self.services.identity.members.create(
            tx, name=name, role=Role.OTHER, permission=permission, zone_name=zone_name, account_id=account_id
        )
        return actor_of(member)

    # Work -----------------------------------------------------------------------------------------------

    def write(self, actor: Actor, work: Callable[[Unit], T]) -> T:
        return self.database.write(actor.workspace_id, work)

    def read(self, actor: Actor, work: Callable[[Unit], T]) -> T:
        with self.database.read(actor.workspace_id) as tx:
            return work(tx)

    def default(self, actor: Actor) -> UUID:
        """Give the actor's own calendar."""
        found = self.read(actor, lambda tx: tx.get(Member, actor.member_id).default_calendar_id)
        assert found is not None
        return found

    def family(self, actor: Actor) -> UUID:
        """Give the family calendar."""
        views = self.read(actor, lambda tx: calendars.list_calendars(tx, actor))
        return next(view.id for view in views if view.calendar.kind is CalendarKind.FAMILY)

    def calendar(
        self,
        actor: Actor,
        kind: CalendarKind = CalendarKind.PERSONAL,
        visibility: CalendarVisibility = CalendarVisibility.PRIVATE,
        grants: Mapping[UUID, Grant] = {},
    ) -> UUID:
        """Make a calendar, shared with those who are given something on it."""

        def make(tx: Unit) -> UUID:
            view = calendars.create_calendar(tx, actor, name="Plans", kind=kind, visibility=visibility)
            for member_id, access in grants.items():
                calendars.grant(tx, actor, view.id, member_id, access)
            return view.id

        return self.write(actor, make)

    def hide(self, actor: Actor) -> None:
        """Let others see the actor's own calendar as busy time only."""
        private = {"visibility": CalendarVisibility.PRIVATE}
        calendar_id = self.default(actor)
        self.write(actor, lambda tx: calendars.update_calendar(tx, actor, calendar_id, changes=private))

    def plan(
        self,
        actor: Actor,
        *,
        calendar_id: UUID | None = None,
        uid: str | None = None,
        holder: str | None = None,
        preview: bool = False,
        force: bool = False,
        **changes: Unpack[EventChanges],
    ) -> Outcome:
        """Create an event."""
        draft = EventDraft(changes=changes, calendar_id=calendar_id, uid=uid, holder=holder)
        return self.scheduling.carry_out(
            actor, lambda tx: plans.create(tx, actor, [draft]), preview=preview, force=force
        )

    def made(self, actor: Actor, **wanted: Any) -> UUID:
        """Create an event and give its id."""
        return self.plan(actor, **wanted).operations[0].object_id

    def edit(
        self,
        actor: Actor,
        event_id: UUID,
        scope: Scope = Scope.ALL,
        occurrence: str | None = None,
        *,
        version: int | None = None,
        calendar_id: UUID | None = None,
        preview: bool = False,
        **changes: Unpack[EventChanges],
    ) -> Outcome:
        target = Target(event_id=event_id, scope=scope, occurrence=occurrence, expected_version=version)
        return self.scheduling.carry_out(
            actor,
            lambda tx: plans.update(tx, actor, target, changes, calendar_id=calendar_id),
            preview=preview,
        )

    def remove(
        self, actor: Actor, event_id: UUID, scope: Scope = Scope.ALL, occurrence: str | None = None
    ) -> Outcome:
        target = Target(event_id=event_id, scope=scope, occurrence=occurrence)
        return self.scheduling.carry_out(actor, lambda tx: plans.remove(tx, actor, target))

    # What there is --------------------------------------------------------------------------------------

    def seen(
        self, actor: Actor, start: Start, end: Start, filters: EventFilter | None = None
    ) -> list[Instance]:
        """Give what the actor sees between two local times or days of Berlin."""
        window = Span(_midnight(start), _midnight(end))
        return self.read(actor, lambda tx: instances(tx, actor, window, filters))

    def starts(self, actor: Actor, start: Start, end: Start) -> list[str]:
        """Give when things start that the actor sees, as "03-30 09:00", or "03-30" for all day."""
        return [
            f"{found.start:%m-%d %H:%M}" if isinstance(found.start, datetime) else f"{found.start:%m-%d}"
            for found in self.seen(actor, start, end)
        ]

    def event(self, actor: Actor, event_id: UUID) -> EventDetail:
        return self.read(actor, lambda tx: get_event(tx, actor, event_id))

    def text(self, actor: Actor, event_id: UUID) -> str:
        return self.read(actor, lambda tx: tx.get(CalendarObject, event_id).text)

    def snapshot(self, actor: Actor) -> dict[str, Any]:
        """Give every calendar's content but for versions and the times of writing."""

        def take(tx: Unit) -> dict[str, Any]:
            kept: dict[str, Any] = {}
            for table in (CalendarObject, Event, Participant, EventResource):
                columns = [column for column in table.__table__.columns if column.name not in _GROWING]
                rows = tx.execute(select(table)).scalars().all()
                kept[table.__tablename__] = sorted(
                    tuple(repr(getattr(row, column.name)) for column in columns) for row in rows
                )
            return kept

        return self.read(actor, take)


_GROWING = {"version", "change_number", "updated_at"}


def _midnight(start: Start) -> datetime:
    if isinstance(start, datetime):
        return start if start.tzinfo else start.replace(tzinfo=BERLIN)
    return datetime(start.year, start.month, start.day, tzinfo=BERLIN)


def town(url: str, directory: Path, holders: Mapping[str, Holder] | None = None) -> Town:
    """Open the services over the database at `url`."""
    clock = FixedClock(NOON)
    settings = Settings(data_dir=directory, database_url=url, key=KEY)
    services = compose(settings, clock=clock, identity=CHEAP)
    if holders:
        changes = Changes(holders)
        scheduling = Scheduling(services.database, changes)
        optimiser = Optimiser(services.database, changes, scheduling, ThreadPoolExecutor(1))
        services = replace(services, changes=changes, scheduling=scheduling, optimiser=optimiser)
    return Town(services, clock)


@pytest.fixture
def home(database_url: str, tmp_path: Path) -> Iterator[Town]:
    """All services over a fresh database, on each kind in turn."""
    opened = town(database_url, tmp_path)
    yield opened
    opened.database.close()


DAY = timedelta(days=1)
MONDAY = date(2026, 3, 2)
