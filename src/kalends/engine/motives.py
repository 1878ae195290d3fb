"""Why an event gives way, and why in this way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from kalends.engine.spans import Span
from kalends.engine.wording import Wording, length


@dataclass(frozen=True, slots=True, kw_only=True)
class RanksLower:
    """Another event of the conflict has the higher rank."""

    code: ClassVar[str] = "ranks_lower"
    uid: str
    rank: int
    other: str
    other_rank: int

    def words(self, wording: Wording) -> str:
        return f"it ranks below {wording.title(self.other)} ({self.rank} against {self.other_rank})"


@dataclass(frozen=True, slots=True, kw_only=True)
class MoreFlexible:
    """Of two equal in rank, it is the one more easily moved."""

    code: ClassVar[str] = "more_flexible"
    uid: str
    other: str

    def words(self, wording: Wording) -> str:
        return f"it is as high in rank as {wording.title(self.other)}, but more flexible"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShorterMove:
    """Of two equal in rank and flexibility, it has the shorter way to a free time."""

    code: ClassVar[str] = "shorter_move"
    uid: str
    distance: timedelta
    other: str
    other_distance: timedelta

    def words(self, wording: Wording) -> str:
        return (
            f"it is equal to {wording.title(self.other)}, but moves by {length(self.distance)} "
            f"where that would move by {length(self.other_distance)}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatedLater:
    """Of two equal in all else, it came later."""

    code: ClassVar[str] = "created_later"
    uid: str
    other: str

    def words(self, wording: Wording) -> str:
        return f"it is equal to {wording.title(self.other)}, which was there first"


@dataclass(frozen=True, slots=True, kw_only=True)
class NearestFree:
    """All that it requires are free then; `nearer` other free times would move it less."""

    code: ClassVar[str] = "nearest_free"
    uid: str
    span: Span
    nearer: int = 0

    def words(self, wording: Wording) -> str:
        return "this is its nearest free time" if not self.nearer else "it is free then too"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotMovable:
    """It is fixed, or was given critical priority."""

    code: ClassVar[str] = "not_movable"
    uid: str

    def words(self, wording: Wording) -> str:
        return "it may not be moved by itself"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoOtherWay:
    """It may be moved, but nothing that was tried helps within the window."""

    code: ClassVar[str] = "no_other_way"
    uid: str
    window: Span

    def words(self, wording: Wording) -> str:
        return f"no other way was found within {wording.time(self.window)}"
