"""What decides where an event may go, beside what else is there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kalends.engine.claims import EventFacts, Subject, SubjectKind
from kalends.engine.constraints import Agenda, Clock, Constraint
from kalends.engine.constraints.caps import MaxEventsPerDay, MaxEventsPerWeek
from kalends.engine.constraints.gaps import MinGap
from kalends.engine.constraints.rule import Mask
from kalends.engine.constraints.violations import judges
from kalends.engine.hours import WeeklyHours
from kalends.engine.span_columns import IntColumn


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """All that decides where things may go."""

    clocks: Mapping[str, Clock]  # of every member and resource
    members: frozenset[str]
    hours: Mapping[str, WeeklyHours]  # within which a member may be given something
    constraints: Sequence[Constraint]
    presumed: frozenset[Constraint]  # those among them that nobody has set
    others: Mapping[str, Sequence[str]]  # resource ids that can stand in for a resource, itself excepted
    capacities: Mapping[str, int]  # of every resource, 0 of one that is put away

    def asked(self, subject: str) -> list[Constraint]:
        """Give the constraints that say something of a member's time, or of the use of a resource."""
        kind = SubjectKind.MEMBER if subject in self.members else SubjectKind.RESOURCE
        return [each for each in self.constraints if judges(each, Subject(id=subject, kind=kind))]

    def closed(self, subject: str, starts: IntColumn, seconds: int) -> Mask:
        """Say of each ascending start whether something put there lies partly outside of the hours."""
        hours = self.hours.get(subject)
        if hours is None or not len(starts):
            return np.zeros(len(starts), dtype=bool)
        closed = hours.closed(int(starts[0]), int(starts[-1]) + seconds)
        following = np.searchsorted(closed.end, starts, side="right")
        begins = np.append(closed.start, np.iinfo(np.int64).max)
        met: Mask = begins[following] < starts + seconds
        return met

    def refusals(
        self, subject: str, event: EventFacts, starts: IntColumn, seconds: int
    ) -> Iterator[tuple[Constraint, Mask]]:
        """Give what each constraint says of an event at each start, whatever else there is.

        Constraints on events beside each other say nothing of one alone: they are lanes' gaps and limits.
        """
        agenda = alone(subject, self.clocks[subject])
        for constraint in self.asked(subject):
            if not isinstance(constraint.rule, MinGap | MaxEventsPerDay | MaxEventsPerWeek):
                yield constraint, constraint.rule.refused(agenda, event, starts, seconds)


def alone(
    subject: str, clock: Clock, event: EventFacts | None = None, times: tuple[int, int] = (0, 1)
) -> Agenda:
    """Give the agenda of somebody who has only this event, at these UTC seconds, or nothing at all."""
    bounds = np.array([] if event is None else [times], dtype=np.int64).reshape(-1, 2)
    here = np.zeros(len(bounds), dtype=np.int64)
    return Agenda(
        subject=subject,
        clock=clock,
        start=bounds[:, 0],
        end=bounds[:, 1],
        event=here,
        events=() if event is None else (event,),
        row=here,
    )
