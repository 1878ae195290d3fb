"""What constraints hold of one member: given out on request, and erased with the member."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select

from kalends.features.identity.models import Member
from kalends.features.scheduling.constraints.models import StoredConstraint
from kalends.storage import Unit


def erase(tx: Unit, member: Member) -> None:
    """Take a member out of the rules that name them, before they go; their own constraints go with them.

    A rule that named nobody else has nothing left to ask.
    """
    id = str(member.id)
    for row in tx.execute(select(StoredConstraint).where(StoredConstraint.member_id.is_(None))).scalars():
        named = row.parameters.get("members", ())
        if id in named:
            rest = [each for each in named if each != id]
            row.parameters = {**row.parameters, "members": rest}
            row.version += 1
            if not rest:
                tx.session.delete(row)
    tx.session.flush()


def export(tx: Unit, member_id: UUID) -> dict[str, Any]:
    """Give the member's own constraints as JSON values."""
    rows = tx.execute(
        select(StoredConstraint).where(StoredConstraint.member_id == member_id).order_by(StoredConstraint.id)
    ).scalars()
    return {
        "constraints": [
            {
                "name": row.name,
                "rule": row.rule,
                "parameters": row.parameters,
                "hard": row.hard,
                "priority": row.priority,
                "active": row.active,
                "created_at": row.created_at.isoformat(),
            }
            for row in rows
        ]
    }
