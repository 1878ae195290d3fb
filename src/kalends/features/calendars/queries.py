"""Reading events: what a viewer sees of a stretch of time, in at most five queries whatever its size."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select

from kalends.engine.claims import Priority, rank
from kalends.engine.series import Start
from kalends.engine.spans import Span
from kalends.engine.zones import zone
from kalends.features.calendars.access import Access, CalendarView, Sight, all_calendars, visible
from kalends.features.calendars.expansion import EventRow, expand_rows, instance_key, local_start
from kalends.features.calendars.models import (
    MASTER,
    CalendarObject,
    Category,
    Event,
    Participant,
    Response,
    Status,
)
from kalends.features.identity.actor import Actor
from kalends.kit.errors import NotFound, TooLarge
from kalends.storage import Unit

MAX_OCCURRENCES = 50_000
"""How many occurrences one answer holds at most."""

BUSY = "Busy"

# Rows rather than mapped objects: a week of a large calendar is read several times faster.
_EVENT_COLUMNS = [attribute.class_attribute for attribute in Event.__mapper__.column_attrs]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFilter:
    """Which events to give: those that match every part that is set.

    A filter by content never matches an event that the viewer sees only as busy.
    """

    calendars: Collection[UUID] | None = None
    members: Collection[UUID] | None = None  # events that claim one of them
    categories: Collection[UUID] | None = None
    priorities: Collection[Priority] | None = None
    statuses: Collection[Status] | None = None
    text: str | None = None  # in title, description or location, whatever the case

    @property
    def by_content(self) -> bool:
        """Say whether the filter looks at more than when and whose."""
        return any(part is not None for part in (self.categories, self.priorities, self.statuses, self.text))


@dataclass(frozen=True, slots=True, kw_only=True)
class Taker:
    """A member's part in an event."""

    member_id: UUID
    required: bool
    response: Response


@dataclass(frozen=True, slots=True, kw_only=True)
class EventView:
    """One event row as one viewer sees it; content is to be shown only in `FULL` sight."""

    row: EventRow
    sight: Sight
    calendar: CalendarView
    category: Category | None
    participants: Sequence[Taker] = ()

    @property
    def full(self) -> bool:
        return self.sight is Sight.FULL

    @property
    def title(self) -> str:
        """Give the title, or that somebody is busy."""
        return (self.row.title or "(no title)") if self.full else BUSY

    @property
    def rank(self) -> int:
        """Give how much the event weighs against others, 1 to 6."""
        return rank(self.row.priority, self.category.level if self.category else 3)

    @property
    def claimed_members(self) -> list[Taker]:
        """Give whose time the event takes: participants who did not decline, else the calendar's owner."""
        if self.row.has_participants:
            return [taker for taker in self.participants if taker.response is not Response.DECLINED]
        owner = self.calendar.calendar.owner_member_id
        return [Taker(member_id=owner, required=True, response=Response.ACCEPTED)] if owner else []


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """One occurrence as a viewer sees it."""

    event: EventView
    start: Start
    end: Start
    recurrence_key: str  # MASTER for an event that happens once


@dataclass(frozen=True, slots=True, kw_only=True)
class EventDetail:
    """A whole calendar object as a viewer sees it. One may lack its master."""

    master: EventView | None
    overrides: Sequence[EventView] = field(default=())

    @property
    def first(self) -> EventView:
        """Give the master, or where there is none the first override."""
        return self.master or self.overrides[0]


def instances(
    tx: Unit, actor: Actor, window: Span, filters: EventFilter | None = None, *, limit: int = MAX_OCCURRENCES
) -> list[Instance]:
    """Give every occurrence that the actor may see and that intersects the window, in order of start.

    Floating and all-day times are taken in the actor's zone. Raises `TooLarge` over `limit` occurrences.
    """
    since, until = _seconds(window.start), _seconds(window.end)
    views = event_views(tx, actor, in_window(since, until), filters or EventFilter())
    floating = zone(actor.zone)
    found = expand_rows(
        [view.row for view in views],
        since,
        until,
        floating=floating,
        text_of=lambda id: tx.get(CalendarObject, id).text,
    )
    if len(found.row) > limit:
        raise TooLarge(
            f"The range holds {len(found.row)} occurrences; ask for a shorter one.",
            limit=limit,
            setting="max_occurrences",
        )
    wanted = filters or EventFilter()
    result = []
    for index, start, end, original in zip(
        found.row.tolist(), found.start.tolist(), found.end.tolist(), found.original.tolist(), strict=True
    ):
        view = views[index]
        if _passes(view, wanted):
            row = view.row
            result.append(
                Instance(
                    event=view,
                    start=local_start(row, start, floating),
                    end=local_start(row, end, floating),
                    recurrence_key=instance_key(row, original),
                )
            )
    return result


def get_event(tx: Unit, actor: Actor, event_id: UUID) -> EventDetail:
    """Give an event with its overrides, or raise `NotFound` where the actor may not know of it."""
    views = event_views(tx, actor, Event.object_id == event_id, EventFilter())
    if not views:
        raise NotFound(f"There is no event {event_id}.", kind="event", id=str(event_id))
    master = next((view for view in views if view.row.recurrence_key == MASTER), None)
    return EventDetail(
        master=master, overrides=tuple(view for view in views if view.row.recurrence_key != MASTER)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Event rows of whole objects with what hangs on them, whoever may see them."""

    events: Sequence[EventRow]
    takers: Mapping[tuple[UUID, str], Sequence[Taker]]  # by object id and recurrence key
    categories: Mapping[UUID, Category]

    def takers_of(self, row: EventRow) -> Sequence[Taker]:
        """Give the members who take part in a row's event, declined or not."""
        return self.takers.get((row.object_id, row.recurrence_key), ())


def load_rows(tx: Unit, which: ColumnElement[bool]) -> Rows:
    """Read the rows that match, in at most three queries."""
    events = tx.execute(select(*_EVENT_COLUMNS).where(which)).all()
    takers = _participants(tx, which) if any(row.has_participants for row in events) else {}
    categories = {category.id: category for category in tx.execute(select(Category)).scalars()}
    return Rows(events=events, takers=takers, categories=categories)


def views_of(rows: Rows, actor: Actor, calendars: Mapping[UUID, CalendarView]) -> list[EventView]:
    """Give the rows as the actor sees them, without those they may not know of."""
    views = []
    for row in rows.events:
        calendar = calendars.get(row.calendar_id)
        if calendar is None:
            continue
        taking = rows.takers_of(row)
        sight = visible(
            actor,
            calendar.access,
            confidential=row.confidential,
            created_by=row.created_by,
            owner_member_id=calendar.calendar.owner_member_id,
            participants=[taker.member_id for taker in taking],
        )
        if sight > Sight.NOTHING:
            category = rows.categories.get(row.category_id)
            views.append(
                EventView(row=row, sight=sight, calendar=calendar, category=category, participants=taking)
            )
    return views


def event_views(tx: Unit, actor: Actor, which: ColumnElement[bool], filters: EventFilter) -> list[EventView]:
    """Give the rows of whole objects as the actor sees them; of the filters only those of calendars and
    members are applied, since an override may differ from its master in all others."""
    calendars = all_calendars(tx, actor)
    if filters.calendars is not None:
        calendars = {id: view for id, view in calendars.items() if id in filters.calendars}
    open_ones = [id for id, view in calendars.items() if view.access > Access.NOTHING]
    known: ColumnElement[bool] = Event.calendar_id.in_(open_ones)
    if len(open_ones) < len(calendars):  # of the others, the events in which the actor takes part
        known = and_(Event.calendar_id.in_(calendars), claims_any_of([actor.member_id], open_ones))
    which = and_(known, which)
    if filters.members is not None:
        own = [id for id, view in calendars.items() if view.calendar.owner_member_id in filters.members]
        which = and_(which, claims_any_of(filters.members, own))
    return views_of(load_rows(tx, which), actor, calendars)


def in_window(since: int, until: int) -> ColumnElement[bool]:
    """Match objects with anything in [since, until), in seconds since 1970."""
    return and_(Event.until_utc >= since, Event.since_utc < until)


def claims_any_of(members: Collection[UUID], own_calendars: Collection[UUID]) -> ColumnElement[bool]:
    """Match objects that claim one of the members, who own these calendars, in any of their rows."""
    taking = (
        exists()
        .where(
            Participant.workspace_id == Event.workspace_id,
            Participant.object_id == Event.object_id,
            Participant.member_id.in_(members),
        )
        .correlate(Event)
    )
    return or_(taking, Event.calendar_id.in_(own_calendars))


def _participants(tx: Unit, which: ColumnElement[bool]) -> Mapping[tuple[UUID, str], list[Taker]]:
    rows = tx.execute(
        select(
            Participant.object_id,
            Participant.recurrence_key,
            Participant.member_id,
            Participant.required,
            Participant.response,
        )
        .join(
            Event,
            and_(
                Event.workspace_id == Participant.workspace_id,
                Event.object_id == Participant.object_id,
                Event.recurrence_key == Participant.recurrence_key,
            ),
        )
        .where(which)
        .order_by(Participant.member_id)
    )
    takers: dict[tuple[UUID, str], list[Taker]] = defaultdict(list)
    for object_id, key, member_id, required, response in rows:
        takers[object_id, key].append(Taker(member_id=member_id, required=required, response=response))
    return takers


def _passes(view: EventView, wanted: EventFilter) -> bool:
    row = view.row
    if wanted.members is not None and not any(
        taker.member_id in wanted.members for taker in view.claimed_members
    ):
        return False
    if not wanted.by_content:
        return True
    if not view.full:
        return False
    text = "\n".join(part for part in (row.title, row.description, row.location) if part).casefold()
    return (
        (wanted.categories is None or row.category_id in wanted.categories)
        and (wanted.priorities is None or row.priority in wanted.priorities)
        and (wanted.statuses is None or row.status in wanted.statuses)
        and (wanted.text is None or wanted.text.casefold() in text)
    )


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
