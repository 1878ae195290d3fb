"""What a telephone network keeps: calls and messages, and what is still to happen to them."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from itertools import count
from typing import Any, Final
from urllib.parse import urlsplit

from kalends.integrations.twilio.fake.fates import Ending, Fate, Post

LATENESS: Final = timedelta(minutes=1)
OVER: Final = frozenset({"completed", "busy", "no-answer", "failed", "canceled"})


@dataclass(frozen=True, slots=True)
class Letter:
    """A callback that is to be posted."""

    url: str
    form: Mapping[str, str]


class Agenda:
    """What happens when, in the order of time and then of when it was decided."""

    def __init__(self) -> None:
        self._waiting: list[tuple[datetime, int, Callable[[datetime], None]]] = []
        self._order = count()

    def at(self, when: datetime, what: Callable[[datetime], None]) -> None:
        """Have something happen; it is told its own time."""
        heapq.heappush(self._waiting, (when, next(self._order), what))

    @property
    def next_at(self) -> datetime | None:
        """Give when something happens next; None: nothing does."""
        return self._waiting[0][0] if self._waiting else None

    def run(self, now: datetime) -> None:
        """Let everything happen whose time has come."""
        while self._waiting and self._waiting[0][0] <= now:
            when, _, what = heapq.heappop(self._waiting)
            what(when)


class Mail:
    """Callbacks on their way, by what their fate makes of them."""

    def __init__(self, agenda: Agenda) -> None:
        self._agenda = agenda
        self._out: list[Letter] = []

    def take(self) -> Sequence[Letter]:
        """Give what is to be posted now."""
        taken, self._out = self._out, []
        return taken

    def send(self, letter: Letter, post: Post, at: datetime, held: list[Letter]) -> None:
        """Send a callback; `held` keeps those that go out in reverse."""
        match post:
            case Post.KEPT:
                self._out.append(letter)
            case Post.DOUBLED:
                self._out += [letter, letter]
            case Post.REVERSED:
                held.append(letter)
            case Post.LATE:
                self._agenda.at(at + LATENESS, lambda _: self._out.append(letter))
            case Post.LOST:
                pass

    def release(self, held: list[Letter]) -> None:
        """Send what was held, the last one first."""
        self._out += reversed(held)
        held.clear()


@dataclass(eq=False, kw_only=True)
class Message:
    """A message, as Twilio keeps it."""

    sid: str
    asked: Mapping[str, str]
    fate: Fate
    created: datetime
    status: str = "queued"
    error_code: int | None = None
    held: list[Letter] = field(default_factory=list)

    @property
    def key(self) -> str:
        """Give the stable key that the sender put into its callback's address."""
        return key_of(self.asked.get("StatusCallback"))

    def json(self, account_sid: str) -> dict[str, Any]:
        """Give it as the REST interface does."""
        return {
            "sid": self.sid,
            "account_sid": account_sid,
            "to": self.asked["To"],
            "from": self.asked["From"],
            "body": self.asked["Body"],
            "status": self.status,
            "direction": "outbound-api",
            "error_code": self.error_code,
            "date_created": written(self.created),
            "date_sent": None if self.status == "queued" else written(self.created),
            "num_segments": str(1 + len(self.asked["Body"]) // 160),
        }

    def live(self, agenda: Agenda, mail: Mail, account_sid: str) -> None:
        """Put the whole life of the message on the agenda."""
        arrived = self.fate.ending is Ending.COMPLETED

        def move(status: str) -> Callable[[datetime], None]:
            return lambda at: self._move(status, at, mail, account_sid)

        agenda.at(self.created, move("sent"))
        seconds = self.fate.waits + self.fate.rings
        agenda.at(self.created + timedelta(seconds=seconds), move("delivered" if arrived else "undelivered"))

    def _move(self, status: str, at: datetime, mail: Mail, account_sid: str) -> None:
        self.status = status
        if status == "undelivered":
            self.error_code = 30003  # the handset cannot be reached
        if address := self.asked.get("StatusCallback"):
            form = {
                "AccountSid": account_sid,
                "MessageSid": self.sid,
                "MessageStatus": status,
                "To": self.asked["To"],
                "From": self.asked["From"],
                **({"ErrorCode": str(self.error_code)} if self.error_code else {}),
            }
            mail.send(Letter(address, form), self.fate.post, at, self.held)
        if status != "sent":
            mail.release(self.held)


def key_of(callback: str | None) -> str:
    """Give the stable key that stands last but one in a callback's address; empty where there is none."""
    steps = urlsplit(callback or "").path.split("/")
    return steps[-2] if len(steps) > 1 else ""


def written(when: datetime | None) -> str | None:
    """Write a time as Twilio does: RFC 2822, whole seconds."""
    return format_datetime(when.replace(microsecond=0)) if when else None
