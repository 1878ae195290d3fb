"""Constraint violations: every breach over many members, gathered into conflicts."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import nsmallest
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kalends.engine.claims import Claims, Subject, SubjectKind
from kalends.engine.conflicts import Conflict, ConflictKind, Demand, Weight
from kalends.engine.constraints.agenda import Agenda, Clock
from kalends.engine.constraints.resource_priority import ResourcePriority
from kalends.engine.constraints.rule import Breaches, Broken, Constraint
from kalends.engine.spans import EPOCH, Span

_BEFORE_ALL = np.iinfo(np.int64).min

Events = tuple[int, ...]  # entries of `Claims.events`, ascending, each once


def violations(
    constraints: Iterable[Constraint],
    claims: Claims,
    clocks: Mapping[str, Clock],
    *,
    after: datetime | None = None,
    touching: Container[str] | None = None,
    most: int | None = None,
) -> list[Conflict]:
    """Find what breaks constraints: one conflict for each set of events that break one of a member's.

    `clocks` names by their ids those whose agendas are judged, and gives the clock of each. Misuse of a
    resource is a conflict over the resource, one for all members of the event. `after` is the time of
    asking: `next` is the first breach that ends later; without it, the first of all. Given UIDs in
    `touching`, only conflicts of at least one of these events are made, and at most the first `most`.
    """
    asked = _BEFORE_ALL if after is None else (after - EPOCH) // timedelta(seconds=1)
    wanted = None
    if touching is not None:
        wanted = np.array([event.uid in touching for event in claims.events], dtype=bool)
        touched = np.unique(claims.subject[wanted[claims.event]]).tolist()
        known = {claims.subjects[index].id for index in touched}
        clocks = {id: clock for id, clock in clocks.items() if id in known}
    agendas = Agenda.all_of(claims, clocks)
    subjects = {subject.id: subject for subject in claims.subjects}
    groups = [group for constraint in constraints for group in _groups(constraint, agendas, subjects, wanted)]
    if most is not None:
        groups = nsmallest(most, groups, key=lambda group: group.begins)
    found = [group.conflict(claims, asked) for group in groups]
    return sorted(found, key=lambda c: (c.first.start, c.first.end, c.subject.id, c.rule or "", c.uids))


def judges(constraint: Constraint, subject: Subject) -> bool:
    """Say whether a constraint is about the agenda of a member, or of a resource."""
    rule = constraint.rule
    if subject.kind is SubjectKind.RESOURCE:
        return isinstance(rule, ResourcePriority) and rule.resource == subject.id
    return constraint.applies_to(subject.id)


class _Breach(NamedTuple):
    """One breach, wherever it was found."""

    start: int
    end: int
    number: int  # among the breaches of its agenda
    agenda: Agenda
    breaches: Breaches

    @property
    def times(self) -> tuple[int, int]:
        return self.start, self.end


@dataclass(slots=True)
class _Group:
    """The breaches that make one conflict, each time once."""

    constraint: Constraint
    subject: Subject
    events: Events
    found: list[_Breach] = field(default_factory=list)

    @property
    def begins(self) -> int:
        return min(breach.start for breach in self.found)

    def conflict(self, claims: Claims, asked: int) -> Conflict:
        # Each member of an event says the same of its use of a resource.
        once = {breach.times: breach for breach in self.found}
        found = [once[times] for times in sorted(once)]
        upcoming = next((breach for breach in found if breach.end > asked), None)
        occasion = upcoming or found[0]
        rows = occasion.agenda.row[occasion.breaches.rows(occasion.number)]
        return Conflict(
            kind=ConflictKind.CONSTRAINT,
            subject=self.subject,
            parties=tuple(claims[row] for row in rows.tolist()),
            first=Span.of_seconds(found[0].start, found[0].end),
            next=None if upcoming is None else Span.of_seconds(upcoming.start, upcoming.end),
            count=len(found),
            weight=Weight.of(
                (claims.events[event] for event in self.events),
                optional=False,
                tentative=False,
                broken=Demand(hard=self.constraint.hard, priority=self.constraint.priority),
            ),
            rule=self.constraint.id,
            reason=Broken.by(self.constraint, occasion.breaches.explain(occasion.number)),
        )


def _groups(
    constraint: Constraint,
    agendas: Mapping[str, Agenda],
    subjects: Mapping[str, Subject],
    wanted: NDArray[np.bool_] | None,
) -> list[_Group]:
    """Gather all that breaks one constraint."""
    rule = constraint.rule
    about = rule.resource if isinstance(rule, ResourcePriority) else None
    groups: dict[tuple[str, Events], _Group] = {}
    for id, agenda in agendas.items():
        if not judges(constraint, subjects[id]):
            continue
        subject = subjects[id]
        if about is not None:
            subject = subjects.get(about, Subject(id=about, kind=SubjectKind.RESOURCE))
        breaches = rule.breaches(agenda)
        for events, number in _named(agenda, breaches, wanted):
            if (subject.id, events) not in groups:
                groups[subject.id, events] = _Group(constraint, subject, events)
            start, end = int(breaches.span.start[number]), int(breaches.span.end[number])
            groups[subject.id, events].found.append(_Breach(start, end, number, agenda, breaches))
    return list(groups.values())


def _named(
    agenda: Agenda, breaches: Breaches, wanted: NDArray[np.bool_] | None
) -> Iterator[tuple[Events, int]]:
    """Give the events of each breach, of those breaches that a wanted event has a part in."""
    if not len(breaches):
        return
    numbers = agenda.event[breaches.row]
    kept: Iterable[int] = range(len(breaches))
    if wanted is not None:
        kept = np.flatnonzero(np.logical_or.reduceat(wanted[numbers], breaches.first[:-1])).tolist()
    first, listed = breaches.first.tolist(), numbers.tolist()
    for number in kept:
        yield tuple(sorted(set(listed[first[number] : first[number + 1]]))), number
