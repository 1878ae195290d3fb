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


@dataclass(frozen=True, slots=True, kw_only=True)
class LastResort:
    """There are other ways out, but somebody may want none of them."""

    code: ClassVar[str] = "last_resort"
    uid: str

    def words(self, wording: Wording) -> str:
        return "if nothing else suits"


@dataclass(frozen=True, slots=True, kw_only=True)
class BreaksRule:
    """It has a part in what breaks a rule."""

    code: ClassVar[str] = "breaks_rule"
    uid: str
    rule: str  # the constraint's id
    name: str

    def words(self, wording: Wording) -> str:
        return f"it breaks '{self.name}'"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutOfService:
    """The resource that it uses serves nobody, at this or at any time."""

    code: ClassVar[str] = "out_of_service"
    uid: str
    resource: str

    def words(self, wording: Wording) -> str:
        return f"{wording.name(self.resource)} is out of service, at other times too"


@dataclass(frozen=True, slots=True, kw_only=True)
class SameTypeFree:
    """Another resource of the same type has a place left then."""

    code: ClassVar[str] = "same_type_free"
    uid: str
    resource: str
    type: str

    def words(self, wording: Wording) -> str:
        return f"{wording.name(self.resource)} is a {self.type} too, and free then"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepsMost:
    """It is cut at one end, and so much is left of it."""

    code: ClassVar[str] = "keeps_most"
    uid: str
    kept: timedelta
    whole: timedelta

    def words(self, wording: Wording) -> str:
        return f"it keeps {length(self.kept)} of {length(self.whole)}, at one end"


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedNotCome:
    """The member's part in it is optional."""

    code: ClassVar[str] = "need_not_come"
    uid: str
    participant: str

    def words(self, wording: Wording) -> str:
        return f"{wording.name(self.participant)} need not come to it"


_DONE = {
    "move": "move {}",
    "shorten": "shorten {}",
    "swap_resource": "swap the resource of {}",
    "drop_participant": "let someone off {}",
    "cancel": "cancel {}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """People here mostly chose this way out for events of its category."""

    code: ClassVar[str] = "usual"
    uid: str
    way: str
    category: str  # its name, empty for none
    times: int  # how often it was chosen
    of: int  # how often any was

    def words(self, wording: Wording) -> str:
        done = _DONE[self.way].format(self.category or "General")
        return f"you mostly {done} when it clashes ({self.times} of {self.of})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Somebody chose this way out among those that were offered."""

    code: ClassVar[str] = "chosen"
    uid: str
    way: str
    category: str  # the id of its category, empty for none

    def words(self, wording: Wording) -> str:
        return f"somebody chose to {_DONE[self.way].format('it')}"
