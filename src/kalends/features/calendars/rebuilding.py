"""Deriving event rows from texts anew: after new rules of a zone, and to find or mend what drifted.

The check is the repair, rehearsed: what rebuilding would change is what is wrong.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kalends.features.calendars import objects
from kalends.features.calendars.models import Calendar, CalendarObject
from kalends.features.identity.workspaces import workspace_ids
from kalends.storage import Database, Unit
from kalends.storage.meta import derived_with, note_derived

TZDATA = version("tzdata")
"""The version of the zones that this program works with."""

_STEP = 500  # objects in one transaction: other writers get their turn in between
_EVERY_COLUMN = {
    table: [each.class_attribute for each in table.__mapper__.column_attrs] for table in objects.PROJECTED
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """What rebuilding a workspace changed, or in a rehearsal would change."""

    objects: int  # looked at
    changed: Sequence[UUID]  # objects whose rows were not what their texts say


def is_current(database: Database) -> bool:
    """Say whether the stored instants were derived with the zones of this program."""
    with database.read(None) as tx:
        return derived_with(tx) == TZDATA


def rebuild_all(database: Database, *, rehearse: bool = False) -> list[Rebuilt]:
    """Derive the rows of every workspace anew, and note the zones that were used."""
    rebuilt = [_rebuild(database, id, rehearse=rehearse) for id in workspace_ids(database)]
    if not rehearse:
        database.write(None, lambda tx: note_derived(tx, TZDATA))
    return rebuilt


def _rebuild(database: Database, workspace_id: UUID, *, rehearse: bool) -> Rebuilt:
    run = database.rehearse if rehearse else database.write
    looked_at, changed, last = 0, list[UUID](), UUID(int=0)
    while True:
        ids, drifted = run(workspace_id, partial(_rebuild_some, after=last))
        looked_at += len(ids)
        changed += drifted
        if len(ids) < _STEP:
            return Rebuilt(objects=looked_at, changed=changed)
        last = ids[-1]


def _rebuild_some(tx: Unit, after: UUID) -> tuple[Sequence[UUID], list[UUID]]:
    """Rebuild the next objects in id order; give their ids, and of which of them the rows changed."""
    tx.lock(Calendar, tx.execute(select(Calendar.id)).scalars().all())
    page = select(CalendarObject).where(CalendarObject.id > after).order_by(CalendarObject.id).limit(_STEP)
    rows = tx.execute(page).scalars().all()
    ids = [row.id for row in rows]
    before = _stored(tx, ids)
    objects.project_again(tx, rows)
    after_ = _stored(tx, ids)
    drifted = [id for id in ids if before.get(id) != after_.get(id)]
    # Their texts, and so their versions, stay; but who follows the change numbers must look again.
    objects.renumber(tx, [row for row in rows if row.id in set(drifted)])
    return ids, drifted


def _stored(tx: Unit, ids: Sequence[UUID]) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = defaultdict(list)
    for table, columns in _EVERY_COLUMN.items():
        for row in tx.execute(select(table.object_id, *columns).where(table.object_id.in_(ids))):
            found[row[0]].append((table.__name__, *row))
    # Compared as written, since rows of JSON have no order of their own.
    return {id: sorted(map(repr, rows)) for id, rows in found.items()}
