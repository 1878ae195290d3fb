"""What an edit did, or would do: changed events, conflicts, and what moved because of it."""

from __future__ import annotations

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import Field

from kalends.engine.conflicts import ConflictKind, Severity
from kalends.engine.spans import Span
from kalends.features.changes import Kind, Moment, OperationView
from kalends.features.scheduling import ConflictView, Outcome
from kalends.features.scheduling.exchange import Declined
from kalends.interfaces.rest.event_answers import EventShown
from kalends.interfaces.rest.event_times import show
from kalends.interfaces.rest.shapes import Shown


class Period(Shown):
    """From `start` up to, and without, `end`."""

    start: datetime
    end: datetime

    @classmethod
    def of(cls, span: Span) -> Self:
        return cls(start=span.start, end=span.end)


class ReasonShown(Shown):
    """Why, as data and in words."""

    code: str = Field(examples=["ranks_lower"])
    words: str


class MomentShown(Shown):
    """An event before or after a change."""

    calendar_id: UUID
    title: str
    start: str
    end: str
    status: str

    @classmethod
    def of(cls, moment: Moment) -> Self:
        return cls(
            calendar_id=moment.calendar_id,
            title=moment.title,
            start=show(moment.start),
            end=show(moment.end),
            status=moment.status,
        )


class OperationShown(Shown):
    """What became of one event."""

    event_id: UUID
    kind: Kind
    recurrence_key: str | None = Field(
        description="Names the occurrence, as it does itself, where one alone was changed.",
        examples=["2026-11-30T14:30:00"],
    )
    before: MomentShown | None
    after: MomentShown | None

    @classmethod
    def of(cls, operation: OperationView) -> Self:
        return cls(
            event_id=operation.object_id,
            kind=operation.kind,
            recurrence_key=operation.recurrence_key,
            before=operation.before and MomentShown.of(operation.before),
            after=operation.after and MomentShown.of(operation.after),
        )


class SubjectShown(Shown):
    """Whose time is wanted twice."""

    id: UUID
    kind: str
    name: str


class PartyShown(Shown):
    """One of the events that clash, at the time of which the conflict speaks."""

    event_id: UUID
    calendar_id: UUID
    title: str
    start: datetime
    end: datetime


class ConflictShown(Shown):
    """Events that want the same person at the same time, once or again and again."""

    identity: str = Field(description="Names the conflict for good.")
    kind: ConflictKind
    severity: Severity
    sentence: str = Field(
        examples=["Soccer practice overlaps Dentist by 60 minutes (14:30-15:30)"],
        description="Titles that you may not see read `Busy`.",
    )
    subject: SubjectShown
    rule: str | None = Field(
        description="The constraint that is broken: its id, or `preference:` and what a member likes."
    )
    occasion: Period = Field(description="The next time at which they clash.")
    count: int = Field(description="How often they clash up to the horizon.")
    parties: list[PartyShown]
    first_seen_at: datetime | None
    ignored: bool

    @classmethod
    def of(cls, view: ConflictView) -> Self:
        conflict = view.conflict
        return cls(
            identity=view.identity,
            kind=conflict.kind,
            severity=conflict.severity,
            sentence=view.sentence,
            subject=SubjectShown(
                id=UUID(conflict.subject.id), kind=conflict.subject.kind, name=view.subject_name
            ),
            rule=conflict.rule,
            occasion=Period.of(conflict.occasion),
            count=conflict.count,
            parties=[
                PartyShown(
                    event_id=party.event.row.object_id,
                    calendar_id=party.event.row.calendar_id,
                    title=party.event.title,
                    start=party.start,
                    end=party.end,
                )
                for party in view.parties
            ],
            first_seen_at=view.first_seen_at,
            ignored=view.ignored,
        )


class RefusedShown(Shown):
    """A hard constraint that an edit would break."""

    constraint_id: UUID
    constraint: str = Field(description="Its name.", examples=["Quiet mornings"])
    event_id: UUID | None = Field(description="null where the event would only come to be.")
    title: str
    start: datetime
    words: str


class UnplacedShown(Shown):
    """What should have found time and did not."""

    title: str
    member_id: UUID
    minutes: int = Field(description="That did not fit.")
    sentence: str = Field(
        examples=["Study for Mathematics found no time for 1 of 3 sessions: Ana has Camp (08:00-20:00)"]
    )
    reasons: list[ReasonShown]


class OutcomeShown(Shown):
    """What a change did; in a preview, what it would do."""

    change_set_id: UUID | None = Field(description="What undoes it; null in a preview.")
    operations: list[OperationShown]
    conflicts: list[ConflictShown] = Field(description="The first 100 of the changed events.")
    conflict_count: int = Field(description="How many there are in all.")
    appearing: list[str] = Field(description="Identities of those of the first that were not there before.")
    resolved: list[str] = Field(description="Identities of conflicts that went away.")
    moved: list[OperationShown] = Field(description="What `auto_resolve` moved because of the change.")
    refused_by: list[RefusedShown] = Field(
        description="In a preview: the hard constraints for which the change itself would answer 409."
    )
    unplaced: list[UnplacedShown] = Field(description="What should have found time with it and did not.")

    @classmethod
    def of(cls, outcome: Outcome, **further: object) -> Self:
        """Present an outcome; `further` are the fields that a subclass adds."""
        return cls.model_validate(
            {
                "change_set_id": outcome.change_set_id,
                "operations": [OperationShown.of(each) for each in outcome.operations],
                "conflicts": [ConflictShown.of(each) for each in outcome.conflicts],
                "conflict_count": outcome.conflict_count,
                "appearing": [each.identity for each in outcome.appearing],
                "resolved": list(outcome.resolved),
                "moved": [OperationShown.of(each) for each in outcome.moved],
                "refused_by": [RefusedShown.model_validate(each) for each in outcome.refused_by],
                "unplaced": [UnplacedShown.model_validate(each) for each in outcome.unplaced],
                **further,
            }
        )


class DeclinedShown(Shown):
    """A resource that an event asked for and did not get: the event was stored without it."""

    event_id: UUID
    uid: str
    resource_id: UUID
    resource: str
    start: datetime = Field(description="When it would have been too many.")
    end: datetime
    capacity: int
    wanted: int = Field(description="How many would have had it at once.")

    @classmethod
    def of(cls, declined: Declined) -> Self:
        return cls(
            event_id=declined.object_id,
            uid=declined.uid,
            resource_id=declined.resource_id,
            resource=declined.resource,
            start=declined.span.start,
            end=declined.span.end,
            capacity=declined.capacity,
            wanted=declined.wanted,
        )


class EventOutcome(OutcomeShown):
    """What an edit did, with the event as now stored."""

    event: EventShown | None = Field(description="As now stored; null in a preview.")


class EventsOutcome(OutcomeShown):
    """What an edit of several events did, with each as now stored."""

    events: list[EventShown] = Field(description="As now stored, in the order given; empty in a preview.")
