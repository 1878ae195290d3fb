"""What is kept in memory of a workspace is what its database holds, whatever was done in between."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from kalends.features.calendars import service as calendars
from kalends.features.calendars.categories import update_category
from kalends.features.calendars.event_rows import categories_by_id
from kalends.features.calendars.models import MASTER
from kalends.features.identity.actor import Actor
from kalends.features.resources.models import ResourceType
from kalends.features.scheduling import EventDraft, Invitee, Scope, Target, plans
from kalends.features.scheduling.constraints import keeping
from kalends.kit.errors import KalendsError
from strategies.calendars import FIRST, LAST, events, starts
from workspaces import Town, town

_RULES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("no_events_before", {"time": "11:00"}),
    ("max_events_per_week", {"count": 1}),
    ("min_gap_minutes", {"minutes": 60}),
    ("custom", {"expression": "rank < 3"}),
)

_SWITCHED: tuple[dict[str, Any], ...] = ({"active": False}, {"active": True}, {"priority": 9})

_opened: list[tuple[Town, str, Path]] = []


class Editing(RuleBasedStateMachine):
    """Two servers over one database: one is warm and looks after each edit, the other each time for the first
    time."""

    @initialize()
    def begin(self) -> None:
        self.home, self.url, self.folder = _opened[-1]
        self.ana, self.ben = self.home.household("Ana", "Ben")
        self.guest: Actor | None = self.home.joins(self.ana, "Cleo", zone_name="America/New_York")
        own = self.home.default(self.ana)
        self.calendars = [own, self.home.family(self.ana), self.home.calendar(self.ana)]
        self.done: list[UUID] = []
        self.constraints: list[UUID] = []
        self.car = self._do(
            self.home.services.resources.create, name="Car", type=ResourceType.VEHICLE, capacity=2
        ).id

    @rule(
        draft=events(),
        place=st.integers(0, 2),
        shared=st.booleans(),
        driven=st.booleans(),
        preview=st.booleans(),
    )
    def create(self, draft: Any, place: int, shared: bool, driven: bool, preview: bool) -> None:
        if driven:
            draft["resources"] = [self.car]
        if shared:
            people = [actor for actor in (self.ben, self.guest) if actor]
            draft["participants"] = [Invitee(member_id=actor.member_id) for actor in people]
        wanted = EventDraft(changes=draft, calendar_id=self.calendars[place % len(self.calendars)])
        self._carry_out(lambda tx: plans.create(tx, self.ana, [wanted]), preview)

    @rule(scope=st.sampled_from(Scope), pick=st.integers(0, 30), start=starts(), preview=st.booleans())
    def move(self, scope: Scope, pick: int, start: Any, preview: bool) -> None:
        if target := self._target(scope, pick):
            self._carry_out(lambda tx: plans.update(tx, self.ana, target, {"start": start}), preview)

    @rule(scope=st.sampled_from(Scope), pick=st.integers(0, 30))
    def remove(self, scope: Scope, pick: int) -> None:
        if target := self._target(scope, pick):
            self._carry_out(lambda tx: plans.remove(tx, self.ana, target))

    @rule(pick=st.integers(0, 30), place=st.integers(0, 2))
    def move_between_calendars(self, pick: int, place: int) -> None:
        if target := self._target(Scope.ALL, pick):
            to = self.calendars[place % len(self.calendars)]
            self._carry_out(lambda tx: plans.update(tx, self.ana, target, {}, calendar_id=to))

    @rule()
    def take_back(self) -> None:
        if self.done:
            try:
                self.home.scheduling.undo(self.ana, self.done.pop())
            except KalendsError:
                return

    @rule()
    def remove_a_calendar(self) -> None:
        if len(self.calendars) == 3:
            gone = self.calendars.pop()
            self.home.write(self.ana, lambda tx: calendars.delete_calendar(tx, self.ana, gone))

    @rule()
    def remove_a_member(self) -> None:
        if self.guest is not None:
            gone, self.guest = self.guest.member_id, None
            members = self.home.services.identity.members
            self.home.write(self.ana, lambda tx: members.remove(tx, self.ana, gone))

    @rule(asked=st.sampled_from(_RULES), all_of_them=st.booleans())
    def ask(self, asked: tuple[str, dict[str, Any]], all_of_them: bool) -> None:
        kind, parameters = asked
        member = None if all_of_them else self.ben.member_id
        made = self._do(
            keeping.create_constraint, name=kind, rule=kind, parameters=parameters, member_id=member
        )
        self.constraints.append(made.id)

    @rule(
        pick=st.integers(0, 9),
        changes=st.sampled_from(({"active": False}, {"active": True}, {"priority": 9})),
    )
    def ask_otherwise(self, pick: int, changes: dict[str, Any]) -> None:
        if self.constraints:
            asked = self.constraints[pick % len(self.constraints)]
            self._do(keeping.update_constraint, asked, changes=changes)

    @rule(minutes=st.sampled_from((0, 45)), most=st.integers(1, 3))
    def prefer(self, minutes: int, most: int) -> None:
        likes = {"min_gap_between_events_minutes": minutes, "max_events_per_day": most}
        self._do(self.home.services.identity.members.prefer, self.ana.member_id, likes)

    @rule(start=starts(), hours=st.integers(1, 30))
    def reserve(self, start: Any, hours: int) -> None:
        if isinstance(start, datetime) and start.tzinfo is not None:
            end = start + timedelta(hours=hours)
            self._do(self.home.services.resources.reserve, self.car, start=start, end=end)

    @rule(changes=st.sampled_from(({"active": False}, {"active": True}, {"capacity": 1}, {"capacity": 2})))
    def change_the_car(self, changes: dict[str, Any]) -> None:
        self._do(self.home.services.resources.update, self.car, changes=changes)

    @rule(level=st.integers(1, 5), pick=st.integers(0, 9))
    def weigh_a_category(self, level: int, pick: int) -> None:
        found = self.home.read(self.ana, lambda tx: sorted(categories_by_id(tx)))
        self._do(update_category, found[pick % len(found)], changes={"level": level})

    @rule(hours=st.integers(1, 40))
    def let_time_pass(self, hours: int) -> None:
        self.home.clock.advance(timedelta(hours=hours))

    @invariant()
    def both_see_the_same(self) -> None:
        if not hasattr(self, "done"):
            return
        cold = town(self.url, self.folder)
        cold.clock.advance(self.home.clock.now() - cold.clock.now())
        try:
            assert _seen(self.home, self.ana) == _seen(cold, self.ana)
            assert _seen(self.home, self.ben) == _seen(cold, self.ben)
        finally:
            cold.database.close()

    def _do(self, work: Any, *given: Any, **named: Any) -> Any:
        try:
            return self.home.write(self.ana, lambda tx: work(tx, self.ana, *given, **named))
        except KalendsError:
            return None

    def _carry_out(self, plan: Any, preview: bool = False) -> None:
        try:
            outcome = self.home.scheduling.carry_out(self.ana, plan, preview=preview)
        except KalendsError:
            return
        if outcome.change_set_id is not None:
            self.done.append(outcome.change_set_id)

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


def _seen(home: Town, actor: Actor) -> tuple[object, ...]:
    """Give what somebody sees of all time, and the conflicts, as far as people are told."""
    instances = [
        (str(each.start), str(each.end), each.recurrence_key, each.event.row, each.event.sight)
        for each in home.seen(actor, FIRST, LAST)
    ]
    conflicts = [
        (view.identity, view.conflict.fingerprint, view.sentence, view.conflict.count, view.conflict.severity)
        for view in home.scheduling.conflicts(actor)
    ]
    return sorted(map(repr, instances)), conflicts


@pytest.mark.parametrize("examples", [12])
def test_what_is_kept_is_what_is_stored(database_url: str, tmp_path: Path, examples: int) -> None:
    opened = town(database_url, tmp_path)
    _opened.append((opened, database_url, tmp_path))
    try:
        run_state_machine_as_test(
            Editing,
            settings=settings(
                max_examples=examples,
                stateful_step_count=8,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
    finally:
        _opened.pop()
        opened.database.close()
