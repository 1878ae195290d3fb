"""What people do with calls."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from kalends.engine.series import Length
from kalends.engine.zones import zone
from kalends.features.announcements import Announcer
from kalends.features.calendars.models import Status
from kalends.features.calls import personal_data, reports
from kalends.features.calls.access import get_call
from kalends.features.calls.batches import Batches
from kalends.features.calls.do_not_call import add_number
from kalends.features.calls.drafts import CallChanges, CallDraft, checked_details, must_come
from kalends.features.calls.holding import CallHolder
from kalends.features.calls.life import OPEN, UNDER_WAY, NotNow
from kalends.features.calls.models import Call, CallState, DoNotCall
from kalends.features.calls.numbers import Vault, read_phone
from kalends.features.calls.office import HOLDER, QUEUE, Office
from kalends.features.calls.placing import Placing
from kalends.features.calls.ports import Report, Telephone
from kalends.features.calls.settings import CallSettings
from kalends.features.calls.watching import Watching
from kalends.features.changes import Changes, Operation, Source
from kalends.features.identity import audit
from kalends.features.identity.actor import Actor
from kalends.features.identity.models import Member
from kalends.features.scheduling import EventChanges, EventDraft, Outcome, Scheduling, Scope, Target, plans
from kalends.jobs import Jobs, Queue, Rate, Task
from kalends.kit.crypto import Keyring
from kalends.kit.errors import Forbidden, InvalidInput, NotFound, must_be_version
from kalends.storage import Database, Unit


class Calls:
    """Schedules calls, places them at their time, and tells what became of them.

    Without a telephone, calls can be kept but each fails at its time.
    """

    def __init__(
        self,
        database: Database,
        keyring: Keyring,
        jobs: Jobs,
        announcer: Announcer,
        changes: Changes,
        scheduling: Scheduling,
        telephone: Telephone | None,
        settings: CallSettings | None = None,
    ) -> None:
        self._office = Office(
            database=database,
            vault=Vault(keyring),
            jobs=jobs,
            announcer=announcer,
            changes=changes,
            scheduling=scheduling,
            telephone=telephone,
            settings=settings or CallSettings(),
        )
        self.batches = Batches(self._office, self.drafted, self.stop)
        changes.let_hold(HOLDER, CallHolder(self._office))

    @property
    def settings(self) -> CallSettings:
        """Give what the installation decides."""
        return self._office.settings

    def get_ready(self) -> None:
        """Let whoever is about to place calls load what takes a while: not between a call's turn and its
        dialling, and not where nobody is called."""
        if self._office.telephone is not None:
            self._office.telephone.get_ready()

    def tasks(self) -> Sequence[Task]:
        """Give the tasks of calls."""
        return [*Placing(self._office).tasks(), *Watching(self._office).tasks(), self.batches.task()]

    def queue(self) -> Queue:
        """Give the queue that calls stand in: no more begin in a minute than the account may make.

        How many are made at once is seen to where each begins: a call lasts longer than its job.
        """
        rate = Rate(jobs=self.settings.per_minute, per=timedelta(minutes=1))
        return Queue(name=QUEUE, width=min(self.settings.concurrency, _MOST_DIALLING), rate=rate)

    # Scheduling ----------------------------------------------------------------------------------------

    def schedule(
        self, actor: Actor, draft: CallDraft, *, preview: bool = False, force: bool = False
    ) -> tuple[UUID | None, Outcome]:
        """Schedule a call: give its id, None in a preview, and what its event does to the calendar.

        Raises `InvalidInput` by field, `Forbidden` for somebody else's, and what `carry_out` raises.
        """
        made: list[UUID] = []

        def plan(tx: Unit) -> list[Operation]:
            call, event = self.drafted(tx, actor, draft)
            made[:] = [call.id]
            return plans.create(tx, actor, [event])

        outcome = self._office.scheduling.carry_out(actor, plan, preview=preview, force=force)
        return (None if preview else made[0]), outcome

    def drafted(self, tx: Unit, actor: Actor, draft: CallDraft) -> tuple[Call, EventDraft]:
        """Store a call whose event is about to be made, and give the draft of that. Raises as `schedule`."""
        actor.must_write()
        must_come(draft.start, tx.now)
        member_id = draft.member_id or actor.member_id
        actor.must_be_or_own(member_id)
        member = tx.find(Member, member_id)
        if member is None:
            raise InvalidInput(f"There is no member {member_id}.", field="member_id")
        instance = draft.agent_instance or actor.agent_instance
        if actor.agent_instance not in (None, instance):
            raise InvalidInput("This key makes the calls of its own agent alone.", field="agent_instance")
        phone = read_phone(draft.phone, self.settings.region)
        zone = getattr(draft.start.tzinfo, "key", None) or str(draft.start.tzinfo)
        details = {
            "notes": draft.notes,
            "call_type": draft.call_type,
            "agent_instance": instance,
            "metadata": draft.metadata,
            "callee_zone": draft.callee_zone or phone.zone or zone,
            "retries": draft.retries,
            "missed": draft.missed,
            "record": draft.record,
            "content": draft.content,
            "content_text": draft.content_text,
        }
        call_id = tx.new_id()
        call = tx.add(
            Call(
                id=call_id,
                event_id=None,  # until it is made
                member_id=member_id,
                title=draft.title,
                description=draft.description,
                starts_at=draft.start,
                zone=zone,
                seconds=draft.minutes * 60,
                rules=list(draft.rules),
                phone_sealed=self._office.vault.seal(phone, call_id),
                phone_hash=self._office.vault.hash(phone.e164),
                phone_masked=phone.masked,
                state=CallState.SCHEDULED,
                state_at=tx.now,
                next_at=None,
                due_at=None,
                attempts=0,
                runs=0,
                done_until=None,
                turn=0,
                version=1,
                created_by=actor.member_id,
                created_at=tx.now,
                updated_at=tx.now,
                **checked_details(details),
            )
        )
        changes: EventChanges = {**draft.event(), "status": Status.CONFIRMED}
        calendar_id = draft.calendar_id or member.default_calendar_id
        return call, EventDraft(changes=changes, calendar_id=calendar_id, holder=f"{HOLDER}:{call_id}")

    def update(
        self,
        actor: Actor,
        call_id: UUID,
        changes: CallChanges,
        expected_version: int | None = None,
        *,
        preview: bool = False,
        force: bool = False,
    ) -> Outcome:
        """Change a call; its times, title and description change with its event.

        Raises `NotFound`, `Stale`, `NotNow` while it is being made or where it is over, `InvalidInput`.
        """

        def plan(tx: Unit) -> list[Operation]:
            call = self._held(tx, actor, call_id)
            must_be_version("call", call.version, expected_version)
            if call.state in UNDER_WAY:
                raise NotNow(
                    "The call is being made at this moment: cancel it, or wait until it is over.",
                    state=call.state.value,
                )
            values = checked_details(changes)
            if "phone" in changes:
                values |= self._numbered(call, changes["phone"])
            if values:
                self._office.set(tx, call, **values)
                names = sorted(set(changes) - _OF_THE_EVENT)
                audit.record(tx, actor, "call.changed", kind="call", subject=call.id, fields=names)
            if "start" in changes:
                must_come(changes["start"], tx.now)
            event = _event_changes(changes)
            return plans.update(tx, actor, Target(event_id=_event_of(call)), event) if event else []

        return self._office.scheduling.carry_out(actor, plan, preview=preview, force=force)

    def delete(self, actor: Actor, call_id: UUID, expected_version: int | None = None) -> Outcome:
        """Remove a call with its event; its log stays as long as undoing can bring it back."""

        def plan(tx: Unit) -> list[Operation]:
            call = self._held(tx, actor, call_id)
            must_be_version("call", call.version, expected_version)
            return plans.remove(tx, actor, Target(event_id=_event_of(call)))

        return self._office.scheduling.carry_out(actor, plan)

    # Life ----------------------------------------------------------------------------------------------

    def pause(self, actor: Actor, call_id: UUID) -> None:
        """Make no run of a call until it is resumed. Raises `NotFound`, `NotNow` unless it is scheduled."""
        self._office.database.write(
            actor.workspace_id, lambda tx: self.stop(tx, actor, call_id, CallState.PAUSED)
        )

    def resume(self, actor: Actor, call_id: UUID) -> None:
        """Go on with a call that was paused; of what was missed becomes what the call says.

        Raises `NotFound`, and `NotNow` unless it is paused.
        """

        def resume(tx: Unit) -> None:
            call = self._held(tx, actor, call_id)
            if call.state is not CallState.PAUSED:
                raise NotNow(f"The call is {call.state.value}, not paused.", state=call.state.value)
            under_way = call.due_at if call.attempts else None
            due_at = under_way or self._office.next_run(tx, call, call.done_until)
            if due_at is None:
                self._office.end_run(tx, call, "missed", completed=False, made=False, actor=actor)
                return
            ordered = self._office.order(tx, call, tx.now if under_way else due_at)
            self._office.step(tx, call, CallState.SCHEDULED, "resumed", actor=actor, due_at=due_at, **ordered)

        self._office.database.write(actor.workspace_id, resume)

    def cancel(self, actor: Actor, call_id: UUID) -> Outcome:
        """Make no further run of a call, and hang up where it is being made; its event is cancelled.

        Its calendar need not be one that the actor may write.

        Raises `NotFound`, and `NotNow` where it is over.
        """

        def plan(tx: Unit) -> list[Operation]:
            call = self.stop(tx, actor, call_id, CallState.CANCELLED)
            return plans.call_off(tx, _event_of(call))

        return self._office.scheduling.carry_out(actor, plan, own_part_only=True)

    def call_now(self, actor: Actor, call_id: UUID) -> None:
        """Have the run that is next made now, or after quiet hours, whatever else it waits for.

        Limits are kept. One that was to come later moves on its calendar, where the actor may write. Raises
        `NotFound`, and `NotNow` unless it is scheduled.
        """

        def hasten(tx: Unit) -> None:
            call = self._held(tx, actor, call_id)
            if call.state is not CallState.SCHEDULED:
                raise NotNow(f"The call is {call.state.value}, not scheduled.", state=call.state.value)
            quiet = self.settings.quiet_hours
            quiet_until = quiet and quiet.over_at(tx.now, call.callee_zone)
            at = quiet_until or tx.now.replace(microsecond=0)  # as exactly as calendars know
            moves = self._moved(tx, actor, call, at)
            due_at = at if moves else call.due_at
            ordered = self._office.order(tx, call, at)
            self._office.step(
                tx, call, CallState.SCHEDULED, "hastened", actor=actor, due_at=due_at, **ordered
            )
            self._office.changes.apply(tx, actor, moves, source=Source.USER)

        self._office.database.write(actor.workspace_id, hasten)

    def stop(self, tx: Unit, actor: Actor, call_id: UUID, to: CallState) -> Call:
        """Pause or cancel a call; the event of one that is cancelled is for the caller to cancel."""
        call = self._held(tx, actor, call_id)
        if call.state not in OPEN:
            raise NotNow(
                f"The call is {call.state.value}: nothing is left to be made.", state=call.state.value
            )
        if to is CallState.PAUSED and call.state is not CallState.SCHEDULED:
            raise NotNow(f"The call is {call.state.value}, not scheduled.", state=call.state.value)
        self._office.call_off(tx, call)
        if to is CallState.PAUSED:
            self._office.step(tx, call, to, "paused", actor=actor, next_at=None)
            return call
        if call.state in UNDER_WAY:
            reports.order_hang_up(self._office, tx, call)
        self._office.step(tx, call, to, "cancelled", actor=actor, next_at=None, due_at=None)
        return call

    # What the telephone service says -------------------------------------------------------------------

    def report(self, workspace_id: UUID, attempt_id: UUID, report: Report) -> None:
        """Take what the service says of an attempt; in whatever order and however often it says so.

        Of an attempt that we do not know, it makes a log without a call.
        """
        self._office.database.write(
            workspace_id, lambda tx: reports.take(self._office, tx, attempt_id, report)
        )

    def unknown(self, workspace_id: UUID, report: Report) -> None:
        """Keep a log of a call that the service speaks of and we did not make."""
        self._office.database.write(workspace_id, lambda tx: reports.take_unknown(self._office, tx, report))

    # Reading -------------------------------------------------------------------------------------------

    def number(self, actor: Actor, call: Call) -> str | None:
        """Give the plain number of a call to who may change it; None to who may only read."""
        try:
            actor.must_write()
        except Forbidden:
            return None
        return self._office.vault.open(call.phone_sealed, call.id)

    def hash_of(self, phone: str) -> str:
        """Give by what calls to a number are found. Raises `InvalidInput`."""
        return self._office.vault.hash(read_phone(phone, self.settings.region).e164)

    def do_not_call(self, actor: Actor, phone: str, reason: str | None) -> DoNotCall:
        """Let a number never be called. Raises `InvalidInput`."""
        read = read_phone(phone, self.settings.region)
        hashed = self._office.vault.hash(read.e164)
        return self._office.database.write(
            actor.workspace_id, lambda tx: add_number(tx, actor, read, hashed, reason)
        )

    def export(self, tx: Unit, member_id: UUID) -> dict[str, Any]:
        """Give what calls hold of a member, as JSON values."""
        return personal_data.export(tx, self._office.vault, member_id)

    # Inside --------------------------------------------------------------------------------------------

    def _held(self, tx: Unit, actor: Actor, call_id: UUID) -> Call:
        actor.must_write()
        get_call(tx, actor, call_id)
        self._office.hold(tx, call_id)
        return get_call(tx, actor, call_id)

    def _moved(self, tx: Unit, actor: Actor, call: Call, at: datetime) -> list[Operation]:
        """Plan the run that is next at an earlier time, for whoever may; not one that is due already."""
        times = self._office.times(tx, call)
        if times is None or call.due_at is None or call.due_at <= at:
            return []
        _, original = next(times.after(call.due_at - timedelta(seconds=1)))
        target = Target(event_id=_event_of(call), scope=Scope.SINGLE, occurrence=original.isoformat())
        with suppress(Forbidden, NotFound):
            return plans.update(tx, actor, target, {"start": at.astimezone(zone(call.zone).tzinfo)})
        return []

    def _numbered(self, call: Call, text: str) -> dict[str, str]:
        phone = read_phone(text, self.settings.region)
        return {
            "phone_sealed": self._office.vault.seal(phone, call.id),
            "phone_hash": self._office.vault.hash(phone.e164),
            "phone_masked": phone.masked,
        }


_MOST_DIALLING = 8  # at once in one process: to dial takes a second, however long the calls then last
_OF_THE_EVENT = frozenset({"title", "description", "start", "minutes", "rules"})


def _event_changes(changes: CallChanges) -> EventChanges:
    event = {name: value for name, value in changes.items() if name in _OF_THE_EVENT}
    if "minutes" in event:
        event["length"] = Length(seconds=changes["minutes"] * 60)
        del event["minutes"]
    return cast(EventChanges, event)


def _event_of(call: Call) -> UUID:
    assert call.event_id is not None, "a call that is known has its event"
    return call.event_id
