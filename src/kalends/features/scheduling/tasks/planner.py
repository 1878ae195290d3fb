"""Planning tasks and blocks: looking, placing outside of any transaction, and writing what was found.

What is planned becomes events that the task or block holds, in one change set. If a time that was found is
taken before it is written, all is looked at again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kalends.engine.placement import Effort
from kalends.engine.series import Length
from kalends.engine.spans import EPOCH, Span
from kalends.engine.wording import Wording
from kalends.engine.zones import zone
from kalends.features.calendars.models import Calendar, Category
from kalends.features.changes import Operation, Source
from kalends.features.identity.actor import Actor, actor_of
from kalends.features.identity.models import Member, Permission
from kalends.features.scheduling import plans
from kalends.features.scheduling.claims import gather
from kalends.features.scheduling.conflicts import Eyes
from kalends.features.scheduling.constraints.in_force import clocks_of
from kalends.features.scheduling.editing import EventChanges, Invitee
from kalends.features.scheduling.held import Held, held_by
from kalends.features.scheduling.models import ResolvedHow
from kalends.features.scheduling.optimising.survey import Survey, survey
from kalends.features.scheduling.plans import EventDraft, Target
from kalends.features.scheduling.service import Outcome, Scheduling
from kalends.features.scheduling.shortfall import Shortfall, shortfall
from kalends.features.scheduling.tasks import block_keeping, keeping
from kalends.features.scheduling.tasks.models import BLOCK, TASK, Block, Task, TaskState
from kalends.features.scheduling.tasks.places import must_write
from kalends.features.scheduling.tasks.placing import Found, place
from kalends.features.scheduling.tasks.wants import (
    AHEAD,
    Standing,
    Want,
    block_wants,
    task_want,
    weeks_from,
)
from kalends.kit.errors import Clash, InvalidInput, KalendsError, Stale
from kalends.storage import Database, Unit

WEEKS = 4
MOST_WEEKS = 26
"""How many weeks blocks are planned ahead, the one that it is now among them: as a rule, and at most."""

_ATTEMPTS = 3
_TOLD = ("title", "notes", "category_id", "priority")  # what a task's pieces say of it


class NotOpen(Clash):
    """The task is done or cancelled: it asks for no time."""

    code = "not_open"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """What planning rests on."""

    seen: Survey
    wants: list[Want]
    wording: Wording
    until: datetime


class Planner:
    """Finds time for tasks and blocks."""

    def __init__(self, database: Database, scheduling: Scheduling, effort: Effort | None = None) -> None:
        self._database, self._scheduling = database, scheduling
        self._effort = effort or Effort()

    # Tasks ---------------------------------------------------------------------------------------------

    def plan_task(self, actor: Actor, task_id: UUID, *, preview: bool = False) -> Outcome:
        """Find time for what remains of a task, before its deadline. What is planned well already stays.

        Raises `NotFound`, `Forbidden`, `NotOpen`, and `Stale` where the calendar changes all the while.
        """

        def wanted(tx: Unit) -> list[Task]:
            task = keeping.get_task(tx, actor, task_id)
            if task.state is not TaskState.OPEN:
                raise NotOpen(f"The task is {task.state.value}: open it again first.", task_id=str(task_id))
            return [task]

        return self._plan(actor, lambda tx: self._look_at_tasks(tx, actor, wanted(tx)), preview)

    def plan_all(self, actor: Actor, member_id: UUID | None = None, *, preview: bool = False) -> Outcome:
        """Find time for all open tasks of a member, oneself by default: the soonest deadline comes first, of
        equals the one of the highest rank."""

        def wanted(tx: Unit) -> list[Task]:
            return keeping.list_tasks(tx, actor, member_id=member_id or actor.member_id)

        return self._plan(actor, lambda tx: self._look_at_tasks(tx, actor, wanted(tx)), preview)

    def update_task(
        self, actor: Actor, task_id: UUID, changes: Mapping[str, Any], expected_version: int | None = None
    ) -> Outcome:
        """Change a task, and what its coming pieces say of it; for other times it is to be planned again."""

        def plan(tx: Unit) -> list[Operation]:
            task = keeping.update_task(tx, actor, task_id, changes, expected_version)
            if not changes.keys() & set(_TOLD):
                return []
            told = EventChanges(
                title=task.title,
                description=task.notes,
                category_id=task.category_id,
                priority=task.priority,
            )
            return [
                op
                for piece in self._coming(tx, actor, f"{TASK}:{task_id}")
                for op in plans.update(tx, actor, Target(event_id=piece.id), told)
            ]

        return self._scheduling.carry_out(actor, plan)

    def settle_task(
        self, actor: Actor, task_id: UUID, state: TaskState, expected_version: int | None = None
    ) -> Outcome:
        """Say that a task is done, cancelled or open again; what was still planned for it goes."""

        def plan(tx: Unit) -> list[Operation]:
            keeping.settle_task(tx, actor, task_id, state, expected_version)
            return [] if state is TaskState.OPEN else self._removals(tx, actor, f"{TASK}:{task_id}")

        return self._scheduling.carry_out(actor, plan)

    def delete_task(self, actor: Actor, task_id: UUID, expected_version: int | None = None) -> Outcome:
        """Forget a task; what was still planned for it goes."""

        def plan(tx: Unit) -> list[Operation]:
            keeping.delete_task(tx, actor, task_id, expected_version)
            return self._removals(tx, actor, f"{TASK}:{task_id}")

        return self._scheduling.carry_out(actor, plan)

    # Blocks --------------------------------------------------------------------------------------------

    def plan_block(
        self, actor: Actor, block_id: UUID, *, weeks: int = WEEKS, preview: bool = False
    ) -> Outcome:
        """Fill the weeks to come with a block: what lacks is added, what is too much removed.

        Raises `NotFound`, `Forbidden`, `InvalidInput` for more than `MOST_WEEKS`, and `Stale` as `plan_task`.
        """
        if not 1 <= weeks <= MOST_WEEKS:
            raise InvalidInput(f"Plan 1 to {MOST_WEEKS} weeks ahead, not {weeks}.", field="weeks")

        def look(tx: Unit) -> _Look:
            block = block_keeping.get_block(tx, actor, block_id)
            return self._look_at_block(tx, actor, block, weeks)

        return self._plan(actor, look, preview, done=lambda tx: _mark_filled(tx, block_id, weeks))

    def update_block(
        self, actor: Actor, block_id: UUID, changes: Mapping[str, Any], expected_version: int | None = None
    ) -> Outcome:
        """Change a block, and what its coming events are called; switched off, they go."""

        def plan(tx: Unit) -> list[Operation]:
            block = block_keeping.update_block(tx, actor, block_id, changes, expected_version)
            if not block.active:
                block.filled_until = None
                tx.session.flush()
                return self._removals(tx, actor, f"{BLOCK}:{block_id}")
            if not changes.keys() & {"title", "category_id"}:
                return []
            told = EventChanges(title=block.title, category_id=block.category_id)
            return [
                op
                for piece in self._coming(tx, actor, f"{BLOCK}:{block_id}")
                for op in plans.update(tx, actor, Target(event_id=piece.id), told)
            ]

        return self._scheduling.carry_out(actor, plan)

    def delete_block(self, actor: Actor, block_id: UUID, expected_version: int | None = None) -> Outcome:
        """Forget a block; what is still to come of it goes."""

        def plan(tx: Unit) -> list[Operation]:
            block_keeping.delete_block(tx, actor, block_id, expected_version)
            return self._removals(tx, actor, f"{BLOCK}:{block_id}")

        return self._scheduling.carry_out(actor, plan)

    def fill_blocks(self, workspace_id: UUID) -> int:
        """Plan the active blocks of a workspace in weeks that were never planned, and say in how many of them
        that was so. What somebody removed from other weeks is not made again."""
        with self._database.read(workspace_id) as tx:
            due = [
                (block.id, actor)
                for block in tx.execute(select(Block).where(Block.active).order_by(Block.id)).scalars().all()
                if (actor := _keeper(tx, block)) and len(_weeks(tx, block, WEEKS, fresh=True))
            ]
        filled = 0
        for block_id, actor in due:

            def look(tx: Unit, block_id: UUID = block_id, actor: Actor = actor) -> _Look:
                block = block_keeping.get_block(tx, actor, block_id)
                return self._look_at_block(tx, actor, block, WEEKS, fresh=True)

            def done(tx: Unit, block_id: UUID = block_id) -> None:
                _mark_filled(tx, block_id, WEEKS)

            try:
                self._plan(actor, look, preview=False, done=done)
            except KalendsError:
                continue  # who keeps it may not write there any more, or it went meanwhile
            filled += 1
        return filled

    # Inside --------------------------------------------------------------------------------------------

    def _look_at_tasks(self, tx: Unit, actor: Actor, tasks: Sequence[Task]) -> _Look:
        until = max([tx.now, *(min(task.deadline, _start(tx, task) + AHEAD) for task in tasks)])
        seen, categories = survey(tx, actor, Span(tx.now, until + timedelta(hours=1))), _categories(tx)
        held = held_by(tx, actor, [f"{TASK}:{task.id}" for task in tasks])
        standing = Standing(seen=seen)
        wants = [
            task_want(
                task,
                tx.get(Member, task.member_id),
                must_write(tx, actor, task, "task").id,
                categories.get(task.category_id),
                held.get(f"{TASK}:{task.id}", []),
                standing,
                tx.now,
            )
            for task in tasks
        ]
        ends = {f"{TASK}:{task.id}": task.deadline for task in tasks}
        wants.sort(key=lambda want: (ends[want.holder], -want.facts.rank, want.holder))
        return _Look(seen=seen, wants=wants, wording=_wording(tx, actor, seen), until=until)

    def _look_at_block(
        self, tx: Unit, actor: Actor, block: Block, weeks: int, *, fresh: bool = False
    ) -> _Look:
        until = tx.now + timedelta(weeks=weeks)
        seen = survey(tx, actor, Span(tx.now, until))
        holder = f"{BLOCK}:{block.id}"
        wants = block_wants(
            block,
            tx.get(Member, block.member_id),
            must_write(tx, actor, block, "block").id,
            _categories(tx).get(block.category_id),
            held_by(tx, actor, [holder]).get(holder, []),
            Standing(seen=seen),
            _weeks(tx, block, weeks, fresh=fresh),
            tx.now,
        )
        return _Look(seen=seen, wants=wants, wording=_wording(tx, actor, seen), until=until)

    def _plan(
        self,
        actor: Actor,
        look: Callable[[Unit], _Look],
        preview: bool,
        done: Callable[[Unit], None] = lambda _: None,
    ) -> Outcome:
        """Look, place, and write; again where somebody was faster."""
        actor.must_write()

        def once() -> Outcome:
            with self._database.read(actor.workspace_id) as tx:
                looked, now = look(tx), tx.now
            window = Span(_quarter(now), max(looked.until, now) + timedelta(hours=1))
            found = place(looked.seen, window, looked.wants, self._effort)
            outcome = self._write(actor, found, done, preview)
            return replace(outcome, unplaced=[*_told(found, looked.wording), *outcome.unplaced])

        for _ in range(_ATTEMPTS - 1):
            with suppress(Stale):
                return once()
        return once()

    def _write(
        self, actor: Actor, found: Sequence[Found], done: Callable[[Unit], None], preview: bool
    ) -> Outcome:
        def plan(tx: Unit) -> list[Operation]:
            # Held as every change set holds them, and before looking: of two who plan the same one waits.
            tx.lock(Calendar, [each.want.calendar_id for each in found])
            tx.lock(Member, [each.want.member.id for each in found])
            done(tx)
            operations: list[Operation] = []
            for each in found:
                _must_be_free(tx, each)
                operations += _operations(tx, actor, each)
            return operations

        return self._scheduling.carry_out(
            actor, plan, preview=preview, source=Source.OPTIMISE, how=ResolvedHow.AGENT_SUGGESTED
        )

    def _coming(self, tx: Unit, actor: Actor, holder: str) -> list[Held]:
        held = held_by(tx, actor, [holder]).get(holder, [])
        return [each for each in held if each.reachable and each.is_open(tx.now)]

    def _removals(self, tx: Unit, actor: Actor, holder: str) -> list[Operation]:
        return [each.removal(tx) for each in self._coming(tx, actor, holder)]


def _operations(tx: Unit, actor: Actor, found: Found) -> list[Operation]:
    """Move the pieces that went astray to the times that were found, make new ones, remove the rest."""
    want = found.want
    operations: list[Operation] = []
    for span, piece in zip(found.spans, want.astray, strict=False):
        target = Target(event_id=piece.id, expected_version=piece.view.row.version)
        operations += plans.update(tx, actor, target, _times(want, span))
    owner = tx.get(Calendar, want.calendar_id).owner_member_id
    taking = [] if owner == want.member.id else [Invitee(member_id=want.member.id)]
    drafts = []
    for span in found.spans[len(want.astray) :]:
        changes: EventChanges = {**want.piece, **_times(want, span)}
        if taking:
            changes["participants"] = taking
        drafts.append(EventDraft(changes=changes, calendar_id=want.calendar_id, holder=want.holder))
    if drafts:
        operations += plans.create(tx, actor, drafts)
    for piece in want.astray[len(found.spans) :]:
        operations += plans.remove(
            tx, actor, Target(event_id=piece.id, expected_version=piece.view.row.version)
        )
    return operations


def _times(want: Want, span: Span) -> EventChanges:
    start = span.start.astimezone(zone(want.member.zone).tzinfo)
    return EventChanges(start=start, length=Length(seconds=round(span.duration.total_seconds())))


def _must_be_free(tx: Unit, found: Found) -> None:
    """Raise `Stale` where something took a time that was found since it was."""
    if not found.spans:
        return
    since, until = (
        (moment - EPOCH) // timedelta(seconds=1) for moment in (found.spans[0].start, found.spans[-1].end)
    )
    claims = gather(tx, since, until, members=[found.want.member.id]).claims
    leaving = {piece.uid for piece in found.want.astray}
    for row in range(len(claims)):
        if not claims.required[row] or claims.end[row] <= claims.start[row]:
            continue
        claim = claims[row]
        if claim.event.uid not in leaving and any(claim.span.overlaps(span) for span in found.spans):
            raise Stale("A time that was free is not any more: the calendar changes too fast, try again.")


def _told(found: Sequence[Found], wording: Wording) -> list[Shortfall]:
    return [
        shortfall(
            title=each.want.facts.title,
            member_id=each.want.member.id,
            minutes=sum(each.missing),
            lacking=each.want.lacking(wording, len(each.missing), sum(each.missing)),
            reasons=each.reasons,
            wording=wording,
        )
        for each in found
        if each.missing
    ]


def _wording(tx: Unit, actor: Actor, seen: Survey) -> Wording:
    return Eyes.of(tx, actor, seen.gathered).wording


def _categories(tx: Unit) -> dict[UUID | None, Category]:
    return {each.id: each for each in tx.execute(select(Category)).scalars()}


def _start(tx: Unit, task: Task) -> datetime:
    return max(tx.now, task.not_before or tx.now)


def _weeks(tx: Unit, block: Block, count: int, *, fresh: bool = False) -> list[Any]:
    """Give the first days of the weeks that a block is planned in; the fresh ones were not planned before."""
    member = tx.get(Member, block.member_id)
    first_weekday = clocks_of([member])[str(member.id)].week_start
    weeks = weeks_from(tx.now, member, first_weekday, count)
    return [week for week in weeks if not fresh or str(week) >= (block.filled_until or "")]


def _mark_filled(tx: Unit, block_id: UUID, weeks: int) -> None:
    block = tx.find(Block, block_id)
    if block is not None:
        last = _weeks(tx, block, weeks)[-1] + timedelta(days=7)
        block.filled_until = max(str(last), block.filled_until or "")
        tx.session.flush()


def _keeper(tx: Unit, block: Block) -> Actor | None:
    """Give as whom a block is filled by itself: who made it, else whose it is, if they may write at all."""
    found = tx.find(Member, block.created_by) or tx.get(Member, block.member_id)
    return None if found.permission is Permission.VIEWER else actor_of(found)


def _quarter(now: datetime) -> datetime:
    step = timedelta(minutes=15)
    return EPOCH + -((EPOCH - now) // step) * step
