"""Who gives way, and which way out comes first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from kalends.engine.claims import Claim
from kalends.engine.conflicts import Conflict, ConflictKind
from kalends.engine.constraints.rule import Constraint
from kalends.engine.motives import (
    BreaksRule,
    CreatedLater,
    MoreFlexible,
    OutOfService,
    RanksLower,
    ShorterMove,
    Usual,
)
from kalends.engine.resolution.cancelling import CancelOccurrence
from kalends.engine.resolution.moving import MoveToFreeTime
from kalends.engine.resolution.options import Circumstances, Option, Strategy, Yielding, looseness
from kalends.engine.resolution.releasing import ReleaseOptional
from kalends.engine.resolution.shortening import CutOneEnd
from kalends.engine.resolution.swapping import SwapResource
from kalends.engine.resolution.ways import Move
from kalends.engine.wording import Reason

STRATEGIES: Sequence[Strategy] = (MoveToFreeTime(), SwapResource(), CutOneEnd(), ReleaseOptional())

MOST_YIELDING = 50
"""How many events ways out are looked for at most: what each could do is weighed against all the others."""


def resolve(
    conflict: Conflict, circumstances: Circumstances, *, strategies: Sequence[Strategy] = STRATEGIES
) -> list[Option]:
    """Rank the ways out of a conflict at its `occasion`, best first; the last is always to cancel.

    Only the lowest-ranked parties give way, so nothing moves for something lower, and times that
    others have taken stay theirs. Equal parties are told apart by flexibility (flexible before
    preferred), then by the shorter move, then by the later creation. What may happen by itself comes
    before what needs a person, unless people have come to do otherwise (`Circumstances.habits`).
    """
    parties = yielding(conflict, circumstances)
    found = _offered(strategies, parties, circumstances)
    last = _offered([CancelOccurrence(alone=not found)], parties, circumstances)
    options = [_as_usual(option, circumstances) for option in (*found, *last)]
    return _ranked(options) if options else []


def yielding(conflict: Conflict, circumstances: Circumstances) -> list[Yielding]:
    """Decide who may give way: the lowest in rank, and nobody who ranks above another party or is over.

    From a resource that serves nobody any more, all have to go. Of more than `MOST_YIELDING` it is those that
    move most easily, then the latest created.
    """
    able = [
        party
        for party in conflict.parties
        if party.event.uid not in circumstances.untouchable and party.span.end > circumstances.window.start
    ]
    lowest = min((party.event.rank for party in able), default=0)
    low = [party for party in able if party.event.rank == lowest or _is_gone(conflict)]
    easily = sorted(low, key=lambda party: (-looseness(party.event), -party.event.created))
    chosen = {id(party) for party in easily[:MOST_YIELDING]}
    return [
        Yielding(
            claim=claim,
            others=tuple(other for other in conflict.parties if other is not claim),
            reasons=tuple(_motives(claim, conflict, circumstances.broken)),
        )
        for claim in low
        if id(claim) in chosen
    ]


def _is_gone(conflict: Conflict) -> bool:
    return conflict.kind is ConflictKind.RESOURCE and not conflict.subject.capacity


def _motives(claim: Claim, conflict: Conflict, broken: Constraint | None) -> Iterator[Reason]:
    event = claim.event
    if broken is not None:
        yield BreaksRule(uid=event.uid, rule=broken.id, name=broken.name)
    if _is_gone(conflict):
        yield OutOfService(uid=event.uid, resource=conflict.subject.id)
        return
    for other in (party.event for party in conflict.parties):
        if other.rank > event.rank:
            yield RanksLower(uid=event.uid, rank=event.rank, other=other.uid, other_rank=other.rank)
        elif looseness(other) < looseness(event):
            yield MoreFlexible(uid=event.uid, other=other.uid)


def _offered(
    strategies: Iterable[Strategy], parties: Sequence[Yielding], circumstances: Circumstances
) -> list[Option]:
    return [
        option for kind in strategies for party in parties for option in kind.options(party, circumstances)
    ]


def _as_usual(option: Option, circumstances: Circumstances) -> Option:
    """Let what people mostly chose weigh, and say so."""
    event, way = option.event, option.change.way
    habit = circumstances.habits.get(event.category)
    if habit is None or habit.way is not way:
        return option
    usual = Usual(uid=event.uid, way=way, category=event.category, times=habit.times, of=habit.of)
    return replace(option, score=min(option.score + habit.weight, 1.0), reasons=(*option.reasons, usual))


def _ranked(options: Iterable[Option]) -> list[Option]:
    """Order options by score, then by creation; where it was close, let the winner say what decided."""
    best, *others = sorted(
        options, key=lambda option: (-option.score, -option.event.created, option.event.uid)
    )
    rival = next((each for each in others if _is_rival(each, best)), None)
    if rival is None:
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


def _is_rival(option: Option, best: Option) -> bool:
    """Say whether the same could have been done with another event, as far as both are equal."""
    one, other = option.event, best.event
    return (
        one.uid != other.uid
        and option.change.way is best.change.way
        and (one.rank, looseness(one), one.category) == (other.rank, looseness(other), other.category)
    )
