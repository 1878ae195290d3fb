"""What strategies are given, and what they make of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

import numpy as np

from kalends.engine.availability import QUARTER, Diary
from kalends.engine.claims import Claim, EventFacts, Flexibility
from kalends.engine.constraints.agenda import Agenda
from kalends.engine.constraints.rule import Constraint
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

    @property
    def event(self) -> EventFacts:
        """Give the event that gives way."""
        return self.claim.event

    @property
    def needs_person(self) -> bool:
        """Say whether it is never done without someone's consent."""
        return not self.change.way.by_itself

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


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenRule:
    """The rule that a conflict is about, with the time that it judges."""

    constraint: Constraint
    agendas: Mapping[str, Agenda]  # of the members whose claims are the conflict's parties

    def kept_by(self, claim: Claim, event: EventFacts, span: Span) -> bool:
        """Say whether the rule would be kept if the claim's occurrence were this event, at that time."""
        agenda = self.agendas[claim.subject.id]
        here = (agenda.event == agenda.index(claim.event.uid)) & (agenda.start == _seconds(claim.span.start))
        starts, duration = np.array([_seconds(span.start)]), _seconds(span.end) - _seconds(span.start)
        return not self.constraint.rule.refused(agenda.only(~here), event, starts, duration).any()


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What a strategy may look at beside the party itself."""

    diaries: Mapping[str, Diary]  # of every participant and resource of the parties; others count as free
    window: Span  # in which events may be put; it begins no earlier than the present
    step: timedelta = QUARTER
    resources: Mapping[str, Resource] = field(default_factory=dict)  # by id; only these are swapped
    broken: BrokenRule | None = None  # where the conflict is about a rule
    untouchable: Collection[str] = ()  # UIDs that nothing can be done about; they never give way
    habits: Mapping[str, Habit] = field(default_factory=dict)  # by category of the event that gives way

    def diaries_of(self, claim: Claim) -> list[Diary]:
        """Give the diaries that the party's event needs, as if this occurrence were in none of them."""
        wanted = {p.id: p.required for p in claim.event.participants}
        wanted[claim.subject.id] = True  # however optional: to clash with it anew would help nobody
        return [
            replace(diary, required=wanted[diary.subject]).without(claim.event.uid, claim.span)
            for diary in (self.diaries[subject] for subject in wanted if subject in self.diaries)
        ]


class Strategy(Protocol):
    """One kind of way out."""

    def options(self, party: Yielding, circumstances: Circumstances) -> Iterator[Option]:
        """Give the options of this kind for one party, best first; none where it does not apply."""
        ...


def looseness(event: EventFacts) -> int:
    """Order events by how easily they move: not by themselves 0, preferred 1, flexible 2."""
    return event.movable * (1 + (event.flexibility is Flexibility.FLEXIBLE))


def _seconds(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(seconds=1)
