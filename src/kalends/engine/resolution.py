"""Ways out of a conflict, best first, each with its reasons.

Who gives way is decided first, and by one function; strategies then say how. A strategy is a small
class that turns one yielding party into options, so that a further way out is a further class.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import islice
from typing import Protocol

from kalends.engine.availability import QUARTER, Diary, nearest_free
from kalends.engine.claims import Claim, EventFacts, Flexibility
from kalends.engine.conflicts import Conflict
from kalends.engine.motives import (
    CreatedLater,
    MoreFlexible,
    NearestFree,
    NoOtherWay,
    NotMovable,
    RanksLower,
    ShorterMove,
)
from kalends.engine.spans import Span
from kalends.engine.wording import Reason, Wording, length, sentence

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Take one occurrence to another time of the same duration."""

    uid: str
    before: Span
    after: Span

    @property
    def distance(self) -> timedelta:
        """Give how far the occurrence moves, either way."""
        return abs(self.after.start - self.before.start)

    def words(self, wording: Wording) -> str:
        later = self.before < self.after
        return (
            f"move {wording.title(self.uid)} from {wording.time(self.before)} "
            f"to {wording.time(self.after, beside=self.before)}, "
            f"{length(self.distance)} {'later' if later else 'earlier'}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """Cancel one occurrence."""

    uid: str
    before: Span

    def words(self, wording: Wording) -> str:
        return f"drop {wording.title(self.uid)} ({wording.time(self.before)})"


Change = Move | Drop


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One way out of a conflict."""

    change: Change
    event: EventFacts  # that gives way
    score: float  # 0 to 1; comparable between the options of one conflict
    reasons: tuple[Reason, ...]
    needs_person: bool  # never done without someone's consent

    def words(self, wording: Wording) -> str:
        """Say what to do and why, in one sentence with the titles the viewer may see."""
        why = "; ".join(reason.words(wording) for reason in self.reasons)
        return sentence(f"{self.change.words(wording)}: {why}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Yielding:
    """A party that may give way, and why it rather than another."""

    claim: Claim
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What a strategy may look at beside the party itself."""

    diaries: Mapping[str, Diary]  # of every participant and resource of the parties; others count as free
    window: Span  # in which events may be put; it begins no earlier than the present
    step: timedelta = QUARTER

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


@dataclass(frozen=True, slots=True)
class MoveToFreeTime:
    """Move the occurrence to the nearest times at which all that it requires are free."""

    alternatives: int = 3

    def options(self, party: Yielding, circumstances: Circumstances) -> Iterator[Option]:
        event, before = party.claim.event, party.claim.span
        if not event.movable:
            return
        free = nearest_free(
            circumstances.diaries_of(party.claim), circumstances.window, before, step=circumstances.step
        )
        for nearer, after in enumerate(islice(free, self.alternatives)):
            move = Move(uid=event.uid, before=before, after=after)
            yield Option(
                change=move,
                event=event,
                score=_score_of_move(event, move.distance),
                reasons=(*party.reasons, NearestFree(uid=event.uid, span=after, nearer=nearer)),
                needs_person=False,
            )


@dataclass(frozen=True, slots=True)
class DropOccurrence:
    """Propose to drop the occurrence, for a person to decide."""

    def options(self, party: Yielding, circumstances: Circumstances) -> Iterator[Option]:
        event = party.claim.event
        stuck: Reason = NotMovable(uid=event.uid)
        if event.movable:
            stuck = NoOtherWay(uid=event.uid, window=circumstances.window)
        yield Option(
            change=Drop(uid=event.uid, before=party.claim.span),
            event=event,
            score=0.05 * _looseness(event),
            reasons=(*party.reasons, stuck),
            needs_person=True,
        )


def yielding(parties: Sequence[Claim]) -> list[Yielding]:
    """Decide who may give way: the lowest in rank, and nobody who ranks above another party."""
    lowest = min(claim.event.rank for claim in parties)
    equals = [claim for claim in parties if claim.event.rank == lowest]
    return [
        Yielding(claim=claim, reasons=tuple(_motives(claim.event, [party.event for party in parties])))
        for claim in equals
    ]


def resolve(
    conflict: Conflict,
    circumstances: Circumstances,
    *,
    strategies: Sequence[Strategy] = (MoveToFreeTime(),),
    last_resorts: Sequence[Strategy] = (DropOccurrence(),),
) -> list[Option]:
    """Rank the ways out of a conflict at its `occasion`, best first.

    Only the lowest-ranked parties give way, so nothing moves for something lower, and times that
    others have taken stay theirs. Equal parties are told apart by flexibility (flexible before
    preferred), then by the shorter move, then by the later creation. The last resorts are tried only
    where no strategy has anything to offer.
    """
    parties = yielding(conflict.parties)
    for kinds in (strategies, last_resorts):
        found = [
            option for kind in kinds for party in parties for option in kind.options(party, circumstances)
        ]
        if found:
            return _ranked(found)
    return []


def _ranked(options: Iterable[Option]) -> list[Option]:
    """Order options by score, then by creation; where it was close, let the winner say what decided."""
    best, *others = sorted(
        options, key=lambda option: (-option.score, -option.event.created, option.event.uid)
    )
    rival = next((option for option in others if option.event.uid != best.event.uid), None)
    if rival is None or _looseness(rival.event) != _looseness(best.event):
        return [best, *others]
    decided: Reason = CreatedLater(uid=best.event.uid, other=rival.event.uid)
    if isinstance(best.change, Move) and isinstance(rival.change, Move) and best.score != rival.score:
        decided = ShorterMove(
            uid=best.event.uid,
            distance=best.change.distance,
            other=rival.event.uid,
            other_distance=rival.change.distance,
        )
    return [replace(best, reasons=(decided, *best.reasons)), *others]


def _motives(event: EventFacts, parties: Iterable[EventFacts]) -> Iterator[Reason]:
    for other in parties:
        if other.rank > event.rank:
            yield RanksLower(uid=event.uid, rank=event.rank, other=other.uid, other_rank=other.rank)
        elif _looseness(other) < _looseness(event):
            yield MoreFlexible(uid=event.uid, other=other.uid)


def _looseness(event: EventFacts) -> int:
    """Order events by how easily they move: not by themselves 0, preferred 1, flexible 2."""
    return event.movable * (1 + (event.flexibility is Flexibility.FLEXIBLE))


def _score_of_move(event: EventFacts, distance: timedelta) -> float:
    """Score a move above every drop: preferred over 0.2, flexible over 0.6, both falling with distance."""
    return 0.4 * _looseness(event) - 0.2 + 0.4 * (_DAY / (_DAY + distance))
