"""The days that the horizon reaches: whether what was promised without end fits there too."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from kalends.features.identity import audit
from kalends.features.identity.models import AuditEntry
from kalends.features.resources.capacity import Overload, all_uses, overload, window
from kalends.features.resources.models import Resource
from kalends.features.resources.service import list_resources
from kalends.features.resources.uses import EventUses, Uses
from kalends.storage import Unit

REACH = timedelta(days=7)
"""How much of the end of the horizon is looked at, so that a week without a server leaves no gap."""

ACTION = "resource.over_capacity"


def note_overloads(tx: Unit, events: EventUses, horizon: timedelta) -> list[tuple[Resource, Overload]]:
    """Find where more is wanted of a resource than it has in the days that the horizon has come to, note each
    in the audit log once, and give those that are new."""
    _, until = window(tx.now, horizon)
    since = until - int(REACH.total_seconds())
    known = _known(tx)
    fresh = []
    for resource in list_resources(tx):
        uses = all_uses(tx, events, [resource.id], since, until)
        found = overload(Uses.of(()), Uses.of(()), uses, resource.places)
        if found is None or (str(resource.id), found.span.end.isoformat()) in known:
            continue
        start, end = found.span.start.isoformat(), found.span.end.isoformat()
        audit.record(
            tx, None, ACTION, kind="resource", subject=resource.id, start=start, end=end, peak=found.peak
        )
        fresh.append((resource, found))
    return fresh


def _known(tx: Unit) -> set[tuple[str, str]]:
    noted = select(AuditEntry.subject, AuditEntry.detail).where(AuditEntry.action == ACTION)
    return {(subject or "", detail["end"]) for subject, detail in tx.execute(noted)}
