"""A change that is sent again does nothing twice: it is answered as it was the first time.

The key of a request is stored in the transaction of the first change that the request makes, so that whoever
finds it knows that the change was made; the answer is stored beside it once there is one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

import structlog
from fastapi import Request, Response
from sqlalchemy.exc import IntegrityError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kalends.features.identity.actor import Actor
from kalends.interfaces.rest.problems import answer_to
from kalends.kit.crypto import Keyring, Unreadable
from kalends.kit.errors import Clash, InvalidInput, Unauthenticated
from kalends.kit.redaction import holds_secret
from kalends.storage import Database, Unit, idempotency
from kalends.storage.idempotency import IdempotencyKey, KeyedRequest
from kalends.storage.riders import Rider, riding

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotency-Replayed"
PATTERN: Final = "^[!-~]{1,200}$"
LARGEST_ANSWER: Final = 262_144
"""Bytes of an answer that are kept."""

METHODS: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
"""Those of requests that change something."""

_KEPT_HEADERS: Final = ("content-type", "location", "etag", "kalends-change-set")
# What a request may be refused with because it took effect before.
_OWN_DOING: Final = frozenset({404, 409, 412})

_log = structlog.get_logger("kalends.rest")


class AlreadyDone(Clash):
    """The request took effect before, and its answer is not at hand."""

    code = "already_done"

    def __init__(self) -> None:
        super().__init__("This took effect before, and its answer is not at hand: read it again.")


class KeyReused(Clash):
    """The key was sent before with another request."""

    code = "key_reused"

    def __init__(self) -> None:
        super().__init__(f"This {HEADER} belongs to another request: make a new one.", field=HEADER)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """A whole answer, before it is sent."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Attempt:
    """One request that came with a key."""

    def __init__(self, database: Database, keyring: Keyring, scope: Scope, key: str) -> None:
        self.rider = Rider(work=self._claim)
        self._database = database
        self._keyring = keyring
        self._key = key
        self._actor: Actor | None = None
        self._asked = sha256(b"%s %s?" % (scope["method"].encode(), scope["path"].encode()))
        self._asked.update(scope["query_string"] + b"\n")

    def begin(self, actor: Actor) -> None:
        """Let what this caller changes take the key along; raise `InvalidInput` for what is no key."""
        if not re.match(PATTERN, self._key):
            raise InvalidInput("Send 1 to 200 printable ASCII characters without spaces.", field=HEADER)
        self._actor = actor
        # Who may less is not given what another key of the member was answered.
        self._asked.update(f"{actor.permission} {sorted(actor.scopes)}\n".encode())
        self.rider.workspace_id = actor.workspace_id

    def read(self, body: bytes) -> None:
        """Take note of what was asked."""
        self._asked.update(body)

    def settle(self, answer: _Answer) -> Response | None:
        """Keep the answer of what took effect now; give the earlier one of what did so before."""
        if self._actor is None:
            return None
        if self.rider.stored:
            self._keep(self._actor, answer)
        elif answer.status in _OWN_DOING:
            return self._earlier(self._actor)
        return None

    def _claim(self, tx: Unit) -> None:
        assert self._actor is not None, "a rider waits for its workspace, which comes with the actor"
        request = self._request(self._actor)
        try:
            if idempotency.claim(tx, request):
                return
        except IntegrityError:
            raise Unauthenticated("You are a member no more.") from None
        known = idempotency.find(tx, request)
        raise KeyReused() if known and known.fingerprint != request.fingerprint else AlreadyDone()

    def _keep(self, actor: Actor, answer: _Answer) -> None:
        if answer.status >= 500 or len(answer.body) > LARGEST_ANSWER or _tells_a_secret(answer.body):
            return
        request = self._request(actor)
        headers = {name: answer.headers[name] for name in _KEPT_HEADERS if name in answer.headers}
        try:
            # A call's number, and whatever else is kept sealed where it belongs, stays sealed here too.
            sealed = self._keyring.encrypt(answer.body.decode(), context=_context(request)).encode()
            self._database.write(
                actor.workspace_id,
                lambda tx: idempotency.keep_answer(
                    tx, request, status=answer.status, headers=headers, body=sealed
                ),
            )
        except Exception:  # the change was made, and is worth its answer
            _log.exception("answer_not_kept")

    def _earlier(self, actor: Actor) -> Response | None:
        request = self._request(actor)
        with self._database.read(actor.workspace_id) as tx:
            known = idempotency.find(tx, request)
        if known is None or known.fingerprint != request.fingerprint:
            return None
        return self._replay(request, known)

    def _replay(self, request: KeyedRequest, known: IdempotencyKey) -> Response:
        if known.status is None or known.body is None:
            return answer_to(AlreadyDone())
        try:
            body = self._keyring.decrypt(known.body.decode(), context=_context(request))
        except Unreadable:  # the master key was changed in between
            return answer_to(AlreadyDone())
        return Response(body, known.status, headers={**(known.headers or {}), REPLAYED: "true"})

    def _request(self, actor: Actor) -> KeyedRequest:
        return KeyedRequest(
            member_id=actor.member_id,
            key_hash=sha256(self._key.encode()).hexdigest(),
            fingerprint=self._asked.hexdigest(),
        )


class Idempotency:
    """Answers what was asked before under the same key as it was answered then."""

    def __init__(self, app: ASGIApp, *, database: Database, keyring: Keyring, prefix: str) -> None:
        self._app = app
        self._database = database
        self._keyring = keyring
        self._prefix = f"{prefix}/"
        self._without = f"{prefix}/auth/"  # where answers are secrets, and each try is its own

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        key = self._key_of(scope)
        if key is None:
            await self._app(scope, receive, send)
            return
        attempt = Attempt(self._database, self._keyring, scope, key)
        scope.setdefault("state", {})["attempt"] = attempt
        messages: list[Message] = []

        async def heard() -> Message:
            message = await receive()
            attempt.read(message.get("body", b""))
            return message

        async def held(message: Message) -> None:
            messages.append(message)

        with riding(attempt.rider):
            await self._app(scope, heard, held)
        earlier = await run_in_threadpool(attempt.settle, _whole(messages))
        if earlier is not None:
            await earlier(scope, receive, send)
            return
        for message in messages:
            await send(message)

    def _key_of(self, scope: Scope) -> str | None:
        if scope["type"] != "http" or scope["method"] not in METHODS:
            return None
        path = scope["path"]
        if not path.startswith(self._prefix) or path.startswith(self._without):
            return None
        return Headers(scope=scope).get(HEADER)


def begin_attempt(request: Request, actor: Actor) -> None:
    """Tell the attempt that a request is, if it came with a key, who makes it. Raises `InvalidInput`."""
    attempt: Attempt | None = getattr(request.state, "attempt", None)
    if attempt is not None:
        attempt.begin(actor)


def parameter() -> dict[str, Any]:
    """Describe the header for OpenAPI."""
    return {
        "name": HEADER,
        "in": "header",
        "required": False,
        "description": (
            "A key of your making, such as a UUID. Sent again with the same request, it changes nothing a "
            f"second time and is answered as it was the first, with `{REPLAYED}: true`. Where that answer is "
            "not at hand: 409 `already_done`. With another request: 409 `key_reused`."
        ),
        "schema": {"type": "string", "pattern": PATTERN},
    }


def _whole(messages: list[Message]) -> _Answer:
    start, *rest = messages
    return _Answer(
        status=start["status"],
        headers=Headers(raw=start["headers"]),
        body=b"".join(message.get("body", b"") for message in rest),
    )


def _context(request: KeyedRequest) -> str:
    return f"idempotency_key.body:{request.member_id}:{request.key_hash}"


def _tells_a_secret(body: bytes) -> bool:
    """Say whether an answer holds what is shown once, such as a new key: that is never stored."""
    return bool(body) and holds_secret(json.loads(body))
