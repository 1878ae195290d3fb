"""What calls hold of one member: given out on request, and erased with the member."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from kalends.features.calendars import objects
from kalends.features.calls.models import Call, CallAttempt
from kalends.features.calls.numbers import Vault
from kalends.features.identity.models import Member
from kalends.storage import Unit


def erase(tx: Unit, member: Member) -> None:
    """Remove a member's calls with their events, wherever those are, and the log of them."""
    objects.lock_all(tx)
    held = select(Call.event_id).where(Call.member_id == member.id, Call.event_id.is_not(None))
    events = [id for id in tx.execute(held).scalars() if id is not None]
    for chunk in objects.chunks(events):
        objects.store(tx, [(row, None) for row in objects.load(tx, chunk).values()])
    tx.changed(delete(CallAttempt).where(CallAttempt.member_id == member.id))
    tx.changed(delete(Call).where(Call.member_id == member.id))  # an order to place one finds nothing


def export(tx: Unit, vault: Vault, member_id: UUID) -> dict[str, Any]:
    """Give the member's calls and what was tried, as JSON values."""
    calls = tx.execute(select(Call).where(Call.member_id == member_id).order_by(Call.id)).scalars()
    tried = select(CallAttempt).where(CallAttempt.member_id == member_id).order_by(CallAttempt.id)
    return {
        "calls": [
            {
                "title": call.title,
                "phone": vault.open(call.phone_sealed, call.id),
                "starts_at": call.starts_at.isoformat(),
                "zone": call.zone,
                "rules": call.rules,
                "content": call.content.value,
                "content_text": call.content_text,
                "description": call.description,
                "notes": call.notes,
                "metadata": call.extra,
                "state": call.state.value,
                "created_at": call.created_at.isoformat(),
            }
            for call in calls
        ],
        "call_attempts": [
            {
                "phone": attempt.phone_masked,
                "started_at": attempt.started_at.isoformat(),
                "outcome": attempt.outcome and attempt.outcome.value,
                "duration_seconds": attempt.duration_seconds,
                "transcript": attempt.transcript,
                "notes": attempt.notes,
            }
            for attempt in tx.execute(tried).scalars()
        ],
    }
