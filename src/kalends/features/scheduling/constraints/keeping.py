"""Making, changing and removing constraints, and who may."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select

from kalends.engine.constraints import RULES, parse_rule
from kalends.features.identity import audit
from kalends.features.identity.actor import Actor, Scope
from kalends.features.identity.models import Member
from kalends.features.resources.models import Resource
from kalends.features.scheduling.constraints.models import StoredConstraint
from kalends.features.scheduling.models import ConflictRecord
from kalends.kit.errors import (
    Clash,
    InvalidInput,
    NotFound,
    must_be_version,
)
from kalends.kit.text import checked_name
from kalends.storage import Unit

MOST = 500
"""How many constraints a workspace keeps at most: each is looked at with every edit."""


class TooManyConstraints(Clash):
    """The workspace keeps as many constraints as it may."""

    code = "too_many_constraints"


def list_constraints(tx: Unit, actor: Actor, *, member_id: UUID | None = None) -> list[StoredConstraint]:
    """Give those that the actor may read, in order of creation: one's own and everybody's, to an owner all.

    With `member_id` only what is asked of that member: their own and everybody's.
    """
    actor.must_have(Scope.READ)
    rows = tx.execute(select(StoredConstraint).order_by(StoredConstraint.id)).scalars()
    return [row for row in rows if _may_read(actor, row) and member_id in (None, row.member_id or member_id)]


def get_constraint(tx: Unit, actor: Actor, constraint_id: UUID) -> StoredConstraint:
    """Give one, or raise `NotFound`, also for one that the actor may not read."""
    actor.must_have(Scope.READ)
    row = tx.find(StoredConstraint, constraint_id)
    if row is None or not _may_read(actor, row):
        raise NotFound(f"There is no constraint {constraint_id}.", kind="constraint", id=str(constraint_id))
    return row


def create_constraint(
    tx: Unit,
    actor: Actor,
    *,
    name: str,
    rule: str,
    parameters: Mapping[str, Any],
    hard: bool = False,
    priority: int = 5,
    active: bool = True,
    member_id: UUID | None = None,
) -> StoredConstraint:
    """Make a constraint, of one member or (`member_id` None) of each.

    Raises `InvalidInput` by field for a rule that is none or parameters that it cannot read, `Forbidden` for
    an editor who asks something of others, `TooManyConstraints`.
    """
    _must_govern(actor, member_id)
    if member_id is not None and tx.find(Member, member_id) is None:
        raise InvalidInput(f"There is no member {member_id}.", field="member_id")
    if tx.execute(select(func.count()).select_from(StoredConstraint)).scalar_one() >= MOST:
        raise TooManyConstraints(f"A workspace keeps {MOST} constraints: remove one first.", limit=MOST)
    row = tx.add(
        StoredConstraint(
            id=tx.new_id(),
            name=checked_name(name, field="name", limit=100),
            rule=rule,
            parameters=checked_parameters(tx, rule, parameters),
            hard=hard,
            priority=_checked_priority(priority),
            active=active,
            member_id=member_id,
            version=1,
            created_at=tx.now,
            created_by=actor.member_id,
            updated_at=tx.now,
        )
    )
    audit.record(tx, actor, "create", kind="constraint", subject=row.id, rule=rule, hard=hard)
    return row


def update_constraint(
    tx: Unit,
    actor: Actor,
    constraint_id: UUID,
    *,
    changes: Mapping[str, Any],
    expected_version: int | None = None,
) -> StoredConstraint:
    """Change `name`, `rule`, `parameters`, `hard`, `priority` or `active`; whom it asks stays.

    Raises `Stale` where the version is not the expected one, and what `create_constraint` raises.
    """
    row = _governed(tx, actor, constraint_id, expected_version)
    if "name" in changes:
        row.name = checked_name(changes["name"], field="name", limit=100)
    if "rule" in changes or "parameters" in changes:
        rule = changes.get("rule", row.rule)
        row.parameters = checked_parameters(tx, rule, changes.get("parameters", row.parameters))
        row.rule = rule
    if "priority" in changes:
        row.priority = _checked_priority(changes["priority"])
    row.hard, row.active = changes.get("hard", row.hard), changes.get("active", row.active)
    row.version += 1
    row.updated_at = tx.now
    if not row.active:
        _forget_conflicts(tx, row.id)
    tx.session.flush()
    audit.record(tx, actor, "update", kind="constraint", subject=row.id, changed=sorted(changes))
    return row


def delete_constraint(
    tx: Unit, actor: Actor, constraint_id: UUID, *, expected_version: int | None = None
) -> None:
    """Remove a constraint for good, with what is remembered of its conflicts."""
    row = _governed(tx, actor, constraint_id, expected_version)
    _forget_conflicts(tx, row.id)
    tx.session.delete(row)
    tx.session.flush()
    audit.record(tx, actor, "delete", kind="constraint", subject=constraint_id)


def checked_parameters(tx: Unit, rule: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Give the parameters as stored. Raises `InvalidInput` naming `rule`, or the parameter's field."""
    if rule not in RULES:
        raise InvalidInput(f"There is no rule {rule!r}: give one of {', '.join(RULES)}.", field="rule")
    try:
        parsed = parse_rule(rule, parameters).parameters()
    except InvalidInput as error:
        inner = {name: value for name, value in error.fields.items() if name != "field"}
        raise InvalidInput(error.message, field=f"parameters.{error.field}", **inner) from None
    for field, table in (("resource", Resource), ("members", Member)):
        given = parsed.get(field, ())
        for id in [given] if isinstance(given, str) else given:
            if not _exists(tx, table, id):
                raise InvalidInput(f"There is no {table.__name__.lower()} {id}.", field=f"parameters.{field}")
    return parsed


def _governed(tx: Unit, actor: Actor, constraint_id: UUID, expected_version: int | None) -> StoredConstraint:
    tx.lock(StoredConstraint, [constraint_id])
    row = get_constraint(tx, actor, constraint_id)
    _must_govern(actor, row.member_id)
    must_be_version("constraint", row.version, expected_version)
    return row


def _may_read(actor: Actor, row: StoredConstraint) -> bool:
    """As preferences are read: by whom they are about and by owners; what is asked of all, by all."""
    return row.member_id in (None, actor.member_id) or actor.owns_workspace


def _must_govern(actor: Actor, member_id: UUID | None) -> None:
    """Owners ask anything of anybody; editors something of themselves."""
    actor.must_write()
    if member_id != actor.member_id:
        actor.must_own_workspace()


def _forget_conflicts(tx: Unit, constraint_id: UUID) -> None:
    tx.execute(delete(ConflictRecord).where(ConflictRecord.rule == str(constraint_id)))


def _exists(tx: Unit, table: type[Member] | type[Resource], id: str) -> bool:
    try:
        return tx.find(table, UUID(id)) is not None
    except ValueError:
        return False


def _checked_priority(priority: int) -> int:
    if not 1 <= priority <= 10:
        raise InvalidInput(f"A priority is 1 to 10, not {priority}.", field="priority")
    return priority
