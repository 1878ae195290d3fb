"""When somebody who cannot answer now says to come again (RFC 9110, 10.2.3)."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Final

_DIGITS: Final = 9  # decades; more may be more than a number can be


def wait_of(headers: Mapping[str, str]) -> dict[str, int]:
    """Give the `retry_after` of a `Transient`, in seconds, where an answer names a number or a date.

    A date is read by the clock of who names it, which is that of the answer's `Date`; without that, and where
    it is neither, nobody knows how long it is.
    """
    said = headers.get("Retry-After", "").strip()
    if said.isascii() and said.isdecimal():
        return {"retry_after": int(said[:_DIGITS])}
    try:
        wait = parsedate_to_datetime(said) - parsedate_to_datetime(headers.get("Date", ""))
    except (TypeError, ValueError, OverflowError):  # TypeError: of two dates one has a zone
        return {}
    return {"retry_after": max(0, round(wait.total_seconds()))}
