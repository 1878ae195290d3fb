"""What clients send to make and change events."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, cast
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from kalends.engine.claims import Flexibility, Priority
from kalends.engine.series import Start
from kalends.features.calendars.models import Response, Status
from kalends.features.scheduling import EventChanges, EventDraft, Invitee
from kalends.features.scheduling.editing import (
    MAX_PARTICIPANTS,
    MAX_REMINDER_MINUTES,
    MAX_REMINDERS,
    MAX_RESOURCES,
    MAX_TEXT,
    MAX_TITLE,
)
from kalends.features.scheduling.plans import MAX_TOGETHER
from kalends.interfaces.rest.event_times import TimeReader, read_length
from kalends.interfaces.rest.patches import patched
from kalends.interfaces.rest.shapes import Given
from kalends.kit.errors import InvalidInput

TimeText = Annotated[
    str,
    StringConstraints(min_length=10, max_length=100),
    Field(
        description="A date (all day), a local time, or a time with an offset and, as in RFC 9557, a zone.",
        examples=["2026-11-23T14:30:00+01:00"],
    ),
]
_Rule = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
_Word = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e\u00a1-\ud7ff\ue000-\U0010ffff]+$")]
_MOST_RULES = 20
_MOST_DATES = 5000


class ParticipantIn(Given):
    """A member who shall take part."""

    member_id: UUID
    required: bool = True
    response: Response = Response.ACCEPTED

    def invitee(self) -> Invitee:
        """Give the value that plans take."""
        return Invitee(member_id=self.member_id, required=self.required, response=self.response)


class EventContent(Given):
    """The fields of an event that can be set; one that is left out stays as it is."""

    title: str | None = Field(None, max_length=MAX_TITLE)
    description: str | None = Field(None, max_length=MAX_TEXT)
    location: str | None = Field(None, max_length=MAX_TEXT)
    url: Annotated[_Word, StringConstraints(max_length=2000)] | None = None
    start: TimeText | None = None
    end: TimeText | None = Field(None, description="Exclusive, in the form of the start.")
    duration: str | None = Field(None, max_length=50, description="ISO 8601, in place of `end`: `PT45M`.")
    zone: str | None = Field(
        None,
        max_length=100,
        description="IANA name of the clock that the event lives by. Yours by default.",
        examples=["Europe/Berlin"],
    )
    floating: bool | None = Field(None, description="The same wall time wherever the viewer is.")
    rules: list[_Rule] | None = Field(
        None, max_length=_MOST_RULES, description="RRULE values; none: happens once."
    )
    additions: list[TimeText] | None = Field(None, max_length=_MOST_DATES, description="Further starts.")
    exclusions: list[TimeText] | None = Field(
        None, max_length=_MOST_DATES, description="Original starts that are left out."
    )
    status: Status | None = None
    flexibility: Flexibility | None = None
    priority: Priority | None = Field(None, description="null: the category's level ranks the event.")
    category_id: UUID | None = Field(None, description="null: General.")
    transparent: bool | None = Field(None, description="Claims nobody's time. True for all-day events.")
    confidential: bool | None = Field(None, description="Others see no more than that you are busy.")
    completed: bool | None = None
    participants: list[ParticipantIn] | None = Field(None, max_length=MAX_PARTICIPANTS)
    resources: list[UUID] | None = Field(
        None, max_length=MAX_RESOURCES, description="What it takes, each once."
    )
    reminders: list[Annotated[int, Field(ge=0, le=MAX_REMINDER_MINUTES)]] | None = Field(
        None,
        max_length=MAX_REMINDERS,
        description="Minutes before the start, for all whom it claims; none: as each of them prefers.",
    )
    calendar_id: UUID | None = None

    def changes(self, own_zone: str, stored: Start | None = None) -> EventChanges:
        """Give what was set as the changes that plans take; `stored` is the start as it is now.

        Raises `InvalidInput` for times that are none, and for a null that means nothing.
        """
        fields = patched(self, may_be_null=_CLEARED_BY_NULL)
        changes = {name: fields[name] for name in _TAKEN_AS_GIVEN & fields.keys()}
        if "participants" in fields:
            changes["participants"] = [each.invitee() for each in self.participants or ()]
        if "resources" in fields:
            changes["resources"] = tuple(self.resources or ())
        if "reminders" in fields:
            changes["reminders"] = tuple(self.reminders or ())
        if "rules" in fields:
            changes["rules"] = tuple(self.rules or ())
        changes.update(self._times(own_zone, stored))
        return cast(EventChanges, changes)

    def _times(self, own_zone: str, stored: Start | None) -> dict[str, Any]:
        floating = self.floating
        if floating is None:
            floating = self.zone is None and isinstance(stored, datetime) and stored.tzinfo is None
        if floating and self.zone is not None:
            raise InvalidInput("A floating event has no zone.", field="zone")
        reader = TimeReader(own=own_zone, zone=self.zone, stored=stored, floating=floating)
        times: dict[str, Any] = {}
        if self.start is not None:
            times["start"] = reader.read(self.start, field="start")
        elif stored is not None and (self.zone is not None or self.floating is not None):
            times["start"] = reader.rezoned(stored)
        reader = replace(reader, stored=times.get("start", stored))
        if self.end is not None:
            times["end"] = reader.read(self.end, field="end")
        if self.duration is not None:
            times["length"] = read_length(self.duration)
        for name in ("additions", "exclusions"):
            if name in self.model_fields_set:
                texts = getattr(self, name) or ()
                times[name] = tuple(reader.read(text, field=name) for text in texts)
        return times


_TAKEN_AS_GIVEN = frozenset(
    {
        *("title", "description", "location", "url", "status", "flexibility", "priority", "category_id"),
        *("transparent", "confidential", "completed"),
    }
)
_CLEARED_BY_NULL = frozenset(
    {
        *("description", "location", "url", "priority", "category_id", "rules", "additions", "exclusions"),
        *("participants", "resources", "reminders", "zone", "end", "duration"),
    }
)


class NewEvent(EventContent):
    """An event to be made. Without `end` or `duration` it lasts as long as you prefer events to last."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "title": "Dentist",
                    "start": "2026-11-23T14:30:00",
                    "duration": "PT45M",
                    "zone": "Europe/Berlin",
                }
            ]
        }
    )

    title: str = Field(max_length=MAX_TITLE)
    start: TimeText
    uid: Annotated[_Word, StringConstraints(max_length=255)] | None = Field(
        None, description="The iCalendar UID, where the event has one already."
    )

    def draft(self, own_zone: str) -> EventDraft:
        """Give the value that plans take."""
        return EventDraft(changes=self.changes(own_zone), calendar_id=self.calendar_id, uid=self.uid)


class NewEvents(Given):
    """Events to be made together: all of them, or none."""

    events: list[NewEvent] = Field(min_length=1, max_length=MAX_TOGETHER)


class EventPatch(EventContent):
    """What to change of an event. Null clears what an event can be without."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"start": "2026-11-23T16:00:00+01:00"}]})


class ResponseIn(Given):
    """A participant's own answer."""

    response: Response
