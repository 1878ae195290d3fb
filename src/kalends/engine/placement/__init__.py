"""Placing movable things in time, at the least cost."""

from kalends.engine.placement.effort import Effort, Progress
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
)

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
]
