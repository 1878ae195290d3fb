"""Events as JSON: one shape for occurrences in a range and for whole events.

Ranges of thousands of occurrences are built as plain dicts and serialised at once; the models of
`event_answers` document and check the same shape where an answer is small.
"""

from __future__ import annotations

from typing import Any

from pydantic_core import to_json

from kalends.engine.series import Length, Start
from kalends.engine.starts import parse_start
from kalends.engine.zones import UnknownZone
from kalends.features.calendars.access import Access
from kalends.features.calendars.event_rows import Taker
from kalends.features.calendars.expansion import zone_name
from kalends.features.calendars.models import CalendarObject, Category
from kalends.features.calendars.occurrence_texts import texts_of
from kalends.features.calendars.queries import EventDetail, EventView, Range
from kalends.ical.values import end_of, format_length
from kalends.interfaces.rest.event_times import show
from kalends.kit.recent import Recent

Json = dict[str, Any]


def range_json(found: Range) -> bytes:
    """Give what a range holds, as `Occurrences` documents it.

    Occurrences of one event share all but their times, and so do answers until the event changes: what they
    share is written once and kept.
    """
    contents = {index: _kept_content(view) for index, view in found.views.items()}
    texts = texts_of(found.rows, found.occurrences, found.floating)
    items = [
        f'{contents[index]},"start":"{start}","end":"{end}","recurrence_key":"{key}"}}'
        for index, start, end, key in zip(found.occurrences.row.tolist(), *texts, strict=True)
    ]
    return f'{{"items":[{",".join(items)}]}}'.encode()


_contents: Recent[tuple[object, ...], str] = Recent(20_000)
_LONGEST_KEPT = 4_000


def _kept_content(view: EventView) -> str:
    """Give the JSON of `content_json`, open at its end."""
    row, category = view.row, view.category
    key = (
        row.object_id,
        row.recurrence_key,
        row.version,
        view.sight,
        view.calendar.access >= Access.WRITE,
        category and category.version,
    )
    content = _contents.get(key)
    if content is None:
        content = to_json(content_json(view)).decode()[:-1]
        if len(content) <= _LONGEST_KEPT:
            _contents.keep(key, content)
    return content


def content_json(view: EventView) -> Json:
    """Give what the viewer may see of an event besides when it is: nothing but that time is taken, or all."""
    row = view.row
    zone = zone_name(row.start)
    timed = "T" in row.start
    shown: Json = {
        "id": row.object_id,
        "calendar_id": row.calendar_id,
        "sight": "full" if view.full else "busy",
        "editable": view.full and view.calendar.access >= Access.WRITE,
        "title": row.title if view.full else view.title,
        "zone": zone,
        "all_day": not timed,
        "floating": timed and zone is None,
        "repeats": row.repeats,
        "status": row.status,
        "transparent": row.transparent,
        "version": row.version,
    }
    if not view.full:
        return {**shown, **_HIDDEN}
    return {
        **shown,
        "uid": row.uid,
        "description": row.description,
        "location": row.location,
        "url": row.url,
        "proposed_at": row.proposed_at,
        "confirmed_at": row.confirmed_at,
        "cancelled_at": row.cancelled_at,
        "completed_at": row.completed_at,
        "flexibility": row.flexibility,
        "priority": row.priority,
        "rank": view.rank,
        "category": view.category and category_json(view.category),
        "confidential": row.confidential,
        "participants": [participant_json(taker) for taker in view.participants],
        "resources": list(view.resources),
        "has_outsiders": row.has_outsiders,
        "reminders": row.reminders,
        "holder": row.holder,
        "created_at": row.created_at,
        "created_by": row.created_by,
    }


_HIDDEN: Json = {
    **dict.fromkeys(("uid", "description", "location", "url")),
    **dict.fromkeys(("proposed_at", "confirmed_at", "cancelled_at", "completed_at")),
    **dict.fromkeys(("flexibility", "priority", "rank", "category", "holder", "created_at", "created_by")),
    "confidential": True,
    "participants": [],
    "resources": [],
    "has_outsiders": False,
    "reminders": [],
}
"""What an event that shows as busy has in place of its content."""


def event_json(detail: EventDetail, stored: CalendarObject) -> Json:
    """Give a whole event: its master, or the first override where it lacks one, with all overrides."""
    return {
        **part_json(detail.first),
        "updated_at": stored.updated_at,
        "overrides": [part_json(view) for view in detail.overrides],
    }


def part_json(view: EventView) -> Json:
    """Give a master or an override with its own times and recurrence."""
    row = view.row
    start = _read(row.start)
    length = Length(days=row.length_days, seconds=row.length_seconds)
    repeat = row.recurrence or {}
    return {
        **content_json(view),
        "start": show(start),
        "end": show(end_of(start, length)),
        "duration": format_length(length),
        "recurrence_key": row.recurrence_key,
        "rules": repeat.get("rules", []),
        "additions": [_shown(text) for text, _ in repeat.get("additions", ())],
        "exclusions": [_shown(text) for text in repeat.get("exclusions", ())],
        "this_and_future": row.this_and_future,
    }


def category_json(category: Category) -> Json:
    """Give a category as every event shows it."""
    return {
        "id": category.id,
        "name": category.name,
        "level": category.level,
        "color": category.color,
    }


def participant_json(taker: Taker) -> Json:
    """Give a member's part in an event."""
    return {"member_id": taker.member_id, "required": taker.required, "response": taker.response}


def _shown(stored: str) -> str:
    return show(_read(stored))


def _read(stored: str) -> Start:
    try:
        return parse_start(stored)
    except UnknownZone:  # a calendar's own zone: its offset says the instant, which is shown in UTC
        return parse_start(stored[: stored.index("[")])
