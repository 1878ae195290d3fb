"""People in a workspace: who they are, what they may do, how they like their days."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from kalends.engine.zones import zone
from kalends.features.identity import audit, personal_data
from kalends.features.identity.actor import Actor, Scope
from kalends.features.identity.hooks import Hooks
from kalends.features.identity.models import AutoResolve, Member, Permission, Role
from kalends.features.identity.names import display_name
from kalends.features.identity.preferences import Preferences
from kalends.features.identity.refusals import AlreadyMember, LastOwner
from kalends.features.identity.workspaces import lock_workspace, workspace_of
from kalends.kit.errors import (
    InvalidInput,
    must_be_version,
)
from kalends.kit.pagination import DEFAULT_LIMIT, Page, checked_limit, decode_id, page
from kalends.storage import Unit

_GOVERNED = frozenset({"role", "permission"})  # what only an owner changes, even of oneself


class MemberChanges(BaseModel):
    """What to change of a member; what is not given stays. Only the default calendar may become None."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str | None = None
    role: Role | None = None
    permission: Permission | None = None
    zone: str | None = None
    auto_resolve: AutoResolve | None = None
    default_calendar_id: UUID | None = None

    def given(self) -> dict[str, Any]:
        """Give the fields that were set. Raises `InvalidInput` for a None that means nothing."""
        given = {field: getattr(self, field) for field in self.model_fields_set}
        for field, value in given.items():
            if value is None and field != "default_calendar_id":
                raise InvalidInput(f"A member always has a {field}; leave it out to keep it.", field=field)
        return given


class Members:
    """The members of the unit's workspace. All may see them; owners, and each of themselves, change them."""

    def __init__(self, hooks: Hooks) -> None:
        self._hooks = hooks

    def list(
        self, tx: Unit, actor: Actor, cursor: str | None = None, *, limit: int = DEFAULT_LIMIT
    ) -> Page[Member]:
        """Give the members in the order in which they came."""
        actor.must_have(Scope.READ)
        query = select(Member).order_by(Member.id).limit(checked_limit(limit) + 1)
        if cursor is not None:
            query = query.where(Member.id > decode_id(cursor))
        return page(tx.execute(query).scalars().all(), limit, lambda member: (str(member.id),))

    def get(self, tx: Unit, actor: Actor, member_id: UUID) -> Member:
        """Give one member, or raise `NotFound`."""
        actor.must_have(Scope.READ)
        return tx.get(Member, member_id)

    def add(
        self,
        tx: Unit,
        actor: Actor,
        *,
        name: str,
        role: Role = Role.OTHER,
        permission: Permission = Permission.EDITOR,
        zone_name: str | None = None,
    ) -> Member:
        """Add somebody who does not sign in themselves: a small child, or a guest to be invited later.

        They begin with the workspace's zone. Raises `Forbidden` unless an owner asks, `InvalidInput`.
        """
        actor.must_own_workspace()
        if permission is Permission.OWNER:
            raise _owner_needs_account()
        member = self.create(tx, name=name, role=role, permission=permission, zone_name=zone_name)
        audit.record(tx, actor, "member.added", kind="member", subject=member.id, role=role.value)
        return member

    def create(
        self,
        tx: Unit,
        *,
        name: str,
        role: Role,
        permission: Permission,
        zone_name: str | None = None,
        account_id: UUID | None = None,
    ) -> Member:
        """Store a member and let the other features know. For sign-up and invitations: asks nobody's leave.

        Raises `AlreadyMember` when the account has a member here.
        """
        member = Member(
            workspace_id=tx.workspace_id,
            id=tx.new_id(),
            account_id=account_id,
            name=display_name(name),
            role=role,
            permission=permission,
            zone=zone(zone_name).name if zone_name is not None else workspace_of(tx).zone,
            default_calendar_id=None,
            auto_resolve=AutoResolve.FLEXIBLE,
            preferences={},
            version=1,
            created_at=tx.now,
        )
        try:
            tx.add(member)
        except IntegrityError:
            raise AlreadyMember("This account is a member of the workspace already.") from None
        for tell in self._hooks.member_added:
            tell(tx, member)
        return member

    def bind(
        self, tx: Unit, member_id: UUID, account_id: UUID, *, role: Role, permission: Permission
    ) -> Member:
        """Give an account to a member who has none. For invitations: asks nobody's leave.

        Raises `AlreadyMember` when the member got one meanwhile, or the account has a member here.
        """
        member = self._locked(tx, member_id, expected_version=None)
        if member.account_id is not None:
            raise AlreadyMember("This member has an account already.", member_id=str(member_id))
        member.account_id, member.role, member.permission = account_id, role, permission
        member.version += 1
        try:
            tx.session.flush()
        except IntegrityError:
            raise AlreadyMember("This account is a member of the workspace already.") from None
        return member

    def change(
        self,
        tx: Unit,
        actor: Actor,
        member_id: UUID,
        changes: MemberChanges,
        *,
        expected_version: int | None = None,
    ) -> Member:
        """Change some of a member's fields and give the member as now stored.

        Raises `Stale` when `expected_version` is no longer the stored one, `LastOwner`, `Forbidden`
        (owners change anyone, others themselves, and never their own role or permission), `InvalidInput`.
        """
        given = changes.given()
        actor.must_have(Scope.WRITE)
        actor.must_be_or_own(member_id)
        if _GOVERNED & given.keys():
            actor.must_own_workspace()
            lock_workspace(tx)
        member = self._locked(tx, member_id, expected_version)
        given = {field: value for field, value in given.items() if value != getattr(member, field)}
        if not given:
            return member
        for field, value in given.items():
            setattr(member, field, self._accepted(tx, member, field, value))
        return self._written(tx, actor, member, "member.changed", sorted(given))

    def preferences(self, tx: Unit, actor: Actor, member_id: UUID) -> Preferences:
        """Give a member's preferences, to themselves and to owners."""
        actor.must_have(Scope.READ)
        actor.must_be_or_own(member_id)
        return Preferences.stored(tx.get(Member, member_id).preferences)

    def prefer(
        self,
        tx: Unit,
        actor: Actor,
        member_id: UUID,
        changes: Mapping[str, Any],
        *,
        expected_version: int | None = None,
    ) -> Preferences:
        """Change some of a member's preferences and give all of them, defaults included.

        Raises `InvalidInput` naming the field (`preferences.max_events_per_day`), `Stale`, `Forbidden`.
        """
        actor.must_have(Scope.WRITE)
        actor.must_be_or_own(member_id)
        member = self._locked(tx, member_id, expected_version)
        preferences = Preferences.stored(member.preferences).changed(changes)
        stored = preferences.as_set()
        if stored != member.preferences:
            member.preferences = stored
            self._written(tx, actor, member, "member.preferences_changed", sorted(changes))
        return preferences

    def remove(self, tx: Unit, actor: Actor, member_id: UUID, *, expected_version: int | None = None) -> None:
        """Take a member out of the workspace with all that is only theirs; everyone may remove themselves.

        An account that is then a member of nothing goes too. Raises `LastOwner`, `Stale`, `Forbidden`.
        """
        actor.must_have(Scope.ADMIN)
        actor.must_be_or_own(member_id)
        lock_workspace(tx)
        member = self._locked(tx, member_id, expected_version)
        _must_leave_an_owner(tx, member)
        for tell in self._hooks.member_removed:
            tell(tx, member)
        personal_data.erase(tx, member_id)
        audit.record(tx, actor, "member.removed", kind="member", subject=member_id)

    def _accepted(self, tx: Unit, member: Member, field: str, value: Any) -> Any:
        match field:
            case "name":
                return display_name(value)
            case "zone":
                return zone(value).name
            case "permission" if value is not Permission.OWNER:
                _must_leave_an_owner(tx, member)
            case "permission" if member.account_id is None:
                raise _owner_needs_account()
            case "default_calendar_id" if value is not None:
                for check in self._hooks.calendar_chosen:
                    check(tx, member, value)
        return value

    def _locked(self, tx: Unit, member_id: UUID, expected_version: int | None) -> Member:
        tx.lock(Member, [member_id])
        member = tx.get(Member, member_id)
        must_be_version("member", member.version, expected_version)
        return member

    def _written(self, tx: Unit, actor: Actor, member: Member, action: str, fields: Any) -> Member:
        member.version += 1
        tx.session.flush()
        audit.record(tx, actor, action, kind="member", subject=member.id, fields=fields)
        for tell in self._hooks.member_changed:
            tell(tx, member, fields)
        return member


def _must_leave_an_owner(tx: Unit, member: Member) -> None:
    """Raise `LastOwner` when no other owner is left. The workspace is locked: the count cannot change."""
    if member.permission is not Permission.OWNER:
        return
    others = select(func.count()).where(Member.permission == Permission.OWNER, Member.id != member.id)
    if tx.execute(others.select_from(Member)).scalar_one() == 0:
        raise LastOwner("A workspace needs an owner; make somebody else one first.", member_id=str(member.id))


def _owner_needs_account() -> InvalidInput:
    return InvalidInput("Only a member who can sign in can be an owner.", field="permission")
