"""What a person's edit of an event means for its calendar object: pure steps from text to text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import TypedDict
from uuid import UUID

from kalends.engine.claims import Flexibility, Priority
from kalends.engine.series import Addition, Length, Start
from kalends.features.calendars.models import Response, Status
from kalends.features.calendars.projection import (
    is_resource,
    member_address,
    member_of,
    resource_line,
    resource_of,
    taken_resources,
)
from kalends.features.resources.models import Resource, ResourceType
from kalends.features.scheduling.checking import (
    checked_dates,
    checked_length,
    checked_rules,
    checked_start,
    checked_url,
    form_of,
)
from kalends.ical import Attendee, Changes, EventFields, ObjectText, moved, split
from kalends.ical.timeline import as_instant, wall_time
from kalends.ical.values import length_between
from kalends.kit.errors import InvalidInput
from kalends.kit.text import checked_text

MAX_TITLE = 500
MAX_TEXT = 50_000
MAX_PARTICIPANTS = 500
MAX_RESOURCES = 50
MAX_REMINDERS = 10
MAX_REMINDER_MINUTES = 40_320  # four weeks

_TIMES = frozenset({"start", "end", "length", "rules", "additions", "exclusions"})


class Scope(StrEnum):
    """How much of a series an edit is about."""

    SINGLE = "single"  # one occurrence
    FUTURE = "future"  # it and all that follow: they become a series of their own
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitee:
    """A member who shall take part."""

    member_id: UUID
    required: bool = True
    response: Response = Response.ACCEPTED


class EventChanges(TypedDict, total=False):
    """What of an event shall become what; anything left out stays as it is."""

    title: str
    description: str | None
    location: str | None
    url: str | None
    start: Start  # aware, floating or a date; keeps the length unless an end or length is given
    end: Start  # in the form of the start, exclusive
    length: Length  # in place of end
    rules: Sequence[str]  # RRULE values; empty: happens once
    additions: Sequence[Start]  # RDATE
    exclusions: Sequence[Start]  # EXDATE
    status: Status
    flexibility: Flexibility
    priority: Priority | None
    category_id: UUID | None  # None: General
    transparent: bool
    confidential: bool
    completed: bool
    participants: Sequence[Invitee]
    resources: Sequence[UUID]  # that it takes; in place of those that it took
    reminders: Sequence[int]  # minutes before the start; none: as those whom it claims prefer


@dataclass(frozen=True, slots=True, kw_only=True)
class Scribe:
    """Writes edits into texts, with what it must know beside them."""

    now: datetime  # aware, UTC
    names: Mapping[UUID, str]  # of the workspace's members
    categories: Mapping[UUID, str]  # their names
    resources: Mapping[UUID, Resource] = field(default_factory=dict)

    def write_new(self, uid: str, changes: EventChanges) -> ObjectText:
        """Make a new event; `start` and either `end` or `length` must be among the changes."""
        start = checked_start(changes["start"])
        blank = EventFields(uid=uid, start=start, length=Length())
        fields = self._fields(blank, changes)
        fields.setdefault("status", "confirmed")
        fields["created"] = self.now
        fields.update(self._stamp(0))
        return ObjectText.new(uid, start).with_fields(None, **fields)

    def edit_all(
        self, text: ObjectText, changes: EventChanges, *, relative_to: Start | None = None
    ) -> ObjectText:
        """Edit the master; a new start moves the whole series, overrides and exclusions along.

        `relative_to` is the original start of the occurrence that the new start was given for. Where there
        is no master, all that is known of the series changes, but not its times.
        """
        if not text.has(None):
            return self._edit_each(text, changes)
        master = text.event()
        if relative_to is not None:
            changes = _for_master(master, relative_to, changes)
        edited = text
        if "start" in changes:
            start = checked_start(changes["start"])
            rules = checked_rules(changes["rules"], start) if "rules" in changes else None
            edited = moved(text, start, length=_length(master, changes), rules=rules)
        return self._stamped(text, edited.with_fields(**self._fields(edited.event(), changes)))

    def edit_single(self, text: ObjectText, occurrence: Start, changes: EventChanges) -> ObjectText:
        """Edit one occurrence: it becomes an override, or the one it has is changed."""
        for part in ("rules", "additions", "exclusions"):
            if part in changes:
                raise InvalidInput("One occurrence has no recurrence of its own; edit all.", field=part)
        fields = self._fields(text.instance(occurrence), changes)
        return self._stamped(text, text.with_override(occurrence, **fields))

    def _edit_each(self, text: ObjectText, changes: EventChanges) -> ObjectText:
        if _TIMES & changes.keys():
            raise InvalidInput(
                "The series is known by single occurrences: say which one.", field="occurrence"
            )
        edited = text
        for event in text.events():
            edited = edited.with_fields(event.recurrence_id, **self._fields(event, changes))
        return self._stamped(text, edited)

    def answer(
        self, text: ObjectText, member_id: UUID, response: Response, occurrence: Start | None = None
    ) -> ObjectText | None:
        """Write a participant's answer, for one occurrence or for all; None where they take no part."""
        known = occurrence is None or text.has(occurrence)
        if not known:
            base = [text.event()]
        else:
            base = text.events() if occurrence is None else [text.event(occurrence)]
        answered = text
        taking = [event for event in base if any(_is(each, member_id) for each in event.attendees)]
        for event in taking:
            people = tuple(
                replace(each, response=response.value) if _is(each, member_id) else each
                for each in event.attendees
            )
            if known:
                answered = answered.with_fields(event.recurrence_id, attendees=people)
            elif occurrence is not None:
                answered = answered.with_override(occurrence, attendees=people)
        return self._stamped(text, answered) if taking else None

    def edit_future(
        self, text: ObjectText, occurrence: Start, changes: EventChanges, new_uid: str
    ) -> tuple[ObjectText, ObjectText]:
        """Cut the series before an occurrence, and edit what comes from there on, under a new UID."""
        before, after = split(text, occurrence, new_uid)
        return self._stamped(text, before), self.edit_all(after, changes)

    def end_before(self, text: ObjectText, occurrence: Start) -> ObjectText:
        """Let the series end before an occurrence."""
        before, _ = split(text, occurrence, text.uid)
        return self._stamped(text, before)

    def exclude(self, text: ObjectText, occurrence: Start) -> ObjectText:
        """Take one occurrence out of the series."""
        if not text.has(None):
            return text.without_override(occurrence)
        return self._stamped(text, text.with_exclusion(occurrence))

    def _fields(self, event: EventFields, changes: EventChanges) -> Changes:
        fields: Changes = {}
        if "title" in changes:
            fields["summary"] = checked_text(changes["title"], field="title", limit=MAX_TITLE)
        for name in ("description", "location"):
            if name in changes:
                fields[name] = checked_text(changes[name] or "", field=name, limit=MAX_TEXT)
        if "url" in changes:
            fields["url"] = checked_url(changes["url"])
        self._set_times(event, changes, fields)
        self._set_standing(event, changes, fields)
        if "category_id" in changes:
            fields["categories"] = self._categories(event, changes["category_id"])
        if "participants" in changes:
            fields["attendees"] = self._attendees(event, changes["participants"])
        if "reminders" in changes:
            fields["reminders"] = _reminders(changes["reminders"])
        if "resources" in changes:
            others = fields.get("attendees", event.attendees)
            fields["attendees"] = self._with_resources(event, others, changes["resources"])
        return fields

    def _set_times(self, event: EventFields, changes: EventChanges, fields: Changes) -> None:
        length = _length(event, changes)
        if length is not None:
            fields["length"] = length
        start = changes.get("start", event.start)
        if "start" in changes:
            fields["start"] = checked_start(start)
        if "rules" in changes:
            fields["rules"] = checked_rules(changes["rules"], start)
        if "exclusions" in changes:
            fields["exclusions"] = checked_dates(changes["exclusions"], start, field="exclusions")
        if "additions" in changes:
            dates = checked_dates(changes["additions"], start, field="additions")
            fields["additions"] = tuple(Addition(start=each) for each in dates)

    def _set_standing(self, event: EventFields, changes: EventChanges, fields: Changes) -> None:
        if "status" in changes and changes["status"] != event.status:
            status = changes["status"]
            fields["status"] = status.value
            if status is Status.PROPOSED:
                fields["proposed_at"] = self.now
            elif status is Status.CONFIRMED:
                fields["confirmed_at"] = self.now
            else:
                fields["cancelled_at"] = self.now
        if "flexibility" in changes:
            fields["flexibility"] = changes["flexibility"].value
        if "priority" in changes:
            fields["priority"] = changes["priority"].value if changes["priority"] else None
        if "transparent" in changes:
            fields["transparent"] = changes["transparent"]
        if "confidential" in changes:
            fields["classification"] = "PRIVATE" if changes["confidential"] else "PUBLIC"
        if "completed" in changes:
            fields["completed"] = (event.completed or self.now) if changes["completed"] else None

    def _categories(self, event: EventFields, category_id: UUID | None) -> tuple[str, ...]:
        """Put the category first; labels that are no categories here stay behind it."""
        if category_id is not None and category_id not in self.categories:
            raise InvalidInput(f"There is no category {category_id}.", field="category_id")
        known = {name.casefold() for name in self.categories.values()}
        labels = tuple(label for label in event.categories if label.casefold() not in known)
        return labels if category_id is None else (self.categories[category_id], *labels)

    def _attendees(self, event: EventFields, invitees: Sequence[Invitee]) -> tuple[Attendee, ...]:
        """Give the attendee lines: outsiders as they are, members as asked for."""
        if len({invitee.member_id for invitee in invitees}) < len(invitees):
            raise InvalidInput("A member takes part once.", field="participants")
        if len(invitees) > MAX_PARTICIPANTS:
            raise InvalidInput(f"At most {MAX_PARTICIPANTS} participants.", field="participants")
        for invitee in invitees:
            if invitee.member_id not in self.names:
                raise InvalidInput(f"There is no member {invitee.member_id}.", field="participants")
        addresses = {member_address(member_id) for member_id in self.names}
        outsiders = [
            attendee
            for attendee in event.attendees
            if is_resource(attendee) or attendee.address.lower() not in addresses
        ]
        return (
            *outsiders,
            *(
                Attendee(
                    address=member_address(invitee.member_id),
                    name=self.names[invitee.member_id],
                    role="required" if invitee.required else "optional",
                    response=invitee.response.value,
                )
                for invitee in invitees
            ),
        )

    def _with_resources(
        self, event: EventFields, attendees: Sequence[Attendee], wanted: Sequence[UUID]
    ) -> tuple[Attendee, ...]:
        """Give the attendee lines with those of the workspace's resources replaced by the ones asked for."""
        if len(set(wanted)) < len(wanted):
            raise InvalidInput("An event takes a resource once.", field="resources")
        if len(wanted) > MAX_RESOURCES:
            raise InvalidInput(
                f"An event takes at most {MAX_RESOURCES} resources.", field="resources", limit=MAX_RESOURCES
            )
        kept = set(taken_resources(event))
        for id in wanted:
            thing = self.resources.get(id)
            if thing is None:
                raise InvalidInput(f"There is no resource {id}.", field="resources")
            if not thing.active and id not in kept:
                raise InvalidInput(
                    f"{thing.name} has been put away: nobody can take it any more.", field="resources"
                )
        lines = (
            resource_line(id, self.resources[id].name, room=self.resources[id].type is ResourceType.ROOM)
            for id in wanted
        )
        return (*(each for each in attendees if resource_of(each) not in self.resources), *lines)

    def _stamped(self, before: ObjectText, after: ObjectText) -> ObjectText:
        """Count a real change in SEQUENCE, so that other calendars take it for newer (RFC 5545 3.8.7.4)."""
        if after == before:
            return before
        for event in after.events():
            if not before.has(event.recurrence_id) or before.event(event.recurrence_id) != event:
                after = after.with_fields(event.recurrence_id, **self._stamp(event.sequence + 1))
        return after

    def _stamp(self, sequence: int) -> Changes:
        return {"sequence": sequence, "stamp": self.now, "last_modified": self.now}


def _reminders(minutes: Sequence[int]) -> tuple[int, ...]:
    if len(minutes) > MAX_REMINDERS or len(set(minutes)) < len(minutes):
        raise InvalidInput(f"Give at most {MAX_REMINDERS} reminders, each once.", field="reminders")
    if any(not 0 <= each <= MAX_REMINDER_MINUTES for each in minutes):
        raise InvalidInput(f"Minutes before are 0 to {MAX_REMINDER_MINUTES}.", field="reminders")
    return tuple(minutes)


def _is(attendee: Attendee, member_id: UUID) -> bool:
    return member_of(attendee.address) == member_id


def _length(event: EventFields, changes: EventChanges) -> Length | None:
    """Give the length that the changes ask for; None where it stays."""
    start = changes.get("start", event.start)
    if "length" in changes:
        if "end" in changes:
            raise InvalidInput("Give an end or a length, not both.", field="end")
        return checked_length(start, changes["length"], field="length")
    if "end" in changes:
        end = changes["end"]
        if form_of(start) != form_of(end):
            raise InvalidInput(f"From {start} to {end}: both are dates, or times of one kind.", field="end")
        if as_instant(end) < as_instant(start) or (end == start and not isinstance(end, datetime)):
            raise InvalidInput(f"It must end after it starts: {start} to {end}.", field="end")
        return checked_length(start, length_between(start, end), field="end")
    if isinstance(start, datetime) == isinstance(event.start, datetime):
        return None
    if not isinstance(start, datetime):
        return Length(days=max(1, event.length.days))
    raise InvalidInput("An event that gets a time of day needs an end.", field="end")


def _for_master(master: EventFields, occurrence: Start, changes: EventChanges) -> EventChanges:
    """Turn times given for one occurrence into the master's: the same shift of the wall clock."""
    if "start" not in changes and "end" not in changes:
        return changes
    start = changes.get("start", occurrence)
    length = _length(replace(master, start=occurrence), changes) or master.length
    rest: EventChanges = {**changes, "length": length}
    rest.pop("end", None)
    zone = start.tzinfo if isinstance(start, datetime) else None
    # Across zones the whole series changes its zone: the shift is counted on the new clock.
    shift = wall_time(start, None) - wall_time(occurrence, zone)
    first = wall_time(master.start, zone) + shift
    rest["start"] = first.replace(tzinfo=zone) if isinstance(start, datetime) else first.date()
    return rest
