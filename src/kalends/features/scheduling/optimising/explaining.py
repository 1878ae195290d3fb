"""What a solution means: what changes and why, what was left and what stands in its way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from kalends.engine.claims import EventFacts, Flexibility
from kalends.engine.constraints import Broken
from kalends.engine.motives import MoreFlexible, NotMovable, RanksLower
from kalends.engine.placement import Activity, Solution
from kalends.engine.placement.motives import (
    CheaperToMove,
    InTheWay,
    MakesRoom,
    NearestThatFits,
    NoTimeAllowed,
    NoTimeLeft,
    OneTooMany,
    RulesOut,
    StandsIn,
    StaysPut,
)
from kalends.engine.spans import Span
from kalends.engine.wording import Reason
from kalends.features.scheduling.optimising.layout import Layout
from kalends.features.scheduling.optimising.surroundings import Surroundings, alone

_MOST_NAMED = 3  # events that stand in the way of one


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """One activity that changes, and why."""

    activity: int
    before: Span | None  # None for a wish
    after: Span
    swaps: tuple[tuple[str, str], ...] = ()  # resources: the one it has, the one it gets
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """One activity that could not be placed, and what stands in its way."""

    activity: int
    reasons: tuple[Reason, ...]


def explain(layout: Layout, solution: Solution, around: Surroundings) -> tuple[list[Shift], list[Left]]:
    """Tell what changes and what is left, in order of time."""
    told = _Teller(layout, solution, around)
    shifts = [shift for index in range(len(layout.problem.activities)) if (shift := told.shift(index))]
    left = [
        Left(activity=index, reasons=tuple(told.obstacles(index)))
        for index, placed in enumerate(solution.placed)
        if placed.start is None and layout.problem.activities[index].movable
    ]
    return sorted(shifts, key=lambda shift: (shift.before or shift.after, shift.activity)), left


class _Teller:
    """Compares where everything was with where it is put."""

    def __init__(self, layout: Layout, solution: Solution, around: Surroundings) -> None:
        self._layout, self._solution, self._around = layout, solution, around
        self._activities = layout.problem.activities
        self._after = np.array(
            [
                _NOWHERE if start is None else start
                for start in (
                    activity.home if placed.start is None else placed.start
                    for activity, placed in zip(self._activities, solution.placed, strict=True)
                )
            ],
            dtype=np.int64,
        )
        self._length = np.array([activity.duration for activity in self._activities], dtype=np.int64)

    def shift(self, index: int) -> Shift | None:
        """Tell of an activity that moves, changes its resource or is new; None for one that stays."""
        activity, placed = self._activities[index], self._solution.placed[index]
        swaps = tuple(
            (self._layout.lane(choice.lanes[choice.current]), self._layout.lane(choice.lanes[chosen]))
            for choice, chosen in zip(activity.choices, placed.choices, strict=True)
            if choice.current not in (None, chosen)
        )
        if placed.start is None or (placed.start == activity.home and not swaps):
            return None
        after = self._layout.span(index, placed.start)
        if activity.home is None:
            return Shift(activity=index, before=None, after=after)
        before = self._layout.span(index, activity.home)
        uid = self._layout.facts(index).uid
        reasons = [*self._pushed(index)]
        reasons += [StandsIn(uid=uid, resource=new, instead_of=old) for old, new in swaps]
        if placed.start != activity.home:
            reasons.append(NearestThatFits(uid=uid, span=after, nearer=self._nearer(index)))
        return Shift(activity=index, before=before, after=after, swaps=swaps, reasons=tuple(reasons))

    def obstacles(self, index: int) -> Iterator[Reason]:
        """Say what stands in the way of an activity that was not placed."""
        activity, uid = self._activities[index], self._layout.facts(index).uid
        window = self._layout.window
        if activity.home is not None:
            yield from self._pushed(index)
        if activity.home is not None and not self._layout.occurrences[index].movable:
            yield NotMovable(uid=uid)
            return
        elsewhere = len(activity.starts) - (activity.home in activity.starts)
        if not elsewhere:
            yield NoTimeAllowed(uid=uid, window=window)
            yield from self._ruled_out(index)
            return
        yield NoTimeLeft(uid=uid, window=window)
        for blocker in self._solution.blockers.get(index, ())[:_MOST_NAMED]:
            other = self._layout.facts(blocker.activity).uid
            yield InTheWay(uid=uid, other=other, subject=self._layout.lane(blocker.lane))

    def _ruled_out(self, index: int) -> Iterator[Reason]:
        """Name the hard constraints that leave an activity no time, those that take the most first."""
        facts, layout = self._layout.facts(index), self._layout
        seconds = self._activities[index].duration * layout.grain
        first, last = int(layout.window.start.timestamp()), int(layout.window.end.timestamp())
        starts = np.arange(first, last - seconds + 1, layout.grain, dtype=np.int64)
        taken: dict[str, tuple[int, Reason]] = {}
        for subject in (layout.lane(lane) for lane in sorted(_hard_lanes(self._activities[index]))):
            for constraint, refused in self._around.refusals(subject, facts, starts, seconds):
                if constraint.hard and refused.any():
                    rule = RulesOut(uid=facts.uid, constraint=constraint.id, name=constraint.name)
                    taken[constraint.id] = int(refused.sum()), rule
        yield from (rule for _, rule in sorted(taken.values(), key=lambda each: -each[0])[:_MOST_NAMED])

    def _pushed(self, index: int) -> Iterator[Reason]:
        """Say why an activity cannot simply stay."""
        activity, facts = self._activities[index], self._layout.facts(index)
        assert activity.home is not None
        rivals = [each for each in self._in_its_place(index) if self._layout.facts(each).uid != facts.uid]
        # What ranks lower did not push it; it came where there was room.
        found = [each for each in rivals if self._layout.facts(each).rank >= facts.rank] or rivals
        for other in found:
            yield self._because_of(facts, self._layout.facts(other), other)
        if activity.home not in activity.starts:
            yield from self._broken_at_home(index)
        elif not found:
            yield from self._too_many(index)

    def _in_its_place(self, index: int) -> list[int]:
        """Give who, in the end, wants the same lane while the activity would be at home."""
        activity = self._activities[index]
        assert activity.home is not None
        start, end = activity.home, activity.home + activity.duration
        gaps = {lane: self._layout.problem.lanes[lane].gap for lane in _hard_lanes(activity)}
        widest = max(gaps.values(), default=0)
        near = np.flatnonzero((self._after < end + widest) & (self._after + self._length + widest > start))
        return [
            other
            for other in near.tolist()
            if other != index
            and any(
                self._after[other] < end + gap and self._after[other] + self._length[other] + gap > start
                for lane, gap in gaps.items()
                if lane in _hard_lanes(self._activities[other])
            )
        ][:_MOST_NAMED]

    def _because_of(self, facts: EventFacts, rival: EventFacts, other: int) -> Reason:
        placed, home = self._solution.placed[other].start, self._activities[other].home
        if placed is not None and placed != home:
            return MakesRoom(uid=facts.uid, other=rival.uid, span=self._layout.span(other, placed))
        if rival.rank > facts.rank:
            return RanksLower(uid=facts.uid, rank=facts.rank, other=rival.uid, other_rank=rival.rank)
        if other < len(self._layout.occurrences) and not self._layout.occurrences[other].movable:
            return StaysPut(uid=facts.uid, other=rival.uid)
        if _looser(facts, rival):
            return MoreFlexible(uid=facts.uid, other=rival.uid)
        return CheaperToMove(uid=facts.uid, other=rival.uid)

    def _broken_at_home(self, index: int) -> Iterator[Reason]:
        """Say which hard constraints refuse the activity where it is."""
        facts = self._layout.facts(index)
        home = self._activities[index].home
        assert home is not None
        span = self._layout.span(index, home)
        start, end = int(span.start.timestamp()), int(span.end.timestamp())
        for subject in (self._layout.lane(lane) for lane in sorted(_hard_lanes(self._activities[index]))):
            agenda = alone(subject, self._around.clocks[subject], facts, (start, end))
            for constraint in self._around.asked(subject):
                if constraint.hard:
                    breaches = constraint.rule.breaches(agenda)
                    for number in range(len(breaches.first) - 1):
                        yield Broken.by(constraint, breaches.explain(number))

    def _too_many(self, index: int) -> Iterator[Reason]:
        """Say which limits of a day or week were exceeded while the activity was at home."""
        homes = [activity.home for activity in self._activities]
        home, uid = homes[index], self._layout.facts(index).uid
        assert home is not None
        for limit in self._layout.problem.limits:
            if limit.over is None and index in limit.activities and limit.first <= home < limit.last:
                there = sum(limit.first <= (homes[each] or -1) < limit.last for each in limit.activities)
                if there > limit.most:
                    grain, origin = self._layout.grain, self._layout.origin
                    day = Span.of_seconds(origin + limit.first * grain, origin + limit.last * grain)
                    yield OneTooMany(uid=uid, most=limit.most, span=day)

    def _nearer(self, index: int) -> int:
        """Count the nearer starts at which all it must have is free in the end."""
        activity, start = self._activities[index], int(self._after[index])
        assert activity.home is not None
        distance = np.abs(activity.starts - activity.home)
        nearer = activity.starts[(distance < abs(start - activity.home)) & (distance > 0)]
        free = np.ones(len(nearer), dtype=bool)
        for other in self._sharing(index):
            gap = self._gap(index, other)
            begins, ends = self._after[other] - gap, self._after[other] + self._length[other] + gap
            free &= (nearer >= ends) | (nearer + activity.duration <= begins)
        return int(free.sum())

    def _sharing(self, index: int) -> list[int]:
        mine = _hard_lanes(self._activities[index])
        return [
            other
            for other, activity in enumerate(self._activities)
            if other != index and mine & _hard_lanes(activity) and self._after[other] != _NOWHERE
        ]

    def _gap(self, index: int, other: int) -> int:
        shared = _hard_lanes(self._activities[index]) & _hard_lanes(self._activities[other])
        gaps: list[int] = [self._layout.problem.lanes[lane].gap for lane in shared]
        return max(gaps)


_NOWHERE = -(1 << 40)


def _hard_lanes(activity: Activity) -> frozenset[int]:
    chosen = (choice.lanes[choice.current or 0] for choice in activity.choices)
    return frozenset((*(use.lane for use in activity.uses if use.shared is None), *chosen))


def _looser(facts: EventFacts, rival: EventFacts) -> bool:
    order: Sequence[Flexibility] = (Flexibility.FIXED, Flexibility.PREFERRED, Flexibility.FLEXIBLE)
    return order.index(facts.flexibility) > order.index(rival.flexibility)
