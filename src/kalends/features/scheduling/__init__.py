"""Editing events, finding what collides, and ways out."""

from kalends.features.scheduling.conflicts import ConflictFilter, ConflictView, Party
from kalends.features.scheduling.editing import EventChanges, Invitee, Scope
from kalends.features.scheduling.exchange import Exchange, ImportReport, export_calendar, export_event
from kalends.features.scheduling.plans import EventDraft, Target
from kalends.features.scheduling.resolving import ChoiceView, OptionGone
from kalends.features.scheduling.service import Outcome, Scheduling, SchedulingSettings

__all__ = [
    "ChoiceView",
    "ConflictFilter",
    "ConflictView",
    "EventChanges",
    "EventDraft",
    "Exchange",
    "ImportReport",
    "Invitee",
    "OptionGone",
    "Outcome",
    "Party",
    "Scheduling",
    "SchedulingSettings",
    "Scope",
    "Target",
    "export_calendar",
    "export_event",
]
