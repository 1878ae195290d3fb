"""Many calls at once, from JSON or a CSV file, done in the background."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from anyio.to_thread import run_sync
from fastapi import APIRouter, Request, status
from pydantic import AwareDatetime, Field, ValidationError

from kalends.features.calls.batches import MOST_BYTES, MOST_ROWS, Action
from kalends.features.calls.csv_files import read_rows
from kalends.features.calls.models import CallBatch, CallState
from kalends.features.calls.queries import CallFilter
from kalends.features.identity.actor import Actor
from kalends.interfaces.rest.context import CurrentActor, CurrentServices
from kalends.interfaces.rest.limits import read_body
from kalends.interfaces.rest.openapi import also
from kalends.interfaces.rest.readers import Reader
from kalends.interfaces.rest.refusals import UnsupportedMedia
from kalends.interfaces.rest.shapes import Given, Shown
from kalends.interfaces.services import Services
from kalends.kit.errors import InvalidInput

router = APIRouter(prefix="/calls/batches", tags=["calls"])

_JSON: Final = "application/json"
_CSV: Final = "text/csv"


class FilterGiven(Given):
    """Which calls, of those that are not over: those that match every part that is set."""

    state: list[CallState] | None = None
    member_id: UUID | None = None
    agent_instance: str | None = Field(None, max_length=200)
    call_type: str | None = Field(None, max_length=200)
    since: AwareDatetime | None = Field(None, alias="from")
    until: AwareDatetime | None = Field(None, alias="to")
    q: str | None = Field(None, max_length=200, description="In the title.")
    phone: str | None = Field(None, max_length=60)


class BatchGiven(Given):
    """What is to be done: `create` with rows; `pause` or `cancel` with ids or a filter."""

    action: Action = Action.CREATE
    rows: list[dict[str, Any]] | None = Field(
        None, max_length=MOST_ROWS, description="Each as `POST /calls` takes it."
    )
    ids: list[UUID] | None = Field(None, max_length=MOST_ROWS)
    filter: FilterGiven | None = None


class RowError(Shown):
    """Why a row was not done."""

    row: int = Field(description="From 1; of a file, its header not counted.")
    field: str | None
    code: str
    issue: str


class BatchShown(Shown):
    """A batch, and how far it has come."""

    id: UUID
    action: Action
    member_id: UUID = Field(description="Who asked for it.")
    agent_instance: str | None
    total: int
    done: int = Field(description="Rows that were seen to; those that failed are among them.")
    failed: int
    errors: list[RowError]
    created_at: datetime
    ended_at: datetime | None = Field(description="null: it is being done.")


class Batches(Shown):
    """The last batches, the newest first."""

    items: list[BatchShown]


@router.post(
    "",
    status_code=status.HTTP_202_ACCEPTED,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                _JSON: {"schema": {"$ref": "#/components/schemas/BatchGiven"}},
                _CSV: {"schema": {"type": "string"}},
            },
        }
    },
    responses=also(413, 415),
)
async def create_call_batch(actor: CurrentActor, services: CurrentServices, request: Request) -> BatchShown:
    """Have many calls scheduled, paused or cancelled.

    A CSV file in UTF-8 schedules: its first line names the fields of a call, `metadata.x` one of its
    metadata. The answer comes at once; ask for the batch to see how far it is, and what was wrong with single
    rows: the others are done.
    """
    actor.must_write()  # before a large file is read
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in (_JSON, _CSV):
        raise UnsupportedMedia(
            f"Send {_JSON} or {_CSV}, not {kind or 'a body without a Content-Type'}.",
            expected=[_JSON, _CSV],
            given=kind,
        )
    data = await read_body(request, MOST_BYTES)

    def take() -> BatchShown:
        if kind == _CSV:
            return BatchShown.model_validate(services.calls.batches.create(actor, read_rows(data)))
        return BatchShown.model_validate(_taken(services, actor, _read(data)))

    return await run_sync(take)


@router.get("")
def list_call_batches(actor: Reader, services: CurrentServices) -> Batches:
    """Give the last 50 batches that you may know of."""
    with services.database.read(actor.workspace_id) as tx:
        return Batches.model_validate({"items": services.calls.batches.latest(tx, actor)})


@router.get("/{batch_id}")
def read_call_batch(batch_id: UUID, actor: Reader, services: CurrentServices) -> BatchShown:
    """Say how far a batch has come."""
    with services.database.read(actor.workspace_id) as tx:
        return BatchShown.model_validate(services.calls.batches.get(tx, actor, batch_id))


def _read(data: bytes) -> BatchGiven:
    try:
        return BatchGiven.model_validate(json.loads(data))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(map(str, first["loc"])) or "body"
        raise InvalidInput(f"{field}: {first['msg'].lower()}.", field=field) from None
    except (ValueError, RecursionError):
        raise InvalidInput("The body is no JSON.", field="body") from None


def _taken(services: Services, actor: Actor, given: BatchGiven) -> CallBatch:
    batches = services.calls.batches
    if given.action is Action.CREATE:
        if given.rows is None or given.ids is not None or given.filter is not None:
            raise InvalidInput("Calls are created from rows, and from nothing else.", field="rows")
        return batches.create(actor, given.rows)
    if given.rows is not None or (given.ids is None) == (given.filter is None):
        raise InvalidInput("Say which calls: by ids, or by a filter.", field="ids")
    if given.ids is not None:
        return batches.stop(actor, given.action, given.ids)
    assert given.filter is not None
    return batches.stop(actor, given.action, _filter(services, given.filter))


def _filter(services: Services, given: FilterGiven) -> CallFilter:
    return CallFilter(
        states=given.state,
        member_id=given.member_id,
        agent_instance=given.agent_instance,
        call_type=given.call_type,
        since=given.since,
        until=given.until,
        text=given.q,
        phone_hash=given.phone and services.calls.hash_of(given.phone),
    )
