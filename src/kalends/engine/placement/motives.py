"""Why a placement moves what it moves, and leaves what it leaves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kalends.engine.spans import Span
from kalends.engine.wording import Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class StaysPut:
    """It clashes with something that may not be moved."""

    code: ClassVar[str] = "stays_put"
    uid: str
    other: str

    def words(self, wording: Wording) -> str:
        return wording.say("it clashes with {other}, which may not be moved", other=wording.title(self.other))


@dataclass(frozen=True, slots=True, kw_only=True)
class CheaperToMove:
    """Of several that could give way it is the one by which the whole changes least."""

    code: ClassVar[str] = "cheaper_to_move"
    uid: str
    other: str

    def words(self, wording: Wording) -> str:
        return wording.say(
            "it clashes with {other}, and moving it changes the least", other=wording.title(self.other)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MakesRoom:
    """Something of no lower rank is put where it was, and finds no other time."""

    code: ClassVar[str] = "makes_room"
    uid: str
    other: str
    span: Span  # the other's new time

    def words(self, wording: Wording) -> str:
        return wording.say(
            "it makes room for {other} ({time})",
            other=wording.title(self.other),
            time=wording.time(self.span),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NearestThatFits:
    """Nothing nearer serves as well."""

    code: ClassVar[str] = "nearest_that_fits"
    uid: str
    span: Span
    nearer: int = 0  # free times that are nearer, but would be worse in all

    def words(self, wording: Wording) -> str:
        if not self.nearer:
            return wording.say("this is the nearest time that fits")
        return wording.count(
            self.nearer,
            "{count} nearer time would serve less well",
            "{count} nearer times would serve less well",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class InTheWay:
    """All times are taken that it could have: by this event most often."""

    code: ClassVar[str] = "in_the_way"
    uid: str
    other: str
    subject: str  # of which there is too little

    def words(self, wording: Wording) -> str:
        return wording.say(
            "{name} has {title}", name=wording.name(self.subject), title=wording.title(self.other)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NoTimeAllowed:
    """Hours and hard constraints leave no time in the window, whatever else is there."""

    code: ClassVar[str] = "no_time_allowed"
    uid: str
    window: Span

    def words(self, wording: Wording) -> str:
        return wording.say(
            "hours and constraints leave it no time within {window}", window=wording.time(self.window)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesOut:
    """A hard constraint forbids some or all of the times it could have."""

    code: ClassVar[str] = "rules_out"
    uid: str
    constraint: str
    name: str

    def words(self, wording: Wording) -> str:
        return wording.say("'{rule}' rules times out", rule=wording.rule(self.constraint, self.name))


@dataclass(frozen=True, slots=True, kw_only=True)
class NoTimeLeft:
    """Times are allowed, but each is taken by something that may not give way to it."""

    code: ClassVar[str] = "no_time_left"
    uid: str
    window: Span

    def words(self, wording: Wording) -> str:
        return wording.say("all its times within {window} are taken", window=wording.time(self.window))


@dataclass(frozen=True, slots=True, kw_only=True)
class StandsIn:
    """Another resource serves as well, and is free."""

    code: ClassVar[str] = "stands_in"
    uid: str
    resource: str
    instead_of: str

    def words(self, wording: Wording) -> str:
        return wording.say(
            "{resource} is free in place of {other}",
            resource=wording.name(self.resource),
            other=wording.name(self.instead_of),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OneTooMany:
    """There are more events that day or week than a constraint allows."""

    code: ClassVar[str] = "one_too_many"
    uid: str
    most: int
    span: Span  # the day or week

    def words(self, wording: Wording) -> str:
        return wording.count(
            self.most,
            "there may be {count} event within {time}",
            "there may be {count} events within {time}",
            time=wording.time(self.span),
        )
