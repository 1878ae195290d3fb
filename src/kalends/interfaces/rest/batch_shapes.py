"""Many calls at once, as they are shown and given."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, Field

from kalends.features.calls.batches import MOST_ROWS, Action
from kalends.features.calls.models import CallState
from kalends.interfaces.rest.shapes import Given, Shown


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
