"""The way out for those who need not come: without them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kalends.engine.claims import SubjectKind
from kalends.engine.motives import NeedNotCome
from kalends.engine.resolution.options import Circumstances, Option, Yielding
from kalends.engine.resolution.ways import DropParticipant


@dataclass(frozen=True, slots=True)
class ReleaseOptional:
    """Let the occurrence take place without the member whose time is wanted, if their part is optional."""

    def options(self, party: Yielding, circumstances: Circumstances) -> Iterator[Option]:
        claim, event = party.claim, party.claim.event
        member = claim.subject
        somebody_left = any(other != member.id for other in event.members)
        if claim.required or member.kind is not SubjectKind.MEMBER or not somebody_left:
            return
        yield Option(
            change=DropParticipant(uid=event.uid, before=claim.span, participant=member.id),
            claim=party.claim,
            score=0.25,
            reasons=(*party.reasons, NeedNotCome(uid=event.uid, participant=member.id)),
        )
