"""The life of a call: which state may follow which, and the one function that lets it.

Each step is written down with its reason; the steps in order give the state that a call is in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import func, select, update

from kalends.features.announcements import Announcement, Announcer
from kalends.features.calls.models import Call, CallChange, CallState
from kalends.features.identity import audit
from kalends.features.identity.actor import Actor
from kalends.kit.errors import Clash, Stale
from kalends.storage import Unit

_S = CallState

FOLLOWING: Mapping[CallState | None, frozenset[CallState]] = {
    None: frozenset({_S.SCHEDULED}),
    # Itself: it waits longer, for quiet hours or with its event.
    _S.SCHEDULED: frozenset(
        {_S.SCHEDULED, _S.PAUSED, _S.CANCELLED, _S.PENDING, _S.FAILED, _S.COMPLETED}  # the last run left out
    ),
    _S.PAUSED: frozenset({_S.PAUSED, _S.SCHEDULED, _S.CANCELLED, _S.FAILED, _S.COMPLETED}),
    _S.PENDING: frozenset({_S.RUNNING, _S.SCHEDULED, _S.FAILED, _S.COMPLETED, _S.CANCELLED}),
    _S.RUNNING: frozenset({_S.COMPLETED, _S.FAILED, _S.SCHEDULED, _S.CANCELLED}),
    _S.COMPLETED: frozenset(),
    _S.FAILED: frozenset(),
    _S.CANCELLED: frozenset({_S.SCHEDULED}),  # its event was brought back
}

UNDER_WAY = frozenset({_S.PENDING, _S.RUNNING})
OPEN = frozenset({_S.SCHEDULED, _S.PAUSED, *UNDER_WAY})


class NotNow(Clash):
    """A call in this state cannot do what was asked; `state` is among the fields."""

    code = "call_state"


class Step(Protocol):
    """What a step of a history says."""

    @property
    def before(self) -> CallState | None: ...

    @property
    def after(self) -> CallState: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken(Exception):
    """A history that cannot have happened: the step at this position, from 1."""

    position: int


def replay(steps: Iterable[Step]) -> CallState | None:
    """Give the state to which a history leads; None for an empty one. Raises `Broken`."""
    state: CallState | None = None
    for position, step in enumerate(steps, 1):
        if step.before is not state or step.after not in FOLLOWING[state]:
            raise Broken(position=position)
        state = step.after
    return state


def begin(tx: Unit, announcer: Announcer, call: Call, actor: Actor) -> None:
    """Write down that a call came to be."""
    _note(tx, announcer, call, None, "created", actor, {})


def move(
    tx: Unit,
    announcer: Announcer,
    call: Call,
    to: CallState,
    reason: str,
    *,
    actor: Actor | None = None,
    detail: Mapping[str, Any] | None = None,
    **values: Any,
) -> None:
    """Let a call go over into a state, with other columns of its own, and tell whoever asked.

    `reason` is a stable code. Raises `NotNow` for a step that is none, `Stale` where somebody was faster.
    """
    before = call.state
    if to not in FOLLOWING[before]:
        raise NotNow(f"The call is {before.value}: it cannot become {to.value}.", state=before.value)
    due_at = call.due_at  # of the run that the step is about, which it may end
    stood = (
        update(Call)
        .where(Call.id == call.id, Call.state == before, Call.version == call.version)
        .values(state=to, state_at=tx.now, updated_at=tx.now, version=call.version + 1, **values)
    )
    if not tx.changed(stood):
        raise Stale("Somebody else changed the call: read it again.", call_id=str(call.id))
    tx.session.refresh(call)
    _note(tx, announcer, call, before, reason, actor, detail or {}, due_at=due_at)


def _note(
    tx: Unit,
    announcer: Announcer,
    call: Call,
    before: CallState | None,
    reason: str,
    actor: Actor | None,
    detail: Mapping[str, Any],
    **due: Any,
) -> None:
    last = select(func.max(CallChange.position)).where(CallChange.call_id == call.id)
    tx.add(
        CallChange(
            call_id=call.id,
            position=(tx.execute(last).scalar_one() or 0) + 1,
            at=tx.now,
            before=before,
            after=call.state,
            reason=reason,
            actor_member_id=actor.member_id if actor else None,
            due_at=due.get("due_at") or call.due_at,
            detail=dict(detail),
        )
    )
    audit.record(tx, actor, f"call.{call.state}", kind="call", subject=call.id, reason=reason)
    announcer.announce(
        tx,
        Announcement(
            name=f"call.{call.state}",
            subject=call.id,
            members=[call.member_id],
            actor_id=actor.member_id if actor else None,
            data={"reason": reason, "event_id": call.event_id and str(call.event_id), **detail},
        ),
    )
