"""Placing movable things in time, at the least cost."""

from kalends.engine.placement.effort import Effort, Progress
from kalends.engine.placement.evaluate import Violation, evaluate, violations_of
from kalends.engine.placement.exact import solve_part
from kalends.engine.placement.problem import (
    Activity,
    Blocker,
    Choice,
    Cost,
    Lane,
    Limit,
    Placed,
    Problem,
    Solution,
    Use,
    any_start,
)
from kalends.engine.placement.relax_and_merge import solve

__all__ = [
    "Activity",
    "Blocker",
    "Choice",
    "Cost",
    "Effort",
    "Lane",
    "Limit",
    "Placed",
    "Problem",
    "Progress",
    "Solution",
    "Use",
    "Violation",
    "any_start",
    "evaluate",
    "solve",
    "solve_part",
    "violations_of",
]
