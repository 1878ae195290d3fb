"""The way out for those who want one resource: another one of its type."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from kalends.engine.availability import refusals
from kalends.engine.claims import Claim, EventFacts, SubjectKind
from kalends.engine.motives import SameTypeFree
from kalends.engine.resolution.options import Circumstances, Option, Resource, Yielding
from kalends.engine.resolution.ways import Swap

_KNOWN, _UNKNOWN = 0.85, 0.5  # scores


@dataclass(frozen=True, slots=True)
class SwapResource:
    """Let the occurrence take another active resource of the type that has a place left then.

    Those known to stand in for it come first, then those at the same location: whether any other serves, a
    person must say. The time stays, so fixed events can be helped so too.
    """

    alternatives: int = 3

    def options(self, party: Yielding, circumstances: Circumstances) -> Iterator[Option]:
        claim, event = party.claim, party.claim.event
        allowed = circumstances.judge(claim)
        suitable = (
            (given_up, other)
            for given_up in _at_stake(party, circumstances)
            for other in _alike(given_up, event, circumstances)
            if _is_free(other, claim, circumstances)
            and allowed(_swapped(event, given_up.id, other.id), claim.span)
        )
        for nearer, (given_up, other) in enumerate(islice(suitable, self.alternatives)):
            yield Option(
                change=Swap(uid=event.uid, before=claim.span, resource=given_up.id, instead=other.id),
                claim=party.claim,
                score=(_KNOWN if other.id in given_up.stand_ins else _UNKNOWN) - 0.01 * nearer,
                asks=other.id not in given_up.stand_ins,
                reasons=(*party.reasons, SameTypeFree(uid=event.uid, resource=other.id, type=other.type)),
            )


def _at_stake(party: Yielding, circumstances: Circumstances) -> list[Resource]:
    """Give the resources whose exchange could help: the one that is wanted, or any where a rule is broken."""
    event, wanted = party.claim.event, party.claim.subject
    ids = (wanted.id,) if wanted.kind is SubjectKind.RESOURCE else event.resources
    if wanted.kind is SubjectKind.MEMBER and circumstances.broken is None:
        return []
    return [circumstances.resources[id] for id in ids if id in circumstances.resources]


def _alike(given_up: Resource, event: EventFacts, circumstances: Circumstances) -> list[Resource]:
    """Give what could serve in its place, that at the same location first, else as they were given."""
    others = [
        each
        for each in circumstances.resources.values()
        if each.type == given_up.type and each.active and each.id not in (given_up.id, *event.resources)
    ]
    return sorted(
        others, key=lambda other: (other.id not in given_up.stand_ins, other.location != given_up.location)
    )


def _is_free(other: Resource, claim: Claim, circumstances: Circumstances) -> bool:
    if other.id not in circumstances.diaries:
        return True
    diary = circumstances.diaries[other.id].for_event(claim.event)
    return not refusals([diary], claim.span, claim.span)


def _swapped(event: EventFacts, given_up: str, instead: str) -> EventFacts:
    return replace(
        event,
        resources=tuple(instead if id == given_up else id for id in event.resources),
        participants=tuple(
            replace(each, id=instead) if each.id == given_up else each for each in event.participants
        ),
    )
