"""Ways out of a conflict, from stored events: who is free when, and what an option would change."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any
from uuid import UUID

import numpy as np

from kalends.engine.conflicts import Conflict
from kalends.engine.resolution import Circumstances, Drop, Move, Option, resolve
from kalends.engine.spans import EPOCH, Span
from kalends.engine.wording import sentence
from kalends.engine.zones import Zone, zone
from kalends.features.calendars.access import Access, calendars_of
from kalends.features.calendars.expansion import EventRow, instance_key, local_start
from kalends.features.calendars.models import MASTER, Status
from kalends.features.identity.actor import Actor
from kalends.features.scheduling.claims import Gathered
from kalends.features.scheduling.conflicts import Eyes
from kalends.features.scheduling.diaries import diaries_of
from kalends.features.scheduling.editing import EventChanges, Scope
from kalends.features.scheduling.plans import Target
from kalends.kit.errors import Clash
from kalends.storage import Unit

BACK = timedelta(days=7)
AHEAD = timedelta(days=14)
"""How far around a clash other times are looked for."""


class OptionGone(Clash):
    """The way out is no longer there: the calendar has changed since it was offered."""

    code = "option_gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """An option with the stored event that it would change."""

    option: Option
    row: EventRow
    target: Target
    changes: EventChanges

    @property
    def id(self) -> str:
        """Name the option for as long as it would do the same."""
        change = self.option.change
        after = change.after.start.isoformat() if isinstance(change, Move) else "dropped"
        told = f"{change.uid}|{change.before.start.isoformat()}|{after}|{self.row.version}"
        return hashlib.blake2b(told.encode(), digest_size=10).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A reason as data and in words."""

    code: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceView:
    """A way out as one viewer may know it."""

    id: str
    kind: str  # "move" or "drop"
    sentence: str
    score: float
    reasons: Sequence[Told]
    needs_person: bool
    allowed: bool  # whether the viewer may take it
    event_id: UUID
    title: str
    before: Span
    after: Span | None


def present_choices(
    tx: Unit, actor: Actor, gathered: Gathered, offered: Sequence[Choice]
) -> list[ChoiceView]:
    """Put ways out into words for the actor. A reason that speaks of a hidden event loses its figures."""
    eyes = Eyes.of(tx, actor, gathered)
    calendars = calendars_of(tx, actor)
    views = []
    for choice in offered:
        option, change = choice.option, choice.option.change
        reasons = [
            Told(code=reason.code, words=reason.words(eyes.wording))
            for reason in option.reasons
            if eyes.full(getattr(reason, "other", change.uid))
        ]
        why = "; ".join(reason.words for reason in reasons)
        calendar = calendars.get(choice.row.calendar_id)
        views.append(
            ChoiceView(
                id=choice.id,
                kind="move" if isinstance(change, Move) else "drop",
                sentence=sentence(change.words(eyes.wording) + (f": {why}" if why else "")),
                score=option.score,
                reasons=reasons,
                needs_person=option.needs_person,
                allowed=eyes.full(change.uid) and calendar is not None and calendar.access >= Access.WRITE,
                event_id=choice.row.object_id,
                title=eyes.wording.title(change.uid),
                before=change.before,
                after=change.after if isinstance(change, Move) else None,
            )
        )
    return views


def stored_reasons(choice: Choice) -> list[dict[str, Any]]:
    """Give the reasons as JSON values, with ids in place of titles."""
    return [
        {"code": reason.code, **{part.name: _json(getattr(reason, part.name)) for part in fields(reason)}}  # type: ignore[arg-type]
        for reason in choice.option.reasons
    ]


def _json(value: object) -> object:
    if isinstance(value, Span):
        return [value.start.isoformat(), value.end.isoformat()]
    return value.total_seconds() if isinstance(value, timedelta) else value


def search_window(conflict: Conflict, now: int) -> tuple[int, int]:
    """Give the time in which other places are looked for, in seconds since 1970."""
    start = (conflict.occasion.start - BACK - EPOCH) // timedelta(seconds=1)
    end = (conflict.occasion.end + AHEAD - EPOCH) // timedelta(seconds=1)
    return max(now, start), max(now + 1, end)


def choices(gathered: Gathered, conflict: Conflict) -> list[Choice]:
    """Rank the ways out of a conflict, keeping the gaps that members like where that leaves any."""
    for gaps in (True, False):
        circumstances = Circumstances(
            diaries=diaries_of(gathered, gaps=gaps),
            window=Span.of_seconds(gathered.since, gathered.until),
        )
        options = resolve(conflict, circumstances)
        if any(isinstance(option.change, Move) for option in options):
            break
    return [choice for option in options if (choice := _choice(gathered, conflict, option)) is not None]


def _choice(gathered: Gathered, conflict: Conflict, option: Option) -> Choice | None:
    """Find the stored occurrence that the option is about."""
    change, claims = option.change, gathered.claims
    uids = [event.uid for event in claims.events]
    subject = [subject.id for subject in claims.subjects].index(conflict.subject.id)
    begins = (change.before.start - EPOCH) // timedelta(seconds=1)
    found = np.flatnonzero(
        (claims.event == uids.index(change.uid)) & (claims.subject == subject) & (claims.start == begins)
    )
    if not len(found):
        return None
    index = int(found[0])
    if gathered.row[index] < 0:
        return None  # a reservation that stands alone is its member's to change
    row = gathered.rows.events[int(gathered.row[index])]
    key = instance_key(row, gathered.original[index].item())
    floating = zone(gathered.zone_of(conflict.subject.id))
    target = Target(
        event_id=row.object_id,
        scope=Scope.ALL if key == MASTER else Scope.SINGLE,
        occurrence=None if key == MASTER else key,
        expected_version=row.version,
    )
    return Choice(option=option, row=row, target=target, changes=_changes(row, change, floating))


def _changes(row: EventRow, change: Move | Drop, floating: Zone) -> EventChanges:
    if isinstance(change, Drop):
        return {"status": Status.CANCELLED}
    start = local_start(row, (change.after.start - EPOCH) // timedelta(seconds=1), floating)
    # The length stays as it is written: only the start moves.
    return {"start": start}
