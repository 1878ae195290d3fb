"""Coming in: a stranger founds a workspace, a guest joins the one they were invited to."""

from __future__ import annotations

from dataclasses import dataclass, field

from kalends.engine.zones import zone
from kalends.features.identity import accounts, audit
from kalends.features.identity.actor import Actor, actor_of
from kalends.features.identity.hooks import Hooks
from kalends.features.identity.invitations import Invitations, find_open
from kalends.features.identity.members import Members
from kalends.features.identity.models import Permission, Role
from kalends.features.identity.names import display_name, username
from kalends.features.identity.passwords import Passwords
from kalends.features.identity.workspaces import add_workspace
from kalends.storage import Database, Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What somebody gives to get an account; with an invitation they join, without one they found."""

    username: str
    password: str = field(repr=False)
    name: str  # of the person
    email: str | None = None
    invitation: str | None = field(default=None, repr=False)
    # Of a founder only:
    workspace_name: str | None = None  # "<name>'s household" unless given
    zone: str = "UTC"  # IANA
    role: Role = Role.PARENT


class Registrar:
    """Makes accounts together with the member that each one starts as."""

    def __init__(
        self,
        database: Database,
        passwords: Passwords,
        members: Members,
        invitations: Invitations,
        hooks: Hooks,
    ) -> None:
        self._database = database
        self._passwords = passwords
        self._members = members
        self._invitations = invitations
        self._hooks = hooks

    def register(self, registration: Registration) -> Actor:
        """Store an account, its member and, for a founder, the workspace: all or nothing.

        Raises `UsernameTaken`, `InvitationRefused`, `InvalidInput`.
        """
        login = username(registration.username)
        email = accounts.checked_email(registration.email)
        name = display_name(registration.name)
        zone(registration.zone)
        if registration.invitation is not None:
            workspace_id = find_open(self._database, registration.invitation).workspace_id
        else:
            workspace_id = self._database.ids.new()
        password_hash = self._passwords.hash(registration.password)

        def store(tx: Unit) -> Actor:
            account = accounts.add_account(tx, username=login, email=email, password_hash=password_hash)
            if registration.invitation is not None:
                member = self._invitations.redeem(tx, registration.invitation, account.id, name)
            else:
                self._found(tx, registration, name)
                member = self._members.create(
                    tx, name=name, role=registration.role, permission=Permission.OWNER, account_id=account.id
                )
            audit.record(tx, actor_of(member), "account.created", kind="member", subject=member.id)
            return actor_of(member)

        return self._database.write(workspace_id, store)

    def _found(self, tx: Unit, registration: Registration, name: str) -> None:
        title = registration.workspace_name or f"{name[:80]}'s household"
        workspace = add_workspace(tx, name=title, zone_name=registration.zone)
        for tell in self._hooks.workspace_added:
            tell(tx, workspace)
