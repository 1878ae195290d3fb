"""Large-neighbourhood search: good placements of tangles too large to be solved with proof.

Pieces are taken off a few at a time and put back one after the other, each where it then costs least (see
`neighbourhoods`, `large_board`). The outcome is kept if it is no worse, and now and then if it is worse by
little: annealing, one level of the costs after the other. On its turn each level begins warm, where pieces
still change places freely, and cools down; what that costs on later levels is mended in their turn, while a
worse earlier level is as good as never accepted, a step there being larger than all that follows. All this
is done in rounds, each from the best so far: warming up again leaves dead ends that longer cooling does
not (measured, as is that exact solving of eight pieces at a time finds next to nothing afterwards).

The answer is the best placement seen. Nothing is proven, unless it costs nothing.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from itertools import count

from kalends.engine.placement.blockers import blockers
from kalends.engine.placement.effort import Effort, Progress, Watch
from kalends.engine.placement.evaluate import evaluate
from kalends.engine.placement.large_board import Place
from kalends.engine.placement.large_pieces import Piece
from kalends.engine.placement.large_state import State
from kalends.engine.placement.neighbourhoods import Neighbourhood, anywhere, make_room, side_by_side
from kalends.engine.placement.problem import Placed, Problem, Solution

NEIGHBOURHOODS: tuple[Neighbourhood, ...] = (make_room, side_by_side, anywhere)
WEIGHTS = (2, 2, 1)  # how often each is drawn

ROUNDS = 3
FIRST_SHARE = 0.7  # of what effort is left to a round, for each level but the last
WARM, COLD = 0.5, 0.02  # the first and last temperature, in the mean change that a trial makes
SAMPLES = 100  # trials that tell this mean
STEPS = 100  # reports of progress in a search


def search(
    problem: Problem,
    *,
    effort: Effort,
    progress: Watch | None = None,
    start: Sequence[Placed] | None = None,
) -> Solution:
    """Give the best placement found within the effort, from `start` or from an empty calendar.

    Nothing hard is broken; an activity that must be placed and has found no room is `missing`. Bounds are
    those of a problem without costs: 0, or less where starts have rewards.
    """
    state = State(problem)
    begin(state, problem, start)
    lowest = _lowest(problem)
    annealing = Annealing(state, effort, progress, lowest)
    annealing.run()
    costs, best = evaluate(problem, annealing.best), annealing.best
    unplaced = [piece.number for piece in state.pieces if piece.movable and best[piece.number].start is None]
    missing = tuple(number for number in unplaced if problem.activities[number].unplaced is None)
    return Solution(
        placed=best,
        costs=costs,
        bounds=lowest,
        optimal=costs == lowest and not missing,
        missing=missing,
        blockers={number: blockers(problem, number, best) for number in unplaced},
    )


def begin(state: State, problem: Problem, start: Sequence[Placed] | None) -> None:
    """Place what may be as `start` says, or else at home, and then the rest, the most demanding first."""
    for piece in state.movable:
        state.lift(piece)
    waiting = []
    for piece in state.movable:
        place = _given(piece, problem, start)
        if place is None or not state.board.is_open(piece, place):
            waiting.append(piece)
        else:
            state.put(piece, place)
    state.rebuild(sorted(waiting, key=_demand))
    state.keep()


def _given(piece: Piece, problem: Problem, start: Sequence[Placed] | None) -> Place | None:
    if start is None:
        choices = problem.activities[piece.number].choices
        given = Placed(
            start=piece.home, choices=tuple(-1 if c.current is None else c.current for c in choices)
        )
    else:
        given = start[piece.number]
    way = next((way for way in piece.ways if way.chosen == given.choices), None)
    if given.start is None or way is None or given.start not in piece.starts:
        return None
    return Place(given.start, way)


def _demand(piece: Piece) -> int:
    """Say how hard a piece is to place: the grains of all lanes that it must have."""
    return piece.duration * (len(piece.hard) + len(piece.ways[0].lanes))


def _lowest(problem: Problem) -> tuple[int, ...]:
    """Give what no placement can go below: nothing, less the rewards that starts may have."""
    lowest = [0] * len(problem.levels)
    for activity in problem.activities:
        if activity.movable and activity.costs is not None and len(activity.costs):
            lowest[activity.cost_level] += min(0, int(activity.costs.min()))
    return tuple(lowest)


class Annealing:
    """One search: its present state, and the best that it has seen."""

    def __init__(self, state: State, effort: Effort, progress: Watch | None, lowest: tuple[int, ...]) -> None:
        self.state = state
        self.least = state.total
        self.costs = state.scale.unfold(self.least)  # of the best on each level
        self.best = state.placed()
        self._effort = effort
        self._draw = random.Random(effort.seed)
        self._watch = progress
        self._lowest = lowest
        self._kept = list(state.board.places)
        self._told = -1
        self._clock = effort.clock  # for a safety stop; work is what counts
        self._stop_at = effort.clock() + effort.wall_seconds if effort.clock else 0.0
        self._stopped = not state.movable

    def run(self) -> None:
        self._tell()
        levels = range(len(self._lowest))
        for rounds in range(ROUNDS, 0, -1):
            effort = (self._effort.deterministic_seconds - self.state.work) / rounds
            for level in levels[:-1]:
                effort -= self._cool(level, FIRST_SHARE * effort)
        for level in levels[-1:]:  # once: the next round would undo what it gains
            self._cool(level, self._effort.deterministic_seconds - self.state.work)
        self.best = self.state.placed()

    def _cool(self, level: int, effort: float) -> float:
        """Anneal at the scale of one level, until the effort is spent or nothing is left to gain there.

        Ends at the best so far, and gives the effort that it took.
        """
        began, unit = self.state.work, self.state.scale.factors[level]
        most = self.state.scale.factors[level - 1] if level else self.state.scale.missing
        changes: list[float] = []
        for trial in count():
            spent = (self.state.work - began) / effort if effort > 0 else 1.0
            if self._stopped or spent >= 1 or not self._to_gain(level):
                break
            mean = sum(changes) / len(changes) if changes else 1.0
            heat = WARM * mean * (COLD / WARM) ** spent if trial >= SAMPLES else 0.0
            change = abs(self._trial(heat * unit))
            if trial < SAMPLES and unit <= change < most // 2:
                changes.append(change / unit)
            self._tell()
        self.state.return_to(dict(enumerate(self._kept)))
        return self.state.work - began

    def _to_gain(self, level: int) -> bool:
        if level == 0 and self.state.scale.missing_in(self.least):
            return True
        return self.costs[level] > self._lowest[level]

    def _tell(self) -> None:
        """Report from time to time, and see whether to stop."""
        if self._clock is not None and self._clock() >= self._stop_at:
            self._stopped = True
        done = int(STEPS * self.state.work / max(self._effort.deterministic_seconds, 1e-9))
        if done <= self._told:
            return
        self._told = done
        if self._watch is not None and not self._watch(Progress(done=done, total=STEPS, costs=self.costs)):
            self._stopped = True

    def _trial(self, heat: float) -> int:
        """Take something off, put it back, keep the outcome or not; give by how much the total changed."""
        state, before = self.state, self.state.total
        neighbourhood = self._draw.choices(NEIGHBOURHOODS, WEIGHTS)[0]
        waiting = neighbourhood(state, self._draw)
        self._draw.shuffle(waiting)
        state.rebuild(waiting)
        change = state.total - before
        if change <= 0 or (change < 40 * heat and self._draw.random() < math.exp(-change / heat)):
            state.keep()
        else:
            state.undo()
        if state.total < self.least:
            self.least = state.total
            self.costs = state.scale.unfold(self.least)
            self._kept = list(state.board.places)
        return change
