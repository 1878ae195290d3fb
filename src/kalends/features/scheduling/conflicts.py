"""Conflicts of a workspace: computed over whole series, told to each viewer as far as they may know."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Protocol, Self
from uuid import UUID

from sqlalchemy import delete, or_, select

from kalends.engine.conflicts import Conflict, ConflictKind, Severity, Which
from kalends.engine.wording import Speech, Wording
from kalends.engine.zones import zone
from kalends.features.calendars.access import all_calendars
from kalends.features.calendars.event_rows import Rows
from kalends.features.calendars.objects import chunks
from kalends.features.calendars.queries import EventView, views_of
from kalends.features.identity import audit
from kalends.features.identity.actor import Actor
from kalends.features.identity.models import Member
from kalends.features.resources.models import Reservation
from kalends.features.scheduling.claims import Gathered
from kalends.features.scheduling.found import Found
from kalends.features.scheduling.models import ConflictParty, ConflictRecord, ResolvedHow
from kalends.storage import Unit

_AT_ONCE = 60  # conflicts that are put into words together: a page, and some that are passed over
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
    reservations: Sequence[Reservation]  # among those that clash: they stand alone, and all may know them
    first_seen_at: datetime | None
    ignored: bool

    @property
    def identity(self) -> str:
        """Name the conflict for ever, however its events move."""
        return self.conflict.identity


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictFilter:
    """Which conflicts to list: those that match every part that is set."""

    members: Collection[UUID] | None = None  # whose time is wanted twice
    resources: Collection[UUID] | None = None  # that are wanted by too many
    kinds: Collection[ConflictKind] | None = None
    severities: Collection[Severity] | None = None
    ignored: bool = False  # also those that somebody chose to live with


class Seen(Protocol):
    """Events and those whom they claim, to be named."""

    @property
    def rows(self) -> Rows: ...

    @property
    def members(self) -> Mapping[UUID, Member]: ...

    @property
    def reservations(self) -> Mapping[str, Reservation]: ...

    def name_of(self, subject: str) -> str | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Eyes:
    """How one viewer sees the events among gathered claims."""

    wording: Wording
    english: Wording  # the same in English, for what is said alike to everybody
    views: Mapping[str, EventView]  # by UID: the copy of which they see most; without what they may not know
    reservations: Mapping[str, Reservation]  # by UID: those that stand alone are known to all

    @classmethod
    def of(cls, tx: Unit, actor: Actor, gathered: Seen, uids: Collection[str] | None = None) -> Self:
        """Look at gathered claims, or other events, as the actor; at some UIDs alone if given."""
        views: dict[str, EventView] = {}
        rows = gathered.rows if uids is None else gathered.rows.of_uids(uids)
        for view in views_of(rows, actor, all_calendars(tx, actor)):
            known = views.get(view.row.uid)
            if known is None or _clarity(view) > _clarity(known):
                views[view.row.uid] = view
        return cls(
            wording=_wording(speech_of(actor), views, gathered),
            english=_wording(replace(speech_of(actor), language="en"), views, gathered),
            views=views,
            reservations=gathered.reservations,
        )

    def title(self, uid: str) -> str:
        """Give the event's title as data, not as part of a sentence: the same in every language."""
        return self.english.title(uid)

    def full(self, uid: str) -> bool:
        """Say whether the viewer sees the event's or reservation's content."""
        return uid in self.reservations or (uid in self.views and self.views[uid].full)


def speech_of(actor: Actor) -> Speech:
    """Give how things are said to the actor: in their language, by their clock."""
    return Speech(zone=zone(actor.zone).tzinfo, language=actor.language)


def present(tx: Unit, actor: Actor, gathered: Gathered, found: Iterable[Conflict]) -> list[ConflictView]:
    """Put conflicts into words for the actor; those of which they see no event in full are left out."""
    found = list(found)
    eyes = Eyes.of(tx, actor, gathered, {uid for conflict in found for uid in conflict.uids})
    known = [conflict for conflict in found if any(eyes.full(uid) for uid in conflict.uids)]
    records = _records(tx, [conflict.identity for conflict in known])
    return [_view(conflict, eyes, records.get(conflict.identity)) for conflict in known]


def listed(
    tx: Unit, actor: Actor, gathered: Gathered, found: Iterable[Conflict], wanted: ConflictFilter
) -> Iterator[ConflictView]:
    """Put those conflicts that are asked for into words, some at a time, for as long as more are wanted."""
    rest = (conflict for conflict in found if _passes(conflict, wanted))
    while some := list(islice(rest, _AT_ONCE)):
        for view in present(tx, actor, gathered, some):
            if wanted.ignored or not view.ignored:
                yield view


def _passes(conflict: Conflict, wanted: ConflictFilter) -> bool:
    subjects = None
    if wanted.members is not None or wanted.resources is not None:
        subjects = {*(wanted.members or ()), *(wanted.resources or ())}
    return (
        (subjects is None or UUID(conflict.subject.id) in subjects)
        and (wanted.kinds is None or conflict.kind in wanted.kinds)
        and (wanted.severities is None or conflict.severity in wanted.severities)
    )


def place_of(conflict: Conflict) -> tuple[str, str, str, str, str]:
    """Give the place of a conflict in the list, for a cursor; places are ordered as the conflicts are."""
    uids = "\n".join(conflict.uids)
    first = conflict.first
    return first.start.isoformat(), first.end.isoformat(), conflict.subject.id, uids, conflict.rule or ""


def _view(conflict: Conflict, eyes: Eyes, record: ConflictRecord | None) -> ConflictView:
    return ConflictView(
        conflict=conflict,
        sentence=conflict.sentence(eyes.wording),
        subject_name=eyes.wording.name(conflict.subject.id),
        parties=[
            Party(event=eyes.views[claim.event.uid], start=claim.span.start, end=claim.span.end)
            for claim in conflict.parties
            if claim.event.uid in eyes.views
        ],
        reservations=[eyes.reservations[uid] for uid in conflict.uids if uid in eyes.reservations],
        first_seen_at=record.first_seen_at if record else None,
        ignored=bool(record and record.ignored_fingerprint == conflict.fingerprint),
    )


def _wording(speech: Speech, views: Mapping[str, EventView], seen: Seen) -> Wording:
    def title(uid: str) -> str:
        view, reservation = views.get(uid), seen.reservations.get(uid)
        if view is not None and view.full:
            return view.row.title or speech.say("(no title)")
        if view is not None or reservation is None:
            return speech.say("Busy")
        return reservation.title or seen.members[reservation.member_id].name

    def name(subject: str) -> str:
        return seen.name_of(subject) or speech.say("somebody who is gone")

    return Wording(zone=speech.zone, language=speech.language, title=title, name=name)


def _clarity(view: EventView) -> tuple[int, bool]:
    return view.sight, not view.row.recurrence_key


def _records(tx: Unit, identities: Sequence[str]) -> dict[str, ConflictRecord]:
    found: dict[str, ConflictRecord] = {}
    for chunk in chunks(identities):
        rows = tx.execute(select(ConflictRecord).where(ConflictRecord.identity.in_(chunk))).scalars()
        found.update((row.identity, row) for row in rows)
    return found


def remember(tx: Unit, found: Iterable[Conflict]) -> frozenset[str]:
    """Write down when each conflict was first seen; give the identities of those that are new or back."""
    fresh = {conflict.identity: conflict for conflict in found}
    back = set()
    for identity, record in _records(tx, list(fresh)).items():
        conflict = fresh.pop(identity)
        if record.resolved_at is not None:
            record.resolved_at = record.resolved_by = record.resolved_how = record.change_set_id = None
            record.first_seen_at = tx.now
            back.add(identity)
        if record.ignored_fingerprint not in (None, conflict.fingerprint):
            record.ignored_at = record.ignored_by = record.ignored_fingerprint = None
    tx.insert(
        ConflictRecord,
        [
            {
                "identity": identity,
                "kind": conflict.kind.value,
                "subject_id": UUID(conflict.subject.id),
                "rule": conflict.rule,
                "first_seen_at": tx.now,
            }
            for identity, conflict in fresh.items()
        ],
        unless_there=True,  # two people may be the first to see it
    )
    tx.insert(
        ConflictParty,
        ({"identity": identity, "uid": uid} for identity, conflict in fresh.items() for uid in conflict.uids),
        unless_there=True,
    )
    tx.session.flush()
    return frozenset(back.union(fresh))


def uids_of(tx: Unit, identity: str) -> list[str]:
    """Give the events of a remembered conflict; none where it was never seen."""
    return list(
        tx.execute(select(ConflictParty.uid).where(ConflictParty.identity == identity)).scalars().all()
    )


def open_records(tx: Unit, uids: Collection[str]) -> list[ConflictRecord]:
    """Give what is remembered of conflicts of these events that have not been resolved."""
    found: dict[str, ConflictRecord] = {}
    for chunk in chunks(sorted(uids)):
        theirs = select(ConflictParty.identity).where(ConflictParty.uid.in_(chunk))
        rows = tx.execute(
            select(ConflictRecord).where(
                ConflictRecord.resolved_at.is_(None), ConflictRecord.identity.in_(theirs)
            )
        ).scalars()
        found.update((row.identity, row) for row in rows)
    return list(found.values())


def gone_records(tx: Unit, uids: Collection[str], found: Found) -> list[ConflictRecord]:
    """Give what is remembered of conflicts of these events that are not among those found any more."""
    records = open_records(tx, uids)
    if not records:
        return []
    known = [record.identity for record in records]
    parties: set[str] = set()
    for chunk in chunks(known):
        parties.update(
            tx.execute(select(ConflictParty.uid).where(ConflictParty.identity.in_(chunk))).scalars()
        )
    left = {conflict.identity for conflict in found.in_time(tx.now, Which(within=parties))}
    return [record for record in records if record.identity not in left]


def settle(
    tx: Unit,
    actor: Actor,
    *,
    uids: Collection[str],
    found: Found,
    how: ResolvedHow,
    change_set_id: UUID,
) -> list[str]:
    """Mark those remembered conflicts of the changed events resolved that are gone; give their identities."""
    gone = gone_records(tx, uids, found)
    for record in gone:
        record.resolved_at, record.resolved_by = tx.now, actor.member_id
        record.resolved_how, record.change_set_id = how, change_set_id
    tx.session.flush()
    return [record.identity for record in gone]


def note_ignored(tx: Unit, actor: Actor, conflict: Conflict, *, ignored: bool) -> None:
    """Write down that somebody chose to live with a conflict as it is now, or no longer does."""
    record = tx.session.get_one(ConflictRecord, (tx.workspace_id, conflict.identity))
    record.ignored_at = tx.now if ignored else None
    record.ignored_by = actor.member_id if ignored else None
    record.ignored_fingerprint = conflict.fingerprint if ignored else None
    tx.session.flush()
    audit.record(tx, actor, "ignore" if ignored else "unignore", kind="conflict", subject=conflict.identity)


def purge(tx: Unit) -> int:
    """Forget conflicts resolved over `RECORDS_KEPT` ago, or first seen then and not ignored; count them."""
    before = tx.now - RECORDS_KEPT
    old = or_(
        ConflictRecord.resolved_at < before,
        (ConflictRecord.first_seen_at < before) & ConflictRecord.ignored_at.is_(None),
    )
    return tx.changed(delete(ConflictRecord).where(old))


def erase(tx: Unit, member: Member) -> None:
    """Forget the conflicts over a member's time, before the member goes."""
    tx.execute(delete(ConflictRecord).where(ConflictRecord.subject_id == member.id))
