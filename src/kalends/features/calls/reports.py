"""What the telephone service says of an attempt, and what follows for its call.

Reports come twice, late and in any order: an attempt only ever goes on, what is known stays known, and the
first report that says so ends it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, func, select

from kalends.features.calls.dialling import current
from kalends.features.calls.models import AttemptState, Call, CallAttempt, CallState, Outcome
from kalends.features.calls.numbers import known_phone
from kalends.features.calls.office import HANG_UP, WATCH, Office
from kalends.features.calls.ports import Report
from kalends.features.calls.retries import wait
from kalends.features.identity import audit
from kalends.features.identity.models import Workspace
from kalends.jobs import Order
from kalends.kit.errors import NotFound
from kalends.storage import Unit

FIRST_LOOK: Final = timedelta(minutes=1)
"""How long the service is given to tell of a call by itself before it is asked."""

_ORDER: Final = tuple(AttemptState)
_FACTS: Final = (
    *("answered_by", "answered_at", "duration_seconds", "error_code", "error"),
    *("recording_url", "transcript"),
)


def take(office: Office, tx: Unit, attempt_id: UUID, report: Report, *, final: bool = False) -> None:
    """Take a report of an attempt; with `final`, one that ends it is not followed by another attempt.

    What the service calls by another name than before, or we do not know at all, is kept as a log of its own.
    """
    attempt = tx.find(CallAttempt, attempt_id)
    if attempt is None or attempt.provider_id not in (None, report.provider_id):
        take_unknown(office, tx, report)
        return
    call = attempt.call_id and office.hold_alone(tx, attempt.call_id)
    tx.lock(CallAttempt, [attempt_id])
    attempt = tx.get(CallAttempt, attempt_id)
    if attempt.provider_id is None:
        _named(tx, attempt, report.provider_id)
        if report.state is not AttemptState.ENDED:
            if attempt.state is AttemptState.ENDED:  # it was given up, and is being made all the same
                _order_hang_up(office, tx, attempt)
            else:
                order_look(office, tx, attempt_id, 1)
    _learn(attempt, report)
    goes_on = report.state is not None and _ORDER.index(report.state) > _ORDER.index(attempt.state)
    if goes_on:
        assert report.state is not None
        attempt.state = report.state
        if report.state is AttemptState.ENDED:
            _close(tx, attempt, report)
        audit.record(tx, None, f"call.{attempt.state}", kind="call", subject=attempt.call_id)
    tx.session.flush()
    if call:
        _follow(office, tx, call, attempt, final=final, ended=goes_on and report.state is AttemptState.ENDED)


def take_unknown(office: Office, tx: Unit, report: Report) -> None:
    """Keep a log of a call that is not ours, once for each that the service knows. Raises `NotFound` for a
    workspace that is none."""
    known = select(CallAttempt).where(CallAttempt.provider_id == report.provider_id)
    attempt = tx.execute(known).scalar_one_or_none()
    if attempt is None:
        if tx.session.get(Workspace, tx.workspace_id) is None:
            raise NotFound(
                f"There is no workspace {tx.workspace_id}.", kind="workspace", id=str(tx.workspace_id)
            )
        phone = known_phone(report.phone)
        attempt = tx.add(
            CallAttempt(
                id=tx.new_id(),
                phone_hash=office.vault.hash(phone.e164) if phone else "",
                phone_masked=phone.masked if phone else "",
                number=1,
                state=AttemptState.QUEUED,
                provider_id=report.provider_id,
                started_at=tx.now,
                tried_at=tx.now,
            )
        )
        audit.record(tx, None, "call.unknown", kind="call", subject=attempt.id)
    elif attempt.call_id is not None:
        return
    _learn(attempt, report)
    if report.state is not None and _ORDER.index(report.state) > _ORDER.index(attempt.state):
        attempt.state = report.state
        if report.state is AttemptState.ENDED:
            _close(tx, attempt, report)
    tx.session.flush()


def give_up(
    office: Office, tx: Unit, attempt_id: UUID, outcome: Outcome, error: str | None, *, final: bool = True
) -> None:
    """End an attempt of which the service will tell no more, or never knew."""
    attempt = tx.get(CallAttempt, attempt_id)
    call = attempt.call_id and office.hold_alone(tx, attempt.call_id)
    tx.lock(CallAttempt, [attempt_id])
    attempt = tx.get(CallAttempt, attempt_id)
    if attempt.state is AttemptState.ENDED:
        return
    attempt.state, attempt.outcome = AttemptState.ENDED, outcome
    attempt.error, attempt.ended_at = error and error[:_LONGEST_ERROR], tx.now
    tx.session.flush()
    audit.record(tx, None, "call.ended", kind="call", subject=attempt.call_id)
    if call:
        _follow(office, tx, call, attempt, final=final, ended=True)


def order_look(office: Office, tx: Unit, attempt_id: UUID, number: int) -> None:
    """Have the service asked about an attempt for the nth time; 0 is before it has a name there."""
    at = tx.now + min(FIRST_LOOK * 2 ** max(0, number - 1), 10 * FIRST_LOOK)
    office.jobs.enqueue(tx, [Order(task=WATCH, key=f"{attempt_id}:{number}", run_at=at)])


def order_hang_up(office: Office, tx: Unit, call: Call) -> None:
    """Have the attempt that is under way ended by the service."""
    attempt = current(tx, call)
    if attempt is not None and attempt.state is not AttemptState.ENDED:
        _order_hang_up(office, tx, attempt)


def _order_hang_up(office: Office, tx: Unit, attempt: CallAttempt) -> None:
    key = f"{attempt.id}:{attempt.provider_id or ''}"
    office.jobs.enqueue(tx, [Order(task=HANG_UP, key=key, run_at=tx.now, priority=10)])


_LONGEST_ERROR: Final = 500


def _named(tx: Unit, attempt: CallAttempt, provider_id: str) -> None:
    """Note by what name the service knows an attempt; a log that was made of it for lack of that goes."""
    tx.changed(
        delete(CallAttempt).where(CallAttempt.provider_id == provider_id, CallAttempt.call_id.is_(None))
    )
    attempt.provider_id = provider_id


def _learn(attempt: CallAttempt, report: Report) -> None:
    for name in _FACTS:
        value: Any = getattr(report, name)
        if value is not None and getattr(attempt, name) is None:
            setattr(attempt, name, value[:_LONGEST_ERROR] if name == "error" else value)


def _close(tx: Unit, attempt: CallAttempt, report: Report) -> None:
    outcome = report.outcome or Outcome.FAILED
    if outcome is Outcome.COMPLETED and (attempt.answered_by or "").startswith(("machine", "fax")):
        outcome = Outcome.MACHINE
    attempt.outcome = outcome
    attempt.ended_at = report.ended_at or tx.now
    if attempt.duration_seconds is None and attempt.answered_at is not None:
        attempt.duration_seconds = max(0, int((attempt.ended_at - attempt.answered_at).total_seconds()))


def _follow(office: Office, tx: Unit, call: Call, attempt: CallAttempt, *, final: bool, ended: bool) -> None:
    """Let the call go on as its attempt does."""
    if call.state is CallState.CANCELLED:
        if attempt.state is not AttemptState.ENDED and attempt.provider_id is not None:
            _order_hang_up(office, tx, attempt)
        return
    mine = current(tx, call)
    if mine is None or mine.id != attempt.id:
        return
    if call.state is CallState.PENDING and attempt.provider_id is not None:
        office.step(tx, call, CallState.RUNNING, "dialled", detail={"attempt_id": str(attempt.id)})
    if not ended or call.state not in (CallState.PENDING, CallState.RUNNING):
        return
    outcome = attempt.outcome
    assert outcome is not None, "an attempt that has ended did so somehow"
    detail = {"attempt_id": str(attempt.id), "attempt": attempt.number}
    if outcome is Outcome.COMPLETED:
        office.end_run(tx, call, "completed", completed=True, detail=detail)
        return
    same = select(func.count()).select_from(CallAttempt)
    same = same.where(
        CallAttempt.call_id == call.id, CallAttempt.due_at == call.due_at, CallAttempt.outcome == outcome
    )
    delay = None if final else wait(outcome, tx.execute(same).scalar_one(), call.retries)
    if delay is None:
        office.end_run(tx, call, outcome.value, completed=False, detail=detail)
        return
    ordered = office.order(tx, call, tx.now + delay)
    office.step(tx, call, CallState.SCHEDULED, outcome.value, detail=detail, **ordered)
