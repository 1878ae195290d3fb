"""All that is kept of one member, in one answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from kalends.features.calendars import personal_data as of_calendars
from kalends.features.identity import audit
from kalends.features.identity import personal_data as of_identity
from kalends.features.identity.actor import Actor
from kalends.features.identity.models import Member
from kalends.features.resources import personal_data as of_resources
from kalends.features.scheduling.constraints import personal_data as of_constraints
from kalends.features.scheduling.tasks import personal_data as of_tasks
from kalends.kit.errors import Forbidden
from kalends.storage import Unit

Export = Callable[[Unit, UUID], dict[str, Any]]
"""What gives the part of a feature."""


def export_member(tx: Unit, actor: Actor, member_id: UUID, *more: Export) -> dict[str, Any]:
    """Give a member's data as JSON values: to themselves, and to an owner for one who does not sign in.

    `more` are the parts of features that this one does not know.
    An owner does not read the private calendar of somebody with an account in this way either.
    """
    member = tx.get(Member, member_id)
    if member.id != actor.member_id and not (actor.owns_workspace and member.account_id is None):
        raise Forbidden("A member who signs in exports their own data.", member_id=str(member_id))
    audit.record(tx, actor, "member.exported", kind="member", subject=member_id)
    parts = (of_identity, of_calendars, of_resources, of_constraints, of_tasks)
    exports: list[Export] = [*(part.export for part in parts), *more]
    return {name: value for export in exports for name, value in export(tx, member_id).items()}
