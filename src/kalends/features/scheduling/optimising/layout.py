"""A stretch of a workspace's time as a placement problem.

Each occurrence is an activity, each member and resource a lane. What may not move is there as well, since
everything else must keep clear of it. Costs are compared rank by rank, the highest first: that a thing
cannot be placed, then that it moves. So nothing moves for something lower. Soft constraints come next, and
the distance of the moves last.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise
from math import gcd

import numpy as np
from numpy.typing import NDArray

from kalends.engine.claims import EventFacts, Flexibility, Subject, SubjectKind
from kalends.engine.constraints import Agenda, Clock, Constraint
from kalends.engine.constraints.caps import MaxEventsPerDay, MaxEventsPerWeek
from kalends.engine.constraints.gaps import MinGap
from kalends.engine.constraints.violations import judges
from kalends.engine.hours import WeeklyHours
from kalends.engine.placement import Activity, Choice, Cost, Lane, Limit, Problem, Use
from kalends.engine.span_columns import IntColumn
from kalends.engine.spans import Span

_DAY = 86_400
_OPTIONAL = 4  # what a grain of an optional participant's time weighs among the soft constraints
_MOVE = {Flexibility.PREFERRED: 5, Flexibility.FLEXIBLE: 4, Flexibility.FIXED: 5}
_SWAP = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One occurrence as it is placed: what claims its members and resources together."""

    facts: EventFacts
    span: Span
    claims: tuple[int, ...]  # rows of the claims it was made of
    movable: bool
    settled: bool = False  # it is nobody's to give up: a reservation, or outside of the window


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Something that shall find its time: a task's part, a block, a study session."""

    facts: EventFacts  # with a uid of its own, and whom and what it needs among its participants
    seconds: int
    windows: tuple[Span, ...]  # in any of which it may lie, wholly
    # What each start, in UTC seconds, is worth less than the best, among the soft constraints.
    penalty: Callable[[IntColumn], IntColumn] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """All that decides where things may go."""

    clocks: Mapping[str, Clock]  # of every member and resource
    members: frozenset[str]
    hours: Mapping[str, WeeklyHours]  # within which a member may be given something
    constraints: Sequence[Constraint]
    others: Mapping[str, Sequence[str]]  # resource ids that can stand in for a resource, itself excepted
    capacities: Mapping[str, int]  # of every resource, 0 of one that is put away

    def asked(self, subject: str) -> list[Constraint]:
        """Give the constraints that say something of a member's time, or of the use of a resource."""
        kind = SubjectKind.MEMBER if subject in self.members else SubjectKind.RESOURCE
        return [each for each in self.constraints if judges(each, Subject(id=subject, kind=kind))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A problem with what its activities and grains stand for."""

    problem: Problem
    occurrences: tuple[Occurrence, ...]
    wishes: tuple[Wish, ...]  # their activities come behind those of the occurrences
    lanes: Mapping[str, int]  # by member or resource
    window: Span
    grain: int  # seconds
    origin: int  # UTC seconds of grain 0

    def span(self, activity: int, start: int) -> Span:
        """Give the time of an activity put at a grain."""
        seconds = (
            round(self.occurrences[activity].span.duration.total_seconds())
            if activity < len(self.occurrences)
            else self.wishes[activity - len(self.occurrences)].seconds
        )
        begins = self.origin + start * self.grain
        return Span.of_seconds(begins, begins + seconds)

    def facts(self, activity: int) -> EventFacts:
        """Give the event that an activity stands for."""
        known = len(self.occurrences)
        return self.occurrences[activity].facts if activity < known else self.wishes[activity - known].facts

    def lane(self, index: int) -> str:
        """Give the member or resource of a lane."""
        return self.problem.lanes[index].id


def lay_out(
    occurrences: Sequence[Occurrence],
    uses: Callable[[Occurrence], Sequence[tuple[Subject, bool]]],
    window: Span,
    around: Surroundings,
    *,
    wishes: Sequence[Wish] = (),
    step: timedelta = timedelta(minutes=15),
) -> Layout:
    """Lay occurrences and wishes out as a problem.

    `uses` tells which subjects an occurrence claims, and whether it must have them. Movable occurrences are
    put within the window, at whole multiples of `step` after its start; their length never changes.
    """
    return _Drawing(occurrences, uses, window, around, wishes, step).layout()


class _Drawing:
    """The work of `lay_out`, step by step."""

    def __init__(
        self,
        occurrences: Sequence[Occurrence],
        uses: Callable[[Occurrence], Sequence[tuple[Subject, bool]]],
        window: Span,
        around: Surroundings,
        wishes: Sequence[Wish],
        step: timedelta,
    ) -> None:
        self._occurrences = tuple(occurrences)
        self._used = [tuple(uses(each)) for each in occurrences]
        self._window, self._around, self._wishes = window, around, tuple(wishes)
        self._step = round(step.total_seconds())
        self._since, self._until = (round(m.timestamp()) for m in (window.start, window.end))
        self._bounds = [
            (int(each.span.start.timestamp()), round(each.span.end.timestamp())) for each in occurrences
        ]
        times = [moment - self._since for bounds in self._bounds for moment in bounds]
        self._grain = gcd(self._step, *times, *(wish.seconds for wish in wishes)) or self._step
        first = min([self._since, *(start for start, _ in self._bounds)])
        self._origin = self._since - -(-(self._since - first) // self._grain) * self._grain
        ranks = {each.facts.rank for each in occurrences} | {wish.facts.rank for wish in wishes}
        self._ranks = {rank: 2 * index for index, rank in enumerate(sorted(ranks, reverse=True))}
        self._soft, self._shift = 2 * len(ranks), 2 * len(ranks) + 1
        self._lanes: dict[str, Lane] = {}

    def layout(self) -> Layout:
        """Put all parts together."""
        activities = [
            *(self._activity(index) for index in range(len(self._occurrences))),
            *(self._wished(wish) for wish in self._wishes),
        ]
        lanes = tuple(self._lanes.values())
        problem = Problem(
            levels=(
                *(f"{kind} {rank}" for rank in self._ranks for kind in ("unplaced", "moved")),
                "soft",
                "shift",
            ),
            lanes=lanes,
            activities=tuple(activities),
            limits=tuple(self._limits(activities)),
        )
        return Layout(
            problem=problem,
            occurrences=self._occurrences,
            wishes=self._wishes,
            lanes={lane.id: index for index, lane in enumerate(lanes)},
            window=self._window,
            grain=self._grain,
            origin=self._origin,
        )

    # Activities ----------------------------------------------------------------------------------------

    def _activity(self, index: int) -> Activity:
        occurrence = self._occurrences[index]
        (start, end), event = self._bounds[index], occurrence.facts
        home, seconds = self._grains(start), end - start
        hard = [self._lane(subject) for subject, required in self._used[index] if required]
        soft = [self._lane(subject) for subject, required in self._used[index] if not required]
        uses = [
            *(Use(lane=lane) for lane in hard),
            *(Use(lane=lane, shared=Cost(level=self._soft, weight=_OPTIONAL)) for lane in soft),
        ]
        still = Activity(
            id=f"{event.uid} {start}",
            duration=max(1, self._grains(end) - home),
            starts=np.array([home], dtype=np.int64),
            home=home,
            movable=False,
            uses=tuple(uses),
        )
        if occurrence.settled:
            return still
        level = self._ranks[event.rank]
        taken = [subject.id for subject, required in self._used[index] if required]
        if not occurrence.movable:
            # It goes nowhere, but nothing that ranks higher makes way for it: then it is left as it is.
            starts, _ = self._judge(event, taken, np.array([start], dtype=np.int64), seconds, stays=start)
            return replace(still, movable=True, starts=self._grains_of(starts), unplaced=Cost(level=level))
        choices = [self._choice(lane, level + 1) for lane in hard if self._others(lane)]
        chosen = {choice.lanes[0] for choice in choices}
        starts = np.union1d(self._grid(self._since, self._until, seconds), [start])
        starts, costs = self._judge(event, taken, starts, seconds, stays=start)
        return replace(
            still,
            movable=True,
            starts=self._grains_of(starts),
            costs=costs,
            cost_level=self._soft,
            unplaced=Cost(level=level),
            moved=Cost(level=level + 1, weight=_MOVE[event.flexibility]),
            shift=Cost(level=self._shift),
            uses=tuple(use for use in uses if use.lane not in chosen),
            choices=tuple(choices),
        )

    def _wished(self, wish: Wish) -> Activity:
        grids = [
            self._grid(round(span.start.timestamp()), round(span.end.timestamp()), wish.seconds)
            for span in wish.windows
        ]
        starts = np.unique(np.concatenate([np.zeros(0, np.int64), *grids]))
        taken = [p.id for p in wish.facts.participants if p.required]
        starts, costs = self._judge(wish.facts, taken, starts, wish.seconds)
        if wish.penalty is not None:
            costs = costs + wish.penalty(starts)
        hard = [
            self._lane(Subject(id=p.id))
            if p.id in self._around.members
            else self._lane(
                Subject(id=p.id, kind=SubjectKind.RESOURCE, capacity=self._around.capacities.get(p.id, 0))
            )
            for p in wish.facts.participants
            if p.required
        ]
        return Activity(
            id=wish.facts.uid,
            duration=wish.seconds // self._grain,
            starts=self._grains_of(starts),
            costs=costs,
            cost_level=self._soft,
            unplaced=Cost(level=self._ranks[wish.facts.rank]),
            uses=tuple(Use(lane=lane) for lane in hard),
        )

    def _judge(
        self,
        event: EventFacts,
        subjects: Sequence[str],
        starts: IntColumn,
        seconds: int,
        stays: int | None = None,
    ) -> tuple[IntColumn, IntColumn]:
        """Leave the starts that no hard constraint refuses, with what the soft ones say of each.

        Where it is now it may be outside of its members' hours: nobody is told to move for that.
        """
        allowed = np.ones(len(starts), dtype=bool)
        costs = np.zeros(len(starts), dtype=np.int64)
        for subject in subjects:
            if hours := self._around.hours.get(subject):
                within = ~_meets(hours, starts, seconds)
                allowed &= within if stays is None else within | (starts == stays)
            agenda = alone(subject, self._around.clocks[subject])
            for constraint in self._around.asked(subject):
                if _counted(constraint):
                    continue
                refused = constraint.rule.refused(agenda, event, starts, seconds)
                if constraint.hard:
                    allowed &= ~refused
                else:
                    costs += refused * constraint.priority
        return starts[allowed], costs[allowed]

    # Lanes, choices, limits ------------------------------------------------------------------------------

    def _lane(self, subject: Subject) -> int:
        if subject.id not in self._lanes:
            gap, wished, weight = 0, 0, 0
            for constraint in self._of(subject.id, MinGap):
                grains = -(-constraint.rule.minutes * 60 // self._grain)  # type: ignore[attr-defined]
                if constraint.hard:
                    gap = max(gap, grains)
                elif grains > wished:
                    wished, weight = grains, constraint.priority
            self._lanes[subject.id] = Lane(
                id=subject.id,
                capacity=subject.capacity,
                gap=gap,
                wished_gap=wished if wished > gap else 0,
                crowded=Cost(level=self._soft, weight=weight) if wished > gap else None,
            )
        return list(self._lanes).index(subject.id)

    def _others(self, lane: int) -> list[str]:
        subject = list(self._lanes)[lane]
        return [other for other in self._around.others.get(subject, ()) if other != subject]

    def _choice(self, lane: int, level: int) -> Choice:
        standing_in = [
            self._lane(
                Subject(id=other, kind=SubjectKind.RESOURCE, capacity=self._around.capacities.get(other, 0))
            )
            for other in self._others(lane)
        ]
        return Choice(lanes=(lane, *standing_in), current=0, swapped=Cost(level=level, weight=_SWAP))

    def _limits(self, activities: Sequence[Activity]) -> list[Limit]:
        limits = []
        for subject, lane in {id: index for index, id in enumerate(self._lanes)}.items():
            taking = frozenset(
                index
                for index, activity in enumerate(activities)
                if any(use.lane == lane for use in activity.uses)
            )
            for kind in (MaxEventsPerDay, MaxEventsPerWeek):
                for constraint in self._of(subject, kind):
                    over = None if constraint.hard else Cost(level=self._soft, weight=constraint.priority)
                    most = constraint.rule.count  # type: ignore[attr-defined]
                    limits += [
                        Limit(activities=taking, first=first, last=last, most=most, over=over)
                        for first, last in self._periods(subject, weeks=kind is MaxEventsPerWeek)
                    ]
        return limits

    def _of(self, subject: str, kind: type) -> list[Constraint]:
        return [each for each in self._around.asked(subject) if isinstance(each.rule, kind)]

    def _periods(self, member: str, *, weeks: bool) -> list[tuple[int, int]]:
        """Give the member's days or weeks that the window touches, in grains."""
        clock = self._around.clocks[member]
        day = int(clock.days(np.array([self._since], np.int64))[0])
        last = int(clock.days(np.array([self._until - 1], np.int64))[0])
        size = 1
        if weeks:
            size = 7
            numbers = np.arange(day - 6, day + 1, dtype=np.int64)
            day = int(numbers[clock.weeks(numbers) == clock.weeks(numbers[-1:])][0])
        midnights = np.arange(day, last + size + 1, size, dtype=np.int64) * _DAY
        bounds = [self._grains(int(second)) for second in clock.zone.to_utc(midnights)]
        return list(pairwise(bounds))

    # Times -----------------------------------------------------------------------------------------------

    def _grid(self, since: int, until: int, seconds: int) -> IntColumn:
        first = self._since + -(-(since - self._since) // self._step) * self._step
        return np.arange(first, until - seconds + 1, self._step, dtype=np.int64)

    def _grains(self, second: int) -> int:
        return (second - self._origin) // self._grain

    def _grains_of(self, seconds: IntColumn) -> IntColumn:
        return (seconds - self._origin) // self._grain


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


def _counted(constraint: Constraint) -> bool:
    """Say whether a rule is about events beside each other, and so a matter of lanes and limits."""
    return isinstance(constraint.rule, MinGap | MaxEventsPerDay | MaxEventsPerWeek)


def _meets(hours: WeeklyHours, starts: IntColumn, seconds: int) -> NDArray[np.bool_]:
    """Say of each start whether something put there lies partly in closed time."""
    if not len(starts):
        return np.zeros(0, dtype=bool)
    closed = hours.closed(int(starts[0]), int(starts[-1]) + seconds)
    next_closed = np.searchsorted(closed.end, starts, side="right")
    begins = np.append(closed.start, np.iinfo(np.int64).max)
    met: NDArray[np.bool_] = begins[next_closed] < starts + seconds
    return met
