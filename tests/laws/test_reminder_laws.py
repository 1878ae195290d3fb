"""Laws 23 and 43 for what members are told: whatever dies, and wherever, a receiver sees each thing once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carriers import Office, open_office
from kalends.engine.series import Length
from kalends.features.identity.actor import Actor
from kalends.features.reminders.models import DeliveryState
from kalends.jobs import Transient, claims
from kalends.storage import Unit

HOUR = Length(seconds=3600)


class Killed(BaseException):
    """The process died here."""


class Fate:
    """Kills at chosen steps: each unit that is stored, or is about to be, and each message is one."""

    def __init__(self, deadly: frozenset[int]) -> None:
        self.deadly, self.step = deadly, 0

    def pass_by(self) -> None:
        self.step += 1
        if self.step in self.deadly:
            raise Killed


@contextmanager
def endangered(office: Office, fate: Fate) -> Iterator[None]:
    """Let fate strike before and after everything that lasts."""
    write = office.database.write

    def writing(workspace_id: Any, work: Callable[[Unit], Any]) -> Any:
        fate.pass_by()
        result = write(workspace_id, work)
        fate.pass_by()
        return result

    post = office.post["email"]
    send = post.send

    def sending(message: Any) -> Any:
        fate.pass_by()
        result = send(message)
        fate.pass_by()
        return result

    office.database.write, post.send = writing, sending  # type: ignore[method-assign]
    try:
        yield
    finally:
        office.database.write, post.send = write, send  # type: ignore[method-assign]


def live_on(office: Office, fate: Fate) -> None:
    """Work for a day, until nothing is left; who dies is given up, and another takes over."""
    tomorrow = office.clock.instant + timedelta(days=1)
    for _ in range(100):
        try:
            with endangered(office, fate):
                office.until(tomorrow)
        except Killed:
            office.database.write(None, lambda tx: [claims.give_back(tx, id) for id in office.taken])
        else:
            return
        finally:
            office.taken.clear()
    raise AssertionError("it never ends")


@pytest.fixture
def office(sqlite_url: str, tmp_path: Path) -> Iterator[Office]:
    """One installation for all examples of a law."""
    opened = open_office(sqlite_url, tmp_path, "email")
    yield opened
    opened.database.close()


@pytest.fixture
def ana(office: Office) -> Actor:
    (found,) = office.household("Ana")
    office.mail_of(found, "ana@example.org")
    return found


@pytest.mark.law(43)
def test_a_reminder_is_brought_once_whatever_dies(office: Office, ana: Actor) -> None:
    @settings(max_examples=100)
    @given(deadly=st.frozensets(st.integers(1, 30), max_size=6), answers=st.booleans())
    def holds(deadly: frozenset[int], answers: bool) -> None:
        post = office.post["email"]
        post.brought, post.answers, before = [], answers, len(office.deliveries(ana))
        office.remind(ana, at=office.clock.instant + timedelta(hours=1), message="Tea")
        live_on(office, Fate(deadly))
        assert list(post.effects.values()) == [1]
        assert [each.state for each in office.deliveries(ana)[before:]] == [DeliveryState.SENT]
        assert office.next_due() is None

    holds()


@pytest.mark.parametrize("step", range(1, 40, 6))
def test_an_event_is_reminded_of_once_wherever_its_worker_dies(office: Office, ana: Actor, step: int) -> None:
    start = office.clock.instant + timedelta(hours=3)
    office.made(ana, title="Dentist", start=start, length=HOUR, reminders=(30, 60))
    live_on(office, Fate(frozenset({step, step + 1})))
    assert sorted(office.post["email"].effects.values()) == [1, 1]
    assert len(office.told(ana)) == 2


@pytest.mark.law(23)
def test_a_service_that_fails_is_asked_again_ever_later_and_not_before_it_says(
    office: Office, ana: Actor
) -> None:
    @settings(max_examples=100)
    @given(after=st.lists(st.one_of(st.none(), st.integers(0, 5000)), min_size=1, max_size=2))
    def holds(after: list[int | None]) -> None:
        post = office.post["email"]
        post.brought = []
        office.remind(ana, at=office.clock.instant + timedelta(hours=1), message="Tea")
        for seconds in after:
            named = {} if seconds is None else {"retry_after": seconds}
            post.trouble.append(Transient("busy", **named))
        office.until(office.clock.instant + timedelta(hours=1))
        for number, seconds in enumerate(after):
            due = office.next_due()
            assert due is not None
            waited = (due - office.clock.instant).total_seconds()
            assert max(2**number, seconds or 0) <= waited <= max(2**number * 1.1, seconds or 0)
            office.clock.instant = due
            office.work()
        assert post.subjects == ["Tea"]
        office.taken.clear()

    holds()
