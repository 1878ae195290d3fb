"""Durable work: what fails is tried again, ever later."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalends.jobs import Permanent, Retry, Task, Transient
from kalends.jobs.claims import Claim
from kalends.jobs.planning import failed
from kalends.kit.errors import Forbidden

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TASK = Task(name="outside", handler=lambda run: None)


def claim(failures: int) -> Claim:
    return Claim(
        workspace_id=uuid4(),
        id=uuid4(),
        fence=1,
        task="outside",
        key="a",
        payload={},
        due_at=NOON,
        repeat=None,
        zone=None,
        starts_at=None,
        failures=failures,
        crashes=0,
        trace_id=None,
    )


@pytest.mark.law(23)
@given(
    failures=st.integers(0, TASK.retry.attempts - 2),
    asked=st.none() | st.integers(0, 7200) | st.integers(0, 10**400),  # whoever is asked may say anything
    seed=st.integers(0, 2**32),
)
def test_a_failure_that_may_pass_is_tried_again_ever_later(
    failures: int, asked: int | None, seed: int
) -> None:
    error = Transient("busy") if asked is None else Transient("busy", retry_after=asked)
    ending = failed(claim(failures), TASK, error, NOON, random.Random(seed))
    assert ending.next_at is not None
    waits = (ending.next_at - NOON).total_seconds()
    plain, asked = float(2**failures), min(asked or 0, 86_400)
    assert waits >= max(plain, asked)
    assert waits <= max(plain * 1.1, asked)
    assert ending.failures == failures + 1


@given(failures=st.integers(0, 200), seed=st.integers(0, 2**32))
def test_delays_grow_up_to_the_longest(failures: int, seed: int) -> None:
    retry = Retry(jitter=0)
    delays = [retry.delay(count + 1, random.Random(seed)) for count in (failures, failures + 1)]
    assert delays[0] <= delays[1] <= timedelta(hours=1)


@pytest.mark.parametrize("error", [Permanent("no such number"), Forbidden("not yours")])
def test_what_would_fail_again_is_not_tried_again(error: Exception) -> None:
    assert failed(claim(0), TASK, error, NOON, random.Random(1)).dead
