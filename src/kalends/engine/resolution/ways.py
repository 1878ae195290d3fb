"""What a way out does to one occurrence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import ClassVar

from kalends.engine.spans import Span
from kalends.engine.wording import Wording


class Way(StrEnum):
    """The kinds of ways out, the gentlest first; the API knows them by these names."""

    MOVE = "move"
    SHORTEN = "shorten"
    SWAP_RESOURCE = "swap_resource"
    DROP_PARTICIPANT = "drop_participant"
    CANCEL = "cancel"

    @property
    def by_itself(self) -> bool:
        """Say whether it may ever happen without someone's consent: it takes nothing from anybody."""
        return self in (Way.MOVE, Way.SWAP_RESOURCE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Take one occurrence to another time of the same duration."""

    way: ClassVar[Way] = Way.MOVE
    uid: str
    before: Span
    after: Span

    @property
    def distance(self) -> timedelta:
        """Give how far the occurrence moves, either way."""
        return abs(self.after.start - self.before.start)

    def words(self, wording: Wording) -> str:
        return wording.say(
            "move {title} from {before} to {after}, {distance} later"
            if self.before < self.after
            else "move {title} from {before} to {after}, {distance} earlier",
            title=wording.title(self.uid),
            before=wording.time(self.before),
            after=wording.time(self.after, beside=self.before),
            distance=wording.length(self.distance),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Shorten:
    """Cut one occurrence at its start or at its end."""

    way: ClassVar[Way] = Way.SHORTEN
    uid: str
    before: Span
    after: Span  # within `before`, with which it shares one end

    @property
    def kept(self) -> float:
        """Give the part of its time that is left, 0 to 1."""
        return self.after.duration / self.before.duration

    def words(self, wording: Wording) -> str:
        return wording.say(
            "shorten {title} by {cut}, from {before} to {after}",
            title=wording.title(self.uid),
            cut=wording.length(self.before.duration - self.after.duration),
            before=wording.time(self.before),
            after=wording.time(self.after, beside=self.before),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap:
    """Let one occurrence use another resource, at the same time."""

    way: ClassVar[Way] = Way.SWAP_RESOURCE
    uid: str
    before: Span
    resource: str  # that it gives up
    instead: str  # that it takes

    @property
    def after(self) -> Span:
        """Give its time afterwards, which stays."""
        return self.before

    def words(self, wording: Wording) -> str:
        return wording.say(
            "take {instead} instead of {resource} for {title} ({time})",
            instead=wording.name(self.instead),
            resource=wording.name(self.resource),
            title=wording.title(self.uid),
            time=wording.time(self.before),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DropParticipant:
    """Let one occurrence take place without someone who need not come."""

    way: ClassVar[Way] = Way.DROP_PARTICIPANT
    uid: str
    before: Span
    participant: str

    @property
    def after(self) -> Span:
        """Give its time afterwards, which stays."""
        return self.before

    def words(self, wording: Wording) -> str:
        return wording.say(
            "leave {name} out of {title} ({time})",
            name=wording.name(self.participant),
            title=wording.title(self.uid),
            time=wording.time(self.before),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel:
    """Cancel one occurrence."""

    way: ClassVar[Way] = Way.CANCEL
    uid: str
    before: Span

    @property
    def after(self) -> None:
        """Give no time: it does not take place."""

    def words(self, wording: Wording) -> str:
        return wording.say(
            "cancel {title} ({time})", title=wording.title(self.uid), time=wording.time(self.before)
        )


Change = Move | Shorten | Swap | DropParticipant | Cancel
