"""Identity as the interfaces use it.

What hashes passwords or proves a token opens its own units of work, because a hash takes tens of
milliseconds and must not be computed while the database's writer waits. Everything else runs within the
caller's unit: `identity.members`, `identity.invitations` and the functions of `api_keys`, `sign_ins`,
`workspaces` and `audit` take `tx` first.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from kalends.features.identity import accounts, api_keys, audit, invitations, personal_data, resets, sign_ins
from kalends.features.identity.actor import Actor, Scope
from kalends.features.identity.attempts import Attempts
from kalends.features.identity.hooks import Hooks
from kalends.features.identity.invitations import Invitations, Offer
from kalends.features.identity.members import Members
from kalends.features.identity.models import Account, Member, SignInEnd
from kalends.features.identity.names import username as normalised
from kalends.features.identity.passwords import Passwords
from kalends.features.identity.proof import Prover
from kalends.features.identity.refusals import (
    SignInRefused,
    SignUpClosed,
    WrongPassword,
)
from kalends.features.identity.registration import Registrar, Registration
from kalends.features.identity.settings import IdentitySettings
from kalends.features.identity.sign_ins import BrowserSession, SignIns, Tokens
from kalends.kit.crypto import Keyring
from kalends.kit.errors import Forbidden, InvalidInput, NotFound
from kalends.storage import Database, Unit


class Identity:
    """Accounts, members and sign-in."""

    def __init__(
        self,
        database: Database,
        keyring: Keyring,
        settings: IdentitySettings | None = None,
        hooks: Hooks | None = None,
    ) -> None:
        self.settings = settings or IdentitySettings()
        self.hooks = hooks or Hooks()
        self.members = Members(self.hooks)
        self.invitations = Invitations(self.members, self.settings.invitation_lifetime)
        self.sign_ins = SignIns(database, keyring, self.settings)
        self._database = database
        self._passwords = Passwords(self.settings)
        self._attempts = Attempts(self.settings, database.clock)
        self._prover = Prover(database, self._passwords, self._attempts)
        self._registrar = Registrar(database, self._passwords, self.members, self.invitations, self.hooks)

    # Accounts

    def sign_up(self, registration: Registration, *, address: str | None = None) -> Actor:
        """Make an account for a stranger or a guest. `address` is where the request came from.

        Raises `SignUpClosed`, `UsernameTaken`, `InvitationRefused`, `InvalidInput`, `TooMany`.
        """
        if registration.invitation is None and not self.settings.sign_up_open:
            raise SignUpClosed("Only invited people may sign up here; ask an owner for an invitation.")
        self._attempts.count(address=address)
        return self.register(registration)

    def register(self, registration: Registration) -> Actor:
        """Make an account whether sign-up is open or not: for administrators."""
        return self._registrar.register(registration)

    def is_empty(self) -> bool:
        """Say whether nobody has an account yet."""
        with self._database.read(None) as tx:
            return not accounts.anybody(tx)

    def offer(self, invitation: str) -> Offer:
        """Say to a guest, who need not have an account, what they are invited to, or `InvitationRefused`."""
        return invitations.offer(self._database, invitation)

    def accept_invitation(self, actor: Actor, invitation: str) -> Member:
        """Make the actor's account a member of the inviting workspace too; `switch` goes there.

        Raises `InvitationRefused`, `AlreadyMember`, `Forbidden` when the actor has no account.
        """
        actor.must_have(Scope.ADMIN)
        account_id = _account_of(actor)
        workspace_id = invitations.find_open(self._database, invitation).workspace_id

        def join(tx: Unit) -> Member:
            name = next(
                (m.name for m in accounts.memberships(tx, account_id) if m.id == actor.member_id), None
            )
            return self.invitations.redeem(tx, invitation, account_id, name)

        return self._database.write(workspace_id, join)

    def memberships(self, actor: Actor) -> tuple[Member, ...]:
        """Give every member that the actor's account is, oldest first; `switch` takes their ids."""
        actor.must_have(Scope.ADMIN)
        with self._database.read(None) as tx:
            return accounts.memberships(tx, _account_of(actor))

    def homes(self, actor: Actor) -> tuple[accounts.Home, ...]:
        """Give `memberships`, each with the name of its workspace."""
        actor.must_have(Scope.ADMIN)
        with self._database.read(None) as tx:
            return accounts.homes(tx, _account_of(actor))

    def set_disabled(self, username: str, disabled: bool) -> None:
        """Shut an account out and end its sign-ins, or let it in again: for administrators.

        Its API keys rest meanwhile. Raises `NotFound`.
        """
        name = normalised(username)

        def work(tx: Unit) -> None:
            account = accounts.find_account(tx, name)
            if account is None:
                raise NotFound(f"There is no account {name!r}.", kind="account", id=name)
            account.disabled_at = tx.now if disabled else None
            tx.session.flush()
            if disabled:
                sign_ins.end(tx, SignInEnd.DISABLED, account_id=account.id)

        self._database.write(None, work)

    # Signing in

    def sign_in(
        self,
        username: str,
        password: str,
        *,
        address: str | None = None,
        device: str | None = None,
        workspace_id: UUID | None = None,
    ) -> Tokens:
        """Give tokens for the account's member in `workspace_id`, or in the workspace it joined first.

        Raises `SignInRefused` in the same words for a wrong name and a wrong password, `AccountDisabled`,
        `TooMany`.
        """
        proof = self._prover.prove(username, password, address=address)
        workspace_id = self._prover.workspace_for(proof, workspace_id)
        return self._database.write(
            workspace_id,
            lambda tx: self.sign_ins.begin_tokens(tx, proof.admit(tx), device),
        )

    def sign_in_browser(
        self,
        username: str,
        password: str,
        *,
        address: str | None = None,
        device: str | None = None,
        workspace_id: UUID | None = None,
    ) -> BrowserSession:
        """Give a cookie session, else as `sign_in`."""
        proof = self._prover.prove(username, password, address=address)
        workspace_id = self._prover.workspace_for(proof, workspace_id)
        return self._database.write(
            workspace_id,
            lambda tx: self.sign_ins.begin_browser(tx, proof.admit(tx), device),
        )

    def issue(self, actor: Actor, *, device: str | None = None) -> Tokens:
        """Give tokens to somebody who has just signed up."""
        return self._database.write(
            actor.workspace_id,
            lambda tx: self.sign_ins.begin_tokens(tx, tx.get(Member, actor.member_id), device),
        )

    def issue_browser(self, actor: Actor, *, device: str | None = None) -> BrowserSession:
        """Give a cookie session to somebody who has just signed up."""
        return self._database.write(
            actor.workspace_id,
            lambda tx: self.sign_ins.begin_browser(tx, tx.get(Member, actor.member_id), device),
        )

    def switch(self, actor: Actor, member_id: UUID, *, device: str | None = None) -> Tokens:
        """Give tokens for another member of the same account; this sign-in stays too. Raises `NotFound`."""
        workspace_id = self._workspace_of(actor, member_id)
        return self._database.write(
            workspace_id, lambda tx: self.sign_ins.begin_tokens(tx, tx.get(Member, member_id), device)
        )

    def switch_browser(self, actor: Actor, member_id: UUID, *, device: str | None = None) -> BrowserSession:
        """Put the browser into another workspace of the same account: a new cookie, and the old one ends."""
        workspace_id = self._workspace_of(actor, member_id)

        def work(tx: Unit) -> BrowserSession:
            sign_ins.end(tx, SignInEnd.SWITCHED, actor.sign_in_id)
            return self.sign_ins.begin_browser(tx, tx.get(Member, member_id), device)

        return self._database.write(workspace_id, work)

    def verify(self, bearer: str) -> Actor:
        """Give the actor of an access token or API key, or raise `TokenRefused`, `TokenExpired`."""
        if bearer.startswith(api_keys.PREFIX):
            return api_keys.verify(self._database, bearer)
        return self.sign_ins.verify_access(bearer)

    def verify_cookie(self, cookie: str) -> BrowserSession:
        """Give a cookie's session, or raise `TokenRefused`. Whatever changes something calls `check_csrf`."""
        return self.sign_ins.verify_cookie(cookie)

    def refresh(self, refresh_token: str) -> Tokens:
        """Give new tokens for a refresh token that was not used before; a used one ends its family."""
        return self.sign_ins.refresh(refresh_token)

    def sign_out(self, actor: Actor) -> None:
        """End the sign-in that the actor came with."""
        if actor.sign_in_id is None:
            raise InvalidInput("An API key does not sign out; revoke it.", field="authorization")
        sign_in_id = actor.sign_in_id
        self._database.write(
            actor.workspace_id, lambda tx: sign_ins.end(tx, SignInEnd.SIGNED_OUT, sign_in_id)
        )

    def sign_out_everywhere(self, actor: Actor) -> int:
        """End every sign-in of the actor's account and give their number."""
        actor.must_have(Scope.ADMIN)
        account_id = _account_of(actor)
        return self._database.write(
            actor.workspace_id, lambda tx: sign_ins.end(tx, SignInEnd.SIGNED_OUT, account_id=account_id)
        )

    # Passwords

    def change_password(self, actor: Actor, *, old: str, new: str) -> None:
        """Replace the actor's password and end their other sign-ins.

        Raises `WrongPassword`, `InvalidInput` (field `new_password`), `TooMany`.
        """
        actor.must_have(Scope.ADMIN)
        account_id = _account_of(actor)
        with self._database.read(None) as tx:
            username = tx.session.get_one(Account, account_id).username
        try:
            proof = self._prover.prove(username, old)
        except SignInRefused:
            raise WrongPassword("The present password is wrong.", field="old_password") from None
        new_hash = self._passwords.hash(new, field="new_password")

        def work(tx: Unit) -> None:
            proof.must_hold(tx)
            accounts.replace_password(
                tx, account_id, new_hash, SignInEnd.PASSWORD_CHANGED, keep=actor.sign_in_id
            )
            audit.record(tx, actor, "account.credentials_changed", kind="member", subject=actor.member_id)

        self._database.write(actor.workspace_id, work)

    def reset_for_member(self, actor: Actor, member_id: UUID) -> str:
        """Give an owner a token with which a member of theirs sets a new password; shown once."""
        lifetime = self.settings.reset_lifetime
        return self._database.write(
            actor.workspace_id, lambda tx: resets.make_for_member(tx, actor, member_id, lifetime).secret
        )

    def reset_for_username(self, username: str) -> str:
        """Give an administrator a token with which an account sets a new password; shown once."""
        name, lifetime = normalised(username), self.settings.reset_lifetime
        return self._database.write(None, lambda tx: resets.make_for_username(tx, name, lifetime).secret)

    def reset_password(self, token: str, new: str) -> None:
        """Set a new password and end every sign-in, or raise `ResetRefused`, `InvalidInput`."""
        with self._database.read(None) as tx:
            resets.find_open(tx, token)  # strangers must not make us hash
        new_hash = self._passwords.hash(new, field="new_password")
        self._database.write(None, lambda tx: resets.use(tx, token, new_hash))

    # Personal data and housekeeping

    def export(self, tx: Unit, member_id: UUID) -> dict[str, Any]:
        """Give identity's part of a member's data as JSON values."""
        return personal_data.export(tx, member_id)

    def erase(self, tx: Unit, member_id: UUID) -> None:
        """Delete identity's part of a member's data, the member included: the last step of an erasure.

        `members.remove` does the whole of it, hooks first.
        """
        personal_data.erase(tx, member_id)

    def purge(self, before: datetime) -> int:
        """Delete sign-ins, resets, invitations and keys that ended before then and give their number.

        Audit entries are purged for each workspace by `audit.purge`.
        """
        ended = (sign_ins.purge, resets.purge, invitations.purge, api_keys.purge)
        return self._database.write(None, lambda tx: sum(purge(tx, before) for purge in ended))

    def _workspace_of(self, actor: Actor, member_id: UUID) -> UUID:
        if actor.sign_in_id is None:
            raise Forbidden("An API key belongs to one workspace.", needs="sign_in")
        for member in self.memberships(actor):
            if member.id == member_id:
                return member.workspace_id
        raise NotFound(f"You are no member {member_id}.", kind="member", id=str(member_id))


def _account_of(actor: Actor) -> UUID:
    if actor.account_id is None:
        raise Forbidden("This needs an account; the member has none.", needs="account")
    return actor.account_id
