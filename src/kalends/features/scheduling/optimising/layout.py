"""A stretch of a workspace's time as a placement problem.

Each occurrence is an activity, each member and resource a lane. What may not move is there as well, since
everything else must keep clear of it. Costs are compared rank by rank, the highest first: that a thing
cannot be placed, then that it moves. So nothing moves for something lower. Soft constraints come next, and
the distance of the moves last.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise
from math import gcd

import numpy as np

from kalends.engine.claims import EventFacts, Flexibility, Subject, SubjectKind
from kalends.engine.constraints import Constraint
from kalends.engine.constraints.caps import MaxEventsPerDay, MaxEventsPerWeek
from kalends.engine.constraints.gaps import MinGap
from kalends.engine.placement import Activity, Choice, Cost, Lane, Limit, Problem, Use
from kalends.engine.span_columns import IntColumn
from kalends.engine.spans import Span
from kalends.features.scheduling.optimising.surroundings import Surroundings

_DAY = 86_400
_OPTIONAL = 4  # what a grain of an optional participant's time weighs among the soft constraints
_MOVE = {Flexibility.PREFERRED: 5, Flexibility.FLEXIBLE: 4, Flexibility.FIXED: 5}
_SWAP = 2
_WISH_AS_FAR = 900  # seconds of a move that each point of a presumed wish's priority is worth


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One occurrence as it is placed: what claims its members and resources together."""

    facts: EventFacts
    span: Span
    claims: tuple[int, ...]  # rows of the claims it was made of
    movable: bool
    within: Span | None = None  # where it may go; None: anywhere in the window
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
class Layout:
    """A problem with what its activities and grains stand for."""

    problem: Problem
    occurrences: tuple[Occurrence, ...]
    wishes: tuple[Wish, ...]  # their activities come behind those of the occurrences
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
        self._lanes: list[Lane] = []
        self._numbers: dict[str, int] = {}  # of the lanes, by member or resource

    def layout(self) -> Layout:
        """Put all parts together."""
        activities = [
            *(self._activity(index) for index in range(len(self._occurrences))),
            *(self._wished(wish) for wish in self._wishes),
        ]
        problem = Problem(
            levels=(
                *(f"{kind} {rank}" for rank in self._ranks for kind in ("unplaced", "moved")),
                "soft",
                "shift",
            ),
            lanes=tuple(self._lanes),
            activities=tuple(activities),
            limits=tuple(self._limits(activities)),
        )
        return Layout(
            problem=problem,
            occurrences=self._occurrences,
            wishes=self._wishes,
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
            starts, _, _ = self._judge(event, taken, np.array([start], dtype=np.int64), seconds, stays=start)
            return replace(still, movable=True, starts=self._grains_of(starts), unplaced=Cost(level=level))
        choices = [self._choice(lane, level + 1) for lane in hard if self._others(lane)]
        chosen = {choice.lanes[0] for choice in choices}
        since, until = self._since, self._until
        if occurrence.within is not None:
            since = max(since, round(occurrence.within.start.timestamp()))
            until = min(until, round(occurrence.within.end.timestamp()))
        starts = np.union1d(self._grid(since, until, seconds), [start])
        starts, wished, presumed = self._judge(event, taken, starts, seconds, stays=start)
        # What is only presumed of people is worth a longer way, but no other day.
        distance = (np.abs(starts - start) + presumed * _WISH_AS_FAR) // self._grain
        told = wished.any()
        return replace(
            still,
            movable=True,
            starts=self._grains_of(starts),
            costs=wished if told else distance,
            cost_level=self._soft if told else self._shift,
            unplaced=Cost(level=level),
            moved=Cost(level=level + 1, weight=_MOVE[event.flexibility]),
            shift=Cost(level=self._shift) if told else None,
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
        starts, wished, presumed = self._judge(wish.facts, taken, starts, wish.seconds)
        costs = wished + presumed
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
    ) -> tuple[IntColumn, IntColumn, IntColumn]:
        """Leave the starts that no hard constraint refuses, with what the soft ones say of each, and apart
        from them those that are only presumed.

        Where it is now it may be outside of its members' hours: nobody is told to move for that. And what is
        only presumed of people says nothing of an event that they have put elsewhere themselves.
        """
        allowed = np.ones(len(starts), dtype=bool)
        costs, presumed = np.zeros((2, len(starts)), dtype=np.int64)
        for subject in subjects:
            within = ~self._around.closed(subject, starts, seconds)
            allowed &= within if stays is None else within | (starts == stays)
            for constraint, refused in self._around.refusals(subject, event, starts, seconds):
                if constraint.hard:
                    allowed &= ~refused
                elif constraint not in self._around.presumed:
                    costs += refused * constraint.priority
                elif stays is None or not refused[starts == stays]:
                    presumed += refused * constraint.priority
        return starts[allowed], costs[allowed], presumed[allowed]

    # Lanes, choices, limits ------------------------------------------------------------------------------

    def _lane(self, subject: Subject) -> int:
        if subject.id not in self._numbers:
            gap, wished, crowded = 0, 0, None
            for constraint in self._of(subject.id, MinGap):
                grains = -(-constraint.rule.minutes * 60 // self._grain)  # type: ignore[attr-defined]
                if constraint.hard:
                    gap = max(gap, grains)
                elif grains > wished:
                    wished, crowded = grains, self._broken(constraint)
            crowded = crowded if wished > gap else None
            self._numbers[subject.id] = len(self._lanes)
            self._lanes.append(
                Lane(
                    id=subject.id,
                    capacity=subject.capacity,
                    gap=gap,
                    wished_gap=wished if crowded else 0,
                    crowded=crowded,
                )
            )
        return self._numbers[subject.id]

    def _others(self, lane: int) -> list[str]:
        return list(self._around.others.get(self._lanes[lane].id, ()))

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
        for subject, lane in self._numbers.items():
            taking = frozenset(
                index
                for index, activity in enumerate(activities)
                if any(use.lane == lane for use in activity.uses)
            )
            for kind in (MaxEventsPerDay, MaxEventsPerWeek):
                for constraint in self._of(subject, kind):
                    over = None if constraint.hard else self._broken(constraint)
                    most = constraint.rule.count  # type: ignore[attr-defined]
                    limits += [
                        Limit(activities=taking, first=first, last=last, most=most, over=over)
                        for first, last in self._periods(subject, weeks=kind is MaxEventsPerWeek)
                    ]
        return limits

    def _broken(self, constraint: Constraint) -> Cost:
        """Give what it costs to break a soft constraint."""
        if constraint in self._around.presumed:
            return Cost(level=self._shift, weight=constraint.priority * _WISH_AS_FAR // self._grain)
        return Cost(level=self._soft, weight=constraint.priority)

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
