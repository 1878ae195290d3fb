"""Whatever people do to a calendar, taking it back gives the calendar as it was."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from kalends.features.calendars.models import MASTER, CalendarObject, Event, Tombstone
from kalends.features.calendars.objects import directory
from kalends.features.calendars.projection import project_object
from kalends.features.scheduling import EventDraft, Invitee, Scope, Target, plans
from kalends.kit.errors import KalendsError
from kalends.storage import Unit
from strategies.calendars import FIRST, LAST, events, starts
from workspaces import Town, town


class Undoing(RuleBasedStateMachine):
    """Does something at random, takes some of it back, and compares."""

    home: Town

    @initialize()
    def begin(self) -> None:
        self.home = _home()
        self.ana, self.ben = self.home.household("Ana", "Ben")
        self.calendars = [self.home.default(self.ana), self.home.family(self.ana)]
        self.done: list[tuple[UUID, Any]] = []  # change sets, with what was there before

    @rule(draft=events(), place=st.integers(0, 1), shared=st.booleans())
    def create(self, draft: Any, place: int, shared: bool) -> None:
        if shared:
            draft["participants"] = [Invitee(member_id=self.ben.member_id)]
        wanted = EventDraft(changes=draft, calendar_id=self.calendars[place])
        self._carry_out(lambda tx: plans.create(tx, self.ana, [wanted]))

    @rule(
        scope=st.sampled_from(Scope), pick=st.integers(0, 30), start=st.none() | starts(), title=st.text("ab")
    )
    def edit(self, scope: Scope, pick: int, start: Any, title: str) -> None:
        target = self._target(scope, pick)
        if target is not None:
            changes: Any = {"title": title} if start is None else {"title": title, "start": start}
            self._carry_out(lambda tx: plans.update(tx, self.ana, target, changes))

    @rule(scope=st.sampled_from(Scope), pick=st.integers(0, 30))
    def remove(self, scope: Scope, pick: int) -> None:
        target = self._target(scope, pick)
        if target is not None:
            self._carry_out(lambda tx: plans.remove(tx, self.ana, target))

    @rule(pick=st.integers(0, 30), place=st.integers(0, 1))
    def move_between_calendars(self, pick: int, place: int) -> None:
        target = self._target(Scope.ALL, pick)
        if target is not None:
            to = self.calendars[place]
            self._carry_out(lambda tx: plans.update(tx, self.ana, target, {}, calendar_id=to))

    @rule(many=st.integers(1, 4))
    def take_back(self, many: int) -> None:
        for _ in range(min(many, len(self.done))):
            change_set_id, before = self.done.pop()
            self.home.clock.advance(timedelta(seconds=1))
            preview = self.home.scheduling.undo(self.ana, change_set_id, preview=True)
            undone = self.home.scheduling.undo(self.ana, change_set_id)
            assert [op.kind for op in preview.operations] == [op.kind for op in undone.operations]
            assert self._now() == before

    @rule()
    def take_back_taking_back(self) -> None:
        if self.done:
            change_set_id, _ = self.done[-1]
            after = self._now()
            undoing = self.home.scheduling.undo(self.ana, change_set_id)
            assert undoing.change_set_id
            redone = self.home.scheduling.undo(self.ana, undoing.change_set_id)
            assert self._now() == after
            assert redone.change_set_id
            _, before = self.done.pop()
            self.done.append((redone.change_set_id, before))

    @invariant()
    def rows_are_what_the_texts_say(self) -> None:
        if not hasattr(self, "done"):
            return

        def look(tx: Unit) -> None:
            names = directory(tx)
            buried = set(tx.execute(select(Tombstone.calendar_id, Tombstone.href)).all())
            for stored in tx.execute(select(CalendarObject)).scalars():
                assert (stored.calendar_id, stored.href) not in buried
                rows = tx.execute(select(Event).where(Event.object_id == stored.id)).scalars().all()
                wanted = {row["recurrence_key"]: row for row in project_object(stored.text, names).events}
                assert {row.recurrence_key for row in rows} == wanted.keys()
                for row in rows:
                    assert row.version == stored.version
                    for name, value in wanted[row.recurrence_key].items():
                        assert getattr(row, name) == value

        self.home.read(self.ana, look)

    def _carry_out(self, plan: Any) -> None:
        before = self._now()
        self.home.clock.advance(timedelta(seconds=1))
        try:
            outcome = self.home.scheduling.carry_out(self.ana, plan)
        except KalendsError:
            assert self._now() == before
            return
        if outcome.change_set_id is None:  # it asked for what was so already
            assert self._now() == before
        else:
            self.done.append((outcome.change_set_id, before))

    def _target(self, scope: Scope, pick: int) -> Target | None:
        seen = self.home.seen(self.ana, FIRST, LAST)
        if not seen:
            return None
        found = seen[pick % len(seen)]
        once = found.recurrence_key == MASTER
        return Target(
            event_id=found.event.row.object_id,
            scope=Scope.ALL if once else scope,
            occurrence=None if once else found.recurrence_key,
        )

    def _now(self) -> tuple[Any, list[str]]:
        found = self.home.scheduling.conflicts(self.ana)
        return self.home.snapshot(self.ana), sorted(view.conflict.fingerprint for view in found)


_opened: list[Town] = []


def _home() -> Town:
    return _opened[-1]


@pytest.mark.law(39)
def test_what_is_done_and_undone_was_never_there(sqlite_url: str, tmp_path: Path) -> None:
    opened = town(sqlite_url, tmp_path)
    _opened.append(opened)
    try:
        run_state_machine_as_test(
            Undoing,
            settings=settings(
                max_examples=100,
                stateful_step_count=8,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
    finally:
        _opened.remove(opened)
        opened.database.close()
