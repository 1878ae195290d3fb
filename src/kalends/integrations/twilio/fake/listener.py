"""The fake's side of HTTP: routes, sign-in, and failures to order."""

from __future__ import annotations

import base64
import binascii
import json
import re
import socket
import wave
from collections.abc import Callable, Mapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, parse_qsl, urlsplit

from kalends.integrations.twilio.fake.fates import Failure, Fate
from kalends.integrations.twilio.fake.refusals import Wrong

if TYPE_CHECKING:
    from kalends.integrations.twilio.fake.twilio import FakeTwilio

_NAME: Final = "kalends-fake-twilio"
_WORDS: Final = {401: "Authenticate", 404: "Not found", 429: "Too Many Requests"}
_CODES: Final = {401: 20003, 404: 20404, 429: 20429}


class Listener(ThreadingHTTPServer):
    """Listens on loopback, one thread a connection."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, fake: FakeTwilio, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.fake = fake
        self._open: set[socket.socket] = set()
        self._lock = Lock()

    def close(self) -> None:
        """Listen no more, and cut off who is still connected."""
        self.shutdown()
        self.server_close()
        with self._lock:
            still = list(self._open)
        for connection in still:
            cut(connection)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that hang up."""


def cut(connection: socket.socket) -> None:
    """Break a connection off, in both directions."""
    with suppress(OSError):  # they were faster
        connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = _NAME
    disable_nagle_algorithm = True
    server: Listener

    def do_GET(self) -> None:
        self._answer("GET")

    def do_POST(self) -> None:
        self._answer("POST")

    def log_message(self, format: str, *args: Any) -> None:
        """Write no log: numbers stand in the addresses."""

    def _answer(self, method: str) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        address = urlsplit(self.path)
        if address.path.startswith("/fake/"):
            self._send(*_order(self.server.fake, method, address.path, body))
            return
        failure = self.server.fake.fates.failure(method)
        if failure is None or failure.carried_out:
            status, told = self._do(method, address.path, dict(parse_qsl(address.query)), body)
        if failure is None:
            self._send(status, told)
        elif failure.status is not None:
            self._send(failure.status, _refusal(failure.status), failure.retry_after)
        else:
            if failure.hangs:
                self.server.fake.hold()
            self.close_connection = True
            cut(self.connection)

    def _do(self, method: str, path: str, query: Mapping[str, str], body: bytes) -> tuple[int, Any]:
        fake = self.server.fake
        if not self._signed_in():
            return 401, _refusal(401)
        form = parse_qs(body.decode(), keep_blank_values=True)
        for wanted, pattern, work in _ROUTES:
            if wanted == method and (found := re.fullmatch(pattern.format(sid=fake.sid), path)):
                try:
                    return work(fake, form, query, *found.groups())
                except Wrong as wrong:
                    return wrong.status, _refusal(wrong.status, wrong.code, str(wrong))
        return 404, _refusal(404)

    def _signed_in(self) -> bool:
        scheme, _, given = self.headers.get("Authorization", "").partition(" ")
        try:
            known = base64.b64decode(given).decode()
        except (binascii.Error, UnicodeDecodeError):
            return False
        return scheme == "Basic" and known == f"{self.server.fake.sid}:{self.server.fake.token}"

    def _send(self, status: int, told: Any, retry_after: int | None = None) -> None:
        whole = told if isinstance(told, bytes) else json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Type", "audio/x-wav" if isinstance(told, bytes) else "application/json")
        self.send_header("Content-Length", str(len(whole)))
        if retry_after is not None:
            self.send_header("Retry-After", str(retry_after))
        self.end_headers()
        self.wfile.write(whole)


def _refusal(status: int, code: int | None = None, message: str | None = None) -> Mapping[str, Any]:
    code = code or _CODES.get(status, 20500)
    return {
        "code": code,
        "message": message or _WORDS.get(status, "An internal server error has occurred"),
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "status": status,
    }


def _order(fake: FakeTwilio, method: str, path: str, body: bytes) -> tuple[int, Any]:
    """Do what the tests of other processes ask for: it is no part of Twilio."""
    given = json.loads(body or b"{}")
    match method, path:
        case "GET", "/fake/placed":
            return 200, fake.placed()
        case "GET", "/fake/sent":
            return 200, fake.sent()
        case "POST", "/fake/fates":
            number = given.pop("number", None)
            fake.fates.order(Fate.from_json(given), number=number)
        case "POST", "/fake/failures":
            times = given.pop("times", 1)
            fake.fates.fail(Failure(**given), times)
        case _:
            return 404, _refusal(404)
    return 200, {}


def _media(fake: FakeTwilio, sid: str) -> tuple[int, Any]:
    if not fake.has_recording(sid):
        return 404, _refusal(404)
    with BytesIO() as file:
        with wave.open(file, "wb") as sound:
            sound.setnchannels(1)
            sound.setsampwidth(1)
            sound.setframerate(8000)
            sound.writeframes(b"\x80" * 8000)  # a second of silence
        return 200, file.getvalue()


_ACCOUNT: Final = "/2010-04-01/Accounts/{sid}"
_ROUTES: Final[list[tuple[str, str, Callable[..., tuple[int, Any]]]]] = [
    ("POST", rf"{_ACCOUNT}/Calls\.json", lambda fake, form, _: (201, fake.create_call(form))),
    ("GET", rf"{_ACCOUNT}/Calls\.json", lambda fake, _, query: (200, fake.list_calls(query))),
    ("GET", rf"{_ACCOUNT}/Calls/(\w+)\.json", lambda fake, _, __, sid: (200, fake.read_call(sid))),
    ("POST", rf"{_ACCOUNT}/Calls/(\w+)\.json", lambda fake, form, _, sid: (200, fake.change_call(sid, form))),
    (
        "GET",
        rf"{_ACCOUNT}/Calls/(\w+)/Recordings\.json",
        lambda fake, _, __, sid: (200, fake.recordings(sid)),
    ),
    ("GET", rf"{_ACCOUNT}/Recordings/(\w+)(?:\.wav)?", lambda fake, _, __, sid: _media(fake, sid)),
    ("POST", rf"{_ACCOUNT}/Messages\.json", lambda fake, form, _: (201, fake.create_message(form))),
    ("GET", rf"{_ACCOUNT}/Messages\.json", lambda fake, _, query: (200, fake.list_messages(query))),
]
