"""Constraint violations: every breach over many members, gathered into conflicts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain, groupby, islice
from typing import NamedTuple

import numpy as np

from kalends.engine.claims import Claims, Subject, SubjectKind
from kalends.engine.conflicts import EVERY, Conflict, ConflictKind, Demand, Weight, Which, in_time
from kalends.engine.constraints.agenda import Agenda, Clock
from kalends.engine.constraints.resource_priority import ResourcePriority
from kalends.engine.constraints.rule import Breaches, Broken, Constraint
from kalends.engine.span_columns import IntColumn
from kalends.engine.spans import EPOCH, Span

_BEFORE_ALL = np.iinfo(np.int64).min

Events = tuple[int, ...]  # entries of `Claims.events`, ascending, each once


class _Breach(NamedTuple):
    """One breach, by what will find it again in the agenda of whoever it is about."""

    start: int  # seconds since 1970, UTC
    end: int
    agenda: str  # a subject's id
    constraint: int  # in the order given
    number: int  # among the breaches of the constraint there
    events: Events


@dataclass(frozen=True, kw_only=True, eq=False)
class Violations:
    """Each breach of each constraint; values are made when asked for."""

    constraints: Sequence[Constraint]
    claims: Claims
    clocks: Mapping[str, Clock]  # of those whose agendas are judged, by id
    found: Mapping[str, Sequence[_Breach]]  # by agenda

    @classmethod
    def of(cls, constraints: Sequence[Constraint], claims: Claims, clocks: Mapping[str, Clock]) -> Violations:
        """Find what breaks constraints in the agendas of those who have a clock."""
        none = cls(constraints=constraints, claims=claims, clocks=clocks, found={})
        return none.renewed(claims, np.arange(len(claims.subjects)))

    def renewed(self, claims: Claims, changed: IntColumn) -> Violations:
        """Give the violations among other claims, which differ from these only on the subjects `changed`.

        There must be the same subjects, and the events must be known by the same numbers.
        """
        known = {subject.id: subject for subject in claims.subjects}
        some = {claims.subjects[index].id for index in changed.tolist()} & self.clocks.keys()
        agendas = Agenda.all_of(claims, {id: self.clocks[id] for id in some}) if self.constraints else {}
        fresh = {id: list(self._breaches(agenda, known[id])) for id, agenda in agendas.items()}
        return replace(self, claims=claims, found={**self.found, **fresh})

    def during(self, since: int, until: int) -> Violations:
        """Give those that are not over at `since` and begin before `until`, in seconds since 1970."""
        found = {
            id: [breach for breach in breaches if breach.end > since and breach.start < until]
            for id, breaches in self.found.items()
        }
        return replace(self, found=found)

    def in_time(self, *, after: datetime | None = None, which: Which = EVERY) -> Iterator[Conflict]:
        """Give one conflict for each set of events that break one constraint of a member's, in order of time,
        each made when its turn comes.

        Misuse of a resource is a conflict over the resource, one for all members of the event. `after` is the
        time of asking: `next` is the first breach that ends later; without it, the first of all.
        """
        return self._made(self._groups(which), after)

    def first(
        self, most: int, *, after: datetime | None = None, which: Which = EVERY
    ) -> tuple[list[Conflict], int]:
        """Give the first of what `in_time` gives, and how many it would give in all."""
        groups = self._groups(which)
        return list(islice(self._made(groups, after), most)), len(groups)

    def _made(self, groups: Sequence[Sequence[_Breach]], after: datetime | None) -> Iterator[Conflict]:
        asked = _BEFORE_ALL if after is None else (after - EPOCH) // timedelta(seconds=1)
        begun = sorted((min(found).start, number, found) for number, found in enumerate(groups))
        known = {subject.id: subject for subject in self.claims.subjects}
        agendas = _Agendas(self)
        for _, together in groupby(begun, key=lambda each: each[0]):
            yield from sorted(
                (self._conflict(found, known, agendas, asked) for *_, found in together), key=in_time
            )

    def _groups(self, which: Which) -> list[list[_Breach]]:
        marks = which.among(self.claims.events)
        groups: dict[tuple[int, str, Events], list[_Breach]] = {}
        for breach in chain.from_iterable(self.found.values()):
            if marks.of(breach.events):
                about = _about(self.constraints[breach.constraint]) or breach.agenda
                groups.setdefault((breach.constraint, about, breach.events), []).append(breach)
        return list(groups.values())

    def _breaches(self, agenda: Agenda, subject: Subject) -> Iterator[_Breach]:
        for index, constraint in enumerate(self.constraints):
            if judges(constraint, subject):
                breaches = constraint.rule.breaches(agenda)
                columns = breaches.first, agenda.event[breaches.row], *breaches.span
                first, events, starts, ends = (column.tolist() for column in columns)
                for number, (start, end) in enumerate(zip(starts, ends, strict=True)):
                    named = tuple(sorted(set(events[first[number] : first[number + 1]])))
                    yield _Breach(start, end, subject.id, index, number, named)

    def _conflict(
        self, breaches: Sequence[_Breach], known: Mapping[str, Subject], agendas: _Agendas, asked: int
    ) -> Conflict:
        # Each member of an event says the same of its use of a resource.
        once = {(breach.start, breach.end): breach for breach in breaches}
        found = [once[times] for times in sorted(once)]
        upcoming = next((breach for breach in found if breach.end > asked), None)
        occasion, claims = upcoming or found[0], self.claims
        constraint = self.constraints[occasion.constraint]
        agenda, judged = agendas[occasion.agenda, occasion.constraint]
        about = _about(constraint)
        gone = Subject(id=about or occasion.agenda, kind=SubjectKind.RESOURCE)
        return Conflict(
            kind=ConflictKind.CONSTRAINT,
            subject=known.get(gone.id, gone),
            parties=tuple(claims[row] for row in agenda.row[judged.rows(occasion.number)].tolist()),
            first=Span.of_seconds(found[0].start, found[0].end),
            next=None if upcoming is None else Span.of_seconds(upcoming.start, upcoming.end),
            count=len(found),
            weight=Weight.of(
                (claims.events[event] for event in occasion.events),
                optional=False,
                tentative=False,
                broken=Demand(hard=constraint.hard, priority=constraint.priority),
            ),
            rule=constraint.id,
            reason=Broken.by(constraint, judged.explain(occasion.number)),
        )


class _Agendas(dict[tuple[str, int], tuple[Agenda, Breaches]]):
    """Agendas with what breaks a constraint in them, judged again when one of their breaches is told."""

    def __init__(self, violations: Violations) -> None:
        super().__init__()
        self._all = violations
        self._numbers = {subject.id: number for number, subject in enumerate(violations.claims.subjects)}

    def __missing__(self, key: tuple[str, int]) -> tuple[Agenda, Breaches]:
        id, constraint = key
        agenda = Agenda.of(self._all.claims, self._numbers[id], self._all.clocks[id])
        self[key] = made = agenda, self._all.constraints[constraint].rule.breaches(agenda)
        return made


def violations(
    constraints: Iterable[Constraint],
    claims: Claims,
    clocks: Mapping[str, Clock],
    *,
    after: datetime | None = None,
    which: Which = EVERY,
    most: int | None = None,
) -> list[Conflict]:
    """Find what breaks constraints and give the first `most` conflicts, as `Violations.in_time` does.

    `clocks` names by their ids those whose agendas are judged, and gives the clock of each.
    """
    found = Violations.of(list(constraints), claims, clocks)
    return list(islice(found.in_time(after=after, which=which), most))


def _about(constraint: Constraint) -> str | None:
    """Give the resource that a constraint is about, if it is."""
    return constraint.rule.resource if isinstance(constraint.rule, ResourcePriority) else None


def judges(constraint: Constraint, subject: Subject) -> bool:
    """Say whether a constraint is about the agenda of a member, or of a resource."""
    rule = constraint.rule
    if subject.kind is SubjectKind.RESOURCE:
        return isinstance(rule, ResourcePriority) and rule.resource == subject.id
    return constraint.applies_to(subject.id)
