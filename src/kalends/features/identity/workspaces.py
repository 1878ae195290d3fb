"""The tenant itself: its name, its zone, its settings."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy import select

from kalends.engine.zones import zone
from kalends.features.identity import audit
from kalends.features.identity.actor import Actor
from kalends.features.identity.models import Workspace
from kalends.features.identity.names import display_name
from kalends.kit.errors import must_be_version
from kalends.storage import Database, Unit


class WorkspaceChanges(BaseModel):
    """What to change of the workspace; None keeps it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str | None = None
    zone: str | None = None  # of members to come; those who are here keep theirs


def add_workspace(tx: Unit, *, name: str, zone_name: str) -> Workspace:
    """Store the workspace that this unit was opened for."""
    workspace = Workspace(
        id=tx.workspace_id,
        name=display_name(name, field="workspace_name"),
        zone=zone(zone_name).name,
        settings={},
        version=1,
        created_at=tx.now,
    )
    tx.session.add(workspace)
    tx.session.flush()
    return workspace


def workspace_ids(database: Database) -> Sequence[UUID]:
    """Give every workspace of the installation, oldest first: for what is done to one after the other."""
    with database.read(None) as tx:
        return tx.execute(select(Workspace.id).order_by(Workspace.id)).scalars().all()


def workspace_of(tx: Unit) -> Workspace:
    """Give the unit's workspace."""
    return tx.session.get_one(Workspace, tx.workspace_id)


def change_workspace(
    tx: Unit, actor: Actor, changes: WorkspaceChanges, *, expected_version: int | None = None
) -> Workspace:
    """Rename the workspace or give it another zone.

    Raises `Stale` when `expected_version` is no longer the stored one, `Forbidden` unless an owner asks,
    `InvalidInput`.
    """
    actor.must_own_workspace()
    lock_workspace(tx)
    workspace = workspace_of(tx)
    must_be_version("workspace", workspace.version, expected_version)
    if changes.name is not None:
        workspace.name = display_name(changes.name)
    if changes.zone is not None:
        workspace.zone = zone(changes.zone).name
    workspace.version += 1
    tx.session.flush()
    fields = sorted(changes.model_dump(exclude_none=True))
    audit.record(tx, actor, "workspace.changed", kind="workspace", subject=workspace.id, fields=fields)
    return workspace


def lock_workspace(tx: Unit) -> None:
    """Hold the workspace until the unit ends, so that what is true of all its members stays true."""
    tx.execute(select(Workspace.id).where(Workspace.id == tx.workspace_id).with_for_update(key_share=True))
    # What was read before the lock may be old: read it again.
    tx.session.expire_all()
