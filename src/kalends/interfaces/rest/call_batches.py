"""Many calls at once, from JSON or a CSV file, done in the background."""

from __future__ import annotations

from typing import Annotated, Final
from uuid import UUID

from anyio.to_thread import run_sync
from fastapi import APIRouter, Query, Request, status

from kalends.features.calls.batches import MOST_BYTES, Action
from kalends.interfaces.call_files import take_file
from kalends.interfaces.rest.batch_shapes import Batches, BatchShown
from kalends.interfaces.rest.context import CurrentActor, CurrentServices
from kalends.interfaces.rest.limits import read_body
from kalends.interfaces.rest.openapi import also
from kalends.interfaces.rest.readers import Reader
from kalends.interfaces.rest.refusals import UnsupportedMedia

router = APIRouter(prefix="/calls/batches", tags=["calls"])

_JSON: Final = "application/json"
_CSV: Final = "text/csv"


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
async def create_call_batch(
    actor: CurrentActor,
    services: CurrentServices,
    request: Request,
    action: Annotated[Action | None, Query(description="Of a CSV file; `create` by default.")] = None,
) -> BatchShown:
    """Have many calls scheduled, paused or cancelled.

    A CSV file in UTF-8 schedules: its first line names the fields of a call, `metadata.x` one of its
    metadata. With another `action` it names calls, as `call_id` or `id`; what else it says is not looked at.
    The answer comes at once; ask for the batch to see how far it is, and what was wrong with single rows: the
    others are done.
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
        batch = take_file(services, actor, data, is_json=kind == _JSON, action=action)
        return BatchShown.model_validate(batch)

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
