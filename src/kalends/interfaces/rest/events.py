"""Events: made, read, changed and removed, one by one or several together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response, status

from kalends.features.calendars.models import CalendarObject
from kalends.features.calendars.queries import get_event
from kalends.features.changes import Kind, Operation
from kalends.features.identity.actor import Actor
from kalends.features.scheduling import EventDraft, Outcome, Scope, Target, export_event, plans
from kalends.features.scheduling.preparing.sessions import prepares
from kalends.ical import ObjectText
from kalends.interfaces.rest.context import CurrentActor, CurrentServices, ExpectedVersion, etag
from kalends.interfaces.rest.event_answers import EventShown
from kalends.interfaces.rest.event_json import Json, event_json
from kalends.interfaces.rest.event_models import EventPatch, NewEvent, NewEvents, TimeText
from kalends.interfaces.rest.outcomes import EventOutcome, EventsOutcome, OutcomeShown
from kalends.interfaces.rest.readers import Reader
from kalends.interfaces.services import Services
from kalends.storage import Unit

router = APIRouter(prefix="/events", tags=["events"])

CHANGE_SET = "Kalends-Change-Set"
"""The header that names the change set of an answer without a body."""

Preview = Annotated[bool, Query(description="Say what would come of it, and store nothing.")]
Force = Annotated[bool, Query(description="Do it even where it breaks a hard constraint.")]
ScopeAsked = Annotated[
    Scope | None,
    Query(description="`single` where an occurrence is named and `all` where none is, unless you say."),
]
Occurrence = Annotated[
    TimeText | None,
    Query(
        description="The occurrence's `recurrence_key`: its original start.", examples=["2026-11-30T14:30:00"]
    ),
]

_CREATED: dict[int | str, dict[str, Any]] = {
    200: {"description": "A preview: nothing is stored."},
    201: {
        "headers": {
            "Location": {"schema": {"type": "string"}, "description": "Where the event is."},
            "ETag": {"schema": {"type": "string"}, "description": "Its version, for If-Match."},
        }
    },
}


@router.post("", status_code=status.HTTP_201_CREATED, responses={**_CREATED, 200: {"model": EventOutcome}})
def create_event(
    new: NewEvent,
    actor: CurrentActor,
    services: CurrentServices,
    request: Request,
    response: Response,
    preview: Preview = False,
    force: Force = False,
) -> EventOutcome:
    """Make an event, and say which conflicts it causes and what moved because of it."""
    outcome = _create(services, actor, [new.draft(actor.zone)], preview, force)
    event = None if preview else stored_event(services, actor, _created(outcome)[0])
    if event is None:
        response.status_code = status.HTTP_200_OK
    else:
        response.headers["Location"] = request.app.url_path_for("read_event", event_id=event["id"])
        response.headers["ETag"] = etag(event["version"])
    return EventOutcome.of(outcome, event=event)


@router.post("/batch", status_code=status.HTTP_201_CREATED, responses={200: {"model": EventsOutcome}})
def create_events(
    new: NewEvents,
    actor: CurrentActor,
    services: CurrentServices,
    response: Response,
    preview: Preview = False,
    force: Force = False,
) -> EventsOutcome:
    """Make several events: all of them, or none where one is refused."""
    outcome = _create(services, actor, [each.draft(actor.zone) for each in new.events], preview, force)
    if preview:
        response.status_code = status.HTTP_200_OK
        return EventsOutcome.of(outcome, events=[])
    with services.database.read(actor.workspace_id) as tx:
        events = [read_json(tx, actor, event_id) for event_id in _created(outcome)]
    return EventsOutcome.of(outcome, events=events)


@router.get("/{event_id}")
def read_event(event_id: UUID, actor: Reader, services: CurrentServices, response: Response) -> EventShown:
    """Give a whole event, with those of its occurrences that were changed."""
    event = stored_event(services, actor, event_id)
    response.headers["ETag"] = etag(event["version"])
    return EventShown.model_validate(event)


@router.get(
    "/{event_id}/ics",
    response_class=Response,
    responses={200: {"content": {"text/calendar": {"schema": {"type": "string"}}}}},
)
def read_event_file(event_id: UUID, actor: Reader, services: CurrentServices) -> Response:
    """Give an event as an iCalendar file."""
    with services.database.read(actor.workspace_id) as tx:
        content = b"".join(export_event(tx, actor, event_id))
    return Response(content, media_type="text/calendar; charset=utf-8")


@router.patch("/{event_id}")
def update_event(
    event_id: UUID,
    patch: EventPatch,
    actor: CurrentActor,
    services: CurrentServices,
    expected: ExpectedVersion,
    response: Response,
    scope: ScopeAsked = None,
    occurrence: Occurrence = None,
    preview: Preview = False,
    force: Force = False,
) -> EventOutcome:
    """Change one occurrence of an event, it and all that follow, or all.

    The answer's `event` is the one that holds the change: with the scope `future` the series that begins
    with the occurrence, while `operations` names the one that ends before it too.
    """
    target = target_of(event_id, scope, occurrence, expected)

    def plan(tx: Unit) -> list[Operation]:
        get_event(tx, actor, event_id)  # before anything is told of it
        text = ObjectText.parse(tx.get(CalendarObject, event_id).text)
        stored = text.event() if text.has(None) else text.events()[0]
        changes = patch.changes(actor.zone, stored.start)
        return plans.update(tx, actor, target, changes, calendar_id=patch.calendar_id)

    outcome = services.scheduling.carry_out(actor, plan, preview=preview, force=force)
    return answer(services, actor, outcome, event_id, response, preview=preview)


@router.delete(
    "/{event_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    responses={
        200: {"model": OutcomeShown, "description": "A preview: nothing is removed."},
        204: {"headers": {CHANGE_SET: {"schema": {"type": "string"}, "description": "What undoes it."}}},
    },
)
def delete_event(
    event_id: UUID,
    actor: CurrentActor,
    services: CurrentServices,
    expected: ExpectedVersion,
    scope: ScopeAsked = None,
    occurrence: Occurrence = None,
    preview: Preview = False,
) -> Response:
    """Remove one occurrence of an event, it and all that follow, or all."""
    target = target_of(event_id, scope, occurrence, expected)
    outcome = services.scheduling.carry_out(
        actor, lambda tx: plans.remove(tx, actor, target), preview=preview
    )
    if preview:
        return Response(OutcomeShown.of(outcome).model_dump_json(), media_type="application/json")
    return Response(status_code=status.HTTP_204_NO_CONTENT, headers={CHANGE_SET: str(outcome.change_set_id)})


def target_of(
    event_id: UUID, scope: Scope | None, occurrence: str | None, expected_version: int | None
) -> Target:
    """Give what an edit is about."""
    by_default = Scope.ALL if occurrence is None else Scope.SINGLE
    return Target(
        event_id=event_id,
        scope=scope or by_default,
        occurrence=occurrence,
        expected_version=expected_version,
    )


def answer(
    services: Services, actor: Actor, outcome: Outcome, event_id: UUID, response: Response, *, preview: bool
) -> EventOutcome:
    """Give what an edit did with the event as now stored, and its ETag; of a preview no event."""
    if preview:
        return EventOutcome.of(outcome, event=None)
    event = stored_event(services, actor, next(iter(_created(outcome)), event_id))
    response.headers["ETag"] = etag(event["version"])
    return EventOutcome.of(outcome, event=event)


def stored_event(services: Services, actor: Actor, event_id: UUID) -> Json:
    """Give an event as it is stored now, in a unit of its own."""
    with services.database.read(actor.workspace_id) as tx:
        return read_json(tx, actor, event_id)


def read_json(tx: Unit, actor: Actor, event_id: UUID) -> Json:
    """Give an event as the actor may see it, or raise `NotFound`."""
    return event_json(get_event(tx, actor, event_id), tx.get(CalendarObject, event_id))


def _create(
    services: Services, actor: Actor, drafts: Sequence[EventDraft], preview: bool, force: bool
) -> Outcome:
    return services.scheduling.carry_out(
        actor, lambda tx: plans.create(tx, actor, drafts), preview=preview, force=force
    )


def _created(outcome: Outcome) -> list[UUID]:
    """Give what was asked for; sessions that prepare for it are told of among the operations alone."""
    return [each.object_id for each in outcome.operations if each.kind is Kind.CREATED and not prepares(each)]
