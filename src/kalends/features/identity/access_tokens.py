"""Access tokens: short-lived JWTs that name a member and the sign-in behind them (RFC 7519)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import jwt

from kalends.features.identity.actor import Actor
from kalends.features.identity.refusals import TokenExpired, TokenRefused
from kalends.kit.crypto import Keyring

_ALGORITHM = "HS256"
_CLAIMS = ("sub", "mem", "ws", "sid", "exp", "iat", "jti")


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessClaims:
    """What a token that we signed says. Whether the sign-in still holds is the database's to say."""

    workspace_id: UUID
    member_id: UUID
    sign_in_id: UUID


class AccessTokens:
    """Makes and reads access tokens."""

    def __init__(self, keyring: Keyring, lifetime: timedelta) -> None:
        self._key = keyring.subkey("access-token")
        self._lifetime = lifetime

    def make(self, actor: Actor, *, now: datetime, id: UUID) -> str:
        """Give a token for an actor who signed in."""
        claims = {
            "sub": str(actor.account_id),
            "mem": str(actor.member_id),
            "ws": str(actor.workspace_id),
            "sid": str(actor.sign_in_id),
            "iat": int(now.timestamp()),
            "exp": int((now + self._lifetime).timestamp()),
            "jti": str(id),
        }
        return jwt.encode(claims, self._key, algorithm=_ALGORITHM)

    def read(self, token: str, *, now: datetime) -> AccessClaims:
        """Give a token's claims, or raise `TokenRefused`, `TokenExpired` once its time is over."""
        try:
            claims = jwt.decode(
                token,
                self._key,
                algorithms=[_ALGORITHM],
                # Times are checked below, against our clock rather than the machine's.
                options={"require": list(_CLAIMS), "verify_exp": False, "verify_iat": False},
            )
            expires = int(claims["exp"])
            read = AccessClaims(
                workspace_id=UUID(claims["ws"]),
                member_id=UUID(claims["mem"]),
                sign_in_id=UUID(claims["sid"]),
            )
        except (jwt.PyJWTError, ValueError, TypeError, AttributeError):
            raise TokenRefused from None
        if now.timestamp() >= expires:
            raise TokenExpired("The access token has expired; ask for a new one with the refresh token.")
        return read
