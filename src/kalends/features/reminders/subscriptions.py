"""Browsers that take pushes: each is known by the address that its push service gave it."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from collections.abc import Sequence
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import delete, select

from kalends.features.identity.actor import Actor, Scope
from kalends.features.reminders.models import PushSubscription
from kalends.features.reminders.settings import is_web
from kalends.kit.crypto import Keyring
from kalends.kit.errors import InvalidInput, NotFound
from kalends.kit.text import checked_text
from kalends.storage import Unit

MOST = 20
"""How many browsers of one member are kept: the oldest gives way."""


class Subscriptions:
    """The browsers of members; what is secret of them is kept encrypted."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    def list(self, tx: Unit, actor: Actor) -> Sequence[PushSubscription]:
        """Give the actor's browsers, oldest first."""
        actor.must_have(Scope.READ)
        return self._of(tx, actor.member_id)

    def add(
        self,
        tx: Unit,
        actor: Actor,
        *,
        endpoint: str,
        p256dh: str,
        auth: str,
        device: str | None = None,
        replaces: str | None = None,
    ) -> PushSubscription:
        """Take a browser, or take it over where another member used it. Raises `InvalidInput`.

        It stays the same one however often it is given, and with another endpoint than `replaces`, its last.
        """
        actor.must_have(Scope.WRITE)
        if not is_web(endpoint) or not endpoint.isprintable():
            raise InvalidInput("A push service has an address that begins with https://.", field="endpoint")
        _must_be_key(p256dh)
        if len(_raw(auth, "auth")) != 16:
            raise InvalidInput("The secret of a browser has 16 bytes, in URL-safe base64.", field="auth")
        known = {each.endpoint_hash: each for each in self._of(tx, actor.member_id)}
        hashed = self._hash(endpoint)
        same = known.get(self._hash(replaces or endpoint)) or known.get(hashed)
        id = same.id if same is not None else tx.new_id()
        taken = PushSubscription.endpoint_hash == hashed, PushSubscription.id != id
        tx.changed(delete(PushSubscription).where(*taken))
        if same is None:
            for old in self._of(tx, actor.member_id)[: -(MOST - 1)]:
                tx.session.delete(old)
            same = PushSubscription(id=id, member_id=actor.member_id, device=None, created_at=tx.now)
        sealed = json.dumps({"endpoint": endpoint, "p256dh": p256dh, "auth": auth})
        same.endpoint_hash = hashed
        same.sealed = self._keyring.encrypt(sealed, context=_context(tx.workspace_id, id))
        same.device = checked_text(device, field="device", limit=200) if device else same.device
        return tx.add(same)

    def remove(self, tx: Unit, actor: Actor, id: UUID) -> None:
        """Forget one of the actor's browsers. Raises `NotFound`."""
        actor.must_have(Scope.WRITE)
        mine = PushSubscription.id == id, PushSubscription.member_id == actor.member_id
        if not tx.changed(delete(PushSubscription).where(*mine)):
            raise NotFound(f"There is no browser {id}.", kind="push_subscription", id=str(id))

    def address(self, tx: Unit, id: UUID) -> str | None:
        """Give endpoint and keys as JSON; None for a browser that is gone."""
        row = tx.find(PushSubscription, id)
        context = _context(tx.workspace_id, id)
        return self._keyring.decrypt(row.sealed, context=context) if row is not None else None

    def _hash(self, endpoint: str) -> str:
        return self._keyring.mac(endpoint, purpose="push_subscription")

    def _of(self, tx: Unit, member_id: UUID) -> Sequence[PushSubscription]:
        query = select(PushSubscription).where(PushSubscription.member_id == member_id)
        return tx.execute(query.order_by(PushSubscription.id)).scalars().all()


def _must_be_key(text: str) -> None:
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _raw(text, "p256dh"))
    except ValueError:
        raise InvalidInput("That is no public key of a browser (P-256).", field="p256dh") from None


def _raw(text: str, field: str) -> bytes:
    try:
        return urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except ValueError:
        raise InvalidInput("That is not URL-safe base64.", field=field) from None


def _context(workspace_id: UUID, id: UUID) -> str:
    return f"push_subscription/{workspace_id}/{id}"
