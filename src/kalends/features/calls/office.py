"""What all parts of calls share: who they work with, and how a call is held, ordered and ended."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import update

from kalends.features.announcements import Announcer
from kalends.features.calendars.models import Calendar, CalendarObject
from kalends.features.calendars.objects import Image
from kalends.features.calls.life import move
from kalends.features.calls.models import Call, CallState
from kalends.features.calls.numbers import Vault
from kalends.features.calls.ports import Telephone
from kalends.features.calls.runs import Times
from kalends.features.calls.settings import CallSettings
from kalends.features.changes import Changes, HeldBack, Source
from kalends.features.identity.actor import Actor, actor_of
from kalends.features.identity.models import Member
from kalends.features.scheduling import Scheduling, Target, plans
from kalends.jobs import JobRuns, Jobs, Order
from kalends.kit.errors import Forbidden, NotFound
from kalends.storage import Database, Unit

HOLDER = "call"
"""What the holders of their events begin with, before a colon and the call's id."""

PLACE = "calls.place"
WATCH = "calls.watch"
HANG_UP = "calls.hang_up"
TICK_OFF = "calls.tick_off"
BATCH = "calls.batch"
QUEUE = "calls"


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """The means of calls, and what is done with a call in more than one place."""

    database: Database
    vault: Vault
    jobs: Jobs
    announcer: Announcer
    changes: Changes
    scheduling: Scheduling
    telephone: Telephone | None
    settings: CallSettings

    def hold(self, tx: Unit, call_id: UUID) -> Call | None:
        """Give a call, held with its calendar until the unit ends: in the order in which an edit does."""
        call = tx.find(Call, call_id)
        stored = call and call.event_id and tx.find(CalendarObject, call.event_id)
        if stored:
            tx.lock(Calendar, [stored.calendar_id])
        return self.hold_alone(tx, call_id)

    def hold_alone(self, tx: Unit, call_id: UUID) -> Call | None:
        """Give a call, held until the unit ends, for a unit that changes nothing on its calendar: those who
        tell of calls at once wait neither for one another nor for who edits the calendar, and who then finds
        the call as they left it."""
        call = tx.find(Call, call_id)
        if call is not None:
            tx.session.refresh(call, with_for_update={"key_share": True})
        return call

    def times(self, tx: Unit, call: Call) -> Times | None:
        """Give when the runs of a call are; None once it has no event."""
        stored = call.event_id and tx.find(CalendarObject, call.event_id)
        return Times.of(Image.of(stored)) if stored else None

    def order(self, tx: Unit, call: Call, at: datetime) -> dict[str, Any]:
        """Have a call placed at a time and not at an earlier one; gives what its row must say of that."""
        self.call_off(tx, call)
        turn = call.turn + 1
        self.jobs.enqueue(tx, [Order(task=PLACE, key=f"{call.id}:{turn}", run_at=at)])
        return {"turn": turn, "next_at": at}

    def call_off(self, tx: Unit, call: Call) -> None:
        """Take back the order to place a call. One that is carried out right now finds out by itself."""
        with suppress(NotFound, JobRuns):
            self.jobs.cancel(tx, PLACE, f"{call.id}:{call.turn}")

    def step(
        self,
        tx: Unit,
        call: Call,
        to: CallState,
        reason: str,
        *,
        actor: Actor | None = None,
        detail: Mapping[str, Any] | None = None,
        **values: Any,
    ) -> None:
        """Let a call go over into a state; raises as `life.move` does."""
        move(tx, self.announcer, call, to, reason, actor=actor, detail=detail, **values)

    def set(self, tx: Unit, call: Call, **values: Any) -> None:
        """Change what is stored of a call and is no step in its life."""
        changed = {**values, "version": Call.version + 1, "updated_at": tx.now}
        tx.changed(update(Call).where(Call.id == call.id).values(**changed))
        tx.session.refresh(call)

    def next_run(self, tx: Unit, call: Call, after: datetime | None) -> datetime | None:
        """Give the run that follows those until a time, by what becomes of missed ones."""
        times = self.times(tx, call)
        now = tx.now - self.settings.grace
        if times is None:
            return None
        return times.next_run(after=after, now=now, missed=call.missed)

    def end_run(
        self,
        tx: Unit,
        call: Call,
        reason: str,
        *,
        completed: bool,
        made: bool = True,
        actor: Actor | None = None,
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        """Let the run that is due or under way be over: the next one follows, or the call ends with it.

        `made` says whether it counts among those that were tried.
        """
        kept = {"done_until": call.due_at, "runs": call.runs + made, "attempts": 0}
        following = self.next_run(tx, call, call.due_at)
        if following is not None:
            ordered = self.order(tx, call, following)
            self.step(
                tx, call, CallState.SCHEDULED, reason,
                actor=actor, detail=detail, due_at=following, **kept, **ordered,
            )  # fmt: skip
            return
        self.call_off(tx, call)
        last = CallState.COMPLETED if completed or call.rules else CallState.FAILED
        self.step(tx, call, last, reason, actor=actor, detail=detail, due_at=None, next_at=None, **kept)
        if last is CallState.COMPLETED:
            # Not in here: whoever tells of a call waits for this unit, and often many do at once.
            # One after the other: two would only wait for the calendar, each with a thread and a connection.
            lock = f"{TICK_OFF} {call.member_id}"
            self.jobs.enqueue(tx, [Order(task=TICK_OFF, key=str(call.id), run_at=tx.now, lock=lock)])

    def tick_off(self, tx: Unit, call_id: UUID) -> None:
        """Say on the calendar that a call was made; where its member may not write there, it says nothing."""
        call = tx.find(Call, call_id)
        if call is None or call.event_id is None or call.state is not CallState.COMPLETED:
            return
        actor = actor_of(tx.get(Member, call.member_id))
        with suppress(Forbidden, NotFound, HeldBack):
            done = plans.update(tx, actor, Target(event_id=call.event_id), {"completed": True})
            self.changes.apply(tx, actor, done, source=Source.USER)
