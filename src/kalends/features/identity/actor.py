"""Who acts: every service call names one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from kalends.features.identity.models import Member, Permission
from kalends.kit.errors import Forbidden


class Scope(StrEnum):
    """What an API key may be used for; a person who signs in has all three."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"  # members, keys, sign-in: what governs access


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A member of one workspace, as a sign-in, token or key names it."""

    workspace_id: UUID
    member_id: UUID
    permission: Permission
    zone: str  # IANA; times given without a zone are in it
    language: str = "en"  # BCP 47; sentences are said in it
    account_id: UUID | None = None
    scopes: frozenset[str] = frozenset(Scope)  # an API key may have fewer
    sign_in_id: UUID | None = None  # the refresh family or browser session; None for an API key
    agent_instance: str | None = None  # of an API key that sees and makes the calls of one agent alone

    @property
    def owns_workspace(self) -> bool:
        """Say whether the actor may administer the workspace."""
        return self.permission is Permission.OWNER and "admin" in self.scopes

    def must_write(self) -> None:
        """Raise `Forbidden` unless the actor may change anything here."""
        if self.permission is Permission.VIEWER or "write" not in self.scopes:
            raise Forbidden("This needs the permission to edit in this workspace.", needs="editor")

    def must_own_workspace(self) -> None:
        """Raise `Forbidden` unless the actor may administer the workspace."""
        if not self.owns_workspace:
            raise Forbidden("This needs an owner of the workspace.", needs="owner")

    def must_have(self, scope: Scope) -> None:
        """Raise `Forbidden` unless the key that was used has this scope."""
        if scope not in self.scopes:
            raise Forbidden(f"This API key lacks the scope {scope.value!r}.", needs=scope.value)

    def must_be_or_own(self, member_id: UUID) -> None:
        """Raise `Forbidden` unless this is the actor's own affair, or the actor owns the workspace."""
        if member_id != self.member_id:
            self.must_own_workspace()


def actor_of(
    member: Member,
    *,
    scopes: frozenset[str] = frozenset(Scope),
    sign_in_id: UUID | None = None,
    agent_instance: str | None = None,
) -> Actor:
    """Give the actor that a stored member is."""
    return Actor(
        workspace_id=member.workspace_id,
        member_id=member.id,
        permission=member.permission,
        zone=member.zone,
        language=language_of(member.preferences),
        account_id=member.account_id,
        scopes=scopes,
        sign_in_id=sign_in_id,
        agent_instance=agent_instance,
    )


def language_of(preferences: Mapping[str, Any]) -> str:
    """Give the language of a member's stored preferences: a BCP 47 tag."""
    language: str = preferences.get("language", "en")
    return language
