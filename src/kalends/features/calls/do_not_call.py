"""Numbers that are never called."""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy import and_, delete, or_, select

from kalends.features.calls.models import DoNotCall
from kalends.features.calls.numbers import Phone
from kalends.features.identity import audit
from kalends.features.identity.actor import Actor, Scope
from kalends.kit.errors import InvalidInput, NotFound
from kalends.kit.pagination import DEFAULT_LIMIT, Page, checked_limit, decode, page
from kalends.kit.text import checked_text
from kalends.storage import Unit

MAX_REASON = 500
_HASH = re.compile(r"[0-9a-f]{64}")


def list_numbers(
    tx: Unit, actor: Actor, cursor: str | None = None, *, limit: int = DEFAULT_LIMIT
) -> Page[DoNotCall]:
    """Give the workspace's list, the newest first."""
    actor.must_have(Scope.READ)
    query = select(DoNotCall).order_by(DoNotCall.added_at.desc(), DoNotCall.phone_hash)
    if cursor is not None:
        added, number = decode(cursor, str, str)
        try:
            at = datetime.fromisoformat(str(added))
            query = query.where(
                or_(DoNotCall.added_at < at, and_(DoNotCall.added_at == at, DoNotCall.phone_hash > number))
            )
            if at.tzinfo is None or not _HASH.fullmatch(str(number)):
                raise ValueError
        except ValueError:
            raise InvalidInput(
                "This cursor is not one that a page gave; start again without it.", field="cursor"
            ) from None
    found = tx.execute(query.limit(checked_limit(limit) + 1)).scalars().all()
    return page(found, limit, lambda row: (row.added_at.isoformat(), row.phone_hash))


def add_number(tx: Unit, actor: Actor, phone: Phone, phone_hash: str, reason: str | None) -> DoNotCall:
    """Let a number never be called again; one that is there already stays as it is."""
    actor.must_write()
    why = None if reason is None else checked_text(reason, field="reason", limit=MAX_REASON)
    added = tx.claim(
        DoNotCall,
        phone_hash=phone_hash,
        phone_masked=phone.masked,
        reason=why,
        added_by=actor.member_id,
        added_at=tx.now,
    )
    if added:
        audit.record(tx, actor, "do_not_call.added", kind="call", subject=phone_hash[:16])
    return _found(tx, phone_hash)


def remove_number(tx: Unit, actor: Actor, phone_hash: str) -> None:
    """Take a number off the list. Raises `NotFound`."""
    actor.must_write()
    if not tx.changed(delete(DoNotCall).where(DoNotCall.phone_hash == phone_hash)):
        raise _unlisted(phone_hash)
    audit.record(tx, actor, "do_not_call.removed", kind="call", subject=phone_hash[:16])


def _found(tx: Unit, phone_hash: str) -> DoNotCall:
    row = tx.execute(select(DoNotCall).where(DoNotCall.phone_hash == phone_hash)).scalar_one_or_none()
    if row is None:
        raise _unlisted(phone_hash)
    return row


def _unlisted(phone_hash: str) -> NotFound:
    return NotFound("This number is not on the list.", kind="do_not_call", id=phone_hash)
