"""What found less time than it asked for, and what stands in its way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from kalends.engine.refusals import OutsideHours, OutsideWindow
from kalends.engine.wording import Reason, Wording, sentence
from kalends.features.scheduling.resolving import Told

_MOST_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortfall:
    """Time that was asked for and could not be had, as one viewer may know it."""

    title: str  # of what asked for it
    member_id: UUID
    minutes: int  # that did not fit
    sentence: str
    reasons: Sequence[Told]


def shortfall(
    *, title: str, member_id: UUID, minutes: int, lacking: str, reasons: Iterable[Reason], wording: Wording
) -> Shortfall:
    """Tell of a lack ("2 of 3 sessions found no time") with what most often stands in the way."""
    told = [Told(code=reason.code, words=reason.words(wording)) for reason in weightiest(reasons)]
    why = wording.listed([each.words for each in told])
    return Shortfall(
        title=title,
        member_id=member_id,
        minutes=minutes,
        sentence=sentence(f"{lacking}: {why}" if why else lacking),
        reasons=told,
    )


def weightiest(reasons: Iterable[Reason]) -> list[Reason]:
    """Give the reasons that were met most often; that a time is outside of somebody's hours only where there
    is nothing else to say."""
    counted = Counter(reasons)
    telling = [each for each in counted if not isinstance(each, OutsideHours | OutsideWindow)]
    return sorted(telling or counted, key=lambda each: -counted[each])[:_MOST_NAMED]
