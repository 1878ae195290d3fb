"""Who and what claims time: the values that conflicts and resolutions are decided on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from kalends.engine.span_columns import IntColumn
from kalends.engine.spans import Span
from kalends.kit.errors import InvalidInput


class Flexibility(StrEnum):
    """How far an event may be moved by itself."""

    FIXED = "fixed"
    PREFERRED = "preferred"
    FLEXIBLE = "flexible"


class Priority(StrEnum):
    """What a person said an event is worth, whatever its category."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class SubjectKind(StrEnum):
    MEMBER = "member"
    RESOURCE = "resource"


TOP_RANK = 6
_RANKS = {Priority.LOW: 2, Priority.MEDIUM: 3, Priority.HIGH: 4, Priority.CRITICAL: TOP_RANK}


def rank(priority: Priority | None, category_level: int) -> int:
    """Give an event's rank, 1 to 6: its priority's where one is set, else its category's level."""
    return category_level if priority is None else _RANKS[priority]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A member or a resource: that of which there is too little when two events want it at once."""

    id: str
    kind: SubjectKind = SubjectKind.MEMBER
    capacity: int = 1  # how many may use a resource at once, 0 or more; a member is one person

    def __post_init__(self) -> None:
        if self.capacity < 0 or (self.kind is SubjectKind.MEMBER and self.capacity != 1):
            raise InvalidInput(f"A {self.kind} cannot have a capacity of {self.capacity}.", field="capacity")


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """A subject as an event wants it."""

    id: str
    required: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFacts:
    """What the engine must know of an event to weigh it against another."""

    uid: str
    rank: int = 3  # 1 to 6; see `rank`
    flexibility: Flexibility = Flexibility.PREFERRED
    priority: Priority | None = None  # only where a person set one
    created: int = 0  # grows with the time of creation; any unit
    participants: tuple[Participant, ...] = ()  # members and resources alike
    resources: tuple[str, ...] = ()  # the ids of those of them that are resources
    timing: str = ""  # changes exactly when the event's times do, e.g. a digest of its series
    title: str = ""  # this and the next two only for the rules that ask for them
    category: str = ""  # its name
    location: str = ""

    @property
    def movable(self) -> bool:
        """Say whether the event may be moved without a person asking for it."""
        return self.flexibility is not Flexibility.FIXED and self.priority is not Priority.CRITICAL

    @property
    def members(self) -> tuple[str, ...]:
        """Give the ids of the participants that are members."""
        return tuple(p.id for p in self.participants if p.id not in self.resources)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One occurrence of one event, as it claims one subject."""

    event: EventFacts
    subject: Subject
    span: Span
    tentative: bool = False  # proposed, not yet confirmed
    required: bool = True  # the participant's part in the event


_UNSAID = np.zeros(0, dtype=bool)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Claims:
    """Many claims as columns of one length, with the tables that `subject` and `event` index.

    Give only what claims time: no transparent, cancelled, completed or past occurrences and no
    declined members. Copies of one meeting (one UID) in several calendars share one event.
    """

    start: IntColumn  # seconds since 1970 in UTC
    end: IntColumn  # exclusive, not before start; a claim without length claims nothing
    subject: IntColumn
    event: IntColumn
    subjects: Sequence[Subject]
    events: Sequence[EventFacts]
    tentative: NDArray[np.bool_] = field(default_factory=lambda: _UNSAID)  # none unless said
    required: NDArray[np.bool_] = field(default_factory=lambda: _UNSAID)  # all unless said

    def __post_init__(self) -> None:
        size = len(self.start)
        if self.tentative is _UNSAID:
            object.__setattr__(self, "tentative", np.zeros(size, dtype=bool))
        if self.required is _UNSAID:
            object.__setattr__(self, "required", np.ones(size, dtype=bool))
        for name in ("end", "subject", "event", "tentative", "required"):
            found = len(getattr(self, name))
            if found != size:
                raise InvalidInput(f"Column {name} has {found} rows where start has {size}.", field=name)
        if size and bool((self.end < self.start).any()):
            row = int(np.argmax(self.end < self.start))
            raise InvalidInput(f"Claim {row} ends before it starts.", field="end", row=row)
        for name, table in (("subject", self.subjects), ("event", self.events)):
            column = getattr(self, name)
            if size and not 0 <= int(column.min()) <= int(column.max()) < len(table):
                raise InvalidInput(f"Column {name} points outside its {len(table)} entries.", field=name)

    @classmethod
    def of(cls, claims: Sequence[Claim]) -> Claims:
        """Lay single claims out as columns, in their order; fractions of a second widen the claim.

        One UID is one event, with the facts that come first.
        """
        subjects: dict[str, Subject] = {}
        events: dict[str, EventFacts] = {}
        for claim in claims:
            subjects.setdefault(claim.subject.id, claim.subject)
            events.setdefault(claim.event.uid, claim.event)
        subject_index = {subject: index for index, subject in enumerate(subjects)}
        event_index = {uid: index for index, uid in enumerate(events)}
        return cls(
            start=np.array([int(c.span.start.timestamp() // 1) for c in claims], dtype=np.int64),
            end=np.array([int(-(-c.span.end.timestamp() // 1)) for c in claims], dtype=np.int64),
            subject=np.array([subject_index[c.subject.id] for c in claims], dtype=np.int64),
            event=np.array([event_index[c.event.uid] for c in claims], dtype=np.int64),
            tentative=np.array([c.tentative for c in claims], dtype=bool),
            required=np.array([c.required for c in claims], dtype=bool),
            subjects=tuple(subjects.values()),
            events=tuple(events.values()),
        )

    def __len__(self) -> int:
        return len(self.start)

    def __getitem__(self, index: int) -> Claim:
        """Give one claim; one without length has no span and is refused."""
        return Claim(
            event=self.events[self.event[index]],
            subject=self.subjects[self.subject[index]],
            span=Span.of_seconds(self.start[index], self.end[index]),
            tentative=bool(self.tentative[index]),
            required=bool(self.required[index]),
        )
