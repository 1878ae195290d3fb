"""Tables of calendars, calendar objects and the events projected from their text.

The text of a calendar object is the truth. `Event`, `Participant` and `EventResource` rows are a projection
of it, made by one function (`projection.py`) and written only by `objects.py`; they can be rebuilt at any
time.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from kalends.engine.claims import Flexibility, Priority
from kalends.storage.schema import Identified, Scoped, Table

MASTER = ""
"""The recurrence key of a master; an override's is its original local start, in ISO 8601."""

GENERAL = "general"
"""The key of the category that an event has when none is given."""


class CalendarKind(StrEnum):
    """Whose calendar it is."""

    PERSONAL = "personal"  # one member's
    FAMILY = "family"  # the workspace's, without an owner
    SHARED = "shared"  # a list of members'


class CalendarVisibility(StrEnum):
    """Who sees more than busy, besides the owner and those with a grant."""

    PRIVATE = "private"
    FAMILY = "family"  # every member of the workspace
    PUBLIC = "public"  # anyone with its link


class Grant(StrEnum):
    """What a member was given on somebody else's calendar."""

    FREE_BUSY = "free_busy"
    READ = "read"
    WRITE = "write"


class Status(StrEnum):
    """Where an event stands."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"


class Response(StrEnum):
    """What a participant answered."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    TENTATIVE = "tentative"
    NEEDS_ACTION = "needs_action"


class Calendar(Identified, Table):
    """A named collection of calendar objects."""

    __tablename__ = "calendar"
    __table_args__ = (
        ForeignKeyConstraint(["workspace_id"], ["workspace.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["workspace_id", "owner_member_id"], ["member.workspace_id", "member.id"]),
        Index("ix_calendar_changed_at", "changed_at"),
    )

    kind: Mapped[CalendarKind]
    owner_member_id: Mapped[UUID | None]  # set exactly for personal calendars
    name: Mapped[str]
    color: Mapped[str | None]  # "#rrggbb"
    visibility: Mapped[CalendarVisibility]
    change_number: Mapped[int] = mapped_column(default=0)  # grows with each change of an object in it
    version: Mapped[int] = mapped_column(default=1)  # of these settings, for If-Match
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]  # when change_number last grew; live events look here


class CalendarGrant(Scoped, Table):
    """What one member may do with one calendar."""

    __tablename__ = "calendar_grant"
    __table_args__ = (
        ForeignKeyConstraint(
            ["workspace_id", "calendar_id"], ["calendar.workspace_id", "calendar.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["workspace_id", "member_id"], ["member.workspace_id", "member.id"], ondelete="CASCADE"
        ),
    )

    calendar_id: Mapped[UUID] = mapped_column(primary_key=True)
    member_id: Mapped[UUID] = mapped_column(primary_key=True)
    access: Mapped[Grant]


class Category(Identified, Table):
    """What kind of thing an event is; its level 1-5 ranks events without a priority of their own."""

    __tablename__ = "category"
    __table_args__ = (
        ForeignKeyConstraint(["workspace_id"], ["workspace.id"], ondelete="CASCADE"),
        UniqueConstraint("workspace_id", "key"),
    )

    name: Mapped[str]
    key: Mapped[str]  # the name, case-folded: names differ by more than case
    level: Mapped[int]
    color: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)


class CalendarObject(Identified, Table):
    """One UID in one calendar: master and overrides, as one iCalendar text. Its id is its event's id."""

    __tablename__ = "calendar_object"
    __table_args__ = (
        ForeignKeyConstraint(
            ["workspace_id", "calendar_id"], ["calendar.workspace_id", "calendar.id"], ondelete="CASCADE"
        ),
        UniqueConstraint("workspace_id", "calendar_id", "uid"),
        UniqueConstraint("workspace_id", "calendar_id", "href"),
        Index("ix_calendar_object_changes", "workspace_id", "calendar_id", "change_number"),
    )

    calendar_id: Mapped[UUID]
    uid: Mapped[str]
    href: Mapped[str]
    component: Mapped[str]  # VEVENT, VTODO, VJOURNAL
    text: Mapped[str]
    version: Mapped[int]  # the ETag: whatever changes the text raises it
    change_number: Mapped[int]  # of the calendar, when this was last written
    holder: Mapped[str | None]  # "kind:id" of the booking, call or session that owns the event
    created_by: Mapped[UUID | None]  # member
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Tombstone(Scoped, Table):
    """A deleted calendar object, for those who follow the change numbers."""

    __tablename__ = "tombstone"
    __table_args__ = (
        ForeignKeyConstraint(
            ["workspace_id", "calendar_id"], ["calendar.workspace_id", "calendar.id"], ondelete="CASCADE"
        ),
        Index("ix_tombstone_changes", "workspace_id", "calendar_id", "change_number"),
    )

    calendar_id: Mapped[UUID] = mapped_column(primary_key=True)
    href: Mapped[str] = mapped_column(primary_key=True)
    object_id: Mapped[UUID]
    uid: Mapped[str]
    version: Mapped[int]  # the last one, so that an object which comes back continues from it
    change_number: Mapped[int]
    deleted_at: Mapped[datetime]


class Event(Scoped, Table):
    """A VEVENT of a calendar object, as columns: the master, or one override."""

    __tablename__ = "event"
    __table_args__ = (
        ForeignKeyConstraint(
            ["workspace_id", "object_id"],
            ["calendar_object.workspace_id", "calendar_object.id"],
            ondelete="CASCADE",
        ),
        Index("ix_event_window", "workspace_id", "calendar_id", "until_utc", "since_utc"),
        Index("ix_event_category", "workspace_id", "category_id"),
        Index("ix_event_uid", "workspace_id", "uid"),
        Index(
            "ix_event_holder",
            "workspace_id",
            "holder",
            sqlite_where=text("holder IS NOT NULL"),
            postgresql_where=text("holder IS NOT NULL"),
        ),
    )

    object_id: Mapped[UUID] = mapped_column(primary_key=True)
    recurrence_key: Mapped[str] = mapped_column(primary_key=True)
    calendar_id: Mapped[UUID]
    # Copied from the object, so that a query needs one table.
    uid: Mapped[str]
    version: Mapped[int]
    created_by: Mapped[UUID | None]
    holder: Mapped[str | None]
    created_at: Mapped[datetime]
    # Seconds since 1970 around every occurrence of the whole object, overrides included, padded where
    # the time depends on the viewer's zone: a row outside a window has nothing in it.
    since_utc: Mapped[int]
    until_utc: Mapped[int]
    repeats: Mapped[bool]  # the object has more than one occurrence, or overrides: expand it
    start: Mapped[str]  # as `kalends.engine.starts` writes it: local time and zone, or a date
    length_days: Mapped[int]
    length_seconds: Mapped[int]
    recurrence: Mapped[dict[str, Any] | None]  # rules, exclusion_rules, additions, exclusions
    recurrence_id: Mapped[str | None]  # of an override: the original start, as written in the text
    this_and_future: Mapped[bool]
    title: Mapped[str]
    description: Mapped[str | None]
    location: Mapped[str | None]
    url: Mapped[str | None]
    status: Mapped[Status]
    proposed_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    flexibility: Mapped[Flexibility]
    priority: Mapped[Priority | None]
    category_id: Mapped[UUID | None]
    transparent: Mapped[bool]
    confidential: Mapped[bool]  # CLASS:PRIVATE or CONFIDENTIAL
    has_participants: Mapped[bool]
    has_outsiders: Mapped[bool]  # attendees who are neither members nor resources
    has_resources: Mapped[bool] = mapped_column(server_default=false())  # that it takes
    reminders: Mapped[list[Any]]  # minutes before the start


class Participant(Scoped, Table):
    """A member who takes part in an event."""

    __tablename__ = "participant"
    __table_args__ = (
        ForeignKeyConstraint(
            ["workspace_id", "object_id"],
            ["calendar_object.workspace_id", "calendar_object.id"],
            ondelete="CASCADE",
        ),
        Index("ix_participant_member", "workspace_id", "member_id"),
    )

    object_id: Mapped[UUID] = mapped_column(primary_key=True)
    recurrence_key: Mapped[str] = mapped_column(primary_key=True)
    member_id: Mapped[UUID] = mapped_column(primary_key=True)
    required: Mapped[bool]
    response: Mapped[Response]


class EventResource(Scoped, Table):
    """A resource that an event takes: the event's status and times are the reservation's.

    There need not be a resource of that id: the line came with the text, perhaps from elsewhere.
    """

    __tablename__ = "event_resource"
    __table_args__ = (
        ForeignKeyConstraint(
            ["workspace_id", "object_id"],
            ["calendar_object.workspace_id", "calendar_object.id"],
            ondelete="CASCADE",
        ),
        Index("ix_event_resource_resource", "workspace_id", "resource_id"),
    )

    object_id: Mapped[UUID] = mapped_column(primary_key=True)
    recurrence_key: Mapped[str] = mapped_column(primary_key=True)
    resource_id: Mapped[UUID] = mapped_column(primary_key=True)


class FeedToken(Identified, Table):
    """A secret address under which a calendar can be read without signing in."""

    __tablename__ = "feed_token"
    __table_args__ = (
        ForeignKeyConstraint(
            ["workspace_id", "calendar_id"], ["calendar.workspace_id", "calendar.id"], ondelete="CASCADE"
        ),
        Index("uq_feed_token_token_hash", "token_hash", unique=True),
    )

    calendar_id: Mapped[UUID]
    member_id: Mapped[UUID]  # whose view it gives, and who may revoke it
    name: Mapped[str]
    busy_only: Mapped[bool]
    token_hash: Mapped[str]
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
