"""A rule about who comes first at a resource."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np

from kalends.engine.claims import EventFacts
from kalends.engine.constraints.agenda import Agenda
from kalends.engine.constraints.parameters import Parameters
from kalends.engine.constraints.reasons import KeptForOthers
from kalends.engine.constraints.rule import EventRule, Mask
from kalends.engine.constraints.window import EVERY_DAY, Window
from kalends.engine.wording import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourcePriority(EventRule):
    """In its window a resource is used only by events that one of the members takes part in, or of a rank
    that passes. It is judged by the clock of whoever's agenda the event stands in."""

    code: ClassVar[str] = "resource_priority"
    resource: str
    members: tuple[str, ...]
    window: Window | None = None  # None: always
    min_rank: int | None = None  # of an event that may use it all the same; None: of none

    @classmethod
    def given(cls, parameters: Parameters) -> Self:
        resource, members = parameters.id("resource"), parameters.ids("members")
        days = parameters.days("days")
        times = parameters.optional_times("start", "end")
        window = None
        if times is not None:
            window = Window(start=times[0], end=times[1], days=days)
        elif days != EVERY_DAY:
            window = Window.whole(days)
        min_rank = parameters.optional_number("min_rank", 1, 6)
        return cls(resource=resource, members=members, window=window, min_rank=min_rank)

    def broken(self, agenda: Agenda) -> Mask:
        # An agenda's events are few, and the table it shares with others may be long.
        numbers, place = np.unique(agenda.event, return_inverse=True)
        kept_from = np.array([self._kept_from(agenda.events[n]) for n in numbers.tolist()], dtype=bool)[place]
        return kept_from if self.window is None else kept_from & self.window.met(agenda)

    def _kept_from(self, event: EventFacts) -> bool:
        if self.resource not in event.resources:
            return False
        passes = self.min_rank is not None and event.rank >= self.min_rank
        return not passes and set(self.members).isdisjoint(event.members)

    def reason(self, agenda: Agenda, row: int) -> Reason:
        return KeptForOthers(
            uid=agenda.facts(row).uid,
            resource=self.resource,
            members=self.members,
            window=self.window,
        )

    def parameters(self) -> dict[str, Any]:
        given: dict[str, Any] = {"resource": self.resource, "members": list(self.members)}
        if self.window is not None:
            given |= self.window.parameters()
        if self.min_rank is not None:
            given["min_rank"] = self.min_rank
        return given
