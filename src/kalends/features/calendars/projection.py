"""From the text of a calendar object to the rows that queries read, and from rows to the engine's series."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from kalends.engine.claims import Flexibility, Priority
from kalends.engine.recurrence import ExpansionLimit, expand_many, lower_bound, upper_bound
from kalends.engine.series import Addition, Length, Override, Series, Start
from kalends.engine.starts import format_start, parse_start
from kalends.features.calendars.models import GENERAL, MASTER, Response, Status
from kalends.ical import Attendee, EventFields, project, series
from kalends.kit.errors import InvalidInput

FAR = 253_402_300_800
"""The first second of the year 10000: the end of a series that has none."""

MAX_PER_YEAR = 40_000
"""How often an event may repeat in its first year: every quarter of an hour, day and night, and no more."""

_URN = "urn:uuid:"
_RESOURCE_KINDS = frozenset({"resource", "room"})


class TooDense(InvalidInput):
    """A recurrence that nobody can mean for a calendar."""

    code = "too_dense"


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """What a projection looks up by name."""

    categories: dict[str, UUID]  # by case-folded name; GENERAL is among them
    members: frozenset[UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class Projected:
    """The rows of one object, without the ids of object and calendar."""

    events: list[dict[str, Any]]
    participants: list[dict[str, Any]]
    resources: list[dict[str, Any]]


class TimedRow(Protocol):
    """The columns of an event row that say when it is."""

    recurrence_key: str
    recurrence_id: str | None
    start: str
    length_days: int
    length_seconds: int
    recurrence: dict[str, Any] | None
    this_and_future: bool


def member_address(member_id: UUID) -> str:
    """Give the calendar address by which an ATTENDEE line names a member."""
    return f"{_URN}{member_id}"


def member_of(address: str) -> UUID | None:
    """Give the member whom a calendar address names, None for anybody else's."""
    return _named(address)


def _named(address: str) -> UUID | None:
    if not address.lower().startswith(_URN):
        return None
    try:
        return UUID(address[len(_URN) :])
    except ValueError:
        return None


def is_resource(attendee: Attendee) -> bool:
    """Say whether an ATTENDEE line names a thing, not a person."""
    return attendee.kind in _RESOURCE_KINDS


def resource_of(attendee: Attendee) -> UUID | None:
    """Give the resource that an ATTENDEE line names, whatever it answers; None for all else."""
    return _named(attendee.address) if is_resource(attendee) else None


def resource_line(resource_id: UUID, name: str, *, room: bool, taken: bool = True) -> Attendee:
    """Give the ATTENDEE line by which an event takes a resource; not `taken`, the resource has declined."""
    return Attendee(
        address=f"{_URN}{resource_id}",
        name=name,
        response="accepted" if taken else "declined",
        kind="room" if room else "resource",
    )


def taken_resources(event: EventFields) -> list[UUID]:
    """Give the resources that an event takes, in order; those that declined it are not among them."""
    found = (resource_of(attendee) for attendee in event.attendees if attendee.response != "declined")
    return list(dict.fromkeys(id for id in found if id is not None))


def project_object(text: str, names: Directory) -> Projected:
    """Read an object's text into its rows, the master first."""
    fields = project(text)
    times = series(fields)
    must_be_sparse(times)
    since, until = lower_bound(times), upper_bound(times)
    bounds = {
        "since_utc": FAR if since is None else _seconds(since),  # nothing is left of it: found by id alone
        "until_utc": FAR if until is None else _seconds(until),
        "repeats": bool(times.overrides or times.rules or times.additions or times.exclusions),
    }
    zone = next((event.start for event in fields if event.recurrence_id is None), None)
    projected = Projected(events=[], participants=[], resources=[])
    for event in fields:
        key = recurrence_key(event.recurrence_id, zone)
        people = _participants(event.attendees, names.members)
        projected.events.append({"recurrence_key": key, **bounds, **_columns(event, names, people)})
        projected.participants.extend({"recurrence_key": key, **row} for row in people)
        projected.resources.extend(
            {"recurrence_key": key, "resource_id": id} for id in taken_resources(event)
        )
    return projected


def must_be_sparse(times: Series) -> None:
    """Refuse a series with so many occurrences that each query over it would suffer (`TooDense`)."""
    start = lower_bound(times) if times.rules else None
    if start is None:
        return
    try:
        found = expand_many([times], start, start + timedelta(days=366), max_work=10 * MAX_PER_YEAR)
        upper_bound(times)
    except (ExpansionLimit, OverflowError):
        raise _too_dense() from None
    if len(found.start) > MAX_PER_YEAR:
        raise _too_dense()


def _too_dense() -> TooDense:
    return TooDense(
        f"The event repeats more than {MAX_PER_YEAR} times a year: make the rule rarer.",
        field="rules",
        limit=MAX_PER_YEAR,
    )


def recurrence_key(recurrence_id: Start | None, master_start: Start | None) -> str:
    """Give the key of an instance: its original start on the master's own wall clock."""
    if recurrence_id is None:
        return MASTER
    if isinstance(recurrence_id, datetime):
        if recurrence_id.tzinfo and isinstance(master_start, datetime) and master_start.tzinfo:
            recurrence_id = recurrence_id.astimezone(master_start.tzinfo)
        return recurrence_id.replace(tzinfo=None).isoformat(timespec="seconds")
    return recurrence_id.isoformat()


def series_of_rows(master: TimedRow | None, overrides: Sequence[TimedRow]) -> Series:
    """Give the engine's view of an object from its rows; the overrides keep their order."""
    changed = tuple(
        Override(
            recurrence_id=parse_start(row.recurrence_id),
            start=parse_start(row.start),
            length=Length(days=row.length_days, seconds=row.length_seconds),
            this_and_future=row.this_and_future,
        )
        for row in overrides
        if row.recurrence_id is not None
    )
    if master is None:
        return Series(start=None, overrides=changed)
    repeat = master.recurrence or {}
    return Series(
        start=parse_start(master.start),
        length=Length(days=master.length_days, seconds=master.length_seconds),
        rules=tuple(repeat.get("rules", ())),
        exclusion_rules=tuple(repeat.get("exclusion_rules", ())),
        additions=tuple(
            Addition(start=parse_start(start), length=length and Length(days=length[0], seconds=length[1]))
            for start, length in repeat.get("additions", ())
        ),
        exclusions=tuple(parse_start(start) for start in repeat.get("exclusions", ())),
        overrides=changed,
    )


def _columns(event: EventFields, names: Directory, people: Sequence[dict[str, Any]]) -> dict[str, Any]:
    category = next((key for key in map(str.casefold, event.categories) if key in names.categories), GENERAL)
    return {
        "recurrence_id": event.recurrence_id and format_start(event.recurrence_id),
        "this_and_future": event.this_and_future,
        "start": format_start(event.start),
        "length_days": event.length.days,
        "length_seconds": event.length.seconds,
        "recurrence": _recurrence(event),
        "title": event.summary,
        "description": event.description or None,
        "location": event.location or None,
        "url": event.url,
        "status": Status(event.status),
        "proposed_at": event.proposed_at,
        "confirmed_at": event.confirmed_at,
        "cancelled_at": event.cancelled_at,
        "completed_at": event.completed,
        "flexibility": Flexibility(event.flexibility or Flexibility.PREFERRED),
        "priority": event.priority and Priority(event.priority),
        "category_id": names.categories.get(category),
        "transparent": event.transparent,
        "confidential": event.classification != "PUBLIC",
        "has_participants": bool(people),
        "has_outsiders": any(
            member_of(attendee.address) not in names.members
            for attendee in event.attendees
            if not is_resource(attendee)
        ),
        "has_resources": bool(taken_resources(event)),
        "reminders": [
            alarm.minutes_before
            for alarm in event.alarms
            if alarm.minutes_before is not None and not alarm.from_end
        ],
    }


def _recurrence(event: EventFields) -> dict[str, Any] | None:
    parts = {
        "rules": list(event.rules),
        "exclusion_rules": list(event.exclusion_rules),
        "additions": [
            [
                format_start(addition.start),
                addition.length and [addition.length.days, addition.length.seconds],
            ]
            for addition in event.additions
        ],
        "exclusions": [format_start(start) for start in event.exclusions],
    }
    return {name: part for name, part in parts.items() if part} or None


def _participants(attendees: Sequence[Attendee], members: frozenset[UUID]) -> list[dict[str, Any]]:
    found = {
        member_id: {"required": attendee.role == "required", "response": Response(attendee.response)}
        for attendee in attendees
        if not is_resource(attendee) and (member_id := member_of(attendee.address)) in members
    }
    return [{"member_id": member_id, **row} for member_id, row in found.items()]


def _seconds(moment: datetime) -> int:
    return int(moment.astimezone(UTC).timestamp())
