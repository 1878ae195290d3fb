"""Calls, as they are shown and given."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Self, cast
from uuid import UUID

from pydantic import Field

from kalends.engine.zones import zone
from kalends.features.calls.drafts import (
    MAX_ADDRESS,
    MAX_NOTES,
    MAX_SCRIPT,
    MAX_TITLE,
    MAX_WORD,
    MOST_MINUTES,
    CallChanges,
    checked_minutes,
    content_of,
    read_start,
    rules_of,
)
from kalends.features.calls.models import (
    AttemptState,
    Call,
    CallChange,
    CallState,
    Content,
    Missed,
    Outcome,
)
from kalends.features.calls.queries import Coming, Logged
from kalends.features.calls.rows import CallRow, Retries, Rule
from kalends.features.calls.statistics import Figures, Statistics
from kalends.interfaces.rest.outcomes import OutcomeShown
from kalends.interfaces.rest.patches import patched
from kalends.interfaces.rest.shapes import Given, Shown
from kalends.kit.errors import InvalidInput

Masked = Annotated[str, Field(description="The country and the last digits.", examples=["+49 ••• ••12"])]


class NewCall(CallRow, Given):
    """A call to be scheduled. What is heard is one of `script`, `twiml_url` and `agent_url`."""


class CallPatch(Given):
    """The fields of a call that can be set; one that is left out stays as it is."""

    title: str | None = Field(None, min_length=1, max_length=MAX_TITLE)
    description: str | None = Field(None, max_length=MAX_NOTES)
    start: str | None = Field(None, max_length=100, description="Moves all runs of a call that repeats.")
    zone: str | None = Field(None, max_length=100, description="With `start`: IANA, whose clock.")
    duration_minutes: int | None = Field(None, ge=1, le=MOST_MINUTES)
    repeat: Rule | None = Field(None, description="With `until` or `count`; null: it is made once.")
    until: str | None = Field(None, max_length=100)
    count: int | None = Field(None, ge=1, le=10_000)
    phone: str | None = Field(None, max_length=60)
    script: str | None = Field(None, max_length=MAX_SCRIPT)
    twiml_url: str | None = Field(None, max_length=MAX_ADDRESS)
    agent_url: str | None = Field(None, max_length=MAX_ADDRESS)
    notes: str | None = Field(None, max_length=MAX_NOTES)
    metadata: dict[str, Any] | None = None
    call_type: str | None = Field(None, max_length=MAX_WORD)
    callee_zone: str | None = Field(None, max_length=100)
    missed: Missed | None = None
    record: bool | None = None
    retries: Retries | None = Field(None, description="All of its rules; `{}`: the usual ones.")

    def changes(self, stored: Call) -> CallChanges:
        """Give what was set as changes of a stored call. Raises `InvalidInput`."""
        given = patched(self, may_be_null=_MAY_BE_NULL)
        changes = cast(CallChanges, {name: given[name] for name in _AS_GIVEN & given.keys()})
        if "retries" in given:
            changes["retries"] = given["retries"].given()
        if "duration_minutes" in given:
            changes["minutes"] = checked_minutes(given["duration_minutes"])
        own = self.zone or stored.zone
        start = stored.starts_at.astimezone(zone(stored.zone).tzinfo)
        if self.start is not None:
            start = changes["start"] = read_start(self.start, own)
        elif self.zone is not None:
            changes["start"] = start = read_start(start.strftime("%Y-%m-%dT%H:%M:%S"), own)
        if "repeat" in given:
            changes["rules"] = rules_of(start, self.repeat, self.until, self.count)
        elif self.until is not None or self.count is not None:
            raise InvalidInput("Say with it how the call repeats.", field="repeat")
        content = content_of(self.script, self.twiml_url, self.agent_url)
        if content is not None:
            changes["content"], changes["content_text"] = content
        return changes


_AS_GIVEN = frozenset(
    {"title", "description", "phone", "notes", "metadata", "call_type", "callee_zone", "missed", "record"}
)
_MAY_BE_NULL = ("description", "notes", "call_type", "repeat", "until", "count")


class CallShown(Shown):
    """A call."""

    id: UUID
    event_id: UUID = Field(description="The event on the calendar that it is.")
    member_id: UUID
    agent_instance: str | None
    title: str
    description: str | None
    phone_masked: Masked
    call_type: str | None
    state: CallState
    state_at: datetime = Field(description="Since when.")
    starts_at: datetime = Field(description="Of the first run.")
    zone: str
    duration_minutes: int
    rules: list[str] = Field(description="RRULE values; none: it is made once.")
    due_at: datetime | None = Field(description="Of the run that is next or under way, by the calendar.")
    next_at: datetime | None = Field(
        description="When it is placed next: later than `due_at` for quiet hours or another attempt."
    )
    attempts: int = Field(description="At that run so far.")
    runs: int = Field(description="That are over.")
    content: Content
    callee_zone: str
    missed: Missed
    notes: str | None
    metadata: dict[str, Any] = Field(validation_alias="extra")
    version: int
    created_at: datetime
    created_by: UUID | None
    updated_at: datetime

    @classmethod
    def of(cls, call: Call, **further: Any) -> Self:
        """Present a call; `further` are the fields that a subclass adds."""
        named = {name: getattr(call, name) for name in cls.model_fields if hasattr(call, name)}
        return cls.model_validate(
            {
                **{name: value for name, value in named.items() if name != "metadata"},
                "duration_minutes": round(call.seconds / 60),
                "extra": call.extra,
                **further,
            }
        )


class CallStep(Shown):
    """One step in a call's life."""

    at: datetime
    before: CallState | None = Field(description="null: it was made.")
    after: CallState
    reason: str = Field(
        description="A stable code: `created`, `due`, `dialled`, `completed`, `busy`, `quiet_hours`, ..."
    )
    actor_member_id: UUID | None = Field(description="null: the server itself.")
    due_at: datetime | None = Field(description="Of the run that it is about.")
    detail: dict[str, Any]

    @classmethod
    def of(cls, change: CallChange) -> Self:
        return cls.model_validate(change)


class AttemptShown(Shown):
    """One attempt at a call."""

    id: UUID
    call_id: UUID | None = Field(description="null: the service made it without us.")
    title: str | None = Field(description="Of the call.")
    member_id: UUID | None
    agent_instance: str | None
    phone_masked: Masked
    due_at: datetime | None = Field(description="Of the run.")
    number: int = Field(description="Of the attempts at that run, from 1.")
    state: AttemptState
    outcome: Outcome | None = Field(description="Once it has ended.")
    answered_by: str | None
    started_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    duration_seconds: int | None = Field(description="That they spoke.")
    error_code: str | None
    error: str | None
    provider_id: str | None
    recording_url: str | None
    transcript: str | None
    notes: str | None

    @classmethod
    def of(cls, logged: Logged) -> Self:
        own = {name: getattr(logged.attempt, name) for name in cls.model_fields if name != "title"}
        return cls(**own, title=logged.title)


class CallDetail(CallShown):
    """A whole call, with how it came to its state and what was tried."""

    phone: str | None = Field(description="In full, in E.164, to who may change it.")
    content_text: str
    record: bool
    retries: dict[str, Any]
    coming: list[datetime] = Field(description="When it is made next, up to five times.")
    history: list[CallStep]
    log: list[AttemptShown] = Field(description="The last 50 attempts, the newest first.")


class CallOutcome(OutcomeShown):
    """What an edit did, with the call as now stored."""

    call: CallDetail | None = Field(description="As now stored; null in a preview.")


class ActiveCall(CallShown):
    """A call that is to be made."""

    coming: list[datetime] = Field(description="Its next times, as many as were asked for.")

    @classmethod
    def shown(cls, coming: Coming) -> Self:
        return cls.of(coming.call, coming=list(coming.times))


class NotesGiven(Given):
    """What there is to say of an attempt."""

    notes: str | None = Field(max_length=MAX_NOTES)


class FiguresShown(Shown):
    """How many calls there were, and what became of them: a call is one run, with all attempts at it."""

    total: int
    completed: int
    failed: int = Field(description="Over otherwise, and not to be tried again.")
    pending: int = Field(description="Under way, waiting, or to be tried again.")
    attempts: int = Field(description="That they took.")
    success_rate: float = Field(description="Completed over total, in percent.")

    @classmethod
    def of(cls, figures: Figures, **further: Any) -> Self:
        return cls(
            total=figures.total,
            completed=figures.completed,
            failed=figures.failed,
            pending=figures.pending,
            attempts=figures.attempts,
            success_rate=figures.success_rate,
            **further,
        )


class DayFigures(FiguresShown):
    """Of one day on your clock."""

    day: date


class HourFigures(FiguresShown):
    """Of one hour of the day on your clock, over all days."""

    hour: int = Field(ge=0, le=23)


class StatisticsShown(FiguresShown):
    """What was called between two instants."""

    total_seconds: int = Field(description="Spoken.")
    average_seconds: float = Field(description="Of those calls in which somebody spoke.")
    by_day: list[DayFigures] = Field(description="Every day of the range.")
    by_hour: list[HourFigures] = Field(description="24 of them.")
    by_outcome: dict[Outcome, int] = Field(
        description="Of calls that are over, by their last attempt; one that nobody could dial has failed."
    )

    @classmethod
    def shown(cls, found: Statistics) -> Self:
        return cls.of(
            found.overall,
            total_seconds=found.total_seconds,
            average_seconds=found.average_seconds,
            by_day=[DayFigures.of(figures, day=day) for day, figures in found.by_day],
            by_hour=[HourFigures.of(figures, hour=hour) for hour, figures in enumerate(found.by_hour)],
            by_outcome=found.by_outcome,
        )
