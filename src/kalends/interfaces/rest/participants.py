"""Who takes part in an event, and what they answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field

from kalends.features.calendars.models import Response as Answer
from kalends.features.calendars.queries import get_event
from kalends.features.changes import Operation
from kalends.features.identity.actor import Actor
from kalends.features.scheduling import EventChanges, Invitee, Target, plans
from kalends.interfaces.rest.context import CurrentActor, CurrentServices, ExpectedVersion
from kalends.interfaces.rest.event_answers import ParticipantShown
from kalends.interfaces.rest.event_json import participant_json
from kalends.interfaces.rest.events import Force, Occurrence, Preview, ScopeAsked, answer, target_of
from kalends.interfaces.rest.outcomes import EventOutcome
from kalends.interfaces.rest.readers import Reader
from kalends.interfaces.rest.shapes import Given, Shown
from kalends.interfaces.services import Services
from kalends.kit.errors import NotFound
from kalends.storage import Unit

router = APIRouter(prefix="/events/{event_id}", tags=["participants"])

Invited = dict[UUID, Invitee]


class Participants(Shown):
    """The members who take part in an event."""

    items: list[ParticipantShown]


class PartIn(Given):
    """A member's part in an event."""

    required: bool = True
    response: Annotated[Answer, Field(description="Accepted, unless you say.")] = Answer.ACCEPTED


class ResponseIn(Given):
    """Your own answer."""

    response: Answer


@router.get("/participants")
def list_participants(event_id: UUID, actor: Reader, services: CurrentServices) -> Participants:
    """Give who takes part in an event; nobody where it shows you no more than busy time."""
    with services.database.read(actor.workspace_id) as tx:
        event = get_event(tx, actor, event_id).first
    takers = event.participants if event.full else ()
    return Participants.model_validate({"items": [participant_json(taker) for taker in takers]})


@router.put("/participants/{member_id}")
def put_participant(
    event_id: UUID,
    member_id: UUID,
    part: PartIn,
    actor: CurrentActor,
    services: CurrentServices,
    expected: ExpectedVersion,
    response: Response,
    scope: ScopeAsked = None,
    occurrence: Occurrence = None,
    preview: Preview = False,
    force: Force = False,
) -> EventOutcome:
    """Let a member take part, or change how they do."""
    target = target_of(event_id, scope, occurrence, expected)

    def put(invited: Invited) -> None:
        invited[member_id] = Invitee(member_id=member_id, required=part.required, response=part.response)

    return _with_participants(services, actor, target, put, preview, response, force=force)


@router.delete("/participants/{member_id}")
def remove_participant(
    event_id: UUID,
    member_id: UUID,
    actor: CurrentActor,
    services: CurrentServices,
    expected: ExpectedVersion,
    response: Response,
    scope: ScopeAsked = None,
    occurrence: Occurrence = None,
    preview: Preview = False,
    force: Force = False,
) -> EventOutcome:
    """Let a member no longer take part. The event stays, so this answers with it."""
    target = target_of(event_id, scope, occurrence, expected)

    def remove(invited: Invited) -> None:
        if invited.pop(member_id, None) is None:
            raise NotFound("This member does not take part.", kind="participant", id=str(member_id))

    return _with_participants(services, actor, target, remove, preview, response, force=force)


@router.put("/response")
def respond(
    event_id: UUID,
    wanted: ResponseIn,
    actor: CurrentActor,
    services: CurrentServices,
    expected: ExpectedVersion,
    response: Response,
    scope: ScopeAsked = None,
    occurrence: Occurrence = None,
    preview: Preview = False,
    force: Force = False,
) -> EventOutcome:
    """Answer an invitation for yourself; you need no access to the event's calendar."""
    target = target_of(event_id, scope, occurrence, expected)
    outcome = services.scheduling.carry_out(
        actor,
        lambda tx: plans.respond(tx, actor, target, wanted.response),
        preview=preview,
        own_part_only=True,
        force=force,
    )
    return answer(services, actor, outcome, event_id, response, preview=preview)


def _with_participants(
    services: Services,
    actor: Actor,
    target: Target,
    edit: Callable[[Invited], None],
    preview: bool,
    response: Response,
    *,
    force: bool,
) -> EventOutcome:
    """Edit the list of those who take part in the occurrence, or in the whole event."""

    def plan(tx: Unit) -> list[Operation]:
        detail = get_event(tx, actor, target.event_id)
        shown = next(
            (view for view in detail.overrides if view.row.recurrence_key == target.occurrence), detail.first
        )
        invited: Invited = {
            taker.member_id: Invitee(
                member_id=taker.member_id, required=taker.required, response=taker.response
            )
            for taker in shown.participants
        }
        if shown.full:  # else the plan refuses, without telling who takes part
            edit(invited)
        changes: EventChanges = {"participants": list(invited.values())}
        return plans.update(tx, actor, target, changes)

    outcome = services.scheduling.carry_out(actor, plan, preview=preview, force=force)
    return answer(services, actor, outcome, target.event_id, response, preview=preview)
