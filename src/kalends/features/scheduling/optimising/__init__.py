"""A better week: what may move is placed anew at the least cost, explained, and taken or left."""

from kalends.features.scheduling.optimising.models import OptimisationRun, RunState
from kalends.features.scheduling.optimising.presenting import MoveView, RunView, UnplacedView
from kalends.features.scheduling.optimising.service import NoLongerTrue, NothingChosen, NotReady, Optimiser

__all__ = [
    "MoveView",
    "NoLongerTrue",
    "NotReady",
    "NothingChosen",
    "OptimisationRun",
    "Optimiser",
    "RunState",
    "RunView",
    "UnplacedView",
]
