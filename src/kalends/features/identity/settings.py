"""What whoever runs the server may decide about accounts and sign-in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Argon2Cost:
    """What one password hash costs (RFC 9106 4: the second recommended option by default)."""

    passes: int = 3
    memory_kib: int = 65_536
    lanes: int = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """At most `times` in any window of this many seconds."""

    times: int
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentitySettings:
    """Lifetimes, limits and whether strangers may sign up."""

    access_lifetime: timedelta = timedelta(minutes=15)
    refresh_lifetime: timedelta = timedelta(days=30)  # of each refresh token: one in use never runs out
    browser_lifetime: timedelta = timedelta(days=30)  # from sign-in
    reset_lifetime: timedelta = timedelta(hours=1)
    invitation_lifetime: timedelta = timedelta(days=7)
    password_min_chars: int = 8
    password_max_bytes: int = 1_024
    sign_up_open: bool = True  # invitations are honoured either way
    argon2: Argon2Cost = field(default_factory=Argon2Cost)
    attempts_per_username: Rate = Rate(times=10, seconds=300)
    attempts_per_address: Rate = Rate(times=50, seconds=300)
