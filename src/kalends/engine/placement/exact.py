"""Placing some activities among settled ones as well as possible, with proof."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from kalends.engine.placement.disputes import MOST_NODES, NODE_SECONDS, Settling
from kalends.engine.placement.effort import Effort
from kalends.engine.placement.model import Model
from kalends.engine.placement.objective import Stage
from kalends.engine.placement.problem import Placed, Problem, Solution
from kalends.engine.placement.surroundings import Settled

Costs = tuple[int, ...]
"""What a part costs: first how many of it had to be placed and are not, then the problem's levels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Some activities placed, and what they cost beyond what the settled ones cost without them."""

    placed: Mapping[int, Placed]
    costs: Costs  # where not optimal, at most
    bounds: Costs
    optimal: bool
    deterministic_seconds: float  # that it took
    wall_seconds: float
    knotted: bool = False  # too many disputes to settle one by one: so has whatever it is merged into


def solve_part(problem: Problem, free: frozenset[int], fixed: Sequence[Placed], effort: Effort) -> Solution:
    """Place the activities in `free` anew among the others, which stay where `fixed` has them.

    The search begins from where `fixed` has the free ones. The solution's costs and bounds are those that
    the free ones bring: what all cost, less what the others cost alone; at most, where it is not optimal.
    """
    part = place_part(problem, free, fixed, effort=effort)
    placed = list(fixed)
    if part is None:
        nothing = (0,) * len(problem.levels)
        return Solution(placed=tuple(placed), costs=nothing, bounds=nothing, optimal=False)
    for number, place in part.placed.items():
        placed[number] = place
    return Solution(placed=tuple(placed), costs=part.costs[1:], bounds=part.bounds[1:], optimal=part.optimal)


def place_part(
    problem: Problem,
    free: frozenset[int],
    settled: Settled,
    *,
    effort: Effort,
    knotted: bool = False,
) -> Part | None:
    """Place the free activities at the least cost, beginning from where `settled` has them.

    What is known to be knotted is left to the solver at once. Gives None where nothing was found in time, or
    nothing can be.
    """
    spent = 0.0
    if not knotted:
        most = min(MOST_NODES, int(effort.deterministic_seconds / NODE_SECONDS))
        settling = Settling(problem, sorted(free), settled)
        found = settling.run(most)
        spent = settling.nodes * NODE_SECONDS
        if found is not None:
            return Part(
                placed=found.placed,
                costs=found.costs,
                bounds=found.costs,
                optimal=True,
                deterministic_seconds=spent,
                wall_seconds=0.0,
            )
    model = Model(problem, free, settled)
    model.hint({number: place for number in sorted(free) if (place := settled[number]) is not None})
    left = effort.deterministic_seconds - spent
    search = _Search(model, replace(effort, deterministic_seconds=left))
    stages = model.objective.stages() or [Stage([], [])]
    costs, bounds = model.objective.bases(), model.objective.bases()
    placed: Mapping[int, Placed] | None = None
    proven = True
    for number, stage in enumerate(stages):
        if not search.minimise(stage):
            proven = False
            break
        placed, costs = model.placed(search.solver), search.costs()
        reached = search.bounds(stage)
        for level, bound in zip(stage.levels, reached, strict=True):
            bounds[level] = bound
        proven = all(costs[level] == bounds[level] for level in stage.levels)
        if not proven:
            break
        if number + 1 < len(stages):
            search.keep(stage, placed)
    if placed is None:
        return None
    return Part(
        placed=placed,
        costs=tuple(costs),
        bounds=tuple(bounds),
        optimal=proven,
        deterministic_seconds=spent + search.deterministic_seconds,
        wall_seconds=search.wall_seconds,
        knotted=True,
    )


class _Search:
    """A model being solved, one stage of its objective after the other."""

    def __init__(self, model: Model, effort: Effort) -> None:
        self._model = model
        self._effort = effort
        self.deterministic_seconds = 0.0
        self.wall_seconds = 0.0
        self.solver: Any = None

    def minimise(self, stage: Stage) -> bool:
        """Solve for one stage; say whether anything was found."""
        from ortools.sat.python import cp_model

        self.solver = solver = cp_model.CpSolver()
        solver.parameters.random_seed = self._effort.seed
        solver.parameters.num_workers = self._effort.workers
        solver.parameters.interleave_search = self._effort.workers > 1  # several workers, yet deterministic
        # Propagation does the work; on household weeks these three took 10 times as long as all else.
        solver.parameters.linearization_level = 0
        solver.parameters.cp_model_probing_level = 0
        solver.parameters.symmetry_level = 0
        solver.parameters.max_presolve_iterations = 1
        left = self._effort.deterministic_seconds - self.deterministic_seconds
        solver.parameters.max_deterministic_time = max(left, 0.0)
        solver.parameters.max_time_in_seconds = max(self._effort.wall_seconds - self.wall_seconds, 0.0)
        self._model.cp.minimize(self._packed(stage))
        status = solver.solve(self._model.cp)
        self.deterministic_seconds += solver.response_proto.deterministic_time
        self.wall_seconds += solver.wall_time
        return status in (cp_model.OPTIMAL, cp_model.FEASIBLE)

    def costs(self) -> list[int]:
        """Give what the placement found costs on each level."""
        return [
            sum(
                weight * int(self.solver.value(term))
                for term, weight in zip(level.terms, level.weights, strict=True)
            )
            for level in self._model.objective.levels
        ]

    def bounds(self, stage: Stage) -> list[int]:
        """Give what nothing can go below on the levels of a stage, the earlier ones being as they are."""
        bases = [self._model.objective.levels[level].first for level in stage.levels]
        least = sum(unit * base for unit, base in zip(stage.units, bases, strict=True))
        return stage.unpacked(max(0, round(self.solver.best_objective_bound) - least), bases)

    def keep(self, stage: Stage, placed: Mapping[int, Placed]) -> None:
        """Hold on to what a stage has reached, and begin the next from there."""
        self._model.cp.add(self._packed(stage) <= round(self.solver.objective_value))
        self._model.cp.clear_hints()
        self._model.hint(placed)

    def _packed(self, stage: Stage) -> Any:
        return sum(weight * term for term, weight in self._model.objective.packed(stage))
