"""Scheduled calls: made, read, changed, stopped and removed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response, status
from pydantic import AwareDatetime

from kalends.features.calls import queries
from kalends.features.calls.access import get_call
from kalends.features.calls.models import CallState
from kalends.features.calls.queries import CallFilter, LogFilter
from kalends.features.identity.actor import Actor
from kalends.features.scheduling import Outcome
from kalends.interfaces.rest.call_shapes import (
    ActiveCall,
    AttemptShown,
    CallDetail,
    CallOutcome,
    CallPatch,
    CallShown,
    CallStep,
    NewCall,
)
from kalends.interfaces.rest.context import (
    CurrentActor,
    CurrentServices,
    ExpectedVersion,
    PageCursor,
    PageLimit,
    etag,
)
from kalends.interfaces.rest.events import CHANGE_SET, Force, Preview
from kalends.interfaces.rest.readers import Reader
from kalends.interfaces.rest.shapes import PageOf
from kalends.interfaces.services import Services
from kalends.kit.pagination import DEFAULT_LIMIT
from kalends.storage import Unit

router = APIRouter(prefix="/calls", tags=["calls"])

_SHOWN_COMING = 5
_CREATED: dict[int | str, dict[str, Any]] = {
    200: {"model": CallOutcome, "description": "A preview: nothing is stored."},
    201: {
        "headers": {
            "Location": {"schema": {"type": "string"}, "description": "Where the call is."},
            "ETag": {"schema": {"type": "string"}, "description": "Its version, for If-Match."},
        }
    },
}

Phone = Annotated[str | None, Query(max_length=60, description="Only calls to this number.")]


def call_filter(
    services: CurrentServices,
    state: Annotated[list[CallState] | None, Query(description="In one of these states.")] = None,
    member_id: UUID | None = None,
    agent_instance: Annotated[str | None, Query(max_length=200)] = None,
    call_type: Annotated[str | None, Query(max_length=200)] = None,
    since: Annotated[
        AwareDatetime | None, Query(alias="from", description="Next, or else first, made at or after this.")
    ] = None,
    until: Annotated[AwareDatetime | None, Query(alias="to", description="And before this.")] = None,
    q: Annotated[str | None, Query(max_length=200, description="In the title.")] = None,
    phone: Phone = None,
) -> CallFilter:
    """Read which calls a request is about."""
    return CallFilter(
        states=state,
        member_id=member_id,
        agent_instance=agent_instance,
        call_type=call_type,
        since=since,
        until=until,
        text=q,
        phone_hash=phone and services.calls.hash_of(phone),
    )


Which = Annotated[CallFilter, Depends(call_filter)]


@router.get("")
def list_calls(
    actor: Reader,
    services: CurrentServices,
    which: Which,
    cursor: PageCursor = None,
    limit: PageLimit = DEFAULT_LIMIT,
) -> PageOf[CallShown]:
    """Give the calls that you may know of, the newest first."""
    with services.database.read(actor.workspace_id) as tx:
        found = queries.list_calls(tx, actor, which, cursor, limit=limit)
        return PageOf[CallShown](items=[CallShown.of(call) for call in found.items], next=found.next)


@router.post("", status_code=status.HTTP_201_CREATED, responses=_CREATED)
def create_call(
    new: NewCall,
    actor: CurrentActor,
    services: CurrentServices,
    request: Request,
    response: Response,
    preview: Preview = False,
    force: Force = False,
) -> CallOutcome:
    """Schedule a call. It is an event: say which conflicts it causes and what moved because of it."""
    call_id, outcome = services.calls.schedule(actor, new.draft(actor.zone), preview=preview, force=force)
    if call_id is None:
        response.status_code = status.HTTP_200_OK
        return CallOutcome.of(outcome, call=None)
    response.headers["Location"] = request.app.url_path_for("read_call", call_id=call_id)
    return _answer(services, actor, call_id, outcome, response)


@router.get("/active")
def list_active_calls(
    actor: Reader,
    services: CurrentServices,
    which: Which,
    cursor: PageCursor = None,
    limit: PageLimit = DEFAULT_LIMIT,
    each: Annotated[
        int, Query(ge=1, le=queries.MOST_COMING, description="How many times of each series.")
    ] = 1,
) -> PageOf[ActiveCall]:
    """Give what is to be called, the soonest first."""
    with services.database.read(actor.workspace_id) as tx:
        found = queries.list_active(tx, actor, which, cursor, limit=limit, each=each)
        return PageOf[ActiveCall](items=[ActiveCall.shown(each) for each in found.items], next=found.next)


@router.get("/{call_id}")
def read_call(call_id: UUID, actor: Reader, services: CurrentServices, response: Response) -> CallDetail:
    """Give a whole call, with its history and what was tried."""
    return _read(services, actor, call_id, response)


@router.patch("/{call_id}")
def update_call(
    call_id: UUID,
    patch: CallPatch,
    actor: CurrentActor,
    services: CurrentServices,
    expected: ExpectedVersion,
    response: Response,
    preview: Preview = False,
    force: Force = False,
) -> CallOutcome:
    """Change a call; its times, title and description change with its event."""
    with services.database.read(actor.workspace_id) as tx:
        changes = patch.changes(get_call(tx, actor, call_id))
    outcome = services.calls.update(actor, call_id, changes, expected, preview=preview, force=force)
    if preview:
        return CallOutcome.of(outcome, call=None)
    return _answer(services, actor, call_id, outcome, response)


@router.delete(
    "/{call_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    responses={
        204: {"headers": {CHANGE_SET: {"schema": {"type": "string"}, "description": "What undoes it."}}}
    },
)
def delete_call(
    call_id: UUID, actor: CurrentActor, services: CurrentServices, expected: ExpectedVersion
) -> Response:
    """Remove a call with its event. Its log stays as long as undoing can bring it back."""
    outcome = services.calls.delete(actor, call_id, expected)
    return Response(status_code=status.HTTP_204_NO_CONTENT, headers={CHANGE_SET: str(outcome.change_set_id)})


@router.post("/{call_id}/pause")
def pause_call(
    call_id: UUID, actor: CurrentActor, services: CurrentServices, response: Response
) -> CallDetail:
    """Make no run of a call until it is resumed."""
    return _after(services.calls.pause, services, actor, call_id, response)


@router.post("/{call_id}/resume")
def resume_call(
    call_id: UUID, actor: CurrentActor, services: CurrentServices, response: Response
) -> CallDetail:
    """Go on with a paused call: of runs that were missed becomes what its `missed` says."""
    return _after(services.calls.resume, services, actor, call_id, response)


@router.post("/{call_id}/cancel")
def cancel_call(
    call_id: UUID, actor: CurrentActor, services: CurrentServices, response: Response
) -> CallDetail:
    """Make no further run of a call, and hang up where it is being made. Its event is cancelled."""
    return _after(services.calls.cancel, services, actor, call_id, response)


@router.post("/{call_id}/call-now")
def call_now(call_id: UUID, actor: CurrentActor, services: CurrentServices, response: Response) -> CallDetail:
    """Have the next run made now: its event moves to this time. Quiet hours and limits are kept."""
    return _after(services.calls.call_now, services, actor, call_id, response)


def _after(
    act: Callable[[Actor, UUID], object],
    services: Services,
    actor: Actor,
    call_id: UUID,
    response: Response,
) -> CallDetail:
    act(actor, call_id)
    return _read(services, actor, call_id, response)


def _answer(
    services: Services, actor: Actor, call_id: UUID, outcome: Outcome, response: Response
) -> CallOutcome:
    return CallOutcome.of(outcome, call=_read(services, actor, call_id, response))


def _read(services: Services, actor: Actor, call_id: UUID, response: Response) -> CallDetail:
    with services.database.read(actor.workspace_id) as tx:
        shown = call_detail(tx, services, actor, call_id)
    response.headers["ETag"] = etag(shown.version)
    return shown


def call_detail(tx: Unit, services: Services, actor: Actor, call_id: UUID) -> CallDetail:
    """Give a whole call as the actor may see it, or raise `NotFound`."""
    call = get_call(tx, actor, call_id)
    log = queries.list_attempts(tx, actor, LogFilter(call_id=call_id))
    return CallDetail.of(
        call,
        phone=services.calls.number(actor, call),
        coming=queries.coming(tx, call, _SHOWN_COMING),
        history=[CallStep.of(step) for step in queries.history_of(tx, actor, call_id)],
        log=[AttemptShown.of(logged) for logged in log.items],
    )
