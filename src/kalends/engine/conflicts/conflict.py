"""A conflict as people meet it: what clashes, how gravely, when, and in words."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum

from kalends.engine.claims import Claim, Subject
from kalends.engine.conflicts.severity import Severity, Weight
from kalends.engine.spans import Span, peak_use
from kalends.engine.wording import Reason, Wording, sentence


class ConflictKind(StrEnum):
    TIME = "time_conflict"
    RESOURCE = "resource_conflict"
    CONSTRAINT = "constraint_violation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Events that want the same subject at the same time, or break a constraint of it, once or, as series,
    again and again."""

    kind: ConflictKind
    subject: Subject
    parties: tuple[Claim, ...]  # at `occasion`, in order of start
    first: Span  # the earliest clash among those searched
    next: Span | None  # the earliest that was not over at the time of asking
    count: int = 1  # how often they clash in the time searched
    use: int = 2  # the largest number of claims at once, above the subject's capacity
    weight: Weight
    rule: str | None = None  # the broken constraint, where there is one
    reason: Reason | None = None  # in what way it is broken, at `occasion`

    @property
    def severity(self) -> Severity:
        return self.weight.severity

    @property
    def occasion(self) -> Span:
        """Give the clash to speak of and to resolve: the next one, or the first if all are over."""
        return self.next or self.first

    @property
    def uids(self) -> tuple[str, ...]:
        """Give the UIDs of the events, each once, in order of start."""
        return tuple(dict.fromkeys(claim.event.uid for claim in self.parties))

    @property
    def identity(self) -> str:
        """Name the conflict for ever: the same for every clash of the same events over one subject."""
        return _digest([self.kind, self.subject.id, self.rule, sorted(self.uids)])

    @property
    def fingerprint(self) -> str:
        """Digest the times of the events: when it changes, ignoring the conflict has lapsed.

        It is made of what defines the times, not of the clashes found, so that neither the passing
        of time nor a later horizon wakes a conflict that someone has chosen to live with.
        """
        return _digest(sorted({(claim.event.uid, claim.event.timing) for claim in self.parties}))

    @property
    def exceeding(self) -> tuple[Claim, ...]:
        """Name the claims that find no place when the higher rank, then the earlier made, comes first."""
        served: list[Span] = []
        left_out = []
        for claim in sorted(self.parties, key=lambda claim: (-claim.event.rank, claim.event.created)):
            if peak_use([*served, claim.span]) > self.subject.capacity:
                left_out.append(claim)
            else:
                served.append(claim.span)
        return tuple(left_out)

    def sentence(self, wording: Wording) -> str:
        """Say the conflict in one sentence, in the viewer's zone and with the titles they may see."""
        titles = [wording.title(claim.event.uid) for claim in self.parties]
        time = wording.time(self.occasion)
        if self.reason is not None:
            said = self.reason.words(wording)
        elif self.kind is ConflictKind.TIME:
            said = wording.say(
                "{first} overlaps {second} by {length} ({time})",
                first=titles[0],
                second=titles[1],
                length=wording.length(self.occasion.duration),
                time=time,
            )
        else:
            said = wording.say(
                "{name} is wanted by {use} at once but serves {capacity} ({time}): {titles}",
                name=wording.name(self.subject.id),
                use=self.use,
                capacity=self.subject.capacity,
                time=time,
                titles=wording.listed(titles),
            )
        if self.count > 1:
            said = wording.say("{said}, {count} times in all", said=said, count=self.count)
        return sentence(said)


def _digest(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
