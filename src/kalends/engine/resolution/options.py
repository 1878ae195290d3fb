"""What strategies are given, and what they make of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Protocol

import numpy as np

from kalends.engine.availability import QUARTER, Diary
from kalends.engine.claims import Claim, EventFacts, Flexibility
from kalends.engine.constraints.rule import Constraint
from kalends.engine.constraints.screen import Screen
from kalends.engine.resolution.habits import Habit
from kalends.engine.resolution.ways import Change
from kalends.engine.spans import EPOCH, Span
from kalends.engine.wording import Reason, Wording, sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One way out of a conflict."""

    change: Change
    claim: Claim  # that gives way
    score: float  # 0 to 1; comparable between the options of one conflict
    reasons: tuple[Reason, ...]
    asks: bool = False  # somebody must judge whether it serves

    @property
    def event(self) -> EventFacts:
        """Give the event that gives way."""
        return self.claim.event

    @property
    def needs_person(self) -> bool:
        """Say whether it is never done without someone's consent."""
        return self.asks or not self.change.way.by_itself

    def words(self, wording: Wording) -> str:
        """Say what to do and why, in one sentence with the titles the viewer may see."""
        why = "; ".join(reason.words(wording) for reason in self.reasons)
        return sentence(f"{self.change.words(wording)}: {why}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Yielding:
    """A party that may give way, and why it rather than another."""

    claim: Claim
    others: tuple[Claim, ...]  # the parties that stay
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """What must be known of a resource to let another take its place."""

    id: str
    type: str  # only one of the same type can take its place
    location: str = ""
    active: bool = True
    stand_ins: frozenset[str] = frozenset()  # ids of those known to serve as well


Allowed = Callable[[EventFacts, Span], bool]
"""Says whether an occurrence may become this event at this time, as far as constraints go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What a strategy may look at beside the party itself."""

    diaries: Mapping[str, Diary]  # of every participant and resource of the parties; others count as free
    window: Span  # in which events may be put; it begins no earlier than the present
    bounds: Mapping[str, Span] = field(default_factory=dict)  # of events, by UID, that keep to less of it
    step: timedelta = QUARTER
    resources: Mapping[str, Resource] = field(default_factory=dict)  # by id; only these are swapped
    broken: Constraint | None = None  # that the conflict is about, if it is about one
    untouchable: Collection[str] = ()  # UIDs that nothing can be done about; they never give way
    habits: Mapping[str, Habit] = field(default_factory=dict)  # by category of the event that gives way

    def window_of(self, uid: str) -> Span | None:
        """Give where an event may be put; None for nowhere."""
        bounds = self.bounds.get(uid, self.window)
        start, end = max(bounds.start, self.window.start), min(bounds.end, self.window.end)
        return Span(start, end) if start < end else None

    def diaries_of(self, claim: Claim) -> list[Diary]:
        """Give the diaries that the party's event needs, as if this occurrence were in none of them.

        The rule that the conflict is about counts as a hard one: to break it anew would help nobody.
        """
        wanted = {p.id: p.required for p in claim.event.participants}
        wanted[claim.subject.id] = True  # however optional: to clash with it anew would help nobody either
        return [
            self._keeping(replace(self.diaries[subject], required=required), claim)
            for subject, required in wanted.items()
            if subject in self.diaries
        ]

    def judge(self, claim: Claim) -> Allowed:
        """Give what says whether the occurrence may become something else: something that keeps the rule that
        the conflict is about, and breaks no hard constraint that it keeps as it is."""
        screens = [diary.screen for diary in self.diaries_of(claim) if diary.screen is not None]
        as_is = _breaking(screens, claim.event, claim.span)
        if self.broken is not None:
            if (claim.subject.id, self.broken.id) not in as_is:  # it cannot be judged
                return lambda event, span: False
            as_is.discard((claim.subject.id, self.broken.id))
        return lambda event, span: _breaking(screens, event, span) <= as_is

    def _keeping(self, diary: Diary, claim: Claim) -> Diary:
        diary = diary.for_event(claim.event).without(claim.event.uid, claim.span)
        if diary.screen is None or self.broken is None or diary.subject != claim.subject.id:
            return diary
        others = [each for each in diary.screen.constraints if each.id != self.broken.id]
        kept = replace(diary.screen, constraints=(*others, replace(self.broken, hard=True)))
        return replace(diary, screen=kept)


class Strategy(Protocol):
    """One kind of way out."""

    def options(self, party: Yielding, circumstances: Circumstances) -> Iterator[Option]:
        """Give the options of this kind for one party, best first; none where it does not apply."""
        ...


def looseness(event: EventFacts) -> int:
    """Order events by how easily they move: not by themselves 0, preferred 1, flexible 2."""
    return event.movable * (1 + (event.flexibility is Flexibility.FLEXIBLE))


def _breaking(screens: Iterable[Screen], event: EventFacts, span: Span) -> set[tuple[str, str]]:
    """Give the hard constraints that the event would break at that time, each with whose agenda it is."""
    start, end = ((moment - EPOCH) // timedelta(seconds=1) for moment in (span.start, span.end))
    return {
        (screen.agenda.subject, constraint.id)
        for screen in screens
        for constraint in screen.constraints
        if constraint.hard
        and constraint.applies_to(screen.agenda.subject)
        and constraint.rule.refused(screen.agenda, event, np.array([start]), end - start).any()
    }
