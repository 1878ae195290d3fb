"""Secrets that are shown once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued(Generic[T]):
    """A stored row and the secret that opens it. Only the secret's hash is stored: hand it over now."""

    row: T
    secret: str = field(repr=False)
