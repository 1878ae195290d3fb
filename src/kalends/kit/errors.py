"""The one error root. Protocols map these to their own answers in one place each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar


class KalendsError(Exception):
    """Anything Kalends refuses.

    `code` is stable and part of the public interface; `fields` are JSON-able values that
    name what was refused; the message gives the values and what to do next.
    """

    code: ClassVar[str] = "error"

    def __init__(self, message: str, **fields: Any) -> None:
        super().__init__(message)
        self.message = message
        self.fields: Mapping[str, Any] = fields


class InvalidInput(KalendsError):
    """A value that cannot be accepted; `field` names where it was given, in dotted form."""

    code = "invalid"

    def __init__(self, message: str, *, field: str, **fields: Any) -> None:
        super().__init__(message, field=field, **fields)
        self.field = field


class NotFound(KalendsError):
    """No such thing, or none that the viewer may know of: the two answers are the same on purpose."""

    code = "not_found"


class Forbidden(KalendsError):
    """The actor may see the thing but not do this to it."""

    code = "forbidden"


class Unauthenticated(KalendsError):
    """No valid sign-in, token or key came with the request."""

    code = "unauthenticated"


class Clash(KalendsError):
    """The request contradicts what is stored (a name taken, a category in use, a later change)."""

    code = "conflict"


class Stale(KalendsError):
    """The version the writer expected is no longer the stored one: somebody else wrote first."""

    code = "stale_version"


class TooLarge(KalendsError):
    """More than a limit; `limit` is among the fields, and `setting`, by its name, where it is one."""

    code = "too_large"


class TooMany(KalendsError):
    """A rate limit; `retry_after` (seconds) is among the fields."""

    code = "rate_limited"


class Unavailable(KalendsError):
    """Something outside is down or busy for now; the same request may succeed later."""

    code = "unavailable"


def must_be_version(what: str, version: int, expected: int | None) -> None:
    """Refuse with `Stale` a change that was made from another version than the stored one; None takes any."""
    if expected not in (None, version):
        raise Stale(
            f"The {what} is at version {version}, not {expected}: read it again.",
            expected=expected,
            version=version,
        )
