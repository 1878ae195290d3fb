"""Proving who one is by username and password."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import update

from kalends.features.identity import accounts, audit
from kalends.features.identity.actor import actor_of
from kalends.features.identity.attempts import Attempts
from kalends.features.identity.models import Account, Member
from kalends.features.identity.names import username as normalised
from kalends.features.identity.passwords import Passwords
from kalends.features.identity.refusals import AccountDisabled, SignInRefused
from kalends.kit.errors import InvalidInput
from kalends.storage import Database, Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """That somebody knew an account's password, while that was its password."""

    account_id: UUID
    password_hash: str = field(repr=False)

    def must_hold(self, tx: Unit) -> None:
        """Raise `SignInRefused` if the password changed or the account was shut since; else it stays so
        until the unit ends."""
        account = tx.session.get(Account, self.account_id, with_for_update={"key_share": True})
        if account is None or account.password_hash != self.password_hash or account.disabled_at is not None:
            raise SignInRefused

    def admit(self, tx: Unit) -> Member:
        """Give the account's member in the unit's workspace, or raise `SignInRefused`."""
        self.must_hold(tx)
        for member in accounts.memberships(tx, self.account_id):
            if member.workspace_id == tx.workspace_id:
                audit.record(tx, actor_of(member), "account.signed_in", kind="member", subject=member.id)
                return member
        raise SignInRefused


class Prover:
    """Checks passwords outside of transactions, a limited number of times."""

    def __init__(self, database: Database, passwords: Passwords, attempts: Attempts) -> None:
        self._database = database
        self._passwords = passwords
        self._attempts = attempts

    def prove(self, username: str, password: str, *, address: str | None = None) -> Proof:
        """Give a proof, or raise `SignInRefused`, `AccountDisabled`, `TooMany`.

        An unknown name costs a hash too, and answers in the same words as a wrong password.
        """
        try:
            name = normalised(username)
        except InvalidInput:
            name = ""  # nobody's
        self._attempts.count(username=name, address=address)
        with self._database.read(None) as tx:
            account = accounts.find_account(tx, name)
        right = self._passwords.matches(password, account.password_hash if account else None)
        if account is None or not right:
            raise SignInRefused
        self._attempts.forget(name)
        if account.disabled_at is not None:
            raise AccountDisabled("This account is disabled; ask an administrator of the server.")
        return self._renewed(Proof(account_id=account.id, password_hash=account.password_hash), password)

    def workspace_for(self, proof: Proof, wanted: UUID | None) -> UUID:
        """Give the wanted workspace, or the one that the account joined first; `SignInRefused` if it is in
        none such."""
        with self._database.read(None) as tx:
            joined = [member.workspace_id for member in accounts.memberships(tx, proof.account_id)]
        if not joined or (wanted is not None and wanted not in joined):
            raise SignInRefused
        return wanted or joined[0]

    def _renewed(self, proof: Proof, password: str) -> Proof:
        """Hash anew if hashes have become dearer since, while the password is at hand."""
        renewed = self._passwords.renewed(password, proof.password_hash)
        if renewed is None:
            return proof
        replace = (
            update(Account)
            .where(Account.id == proof.account_id, Account.password_hash == proof.password_hash)
            .values(password_hash=renewed)
        )
        changed = self._database.write(None, lambda tx: tx.changed(replace))
        return Proof(account_id=proof.account_id, password_hash=renewed) if changed else proof
