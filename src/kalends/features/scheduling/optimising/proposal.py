"""A proposal: what the optimiser would change, as it is kept and as one viewer reads it."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from kalends.engine.reasons import reason_from_json, reason_to_json
from kalends.engine.series import Start
from kalends.engine.spans import Span
from kalends.engine.starts import format_start, parse_start
from kalends.engine.wording import Reason
from kalends.features.scheduling.editing import EventChanges
from kalends.features.scheduling.optimising.explaining import Left, Shift
from kalends.features.scheduling.optimising.layout import Layout
from kalends.features.scheduling.optimising.survey import Survey
from kalends.features.scheduling.plans import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One change of one occurrence, with why."""

    uid: str
    target: Target
    before: Span
    after: Span
    start: Start | None  # in the form of the event's own; None where only resources change
    resources: tuple[UUID, ...] | None  # all that it then has; None where they stay
    reasons: tuple[Reason, ...]

    @property
    def id(self) -> str:
        """Name the move within its proposal."""
        told = f"{self.target.event_id}|{self.target.occurrence}"
        return hashlib.blake2b(told.encode(), digest_size=8).hexdigest()

    @property
    def changes(self) -> EventChanges:
        """Give the edit."""
        changes = EventChanges()
        if self.start is not None:
            changes["start"] = self.start
        if self.resources is not None:
            changes["resources"] = self.resources
        return changes


@dataclass(frozen=True, slots=True, kw_only=True)
class Unplaced:
    """An occurrence for which nothing better was found, and what stands in its way."""

    uid: str
    event_id: UUID
    span: Span
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What a run found."""

    moves: tuple[Move, ...]
    unplaced: tuple[Unplaced, ...]
    optimal: bool  # nothing better exists
    gap: float  # else how far it may be from the best: 0 to 1
    resolved: int  # conflicts that would go away
    remaining: int  # conflicts of the moved events that would not

    def to_json(self) -> dict[str, Any]:
        """Give the proposal as JSON values, with ids in place of titles."""
        return {
            "moves": [_move_to_json(move) for move in self.moves],
            "unplaced": [
                {
                    "uid": each.uid,
                    "event_id": str(each.event_id),
                    "span": _span_to_json(each.span),
                    "reasons": [reason_to_json(reason) for reason in each.reasons],
                }
                for each in self.unplaced
            ],
            "optimal": self.optimal,
            "gap": self.gap,
            "resolved": self.resolved,
            "remaining": self.remaining,
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Read what `to_json` gave."""
        return cls(
            moves=tuple(_move_from_json(move) for move in values["moves"]),
            unplaced=tuple(
                Unplaced(
                    uid=each["uid"],
                    event_id=UUID(each["event_id"]),
                    span=_span_from_json(each["span"]),
                    reasons=_reasons(each["reasons"]),
                )
                for each in values["unplaced"]
            ),
            optimal=values["optimal"],
            gap=values["gap"],
            resolved=values["resolved"],
            remaining=values["remaining"],
        )


def moves_of(seen: Survey, layout: Layout, shifts: Sequence[Shift]) -> tuple[Move, ...]:
    """Turn the shifts of occurrences into edits of stored events."""
    return tuple(_move(seen, layout, shift) for shift in shifts if shift.activity < len(layout.occurrences))


def unplaced_of(seen: Survey, layout: Layout, left: Sequence[Left]) -> tuple[Unplaced, ...]:
    """Tell of the occurrences that were left as they are, though something is wrong with them."""
    found = []
    for each in left:
        if each.activity < len(layout.occurrences):
            occurrence = layout.occurrences[each.activity]
            found.append(
                Unplaced(
                    uid=occurrence.facts.uid,
                    event_id=seen.row(occurrence).object_id,
                    span=occurrence.span,
                    reasons=each.reasons,
                )
            )
    return tuple(found)


def chosen(moves: Sequence[Move], ids: Collection[str] | None) -> list[Move]:
    """Give the moves that were asked for: all where `ids` is None."""
    return [move for move in moves if ids is None or move.id in ids]


def _move(seen: Survey, layout: Layout, shift: Shift) -> Move:
    occurrence = layout.occurrences[shift.activity]
    changes = seen.changes(occurrence, shift.after, dict(shift.swaps))
    resources = changes.get("resources")
    return Move(
        uid=occurrence.facts.uid,
        target=seen.target(occurrence),
        before=occurrence.span,
        after=shift.after,
        start=changes.get("start"),
        resources=None if resources is None else tuple(resources),
        reasons=shift.reasons,
    )


def _move_to_json(move: Move) -> dict[str, Any]:
    return {
        "uid": move.uid,
        "event_id": str(move.target.event_id),
        "occurrence": move.target.occurrence,
        "version": move.target.expected_version,
        "before": _span_to_json(move.before),
        "after": _span_to_json(move.after),
        "start": move.start and format_start(move.start),
        "resources": None if move.resources is None else [str(id) for id in move.resources],
        "reasons": [reason_to_json(reason) for reason in move.reasons],
    }


def _move_from_json(values: Mapping[str, Any]) -> Move:
    return Move(
        uid=values["uid"],
        target=Target.single(UUID(values["event_id"]), values["occurrence"], values["version"]),
        before=_span_from_json(values["before"]),
        after=_span_from_json(values["after"]),
        start=values["start"] and parse_start(values["start"]),
        resources=None if values["resources"] is None else tuple(map(UUID, values["resources"])),
        reasons=_reasons(values["reasons"]),
    )


def _reasons(values: Sequence[Mapping[str, Any]]) -> tuple[Reason, ...]:
    return tuple(reason for each in values if (reason := reason_from_json(each)) is not None)


def _span_to_json(span: Span) -> list[str]:
    return [span.start.isoformat(), span.end.isoformat()]


def _span_from_json(values: Sequence[str]) -> Span:
    return Span(*map(datetime.fromisoformat, values))
