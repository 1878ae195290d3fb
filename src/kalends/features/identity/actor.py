"""Who acts: every service call names one."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from kalends.features.identity.models import Permission
from kalends.kit.errors import Forbidden


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A member of one workspace, as a sign-in, token or key names it."""

    workspace_id: UUID
    member_id: UUID
    permission: Permission
    zone: str  # IANA; times given without a zone are in it
    account_id: UUID | None = None
    scopes: frozenset[str] = frozenset({"read", "write", "admin"})  # an API key may have fewer

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
