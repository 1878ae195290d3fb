"""One member's time as it will be once a plan is carried out, and the best place in it for something new."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np

from kalends.engine.availability import Diary, free_slots, refusals
from kalends.engine.claims import Claims, EventFacts, Flexibility, Participant, Priority, Subject, rank
from kalends.engine.recurrence.expansion import instant_of
from kalends.engine.spans import EPOCH, Span
from kalends.engine.wording import Reason
from kalends.engine.zones import zone
from kalends.features.changes import Operation
from kalends.features.identity.models import Member
from kalends.features.scheduling.claims import Gathered, gather
from kalends.features.scheduling.diaries import diaries_of
from kalends.features.scheduling.preparing.occasions import Register, instances
from kalends.ical import ObjectText
from kalends.storage import Unit

BESIDE = timedelta(days=8)
"""How far beyond a window others matter: the week of a cap, and a gap."""

_HOUR = timedelta(hours=1)


@dataclass(slots=True, kw_only=True)
class Ground:
    """The time of one member around a window; what is put there counts for what comes after."""

    member: Member
    gathered: Gathered
    titles: dict[str, str] = field(default_factory=dict)  # of what is not stored yet

    @classmethod
    def around(
        cls,
        tx: Unit,
        register: Register,
        member: Member,
        window: Span,
        planned: Sequence[Operation],
        leaving: Collection[UUID] = (),
    ) -> Ground:
        """Look at a window as it will be when the operations that are planned have been carried out, and the
        calendar objects `leaving` are elsewhere."""
        wide = Span(window.start - BESIDE, window.end + BESIDE)
        gathered = gather(tx, _seconds(wide.start), _seconds(wide.end), members=[member.id])
        gone = {op.object_id for op in planned if op.before}.union(leaving)
        ground = cls(member=member, gathered=_without(gathered, gone))
        ground._add([])
        for op in planned:
            ground._foresee(register, op, wide)
        return ground

    def put(self, event: EventFacts, span: Span) -> None:
        """Count something as taken that is about to be."""
        self._add([(event, span)])
        self.titles[event.uid] = event.title

    def best(self, window: Span, duration: timedelta, event: EventFacts) -> Span | None:
        """Give the free time for an event that breaks the fewest wishes, the earliest of equals."""
        slots = free_slots([self._diary(event)], window, duration, ranked=True, limit=1)
        return next((slot.span for slot in slots), None)

    def obstacles(self, window: Span, duration: timedelta, event: EventFacts) -> Iterator[Reason]:
        """Say what stands against each full hour of a window."""
        diary, start = self._diary(event), window.start.astimezone(UTC)
        while start + duration <= window.end:
            yield from refusals([diary], window, Span(start, start + duration))
            start += _HOUR

    def _diary(self, event: EventFacts) -> Diary:
        diary = diaries_of(self.gathered, gaps=False)[str(self.member.id)]  # gaps weigh as wishes
        return replace(diary, screen=diary.screen and diary.screen.for_event(event))

    def _foresee(self, register: Register, op: Operation, wide: Span) -> None:
        """Count what an operation will make or leave of an event."""
        image = op.after
        if image is None or image.component != "VEVENT":
            return
        text, floating = ObjectText.parse(image.text), zone(self.member.zone)
        claims = []
        for event, occurrence in instances(text, wide.start, wide.end, floating):
            start, end = (instant_of(moment, floating) for moment in (occurrence.start, occurrence.end))
            if (
                end > start
                and Span.of_seconds(start, end).overlaps(wide)
                and not (event.transparent or event.completed or event.status == "cancelled")
                and self.member.id in register.claimed(event, image.calendar_id)
            ):
                category = register.category_of(event)
                facts = EventFacts(
                    uid=image.uid,
                    rank=rank(event.priority and Priority(event.priority), category.level),
                    flexibility=Flexibility(event.flexibility or Flexibility.PREFERRED),
                    participants=(Participant(id=str(self.member.id)),),
                    title=event.summary,
                    category=category.name,
                    location=event.location,
                )
                claims.append((facts, Span.of_seconds(start, end)))
                self.titles[image.uid] = event.summary
        self._add(claims)

    def _add(self, claims: Sequence[tuple[EventFacts, Span]]) -> None:
        subject = Subject(id=str(self.member.id))
        self.gathered = replace(self.gathered, claims=_joined(self.gathered.claims, subject, claims))


def _without(gathered: Gathered, objects: Collection[UUID]) -> Gathered:
    """Leave out what some calendar objects claim now."""
    claims = gathered.claims
    theirs = np.array([row.object_id in objects for row in gathered.rows.events] + [False], bool)
    kept = ~theirs[gathered.row]  # -1, a reservation that stands alone, finds the last entry
    return replace(
        gathered,
        claims=replace(
            claims,
            start=claims.start[kept],
            end=claims.end[kept],
            subject=claims.subject[kept],
            event=claims.event[kept],
            tentative=claims.tentative[kept],
            required=claims.required[kept],
        ),
        row=gathered.row[kept],
        original=gathered.original[kept],
    )


def _joined(claims: Claims, subject: Subject, more: Sequence[tuple[EventFacts, Span]]) -> Claims:
    """Give columns in which a subject stands, with some claims of it added."""
    subjects, events = list(claims.subjects), list(claims.events)
    if subject.id not in {each.id for each in subjects}:
        subjects.append(subject)
    number = next(index for index, each in enumerate(subjects) if each.id == subject.id)
    first = len(events)
    events += [facts for facts, _ in more]
    added = len(more)
    return Claims(
        start=np.append(claims.start, [_seconds(span.start) for _, span in more]).astype(np.int64),
        end=np.append(claims.end, [_seconds(span.end) for _, span in more]).astype(np.int64),
        subject=np.append(claims.subject, np.full(added, number, np.int64)),
        event=np.append(claims.event, np.arange(first, first + added)),
        subjects=subjects,
        events=events,
        tentative=np.append(claims.tentative, np.zeros(added, bool)),
        required=np.append(claims.required, np.ones(added, bool)),
    )


def _seconds(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(seconds=1)
