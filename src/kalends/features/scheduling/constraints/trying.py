"""Trying a constraint on what was or will be: which events it would have blocked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from kalends.engine.claims import EventFacts
from kalends.engine.constraints import Agenda, Constraint, parse_rule
from kalends.engine.spans import EPOCH, Span
from kalends.engine.wording import Reason, Speech, sentence
from kalends.features.identity.actor import Actor
from kalends.features.identity.models import Member
from kalends.features.scheduling.claims import Gathered, gather
from kalends.features.scheduling.conflicts import Eyes
from kalends.features.scheduling.constraints import keeping
from kalends.features.scheduling.constraints.in_force import engine_constraint
from kalends.features.scheduling.constraints.models import StoredConstraint
from kalends.features.scheduling.constraints.refusing import BESIDE, judged
from kalends.kit.errors import InvalidInput
from kalends.storage import Unit

LONGEST_RANGE = timedelta(days=366)
MOST_TOLD = 100
"""How many of the blocked occurrences are named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A constraint that nobody has made yet."""

    rule: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    member_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocked:
    """An occurrence that would not have been taken."""

    event_id: UUID
    title: str
    start: datetime
    end: datetime
    member_id: UUID | None  # whose time it is about; None where it is about a resource
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What a constraint would have blocked, of what the viewer sees."""

    sentence: str
    count: int
    blocked: Sequence[Blocked]  # the first `MOST_TOLD`, in order of start


def dry_run(tx: Unit, actor: Actor, tried: StoredConstraint | Draft, window: Span) -> Trial:
    """Say what a constraint would have blocked in a range, past or to come, had it been there from the start.

    Events are taken as they came, the first made first, and what the constraint would have refused beside
    those already taken is left out: of six events on a day that may hold five, the last one made. Occurrences
    are counted, of events that the actor sees in full. Raises `InvalidInput` for a range over `LONGEST_RANGE`
    and by field for a draft.
    """
    if window.duration > LONGEST_RANGE:
        raise InvalidInput(f"Try {LONGEST_RANGE.days} days at most at a time.", field="end")
    constraint = engine_constraint(tried) if isinstance(tried, StoredConstraint) else _drafted(tx, tried)
    since, until = ((moment - EPOCH) // timedelta(seconds=1) for moment in (window.start, window.end))
    beside = BESIDE // timedelta(seconds=1)
    gathered = gather(tx, since - beside, until + beside, completed=True)
    eyes = Eyes.of(tx, actor, gathered)
    found: dict[tuple[int, str], _Miss] = {}  # an event of several members is one
    for _, agenda in judged([constraint], gathered):
        within = (agenda.start < until) & (agenda.end > since)
        for miss in _misses(constraint, agenda):
            if within[miss.row] and eyes.full(miss.event.uid):
                found.setdefault((int(agenda.start[miss.row]), miss.event.uid), miss)
    named = [found[place] for place in sorted(found)[:MOST_TOLD]]
    return Trial(
        sentence=_reading(len(found), eyes.wording, over=window.end <= tx.now),
        count=len(found),
        blocked=[_blocked(constraint, miss, gathered, eyes) for miss in named],
    )


def _reading(blocked: int, speech: Speech, *, over: bool) -> str:
    if over:
        return (
            speech.count(
                blocked, "It would have blocked {count} event.", "It would have blocked {count} events."
            )
            if blocked
            else speech.say("It would have blocked nothing.")
        )
    return (
        speech.count(blocked, "It would block {count} event.", "It would block {count} events.")
        if blocked
        else speech.say("It would block nothing.")
    )


class _Miss(NamedTuple):
    """A row of an agenda that a constraint refuses beside those rows that were taken before it."""

    agenda: Agenda
    row: int
    taken: NDArray[np.bool_]

    @property
    def event(self) -> EventFacts:
        return self.agenda.facts(self.row)

    @property
    def span(self) -> Span:
        return Span.of_seconds(self.agenda.start[self.row], self.agenda.end[self.row])


def _misses(constraint: Constraint, agenda: Agenda) -> Iterator[_Miss]:
    """Take the events of an agenda one by one, as they were made, and give those that are refused."""
    suspects = np.unique(constraint.rule.breaches(agenda).row)  # no other can be refused beside fewer
    taken = np.ones(len(agenda), bool)
    taken[suspects] = False
    for row in sorted(suspects.tolist(), key=lambda row: (agenda.facts(row).created, row)):
        start, end = int(agenda.start[row]), int(agenda.end[row])
        event, beside = agenda.facts(row), agenda.only(taken)
        if constraint.rule.refused(beside, event, np.array([start]), end - start)[0]:
            yield _Miss(agenda, row, taken.copy())
        else:
            taken[row] = True


def _blocked(constraint: Constraint, miss: _Miss, gathered: Gathered, eyes: Eyes) -> Blocked:
    subject = UUID(miss.agenda.subject)
    return Blocked(
        event_id=eyes.views[miss.event.uid].row.object_id,
        title=eyes.title(miss.event.uid),
        start=miss.span.start,
        end=miss.span.end,
        member_id=subject if subject in gathered.members else None,
        words=sentence(_reason(constraint, miss).words(eyes.wording)),
    )


def _reason(constraint: Constraint, miss: _Miss) -> Reason:
    """Say what the constraint has against a row beside those that were taken."""
    kept = miss.taken.copy()
    kept[miss.row] = True
    beside = miss.agenda.only(kept)
    row = int(np.count_nonzero(kept[: miss.row]))
    breaches = constraint.rule.breaches(beside)
    met = int(np.flatnonzero(breaches.row == row)[0])
    return breaches.explain(int(np.searchsorted(breaches.first, met, side="right")) - 1)


def _drafted(tx: Unit, draft: Draft) -> Constraint:
    if draft.member_id is not None and tx.find(Member, draft.member_id) is None:
        raise InvalidInput(f"There is no member {draft.member_id}.", field="member_id")
    return Constraint(
        id="draft",
        name="this",
        rule=parse_rule(draft.rule, keeping.checked_parameters(tx, draft.rule, draft.parameters)),
        hard=True,
        member=None if draft.member_id is None else str(draft.member_id),
    )
