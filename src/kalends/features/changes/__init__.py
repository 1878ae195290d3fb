"""Change sets: every change of a calendar, previewed, applied in one transaction, logged, undoable."""

from kalends.features.changes.history import (
    ChangeSetView,
    Kind,
    Moment,
    OperationView,
    get_change_set,
    list_change_sets,
)
from kalends.features.changes.models import ChangeSet, Source
from kalends.features.changes.service import AlreadyUndone, Changes, Overtaken, UndoBlocked
from kalends.features.changes.values import HeldBack, Holder, Operation, Refusal

__all__ = [
    "AlreadyUndone",
    "ChangeSet",
    "ChangeSetView",
    "Changes",
    "HeldBack",
    "Holder",
    "Kind",
    "Moment",
    "Operation",
    "OperationView",
    "Overtaken",
    "Refusal",
    "Source",
    "UndoBlocked",
    "get_change_set",
    "list_change_sets",
]
