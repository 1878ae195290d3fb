"""Placing everything with proof, at a cost that grows with the tangles and not with the calendar.

Most of a calendar is content: where it is it breaks nothing, and no other place would cost it less. Only
tangles are solved, each alone against what stays. Why the union of their solutions is the best there is:

1. A tangle solved as if no other movable thing existed costs no more than its share of any whole placement,
   and costs of two sets together are never less than their sum. So the sum of these *bounds*, and of what the
   content cost at home, is a lower bound of everything.
2. Where two parts get into each other's way, or pay for each other, they are merged and solved as one.
3. What is content stays settled while moving it cannot pay: while its leaving costs at least the sum of the
   *gaps* (cost above bound) of the parts that it shares a lane or a limit with, and of what it pays others at
   home. Any placement that moves some of it saves no more than the gaps it touches, so it is no better. Where
   moving could pay, the activity is let loose: it becomes a part of its own, met and merged by rule 2.

When nothing merges and nothing is let loose any more, the union is proven. Costs are vectors, one number a
level, and all of this holds for them as it does for numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from kalends.engine.placement import large
from kalends.engine.placement.blockers import blockers
from kalends.engine.placement.checking import check
from kalends.engine.placement.effort import Effort, Progress, Watch
from kalends.engine.placement.evaluate import evaluate
from kalends.engine.placement.exact import Part, place_part
from kalends.engine.placement.prices import Costs, at_home, difference, elsewhere, total
from kalends.engine.placement.problem import Placed, Problem, Solution, restricted
from kalends.engine.placement.surroundings import Surroundings, lanes_used
from kalends.engine.placement.tangles import (
    as_it_is,
    clashes,
    pairs_at_home,
    tangles,
)

LARGE = 60
"""From so many activities on a tangle is searched rather than solved: proofs take too long."""


def solve(problem: Problem, *, effort: Effort | None = None, progress: Watch | None = None) -> Solution:
    """Place everything at the least cost.

    The same problem and effort give the same solution, as long as the wall clock does not strike. When the
    effort runs out, or `progress` answers False, the best known so far is given: at worst everything as it
    is, what is tangled unplaced. Raises InvalidInput for a problem that makes no sense.
    """
    check(problem)
    return _Solving(problem, effort or Effort(), progress).run()


@dataclass(slots=True)
class _Tangle:
    """Activities solved together."""

    members: frozenset[int]
    touches: frozenset[int]  # lanes and, numbered on from them, limits
    bounds: Costs | None = None  # what it costs at least, whatever else moves
    tight: bool = False  # the bounds are the best that can be had without looking at what else there is
    part: Part | None = None  # placed among what is settled
    knotted: bool = False  # it, or a part of it, has too many disputes to settle one by one

    @property
    def gap(self) -> Costs:
        """Give how far its cost lies above what it costs at least."""
        assert self.part is not None
        assert self.bounds is not None
        return difference(self.part.costs, self.bounds)


class _Solving:
    """One run."""

    def __init__(self, problem: Problem, effort: Effort, progress: Watch | None) -> None:
        self._problem = problem
        self._effort = effort
        self._left = effort
        self._watch = progress
        self._stopped = False
        self._levels = len(problem.levels)
        movable = [n for n, activity in enumerate(problem.activities) if activity.movable]
        self._rigid: dict[int, Placed] = {
            number: as_it_is(activity)
            for number, activity in enumerate(problem.activities)
            if not activity.movable
        }
        self._around = Surroundings(problem, frozenset(movable), self._settled(self._rigid))
        self._tangles = [_Tangle(members, self._touched(members)) for members in tangles(problem)]
        tangled = frozenset().union(*(tangle.members for tangle in self._tangles))
        self._content: dict[int, Placed] = {}
        self._at_home: dict[int, Costs] = {}
        self._leave: dict[int, Costs] = {}  # what leaving costs more, once asked for
        self._touches = {number: self._touched(frozenset({number})) for number in movable}
        for number in movable:
            if number not in tangled:
                self._settle_if_content(number)
        self._stakes = self._stakes_of_content()
        self._best = self._as_it_is()

    def run(self) -> Solution:
        changed = True
        while changed and not self._stopped:
            for tangle in self._tangles:
                if tangle.part is None and not self._stopped:
                    self._solve(tangle)
                    self._report()
            changed = not self._stopped and (self._let_loose() or self._merge())
        return self._solution()

    # Beginning

    def _settle_if_content(self, number: int) -> None:
        """Leave an activity at home for now, unless another place would cost it less."""
        activity = self._problem.activities[number]
        cost = at_home(activity, self._around)
        if any(cost) and elsewhere(activity, self._around) < cost:
            members = frozenset({number})
            self._tangles.append(_Tangle(members, self._touched(members)))
        else:
            self._content[number] = as_it_is(activity)
            self._at_home[number] = cost

    def _stakes_of_content(self) -> dict[int, Costs]:
        """Give what content activities pay with one another, and for limits: what leaving could save."""
        stakes: dict[int, list[int]] = {}
        for one, other, level, amount in pairs_at_home(self._problem, self._content):
            for number in (one, other):
                stakes.setdefault(number, [0] * (self._levels + 1))[level + 1] += amount
        for limit in self._problem.limits:
            inside = [
                n
                for n in limit.activities
                if (place := self._content.get(n) or self._rigid.get(n)) is not None
                and place.start is not None
                and limit.first <= place.start < limit.last
            ]
            if limit.over is not None and len(inside) > limit.most:
                for number in inside:
                    stake = stakes.setdefault(number, [0] * (self._levels + 1))
                    stake[limit.over.level + 1] += limit.over.weight
        return {number: tuple(stake) for number, stake in stakes.items()}

    def _as_it_is(self) -> list[Placed]:
        places = {**self._rigid, **self._content}
        for tangle in self._tangles:
            for number in tangle.members:
                places[number] = Placed(start=None)
        return [places[number] for number in range(len(places))]

    def _touched(self, members: frozenset[int]) -> frozenset[int]:
        """Give the lanes and limits over which some activities can meet others."""
        lanes = {lane for n in members for lane in lanes_used(self._problem.activities[n])}
        limits = {
            len(self._problem.lanes) + number
            for number, limit in enumerate(self._problem.limits)
            if not limit.activities.isdisjoint(members)
        }
        return frozenset(lanes | limits)

    # Solving one tangle

    def _solve(self, tangle: _Tangle) -> None:
        """Place a tangle among what is settled; first as if the content were not there, for the bound."""
        if len(tangle.members) > LARGE:
            tangle.bounds = tangle.bounds or (0,) * (self._levels + 1)
            tangle.part = self._search(tangle)
        else:
            relaxed = self._relax(tangle) if tangle.bounds is None else None
            if relaxed is not None and self._goes_with(tangle, relaxed, self._content):
                tangle.part = relaxed
            else:
                tangle.part = self._place(tangle, {**self._rigid, **self._content})
            if tangle.part is not None and not tangle.part.optimal:
                tangle.part = self._search(tangle) or tangle.part
        self._adopt(tangle)

    def _relax(self, tangle: _Tangle) -> Part | None:
        """Solve a tangle as if all that could move were not there, for its bounds."""
        relaxed = self._place(tangle, self._rigid)
        tangle.bounds = (0,) * (self._levels + 1) if relaxed is None else relaxed.bounds
        tangle.tight = True
        return relaxed

    def _place(self, tangle: _Tangle, settled: Mapping[int, Placed]) -> Part | None:
        """Solve a tangle among what is settled with at most half of the effort that is left."""
        if self._spent():
            return None
        members = tangle.members
        places = self._settled({**settled, **{number: self._best[number] for number in members}})
        effort = replace(self._left, deterministic_seconds=self._left.deterministic_seconds / 2)
        part = place_part(self._problem, members, places, effort=effort, knotted=tangle.knotted)
        tangle.knotted |= part is None or part.knotted
        if part is None:
            self._spend(effort.deterministic_seconds, 0)
        else:
            self._spend(part.deterministic_seconds, part.wall_seconds)
        return part

    def _search(self, tangle: _Tangle) -> Part | None:
        """Look for a good placement of a tangle; nothing is known of the best."""
        if self._spent():
            return None
        others = sum(other.part is None for other in self._tangles if other is not tangle)
        effort = replace(
            self._left,
            deterministic_seconds=self._left.deterministic_seconds / (1 + others),
            wall_seconds=self._left.wall_seconds / (1 + others),
        )
        self._spend(effort.deterministic_seconds, 0)
        settled = {**self._rigid, **self._near(tangle, self._content)}
        kept = sorted(tangle.members | settled.keys())
        part = restricted(self._problem, kept, frozen=settled.keys())
        found = large.search(
            part, effort=effort, progress=self._watch_part(), start=[self._best[number] for number in kept]
        )
        alone = restricted(self._problem, sorted(settled), frozen=settled.keys())
        before = evaluate(alone, [self._best[number] for number in sorted(settled)])
        placed = dict(zip(kept, found.placed, strict=True))
        return Part(
            placed={number: placed[number] for number in tangle.members},
            costs=(self._missing(placed), *difference(found.costs, before)),
            bounds=(0,) * (self._levels + 1),
            optimal=False,
            deterministic_seconds=effort.deterministic_seconds,
            wall_seconds=0.0,
        )

    def _watch_part(self) -> Watch | None:
        if self._watch is None:
            return None

        def watch(_: Progress) -> bool:
            self._report()
            return not self._stopped

        return watch

    def _goes_with(self, tangle: _Tangle, part: Part, others: Mapping[int, Placed]) -> bool:
        """Say whether a placement of a tangle gets on with others, and costs no more beside them."""
        near = self._near(tangle, others)
        parts = {**dict.fromkeys(near, 0), **dict.fromkeys(part.placed, 1)}
        return next(clashes(self._problem, {**self._rigid, **near, **part.placed}, parts), None) is None

    def _near(self, tangle: _Tangle, others: Mapping[int, Placed]) -> dict[int, Placed]:
        """Give those of some activities that share a lane or a limit with a tangle."""
        return {
            number: place
            for number, place in others.items()
            if number not in tangle.members and not tangle.touches.isdisjoint(self._touches[number])
        }

    def _adopt(self, tangle: _Tangle) -> bool:
        """Take a tangle's placement into the best known, where nothing else there speaks against it."""
        if tangle.part is None:
            return False
        placed = tangle.part.placed
        if all(self._best[number] == place for number, place in placed.items()):
            return False
        others = {n: place for n, place in enumerate(self._best) if n not in self._rigid}
        if not self._goes_with(tangle, tangle.part, others):
            return False
        for number, place in placed.items():
            self._best[number] = place
        return True

    # Between the parts

    def _let_loose(self) -> bool:
        """Let go of settled activities whose moving could pay; say whether there were any."""
        open_tangles = [t for t in self._tangles if t.part is not None and t.part.optimal and any(t.gap)]
        loose: list[int] = []
        for number in self._content:
            touched = [t for t in open_tangles if not t.touches.isdisjoint(self._touches[number])]
            while self._pays_to_leave(number, touched):
                unsure = [tangle for tangle in touched if not tangle.tight]
                if not unsure:
                    loose.append(number)
                    break
                self._relax(unsure[0])
        for number in loose:
            self._loosen(number)
        return bool(loose)

    def _pays_to_leave(self, number: int, touched: Sequence[_Tangle]) -> bool:
        """Say whether a settled activity could save others more by leaving than that costs."""
        saved = [tangle.gap for tangle in touched]
        if number in self._stakes:
            saved.append(self._stakes[number])
        return bool(saved) and self._leaving(number) < total(self._levels, saved)

    def _leaving(self, number: int) -> Costs:
        """Give how much more than at home an activity costs anywhere else, at least."""
        if number not in self._leave:
            away = elsewhere(self._problem.activities[number], self._around)
            self._leave[number] = difference(away, self._at_home[number])
        return self._leave[number]

    def _loosen(self, number: int) -> None:
        """Make a settled activity a part of its own; those that it bound more closely are solved again."""
        place, cost = self._content.pop(number), self._at_home[number]
        tangle = _Tangle(frozenset({number}), self._touches[number])
        if number not in self._stakes:  # alone, home is best
            tangle.bounds, tangle.tight = cost, True
            tangle.part = Part(
                placed={number: place},
                costs=cost,
                bounds=cost,
                optimal=True,
                deterministic_seconds=0.0,
                wall_seconds=0.0,
            )
        for other in self._tangles:
            if other.part is not None and any(other.gap) and not other.touches.isdisjoint(tangle.touches):
                other.part = None
        self._tangles.append(tangle)

    def _merge(self) -> bool:
        """Put parts together that get into each other's way or pay for each other; say whether any did."""
        part: dict[int, int] = {}
        placed = {**self._rigid, **self._content}
        for index, tangle in enumerate(self._tangles):
            if tangle.part is None:
                self._stopped = True
                return False
            part.update(dict.fromkeys(tangle.members, index))
            placed.update(tangle.part.placed)
        found = {frozenset(clash) for clash in clashes(self._problem, placed, part)}
        if not found:
            self._best = [placed[number] for number in range(len(placed))]
            return False
        # One merger a round for each: what it then does may end its other clashes, too.
        merged: list[frozenset[int]] = []
        gone: set[int] = set()
        for together in sorted(found, key=lambda each: (self._size(each), sorted(each))):
            if gone.isdisjoint(together):
                merged.append(together)
                gone |= together
        kept = [tangle for index, tangle in enumerate(self._tangles) if index not in gone]
        for together in merged:
            parts = [self._tangles[index] for index in sorted(together)]
            members = frozenset().union(*(tangle.members for tangle in parts))
            least = total(self._levels, [tangle.bounds for tangle in parts if tangle.bounds is not None])
            knotted = any(tangle.knotted for tangle in parts)
            kept.append(_Tangle(members, self._touched(members), bounds=least, knotted=knotted))
        self._tangles = kept
        return True

    def _size(self, together: frozenset[int]) -> int:
        return sum(len(self._tangles[index].members) for index in together)

    # What comes of it

    def _solution(self) -> Solution:
        while self._stopped and any(self._adopt(tangle) for tangle in self._tangles):
            pass
        costs = evaluate(self._problem, self._best)
        parts = [tangle.part for tangle in self._tangles]
        optimal = not self._stopped and all(part is not None and part.optimal for part in parts)
        unplaced = [n for n, place in enumerate(self._best) if place.start is None]
        return Solution(
            placed=tuple(self._best),
            costs=costs,
            bounds=costs if optimal else self._bounds(costs),
            optimal=optimal,
            groups=sum(tangle.members.isdisjoint(self._at_home) for tangle in self._tangles),
            missing=tuple(n for n in unplaced if self._problem.activities[n].unplaced is None),
            blockers={number: blockers(self._problem, number, self._best) for number in unplaced},
        )

    def _bounds(self, costs: Costs) -> Costs:
        """Add up what is known to be the least: of what cannot move, of the content, and of each tangle."""
        rigid = sorted(self._rigid)
        alone = restricted(self._problem, rigid, frozen=rigid)
        least = [(0, *evaluate(alone, [self._rigid[number] for number in rigid]))]
        in_tangles = frozenset().union(*(tangle.members for tangle in self._tangles))
        least += [cost for number, cost in self._at_home.items() if number not in in_tangles]
        least += [tangle.bounds for tangle in self._tangles if tangle.bounds is not None]
        missing, *bounds = total(self._levels, least)
        # A bound that leaves out what must be placed says nothing of the levels that follow.
        return tuple(bounds) if missing == self._missing(dict(enumerate(self._best))) else (0,) * len(costs)

    def _missing(self, placed: Mapping[int, Placed]) -> int:
        return sum(
            place.start is None and self._problem.activities[number].unplaced is None
            for number, place in placed.items()
        )

    def _settled(self, places: Mapping[int, Placed]) -> list[Placed | None]:
        return [places.get(number) for number in range(len(self._problem.activities))]

    def _spend(self, deterministic_seconds: float, wall_seconds: float) -> None:
        self._left = replace(
            self._left,
            deterministic_seconds=self._left.deterministic_seconds - deterministic_seconds,
            wall_seconds=self._left.wall_seconds - wall_seconds,
        )

    def _spent(self) -> bool:
        """Say whether no effort is left; then nothing more is begun."""
        self._stopped |= self._left.deterministic_seconds <= 1e-6 or self._left.wall_seconds <= 1e-3
        return self._stopped

    def _report(self) -> None:
        if self._watch is not None:
            done = sum(tangle.part is not None for tangle in self._tangles)
            costs = evaluate(self._problem, self._best)
            goes_on = self._watch(Progress(done=done, total=len(self._tangles), costs=costs))
            self._stopped |= not goes_on
