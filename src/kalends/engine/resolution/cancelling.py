"""The last way out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kalends.engine.motives import LastResort, NoOtherWay, NotMovable
from kalends.engine.resolution.options import Circumstances, Option, Yielding, looseness
from kalends.engine.resolution.ways import Cancel
from kalends.engine.wording import Reason


@dataclass(frozen=True, slots=True)
class CancelOccurrence:
    """Propose to cancel the occurrence, for a person to decide."""

    alone: bool  # nothing else helps

    def options(self, party: Yielding, circumstances: Circumstances) -> Iterator[Option]:
        event = party.claim.event
        why: Reason = LastResort(uid=event.uid)
        if self.alone:
            why = NoOtherWay(uid=event.uid, window=circumstances.window)
        if not event.movable:
            why = NotMovable(uid=event.uid)
        yield Option(
            change=Cancel(uid=event.uid, before=party.claim.span),
            claim=party.claim,
            score=0.04 * looseness(event),
            reasons=(*party.reasons, why),
        )
