"""Constraints on one event that is to be put into one agenda."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from kalends.engine.claims import EventFacts
from kalends.engine.constraints.agenda import Agenda
from kalends.engine.constraints.rule import Broken, Constraint, Mask
from kalends.engine.span_columns import IntColumn

_ANY = EventFacts(uid="")  # an event of which nothing is known


class Screened(NamedTuple):
    """What soft constraints say of some starts."""

    penalty: IntColumn  # the priorities, added up, of those that are broken
    broken: list[tuple[str, Mask]]  # the id of each, and at which starts it is broken


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Screen:
    """What constraints say of the times for an event, beside what stands in an agenda already.

    For caps and gaps to be judged rightly, the agenda must reach a week and a day beyond the times asked for.
    """

    agenda: Agenda
    constraints: Sequence[Constraint] = ()  # those that ask nothing of the agenda's subject are passed over
    event: EventFacts = _ANY  # that is to be put there

    def refused(self, starts: IntColumn, duration: int) -> Mask:
        """Say of each start, in UTC seconds, whether the event there would break a hard constraint."""
        found = np.zeros(len(starts), dtype=bool)
        for constraint in self._asking(hard=True):
            found |= constraint.rule.refused(self.agenda, self.event, starts, duration)
        return found

    def weighed(self, starts: IntColumn, duration: int) -> Screened:
        """Say what soft constraints the event would break at each start."""
        penalty, broken = np.zeros(len(starts), dtype=np.int64), []
        for constraint in self._asking(hard=False):
            mask = constraint.rule.refused(self.agenda, self.event, starts, duration)
            if mask.any():
                penalty += mask * constraint.priority
                broken.append((constraint.id, mask))
        return Screened(penalty, broken)

    def explain(self, start: int, duration: int) -> list[Broken]:
        """Say what hard constraints the event there would break: nothing exactly if it is not refused."""
        found = []
        with_it = self.agenda.put(self.event, start, duration)
        for constraint in self._asking(hard=True):
            breaches = constraint.rule.breaches(with_it)
            makers = np.repeat(np.arange(len(breaches)), np.diff(breaches.first))
            own = np.unique(makers[with_it.row[breaches.row] == -1])
            found += [Broken.by(constraint, breaches.explain(number)) for number in own.tolist()]
        return found

    def for_event(self, event: EventFacts) -> Screen:
        """Give the screen for another event."""
        return replace(self, event=event)

    def without(self, uid: str, start: int, end: int) -> Screen:
        """Give the screen as it were if one occurrence of an event, in UTC seconds, were not there."""
        agenda = self.agenda
        number = agenda.index(uid)
        if number is None:
            return self
        there = (agenda.event == number) & (agenda.start == start) & (agenda.end == end)
        return replace(self, agenda=agenda.only(~there))

    def _asking(self, *, hard: bool) -> list[Constraint]:
        return [c for c in self.constraints if c.hard is hard and c.applies_to(self.agenda.subject)]
