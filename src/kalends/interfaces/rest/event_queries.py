"""Ranges of time, as occurrences: the request behind every calendar screen."""

from __future__ import annotations

from typing import Annotated, cast
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from kalends.engine.claims import Priority
from kalends.features.calendars.models import Status
from kalends.features.calendars.queries import EventFilter, look
from kalends.interfaces.rest.context import CurrentServices
from kalends.interfaces.rest.event_answers import Occurrences
from kalends.interfaces.rest.event_json import range_json
from kalends.interfaces.rest.event_models import TimeText
from kalends.interfaces.rest.event_times import read_window
from kalends.interfaces.rest.openapi import also
from kalends.interfaces.rest.readers import Reader
from kalends.interfaces.rest.settings import RestSettings

router = APIRouter(prefix="/events", tags=["events"])


@router.get(
    "",
    response_class=Response,
    responses={200: {"model": Occurrences}, **also(413)},
    summary="List what happens in a range",
)
def list_events(
    actor: Reader,
    services: CurrentServices,
    request: Request,
    start: Annotated[TimeText, Query(description="Inclusive. A time without an offset is in your zone.")],
    end: Annotated[TimeText, Query(description="Exclusive.")],
    calendar: Annotated[list[UUID] | None, Query()] = None,
    member: Annotated[list[UUID] | None, Query(description="Whose time it takes.")] = None,
    category: Annotated[list[UUID] | None, Query()] = None,
    priority: Annotated[list[Priority] | None, Query()] = None,
    status: Annotated[list[Status] | None, Query()] = None,
    q: Annotated[
        str | None, Query(max_length=200, description="Text in title, description or location.")
    ] = None,
) -> Response:
    """Give every occurrence that you may see and that intersects the range, in order of start.

    Filters narrow: an event passes all that are given, and any one of a filter's several values. What shows
    you no more than busy time passes only those of calendar and member. A range with more than 10,000
    occurrences, unless the server is set otherwise, answers 413: ask for a shorter one.
    """
    wanted = EventFilter(
        calendars=calendar, members=member, categories=category, priorities=priority, statuses=status, text=q
    )
    settings = cast(RestSettings, request.app.state.settings)
    window = read_window(start, end, actor.zone)
    with services.database.read(actor.workspace_id) as tx:
        found = look(tx, actor, window, wanted, limit=settings.max_occurrences)
    return Response(range_json(found), media_type="application/json")
