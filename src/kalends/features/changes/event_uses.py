"""What events take of resources: of those that are stored, and of those that an operation would store."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import numpy as np
from sqlalchemy import and_

from kalends.engine.recurrence import expand_many
from kalends.engine.spans import EPOCH
from kalends.engine.zones import Zone, zone
from kalends.features.calendars.access import all_calendars
from kalends.features.calendars.event_rows import claims_time, in_window, load_rows, takes_any_of
from kalends.features.calendars.expansion import expand_rows
from kalends.features.calendars.models import CalendarObject, Event
from kalends.features.calendars.objects import Image, chunks, unfolded
from kalends.features.calendars.projection import resource_of, taken_resources
from kalends.features.calendars.queries import views_of
from kalends.features.identity.actor import Actor
from kalends.features.identity.workspaces import workspace_of
from kalends.features.resources.uses import Holding, Uses
from kalends.ical import EventFields, ObjectText, project, series
from kalends.storage import Unit


class StoredEvents:
    """Events as the resources feature asks for them."""

    def uses(
        self,
        tx: Unit,
        resource_ids: Collection[UUID],
        since: int,
        until: int,
        *,
        without: Collection[UUID] = (),
    ) -> Uses:
        """Give what events take of the resources in [since, until), by the workspace's clock."""
        rows = load_rows(tx, and_(in_window(since, until), takes_any_of(resource_ids)))
        found = expand_rows(
            rows.events,
            since,
            until,
            floating=home_of(tx),
            text_of=lambda id: tx.get(CalendarObject, id).text,
        )
        holdings: list[Holding] = []
        taking: list[list[int]] = []  # of each row: the numbers of its holdings
        for row in rows.events:
            taken = rows.resources_of(row) if claims_time(row) and row.object_id not in without else ()
            taking.append([])
            for id in taken:
                if id in resource_ids:
                    taking[-1].append(len(holdings))
                    holdings.append(Holding(resource_id=id, status=row.status.value, event_id=row.object_id))
        counts = np.array([len(taken) for taken in taking], np.int64)
        times = counts[found.row]
        # A row's holdings stand side by side, those of each occurrence are counted from the row's first.
        first = np.repeat((np.cumsum(counts) - counts)[found.row], times)
        place = np.arange(int(times.sum())) - np.repeat(np.cumsum(times) - times, times)
        return Uses(
            start=np.repeat(found.start, times),
            end=np.repeat(found.end, times),
            holding=first + place,
            holdings=holdings,
        )

    def titles(self, tx: Unit, actor: Actor, event_ids: Collection[UUID]) -> Mapping[UUID, str]:
        """Give the titles of those of the events that the actor sees in full."""
        calendars = all_calendars(tx, actor)
        return {
            view.row.object_id: view.title
            for chunk in chunks(sorted(event_ids))
            for view in reversed(views_of(load_rows(tx, Event.object_id.in_(chunk)), actor, calendars))
            if view.full
        }


def home_of(tx: Unit) -> Zone:
    """Give the zone by whose clock floating and all-day events take resources."""
    return zone(workspace_of(tx).zone)


def may_take(image: Image) -> bool:
    """Say whether an object can take a resource at all: most need not be read for it."""
    return image.component == "VEVENT" and "CUTYPE" in unfolded(image.text).upper()


def uses_of(images: Iterable[Image], home: Zone, since: int, until: int) -> Uses:
    """Give what objects would take in [since, until) if they were stored as these images say."""
    return Uses.of(use for image in images for use in _uses(image, home, since, until))


def _uses(image: Image, home: Zone, since: int, until: int) -> Iterator[tuple[int, int, Holding]]:
    events = project(image.text)
    masters = [event for event in events if event.recurrence_id is None]
    overrides = [event for event in events if event.recurrence_id is not None]
    window = EPOCH + timedelta(seconds=since), EPOCH + timedelta(seconds=until)
    found = expand_many([series(events)], *window, zone_for_floating=home)
    for start, end, override in zip(
        found.start.tolist(), found.end.tolist(), found.override.tolist(), strict=True
    ):
        event = masters[0] if override < 0 else overrides[override]
        for id in taken_resources(event) if _claims_time(event) else ():
            yield start, end, Holding(resource_id=id, status=event.status, event_id=image.object_id)


def declining(image: Image, resource_ids: Collection[UUID]) -> Image:
    """Give the image as it is once the resources have declined the event."""
    text = ObjectText.parse(image.text)
    for event in text.events():
        lines = tuple(
            replace(each, response="declined") if resource_of(each) in resource_ids else each
            for each in event.attendees
        )
        text = text.with_fields(event.recurrence_id, attendees=lines)
    return replace(image, text=text.render())


def _claims_time(event: EventFields) -> bool:
    return not event.transparent and event.status != "cancelled" and event.completed is None
