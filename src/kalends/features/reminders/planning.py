"""The jobs of reminders: one for each event, or reminder that stands alone, at the time of what comes next.

A change set asks for its events to be planned anew; what fires reads what is stored then, so that nobody is
reminded of a time at which nothing is any more.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from kalends.engine.spans import EPOCH
from kalends.features.calendars.access import Sight, all_calendars
from kalends.features.calendars.event_rows import claims_any_of, load_rows
from kalends.features.calendars.models import Calendar, Event
from kalends.features.calendars.objects import chunks
from kalends.features.calendars.queries import views_of
from kalends.features.changes.models import ChangeOperation, ChangeSet
from kalends.features.identity.actor import actor_of
from kalends.features.identity.models import Member
from kalends.features.reminders.due import LATE, Ahead, Due, due_alone, due_of_events, latest
from kalends.features.reminders.models import Reminder, ReminderKind
from kalends.features.reminders.news import news_of
from kalends.features.reminders.telling import News, Teller
from kalends.jobs import JobRuns, Jobs, JobState, Order, Run, Task, Transient
from kalends.jobs.models import Job
from kalends.kit.errors import NotFound
from kalends.storage import Unit

FIRE, ALONE, PLAN, REPLAN = "reminders.fire", "reminders.alone", "reminders.plan", "reminders.replan"

_BATCH = 500  # events that one unit plans


class Planning:
    """Orders the jobs of reminders, and does them."""

    def __init__(self, jobs: Jobs, teller: Teller) -> None:
        self._jobs, self._teller = jobs, teller

    def tasks(self) -> Sequence[Task]:
        """Give the tasks of this."""
        return [
            Task(name=FIRE, handler=self._fire),
            Task(name=ALONE, handler=self._fire_alone),
            Task(name=PLAN, handler=self._plan),
            Task(name=REPLAN, handler=self._replan),
        ]

    # Orders ---------------------------------------------------------------------------------------------

    def note_changes(self, tx: Unit, change_set_id: UUID) -> None:
        """Have the events of a change set planned anew, and their people told, once it is stored."""
        self._jobs.enqueue(tx, [Order(task=PLAN, key=str(change_set_id), run_at=tx.now)])

    def note_event(self, tx: Unit, event_id: UUID) -> None:
        """Have one event planned anew."""
        payload = {"event": str(event_id)}
        self._jobs.enqueue(tx, [Order(task=REPLAN, key=str(tx.new_id()), run_at=tx.now, payload=payload)])

    def note_member(self, tx: Unit, member_id: UUID) -> None:
        """Have all that a member is reminded of planned anew."""
        payload = {"member": str(member_id)}
        self._jobs.enqueue(tx, [Order(task=REPLAN, key=str(tx.new_id()), run_at=tx.now, payload=payload)])

    def note_all(self, tx: Unit, key: str) -> None:
        """Have all reminders of the workspace planned anew, once for a key."""
        self._jobs.establish(tx, [Order(task=REPLAN, key=key, run_at=tx.now, payload={"all": True})])

    def note_alone(self, tx: Unit, reminder_id: UUID) -> None:
        """Have a reminder that stands alone planned anew."""
        payload = {"alone": str(reminder_id)}
        self._jobs.enqueue(tx, [Order(task=REPLAN, key=str(tx.new_id()), run_at=tx.now, payload=payload)])

    # Planning -------------------------------------------------------------------------------------------

    def _plan(self, run: Run) -> None:
        change_set_id = UUID(run.key)

        def begin(tx: Unit) -> tuple[datetime, list[UUID]]:
            change_set = tx.find(ChangeSet, change_set_id)
            if change_set is None:
                return tx.now, []
            touched = select(ChangeOperation.object_id).where(ChangeOperation.change_set_id == change_set_id)
            self._teller.tell(tx, news_of(tx, change_set))
            return change_set.at, sorted(set(tx.execute(touched).scalars()))

        at, ids = run.write(begin)
        self._plan_events(run, ids, at)

    def _replan(self, run: Run) -> None:
        ids = run.write(lambda tx: self._concerned(tx, run.payload, run.due_at))
        self._plan_events(run, ids, run.due_at)

    def _concerned(self, tx: Unit, wanted: Mapping[str, Any], since: datetime) -> list[UUID]:
        """Plan the reminders that stand alone among what is wanted; give the events that are left to plan."""
        if "event" in wanted:
            return [UUID(wanted["event"])]
        alone = select(Reminder).where(Reminder.event_id.is_(None))
        coming = select(Event.object_id).where(Event.until_utc >= int(tx.now.timestamp())).distinct()
        if "alone" in wanted:
            alone = alone.where(Reminder.id == UUID(wanted["alone"]))
        elif "member" in wanted:
            member_id = UUID(wanted["member"])
            alone = alone.where(Reminder.member_id == member_id)
            calendars = select(Calendar.id).where(Calendar.owner_member_id == member_id)
            own = select(Reminder.event_id).where(Reminder.member_id == member_id)
            coming = coming.where(
                or_(
                    claims_any_of([member_id], [*tx.execute(calendars).scalars()]),
                    Event.created_by == member_id,
                    Event.object_id.in_(own),
                )
            )
        reminders = tx.execute(alone).scalars().all()
        begins = self._begins(tx, ALONE, [each.id for each in reminders], since)
        self._set(tx, ALONE, {each.id: due_alone(tx, each, begins[each.id]) for each in reminders}, begins)
        return [] if "alone" in wanted else sorted(tx.execute(coming).scalars())

    def _plan_events(self, run: Run, ids: Sequence[UUID], since: datetime) -> None:
        for chunk in chunks(ids):
            run.write(partial(self._order_events, ids=chunk, since=since))

    def _order_events(self, tx: Unit, ids: Sequence[UUID], since: datetime) -> None:
        begins = self._begins(tx, FIRE, ids, since)
        ahead = due_of_events(tx, ids, begins)
        nothing = Ahead(due=(), again=None)
        self._set(tx, FIRE, {id: ahead.get(id, nothing) for id in ids}, begins)

    def _begins(self, tx: Unit, task: str, ids: Collection[UUID], since: datetime) -> dict[UUID, datetime]:
        """Say from when on something is still to be told of each: from the change on, or from earlier where
        a job that came before it has not told yet what it owes."""
        owing = select(Job.key, Job.payload).where(
            Job.task == task, Job.key.in_([str(id) for id in ids]), Job.due_at <= since
        )
        owed = {UUID(key): _since(payload) for key, payload in tx.execute(owing)}
        return {id: min(since, owed.get(id, since)) for id in ids}

    def _set(self, tx: Unit, task: str, ahead: Mapping[UUID, Ahead], since: Mapping[UUID, datetime]) -> None:
        """Order each at its next time, or not at all. Raises `Transient` while one of them is being told."""
        orders, over = [], []
        for id, each in ahead.items():
            next_at = tx.now if each.due else each.again
            if next_at is None:
                over.append(str(id))
            else:
                payload = {"since": since[id].isoformat()}
                orders.append(Order(task=task, key=str(id), run_at=next_at, payload=payload))
        try:
            self._jobs.enqueue(tx, orders)
            there = select(Job.key).where(Job.task == task, Job.key.in_(over), Job.state != JobState.DEAD)
            for key in tx.execute(there).scalars().all():
                with suppress(NotFound):
                    self._jobs.cancel(tx, task, key)
        except JobRuns:
            raise Transient("What was planned is being told at this moment.", retry_after=1) from None

    # Firing ---------------------------------------------------------------------------------------------

    def _fire(self, run: Run) -> None:
        event_id = UUID(run.key)

        def fire(tx: Unit) -> None:
            ahead = due_of_events(tx, [event_id], {event_id: _since(run.payload)}).get(event_id)
            if ahead is not None:
                self._tell(tx, ahead.due)
                self._set(tx, FIRE, {event_id: Ahead(due=(), again=ahead.again)}, {event_id: tx.now})

        run.complete(fire)

    def _fire_alone(self, run: Run) -> None:
        def fire(tx: Unit) -> None:
            reminder = tx.find(Reminder, UUID(run.key))
            if reminder is None or not reminder.active:
                return
            ahead = due_alone(tx, reminder, _since(run.payload))
            self._tell(tx, ahead.due)
            self._set(tx, ALONE, {reminder.id: Ahead(due=(), again=ahead.again)}, {reminder.id: tx.now})

        run.complete(fire)

    def _tell(self, tx: Unit, due: Sequence[Due]) -> None:
        timely = [each for each in latest(due) if tx.now < max(each.over or tx.now, each.at) + LATE]
        self._teller.tell(tx, [_news(each) for each in timely if _may_know(tx, each)])
        for each in timely:
            if each.reminder is not None and each.reminder.kind is ReminderKind.AT:
                each.reminder.active = False


def _news(due: Due) -> News:
    reminder = due.reminder
    own = {"reminder_id": str(reminder.id)} if reminder is not None else {}
    return News(
        member_id=due.member_id,
        key=due.key,
        name="reminder",
        subject=due.event_id,
        data={**due.data, **own},
        at=due.at,
        urgent=due.urgent,
        channels=reminder.channels if reminder is not None else None,
    )


def _may_know(tx: Unit, due: Due) -> bool:
    """Say whether a member still sees what they asked to be reminded of."""
    if due.reminder is None or due.event_id is None:
        return True
    actor = actor_of(tx.get(Member, due.member_id))
    views = views_of(load_rows(tx, Event.object_id == due.event_id), actor, all_calendars(tx, actor))
    return any(view.sight is not Sight.NOTHING for view in views)


def _since(payload: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(payload["since"]) if "since" in payload else EPOCH
