"""The way out that is tried first: another time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

from kalends.engine.availability import nearest_free
from kalends.engine.claims import EventFacts
from kalends.engine.motives import NearestFree
from kalends.engine.resolution.options import Circumstances, Option, Yielding, looseness
from kalends.engine.resolution.ways import Move

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class MoveToFreeTime:
    """Move the occurrence to the nearest times at which all that it requires are free."""

    alternatives: int = 3

    def options(self, party: Yielding, circumstances: Circumstances) -> Iterator[Option]:
        event, before = party.claim.event, party.claim.span
        window = circumstances.window_of(event.uid)
        if not event.movable or window is None:
            return
        diaries = circumstances.diaries_of(party.claim)
        free = nearest_free(diaries, window, before, step=circumstances.step)
        for nearer, after in enumerate(islice(free, self.alternatives)):
            move = Move(uid=event.uid, before=before, after=after)
            yield Option(
                change=move,
                claim=party.claim,
                score=_score(event, move.distance),
                reasons=(*party.reasons, NearestFree(uid=event.uid, span=after, nearer=nearer)),
            )


def _score(event: EventFacts, distance: timedelta) -> float:
    """Score a flexible event from 1 down to 0.6 and a preferred one from 0.6 down to 0.4 with distance."""
    near = _DAY / (_DAY + distance)
    return 0.6 + 0.4 * near if looseness(event) > 1 else 0.4 + 0.2 * near
