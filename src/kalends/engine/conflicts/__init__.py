"""Conflicts: every collision over members and resources, gathered, graded and put into words."""

from kalends.engine.conflicts.conflict import Conflict, ConflictKind
from kalends.engine.conflicts.detection import Collisions, collisions
from kalends.engine.conflicts.gathering import in_time
from kalends.engine.conflicts.pairs import Pairs, overlapping_pairs
from kalends.engine.conflicts.severity import Demand, Severity, Weight
from kalends.engine.conflicts.which import EVERY, Which

__all__ = [
    "EVERY",
    "Collisions",
    "Conflict",
    "ConflictKind",
    "Demand",
    "Pairs",
    "Severity",
    "Weight",
    "Which",
    "collisions",
    "in_time",
    "overlapping_pairs",
]
