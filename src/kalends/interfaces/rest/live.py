"""Live events: which calendars, and what else, change, as server-sent events."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Annotated, cast

from fastapi import APIRouter, Depends, FastAPI, Header, Request
from fastapi.responses import StreamingResponse

from kalends.features.identity.actor import Actor
from kalends.interfaces.rest.context import SESSION_COOKIE, CurrentServices
from kalends.interfaces.rest.live_changes import Changed, Listener, LiveChanges
from kalends.interfaces.rest.readers import Reader
from kalends.interfaces.services import Services

router = APIRouter(prefix="/live", tags=["live"])

LastSeen = Annotated[
    str | None,
    Header(
        alias="Last-Event-ID",
        pattern=r"^[0-9]{1,13}$",
        description="The `id` of the last event received: what changed since is told first.",
    ),
]


async def live_of(request: Request, services: CurrentServices) -> LiveChanges:
    """Give the one source of live changes of this app, made with its first listener."""
    state = request.app.state
    if not hasattr(state, "live"):
        state.live = LiveChanges(services.database)
    return cast(LiveChanges, state.live)


def end_streams(app: FastAPI) -> None:
    """End every stream of an app whose server stops."""
    if hasattr(app.state, "live"):
        cast(LiveChanges, app.state.live).close()


@router.get(
    "",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
async def follow_changes(
    request: Request,
    actor: Reader,
    services: CurrentServices,
    live: Annotated[LiveChanges, Depends(live_of)],
    last_seen: LastSeen = None,
) -> StreamingResponse:
    """Tell of each change of a calendar that you may know of, within a second, whoever makes it.

    Events are named `change`; their data is `{"calendar_id": ..., "change_number": ...}`. Where something
    else changed in the workspace, an event is named `settings`; its data is `{"kinds": ["category", ...]}`
    and no more. A change may be told twice. A comment comes when nothing else did for a while. The stream
    ends with your sign-in, also when an access token expires: refresh it, and come back with `Last-Event-ID`.
    """
    listener = Listener(workspace_id=actor.workspace_id, prove=_prover(request, services))
    since = None if last_seen is None else datetime.fromtimestamp(int(last_seen) / 1000, UTC)
    return StreamingResponse(
        _written(live.follow(listener, since)),
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no"},  # else some proxies keep events back
    )


async def _written(stream: AsyncIterator[Changed]) -> AsyncIterator[bytes]:
    async for changed in stream:
        place = int(changed.at.timestamp() * 1000)
        yield f": {changed.at.isoformat(timespec='seconds')}\nid: {place}\n\n".encode()
        for calendar_id, number in changed.numbers.items():
            data = json.dumps({"calendar_id": str(calendar_id), "change_number": number})
            yield f"event: change\nid: {place}\ndata: {data}\n\n".encode()
        if changed.kinds:
            data = json.dumps({"kinds": changed.kinds})
            yield f"event: settings\nid: {place}\ndata: {data}\n\n".encode()


def _prover(request: Request, services: Services) -> Callable[[], Actor]:
    """Give what proves the caller anew with what they sent; the request has been proved already."""
    _, _, bearer = request.headers.get("authorization", "").partition(" ")
    if bearer:
        return lambda: services.identity.verify(bearer)
    cookie = request.cookies.get(SESSION_COOKIE, "")
    return lambda: services.identity.verify_cookie(cookie).actor
