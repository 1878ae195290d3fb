"""What whoever runs the server may decide about REST."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RestSettings:
    """Limits, and whom to trust."""

    workers: int = 4  # threads that answer requests
    requests_per_minute: int = 600  # of one account or address
    max_body_bytes: int = 1_000_000  # of every request but imports
    max_occurrences: int = 10_000  # that one range is answered with
    ical_max_bytes: int = 50_000_000  # of an imported file
    cors_origins: tuple[str, ...] = ()  # pages that may call us from elsewhere
    trusted_proxies: tuple[str, ...] = ()  # addresses or networks whose X-Forwarded-For is believed
    public_url: str | None = None  # where clients reach us; None: as the request came in
