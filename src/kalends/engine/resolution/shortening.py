"""The way out for those who overlap a little: less time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from kalends.engine.availability import QUARTER
from kalends.engine.motives import KeepsMost
from kalends.engine.resolution.options import Circumstances, Option, Yielding
from kalends.engine.resolution.ways import Shorten
from kalends.engine.spans import Span, gaps, over_capacity


@dataclass(frozen=True, slots=True)
class CutOneEnd:
    """Cut the occurrence where it is in the way, at one end, and keep at least half of it."""

    shortest: timedelta = QUARTER

    def options(self, party: Yielding, circumstances: Circumstances) -> Iterator[Option]:
        event, before = party.claim.event, party.claim.span
        allowed = circumstances.judge(party.claim)
        step = circumstances.step
        pieces = _room_beside(party) if circumstances.broken is None else _ever_less(before, step)
        least = max(before.duration / 2, self.shortest)
        enough = (piece for piece in pieces if piece.duration >= least)
        after = next((piece for piece in enough if allowed(event, piece)), None)
        if after is None:
            return
        shorten = Shorten(uid=event.uid, before=before, after=after)
        yield Option(
            change=shorten,
            claim=party.claim,
            score=0.25 + 0.1 * shorten.kept,
            reasons=(*party.reasons, KeepsMost(uid=event.uid, kept=after.duration, whole=before.duration)),
        )


def _room_beside(party: Yielding) -> Iterable[Span]:
    """Give what the other parties leave of it, if that is one piece at one end."""
    before, places = party.claim.span, party.claim.subject.capacity
    if not places:
        return []
    left = gaps(over_capacity((other.span for other in party.others), places - 1), before)
    at_one_end = len(left) == 1 and (left[0].start == before.start or left[0].end == before.end)
    return left if at_one_end else []


def _ever_less(span: Span, step: timedelta) -> Iterable[Span]:
    """Cut more and more off its end, and as much off its start, as long as half of it is left."""
    for steps in range(1, span.duration // step // 2 + 1):
        cut = steps * step
        yield Span(span.start, span.end - cut)
        yield Span(span.start + cut, span.end)
