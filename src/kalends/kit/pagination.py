"""Pages by position: a cursor names the last row that was given, so pages stay put while rows are added."""

from __future__ import annotations

import binascii
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar
from uuid import UUID

from kalends.kit.errors import InvalidInput

T = TypeVar("T")

DEFAULT_LIMIT = 50
LARGEST_LIMIT = 200

Key = str | int


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """Some rows in order, and the cursor that asks for those after them; None on the last page."""

    items: tuple[T, ...]
    next: str | None = None


def page(rows: Sequence[T], limit: int, key: Callable[[T], tuple[Key, ...]]) -> Page[T]:
    """Make a page of `rows`, which were queried with `limit` + 1: the one too many tells that more follow."""
    if len(rows) <= limit:
        return Page(items=tuple(rows))
    items = tuple(rows[:limit])
    return Page(items=items, next=encode(*key(items[-1])))


def checked_limit(limit: int) -> int:
    """Give `limit` back, or raise `InvalidInput` unless it is between 1 and `LARGEST_LIMIT`."""
    if not 1 <= limit <= LARGEST_LIMIT:
        raise InvalidInput(f"A page holds 1 to {LARGEST_LIMIT} items, not {limit}.", field="limit")
    return limit


def encode(*keys: Key) -> str:
    """Give the cursor of a row whose sort keys these are. Opaque to clients, but no secret: not signed."""
    return urlsafe_b64encode(json.dumps(keys, separators=(",", ":")).encode()).decode().rstrip("=")


def decode(cursor: str, *types: type[Key]) -> tuple[Key, ...]:
    """Give the sort keys of a cursor, of exactly these types, or raise `InvalidInput`."""
    try:
        keys = json.loads(urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        raise _bad_cursor() from None
    if not isinstance(keys, list) or [type(key) for key in keys] != list(types):
        raise _bad_cursor()
    return tuple(keys)


def decode_id(cursor: str) -> UUID:
    """Give the id in the cursor of a list that is ordered by id alone, or raise `InvalidInput`."""
    (text,) = decode(cursor, str)
    try:
        return UUID(str(text))
    except ValueError:
        raise _bad_cursor() from None


def decode_position(cursor: str) -> tuple[datetime, UUID]:
    """Give the instant and the id in the cursor of a list in their order, or raise `InvalidInput`."""
    at, id = decode(cursor, str, str)
    try:
        moment, row = datetime.fromisoformat(str(at)), UUID(str(id))
        if moment.tzinfo is not None:
            return moment.astimezone(UTC), row
    except (ValueError, OverflowError):
        pass
    raise _bad_cursor()


def _bad_cursor() -> InvalidInput:
    return InvalidInput("This cursor is not one that a page gave; start again without it.", field="cursor")
