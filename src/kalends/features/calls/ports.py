"""What calls need of a telephone service."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

from kalends.features.calls.models import AttemptState, Content, Outcome

MOST_SAID: Final = 3_000
"""Characters of a script, or of an agent's address, escaped as in XML, that every telephone service takes;
what a service adds to them, such as the addresses that it calls back, has its place beside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dial:
    """A call to be placed. The service sees the attempt's id, in the addresses that it calls back."""

    workspace_id: UUID
    attempt_id: UUID
    phone: str  # E.164
    content: Content
    content_text: str
    language: str  # BCP 47, of a script
    detect_machine: bool = True
    ring_seconds: int = 30  # after which it is not answered
    longest_seconds: int = 3600  # after which it is hung up
    record: bool = False  # the call, and what is said after a script in writing too


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What the service says of a call. What it leaves out is None and changes nothing."""

    provider_id: str
    state: AttemptState | None = None
    outcome: Outcome | None = None  # with the state `ENDED` only
    sequence: int | None = None  # of callbacks about one call: one that comes late has a lower number
    answered_by: str | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    duration_seconds: int | None = None
    error_code: str | None = None
    error: str | None = None
    recording_url: str | None = None
    transcript: str | None = None
    phone: str | None = None  # E.164: whom it called; for calls that we do not know


class Telephone(Protocol):
    """A telephone service. Raises `Transient` (busy, down, too many at once: `retry_after` seconds) and
    `Permanent` (refused for good) of `kalends.jobs`."""

    def get_ready(self) -> None:
        """Load what takes a while, before anybody is to be called. Reaches nobody."""
        ...

    def place(self, dial: Dial) -> Report:
        """Have the service dial. Not to be repeated without `find`: the service places a second call."""
        ...

    def find(self, dial: Dial, since: datetime, taken: Collection[str] = ()) -> Report | None:
        """Ask what became of a call that was, perhaps, placed at `since`; None: the service never got it.

        `taken` are the ids of other attempts' calls to that number. Raises `Transient` when asked so soon
        that the service may still be at it.
        """
        ...

    def read(self, provider_id: str) -> Report:
        """Ask how a call stands."""
        ...

    def hang_up(self, provider_id: str) -> None:
        """End a call, or prevent one that waits in the service's queue. One that has ended stays so."""
        ...
