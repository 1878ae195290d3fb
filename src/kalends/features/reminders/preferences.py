"""How a member wants to be told: validated, changed in part, and read back as set."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator

from kalends.features.identity.preferences import ClockTime, parsed
from kalends.features.reminders.models import Channel

KINDS: Mapping[str, tuple[str, ...]] = {
    "reminder": (Channel.IN_APP, Channel.PUSH, Channel.EMAIL),
    "event": (Channel.IN_APP, Channel.PUSH, Channel.EMAIL),  # that others made, moved or cancelled
    "call_failed": (Channel.IN_APP, Channel.EMAIL),
    "call_completed": (),  # somebody who has thousands made looks at their figures
}
"""What is told, and by which channels where a member has said nothing else."""

KIND_OF: Mapping[str, str] = {
    "reminder": "reminder",
    "event.added": "event",
    "event.moved": "event",
    "event.cancelled": "event",
    "call.failed": "call_failed",
    "call.completed": "call_completed",
}
"""Of which kind each name is that a notification may have."""

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_CHANNEL = re.compile(r"[a-z][a-z0-9_]{0,31}")


class QuietHours(BaseModel):
    """When nothing but the app tells anything: from a time to a time on the member's clock, perhaps past
    midnight; never where both are the same."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    since: ClockTime
    until: ClockTime
    urgent_passes: bool = Field(default=True, description="Whether critical events are told all the same.")

    def end(self, local: datetime) -> datetime:
        """Give when what is to be told at a local time may be told: then, or at the end of these hours."""
        if self.since == self.until:
            return local
        clock = local.time().replace(tzinfo=None)
        overnight = self.until < self.since
        inside = (
            (clock >= self.since or clock < self.until) if overnight else self.since <= clock < self.until
        )
        if not inside:
            return local
        day = local.date() + timedelta(days=int(overnight and clock >= self.since))
        return _on(day, self.until, local.tzinfo)


class Digest(BaseModel):
    """When mail comes of everything but reminders: at once, or collected."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    every: Literal["off", "daily", "weekly"] = "off"
    at: ClockTime = time(8)
    weekday: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] = "monday"

    def next(self, local: datetime) -> datetime:
        """Give when what happens at a local time is told."""
        days = (_WEEKDAYS.index(self.weekday) - local.weekday()) % 7 if self.every == "weekly" else 0
        found = _on(local.date() + timedelta(days=days), self.at, local.tzinfo)
        if found <= local:
            step = 7 if self.every == "weekly" else 1
            found = _on(found.date() + timedelta(days=step), self.at, local.tzinfo)
        return found


def _on(day: date, clock: time, zone: tzinfo | None) -> datetime:
    return datetime.combine(day, clock, zone)


_Channels = Annotated[tuple[str, ...], Field(max_length=20, strict=False)]


class NotificationPreferences(BaseModel):
    """By which channels a member is told of what. Addresses are kept apart, encrypted."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    channels: dict[str, _Channels] = Field(
        default_factory=dict, description="Of each kind of news; a kind that is left out has its default."
    )
    switched_off: _Channels = Field(default=(), description="Channels that are silent, whatever the news.")
    quiet_hours: QuietHours | None = None
    digest: Digest = Digest()

    @field_validator("channels")
    @classmethod
    def _known_kinds(cls, channels: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        for kind, names in channels.items():
            if kind not in KINDS:
                raise ValueError(f"there is no kind of news {kind[:40]!r}; there is {', '.join(KINDS)}")
            _must_be_channels(names)
        return channels

    @field_validator("switched_off")
    @classmethod
    def _channel_names(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if Channel.IN_APP in names:
            raise ValueError("the app itself is never silent: leave it out of the channels instead")
        return _must_be_channels(names)

    @classmethod
    def stored(cls, values: Mapping[str, Any]) -> Self:
        """Read what the row holds; what was never set has its default."""
        return cls.model_validate(values)

    def changed(self, changes: Mapping[str, Any]) -> NotificationPreferences:
        """Give these with some replaced, of `channels` kind by kind. Raises `InvalidInput`."""
        given = dict(changes)
        if isinstance(given.get("channels"), Mapping):
            given["channels"] = {**self.channels, **given["channels"]}
        return parsed(NotificationPreferences, {**self.model_dump(exclude_unset=True), **given})

    def for_kind(self, kind: str) -> tuple[str, ...]:
        """Give the channels that tell news of a kind."""
        wanted = self.channels.get(kind, KINDS[kind])
        return tuple(channel for channel in wanted if channel not in self.switched_off)

    def as_json(self) -> dict[str, Any]:
        """Give JSON values, defaults included."""
        found = self.model_dump(mode="json")
        found["channels"] = {kind: list(self.channels.get(kind, usual)) for kind, usual in KINDS.items()}
        return found

    def as_set(self) -> dict[str, Any]:
        """Give JSON values, as stored: only what was ever set."""
        return self.model_dump(mode="json", exclude_unset=True)


def _must_be_channels(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if not _CHANNEL.fullmatch(name):
            raise ValueError(f"{name[:40]!r} is no channel")
    if len(set(names)) < len(names):
        raise ValueError("give each channel once")
    return names
