"""Ways out of a conflict, best first, each with its reasons.

Who gives way is decided first, and by one function; strategies then say how. A strategy is a small
class that turns one yielding party into options, so that a further way out is a further file.
"""

from kalends.engine.resolution.habits import Habit
from kalends.engine.resolution.options import Circumstances, Option, Resource, Strategy, Yielding
from kalends.engine.resolution.ranking import STRATEGIES, resolve, yielding
from kalends.engine.resolution.ways import Cancel, Change, DropParticipant, Move, Shorten, Swap, Way

__all__ = [
    "STRATEGIES",
    "Cancel",
    "Change",
    "Circumstances",
    "DropParticipant",
    "Habit",
    "Move",
    "Option",
    "Resource",
    "Shorten",
    "Strategy",
    "Swap",
    "Way",
    "Yielding",
    "resolve",
    "yielding",
]
