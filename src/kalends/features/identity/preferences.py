"""How a member likes their days: validated, changed in part, and read back as set."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import time
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationError,
    field_validator,
    model_validator,
)

from kalends.kit.errors import InvalidInput

_CUSTOM_BYTES = 8_192
_CUSTOM_DEPTH = 5
_HH_MM = re.compile(r"([01]\d|2[0-3]):[0-5]\d")

ModelT = TypeVar("ModelT", bound=BaseModel)


def _clock_time(value: Any) -> time:
    if isinstance(value, time) and value.tzinfo is None and not (value.second or value.microsecond):
        return value
    if isinstance(value, str) and _HH_MM.fullmatch(value):
        return time.fromisoformat(value)
    raise ValueError('give a time of day as "HH:MM", from 00:00 to 23:59')


ClockTime = Annotated[
    time,
    BeforeValidator(_clock_time, json_schema_input_type=str),
    PlainSerializer(lambda value: value.strftime("%H:%M"), return_type=str),
]


class Preferences(BaseModel):
    """Times are local to the member's zone. They weigh as soft constraints; they forbid nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    preferred_start_time: ClockTime | None = time(9)
    preferred_end_time: ClockTime | None = time(18)
    no_events_before: ClockTime | None = None
    no_events_after: ClockTime | None = None
    default_event_duration_minutes: int = Field(default=60, ge=1, le=1_440)
    min_gap_between_events_minutes: int = Field(default=15, ge=0, le=1_440)
    max_events_per_day: int | None = Field(default=5, ge=1, le=100)
    email_enabled: bool = True
    reminder_minutes_before: tuple[Annotated[int, Field(ge=0, le=40_320)], ...] = Field(
        default=(60, 15), max_length=10, strict=False
    )
    week_start: Literal["monday", "saturday", "sunday"] = "monday"
    language: str = Field(default="en", pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35)  # BCP 47
    custom: dict[str, Any] = Field(default_factory=dict)

    @field_validator("reminder_minutes_before")
    @classmethod
    def _no_reminder_twice(cls, minutes: tuple[int, ...]) -> tuple[int, ...]:
        if len(set(minutes)) < len(minutes):
            raise ValueError("give each reminder once")
        return minutes

    @field_validator("custom")
    @classmethod
    def _small(cls, custom: dict[str, Any]) -> dict[str, Any]:
        if _is_deeper(custom, _CUSTOM_DEPTH):
            raise ValueError(f"nest values at most {_CUSTOM_DEPTH} deep")
        if any("\0" in text for text in _texts(custom)):
            raise ValueError("hold no null characters")  # PostgreSQL stores none
        try:
            size = len(json.dumps(custom, allow_nan=False, ensure_ascii=False).encode())
        except (TypeError, ValueError):
            raise ValueError("hold JSON values only") from None
        if size > _CUSTOM_BYTES:
            raise ValueError(f"hold at most {_CUSTOM_BYTES} bytes of JSON, not {size}")
        return custom

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        _must_precede(self, "preferred_start_time", "preferred_end_time")
        _must_precede(self, "no_events_before", "no_events_after")
        return self

    @classmethod
    def stored(cls, values: Mapping[str, Any]) -> Self:
        """Read what the member row holds; what was never set has its default."""
        return cls.model_validate(values)

    def changed(self, changes: Mapping[str, Any]) -> Preferences:
        """Give these preferences with some replaced, or raise `InvalidInput` naming the field."""
        return parsed(Preferences, {**self.model_dump(exclude_unset=True), **changes}, field="preferences")

    def as_json(self) -> dict[str, Any]:
        """Give JSON values, as answered."""
        return self.model_dump(mode="json")

    def as_set(self) -> dict[str, Any]:
        """Give JSON values, as stored: only what was ever set, since a default is no wish of the member's."""
        return self.model_dump(mode="json", exclude_unset=True)


def parsed(model: type[ModelT], values: Mapping[str, Any], *, field: str | None = None) -> ModelT:
    """Validate outside values, or raise `InvalidInput` with the first field that is wrong and why."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=True)[0]
        # An order that is wrong is found on the whole model, and names its field in the message's context.
        found = first.get("ctx", {}).get("error")
        path = found.args[1:] if isinstance(found, ValueError) and len(found.args) > 1 else first["loc"]
        reason = found.args[0] if isinstance(found, ValueError) else first["msg"]
        name = ".".join(str(part) for part in (*([field] if field else []), *path))
        raise InvalidInput(f"{name}: {reason}.", field=name) from None


def _must_precede(preferences: Preferences, first: str, second: str) -> None:
    start, end = getattr(preferences, first), getattr(preferences, second)
    if start is not None and end is not None and start >= end:
        raise ValueError(f"{end:%H:%M} must come after {first}, {start:%H:%M}", second)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from (*_texts(key), *_texts(item))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)


def _is_deeper(value: Any, levels: int) -> bool:
    if not isinstance(value, dict | list | tuple):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(_is_deeper(item, levels - 1) for item in inner)
