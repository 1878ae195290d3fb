"""Conflicts of a workspace: computed over whole series, told to each viewer as far as they may know."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, or_, select

from kalends.engine.conflicts import Conflict, ConflictKind, Severity, collisions
from kalends.engine.wording import Wording
from kalends.engine.zones import zone
from kalends.features.calendars.access import calendars_of
from kalends.features.calendars.queries import BUSY, EventView, views_of
from kalends.features.identity import audit
from kalends.features.identity.actor import Actor
from kalends.features.scheduling.claims import Gathered, gather
from kalends.features.scheduling.models import ConflictRecord, ResolvedHow
from kalends.kit.errors import NotFound
from kalends.storage import Unit

RECORDS_KEPT = timedelta(days=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """One of the events that clash, as the viewer sees it."""

    event: EventView
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictView:
    """A conflict as one viewer may know it."""

    conflict: Conflict
    sentence: str
    subject_name: str
    parties: Sequence[Party]
    first_seen_at: datetime | None
    ignored: bool

    @property
    def identity(self) -> str:
        return self.conflict.identity


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictFilter:
    """Which conflicts to list: those that match every part that is set."""

    members: Collection[UUID] | None = None
    kinds: Collection[ConflictKind] | None = None
    severities: Collection[Severity] | None = None
    ignored: bool = False  # also those that somebody chose to live with


def find(gathered: Gathered, now: datetime, *, touching: Collection[str] | None = None) -> list[Conflict]:
    """Give the conflicts among gathered claims, of those UIDs only if given."""
    found = collisions(gathered.claims).conflicts(after=now)
    if touching is None:
        return found
    return [conflict for conflict in found if any(uid in touching for uid in conflict.uids)]


def present(
    tx: Unit, actor: Actor, gathered: Gathered, conflicts: Iterable[Conflict]
) -> list[ConflictView]:
    """Put conflicts into words for the actor; those of which they see no event in full are left out."""
    views = {
        (view.row.object_id, view.row.recurrence_key): view
        for view in views_of(gathered.rows, actor, calendars_of(tx, actor))
    }
    best: dict[str, EventView] = {}
    for view in views.values():
        known = best.get(view.row.uid)
        if known is None or (view.sight, not view.row.recurrence_key) > (known.sight, not known.row.recurrence_key):
            best[view.row.uid] = view
    wording = Wording(
        zone=zone(actor.zone).tzinfo,
        title=lambda uid: best[uid].title if uid in best else BUSY,
        name=lambda id: gathered.members[UUID(id)].name,
    )
    conflicts = list(conflicts)
    records = _records(tx, [conflict.identity for conflict in conflicts])
    told = []
    for conflict in conflicts:
        parties = [
            Party(event=best[claim.event.uid], start=claim.span.start, end=claim.span.end)
            for claim in conflict.parties
            if claim.event.uid in best
        ]
        if not any(party.event.full for party in parties):
            continue
        record = records.get(conflict.identity)
        told.append(
            ConflictView(
                conflict=conflict,
                sentence=conflict.sentence(wording),
                subject_name=wording.name(conflict.subject.id),
                parties=parties,
                first_seen_at=record and record.first_seen_at,
                ignored=bool(record and record.ignored_fingerprint == conflict.fingerprint),
            )
        )
    return told


def _records(tx: Unit, identities: Sequence[str]) -> dict[str, ConflictRecord]:
    found: dict[str, ConflictRecord] = {}
    for begin in range(0, len(identities), 500):
        chunk = identities[begin : begin + 500]
        rows = tx.execute(select(ConflictRecord).where(ConflictRecord.identity.in_(chunk))).scalars()
        found.update((row.identity, row) for row in rows)
    return found


def remember(tx: Unit, conflicts: Iterable[Conflict]) -> None:
    """Write down when each conflict was first seen, if it was not; one that came back is open again."""
    fresh = {conflict.identity: conflict for conflict in conflicts}
    for identity, record in _records(tx, list(fresh)).items():
        conflict = fresh.pop(identity)
        if record.resolved_at is not None:
            record.resolved_at = record.resolved_by = record.resolved_how = record.change_set_id = None
            record.first_seen_at = tx.now
        if record.ignored_fingerprint not in (None, conflict.fingerprint):
            record.ignored_at = record.ignored_by = record.ignored_fingerprint = None
    tx.insert(
        ConflictRecord,
        [
            {
                "identity": identity,
                "kind": conflict.kind.value,
                "subject_id": UUID(conflict.subject.id),
                "uids": list(conflict.uids),
                "first_seen_at": tx.now,
            }
            for identity, conflict in fresh.items()
        ],
    )


def settle(
    tx: Unit,
    actor: Actor,
    *,
    uids: Collection[str],
    remaining: Iterable[Conflict],
    how: ResolvedHow,
    change_set_id: UUID,
) -> int:
    """Mark those remembered conflicts of the changed events resolved that are gone; give how many."""
    left = {conflict.identity for conflict in remaining}
    open_records = tx.execute(select(ConflictRecord).where(ConflictRecord.resolved_at.is_(None))).scalars()
    gone = [
        record
        for record in open_records
        if record.identity not in left and any(uid in uids for uid in record.uids)
    ]
    for record in gone:
        record.resolved_at, record.resolved_by = tx.now, actor.member_id
        record.resolved_how, record.change_set_id = how, change_set_id
    tx.session.flush()
    return len(gone)


def purge(tx: Unit) -> int:
    """Forget what was kept of conflicts that were resolved or first seen long ago."""
    before = tx.now - RECORDS_KEPT
    old = or_(
        ConflictRecord.resolved_at < before,
        (ConflictRecord.first_seen_at < before) & ConflictRecord.ignored_at.is_(None),
    )
    return tx.changed(delete(ConflictRecord).where(old))
