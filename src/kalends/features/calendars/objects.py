"""Writing calendar objects: the text, its projection, and the calendar's change number, together.

`store` does not ask who acts. Change sets call it, and what rewrites texts without being one: a renamed
category, the removal of a member.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self, TypeVar
from uuid import UUID

from sqlalchemy import delete, select

from kalends.features.calendars.models import (
    Calendar,
    CalendarObject,
    Category,
    Event,
    EventResource,
    Participant,
    Tombstone,
)
from kalends.features.calendars.projection import Directory, project_object
from kalends.features.identity.models import Member
from kalends.kit.errors import Clash
from kalends.storage import Unit

T = TypeVar("T")

PROJECTED = (Event, Participant, EventResource)
"""The tables whose rows are derived from the objects' texts."""

_CHUNK = 500  # ids in one IN list, well under every database's limit of parameters


class UidTaken(Clash):
    """The calendar has an object of that UID already."""

    code = "uid_taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Division:
    """Where a series was divided, and which it was: what comes from there on is an object of its own."""

    object_id: UUID
    occurrence: str  # its key in the series as it was


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A calendar object as a value: all that must be kept to bring it back."""

    object_id: UUID
    calendar_id: UUID
    uid: str
    href: str
    component: str
    text: str
    created_at: datetime
    created_by: UUID | None = None
    holder: str | None = None
    # Of the object as a division made it; not stored with it, so that nothing else knows.
    divided: Division | None = field(default=None, compare=False)

    @classmethod
    def of(cls, row: CalendarObject) -> Self:
        """Take the image of a stored object."""
        return cls(
            object_id=row.id,
            calendar_id=row.calendar_id,
            uid=row.uid,
            href=row.href,
            component=row.component,
            text=row.text,
            created_at=row.created_at,
            created_by=row.created_by,
            holder=row.holder,
        )

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Read what `to_json` gave."""
        created_by, divided = value["created_by"], value.get("divided")
        return cls(
            **{
                **value,
                "object_id": UUID(value["object_id"]),
                "calendar_id": UUID(value["calendar_id"]),
                "created_at": datetime.fromisoformat(value["created_at"]),
                "created_by": created_by and UUID(created_by),
                "divided": divided and Division(**{**divided, "object_id": UUID(divided["object_id"])}),
            }
        )

    def to_json(self) -> dict[str, Any]:
        """Give the image as JSON values."""
        values = {name: _json(getattr(self, name)) for name in ("object_id", *_COLUMNS)}
        if self.divided is not None:
            object_id, occurrence = str(self.divided.object_id), self.divided.occurrence
            values["divided"] = {"object_id": object_id, "occurrence": occurrence}
        return values


def load(tx: Unit, ids: Iterable[UUID]) -> dict[UUID, CalendarObject]:
    """Give the stored objects among `ids`."""
    found: dict[UUID, CalendarObject] = {}
    for chunk in chunks(sorted(set(ids))):
        rows = tx.execute(select(CalendarObject).where(CalendarObject.id.in_(chunk))).scalars()
        found.update((row.id, row) for row in rows)
    return found


def find_uids(tx: Unit, calendar_id: UUID, uids: Iterable[str]) -> dict[str, CalendarObject]:
    """Give the calendar's objects by UID, of those asked for."""
    found: dict[str, CalendarObject] = {}
    for chunk in chunks(sorted(set(uids))):
        rows = tx.execute(
            select(CalendarObject).where(
                CalendarObject.calendar_id == calendar_id, CalendarObject.uid.in_(chunk)
            )
        ).scalars()
        found.update((row.uid, row) for row in rows)
    return found


def directory(tx: Unit) -> Directory:
    """Give the names that a projection looks up: categories by key, and who is a member."""
    categories = tx.execute(select(Category.key, Category.id)).all()
    members = tx.execute(select(Member.id)).scalars()
    return Directory(categories=dict(categories), members=frozenset(members))


def store(tx: Unit, changes: Sequence[tuple[CalendarObject | None, Image | None]]) -> dict[UUID, int]:
    """Write each pair of stored object and wanted image, and give the new versions by object id.

    The calendars must be locked. Their change number grows by one for the whole call. Raises `UidTaken` where
    a calendar would hold a UID or href twice, `Rejected` for a text that is no calendar object.
    """
    numbers = _next_change_numbers(
        tx,
        {row.calendar_id for row, _ in changes if row} | {image.calendar_id for _, image in changes if image},
    )
    _unproject(tx, [row.id for row, _ in changes if row])
    _bury(tx, [row for row, image in changes if row and _place(row) != (image and _place(image))], numbers)
    for row, image in changes:
        if row and image is None:
            tx.session.delete(row)
    tx.session.flush()
    wanted = [(row, image) for row, image in changes if image is not None]
    versions = _write(tx, wanted, numbers)
    _project(tx, [image for _, image in wanted], versions)
    return versions


def project_again(tx: Unit, rows: Sequence[CalendarObject]) -> None:
    """Derive the rows of stored objects anew from their texts, which stay as they are."""
    _unproject(tx, [row.id for row in rows])
    _project(tx, [Image.of(row) for row in rows], {row.id: row.version for row in rows})


def renumber(tx: Unit, rows: Sequence[CalendarObject]) -> None:
    """Let those who follow the change numbers look at stored objects again, whose texts stay as they are."""
    numbers = _next_change_numbers(tx, {row.calendar_id for row in rows})
    for row in rows:
        row.change_number = numbers[row.calendar_id]
    tx.session.flush()


def unfolded(text: str) -> str:
    """Give a stored text with each property on one line, for a look at it without reading it whole."""
    return text.replace("\r\n ", "")


def lock_all(tx: Unit) -> None:
    """Hold every calendar of the workspace, so that no event comes or changes until the unit ends."""
    tx.lock(Calendar, tx.execute(select(Calendar.id)).scalars().all())


def _write(
    tx: Unit, wanted: Sequence[tuple[CalendarObject | None, Image]], numbers: Mapping[UUID, int]
) -> dict[UUID, int]:
    _must_be_free(tx, [image for _, image in wanted])
    returning = _unbury(tx, [image for row, image in wanted if row is None or _place(row) != _place(image)])
    versions = {
        image.object_id: 1 + (row.version if row else returning.get(image.object_id, 0))
        for row, image in wanted
    }

    def values(image: Image) -> dict[str, Any]:
        return {
            **{name: getattr(image, name) for name in _COLUMNS},
            "version": versions[image.object_id],
            "change_number": numbers[image.calendar_id],
            "updated_at": tx.now,
        }

    for row, image in wanted:
        if row is not None:
            for name, value in values(image).items():
                setattr(row, name, value)
    tx.session.flush()
    new = (image for row, image in wanted if row is None)
    tx.insert(CalendarObject, ({"id": image.object_id, **values(image)} for image in new))
    return versions


def _unproject(tx: Unit, ids: Sequence[UUID]) -> None:
    for table in PROJECTED:  # projections are replaced whole
        for chunk in chunks(ids):
            tx.execute(delete(table).where(table.object_id.in_(chunk)))


def _project(tx: Unit, images: Sequence[Image], versions: Mapping[UUID, int]) -> None:
    names = directory(tx)
    for chunk in chunks(images):
        _project_chunk(tx, chunk, versions, names)


def _project_chunk(tx: Unit, images: Sequence[Image], versions: Mapping[UUID, int], names: Directory) -> None:
    events: list[dict[str, Any]] = []
    participants: list[dict[str, Any]] = []
    resources: list[dict[str, Any]] = []
    for image in images:
        if image.component != "VEVENT":
            continue
        projected = project_object(image.text, names)
        shared = {
            "object_id": image.object_id,
            "calendar_id": image.calendar_id,
            "uid": image.uid,
            "version": versions[image.object_id],
            "created_by": image.created_by,
            "holder": image.holder,
            "created_at": image.created_at,
        }
        events += [{**shared, **row} for row in projected.events]
        participants += [{"object_id": image.object_id, **row} for row in projected.participants]
        resources += [{"object_id": image.object_id, **row} for row in projected.resources]
    tx.insert(Event, events)
    tx.insert(Participant, participants)
    tx.insert(EventResource, resources)


def _next_change_numbers(tx: Unit, calendar_ids: set[UUID]) -> dict[UUID, int]:
    numbers = {}
    for calendar in tx.execute(
        select(Calendar).where(Calendar.id.in_(calendar_ids)).order_by(Calendar.id)
    ).scalars():
        calendar.change_number += 1
        calendar.changed_at = tx.now
        numbers[calendar.id] = calendar.change_number
    tx.session.flush()
    return numbers


def _bury(tx: Unit, rows: Sequence[CalendarObject], numbers: Mapping[UUID, int]) -> None:
    tx.insert(
        Tombstone,
        [
            {
                "calendar_id": row.calendar_id,
                "href": row.href,
                "object_id": row.id,
                "uid": row.uid,
                "version": row.version,
                "change_number": numbers[row.calendar_id],
                "deleted_at": tx.now,
            }
            for row in rows
        ],
    )


def _unbury(tx: Unit, images: Sequence[Image]) -> dict[UUID, int]:
    """Remove the tombstones at the places that are filled again, and give the last versions by object id."""
    last: dict[UUID, int] = {}
    for calendar_id in {image.calendar_id for image in images}:
        for chunk in chunks([image.href for image in images if image.calendar_id == calendar_id]):
            buried = (Tombstone.calendar_id == calendar_id) & Tombstone.href.in_(chunk)
            last.update(
                (row.object_id, row.version) for row in tx.execute(select(Tombstone).where(buried)).scalars()
            )
            tx.execute(delete(Tombstone).where(buried))
    return last


def _must_be_free(tx: Unit, images: Sequence[Image]) -> None:
    for calendar_id in {image.calendar_id for image in images}:
        mine = [image for image in images if image.calendar_id == calendar_id]
        for column, values in (
            (CalendarObject.uid, {image.uid: image.object_id for image in mine}),
            (CalendarObject.href, {image.href: image.object_id for image in mine}),
        ):
            if len(values) < len(mine):
                raise UidTaken(f"Each event needs a {column.key} of its own.", field=column.key)
            for chunk in chunks(sorted(values)):
                for id, value in tx.execute(
                    select(CalendarObject.id, column).where(
                        CalendarObject.calendar_id == calendar_id, column.in_(chunk)
                    )
                ):
                    if id != values[value]:
                        raise UidTaken(
                            f"The calendar has an event with the {column.key} {value} already.",
                            field=column.key,
                            object_id=str(id),
                        )


_COLUMNS = ("calendar_id", "uid", "href", "component", "text", "created_at", "created_by", "holder")


def _json(value: Any) -> Any:
    return (
        value.isoformat() if isinstance(value, datetime) else str(value) if isinstance(value, UUID) else value
    )


def _place(thing: CalendarObject | Image) -> tuple[UUID, str]:
    return thing.calendar_id, thing.href


def chunks(values: Sequence[T]) -> Iterable[Sequence[T]]:
    """Cut ids into pieces that fit into one IN list."""
    return (values[i : i + _CHUNK] for i in range(0, len(values), _CHUNK))
