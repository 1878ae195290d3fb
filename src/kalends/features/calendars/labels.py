"""Category names as they stand in the texts of events: what a new or renamed category means for them."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from sqlalchemy import select

from kalends.features.calendars import objects
from kalends.features.calendars.models import CalendarObject, Event
from kalends.features.calendars.objects import Image
from kalends.ical import ObjectText
from kalends.ical.lines import escape
from kalends.storage import Unit


def relabel(tx: Unit, category_id: UUID, old: str, new: str) -> None:
    """Write a category's new name into the text of every event that carries it."""
    objects.lock_all(tx)
    ids = tx.execute(select(Event.object_id).where(Event.category_id == category_id)).scalars().all()

    def renamed(text: str) -> str:
        found = ObjectText.parse(text)
        for event in found.events():
            labels = (new if label.casefold() == old.casefold() else label for label in event.categories)
            found = found.with_fields(event.recurrence_id, categories=tuple(labels))
        return found.render()

    pairs = ((row, replace(Image.of(row), text=renamed(row.text))) for row in objects.load(tx, ids).values())
    objects.store(tx, [(row, image) for row, image in pairs if image.text != row.text])


def adopt(tx: Unit, label: str) -> None:
    """Write events anew whose text has a label that has become a category: their rows follow it."""
    objects.lock_all(tx)
    written = escape(label).casefold()
    texts = select(CalendarObject.id, CalendarObject.text).where(CalendarObject.text.contains("CATEGORIES"))
    ids = [id for id, text in tx.execute(texts) if written in objects.unfolded(text).casefold()]
    for chunk in objects.chunks(ids):
        objects.store(tx, [(row, Image.of(row)) for row in objects.load(tx, chunk).values()])
