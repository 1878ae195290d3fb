"""Reading events: what a viewer sees of a stretch of time, in at most five queries whatever its size."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import numpy as np
from sqlalchemy import ColumnElement, and_

from kalends.engine.claims import Priority, rank
from kalends.engine.series import Start
from kalends.engine.spans import Span
from kalends.engine.zones import Zone, zone
from kalends.features.calendars.access import Access, CalendarView, Sight, all_calendars, visible
from kalends.features.calendars.event_rows import (
    Rows,
    Taker,
    claims_any_of,
    in_window,
    load_rows,
)
from kalends.features.calendars.expansion import Expansion, expand_rows, instance_key, local_start
from kalends.features.calendars.kept_rows import all_rows
from kalends.features.calendars.models import (
    MASTER,
    CalendarObject,
    Category,
    Event,
    Response,
    Status,
)
from kalends.features.calendars.row_columns import EventRow
from kalends.features.identity.actor import Actor
from kalends.kit.errors import NotFound, TooLarge
from kalends.storage import Unit

MAX_OCCURRENCES = 50_000
"""How many occurrences one answer holds at most."""

BUSY = "Busy"


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
class EventView:
    """One event row as one viewer sees it; content is to be shown only in `FULL` sight."""

    row: EventRow
    sight: Sight
    calendar: CalendarView
    category: Category | None
    participants: Sequence[Taker] = ()
    resources: Sequence[UUID] = ()  # that it takes, where there are such

    @property
    def full(self) -> bool:
        """Say whether the viewer sees the content, not the time alone."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """What a viewer sees of a stretch of time, as columns in order of start."""

    rows: Sequence[EventRow]
    views: Mapping[int, EventView]  # of each row that is seen, by its index
    occurrences: Expansion
    floating: Zone

    def instances(self) -> list[Instance]:
        """Give each occurrence as a value."""
        found = self.occurrences
        return [
            Instance(
                event=self.views[index],
                start=local_start(self.rows[index], start, self.floating),
                end=local_start(self.rows[index], end, self.floating),
                recurrence_key=instance_key(self.rows[index], original),
            )
            for index, start, end, original in zip(
                found.row.tolist(),
                found.start.tolist(),
                found.end.tolist(),
                found.original.tolist(),
                strict=True,
            )
        ]


def instances(
    tx: Unit, actor: Actor, window: Span, filters: EventFilter | None = None, *, limit: int = MAX_OCCURRENCES
) -> list[Instance]:
    """Give what `look` finds, each occurrence as a value."""
    return look(tx, actor, window, filters, limit=limit).instances()


def look(
    tx: Unit, actor: Actor, window: Span, filters: EventFilter | None = None, *, limit: int = MAX_OCCURRENCES
) -> Range:
    """Find every occurrence that the actor may see and that intersects the window, in order of start.

    Floating and all-day times are taken in the actor's zone. Raises `TooLarge` over `limit` occurrences.
    """
    wanted, floating = filters or EventFilter(), zone(actor.zone)
    since, until = _seconds(window.start), _seconds(window.end)
    calendars = _calendars(tx, actor, wanted)
    rows = _rows(tx, actor, calendars, wanted, since, until)
    events = list(rows.events)
    found = expand_rows(
        events, since, until, floating=floating, text_of=lambda id: tx.get(CalendarObject, id).text
    )
    # Judged after expanding, which needs whole objects: an override that is not seen still replaces.
    used = np.unique(found.row)
    views = {
        index: view
        for index in used.tolist()
        if (view := _view(events[index], rows, actor, calendars)) is not None and _passes(view, wanted)
    }
    if len(views) < len(used):
        found = found.only(np.isin(found.row, list(views)))
    size = len(found.row)
    if size > limit:
        raise TooLarge(
            f"The range holds {size} occurrences; ask for a shorter one.",
            limit=limit,
            setting="max_occurrences",
        )
    return Range(rows=events, views=views, occurrences=found, floating=floating)


def _rows(
    tx: Unit,
    actor: Actor,
    calendars: Mapping[UUID, CalendarView],
    filters: EventFilter,
    since: int,
    until: int,
) -> Rows:
    """Give the rows around a stretch of time, without those of which the actor cannot know anything."""
    rows = all_rows(tx)
    if rows is None:
        return load_rows(tx, and_(_known(actor, calendars, filters), in_window(since, until)))
    events = rows.events
    near = np.flatnonzero((events.since < until) & (events.until >= since))
    known = [number for id, number in events.numbers.calendars.items() if id in calendars]
    return rows.only(near[np.isin(events.calendar[near], known)])


def get_event(tx: Unit, actor: Actor, event_id: UUID) -> EventDetail:
    """Give an event with its overrides, or raise `NotFound` where the actor may not know of it."""
    views = event_views(tx, actor, Event.object_id == event_id, EventFilter())
    if not views:
        raise NotFound(f"There is no event {event_id}.", kind="event", id=str(event_id))
    master = next((view for view in views if view.row.recurrence_key == MASTER), None)
    return EventDetail(
        master=master, overrides=tuple(view for view in views if view.row.recurrence_key != MASTER)
    )


def views_of(rows: Rows, actor: Actor, calendars: Mapping[UUID, CalendarView]) -> list[EventView]:
    """Give the rows as the actor sees them, without those they may not know of."""
    views = (_view(row, rows, actor, calendars) for row in rows.events)
    return [view for view in views if view is not None]


def _view(
    row: EventRow, rows: Rows, actor: Actor, calendars: Mapping[UUID, CalendarView]
) -> EventView | None:
    calendar = calendars.get(row.calendar_id)
    if calendar is None:
        return None
    taking = rows.takers_of(row) if row.has_participants else ()
    sight = visible(
        actor,
        calendar.access,
        confidential=row.confidential,
        created_by=row.created_by,
        owner_member_id=calendar.calendar.owner_member_id,
        participants=[taker.member_id for taker in taking],
    )
    if sight is Sight.NOTHING:
        return None
    return EventView(
        row=row,
        sight=sight,
        calendar=calendar,
        category=rows.categories.get(row.category_id),
        participants=taking,
        resources=rows.resources_of(row) if row.has_resources else (),
    )


def event_views(tx: Unit, actor: Actor, which: ColumnElement[bool], filters: EventFilter) -> list[EventView]:
    """Give the rows of whole objects as the actor sees them; of the filters only those of calendars and
    members are applied, since an override may differ from its master in all others."""
    calendars = _calendars(tx, actor, filters)
    return views_of(load_rows(tx, and_(_known(actor, calendars, filters), which)), actor, calendars)


def _calendars(tx: Unit, actor: Actor, filters: EventFilter) -> Mapping[UUID, CalendarView]:
    calendars = all_calendars(tx, actor)
    if filters.calendars is None:
        return calendars
    return {id: view for id, view in calendars.items() if id in filters.calendars}


def _known(actor: Actor, calendars: Mapping[UUID, CalendarView], filters: EventFilter) -> ColumnElement[bool]:
    """Match objects of which the actor may know."""
    open_ones = [id for id, view in calendars.items() if view.access > Access.NOTHING]
    known: ColumnElement[bool] = Event.calendar_id.in_(open_ones)
    if len(open_ones) < len(calendars):  # of the others, the events in which the actor takes part
        known = and_(Event.calendar_id.in_(calendars), claims_any_of([actor.member_id], open_ones))
    if filters.members is not None:
        own = [id for id, view in calendars.items() if view.calendar.owner_member_id in filters.members]
        known = and_(known, claims_any_of(filters.members, own))
    return known


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
