"""Tables of calls: what is to be said to whom, every attempt at it, and how each call came to its state."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from kalends.storage.schema import Identified, Scoped, Table


class CallState(StrEnum):
    """Where a call stands in its life."""

    SCHEDULED = "scheduled"  # until its next time
    PAUSED = "paused"
    PENDING = "pending"  # its time has come: it is being placed
    RUNNING = "running"  # the telephone service has it
    COMPLETED = "completed"  # after its last run
    FAILED = "failed"
    CANCELLED = "cancelled"


class Content(StrEnum):
    """What the called person hears."""

    SCRIPT = "script"  # a text that is read out
    TWIML_URL = "twiml_url"  # a document elsewhere says what happens
    AGENT = "agent"  # an agent instance speaks: the address of its stream


class Missed(StrEnum):
    """What becomes of runs that were missed, while paused say."""

    SKIP = "skip"
    LAST = "last"  # the last of them is made up for
    ALL = "late"  # each of them is made up for, one after the other


class AttemptState(StrEnum):
    """Where an attempt stands; a later state is never followed by an earlier one."""

    DIALLING = "dialling"  # committed before the telephone service is asked
    QUEUED = "queued"  # the service has taken it
    RINGING = "ringing"
    IN_PROGRESS = "in_progress"
    ENDED = "ended"


class Outcome(StrEnum):
    """How an attempt ended."""

    COMPLETED = "completed"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    MACHINE = "machine"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Call(Identified, Table):
    """A call that was scheduled. When, and how it repeats, is said by its event, which it holds.

    What is copied from the event follows it in each change set. The number is encrypted; look-ups go by its
    keyed hash, and lists show it masked.
    """

    __tablename__ = "call"
    __table_args__ = (
        ForeignKeyConstraint(["workspace_id"], ["workspace.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(
            ["workspace_id", "member_id"], ["member.workspace_id", "member.id"], ondelete="CASCADE"
        ),
        Index("ix_call_state", "workspace_id", "state", "next_at"),
        Index("ix_call_event", "workspace_id", "event_id"),
        Index("ix_call_phone_hash", "workspace_id", "phone_hash"),
    )

    event_id: Mapped[UUID | None]  # None: its event was deleted, and with it the call; its log stays a while
    member_id: Mapped[UUID]  # whose call it is
    agent_instance: Mapped[str | None]  # keys of one instance neither see nor touch the calls of another
    title: Mapped[str]  # of the event, as are its description and times
    description: Mapped[str | None]
    starts_at: Mapped[datetime]  # of the first run
    zone: Mapped[str]  # IANA: the clock that it repeats by
    seconds: Mapped[int]  # that it is expected to last
    rules: Mapped[list[Any]]  # RRULE values; none: it is made once
    call_type: Mapped[str | None]
    phone_sealed: Mapped[str]
    phone_hash: Mapped[str]
    phone_masked: Mapped[str]
    callee_zone: Mapped[str]  # IANA: whose quiet hours are kept
    content: Mapped[Content]
    content_text: Mapped[str]  # the script, or the address
    notes: Mapped[str | None]
    extra: Mapped[dict[str, Any]] = mapped_column("metadata")
    missed: Mapped[Missed]
    record: Mapped[bool]  # what is said, where the service can
    retries: Mapped[dict[str, Any]]  # by outcome: its own in place of the usual ones
    state: Mapped[CallState]
    state_at: Mapped[datetime]
    next_at: Mapped[datetime | None]  # when it is placed next: later than `due_at` for quiet hours or a retry
    due_at: Mapped[datetime | None]  # of the run that is next or under way, by its event
    attempts: Mapped[int]  # of that run so far
    runs: Mapped[int]  # that are over
    done_until: Mapped[datetime | None]  # runs due until then are over, or were left out
    turn: Mapped[int]  # raised with each order to place it: an order of an earlier turn does nothing
    version: Mapped[int] = mapped_column(default=1)
    created_by: Mapped[UUID | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


NOT_TRIED = text("reason IN ('do_not_call', 'no_telephone')")
"""Of a step: that a run failed before anybody was dialled, unless that had been tried before."""


class CallChange(Scoped, Table):
    """One step in a call's life; all of them in order give its state."""

    __tablename__ = "call_change"
    __table_args__ = (
        ForeignKeyConstraint(
            ["workspace_id", "call_id"], ["call.workspace_id", "call.id"], ondelete="CASCADE"
        ),
        Index(
            "ix_call_change_not_tried", "workspace_id", "at",
            sqlite_where=NOT_TRIED, postgresql_where=NOT_TRIED,
        ),
    )  # fmt: skip

    call_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)  # from 1
    at: Mapped[datetime]
    before: Mapped[CallState | None]  # None: it was created
    after: Mapped[CallState]
    reason: Mapped[str]  # a stable code: "created", "due", "quiet_hours", "busy", ...
    actor_member_id: Mapped[UUID | None]  # None: the server itself
    due_at: Mapped[datetime | None]  # the run that it is about
    detail: Mapped[dict[str, Any]]


_under_way = text("call_id IS NOT NULL AND outcome IS NULL")


class CallAttempt(Identified, Table):
    """One attempt at a run of a call, committed before the service is asked to dial.

    Its id is the stable key that the service sees. A signed callback for a call that is not known makes
    one too, without a call.
    """

    __tablename__ = "call_attempt"
    __table_args__ = (
        ForeignKeyConstraint(
            ["workspace_id", "call_id"], ["call.workspace_id", "call.id"], ondelete="CASCADE"
        ),
        UniqueConstraint("workspace_id", "call_id", "due_at", "number"),
        Index("ix_call_attempt_started_at", "workspace_id", "started_at"),
        # These span workspaces: the account, and so what it calls, is the installation's.
        Index("ix_call_attempt_account", "started_at"),
        Index(
            "ix_call_attempt_under_way", "started_at", sqlite_where=_under_way, postgresql_where=_under_way
        ),
        Index("ix_call_attempt_phone_hash", "phone_hash", "started_at"),
        Index("uq_call_attempt_provider_id", "workspace_id", "provider_id", unique=True),
    )

    call_id: Mapped[UUID | None]
    member_id: Mapped[UUID | None]
    agent_instance: Mapped[str | None]
    phone_hash: Mapped[str]
    phone_masked: Mapped[str]
    due_at: Mapped[datetime | None]  # of the run
    number: Mapped[int]  # of the attempts at that run, from 1
    state: Mapped[AttemptState]
    outcome: Mapped[Outcome | None]  # once it has ended
    provider_id: Mapped[str | None]  # the service's own, once it has answered
    answered_by: Mapped[str | None]  # human, machine, fax, unknown
    started_at: Mapped[datetime]
    tried_at: Mapped[datetime]  # when the service was last about to be asked to dial
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    duration_seconds: Mapped[int | None]  # that they spoke
    error_code: Mapped[str | None]
    error: Mapped[str | None]
    recording_url: Mapped[str | None]
    transcript: Mapped[str | None]
    notes: Mapped[str | None]


class DoNotCall(Scoped, Table):
    """A number that is never called."""

    __tablename__ = "do_not_call"
    __table_args__ = (ForeignKeyConstraint(["workspace_id"], ["workspace.id"], ondelete="CASCADE"),)

    phone_hash: Mapped[str] = mapped_column(primary_key=True)
    phone_masked: Mapped[str]
    reason: Mapped[str | None]
    added_by: Mapped[UUID | None]
    added_at: Mapped[datetime]


class CallBatch(Identified, Table):
    """Many calls to be created, paused or cancelled in the background, and how far that has come."""

    __tablename__ = "call_batch"
    __table_args__ = (
        ForeignKeyConstraint(["workspace_id"], ["workspace.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(
            ["workspace_id", "member_id"], ["member.workspace_id", "member.id"], ondelete="CASCADE"
        ),
    )

    member_id: Mapped[UUID]  # who asked for it
    agent_instance: Mapped[str | None]
    action: Mapped[str]  # create, pause, cancel
    rows_sealed: Mapped[str | None]  # what is to be done, encrypted; forgotten once it is done
    total: Mapped[int]
    done: Mapped[int]  # rows that were taken, from the first on; those that failed are among them
    failed: Mapped[int]
    errors: Mapped[list[Any]]  # of each bad row: its number, field, issue
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
