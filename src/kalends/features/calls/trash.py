"""What is left of calls that were deleted or never were ours, and of batches that are over: kept for a while,
then gone."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete

from kalends.features.calls.models import Call, CallAttempt, CallBatch
from kalends.storage import Unit


def purge_calls(tx: Unit, before: datetime) -> int:
    """Forget calls that were deleted before an instant, their numbers, lives and logs with them.

    Nothing brings such a call back: the change set that deleted it is older than that too. Gives how many
    went.
    """
    return tx.changed(delete(Call).where(Call.event_id.is_(None), Call.updated_at < before))


def purge_unknown(tx: Unit, before: datetime) -> int:
    """Forget the logs, begun before an instant, of calls that we did not make; gives how many went."""
    return tx.changed(
        delete(CallAttempt).where(CallAttempt.call_id.is_(None), CallAttempt.started_at < before)
    )


def purge_batches(tx: Unit, before: datetime) -> int:
    """Forget batches that were over before an instant, with what was wrong in them; gives how many went."""
    return tx.changed(delete(CallBatch).where(CallBatch.ended_at < before))
