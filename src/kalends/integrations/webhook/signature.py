"""How a webhook is signed, and how its receiver checks that."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime
from typing import Final

HEADER: Final = "X-Kalends-Signature"


def sign(secret: str, content: bytes, at: datetime) -> str:
    """Give the header's value: `t=` seconds since 1970, `v1=` HMAC-SHA-256 of them, a point and the body."""
    seconds = int(at.timestamp())
    return f"t={seconds},v1={_mac(secret, seconds, content)}"


def is_signed(secret: str, content: bytes, header: str, now: datetime, *, tolerance: float = 300.0) -> bool:
    """Say whether a body came from who knows the secret, within the last `tolerance` seconds."""
    fields = dict(part.partition("=")[::2] for part in header.split(","))
    seconds = fields.get("t", "")
    if not (seconds.isascii() and seconds.isdecimal()):
        return False
    given = fields.get("v1", "").encode(errors="replace")
    fresh = abs(now.timestamp() - int(seconds)) <= tolerance
    return fresh and hmac.compare_digest(_mac(secret, int(seconds), content).encode(), given)


def _mac(secret: str, seconds: int, content: bytes) -> str:
    return hmac.new(secret.encode(), b"%d." % seconds + content, hashlib.sha256).hexdigest()
