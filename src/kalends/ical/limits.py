"""How much input is accepted. Every number is a setting with a safe default."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of reading and expanding."""

    max_bytes: int = 50_000_000  # of the whole input
    max_line: int = 5_000_000  # characters of one unfolded line; inline attachments are this long
    max_depth: int = 8  # nested components, VCALENDAR included; RFC 5545 itself needs 3
    max_components: int = 200_000  # directly inside the VCALENDARs
    max_occurrences: int = 100_000  # that one call may give


DEFAULT_LIMITS = Limits()
