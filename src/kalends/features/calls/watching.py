"""Looking after calls that are under way: asking where the service tells nothing, hanging up, ticking off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from kalends.features.calls.dialling import dial_of, is_anothers, taken_by_others
from kalends.features.calls.models import AttemptState, Call, CallAttempt, Outcome
from kalends.features.calls.office import HANG_UP, QUEUE, TICK_OFF, WATCH, Office
from kalends.features.calls.ports import Dial, Report
from kalends.features.calls.reports import give_up, order_look, take
from kalends.jobs import LostClaim, Permanent, Run, Task, Transient
from kalends.storage import Unit

LONGEST: Final = timedelta(hours=2)
"""After how long an attempt that the service never ends counts as lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Open:
    """An attempt that has not ended, as far as we know."""

    dial: Dial
    provider_id: str | None
    since: datetime
    taken: Sequence[str]  # calls that are other attempts'


class Watching:
    """The tasks that look after attempts."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def tasks(self) -> Sequence[Task]:
        """Give the tasks. They wait for nobody's turn to be called: they stand in a queue without a rate."""
        queue = f"{QUEUE}.watch"
        return [
            Task(name=WATCH, handler=self.watch, queue=queue),
            Task(name=HANG_UP, handler=self.hang_up, queue=queue),
            Task(name=TICK_OFF, handler=self.tick_off, queue=queue),
        ]

    def watch(self, run: Run) -> None:
        """Ask how an attempt stands of which nothing was heard."""
        attempt_id, number = _read_key(run.key)
        open_ = run.write(lambda tx: self._open(tx, attempt_id))
        if open_ is None:
            return
        try:
            report = self._asked(open_)
        except Permanent as error:
            words = str(error)
            run.complete(lambda tx: give_up(self._office, tx, attempt_id, Outcome.FAILED, words))
            return
        except LostClaim:
            raise
        except Exception:
            if not run.last_try:
                raise
            report = None if open_.provider_id is None else Report(provider_id=open_.provider_id)
        run.complete(lambda tx: self._heard(tx, attempt_id, number, report))

    def hang_up(self, run: Run) -> None:
        """End an attempt whose call was cancelled."""
        key, _, provider_id = run.key.partition(":")
        attempt_id = UUID(key)
        if provider_id:
            self._end(run, attempt_id, provider_id)
            return
        open_ = run.write(lambda tx: self._open(tx, attempt_id, settled=True))
        if open_ is None:
            return
        try:
            report = self._asked(open_)
        except Permanent as error:
            words = str(error)
            run.complete(lambda tx: give_up(self._office, tx, attempt_id, Outcome.CANCELLED, words))
            return
        if report is None:
            run.complete(lambda tx: give_up(self._office, tx, attempt_id, Outcome.CANCELLED, None))
        else:
            run.complete(lambda tx: take(self._office, tx, attempt_id, report))  # which has it hung up

    def tick_off(self, run: Run) -> None:
        """Note on the calendar that a call was made."""
        call_id = UUID(run.key)
        run.complete(lambda tx: self._office.tick_off(tx, call_id))

    def _end(self, run: Run, attempt_id: UUID, provider_id: str) -> None:
        try:
            if self._office.telephone is not None:
                self._office.telephone.hang_up(provider_id)
        except Permanent as error:
            words = str(error)
            run.complete(lambda tx: give_up(self._office, tx, attempt_id, Outcome.CANCELLED, words))

    def _asked(self, open_: _Open) -> Report | None:
        telephone = self._office.telephone
        if telephone is None:
            raise Permanent("There is no telephone service any more.")
        if open_.provider_id is not None:
            return telephone.read(open_.provider_id)
        return telephone.find(open_.dial, open_.since, open_.taken)

    def _open(self, tx: Unit, attempt_id: UUID, *, settled: bool = False) -> _Open | None:
        attempt = tx.find(CallAttempt, attempt_id)
        if attempt is None or attempt.state is AttemptState.ENDED or attempt.call_id is None:
            return None
        until = attempt.tried_at + self._office.settings.settles
        if settled and attempt.provider_id is None and tx.now < until:
            wait = (until - tx.now).total_seconds()
            raise Transient("The telephone service may still be about to dial.", retry_after=wait)
        dial = dial_of(self._office, tx, tx.get(Call, attempt.call_id), attempt_id)
        taken = () if attempt.provider_id is not None else taken_by_others(tx, attempt)
        return _Open(dial=dial, provider_id=attempt.provider_id, since=attempt.started_at, taken=taken)

    def _heard(self, tx: Unit, attempt_id: UUID, number: int, report: Report | None) -> None:
        if report is not None and is_anothers(tx, report.provider_id, attempt_id):
            report = None
        if report is None:
            attempt = tx.get(CallAttempt, attempt_id)
            words = attempt.error or "The telephone service knows nothing of this call."
            give_up(self._office, tx, attempt_id, Outcome.FAILED, words)
            return
        take(self._office, tx, attempt_id, report)
        attempt = tx.get(CallAttempt, attempt_id)
        if attempt.state is AttemptState.ENDED:
            return
        if tx.now - attempt.started_at > LONGEST:
            give_up(
                self._office, tx, attempt_id, Outcome.FAILED, "The telephone service never ended this call."
            )
        else:
            order_look(self._office, tx, attempt_id, number + 1)


def _read_key(key: str) -> tuple[UUID, int]:
    attempt_id, _, number = key.partition(":")
    return UUID(attempt_id), int(number)
