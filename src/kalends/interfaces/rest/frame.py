"""What surrounds every request: an id, a line in the log, safe headers, and an answer when we fail."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qsl

import structlog
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kalends.interfaces.rest.problems import answer_to_failure
from kalends.kit.clock import Clock
from kalends.kit.ids import Ids
from kalends.kit.redaction import redacted
from kalends.kit.tracing import traced

_log = structlog.get_logger("kalends.rest")

_KEPT_BODY = 65_536  # bytes of a request that are kept in case it fails
_HEADERS: Final[Mapping[str, str]] = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    # We answer with data: whatever a browser makes of it may load and run nothing.
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}


Answered = Callable[[str, str | None, int | None, float], None]
"""Whoever counts is told of each request its method, route and status, and the seconds that it took."""


class Frame:
    """Plain ASGI rather than the framework's wrapper, which would hold back live events."""

    def __init__(self, app: ASGIApp, *, ids: Ids, clock: Clock, answered: Answered | None = None) -> None:
        self._app = app
        self._ids = ids
        self._clock = clock
        self._answered = answered

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = _Watched(scope, receive, send, str(self._ids.new()), self._clock.now())
        # Whatever is logged meanwhile names it, and so do the jobs that are ordered, however much later.
        with traced(lambda: {"trace": request.id}):
            await self._answer(scope, request)

    async def _answer(self, scope: Scope, request: _Watched) -> None:
        try:
            await self._app(scope, request.receive, request.send)
            if request.status is not None and request.status >= 500:
                _log.error("request_failed", **request.described(), **request.cause(), input=request.input())
        except Exception:
            _log.exception("request_failed", **request.described(), input=request.input())
            if request.status is not None:
                raise  # too late for an answer: the server breaks the connection off
            await answer_to_failure(request.id)(scope, request.receive, request.send)
        finally:
            seconds = (self._clock.now() - request.began).total_seconds()
            _log.info("request", **request.described(), ms=round(seconds * 1000, 1))
            if self._answered is not None:
                self._answered(scope["method"], request.route, request.status, seconds)


class _Watched:
    """One request and what becomes of it."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, id: str, began: datetime) -> None:
        self.id = id
        self.began = began
        self.status: int | None = None
        self._scope = scope
        self._receive = receive
        self._send = send
        self._body = b""

    async def receive(self) -> Message:
        message = await self._receive()
        if len(self._body) <= _KEPT_BODY:
            self._body += message.get("body", b"")[: _KEPT_BODY + 1 - len(self._body)]
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers["X-Request-Id"] = self.id
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
        await self._send(message)

    @property
    def route(self) -> str | None:
        """Give the template of the address; None where no route took it."""
        return getattr(self._scope.get("route"), "path", None)

    def described(self) -> dict[str, Any]:
        """Say what was asked and how it ended. Not the address as sent: it may hold a feed's token."""
        state = self._scope.get("state", {})
        refusal = state.get("refusal")
        return {
            "request_id": self.id,
            "method": self._scope["method"],
            "route": self.route,
            "path_params": redacted({k: str(v) for k, v in self._scope.get("path_params", {}).items()}),
            "status": self.status,
            "address": (self._scope.get("client") or ("",))[0],
            "member_id": str(state["member_id"]) if "member_id" in state else None,
            **({"code": refusal.code, "refusal": redacted(refusal.message)} if refusal else {}),
        }

    def cause(self) -> dict[str, Any]:
        """Give the refusal that was answered, for its stack trace."""
        refusal = self._scope.get("state", {}).get("refusal")
        return {"exc_info": refusal} if refusal else {}

    def input(self) -> dict[str, Any]:
        """Give what came with the request, without secrets."""
        query = dict(parse_qsl(self._scope["query_string"].decode("latin-1")))
        return {"query": redacted(query), "body": _readable(self._body)}


def _readable(body: bytes) -> Any:
    if len(body) > _KEPT_BODY:
        return f"more than {_KEPT_BODY} bytes"
    try:
        return redacted(json.loads(body)) if body else None
    except (ValueError, RecursionError):
        # What cannot be taken apart cannot be redacted either.
        return f"{len(body)} bytes that are not JSON"
