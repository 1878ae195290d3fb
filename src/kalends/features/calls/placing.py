"""Placing calls at their time: each attempt is dialled once, whatever dies in between.

An attempt is stored before the service is asked to dial. Whoever finds one of which it is not known whether
the service got it asks the service first, and not before whatever was under way then has settled.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, update

from kalends.features.calls.dialling import begin_attempt, current, dial_of, is_anothers, taken_by_others
from kalends.features.calls.models import (
    AttemptState,
    Call,
    CallAttempt,
    CallState,
    DoNotCall,
    Outcome,
)
from kalends.features.calls.office import PLACE, QUEUE, Office
from kalends.features.calls.ports import Dial, Report, Telephone
from kalends.features.calls.reports import give_up, order_look, take
from kalends.jobs import LostClaim, Permanent, Run, Task, Transient
from kalends.storage import Unit

_log = logging.getLogger(__name__)

_HOUR, _MINUTE, _DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)
_LINE_BUSY = timedelta(seconds=5)
"""After how long it is looked again whether the account may make another call."""
_ACCOUNT = 0x6B616C  # of the advisory lock that holds the account's limits
_OF_THE_ACCOUNT = "the telephone account is the installation's"


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """An attempt that is to be dialled."""

    dial: Dial
    since: datetime  # when the attempt began
    tried_at: datetime
    taken: Sequence[str]  # calls that are other attempts'
    ask: bool  # whether the service may know of it


class Placing:
    """The task that places calls."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def tasks(self) -> Sequence[Task]:
        """Give the task."""
        return [Task(name=PLACE, handler=self.place, queue=QUEUE)]

    def place(self, run: Run) -> None:
        """Place the run of a call that is due, unless something speaks against it."""
        call_id, turn = _read_key(run.key)
        try:
            self._place(run, call_id, turn)
        except LostClaim:
            raise
        except Exception as error:
            if not run.last_try:
                raise
            _log.exception("call_not_placed", extra={"call_id": str(call_id)})
            words = str(error) or type(error).__name__
            run.complete(lambda tx: self._hand_over(tx, call_id, turn, words))

    def _place(self, run: Run, call_id: UUID, turn: int) -> None:
        begun = run.write(lambda tx: self._begin(tx, call_id, turn))
        telephone = self._office.telephone
        if begun is None or telephone is None:
            return
        attempt_id = begun.dial.attempt_id
        if begun.ask:
            try:
                found = telephone.find(begun.dial, begun.since, begun.taken)
            except (
                Permanent
            ) as error:  # whether it was placed cannot be known now: whoever watches asks again
                words = str(error)
                run.complete(lambda tx: self._hand_over(tx, call_id, turn, words))
                return
            if found is not None and not run.write(lambda tx: is_anothers(tx, found.provider_id, attempt_id)):
                run.complete(lambda tx: take(self._office, tx, attempt_id, found))
                return
            begun = run.write(lambda tx: self._again(tx, call_id, turn))
            if begun is None:
                return
        try:
            report = self._dialled(telephone, begun)
        except Permanent as error:
            words = str(error)
            run.complete(lambda tx: give_up(self._office, tx, attempt_id, Outcome.FAILED, words))
            return
        run.complete(lambda tx: take(self._office, tx, attempt_id, report))

    def _dialled(self, telephone: Telephone, begun: Begun) -> Report:
        # A process that stood still since it wrote the attempt down must not dial any more: by now another
        # may have asked the service, which knew of nothing, and dialled. A clock that was set meanwhile, in
        # whatever direction, does not say how long that was.
        if abs(self._office.database.clock.now() - begun.tried_at) > self._office.settings.settles / 3:
            raise Transient("Too long has passed since this attempt began.", retry_after=1)
        return telephone.place(begun.dial)

    # Before dialling -----------------------------------------------------------------------------------

    def _begin(self, tx: Unit, call_id: UUID, turn: int) -> Begun | None:
        call = self._office.hold(tx, call_id)
        if call is None or call.turn != turn:
            return None
        if call.state is CallState.PENDING:
            return self._interrupted(tx, call)
        if call.state is not CallState.SCHEDULED or not self._may_be_placed(tx, call):
            return None
        attempt = begin_attempt(tx, call)
        self._office.step(
            tx, call, CallState.PENDING, "due",
            detail={"attempt_id": str(attempt.id), "attempt": attempt.number},
            attempts=attempt.number, next_at=None,
        )  # fmt: skip
        return self._begun(tx, call, attempt, ask=False)

    def _interrupted(self, tx: Unit, call: Call) -> Begun | None:
        """Go on with an attempt that somebody else began, once whatever they did has settled."""
        attempt = current(tx, call)
        if attempt is None or attempt.state is not AttemptState.DIALLING or attempt.provider_id is not None:
            return None
        settled = attempt.tried_at + self._office.settings.settles
        if tx.now < settled:
            wait = (settled - tx.now).total_seconds()
            raise Transient("The telephone service may still be about to dial.", retry_after=wait)
        return self._begun(tx, call, attempt, ask=True)

    def _again(self, tx: Unit, call_id: UUID, turn: int) -> Begun | None:
        """Note that the service, which knows nothing of an attempt, is asked to dial after all."""
        call = self._office.hold(tx, call_id)
        attempt = call and current(tx, call)
        if call is None or attempt is None or call.turn != turn or call.state is not CallState.PENDING:
            return None
        if attempt.state is not AttemptState.DIALLING or attempt.provider_id is not None:
            return None
        tx.changed(update(CallAttempt).where(CallAttempt.id == attempt.id).values(tried_at=tx.now))
        tx.session.refresh(attempt)
        return self._begun(tx, call, attempt, ask=False)

    def _begun(self, tx: Unit, call: Call, attempt: CallAttempt, *, ask: bool) -> Begun:
        dial = dial_of(self._office, tx, call, attempt.id)
        taken = taken_by_others(tx, attempt) if ask else ()
        return Begun(dial=dial, since=attempt.started_at, tried_at=attempt.tried_at, taken=taken, ask=ask)

    def _hand_over(self, tx: Unit, call_id: UUID, turn: int, error: str) -> None:
        """Leave a call that cannot be placed to whoever watches, who asks before it is given up."""
        call = self._office.hold(tx, call_id)
        if call is None or call.turn != turn:
            return
        attempt = current(tx, call)
        if call.state is CallState.PENDING and attempt is not None:
            tx.changed(update(CallAttempt).where(CallAttempt.id == attempt.id).values(error=error[:500]))
            order_look(self._office, tx, attempt.id, 0)
        elif call.state is CallState.SCHEDULED:
            self._office.end_run(tx, call, "failed", completed=False, detail={"error": error[:500]})

    # What speaks against it ----------------------------------------------------------------------------

    def _may_be_placed(self, tx: Unit, call: Call) -> bool:
        settings = self._office.settings
        if self._was_missed(tx, call):
            return False
        if tx.execute(select(DoNotCall.phone_hash).where(DoNotCall.phone_hash == call.phone_hash)).first():
            self._office.end_run(tx, call, "do_not_call", completed=False)
            return False
        if self._office.telephone is None:
            self._office.end_run(tx, call, "no_telephone", completed=False)
            return False
        quiet = settings.quiet_hours and settings.quiet_hours.over_at(tx.now, call.callee_zone)
        if quiet:
            self._put_off(tx, call, quiet, "quiet_hours")
            return False
        if free_at := self._number_free_at(tx, call):
            self._put_off(tx, call, free_at, "number_limit")
            return False
        if not self._account_has_room(tx):
            # Not worth a line in its history: it may happen to one call very often.
            self._office.set(tx, call, **self._office.order(tx, call, tx.now + _LINE_BUSY))
            return False
        return True

    def _was_missed(self, tx: Unit, call: Call) -> bool:
        """See to a run whose time has passed while nobody was there; not what waited on purpose."""
        assert call.due_at is not None, "a scheduled call is due some time"
        waited = call.attempts or call.next_at != call.due_at
        if waited or tx.now - call.due_at <= self._office.settings.grace:
            return False
        due_at = self._office.next_run(tx, call, call.done_until)
        if due_at == call.due_at:
            return False
        if due_at is None:
            self._office.end_run(tx, call, "missed", completed=False, made=False)
        else:
            ordered = self._office.order(tx, call, due_at)
            self._office.step(tx, call, CallState.SCHEDULED, "missed", due_at=due_at, **ordered)
        return True

    def _put_off(self, tx: Unit, call: Call, until: datetime, reason: str) -> None:
        self._office.step(
            tx, call, CallState.SCHEDULED, reason,
            detail={"until": until.isoformat()}, **self._office.order(tx, call, until),
        )  # fmt: skip

    def _number_free_at(self, tx: Unit, call: Call) -> datetime | None:
        """Give when the number may be tried again; None where it may be now."""
        most = self._office.settings.per_number
        late = select(CallAttempt.started_at).where(
            CallAttempt.phone_hash == call.phone_hash, CallAttempt.started_at > tx.now - _HOUR
        )
        begun = tx.execute(late.order_by(CallAttempt.started_at.desc()).limit(most)).scalars().all()
        return begun[-1] + _HOUR if len(begun) >= most else None

    def _account_has_room(self, tx: Unit) -> bool:
        """Say whether the account may make another call; until the unit ends, nobody else may ask."""
        if tx.session.get_bind().dialect.name == "postgresql":
            tx.execute(select(func.pg_advisory_xact_lock(_ACCOUNT)))
        settings = self._office.settings
        counted = select(func.count()).select_from(CallAttempt).where(CallAttempt.call_id.is_not(None))
        begun = counted.where(CallAttempt.started_at > tx.now - _MINUTE)
        under_way = counted.where(CallAttempt.started_at > tx.now - _DAY, CallAttempt.outcome.is_(None))
        return (
            tx.execute(begun, across_workspaces=_OF_THE_ACCOUNT).scalar_one() < settings.per_minute
            and tx.execute(under_way, across_workspaces=_OF_THE_ACCOUNT).scalar_one() < settings.concurrency
        )


def _read_key(key: str) -> tuple[UUID, int]:
    call_id, _, turn = key.partition(":")
    return UUID(call_id), int(turn)
