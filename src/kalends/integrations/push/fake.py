"""A push service that stands beside the real ones: takes what it is sent, and reads it as a browser would."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

import http_ece
import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """A push as its browser reads it, with what the service was told of it."""

    shown: dict[str, Any]
    topic: str
    claims: dict[str, Any]  # of who sent it


@dataclass(slots=True, kw_only=True)
class FakePushService:
    """One browser and its service, as a transport for httpx. It answers `status`, or takes what comes."""

    endpoint: str
    status: int = 201
    headers: dict[str, str] = field(default_factory=dict)
    pushed: list[Pushed] = field(default_factory=list)
    _key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    _auth: bytes = b"sixteen bytes..."

    @property
    def subscription(self) -> str:
        """Give the browser's address, as it is kept."""
        point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return json.dumps({"endpoint": self.endpoint, "p256dh": _text(point), "auth": _text(self._auth)})

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Take one push."""
        if self.status == 201:
            self.pushed.append(self._read(request))
        return httpx.Response(self.status, headers={"Location": f"{self.endpoint}/1", **self.headers})

    def _read(self, request: httpx.Request) -> Pushed:
        content = http_ece.decrypt(
            request.content, private_key=self._key, auth_secret=self._auth, version="aes128gcm"
        )
        scheme, _, fields = request.headers["Authorization"].partition(" ")
        given = dict(part.split("=", 1) for part in fields.split(","))
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _raw(given["k"]))
        host = request.headers["Host"]
        claims = jwt.decode(
            given["t"], key, ["ES256"], audience=f"https://{host}", options={"verify_exp": False}
        )
        return Pushed(
            shown=json.loads(content),
            topic=request.headers["Topic"],
            claims={**claims, "scheme": scheme},
        )


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def _raw(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
