"""The way out for those who overlap a little: less time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from kalends.engine.availability import QUARTER
from kalends.engine.claims import Claim
from kalends.engine.motives import KeepsMost
from kalends.engine.resolution.options import BrokenRule, Circumstances, Option, Yielding
from kalends.engine.resolution.ways import Shorten
from kalends.engine.spans import Span, gaps, over_capacity


@dataclass(frozen=True, slots=True)
class CutOneEnd:
    """Cut the occurrence where it is in the way, at one end, and keep at least half of it."""

    shortest: timedelta = QUARTER

    def options(self, party: Yielding, circumstances: Circumstances) -> Iterator[Option]:
        event, before = party.claim.event, party.claim.span
        broken, step = circumstances.broken, circumstances.step
        after = _room_beside(party) if broken is None else _least_cut(party.claim, broken, step)
        if after is None or after.duration < max(before.duration / 2, self.shortest):
            return
        shorten = Shorten(uid=event.uid, before=before, after=after)
        yield Option(
            change=shorten,
            claim=party.claim,
            score=0.2 + 0.1 * shorten.kept,
            reasons=(*party.reasons, KeepsMost(uid=event.uid, kept=after.duration, whole=before.duration)),
        )


def _room_beside(party: Yielding) -> Span | None:
    """Give what the other parties leave of it, where that is one piece at one end."""
    before, places = party.claim.span, party.claim.subject.capacity
    if not places:
        return None
    taken = over_capacity((other.span for other in party.others), places - 1)
    left = gaps(taken, before)
    return (
        left[0] if len(left) == 1 and (left[0].start == before.start or left[0].end == before.end) else None
    )


def _least_cut(claim: Claim, broken: BrokenRule, step: timedelta) -> Span | None:
    """Give what is left when so little is cut, at the end if both help, that the rule is kept."""
    span = claim.span
    for steps in range(1, span.duration // step // 2 + 1):
        cut = steps * step
        for after in (Span(span.start, span.end - cut), Span(span.start + cut, span.end)):
            if after.duration > timedelta(0) and broken.kept_by(claim, claim.event, after):
                return after
    return None
