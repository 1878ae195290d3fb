"""Runs of the optimiser: started, watched, cancelled, and taken in whole or in part.

A run looks, solves outside of any transaction, rehearses what it found, and keeps the proposal. Nothing
changes before somebody takes it; then what it rests on is looked at again, in the same transaction.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Executor, Future, wait
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select, update

from kalends.engine import placement
from kalends.engine.placement import Effort, Progress, Solution
from kalends.engine.reasons import reason_to_json
from kalends.engine.spans import Span
from kalends.engine.wording import Reason
from kalends.features.calendars.models import CalendarObject, EventResource
from kalends.features.changes import Changes, ChangeSet, HeldBack, Operation, Source
from kalends.features.identity import audit
from kalends.features.identity.actor import Actor
from kalends.features.identity.workspaces import workspace_ids
from kalends.features.resources.capacity import OverCapacity
from kalends.features.scheduling import plans
from kalends.features.scheduling.models import ResolvedHow
from kalends.features.scheduling.optimising.explaining import explain
from kalends.features.scheduling.optimising.layout import Layout, lay_out
from kalends.features.scheduling.optimising.models import OptimisationRun, RunState
from kalends.features.scheduling.optimising.presenting import FAILURES, RunView, present_run
from kalends.features.scheduling.optimising.proposal import (
    Move,
    Proposal,
    chosen,
    moves_of,
    unplaced_of,
)
from kalends.features.scheduling.optimising.survey import Survey, from_now, survey
from kalends.features.scheduling.optimising.verifying import in_the_way
from kalends.features.scheduling.service import Outcome, Scheduling
from kalends.features.scheduling.telling import eyes_on
from kalends.kit.errors import Clash, InvalidInput, KalendsError, NotFound, Stale
from kalends.storage import Database, Unit

LONGEST = timedelta(days=31)
KEPT = timedelta(hours=24)
STEP = timedelta(minutes=15)

_SILENCE = timedelta(minutes=1)  # beyond the longest solve; a run that is silent for longer has died
_BEAT = timedelta(seconds=0.5)
_ATTEMPTS = 5  # at a proposal that what holds the events agrees to

_log = logging.getLogger(__name__)


class NothingChosen(InvalidInput):
    """None of the moves that were asked for is in the proposal."""

    code = "nothing_chosen"


class NotReady(Clash):
    """The run has no proposal to take: it goes on, was cancelled, or failed."""

    code = "not_ready"


_INTERRUPTED = {"code": "interrupted", "message": FAILURES["interrupted"]}


class NoLongerTrue(Stale):
    """The calendar has changed since the proposal was made; `changed` names what stands in its way."""

    code = "no_longer_true"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What solving gave, with what it was solved on."""

    seen: Survey
    layout: Layout
    solution: Solution
    moves: tuple[Move, ...]


class Optimiser:
    """Finds a better arrangement of a stretch of time, and carries it out when asked to."""

    def __init__(
        self,
        database: Database,
        changes: Changes,
        scheduling: Scheduling,
        executor: Executor,
        effort: Effort | None = None,
    ) -> None:
        self._database, self._changes, self._scheduling = database, changes, scheduling
        self._executor = executor
        self._going: dict[UUID, Future[None]] = {}  # in this process
        self._closing = False
        self._effort = effort or Effort()
        self._longest_silence = timedelta(seconds=self._effort.wall_seconds) + _SILENCE

    def start(self, actor: Actor, window: Span, *, patience: timedelta = timedelta(0)) -> OptimisationRun:
        """Begin a run over a window of at most `LONGEST`, and wait for it up to `patience`.

        Raises `InvalidInput` for a window that is too long or over, `Forbidden` for who may not write.
        """
        actor.must_write()
        if window.duration > LONGEST:
            raise InvalidInput(f"Optimise {LONGEST.days} days at most at a time.", field="end")

        def begin(tx: Unit) -> OptimisationRun:
            if window.end <= tx.now + STEP:
                raise InvalidInput("This time is over: give one that is to come.", field="end")
            run = OptimisationRun(
                id=tx.new_id(),
                member_id=actor.member_id,
                since=window.start,
                until=window.end,
                state=RunState.RUNNING,
                done=0,
                total=0,
                cancelling=False,
                created_at=tx.now,
                beat_at=tx.now,
            )
            audit.record(tx, actor, "optimise", kind="optimisation", subject=str(run.id))
            return tx.add(run)

        run = self._database.write(actor.workspace_id, begin)
        future = self._going[run.id] = self._executor.submit(self._work, actor, run.id, window)
        future.add_done_callback(lambda done: self._is_over(actor, run.id, done))
        return self.wait(actor, run.id, patience)

    def wait(self, actor: Actor, run_id: UUID, patience: timedelta) -> OptimisationRun:
        """Give a run when it has ended, or as it stands after `patience`; another process's at once."""
        future = self._going.get(run_id)
        if future is not None:
            wait([future], timeout=patience.total_seconds())
        return self.get(actor, run_id)

    def close(self) -> None:
        """End every run that goes on, and wait until they have."""
        self._closing = True
        self._executor.shutdown(cancel_futures=True)

    def get(self, actor: Actor, run_id: UUID) -> OptimisationRun:
        """Give one's own run as it stands; one whose process has died has failed. Raises `NotFound`."""
        with self._database.read(actor.workspace_id) as tx:
            run = _own(tx, actor, run_id)
            silent = run.beat_at < tx.now - self._longest_silence and run_id not in self._going
            dead = run.state is RunState.RUNNING and silent
        if not dead:
            return run

        def presume(tx: Unit) -> OptimisationRun:
            _give_up(tx, OptimisationRun.id == run_id)
            return tx.get(OptimisationRun, run_id)

        return self._database.write(actor.workspace_id, presume)

    def present(self, actor: Actor, run: OptimisationRun) -> RunView:
        """Put a run of the actor's into words."""
        with self._database.read(actor.workspace_id) as tx:
            return present_run(tx, actor, run)

    def runs(self, actor: Actor) -> list[OptimisationRun]:
        """Give one's own runs of the last day, the newest first."""
        query = select(OptimisationRun).where(OptimisationRun.member_id == actor.member_id)
        with self._database.read(actor.workspace_id) as tx:
            return list(tx.execute(query.order_by(OptimisationRun.id.desc())).scalars())

    def give_up(self) -> None:
        """End the runs of processes that are no more, all that go on: for the one server, when it starts."""
        for workspace_id in workspace_ids(self._database):
            self._database.write(workspace_id, _give_up)

    def cancel(self, actor: Actor, run_id: UUID) -> OptimisationRun:
        """End a run; what it has found is thrown away. Raises `NotFound`.

        One that waits its turn ends at once, another when it next looks up from its work.
        """

        def ask(tx: Unit) -> OptimisationRun:
            run = _own(tx, actor, run_id)
            run.cancelling = run.state is RunState.RUNNING
            tx.session.flush()
            return run

        run = self._database.write(actor.workspace_id, ask)
        if run.cancelling and (future := self._going.get(run_id)) and future.cancel():
            return self.get(actor, run_id)
        return run

    def take(
        self,
        actor: Actor,
        run_id: UUID,
        ids: Collection[str] | None = None,
        *,
        preview: bool = False,
    ) -> Outcome:
        """Carry out the moves of a proposal, all or those named, as one change set.

        Raises `NotReady`, `NothingChosen`, `NoLongerTrue` where an event has changed meanwhile or its new
        time is no longer free, and what `Changes.apply` raises.
        """
        run = self.get(actor, run_id)
        if run.state is not RunState.DONE or run.proposal is None:
            raise NotReady(f"The run has nothing to take: it is {run.state.value}.", state=run.state.value)
        moves = chosen(Proposal.from_json(run.proposal).moves, ids)
        if not moves or (ids is not None and len(moves) < len(set(ids))):
            raise NothingChosen("These moves are not in the proposal.", field="moves")
        return self._carry_out(actor, moves, preview=preview)

    # Inside --------------------------------------------------------------------------------------------

    def _is_over(self, actor: Actor, run_id: UUID, future: Future[None]) -> None:
        """Forget a run, and write down that it ended if its turn never came."""
        self._going.pop(run_id, None)
        if future.cancelled():
            self._cut_short(actor, run_id)

    def _cut_short(self, actor: Actor, run_id: UUID) -> None:
        if self._closing:
            self._ended(actor, run_id, RunState.FAILED, failure=_INTERRUPTED)
        else:
            self._ended(actor, run_id, RunState.CANCELLED)

    def _work(self, actor: Actor, run_id: UUID, window: Span) -> None:
        """Run, and write down how it ended, whatever happens."""
        try:
            proposal = self.propose(actor, window, self._watch(actor, run_id))
        except _Cancelled:
            self._cut_short(actor, run_id)
        except KalendsError as error:
            self._ended(
                actor, run_id, RunState.FAILED, failure={"code": error.code, "message": error.message}
            )
        except Exception:
            _log.exception("optimisation failed", extra={"run_id": str(run_id)})
            failure = {"code": "internal", "message": FAILURES["internal"]}
            self._ended(actor, run_id, RunState.FAILED, failure=failure)
        else:
            self._ended(actor, run_id, RunState.DONE, proposal=proposal.to_json())

    def propose(
        self, actor: Actor, window: Span, goes_on: Callable[[Progress], bool] = lambda _: True
    ) -> Proposal:
        """Find the best arrangement of a window, and rehearse it; nothing is stored."""
        fixed: set[UUID] = set()
        for _ in range(_ATTEMPTS):
            found = self._solve(actor, window, fixed, goes_on)
            try:
                outcome = self._carry_out(actor, found.moves, preview=True) if found.moves else None
            except HeldBack as held:
                fixed.add(UUID(held.fields["object_id"]))
                continue
            except NoLongerTrue as stale:
                # A rule that counts other events, or somebody was faster: leave those where they are.
                fixed |= {UUID(id) for id in stale.fields["moved"]}
                continue
            _, left = explain(found.layout, found.solution, found.seen.around)
            return Proposal(
                moves=found.moves,
                unplaced=unplaced_of(found.seen, found.layout, left),
                optimal=found.solution.optimal and not fixed,
                gap=found.solution.gap,
                resolved=len(outcome.resolved) if outcome else 0,
                remaining=outcome.conflict_count if outcome else 0,
            )
        raise NoLongerTrue("The calendar changes too fast: try again.", changed=[], moved=[])

    def _solve(
        self, actor: Actor, window: Span, fixed: Collection[UUID], goes_on: Callable[[Progress], bool]
    ) -> Found:
        with self._database.read(actor.workspace_id) as tx:
            open_window = from_now(window, tx.now, STEP)
            seen = survey(tx, actor, open_window, fixed=fixed)
        layout = lay_out(seen.occurrences, seen.uses, open_window, seen.around, step=STEP)
        cancelled = False

        def watch(progress: Progress) -> bool:
            nonlocal cancelled
            cancelled = not goes_on(progress)
            return not cancelled

        solution = placement.solve(layout.problem, effort=self._effort, progress=watch)
        if cancelled:
            raise _Cancelled
        shifts, _ = explain(layout, solution, seen.around)
        return Found(seen=seen, layout=layout, solution=solution, moves=moves_of(seen, layout, shifts))

    def _carry_out(self, actor: Actor, moves: Sequence[Move], *, preview: bool) -> Outcome:
        def apply(tx: Unit) -> ChangeSet | None:
            reasons = [_kept(move, reason) for move in moves for reason in move.reasons]
            try:
                operations = together(tx, actor, moves)
                applied = self._changes.apply(tx, actor, operations, source=Source.OPTIMISE, reasons=reasons)
            except (Stale, NotFound) as error:
                named = [str(error.fields[name]) for name in ("object_id", "id") if name in error.fields]
                uids = [move.uid for move in moves if str(move.target.event_id) in named]
                raise NoLongerTrue(
                    f"Since the proposal was made, {_titles(tx, actor, uids)} changed: ask for a new one.",
                    changed=named,
                    moved=named,
                ) from None
            except OverCapacity as error:
                raise NoLongerTrue(
                    error.message,
                    changed=[taker["event_id"] for taker in error.fields["taken_by"] if taker["event_id"]],
                    moved=_needing(tx, moves, UUID(error.fields["resource_id"])),
                ) from None
            others, mine = in_the_way(tx, moves)
            if mine:
                raise NoLongerTrue(
                    f"Since the proposal was made, {_titles(tx, actor, others)} came in the way of "
                    f"{_titles(tx, actor, mine)}: ask for a new one.",
                    changed=_objects(tx, others),
                    moved=_objects(tx, mine),
                )
            return applied

        return self._scheduling.settle(
            actor, apply, preview=preview, how=ResolvedHow.AGENT_SUGGESTED, auto=False
        )

    def _watch(self, actor: Actor, run_id: UUID) -> Callable[[Progress], bool]:
        """Give what writes down how far a run is, from time to time, and learns whether it was cancelled."""
        last: datetime | None = None

        def watch(progress: Progress) -> bool:
            nonlocal last
            if self._closing:
                return False
            now = self._database.clock.now()
            if last is not None and now - last < _BEAT:
                return True
            last = now
            return self._database.write(actor.workspace_id, lambda tx: _beat(tx, run_id, progress))

        return watch

    def _ended(
        self,
        actor: Actor,
        run_id: UUID,
        state: RunState,
        *,
        proposal: dict[str, Any] | None = None,
        failure: dict[str, Any] | None = None,
    ) -> None:
        """Write down how a run ended, for whoever worked on it: also where others had given it up."""

        def end(tx: Unit) -> None:
            run = tx.find(OptimisationRun, run_id)
            if run is not None and run.cancelling and state is RunState.DONE:
                _close(run, tx, RunState.CANCELLED)  # it was asked to end when it had just found something
            elif run is not None:
                _close(run, tx, state, proposal=proposal, failure=failure)

        self._database.write(actor.workspace_id, end)


class _Cancelled(Exception):
    """Somebody has ended the run."""


def _own(tx: Unit, actor: Actor, run_id: UUID) -> OptimisationRun:
    run = tx.find(OptimisationRun, run_id)
    if run is None or run.member_id != actor.member_id:
        raise NotFound(f"You have no run {run_id}.", kind="optimisation", id=str(run_id))
    return run


def _close(
    run: OptimisationRun,
    tx: Unit,
    state: RunState,
    *,
    proposal: dict[str, Any] | None = None,
    failure: dict[str, Any] | None = None,
) -> None:
    run.state, run.proposal, run.failure, run.finished_at = state, proposal, failure, tx.now
    tx.session.flush()


def _give_up(tx: Unit, *which: ColumnElement[bool]) -> None:
    """Say of runs that go on, as far as is known, that they were interrupted."""
    ended = {"state": RunState.FAILED, "failure": _INTERRUPTED, "finished_at": tx.now}
    tx.execute(
        update(OptimisationRun).where(OptimisationRun.state == RunState.RUNNING, *which).values(**ended)
    )


def _beat(tx: Unit, run_id: UUID, progress: Progress) -> bool:
    run = tx.find(OptimisationRun, run_id)
    if run is None or run.cancelling:
        return False
    run.done, run.total, run.beat_at = progress.done, progress.total, tx.now
    tx.session.flush()
    return True


def _kept(move: Move, reason: Reason) -> dict[str, Any]:
    """Give a reason as it is kept with the change set, with the event that it is about."""
    about = {"object_id": str(move.target.event_id), "occurrence": move.target.occurrence}
    return {**reason_to_json(reason), **about}


def _needing(tx: Unit, moves: Sequence[Move], resource_id: UUID) -> list[str]:
    """Give the moved events that take a resource, or would."""
    ids = {move.target.event_id for move in moves}
    taking = select(EventResource.object_id).where(
        EventResource.resource_id == resource_id, EventResource.object_id.in_(ids)
    )
    found = set(tx.execute(taking).scalars())
    found.update(move.target.event_id for move in moves if resource_id in (move.resources or ()))
    return [str(id) for id in sorted(found)]


def _titles(tx: Unit, actor: Actor, uids: Collection[str]) -> str:
    """Name events as the actor may know them, for a problem."""
    wording = eyes_on(tx, actor, uids).english
    return wording.listed(sorted({wording.title(uid) for uid in uids}))


def _objects(tx: Unit, uids: Collection[str]) -> list[str]:
    found = tx.execute(select(CalendarObject.id).where(CalendarObject.uid.in_(uids))).scalars()
    return [str(id) for id in found]


def together(tx: Unit, actor: Actor, moves: Sequence[Move]) -> list[Operation]:
    """Plan several moves, some of them perhaps of one series, as one operation for each event."""
    operations: dict[UUID, Operation] = {}
    for move in moves:
        known = operations.get(move.target.event_id)
        (planned,) = plans.update(tx, actor, move.target, move.changes, onto=known.after if known else None)
        operations[move.target.event_id] = replace(planned, before=known.before) if known else planned
    return list(operations.values())


def purge(tx: Unit) -> int:
    """Forget runs that began over `KEPT` ago; count them."""
    return tx.changed(delete(OptimisationRun).where(OptimisationRun.created_at < tx.now - KEPT))
