"""Figures of what was called: how much, how well, and when.

A call here is one run: what was to be done at one time, however many attempts it took.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain, groupby
from operator import itemgetter
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.orm import aliased

from kalends.engine.zones import zone
from kalends.features.calls.access import known
from kalends.features.calls.life import OPEN
from kalends.features.calls.models import NOT_TRIED, Call, CallAttempt, CallChange, CallState, Outcome
from kalends.features.calls.queries import LogFilter, equal, log_conditions
from kalends.features.identity.actor import Actor, Scope
from kalends.kit.errors import InvalidInput
from kalends.storage import Unit

MOST_DAYS = 366
_AT_ONCE = 2_000
_FIRST_YEAR, _LAST_YEAR = 1583, 9998  # of calendars here


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """What became of one call."""

    began: datetime  # its first attempt, or where there was none when it was due or given up
    outcome: Outcome | None  # None: it is under way, or is to be tried (again)
    attempts: int = 0
    seconds: int = 0  # spoken in all of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Counts of calls: each is completed, failed or pending."""

    total: int = 0
    completed: int = 0
    failed: int = 0  # ended otherwise, and not to be tried again
    pending: int = 0  # under way, waiting, or to be tried again
    attempts: int = 0  # that it took

    def plus(self, run: _Run) -> Figures:
        """Count one more."""
        completed = run.outcome is Outcome.COMPLETED
        return Figures(
            total=self.total + 1,
            completed=self.completed + completed,
            failed=self.failed + (run.outcome is not None and not completed),
            pending=self.pending + (run.outcome is None),
            attempts=self.attempts + run.attempts,
        )

    @property
    def success_rate(self) -> float:
        """Give completed over total, in percent; 0 where there are none."""
        return round(100 * self.completed / self.total, 2) if self.total else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """What was called between two instants, by the clock of whoever asks."""

    overall: Figures
    total_seconds: int  # spoken
    average_seconds: float  # of those calls in which somebody spoke
    by_day: Sequence[tuple[date, Figures]]  # every day of the range, also those without calls
    by_hour: Sequence[Figures]  # 24, by the hour of the day in which calls began
    by_outcome: dict[Outcome, int]  # of those that are over, by how their last attempt ended


def statistics(
    tx: Unit,
    actor: Actor,
    since: datetime,
    until: datetime,
    *,
    member_id: UUID | None = None,
    agent_instance: str | None = None,
) -> Statistics:
    """Count the calls that began in [since, until), with all attempts at them. What is not due yet is not
    counted. Raises `InvalidInput` for more than a year."""
    actor.must_have(Scope.READ)
    if since >= until:
        raise InvalidInput(f"It must end after it starts: {since} to {until}.", field="to")
    if until - since > timedelta(days=MOST_DAYS):
        raise InvalidInput(f"At most {MOST_DAYS} days at once.", field="to")
    if not _FIRST_YEAR <= since.year <= until.year <= _LAST_YEAR:
        raise InvalidInput(f"Give years from {_FIRST_YEAR} to {_LAST_YEAR}.", field="from")
    wanted = LogFilter(member_id=member_id, agent_instance=agent_instance)
    clock = zone(actor.zone).tzinfo
    first, last = since.astimezone(clock).date(), (until - timedelta(microseconds=1)).astimezone(clock).date()
    days = {first + timedelta(days=step): Figures() for step in range((last - first).days + 1)}
    hours, overall = [Figures()] * 24, Figures()
    outcomes: Counter[Outcome] = Counter()
    total_seconds = spoken = 0
    for run in chain(
        _tried(tx, actor, wanted, since, until),
        _not_tried(tx, actor, wanted, since, until),
        _waiting(tx, actor, wanted, since, until),
    ):
        local = run.began.astimezone(clock)
        overall = overall.plus(run)
        days[local.date()] = days[local.date()].plus(run)
        hours[local.hour] = hours[local.hour].plus(run)
        if run.outcome is not None:
            outcomes[run.outcome] += 1
        total_seconds, spoken = total_seconds + run.seconds, spoken + (run.seconds > 0)
    return Statistics(
        overall=overall,
        total_seconds=total_seconds,
        average_seconds=round(total_seconds / spoken, 1) if spoken else 0.0,
        by_day=list(days.items()),
        by_hour=hours,
        by_outcome=dict(sorted(outcomes.items())),
    )


def _tried(tx: Unit, actor: Actor, wanted: LogFilter, since: datetime, until: datetime) -> Iterator[_Run]:
    """Give the calls of which the first attempt began in that time; those that others made are one each."""
    again = set(
        tx.execute(
            select(Call.id, Call.due_at).where(
                *_of_calls(actor, wanted), Call.state.in_(OPEN), Call.attempts > 0
            )
        ).all()
    )
    first = aliased(CallAttempt)
    of_one = (CallAttempt.workspace_id, CallAttempt.call_id, CallAttempt.due_at)
    columns = select(
        CallAttempt.call_id, CallAttempt.due_at, CallAttempt.started_at, CallAttempt.outcome,
        CallAttempt.duration_seconds,
    )  # fmt: skip
    ours = tx.execute(
        columns.join(
            first,
            and_(first.number == 1, *(getattr(first, column.key) == column for column in of_one)),
        )
        .where(*log_conditions(actor, wanted), first.started_at >= since, first.started_at < until)
        .order_by(CallAttempt.call_id, CallAttempt.due_at, CallAttempt.number)
        .execution_options(yield_per=_AT_ONCE)
    )
    for named, group in groupby(ours, key=itemgetter(0, 1)):
        attempts = [*group]
        outcome = attempts[-1].outcome
        yield _Run(
            began=attempts[0].started_at,
            outcome=None if named in again and outcome is not Outcome.COMPLETED else outcome,
            attempts=len(attempts),
            seconds=sum(each.duration_seconds or 0 for each in attempts),
        )
    within = LogFilter(
        member_id=wanted.member_id, agent_instance=wanted.agent_instance, since=since, until=until
    )
    others = columns.where(*log_conditions(actor, within), CallAttempt.call_id.is_(None))
    for each in tx.execute(others.execution_options(yield_per=_AT_ONCE)):
        yield _Run(
            began=each.started_at, outcome=each.outcome, attempts=1, seconds=each.duration_seconds or 0
        )


def _not_tried(tx: Unit, actor: Actor, wanted: LogFilter, since: datetime, until: datetime) -> Iterator[_Run]:
    """Give the calls that failed before anybody dialled: the number is not to be called, or nobody could."""
    tried = exists().where(
        CallAttempt.workspace_id == CallChange.workspace_id,
        CallAttempt.call_id == CallChange.call_id,
        CallAttempt.due_at == CallChange.due_at,
    )
    found = (
        select(CallChange.at)
        .join(Call, and_(Call.workspace_id == CallChange.workspace_id, Call.id == CallChange.call_id))
        .where(NOT_TRIED, CallChange.at >= since, CallChange.at < until, ~tried, *_of_calls(actor, wanted))
    )
    for at in tx.execute(found.execution_options(yield_per=_AT_ONCE)).scalars():
        yield _Run(began=at, outcome=Outcome.FAILED)


def _waiting(tx: Unit, actor: Actor, wanted: LogFilter, since: datetime, until: datetime) -> Iterator[_Run]:
    """Give the calls whose time has come and that have not been tried: for quiet hours or a line, say."""
    found = select(Call.due_at).where(
        *_of_calls(actor, wanted),
        Call.state == CallState.SCHEDULED,
        Call.attempts == 0,
        Call.due_at >= since,
        Call.due_at < until,
        Call.due_at <= tx.now,
    )
    for due_at in tx.execute(found.execution_options(yield_per=_AT_ONCE)).scalars():
        assert due_at is not None, "it is within two times"
        yield _Run(began=due_at, outcome=None)


def _of_calls(actor: Actor, wanted: LogFilter) -> list[ColumnElement[bool]]:
    return [
        known(actor, Call),
        *equal((Call.member_id, wanted.member_id), (Call.agent_instance, wanted.agent_instance)),
    ]
