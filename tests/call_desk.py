"""Ana at her calls, for tests: the operator who places them, and what there is to see of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from kalends.features.calls.life import replay
from kalends.features.calls.models import Call, CallAttempt, CallState
from kalends.features.calls.queries import LogFilter, history_of, list_attempts
from kalends.features.identity.actor import Actor
from telephones import Operator, call_of, made
from workspaces import at

TEN = at("2026-03-03 10:00")  # a Tuesday; it is Monday noon


class Desk:
    """Ana, her calls, and the operator who places them."""

    def __init__(self, operator: Operator) -> None:
        self.operator, self.calls = operator, operator.services.calls
        (self.ana, self.bo) = operator.home.household("Ana", "Bo")

    def made(self, start: datetime = TEN, **wanted: Any) -> UUID:
        return made(self.operator.services, self.ana, start, **wanted)

    def call(self, id: UUID) -> Call:
        return call_of(self.operator.services, self.ana, id)

    def state(self, id: UUID) -> CallState:
        return self.call(id).state

    def steps(self, id: UUID) -> list[str]:
        """Give how the call came to its state, in words; it must be a life that can be."""
        steps = self.operator.home.read(self.ana, lambda tx: history_of(tx, self.ana, id))
        assert replay(steps) is self.state(id)
        return [f"{step.after} {step.reason}" for step in steps]

    def log(self, actor: Actor | None = None) -> list[CallAttempt]:
        """Give what was tried, the oldest first."""
        who = actor or self.ana
        found = self.operator.home.read(who, lambda tx: list_attempts(tx, who, LogFilter()))
        return [logged.attempt for logged in reversed(found.items)]

    def comes(self, moment: datetime | str) -> None:
        """Let a time come, and do what is due then."""
        self.operator.clock.instant = (at(moment) if isinstance(moment, str) else moment).astimezone(UTC)
        self.operator.work()

    def event(self, id: UUID) -> UUID:
        event_id = self.call(id).event_id
        assert event_id is not None
        return event_id

    @property
    def placed(self) -> int:
        return len(self.operator.exchange.lines)


@pytest.fixture
def desk(operator: Operator) -> Desk:
    return Desk(operator)


@pytest.fixture
def quick(quick_operator: Operator) -> Desk:
    return Desk(quick_operator)
