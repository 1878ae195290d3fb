"""Attempts: the one that a call is at, and what the telephone service is asked for its sake."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, select

from kalends.features.calls.models import AttemptState, Call, CallAttempt
from kalends.features.calls.office import Office
from kalends.features.calls.ports import Dial
from kalends.features.identity.actor import language_of
from kalends.features.identity.models import Member
from kalends.storage import Unit

FOUND_WITHIN: Final = timedelta(days=3)
"""How long before an attempt another may have begun whose call a service could take for this one's: it looks
from a day before, as far as two clocks may be apart, and the other may have been dialled late."""


def current(tx: Unit, call: Call) -> CallAttempt | None:
    """Give the last attempt at the run that is due or under way."""
    query = select(CallAttempt).where(CallAttempt.call_id == call.id, CallAttempt.due_at == call.due_at)
    return tx.execute(query.order_by(CallAttempt.number.desc()).limit(1)).scalar_one_or_none()


def begin_attempt(tx: Unit, call: Call) -> CallAttempt:
    """Write down that the service is about to be asked to dial."""
    so_far = select(func.max(CallAttempt.number)).where(
        CallAttempt.call_id == call.id, CallAttempt.due_at == call.due_at
    )
    return tx.add(
        CallAttempt(
            id=tx.new_id(),
            call_id=call.id,
            member_id=call.member_id,
            agent_instance=call.agent_instance,
            phone_hash=call.phone_hash,
            phone_masked=call.phone_masked,
            due_at=call.due_at,
            number=(tx.execute(so_far).scalar_one() or 0) + 1,
            state=AttemptState.DIALLING,
            started_at=tx.now,
            tried_at=tx.now,
        )
    )


def dial_of(office: Office, tx: Unit, call: Call, attempt_id: UUID) -> Dial:
    """Give what the service is asked for."""
    return Dial(
        workspace_id=tx.workspace_id,
        attempt_id=attempt_id,
        phone=office.vault.open(call.phone_sealed, call.id),
        content=call.content,
        content_text=call.content_text,
        record=call.record,
        language=language_of(tx.get(Member, call.member_id).preferences),
    )


def taken_by_others(tx: Unit, attempt: CallAttempt) -> list[str]:
    """Give by what names the service knows the calls of other attempts at the same number, of those days in
    which it would look for this one."""
    query = select(CallAttempt.provider_id).where(
        CallAttempt.phone_hash == attempt.phone_hash,
        CallAttempt.started_at > attempt.started_at - FOUND_WITHIN,
        CallAttempt.id != attempt.id,
        CallAttempt.call_id.is_not(None),
    )
    found = tx.execute(query, across_workspaces="the telephone account is the installation's").scalars()
    return [provider_id for provider_id in found if provider_id is not None]


def is_anothers(tx: Unit, provider_id: str, attempt_id: UUID) -> bool:
    """Say whether the service's call is known as that of another attempt."""
    query = select(CallAttempt.id).where(
        CallAttempt.provider_id == provider_id, CallAttempt.id != attempt_id, CallAttempt.call_id.is_not(None)
    )
    return tx.execute(query).first() is not None
