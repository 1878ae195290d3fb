"""The audit log."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, Field

from kalends.features.identity import audit
from kalends.features.identity.audit import AuditFilter
from kalends.features.identity.models import AuditEntry
from kalends.interfaces.rest.context import CurrentActor, CurrentServices, PageCursor, PageLimit
from kalends.interfaces.rest.shapes import PageOf, Shown
from kalends.kit.pagination import DEFAULT_LIMIT, Page

router = APIRouter(prefix="/audit", tags=["audit"])

Name = Annotated[str | None, Query(max_length=200)]


class AuditEntryView(Shown):
    """When, who, what."""

    id: UUID
    at: datetime
    actor_member_id: UUID | None = Field(description="Null: the server itself.")
    action: str = Field(description="Object and verb.", examples=["member.added"])
    kind: str = Field(description="What the subject is.")
    subject: str | None
    detail: dict[str, Any] = Field(description="Ids, counts and names of changed fields.")


@router.get("", response_model=PageOf[AuditEntryView])
def list_audit_entries(
    actor: CurrentActor,
    services: CurrentServices,
    action: Name = None,
    kind: Name = None,
    subject: Name = None,
    actor_member_id: UUID | None = None,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
    cursor: PageCursor = None,
    limit: PageLimit = DEFAULT_LIMIT,
) -> Page[AuditEntry]:
    """Give the entries that match every filter, newest first: for owners. `until` is exclusive."""
    wanted = AuditFilter(
        action=action, kind=kind, subject=subject, actor_member_id=actor_member_id, since=since, until=until
    )
    with services.database.read(actor.workspace_id) as tx:
        return audit.list_entries(tx, actor, wanted, cursor, limit=limit)
