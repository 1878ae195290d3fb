"""Reading calls and the log of what was tried, in pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from kalends.features.calendars.models import CalendarObject
from kalends.features.calendars.objects import Image
from kalends.features.calls.access import get_attempt, get_call, known
from kalends.features.calls.models import Call, CallAttempt, CallChange, CallState, Outcome
from kalends.features.calls.runs import Times
from kalends.features.identity import audit
from kalends.features.identity.actor import Actor, Scope
from kalends.kit.errors import InvalidInput
from kalends.kit.pagination import DEFAULT_LIMIT, Page, checked_limit, decode, decode_id, page
from kalends.kit.text import checked_text
from kalends.storage import Unit

MOST_COMING = 50
_ROWS_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFilter:
    """Which calls: those that match every part that is set."""

    states: Sequence[CallState] | None = None
    member_id: UUID | None = None
    agent_instance: str | None = None
    call_type: str | None = None
    since: datetime | None = None  # of the next time, or where there is none to come of the first; inclusive
    until: datetime | None = None  # exclusive
    text: str | None = None  # in the title, whatever the case
    phone_hash: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFilter:
    """Which attempts: those that match every part that is set."""

    call_id: UUID | None = None
    member_id: UUID | None = None
    agent_instance: str | None = None
    outcomes: Sequence[Outcome] | None = None
    under_way: bool | None = None  # whether they have not ended
    since: datetime | None = None  # of when they began; inclusive
    until: datetime | None = None  # exclusive
    phone_hash: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """One attempt, and what its call is called."""

    attempt: CallAttempt
    title: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """A call that is to be made, and when next."""

    call: Call
    times: Sequence[datetime]  # of its next runs, as many as were asked for


_begins = func.coalesce(Call.next_at, Call.due_at, Call.starts_at)


def matching(actor: Actor, wanted: CallFilter) -> list[ColumnElement[bool]]:
    """Give the conditions of calls that the actor may know of and that match."""
    conditions: list[ColumnElement[bool]] = [Call.event_id.is_not(None), known(actor, Call)]
    if wanted.states is not None:
        conditions.append(Call.state.in_(wanted.states))
    if wanted.since is not None:
        conditions.append(_begins >= wanted.since)
    if wanted.until is not None:
        conditions.append(_begins < wanted.until)
    if wanted.text:
        text = checked_text(wanted.text, field="q", limit=200)
        conditions.append(Call.title.icontains(text, autoescape=True))
    return conditions + equal(
        (Call.member_id, wanted.member_id),
        (Call.agent_instance, wanted.agent_instance),
        (Call.call_type, wanted.call_type),
        (Call.phone_hash, wanted.phone_hash),
    )


def list_calls(
    tx: Unit,
    actor: Actor,
    wanted: CallFilter | None = None,
    cursor: str | None = None,
    *,
    limit: int = DEFAULT_LIMIT,
) -> Page[Call]:
    """Give the calls that the actor may know of, the newest first."""
    actor.must_have(Scope.READ)
    query = select(Call).where(*matching(actor, wanted or CallFilter())).order_by(Call.id.desc())
    if cursor is not None:
        query = query.where(Call.id < decode_id(cursor))
    found = tx.execute(query.limit(checked_limit(limit) + 1)).scalars().all()
    return page(found, limit, lambda call: (str(call.id),))


def list_active(
    tx: Unit,
    actor: Actor,
    wanted: CallFilter | None = None,
    cursor: str | None = None,
    *,
    limit: int = DEFAULT_LIMIT,
    each: int = 1,
) -> Page[Coming]:
    """Give what is to be called, the soonest first, each with the next times of its series."""
    actor.must_have(Scope.READ)
    if not 1 <= each <= MOST_COMING:
        raise InvalidInput(f"Give 1 to {MOST_COMING}, not {each}.", field="each")
    query = (
        select(Call)
        .where(*matching(actor, wanted or CallFilter()), Call.state == CallState.SCHEDULED)
        .order_by(Call.next_at, Call.id)
    )
    if cursor is not None:
        at, id = _place(cursor)
        query = query.where(or_(Call.next_at > at, and_(Call.next_at == at, Call.id > id)))
    found = tx.execute(query.limit(checked_limit(limit) + 1)).scalars().all()
    calls = page(found, limit, lambda call: (_micros(call.next_at), str(call.id)))
    items = tuple(Coming(call=call, times=coming(tx, call, each)) for call in calls.items)
    return Page(items=items, next=calls.next)


def coming(tx: Unit, call: Call, most: int) -> list[datetime]:
    """Give when a call is made next: its next time, and the runs of its event after that."""
    first = call.next_at or call.due_at
    if first is None:
        return []
    found = [first]
    if most > 1 and call.rules and call.due_at is not None and call.event_id is not None:
        times = Times.of(Image.of(tx.get(CalendarObject, call.event_id)))
        for begins, _ in times.after(call.due_at):
            if len(found) == most:
                break
            found.append(begins)
    return found


def history_of(tx: Unit, actor: Actor, call_id: UUID) -> Sequence[CallChange]:
    """Give how a call came to its state, the first step first. Raises `NotFound`."""
    get_call(tx, actor, call_id)
    query = select(CallChange).where(CallChange.call_id == call_id).order_by(CallChange.position)
    return tx.execute(query).scalars().all()


# The log -----------------------------------------------------------------------------------------------


def list_attempts(
    tx: Unit,
    actor: Actor,
    wanted: LogFilter | None = None,
    cursor: str | None = None,
    *,
    limit: int = DEFAULT_LIMIT,
) -> Page[Logged]:
    """Give what was tried, the newest first; what the service alone knows of, to owners."""
    actor.must_have(Scope.READ)
    query = _log(actor, wanted or LogFilter())
    if cursor is not None:
        query = query.where(CallAttempt.id < decode_id(cursor))
    rows = tx.execute(query.limit(checked_limit(limit) + 1)).all()
    found = [Logged(attempt=attempt, title=title) for attempt, title in rows]
    return page(found, limit, lambda logged: (str(logged.attempt.id),))


def every_attempt(tx: Unit, actor: Actor, wanted: LogFilter) -> Iterator[Logged]:
    """Give all that `list_attempts` would, as it is read."""
    actor.must_have(Scope.READ)
    rows = tx.execute(_log(actor, wanted).execution_options(yield_per=_ROWS_AT_ONCE))
    return (Logged(attempt=attempt, title=title) for attempt, title in rows)


def note_attempt(tx: Unit, actor: Actor, attempt_id: UUID, notes: str | None) -> Logged:
    """Write down what somebody has to say of an attempt. Raises `NotFound`."""
    actor.must_write()
    attempt = get_attempt(tx, actor, attempt_id)
    attempt.notes = None if notes is None else checked_text(notes, field="notes", limit=20_000)
    tx.session.flush()
    audit.record(tx, actor, "call.noted", kind="call", subject=attempt.call_id or attempt.id)
    call = attempt.call_id and tx.find(Call, attempt.call_id)
    return Logged(attempt=attempt, title=call.title if call else None)


def log_conditions(actor: Actor, wanted: LogFilter) -> list[ColumnElement[bool]]:
    """Give the conditions of attempts that the actor may know of and that match."""
    conditions = [known(actor, CallAttempt)]
    if wanted.outcomes is not None:
        conditions.append(CallAttempt.outcome.in_(wanted.outcomes))
    if wanted.under_way is not None:
        ended = CallAttempt.outcome.is_not(None)
        conditions.append(~ended if wanted.under_way else ended)
    if wanted.since is not None:
        conditions.append(CallAttempt.started_at >= wanted.since)
    if wanted.until is not None:
        conditions.append(CallAttempt.started_at < wanted.until)
    return conditions + equal(
        (CallAttempt.call_id, wanted.call_id),
        (CallAttempt.member_id, wanted.member_id),
        (CallAttempt.agent_instance, wanted.agent_instance),
        (CallAttempt.phone_hash, wanted.phone_hash),
    )


def _log(actor: Actor, wanted: LogFilter) -> Any:
    return (
        select(CallAttempt, Call.title)
        .outerjoin(Call, and_(Call.workspace_id == CallAttempt.workspace_id, Call.id == CallAttempt.call_id))
        .where(*log_conditions(actor, wanted))
        .order_by(CallAttempt.id.desc())
    )


def equal(*pairs: tuple[InstrumentedAttribute[Any], Any]) -> list[ColumnElement[bool]]:
    """Give the conditions that columns are what is asked for, where something is. Raises `InvalidInput`."""
    conditions: list[ColumnElement[bool]] = []
    for column, value in pairs:
        if isinstance(value, str) and not value.isprintable():
            raise InvalidInput("Control characters are not allowed here.", field=column.key)
        if value is not None:
            conditions.append(column == value)
    return conditions


_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_MICRO = timedelta(microseconds=1)


def _micros(at: datetime | None) -> int:
    assert at is not None, "a scheduled call has its next time"
    return (at - _EPOCH) // _MICRO


def _place(cursor: str) -> tuple[datetime, UUID]:
    micros, id = decode(cursor, int, str)
    try:
        return _EPOCH + int(micros) * _MICRO, UUID(str(id))
    except (OverflowError, ValueError):
        raise InvalidInput(
            "This cursor is not one that a page gave; start again without it.", field="cursor"
        ) from None
