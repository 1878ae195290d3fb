"""Conflicts: what collides, the ways out, and living with it."""

from __future__ import annotations

from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Path, Query
from pydantic import Field

from kalends.engine.conflicts import ConflictKind, Severity
from kalends.engine.resolution import Way
from kalends.features.scheduling import ChoiceView, ConflictFilter
from kalends.interfaces.rest.context import CurrentActor, CurrentServices, PageCursor, PageLimit
from kalends.interfaces.rest.openapi import also
from kalends.interfaces.rest.outcomes import ConflictShown, OutcomeShown, Period, ReasonShown
from kalends.interfaces.rest.readers import Reader
from kalends.interfaces.rest.shapes import Given, PageOf, Shown
from kalends.kit.pagination import DEFAULT_LIMIT

router = APIRouter(prefix="/conflicts", tags=["conflicts"])

Identity = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$", description="As `/conflicts` gave it.")]


class Conflicts(PageOf[ConflictShown]):
    """The conflicts between now and the horizon, the earliest first."""


class ResolutionShown(Shown):
    """A way out of a conflict."""

    option: str = Field(description="Names it for as long as it would do the same.")
    kind: Way
    sentence: str
    score: float = Field(description="The best way out has the highest.")
    reasons: list[ReasonShown]
    needs_person: bool = Field(description="Whether it never happens by itself.")
    allowed: bool = Field(description="Whether you may take it.")
    event_id: UUID
    title: str
    before: Period
    after: Period | None = Field(description="null where the occurrence is cancelled.")
    resource_id: UUID | None = Field(description="What it takes instead, where resources are swapped.")
    member_id: UUID | None = Field(description="Who is left out, where somebody need not come.")

    @classmethod
    def of(cls, choice: ChoiceView) -> Self:
        return cls.model_validate(
            {
                "option": choice.id,
                "kind": choice.kind,
                "sentence": choice.sentence,
                "score": choice.score,
                "reasons": [ReasonShown(code=each.code, words=each.words) for each in choice.reasons],
                "needs_person": choice.needs_person,
                "allowed": choice.allowed,
                "event_id": choice.event_id,
                "title": choice.title,
                "before": Period.of(choice.before),
                "after": choice.after and Period.of(choice.after),
                "resource_id": choice.resource_id,
                "member_id": choice.member_id,
            }
        )


class Resolutions(Shown):
    """The ways out of a conflict, best first."""

    items: list[ResolutionShown]


class ResolveIn(Given):
    """The way out to take."""

    option: str = Field(max_length=64, description="As `resolutions` gave it.")
    preview: bool = Field(False, description="Say what would come of it, and store nothing.")
    force: bool = Field(False, description="Do it even where it breaks a hard constraint.")


@router.get("")
def list_conflicts(
    actor: Reader,
    services: CurrentServices,
    member: Annotated[list[UUID] | None, Query(description="Whose time is wanted twice.")] = None,
    resource: Annotated[list[UUID] | None, Query(description="What is wanted by too many.")] = None,
    kind: Annotated[list[ConflictKind] | None, Query()] = None,
    severity: Annotated[list[Severity] | None, Query()] = None,
    ignored: Annotated[bool, Query(description="Also those that somebody chose to live with.")] = False,
    cursor: PageCursor = None,
    limit: PageLimit = DEFAULT_LIMIT,
) -> Conflicts:
    """Give the conflicts of which you see at least one event."""
    wanted = ConflictFilter(
        members=member, resources=resource, kinds=kind, severities=severity, ignored=ignored
    )
    found = services.scheduling.conflict_page(actor, wanted, cursor, limit=limit)
    return Conflicts(items=[ConflictShown.of(view) for view in found.items], next=found.next)


@router.get("/{identity}/resolutions")
def list_resolutions(identity: Identity, actor: Reader, services: CurrentServices) -> Resolutions:
    """Rank the ways out of a conflict, each with its reasons."""
    offered = services.scheduling.resolutions(actor, identity)
    return Resolutions(items=[ResolutionShown.of(choice) for choice in offered])


@router.post("/{identity}/resolve", responses=also(412))
def resolve(
    identity: Identity, wanted: ResolveIn, actor: CurrentActor, services: CurrentServices
) -> OutcomeShown:
    """Take a way out. Where the calendar changed since it was offered, this answers 409 `option_gone`."""
    outcome = services.scheduling.resolve(
        actor, identity, wanted.option, preview=wanted.preview, force=wanted.force
    )
    return OutcomeShown.of(outcome)


@router.post("/{identity}/ignore")
def ignore(identity: Identity, actor: CurrentActor, services: CurrentServices) -> ConflictShown:
    """Live with a conflict until its events' times change."""
    return ConflictShown.of(services.scheduling.ignore(actor, identity))


@router.delete("/{identity}/ignore")
def stop_ignoring(identity: Identity, actor: CurrentActor, services: CurrentServices) -> ConflictShown:
    """Be told of a conflict again."""
    return ConflictShown.of(services.scheduling.ignore(actor, identity, ignored=False))
