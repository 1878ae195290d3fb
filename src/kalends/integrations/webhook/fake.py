"""A receiver of webhooks that stands beside the real ones: checks signatures, and knows repetitions."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import httpx

from kalends.integrations.webhook.signature import HEADER, is_signed
from kalends.kit.clock import Clock


@dataclass(slots=True, kw_only=True)
class FakeReceiver:
    """Takes what is signed with its secret, once for each key, as a transport for httpx; else it answers
    `status`."""

    secret: str
    clock: Clock
    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    taken: dict[str, Any] = field(default_factory=dict)

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Take one webhook."""
        if self.status != 204:
            return httpx.Response(self.status, headers=self.headers)
        if not is_signed(self.secret, request.content, request.headers[HEADER], self.clock.now()):
            return httpx.Response(401)
        self.taken.setdefault(request.headers["Idempotency-Key"], json.loads(request.content))
        return httpx.Response(204)
