"""What never reaches a log: secrets and telephone numbers by the name they go under, and secrets of ours by
their look wherever they are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

REDACTED = "[redacted]"

_SECRET_NAME = re.compile(
    r"password|passphrase|secret|token|authori[sz]ation|cookie|csrf|invitation|credential|api[-_]?key|\bkey$",
    re.IGNORECASE,
)
_NUMBER_NAME = re.compile(r"phone|sms", re.IGNORECASE)  # of a telephone
# API keys, invitations and resets (kal…_), refresh tokens (kalr.), any JWT, and where a feed is.
_SECRET_LOOK = re.compile(r"\bkal[a-z]?[_.][\w.]{16,}|\beyJ[\w-]+\.[\w-]+\.[\w-]+|(?<=/feeds/)\w{16,}")


def redacted(value: Any, name: str = "") -> Any:
    """Give JSON-like values with every secret replaced; `name` is what the value goes under."""
    if isinstance(value, Mapping):
        return {key: redacted(item, str(key)) for key, item in value.items()}
    if value is not None and (_SECRET_NAME.search(name) or _NUMBER_NAME.fullmatch(name)):
        return REDACTED
    if isinstance(value, list | tuple):
        return [redacted(item) for item in value]
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    return _SECRET_LOOK.sub(REDACTED, value) if isinstance(value, str) else value


def holds_secret(value: Any, name: str = "") -> bool:
    """Say whether JSON-like values hold a secret, such as a key that is shown once; a number is none."""
    if isinstance(value, Mapping):
        return any(holds_secret(item, str(key)) for key, item in value.items())
    if _SECRET_NAME.search(name) and value is not None:
        return True
    if isinstance(value, list | tuple):
        return any(holds_secret(item) for item in value)
    return isinstance(value, str) and _SECRET_LOOK.search(value) is not None
