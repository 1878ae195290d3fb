"""Passwords: what is accepted, and how it is kept (Argon2id)."""

from __future__ import annotations

import unicodedata
from functools import cached_property

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from kalends.features.identity.settings import IdentitySettings
from kalends.kit.errors import InvalidInput


class Passwords:
    """Hashes and checks passwords. Each call costs tens of milliseconds by design: never in a transaction."""

    def __init__(self, settings: IdentitySettings) -> None:
        self._shortest = settings.password_min_chars
        self._longest = settings.password_max_bytes
        cost = settings.argon2
        self._hasher = PasswordHash((Argon2Hasher(cost.passes, cost.memory_kib, cost.lanes),))

    @cached_property
    def _nobody(self) -> str:
        """Give what a name that nobody has is checked against, so that it takes as long as a wrong password.

        Made when it is first wanted: most commands of the command line sign nobody in.
        """
        return self._hasher.hash("nobody signs in with this")

    def hash(self, password: str, *, field: str = "password") -> str:
        """Give the hash to store, or raise `InvalidInput` for a password that is too short or too long."""
        password = _prepared(password)
        if len(password) < self._shortest:
            raise InvalidInput(f"A password has at least {self._shortest} characters.", field=field)
        if len(password.encode("utf-8", "surrogatepass")) > self._longest:
            raise InvalidInput(f"A password has at most {self._longest} bytes.", field=field)
        if any(unicodedata.category(char) in {"Cc", "Cs"} for char in password):
            raise InvalidInput("A password has no control characters.", field=field)
        return self._hasher.hash(password)

    def matches(self, password: str, stored: str | None) -> bool:
        """Say whether the password is the one of this hash; with None it is not, at the same cost."""
        given = _prepared(password[: self._longest]).encode("utf-8", "replace")
        right = self._hasher.verify(given, stored or self._nobody)
        return right and stored is not None and len(password) <= self._longest

    def renewed(self, password: str, stored: str) -> str | None:
        """Give a new hash of a password that matches, if `stored` was made at another cost than today's."""
        return self._hasher.verify_and_update(_prepared(password), stored)[1]


def _prepared(password: str) -> str:
    # RFC 8265 4.2.2 (OpaqueString): two keyboards may compose the same letters differently.
    return unicodedata.normalize("NFC", password)
