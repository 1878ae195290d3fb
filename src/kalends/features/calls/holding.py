"""The say that a call has in its event: what may be changed of it, and how the call follows."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from kalends.features.calls.life import UNDER_WAY, begin
from kalends.features.calls.models import Call, CallState, Missed
from kalends.features.calls.office import Office
from kalends.features.calls.runs import GRACE, Times
from kalends.features.changes import Operation, Refusal
from kalends.features.identity.actor import Actor
from kalends.storage import Unit

_ENDED = frozenset({CallState.COMPLETED, CallState.FAILED})


class CallHolder:
    """Asked before the event of a call changes, and told once it has, undo included."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def may_change(self, tx: Unit, actor: Actor, operation: Operation) -> Refusal | None:
        """Refuse what would move a call that is being made, or wake one that is over."""
        call = _call(tx, operation)
        if call is None:
            return None
        code, message = _refused(tx, actor, call, operation) or (None, "")
        return Refusal(code=code, message=message, fields={"call_id": str(call.id)}) if code else None

    def changed(self, tx: Unit, actor: Actor, operation: Operation) -> None:
        """Let the call follow: its order to be placed, its state, and what is copied from the event."""
        call = _call(tx, operation)
        if call is None:
            return
        before, after = _times(operation.before), _times(operation.after)
        if after is None:
            self._removed(tx, actor, call)
        elif call.event_id is None and call.state is CallState.SCHEDULED:
            self._created(tx, actor, call, operation.object_id, after)
        else:
            self._office.set(tx, call, event_id=operation.object_id, **_copied(after))
            if before is None or before.timing != after.timing:
                self._retimed(tx, actor, call, after)

    def _created(self, tx: Unit, actor: Actor, call: Call, event_id: UUID, times: Times) -> None:
        due_at = times.next_run(after=None, now=tx.now - GRACE, missed=Missed.SKIP)
        assert due_at is not None, "a draft has a run to come"
        values = {"event_id": event_id, "due_at": due_at, **_copied(times), **self._order(tx, call, due_at)}
        for name, value in values.items():
            setattr(call, name, value)
        tx.session.flush()
        begin(tx, self._office.announcer, call, actor)

    def _removed(self, tx: Unit, actor: Actor, call: Call) -> None:
        self._office.hold_alone(tx, call.id)  # it may have gone on since it was asked whether it may
        self._office.call_off(tx, call)
        if call.state in (CallState.SCHEDULED, CallState.PAUSED):
            self._end(tx, actor, call, CallState.CANCELLED, "event_deleted")
        self._office.set(tx, call, event_id=None)

    def _retimed(self, tx: Unit, actor: Actor, call: Call, times: Times) -> None:
        following = _following(tx, call, times)
        if call.state is CallState.CANCELLED:
            if following is not None:
                ordered = self._order(tx, call, following)
                self._step(tx, actor, call, CallState.SCHEDULED, "restored", due_at=following, **ordered)
        elif call.state not in (CallState.SCHEDULED, CallState.PAUSED):
            return
        elif not times.alive:
            done = times.first.completed is not None
            self._end(tx, actor, call, CallState.CANCELLED, "event_completed" if done else "event_cancelled")
        elif following is None:
            state = CallState.COMPLETED if call.runs else CallState.CANCELLED
            self._end(tx, actor, call, state, "no_runs_left")
        elif following != call.due_at:
            paused = call.state is CallState.PAUSED
            ordered = {} if paused else self._order(tx, call, following)
            self._step(tx, actor, call, call.state, "moved", due_at=following, attempts=0, **ordered)

    def _end(self, tx: Unit, actor: Actor, call: Call, state: CallState, reason: str) -> None:
        self._office.call_off(tx, call)
        self._step(tx, actor, call, state, reason, due_at=None, next_at=None)

    def _order(self, tx: Unit, call: Call, at: datetime) -> dict[str, Any]:
        return self._office.order(tx, call, at)

    def _step(self, tx: Unit, actor: Actor, call: Call, to: CallState, reason: str, **values: Any) -> None:
        self._office.step(tx, call, to, reason, actor=actor, **values)


def _refused(tx: Unit, actor: Actor, call: Call, operation: Operation) -> tuple[str, str] | None:
    """Give the code and the words of a refusal."""
    before, after = _times(operation.before), _times(operation.after)
    if actor.agent_instance not in (None, call.agent_instance):
        return "call_of_another", "This call belongs to another agent."
    if before is None and call.event_id is not None:
        return "call_whole", "A call is changed once or as a whole: it cannot be split into two."
    if after is not None and not after.fit:
        return "call_needs_time", "A call needs a time of day in a time zone."
    if before is not None and after is not None and before.timing == after.timing:
        return None
    if call.state in UNDER_WAY:
        return "call_under_way", "The call is being made at this moment: cancel it, or wait until it is over."
    comes = after is not None and next(after.after(tx.now - GRACE), None) is not None
    woken = before is not None and (before.alive or call.state in _ENDED)
    if comes and woken and call.state in (*_ENDED, CallState.CANCELLED):
        return "call_over", "The call is over: schedule another one."
    waits = call.state in (CallState.SCHEDULED, CallState.PAUSED)
    if waits and before is not None and after is not None and after.alive and not comes:
        repeats = before.repeats or after.repeats  # then nothing is left of it, which may well be meant
        return None if repeats else ("call_in_past", "This time is over: give one that is to come.")
    return None


def _following(tx: Unit, call: Call, times: Times) -> datetime | None:
    """Give the run that is next; one that is due and only waits longer stays it."""
    if call.due_at is not None:
        found = next(times.after(call.due_at - timedelta(seconds=1)), None)
        if found is not None and found[0] == call.due_at:
            return call.due_at
    return times.next_run(after=call.done_until, now=tx.now - GRACE, missed=Missed.SKIP)


def _call(tx: Unit, operation: Operation) -> Call | None:
    image = operation.after or operation.before
    assert image is not None, "an operation has a before or an after"
    assert image.holder is not None, "only holders' events are asked about"
    return tx.find(Call, UUID(image.holder.partition(":")[2]))


def _times(image: Any) -> Times | None:
    return None if image is None else Times.of(image)


def _copied(times: Times) -> dict[str, Any]:
    """Give what a call shows of its event."""
    event = times.first
    start = event.start
    assert isinstance(start, datetime), "a call has a time of day"
    return {
        "title": event.summary or "(no title)",
        "description": event.description or None,
        "starts_at": start,
        "zone": getattr(start.tzinfo, "key", None) or str(start.tzinfo),
        "seconds": event.length.days * 86_400 + event.length.seconds,
        "rules": list(event.rules),
    }
