"""Why an event gives way, and why in this way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from kalends.engine.spans import Span
from kalends.engine.wording import Template, Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class RanksLower:
    """Another event of the conflict has the higher rank."""

    code: ClassVar[str] = "ranks_lower"
    uid: str
    rank: int
    other: str
    other_rank: int

    def words(self, wording: Wording) -> str:
        return wording.say(
            "it ranks below {other} ({rank} against {other_rank})",
            other=wording.title(self.other),
            rank=self.rank,
            other_rank=self.other_rank,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MoreFlexible:
    """Of two equal in rank, it is the one more easily moved."""

    code: ClassVar[str] = "more_flexible"
    uid: str
    other: str

    def words(self, wording: Wording) -> str:
        return wording.say(
            "it is as high in rank as {other}, but more flexible", other=wording.title(self.other)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ShorterMove:
    """Of two equal in rank and flexibility, it has the shorter way to a free time."""

    code: ClassVar[str] = "shorter_move"
    uid: str
    distance: timedelta
    other: str
    other_distance: timedelta

    def words(self, wording: Wording) -> str:
        return wording.say(
            "it is equal to {other}, but moves by {distance} where that would move by {other_distance}",
            other=wording.title(self.other),
            distance=wording.length(self.distance),
            other_distance=wording.length(self.other_distance),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatedLater:
    """Of two equal in all else, it came later."""

    code: ClassVar[str] = "created_later"
    uid: str
    other: str

    def words(self, wording: Wording) -> str:
        return wording.say("it is equal to {other}, which was there first", other=wording.title(self.other))


@dataclass(frozen=True, slots=True, kw_only=True)
class NearestFree:
    """All that it requires are free then; `nearer` other free times would move it less."""

    code: ClassVar[str] = "nearest_free"
    uid: str
    span: Span
    nearer: int = 0

    def words(self, wording: Wording) -> str:
        return wording.say("it is free then too" if self.nearer else "this is its nearest free time")


@dataclass(frozen=True, slots=True, kw_only=True)
class NotMovable:
    """It is fixed, or was given critical priority."""

    code: ClassVar[str] = "not_movable"
    uid: str

    def words(self, wording: Wording) -> str:
        return wording.say("it may not be moved by itself")


@dataclass(frozen=True, slots=True, kw_only=True)
class NoOtherWay:
    """It may be moved, but nothing that was tried helps within the window."""

    code: ClassVar[str] = "no_other_way"
    uid: str
    window: Span

    def words(self, wording: Wording) -> str:
        return wording.say("no other way was found within {window}", window=wording.time(self.window))


@dataclass(frozen=True, slots=True, kw_only=True)
class LastResort:
    """There are other ways out, but somebody may want none of them."""

    code: ClassVar[str] = "last_resort"
    uid: str

    def words(self, wording: Wording) -> str:
        return wording.say("if nothing else suits")


@dataclass(frozen=True, slots=True, kw_only=True)
class BreaksRule:
    """It has a part in what breaks a rule."""

    code: ClassVar[str] = "breaks_rule"
    uid: str
    rule: str  # the constraint's id
    name: str

    def words(self, wording: Wording) -> str:
        return wording.say("it breaks '{rule}'", rule=wording.rule(self.rule, self.name))


@dataclass(frozen=True, slots=True, kw_only=True)
class OutOfService:
    """The resource that it uses serves nobody, at this or at any time."""

    code: ClassVar[str] = "out_of_service"
    uid: str
    resource: str

    def words(self, wording: Wording) -> str:
        return wording.say(
            "{resource} is out of service, at other times too", resource=wording.name(self.resource)
        )


_TYPES = {"vehicle": Template("vehicle"), "room": Template("room"), "equipment": Template("equipment")}


@dataclass(frozen=True, slots=True, kw_only=True)
class SameTypeFree:
    """Another resource of the same type has a place left then."""

    code: ClassVar[str] = "same_type_free"
    uid: str
    resource: str
    type: str

    def words(self, wording: Wording) -> str:
        return wording.say(
            "{resource} is a {type} too, and free then",
            resource=wording.name(self.resource),
            type=wording.say(_TYPES[self.type]) if self.type in _TYPES else self.type,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepsMost:
    """It is cut at one end, and so much is left of it."""

    code: ClassVar[str] = "keeps_most"
    uid: str
    kept: timedelta
    whole: timedelta

    def words(self, wording: Wording) -> str:
        return wording.say(
            "it keeps {kept} of {whole}, at one end",
            kept=wording.length(self.kept),
            whole=wording.length(self.whole),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedNotCome:
    """The member's part in it is optional."""

    code: ClassVar[str] = "need_not_come"
    uid: str
    participant: str

    def words(self, wording: Wording) -> str:
        return wording.say("{name} need not come to it", name=wording.name(self.participant))


_USUAL = {
    "move": Template("you mostly move {category} when it clashes ({times} of {of})"),
    "shorten": Template("you mostly shorten {category} when it clashes ({times} of {of})"),
    "swap_resource": Template("you mostly swap the resource of {category} when it clashes ({times} of {of})"),
    "drop_participant": Template("you mostly let someone off {category} when it clashes ({times} of {of})"),
    "cancel": Template("you mostly cancel {category} when it clashes ({times} of {of})"),
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
        category = self.category or wording.say("General")
        return wording.say(_USUAL[self.way], category=category, times=self.times, of=self.of)


_CHOSEN = {
    "move": Template("somebody chose to move it"),
    "shorten": Template("somebody chose to shorten it"),
    "swap_resource": Template("somebody chose to swap the resource of it"),
    "drop_participant": Template("somebody chose to let someone off it"),
    "cancel": Template("somebody chose to cancel it"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Somebody chose this way out among those that were offered."""

    code: ClassVar[str] = "chosen"
    uid: str
    way: str
    category: str  # the id of its category, empty for none

    def words(self, wording: Wording) -> str:
        return wording.say(_CHOSEN[self.way])
