"""Whose calls one sees: one's own, an owner all, and a key of an agent those of that agent alone."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ColumnElement, and_, true

from kalends.features.calls.models import Call, CallAttempt, CallBatch
from kalends.features.identity.actor import Actor, Scope
from kalends.kit.errors import NotFound
from kalends.storage import Unit


def known(actor: Actor, table: type[Call] | type[CallAttempt] | type[CallBatch]) -> ColumnElement[bool]:
    """Match what the actor may know of."""
    own = true() if actor.owns_workspace else table.member_id == actor.member_id
    if actor.agent_instance is None:
        return own
    return and_(own, table.agent_instance == actor.agent_instance)


def knows(actor: Actor, row: Call | CallAttempt | CallBatch) -> bool:
    """Say whether the actor may know of it."""
    theirs = actor.owns_workspace or row.member_id == actor.member_id
    return theirs and actor.agent_instance in (None, row.agent_instance)


def get_call(tx: Unit, actor: Actor, call_id: UUID) -> Call:
    """Give a call that the actor may know of, or raise `NotFound`. Who sees a call may change it."""
    actor.must_have(Scope.READ)
    call = tx.find(Call, call_id)
    if call is None or call.event_id is None or not knows(actor, call):
        raise NotFound(f"There is no call {call_id}.", kind="call", id=str(call_id))
    return call


def get_attempt(tx: Unit, actor: Actor, attempt_id: UUID) -> CallAttempt:
    """Give an attempt that the actor may know of, or raise `NotFound`."""
    actor.must_have(Scope.READ)
    attempt = tx.find(CallAttempt, attempt_id)
    if attempt is None or not knows(actor, attempt):
        raise NotFound(f"There is no attempt {attempt_id}.", kind="call_attempt", id=str(attempt_id))
    return attempt
