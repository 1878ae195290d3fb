"""Who is told and called: fake servers that count what reaches them, by the key that they see.

They are as bad as real ones: some say no although they took it, some take it and hang up before they say so.
"""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any

from aiosmtpd.controller import Controller

from kalends.integrations.twilio.fake import Failure, FakeTwilio, Fate

_ODDS = 0.05  # of each kind of trouble


@dataclass
class Book:
    """What reached a receiver: for each thing that was told the keys under which it was."""

    dice: random.Random
    told: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    lock: Lock = field(default_factory=Lock)

    def trouble(self) -> str | None:
        """Say whether a message is refused for now, or taken without a word, or all is well."""
        with self.lock:
            drawn = self.dice.random()
        return "refused" if drawn < _ODDS else "unanswered" if drawn < 2 * _ODDS else None

    def note(self, thing: str, key: str) -> None:
        with self.lock:
            self.told[thing].append(key)

    def effects(self) -> dict[str, int]:
        """Give how often each thing took effect: a receiver knows a key that it has seen."""
        with self.lock:
            return {thing: len(set(keys)) for thing, keys in self.told.items()}


@dataclass
class Receivers:
    """Where they are, and what reached them."""

    hooks: Book
    mail: Book
    telephone: FakeTwilio
    hook_url: str
    mail_port: int

    def effects(self) -> dict[str, dict[str, int]]:
        """Give how often each thing took effect, by the channel."""
        called: defaultdict[str, int] = defaultdict(int)
        for asked in self.telephone.asked():
            called[asked["To"][0]] += 1
        return {"hooks": self.hooks.effects(), "mail": self.mail.effects(), "calls": dict(called)}

    def trouble_calls(self, dice: random.Random) -> None:
        """Let the telephone service fail a request: before it did what was asked, or after."""
        failures = [
            Failure(status=503, retry_after=1),
            Failure(status=500, carried_out=True),
            Failure(carried_out=True),
        ]
        self.telephone.fates.fail(dice.choice(failures))


@contextmanager
def receivers(dice: random.Random) -> Iterator[Receivers]:
    """Run them all on loopback."""
    hooks, mail = Book(random.Random(dice.random())), Book(random.Random(dice.random()))
    server = ThreadingHTTPServer(("127.0.0.1", 0), _hook(hooks))
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, name="hooks", daemon=True)
    thread.start()
    smtp = _AnyPort(_Mailbox(mail), hostname="127.0.0.1", port=0)
    smtp.start()
    try:
        with FakeTwilio() as telephone:
            telephone.fates.otherwise = Fate(rings=0, lasts=0)
            telephone.start(alive=True)
            yield Receivers(hooks, mail, telephone, f"http://127.0.0.1:{server.server_port}/", smtp.port)
    finally:
        smtp.stop()
        server.shutdown()
        thread.join()
        server.server_close()


def _hook(book: Book) -> type[BaseHTTPRequestHandler]:
    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            trouble = book.trouble()
            if trouble != "refused":
                for each in told["notifications"]:
                    book.note(each["title"], self.headers["Idempotency-Key"])
            if trouble != "unanswered":
                self.send_response(503 if trouble else 204)
                self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Write no log."""

    return Hook


class _AnyPort(Controller):
    def _trigger_server(self) -> None:
        server: Any = self.server
        self.port = server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


class _Mailbox:
    def __init__(self, book: Book) -> None:
        self._book = book

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        mail = message_from_bytes(envelope.content, policy=default)
        trouble = self._book.trouble()
        if trouble != "refused":
            self._book.note(mail["Subject"], mail["Message-ID"])
        return "451 4.3.0 later" if trouble else "250 OK"
