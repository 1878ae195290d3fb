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
_SECRET_OR_NUMBER = re.compile(rf"{_SECRET_NAME.pattern}|^(?:phone|sms)$", re.IGNORECASE)
# API keys, invitations and resets (kal…_), refresh tokens (kalr.), any JWT, and where a feed is.
_SECRET_LOOK = re.compile(r"\bkal[a-z]?[_.][\w.]{16,}|\beyJ[\w-]+\.[\w-]+\.[\w-]+|(?<=/feeds/)\w{16,}")


def redacted(value: Any, name: str = "") -> Any:
    """Give JSON-like values with every secret replaced; `name` is what the value goes under."""
    return _without(_SECRET_OR_NUMBER, value, name)


def holds_secret(value: Any) -> bool:
    """Say whether JSON values hold a secret, such as a key that is shown once; a telephone number is none."""
    return bool(_without(_SECRET_NAME, value) != value)


def _without(secret: re.Pattern[str], value: Any, name: str = "") -> Any:
    if isinstance(value, Mapping):
        return {key: _without(secret, item, str(key)) for key, item in value.items()}
    if value is not None and secret.search(name):
        return REDACTED
    if isinstance(value, list | tuple):
        return [_without(secret, item) for item in value]
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    return _SECRET_LOOK.sub(REDACTED, value) if isinstance(value, str) else value
