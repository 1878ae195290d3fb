"""Refusing edits that break a hard constraint.

What counts is what an edit adds. Its events, over their whole series and from now on, are judged as they were
and as they are: an edit of something that broke a constraint before, and breaks it in the same way after, is
let through.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Self
from uuid import UUID

import numpy as np

from kalends.engine.constraints import Agenda, Constraint
from kalends.engine.constraints.rule import Breaches, Broken
from kalends.engine.spans import EPOCH, Span
from kalends.engine.wording import sentence
from kalends.features.calendars.event_rows import load_rows
from kalends.features.calendars.models import Event
from kalends.features.changes import Operation
from kalends.features.identity.actor import Actor
from kalends.features.scheduling.claims import Gathered, claimed_by, gather
from kalends.features.scheduling.conflicts import Eyes
from kalends.features.scheduling.constraints.in_force import hard_constraints
from kalends.kit.errors import Clash
from kalends.storage import Unit

BESIDE = timedelta(days=8)
"""How far around an event others can matter to a constraint: the week that it is in, and a gap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A hard constraint that an edit would break, and where first."""

    constraint_id: UUID
    constraint: str  # its name
    uid: str
    event_id: UUID | None  # None where the event would be there only after the edit
    title: str
    start: datetime
    words: str  # in the language of whoever edits

    def as_fields(self) -> dict[str, Any]:
        """Give it as JSON values."""
        return {
            "constraint_id": str(self.constraint_id),
            "constraint": self.constraint,
            "event_id": self.event_id and str(self.event_id),
            "title": self.title,
            "start": self.start.isoformat(),
            "words": self.words,
        }


class ConstraintBroken(Clash):
    """The edit breaks hard constraints: `broken` lists them, and the fields of the first stand beside it."""

    code = "constraint_broken"

    def __init__(self, broken: Sequence[Refused]) -> None:
        first = broken[0].as_fields()
        super().__init__(
            f"{broken[0].words}. Say force to do it all the same.",
            **first,
            broken=[each.as_fields() for each in broken],
        )


class Breach(NamedTuple):
    """One breach of one constraint in one agenda."""

    constraint: Constraint
    agenda: Agenda
    breaches: Breaches
    number: int

    @property
    def rows(self) -> list[int]:
        """Give the agenda's rows that make it."""
        rows: list[int] = self.breaches.rows(self.number).tolist()
        return rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What an edit's events broke before it. Taken before the edit is applied, asked after."""

    constraints: Sequence[Constraint]
    uids: frozenset[str]
    horizon: timedelta
    before: Counter[object]

    @classmethod
    def over(cls, tx: Unit, operations: Sequence[Operation], horizon: timedelta) -> Self:
        """Look at some events before they are edited. To delete breaks nothing."""
        edited = any(op.after and op.after != op.before for op in operations)
        constraints = hard_constraints(tx) if edited else ()
        watched = frozenset(image.uid for op in operations for image in (op.before, op.after) if image)
        before: Counter[object] = Counter()
        stood = any(op.before for op in operations)  # what is new broke nothing
        gathered = _surroundings(tx, watched, constraints, horizon) if stood else None
        if gathered is not None:
            before.update(_mark(each, watched) for each in _breaches(constraints, gathered, watched, tx.now))
        return cls(constraints=constraints, uids=watched, horizon=horizon, before=before)

    def refused(self, tx: Unit, actor: Actor) -> list[Refused]:
        """Say what is broken now that was not before, once for each constraint and event, as the actor may
        know it."""
        gathered = _surroundings(tx, self.uids, self.constraints, self.horizon)
        if gathered is None:
            return []
        known, fresh = self.before.copy(), []
        for breach in _breaches(self.constraints, gathered, self.uids, tx.now):
            mark = _mark(breach, self.uids)
            if known[mark]:
                known[mark] -= 1
            else:
                fresh.append(breach)
        if not fresh:
            return []
        eyes = Eyes.of(tx, actor, gathered)
        told: dict[tuple[str, str], Refused] = {}
        for breach in fresh:
            refused = self._told(breach, gathered, eyes)
            told.setdefault((breach.constraint.id, refused.uid), refused)
        return list(told.values())

    def _told(self, breach: Breach, gathered: Gathered, eyes: Eyes) -> Refused:
        agenda = breach.agenda
        row = next(row for row in breach.rows if agenda.facts(row).uid in self.uids)
        uid = agenda.facts(row).uid
        reason = Broken.by(breach.constraint, breach.breaches.explain(breach.number))
        stored = gathered.rows_of(uid)
        return Refused(
            constraint_id=UUID(breach.constraint.id),
            constraint=breach.constraint.name,
            uid=uid,
            event_id=stored[0].object_id if stored else None,
            title=eyes.title(uid),
            start=Span.of_seconds(agenda.start[row], agenda.end[row]).start,
            words=sentence(reason.words(eyes.wording)),
        )


def _surroundings(
    tx: Unit, uids: Collection[str], constraints: Sequence[Constraint], horizon: timedelta
) -> Gathered | None:
    """Gather what stands around some events up to the horizon; None where no constraint is about them."""
    if not constraints:
        return None
    rows = load_rows(tx, Event.uid.in_(uids))
    claimed = claimed_by(tx, rows)
    concerned = map(str, (*claimed.members, *claimed.resources))
    if not any(constraint.applies_to(id) for id in concerned for constraint in constraints):
        return None
    now, beside = _seconds(tx.now), _whole(BESIDE)
    since = max(now, min(row.since_utc for row in rows.events))
    until = min(now + _whole(horizon), max(row.until_utc for row in rows.events))
    return gather(
        tx,
        since - beside,
        max(since, until) + beside,
        members=claimed.members,
        resources=claimed.resources,
    )


def _breaches(
    constraints: Sequence[Constraint], gathered: Gathered, uids: Collection[str], now: datetime
) -> Iterator[Breach]:
    """Give the breaches in which one of these events has a part that is not over."""
    asked = _seconds(now)
    wanted = np.array([event.uid in uids for event in gathered.claims.events], bool)
    for constraint, agenda in judged(constraints, gathered):
        part = wanted[agenda.event] & (agenda.end > asked)
        if not part.any():
            continue
        breaches = constraint.rule.breaches(agenda)
        if len(breaches):
            for number in np.flatnonzero(np.logical_or.reduceat(part[breaches.row], breaches.first[:-1])):
                yield Breach(constraint, agenda, breaches, int(number))


def judged(constraints: Sequence[Constraint], gathered: Gathered) -> Iterator[tuple[Constraint, Agenda]]:
    """Give each constraint with each agenda of whom it asks something.

    A rule about a resource is judged in the resource's agenda too, where those stand who reserve it without
    an event.
    """
    agendas = Agenda.all_of(gathered.claims, gathered.asked.clocks)
    for constraint in constraints:
        about = getattr(constraint.rule, "resource", None)
        for id, agenda in agendas.items():
            if constraint.applies_to(id) and (id == about or UUID(id) in gathered.members):
                yield constraint, agenda


def _mark(breach: Breach, uids: Collection[str]) -> object:
    """Tell a breach from another, however the edited events were named, split or moved within it: by the
    others that have a part in it; where there are none, by its time."""
    agenda = breach.agenda
    rows = [(agenda.facts(row).uid, int(agenda.start[row])) for row in breach.rows]
    others = tuple(sorted(row for row in rows if row[0] not in uids))
    span = breach.breaches.span
    when = None if others else (int(span.start[breach.number]), int(span.end[breach.number]))
    return breach.constraint.id, agenda.subject, others, len(rows), when


def _seconds(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(seconds=1)


def _whole(duration: timedelta) -> int:
    return duration // timedelta(seconds=1)
