"""Resources and reservations, as given and as shown."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Self, cast
from uuid import UUID

from pydantic import Field

from kalends.engine.starts import parse_start
from kalends.features.resources import availability as looking
from kalends.features.resources.capacity import Taken
from kalends.features.resources.models import Reservation, ReservationStatus, ResourceType
from kalends.features.resources.service import (
    MAX_NOTES,
    MAX_TITLE,
    MOST_ATTRIBUTES,
    MOST_PLACES,
    ReservationChanges,
)
from kalends.interfaces.rest.event_models import TimeText
from kalends.interfaces.rest.event_times import TimeReader, show
from kalends.interfaces.rest.outcomes import Period
from kalends.interfaces.rest.patches import patched
from kalends.interfaces.rest.shapes import Given, Shown

Name = Annotated[str, Field(min_length=1, max_length=200)]
Capacity = Annotated[int, Field(ge=0, le=MOST_PLACES, description="How many may use it at once.")]
Attributes = Annotated[
    dict[str, str | int | float | bool],
    Field(max_length=MOST_ATTRIBUTES, description="Texts, numbers, true or false.", examples=[{"seats": 5}]),
]
Location = Annotated[str | None, Field(max_length=MAX_TITLE)]


class ResourceShown(Shown):
    """A resource as it is kept."""

    id: UUID
    name: str
    type: ResourceType
    capacity: Capacity
    attributes: dict[str, Any]
    location: str | None
    active: bool = Field(description="When not, nobody can take it.")
    version: int
    created_at: datetime


class ResourcesShown(Shown):
    """Resources, by name."""

    items: list[ResourceShown]


class NewResource(Given):
    """A resource to be made."""

    name: Name
    type: ResourceType
    capacity: Capacity = 1
    attributes: Attributes = Field(default_factory=dict)
    location: Location = None


class ResourcePatch(Given):
    """What to change of a resource; only the location may become null."""

    name: Name | None = None
    type: ResourceType | None = None
    capacity: Capacity | None = None
    attributes: Attributes | None = None
    location: Location = None
    active: bool | None = Field(None, description="true brings back what was put away.")


class AvailabilityShown(Shown):
    """What is left of a resource throughout a stretch of time."""

    available: bool = Field(description="Whether one more could have it all the time.")
    current_usage: int = Field(description="The most that use it at once in that time.")
    max_capacity: int = Field(description="0 for a resource that was put away.")
    remaining: int = Field(description="How many more could have it all the time.")


class TakenShown(Shown):
    """What takes a resource: an event or a reservation. Titles that you may not see read `Busy`."""

    title: str
    status: str
    event_id: UUID | None
    reservation_id: UUID | None

    @classmethod
    def of(cls, taken: Taken, **further: object) -> Self:
        return cls.model_validate(
            {
                "title": taken.title,
                "status": taken.status,
                "event_id": taken.event_id,
                "reservation_id": taken.reservation_id,
                **further,
            }
        )


class StretchShown(Period):
    """A stretch of time through which the same use it."""

    usage: int
    by: list[TakenShown]

    @classmethod
    def of_stretch(cls, stretch: looking.Stretch) -> Self:
        return cls(
            start=stretch.span.start,
            end=stretch.span.end,
            usage=stretch.usage,
            by=[TakenShown.of(each) for each in stretch.by],
        )


class Timeline(Shown):
    """The use of a resource: stretches that follow one another and fill the range."""

    items: list[StretchShown]


class UseShown(TakenShown):
    """One use of a resource, cut to the range."""

    start: datetime
    end: datetime = Field(description="Exclusive.")


class UsesShown(Shown):
    """What takes a resource, in order of start."""

    items: list[UseShown]
    next: str | None = Field(description="The cursor of the next page.")


class ReservationShown(Shown):
    """A reservation that stands alone."""

    id: UUID
    resource_id: UUID
    member_id: UUID = Field(description="Who has it.")
    title: str
    notes: str | None
    start: str
    end: str = Field(description="Exclusive.")
    status: ReservationStatus
    proposed_at: datetime | None
    confirmed_at: datetime | None
    cancelled_at: datetime | None
    version: int
    created_at: datetime

    @classmethod
    def of(cls, row: Reservation) -> Self:
        shown = {name: getattr(row, name) for name in cls.model_fields}
        times = {name: show(parse_start(shown[name])) for name in ("start", "end")}
        return cls.model_validate({**shown, **times})


class ReservationsShown(Shown):
    """Reservations that stand alone, in order of start. A range is answered whole."""

    items: list[ReservationShown]


class ReservationIn(Given):
    """What a reservation says. Dates are the workspace's midnights."""

    title: str | None = Field(None, max_length=MAX_TITLE)
    notes: str | None = Field(None, max_length=MAX_NOTES)
    start: TimeText | None = None
    end: TimeText | None = Field(None, description="Exclusive.")
    status: ReservationStatus | None = None

    def changes(self, own_zone: str) -> ReservationChanges:
        """Give what was set as the changes that the service takes, or raise `InvalidInput`."""
        fields = patched(self, may_be_null={"notes"})
        clock = TimeReader(own=own_zone)
        for name in ("start", "end"):
            if name in fields:
                fields[name] = clock.read(fields[name], field=name)
        return cast(ReservationChanges, fields)


class ReservationPatch(ReservationIn):
    """What to change of a reservation; only the notes may become null."""


class NewReservation(ReservationIn):
    """A reservation to be made."""

    start: TimeText
    end: TimeText = Field(description="Exclusive.")
    member_id: UUID | None = Field(None, description="Who shall have it: you, unless you own the workspace.")
