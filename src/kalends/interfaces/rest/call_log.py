"""What was tried: the log of calls, its file, and its figures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime

from kalends.features.calls import queries
from kalends.features.calls.csv_files import log_lines
from kalends.features.calls.models import Outcome
from kalends.features.calls.queries import LogFilter
from kalends.features.calls.statistics import statistics
from kalends.interfaces.rest.attachments import attachment
from kalends.interfaces.rest.call_shapes import AttemptShown, NotesGiven, StatisticsShown
from kalends.interfaces.rest.calls import Phone
from kalends.interfaces.rest.context import CurrentActor, CurrentServices, PageCursor, PageLimit
from kalends.interfaces.rest.readers import Reader
from kalends.interfaces.rest.shapes import PageOf
from kalends.kit.pagination import DEFAULT_LIMIT

router = APIRouter(tags=["calls"])
statistics_router = APIRouter(prefix="/calls", tags=["calls"])


def log_filter(
    services: CurrentServices,
    call_id: UUID | None = None,
    member_id: UUID | None = None,
    agent_instance: Annotated[str | None, Query(max_length=200)] = None,
    outcome: Annotated[list[Outcome] | None, Query(description="That ended like this.")] = None,
    under_way: Annotated[bool | None, Query(description="Those that have not ended, or that have.")] = None,
    since: Annotated[AwareDatetime | None, Query(alias="from", description="Begun at or after this.")] = None,
    until: Annotated[AwareDatetime | None, Query(alias="to", description="And before this.")] = None,
    phone: Phone = None,
) -> LogFilter:
    """Read which attempts a request is about."""
    return LogFilter(
        call_id=call_id,
        member_id=member_id,
        agent_instance=agent_instance,
        outcomes=outcome,
        under_way=under_way,
        since=since,
        until=until,
        phone_hash=phone and services.calls.hash_of(phone),
    )


Which = Annotated[LogFilter, Depends(log_filter)]


@router.get("/call-attempts")
def list_call_attempts(
    actor: Reader,
    services: CurrentServices,
    which: Which,
    cursor: PageCursor = None,
    limit: PageLimit = DEFAULT_LIMIT,
) -> PageOf[AttemptShown]:
    """Give what was tried, the newest first."""
    with services.database.read(actor.workspace_id) as tx:
        found = queries.list_attempts(tx, actor, which, cursor, limit=limit)
        return PageOf[AttemptShown](items=[AttemptShown.of(each) for each in found.items], next=found.next)


@router.get(
    "/call-attempts.csv",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
def export_call_attempts(actor: Reader, services: CurrentServices, which: Which) -> StreamingResponse:
    """Give the log as a CSV file in UTF-8. Numbers are masked, and no cell is a formula."""
    queries.log_conditions(actor, which)  # what it refuses is refused before the answer begins

    def written() -> Iterator[bytes]:
        with services.database.read(actor.workspace_id) as tx:
            for line in log_lines(queries.every_attempt(tx, actor, which)):
                yield line.encode()

    return StreamingResponse(
        written(), media_type="text/csv; charset=utf-8", headers=attachment("calls", "csv", otherwise="calls")
    )


@router.patch("/call-attempts/{attempt_id}")
def note_call_attempt(
    attempt_id: UUID, given: NotesGiven, actor: CurrentActor, services: CurrentServices
) -> AttemptShown:
    """Write down what there is to say of an attempt."""
    return services.database.write(
        actor.workspace_id,
        lambda tx: AttemptShown.of(queries.note_attempt(tx, actor, attempt_id, given.notes)),
    )


@statistics_router.get("/statistics")
def read_call_statistics(
    actor: Reader,
    services: CurrentServices,
    since: Annotated[AwareDatetime, Query(alias="from", description="Calls begun at or after this.")],
    until: Annotated[AwareDatetime, Query(alias="to", description="And before this: a year at most.")],
    member_id: UUID | None = None,
    agent_instance: Annotated[str | None, Query(max_length=200)] = None,
) -> StatisticsShown:
    """Give figures of what was called; days and hours are by your clock.

    A call begins with its first attempt, and what follows counts to it. What is not due yet is not counted.
    """
    with services.database.read(actor.workspace_id) as tx:
        return StatisticsShown.shown(
            statistics(tx, actor, since, until, member_id=member_id, agent_instance=agent_instance)
        )
