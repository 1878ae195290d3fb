"""Sign-ins: families of rotating refresh tokens for programs, cookie sessions for browsers.

A refresh token is its family's id and generation, signed; the row holds the one generation that is still
good. Using a token moves the row to the next. A token that is authentic but older was used twice: by its
owner and by a thief, in whatever order; so the family ends for both, and there is no grace for two
refreshes at the same instant either: one wins, the other ends the family.
"""

from __future__ import annotations

import hmac
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Update, and_, bindparam, delete, or_, select, update

from kalends.features.identity import audit
from kalends.features.identity.access_tokens import AccessTokens
from kalends.features.identity.actor import Actor, Scope, actor_of, language_of
from kalends.features.identity.models import Account, Member, Permission, SignIn, SignInEnd, SignInKind
from kalends.features.identity.refusals import CsrfRefused, TokenRefused
from kalends.features.identity.settings import IdentitySettings
from kalends.kit.crypto import Keyring, hash_token
from kalends.kit.errors import NotFound, Unavailable
from kalends.storage import Database, Unit

_REFRESH_PREFIX = "kalr"
_NOTE_USE_EVERY = timedelta(minutes=10)
_DEVICE_MAX = 200
_BY_TOKEN = {"across_workspaces": "a token is looked up before its workspace is known"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """What a program gets when it signs in or refreshes."""

    actor: Actor
    access: str = field(repr=False)
    refresh: str = field(repr=False)
    expires_in: int  # seconds until the access token ends


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserSession:
    """What a browser's cookie opens."""

    actor: Actor
    cookie: str = field(repr=False)
    csrf: str = field(repr=False)  # our pages send it back with whatever changes something
    expires_at: datetime

    def check_csrf(self, sent: str | None) -> None:
        """Raise `CsrfRefused` unless the request carries this session's token, as every change must."""
        if sent is None or not hmac.compare_digest(self.csrf.encode(), sent.encode("utf-8", "replace")):
            raise CsrfRefused("The request lacks this session's CSRF token; load the page again.")


class SignIns:
    """Begins, proves, refreshes and ends sign-ins."""

    def __init__(self, database: Database, keyring: Keyring, settings: IdentitySettings) -> None:
        self._database = database
        self._keyring = keyring
        self._settings = settings
        self._access = AccessTokens(keyring, settings.access_lifetime)

    def begin_tokens(self, tx: Unit, member: Member, device: str | None = None) -> Tokens:
        """Begin a family for a member who has just proved who they are."""
        sign_in = self._begin(tx, member, SignInKind.TOKENS, self._settings.refresh_lifetime, device)
        return self._tokens(tx, actor_of(member, sign_in_id=sign_in.id), generation=0)

    def begin_browser(self, tx: Unit, member: Member, device: str | None = None) -> BrowserSession:
        """Begin a browser session for a member who has just proved who they are."""
        cookie = tx.new_token()
        lifetime = self._settings.browser_lifetime
        sign_in = self._begin(tx, member, SignInKind.BROWSER, lifetime, device, hash_token(cookie))
        return self._browser_session(actor_of(member, sign_in_id=sign_in.id), cookie, sign_in.expires_at)

    def refresh(self, token: str) -> Tokens:
        """Give new tokens for a refresh token that was not used before, else raise `TokenRefused`."""
        workspace_id, sign_in_id, generation = self._read_refresh(token)

        def rotate(tx: Unit) -> Tokens | None:
            live = _live(sign_in_id, SignInKind.TOKENS, tx.now)
            moved = tx.changed(
                live.where(SignIn.generation == generation).values(
                    generation=generation + 1,
                    last_used_at=tx.now,
                    expires_at=tx.now + self._settings.refresh_lifetime,
                )
            )
            if moved:
                member = tx.execute(_holder().where(SignIn.id == sign_in_id)).scalar_one_or_none()
                if member is None:
                    return None
                return self._tokens(tx, actor_of(member, sign_in_id=sign_in_id), generation=generation + 1)
            ended = live.where(SignIn.generation > generation).values(
                ended_at=tx.now, ended_because=SignInEnd.REUSED
            )
            if tx.changed(ended):
                audit.record(tx, None, "sign_in.reused", kind="sign_in", subject=sign_in_id)
            return None

        # The family must end although the caller is refused: the refusal waits for the commit.
        tokens = self._database.write(workspace_id, rotate)
        if tokens is None:
            raise TokenRefused
        return tokens

    def verify_access(self, token: str) -> Actor:
        """Give the actor of an access token, as the database has them now, or raise `TokenRefused`."""
        claims = self._access.read(token, now=self._database.clock.now())
        with self._database.read(claims.workspace_id) as tx:
            found = tx.session.connection().execute(
                _ACTOR_BY_ACCESS,
                {
                    "workspace": claims.workspace_id,
                    "member": claims.member_id,
                    "sign_in": claims.sign_in_id,
                },
            )
            row = found.one_or_none()
        if row is None:
            raise TokenRefused
        return Actor(
            workspace_id=claims.workspace_id,
            member_id=claims.member_id,
            permission=row.permission,
            zone=row.zone,
            language=language_of(row.preferences),
            account_id=row.account_id,
            sign_in_id=claims.sign_in_id,
        )

    def verify_cookie(self, cookie: str) -> BrowserSession:
        """Give the session of a cookie, or raise `TokenRefused`."""
        with self._database.read(None) as tx:
            found = tx.execute(
                _holder()
                .add_columns(SignIn)
                .where(
                    SignIn.token_hash == hash_token(cookie),
                    SignIn.ended_at.is_(None),
                    SignIn.expires_at > tx.now,
                )
                .execution_options(**_BY_TOKEN)
            ).one_or_none()
            now = tx.now
        if found is None:
            raise TokenRefused
        member, sign_in = found
        if now - sign_in.last_used_at >= _NOTE_USE_EVERY:
            self._note_use(sign_in)
        return self._browser_session(
            actor_of(member, sign_in_id=sign_in.id), cookie, expires_at=sign_in.expires_at
        )

    def sign_out(self, refresh: str) -> None:
        """End the family of a refresh token, whatever its generation; `TokenRefused` if we never made it."""
        workspace_id, sign_in_id, _ = self._read_refresh(refresh)
        self._database.write(workspace_id, lambda tx: end(tx, SignInEnd.SIGNED_OUT, sign_in_id))

    def _begin(
        self,
        tx: Unit,
        member: Member,
        kind: SignInKind,
        lifetime: timedelta,
        device: str | None,
        token_hash: str | None = None,
    ) -> SignIn:
        assert member.account_id is not None, "only a member with an account signs in"
        sign_in = SignIn(
            id=tx.new_id(),
            account_id=member.account_id,
            workspace_id=member.workspace_id,
            member_id=member.id,
            kind=kind,
            generation=0,
            token_hash=token_hash,
            device=_printable(device[:_DEVICE_MAX]) if device else None,
            created_at=tx.now,
            last_used_at=tx.now,
            expires_at=tx.now + lifetime,
            ended_at=None,
            ended_because=None,
        )
        tx.session.add(sign_in)
        tx.session.flush()
        return sign_in

    def _tokens(self, tx: Unit, actor: Actor, *, generation: int) -> Tokens:
        assert actor.sign_in_id is not None
        body = f"{actor.workspace_id.hex}.{actor.sign_in_id.hex}.{generation}"
        return Tokens(
            actor=actor,
            access=self._access.make(actor, now=tx.now, id=tx.new_id()),
            refresh=f"{_REFRESH_PREFIX}.{body}.{self._keyring.mac(body, purpose='refresh-token')}",
            expires_in=int(self._settings.access_lifetime.total_seconds()),
        )

    def _read_refresh(self, token: str) -> tuple[UUID, UUID, int]:
        prefix, _, rest = token.partition(".")
        body, _, mac = rest.rpartition(".")
        # Compared as bytes: a token from outside may hold any characters.
        right = self._keyring.mac(body, purpose="refresh-token").encode()
        if prefix != _REFRESH_PREFIX or not hmac.compare_digest(right, mac.encode("utf-8", "replace")):
            raise TokenRefused
        workspace_id, sign_in_id, generation = body.split(".")
        return UUID(workspace_id), UUID(sign_in_id), int(generation)

    def _browser_session(self, actor: Actor, cookie: str, expires_at: datetime) -> BrowserSession:
        csrf = self._keyring.mac(str(actor.sign_in_id), purpose="csrf-token")
        return BrowserSession(actor=actor, cookie=cookie, csrf=csrf, expires_at=expires_at)

    def _note_use(self, sign_in: SignIn) -> None:
        # Good to know when one looks at one's devices; not worth failing a request for.
        with suppress(Unavailable):
            self._database.write(
                sign_in.workspace_id,
                lambda tx: tx.execute(
                    update(SignIn).where(SignIn.id == sign_in.id).values(last_used_at=tx.now)
                ),
            )


def list_sign_ins(tx: Unit, actor: Actor) -> tuple[SignIn, ...]:
    """Give the live sign-ins of the actor's account, in every workspace, latest first."""
    actor.must_have(Scope.ADMIN)
    query = (
        select(SignIn)
        .where(
            SignIn.account_id == actor.account_id,
            SignIn.ended_at.is_(None),
            SignIn.expires_at > tx.now,
        )
        .order_by(SignIn.id.desc())
    )
    return tuple(tx.execute(query).scalars())


def end_own(tx: Unit, actor: Actor, sign_in_id: UUID) -> None:
    """End one of the actor's own sign-ins, this one or another device's, or raise `NotFound`."""
    actor.must_have(Scope.ADMIN)
    if actor.account_id is None or not end(tx, SignInEnd.SIGNED_OUT, sign_in_id, account_id=actor.account_id):
        raise NotFound(f"You have no sign-in {sign_in_id}.", kind="sign_in", id=str(sign_in_id))


def end(
    tx: Unit,
    because: SignInEnd,
    sign_in_id: UUID | None = None,
    *,
    account_id: UUID | None = None,
    but: UUID | None = None,
) -> int:
    """End one sign-in, or all of an account `but` one, and give how many were live."""
    if sign_in_id is None and account_id is None:
        raise ValueError("Name the sign-in or the account.")
    ending = update(SignIn).where(SignIn.ended_at.is_(None))
    if sign_in_id is not None:
        ending = ending.where(SignIn.id == sign_in_id)
    if account_id is not None:
        ending = ending.where(SignIn.account_id == account_id)
    if but is not None:
        ending = ending.where(SignIn.id != but)
    return tx.changed(ending.values(ended_at=tx.now, ended_because=because))


def purge(tx: Unit, before: datetime) -> int:
    """Delete sign-ins of all accounts that ended or ran out before then, and give their number."""
    return tx.changed(delete(SignIn).where(or_(SignIn.ended_at < before, SignIn.expires_at < before)))


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text)


def _holder() -> Select[Member]:
    """The member that a sign-in names, while they have the account and it is enabled."""
    return (
        select(Member)
        .join(
            SignIn,
            and_(
                SignIn.workspace_id == Member.workspace_id,
                SignIn.member_id == Member.id,
                SignIn.account_id == Member.account_id,
            ),
        )
        .join(Account, and_(Account.id == SignIn.account_id, Account.disabled_at.is_(None)))
    )


def _actor_by_access() -> Select[Permission, str, dict[str, Any], UUID]:
    member, sign_in, account = Member.__table__.c, SignIn.__table__.c, Account.__table__.c
    return (
        select(member.permission, member.zone, member.preferences, member.account_id)
        .join(
            SignIn.__table__,
            and_(
                sign_in.workspace_id == member.workspace_id,
                sign_in.member_id == member.id,
                sign_in.account_id == member.account_id,
            ),
        )
        .join(Account.__table__, and_(account.id == sign_in.account_id, account.disabled_at.is_(None)))
        .where(
            member.workspace_id == bindparam("workspace"),
            member.id == bindparam("member"),
            sign_in.id == bindparam("sign_in"),
            sign_in.kind == SignInKind.TOKENS,
            sign_in.ended_at.is_(None),
        )
    )


# Every request with an access token runs it: made once, on tables, it costs a third of one on entities.
_ACTOR_BY_ACCESS = _actor_by_access()


def _live(sign_in_id: UUID, kind: SignInKind, now: datetime) -> Update:
    return update(SignIn).where(
        SignIn.id == sign_in_id,
        SignIn.kind == kind,
        SignIn.ended_at.is_(None),
        SignIn.expires_at > now,
    )
