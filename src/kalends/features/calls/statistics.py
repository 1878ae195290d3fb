"""Figures of what was called: how much, how well, and when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from kalends.engine.zones import zone
from kalends.features.calls.models import CallAttempt, Outcome
from kalends.features.calls.queries import LogFilter, log_conditions
from kalends.features.identity.actor import Actor, Scope
from kalends.kit.errors import InvalidInput
from kalends.storage import Unit

MOST_DAYS = 366
_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Counts of attempts: each is completed, failed or pending."""

    total: int = 0
    completed: int = 0
    failed: int = 0  # ended otherwise
    pending: int = 0  # not ended

    def plus(self, outcome: Outcome | None) -> Figures:
        """Count one more."""
        completed = outcome is Outcome.COMPLETED
        return Figures(
            total=self.total + 1,
            completed=self.completed + completed,
            failed=self.failed + (outcome is not None and not completed),
            pending=self.pending + (outcome is None),
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
    average_seconds: float  # of those attempts in which somebody spoke
    by_day: Sequence[tuple[date, Figures]]  # every day of the range, also those without calls
    by_hour: Sequence[Figures]  # 24, by the hour of the day in which attempts began
    by_outcome: dict[Outcome, int]


def statistics(
    tx: Unit,
    actor: Actor,
    since: datetime,
    until: datetime,
    *,
    member_id: UUID | None = None,
    agent_instance: str | None = None,
) -> Statistics:
    """Count the attempts that began in [since, until). Raises `InvalidInput` for more than a year."""
    actor.must_have(Scope.READ)
    if since >= until:
        raise InvalidInput(f"It must end after it starts: {since} to {until}.", field="to")
    if until - since > timedelta(days=MOST_DAYS):
        raise InvalidInput(f"At most {MOST_DAYS} days at once.", field="to")
    wanted = LogFilter(member_id=member_id, agent_instance=agent_instance, since=since, until=until)
    rows = tx.execute(
        select(CallAttempt.started_at, CallAttempt.outcome, CallAttempt.duration_seconds)
        .where(*log_conditions(actor, wanted))
        .execution_options(yield_per=_AT_ONCE)
    )
    clock = zone(actor.zone).tzinfo
    first, last = since.astimezone(clock).date(), (until - timedelta(microseconds=1)).astimezone(clock).date()
    days = {first + timedelta(days=step): Figures() for step in range((last - first).days + 1)}
    hours, overall = [Figures()] * 24, Figures()
    outcomes: Counter[Outcome] = Counter()
    spoken: list[int] = []
    for started_at, outcome, seconds in rows:
        local = started_at.astimezone(clock)
        overall = overall.plus(outcome)
        days[local.date()] = days[local.date()].plus(outcome)
        hours[local.hour] = hours[local.hour].plus(outcome)
        if outcome is not None:
            outcomes[outcome] += 1
        if seconds:
            spoken.append(seconds)
    return Statistics(
        overall=overall,
        total_seconds=sum(spoken),
        average_seconds=round(sum(spoken) / len(spoken), 1) if spoken else 0.0,
        by_day=list(days.items()),
        by_hour=hours,
        by_outcome=dict(sorted(outcomes.items())),
    )
