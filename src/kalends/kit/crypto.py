"""Secrets at rest: one master key, kept out of the database, and a key of its own for each purpose."""

from __future__ import annotations

import binascii
import hashlib
import hmac
import os
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from kalends.kit.errors import KalendsError

RandomBytes = Callable[[int], bytes]

_MASTER_BYTES = 32
_NONCE_BYTES = 12  # NIST SP 800-38D 8.2.2: random, 96 bits
_FORMAT = b"\x01"


class KeyRefused(KalendsError):
    """The master key is missing, malformed or open to others; nothing can be signed or read without it."""

    code = "key_refused"


class Unreadable(KalendsError):
    """A ciphertext was changed, belongs to another context, or was made with another master key."""

    code = "unreadable_secret"


class Keyring:
    """Derives what each purpose needs from one master key (RFC 5869), so that no two share a key."""

    def __init__(self, master: bytes, random: RandomBytes = secrets.token_bytes) -> None:
        if len(master) < _MASTER_BYTES:
            raise KeyRefused(f"The master key must have {_MASTER_BYTES} bytes, not {len(master)}.")
        self._master = master
        self._random = random
        self.subkey = lru_cache(maxsize=64)(self._derive)

    @classmethod
    def from_text(cls, text: str, random: RandomBytes = secrets.token_bytes) -> Keyring:
        """Take the master key in URL-safe base64, as a key file or a setting holds it."""
        try:
            master = urlsafe_b64decode(text.strip().encode("ascii"))
        except (ValueError, binascii.Error):
            raise KeyRefused("The master key is not URL-safe base64.") from None
        return cls(master, random)

    def _derive(self, purpose: str) -> bytes:
        return HKDF(SHA256(), 32, salt=None, info=b"kalends/" + purpose.encode()).derive(self._master)

    def mac(self, value: str, *, purpose: str) -> str:
        """Give a keyed HMAC-SHA-256 of `value` in hex: a signature, or what a look-up column holds.

        Equal values give equal results within a purpose only.
        """
        return hmac.new(self.subkey(f"mac/{purpose}"), _bytes(value), hashlib.sha256).hexdigest()

    def encrypt(self, plain: str, *, context: str) -> str:
        """Encrypt text with AES-256-GCM. `context` (table, column, row) is bound to it: the result
        cannot be moved elsewhere and read there."""
        nonce = self._random(_NONCE_BYTES)
        sealed = AESGCM(self.subkey("encrypt")).encrypt(nonce, plain.encode(), context.encode())
        return urlsafe_b64encode(_FORMAT + nonce + sealed).decode()

    def decrypt(self, sealed: str, *, context: str) -> str:
        """Give back what `encrypt` was given with the same context, or raise `Unreadable`."""
        try:
            raw = urlsafe_b64decode(sealed.encode("ascii"))
            if raw[:1] != _FORMAT:
                raise ValueError
            nonce, body = raw[1 : 1 + _NONCE_BYTES], raw[1 + _NONCE_BYTES :]
            return AESGCM(self.subkey("encrypt")).decrypt(nonce, body, context.encode()).decode()
        except (ValueError, InvalidTag):
            raise Unreadable(
                "A stored secret cannot be read: it was changed, or this is not the master key that made it."
            ) from None


def hash_token(token: str) -> str:
    """Give the SHA-256 of a token in hex, as it is stored.

    Enough for tokens of 256 random bits, which cannot be guessed; never for passwords.
    """
    return hashlib.sha256(_bytes(token)).hexdigest()


def _bytes(text: str) -> bytes:
    # What comes in as JSON may hold lone surrogates: no token that we made, but no reason to fail either.
    return text.encode("utf-8", "surrogatepass")


def open_keyring(path: Path, random: RandomBytes = secrets.token_bytes) -> Keyring:
    """Read the master key from the file at `path`, made first if there is none.

    Raises `KeyRefused` when others than its owner may read the file.
    """
    if not path.exists():
        _create(path, urlsafe_b64encode(random(_MASTER_BYTES)) + b"\n", random)
    with path.open() as file:
        if os.fstat(file.fileno()).st_mode & 0o077:
            raise KeyRefused(f"Others may read the key file {path}; run: chmod 600 {path}", path=str(path))
        return Keyring.from_text(file.read(), random)


def _create(path: Path, content: bytes, random: RandomBytes) -> None:
    # Written whole under another name and then linked: the first wins, and nobody ever sees half a key.
    draft = path.with_name(f".{path.name}.{random(8).hex()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with open(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return
    finally:
        draft.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
