"""Many calls at once: created, paused or cancelled in the background, each row counted once.

Progress is written in the unit that does the rows, so whoever goes on after a crash begins with the first row
that was not done.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from kalends.features.calls.access import get_call, known, knows
from kalends.features.calls.drafts import CallDraft
from kalends.features.calls.life import OPEN
from kalends.features.calls.models import Call, CallBatch, CallState
from kalends.features.calls.office import BATCH, QUEUE, Office
from kalends.features.calls.queries import CallFilter, matching
from kalends.features.calls.rows import read_row
from kalends.features.changes import Operation
from kalends.features.identity import audit
from kalends.features.identity.actor import Actor, actor_of
from kalends.features.identity.models import Member
from kalends.features.scheduling import EventDraft, plans
from kalends.jobs import Order, Run, Task
from kalends.kit.errors import InvalidInput, KalendsError, NotFound, TooLarge
from kalends.storage import Unit

MOST_ROWS: Final = 10_000
MOST_BYTES: Final = 5_000_000
_TOGETHER: Final = 100  # rows of one unit


class RowRepeated(InvalidInput):
    """An earlier row of the batch says the same."""

    code = "row_repeated"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Repeated:
    """A row that says what another has said."""

    row: int  # that other, from 1


class Action(StrEnum):
    """What is done with each row of a batch."""

    CREATE = "create"
    PAUSE = "pause"
    CANCEL = "cancel"


Drafted = Callable[[Unit, Actor, CallDraft], tuple[Call, EventDraft]]
Stop = Callable[[Unit, Actor, UUID, CallState], Call]


class Batches:
    """Takes batches, and does them."""

    def __init__(self, office: Office, drafted: Drafted, stop: Stop) -> None:
        self._office, self._drafted, self._stop = office, drafted, stop

    def task(self) -> Task:
        """Give the task that does batches. They stand in a queue of their own: calls do not wait for them."""
        return Task(name=BATCH, handler=self._run, queue=f"{QUEUE}.batches")

    def create(self, actor: Actor, rows: Sequence[Any]) -> CallBatch:
        """Have calls scheduled, one for each row, as `read_row` reads them.

        Raises `TooLarge` over `MOST_ROWS`, `InvalidInput` for none. What is wrong with single rows is told by
        the batch.
        """
        return self._take(actor, Action.CREATE, rows)

    def stop(self, actor: Actor, action: Action, calls: Sequence[UUID | str] | CallFilter) -> CallBatch:
        """Have calls paused or cancelled: those of these ids, or those that match and are not over.

        What is no id is told by the batch, like everything that is wrong with single rows.
        """
        if not isinstance(calls, CallFilter):
            return self._take(actor, action, [str(id) for id in calls])
        with self._office.database.read(actor.workspace_id) as tx:
            query = select(Call.id).where(Call.state.in_(OPEN), *matching(actor, calls)).order_by(Call.id)
            found = tx.execute(query.limit(MOST_ROWS + 1)).scalars().all()
        return self._take(actor, action, [str(id) for id in found], may_be_none=True)

    def get(self, tx: Unit, actor: Actor, batch_id: UUID) -> CallBatch:
        """Give a batch that the actor asked for, to an owner anybody's, or raise `NotFound`."""
        batch = tx.find(CallBatch, batch_id)
        if batch is None or not knows(actor, batch):
            raise NotFound(f"There is no batch {batch_id}.", kind="call_batch", id=str(batch_id))
        return batch

    def latest(self, tx: Unit, actor: Actor, most: int = 50) -> Sequence[CallBatch]:
        """Give the last batches that the actor may know of, the newest first."""
        query = select(CallBatch).where(known(actor, CallBatch)).order_by(CallBatch.id.desc())
        return tx.execute(query.limit(most)).scalars().all()

    # Inside --------------------------------------------------------------------------------------------

    def _take(
        self, actor: Actor, action: Action, rows: Sequence[Any], *, may_be_none: bool = False
    ) -> CallBatch:
        actor.must_write()
        if len(rows) > MOST_ROWS:
            raise TooLarge(f"At most {MOST_ROWS} rows are taken at once.", limit=MOST_ROWS)
        if not rows and not may_be_none:
            raise InvalidInput("There are no rows.", field="rows")
        kept = {
            "rows": rows,
            "scopes": sorted(actor.scopes),
            "zone": actor.zone,
        }

        def take(tx: Unit) -> CallBatch:
            batch_id = tx.new_id()
            batch = tx.add(
                CallBatch(
                    id=batch_id,
                    member_id=actor.member_id,
                    agent_instance=actor.agent_instance,
                    action=action,
                    rows_sealed=self._office.vault.seal_text(json.dumps(kept), f"call_batch:{batch_id}"),
                    total=len(rows),
                    done=0,
                    failed=0,
                    errors=[],
                    created_at=tx.now,
                    ended_at=None,
                )
            )
            self._office.jobs.enqueue(tx, [Order(task=BATCH, key=str(batch_id), run_at=tx.now)])
            audit.record(tx, actor, "call_batch.taken", kind="call", subject=batch_id, what=action)
            return batch

        return self._office.database.write(actor.workspace_id, take)

    def _run(self, run: Run) -> None:
        batch_id = UUID(run.key)
        opened = run.write(lambda tx: self._open(tx, batch_id))
        if opened is None:
            return
        actor, action, rows, done = opened
        if action is Action.CREATE:
            rows = _once_each(rows)
        while done < len(rows):
            some = rows[done : done + _TOGETHER]
            try:
                self._do(run, actor, action, batch_id, done, some)
                done += len(some)
            except KalendsError:  # of one of them: then each is on its own
                for row in some:
                    try:
                        self._do(run, actor, action, batch_id, done, [row])
                    except KalendsError as refusal:
                        self._note(run, batch_id, done, refusal)
                    done += 1
        run.write(lambda tx: self._close(tx, batch_id))

    def _open(self, tx: Unit, batch_id: UUID) -> tuple[Actor, Action, Sequence[Any], int] | None:
        batch = tx.find(CallBatch, batch_id)
        if batch is None or batch.rows_sealed is None:
            return None
        kept = json.loads(self._office.vault.open_text(batch.rows_sealed, f"call_batch:{batch_id}"))
        scopes = frozenset(kept["scopes"])
        member = tx.get(Member, batch.member_id)
        actor = actor_of(member, scopes=scopes, agent_instance=batch.agent_instance)
        return actor, Action(batch.action), kept["rows"], batch.done

    def _do(
        self, run: Run, actor: Actor, action: Action, batch_id: UUID, done: int, rows: Sequence[Any]
    ) -> None:
        """Do some rows, all or none, with the progress that they are."""

        def plan(tx: Unit) -> list[Operation]:
            if not self._progressed(tx, batch_id, done, len(rows)):
                return []
            if action is Action.CREATE:
                drafts = [self._drafted(tx, actor, _read(row, actor))[1] for row in rows]
                return plans.create(tx, actor, drafts)
            stopped = [self._stopped(tx, actor, action, row) for row in rows]
            if action is Action.PAUSE:
                return []
            return [
                operation for call in stopped for operation in plans.call_off(tx, call.event_id or call.id)
            ]

        if run.write(lambda tx: True):  # still ours
            ends = action is not Action.CREATE
            self._office.scheduling.carry_out(actor, plan, own_part_only=ends)

    def _stopped(self, tx: Unit, actor: Actor, action: Action, row: Any) -> Call:
        try:
            call_id = UUID(str(row))
        except ValueError:
            raise InvalidInput("This is no id of a call.", field="id") from None
        to = CallState.PAUSED if action is Action.PAUSE else CallState.CANCELLED
        return self._stop(tx, actor, get_call(tx, actor, call_id).id, to)

    def _note(self, run: Run, batch_id: UUID, done: int, refusal: KalendsError) -> None:
        error = {
            "row": done + 1,
            "field": refusal.fields.get("field"),
            "code": refusal.code,
            "issue": refusal.message,
        }

        def note(tx: Unit) -> None:
            if self._progressed(tx, batch_id, done, 1):
                batch = tx.get(CallBatch, batch_id)
                batch.failed, batch.errors = batch.failed + 1, [*batch.errors, error]
                tx.session.flush()

        run.write(note)

    def _progressed(self, tx: Unit, batch_id: UUID, done: int, more: int) -> bool:
        """Count rows that are done in this unit; False where somebody else has done them."""
        tx.lock(CallBatch, [batch_id])
        batch = tx.get(CallBatch, batch_id)
        if batch.done != done:
            return False
        batch.done = done + more
        tx.session.flush()
        return True

    def _close(self, tx: Unit, batch_id: UUID) -> None:
        batch = tx.get(CallBatch, batch_id)
        batch.rows_sealed, batch.ended_at = None, tx.now
        tx.session.flush()
        audit.record(tx, None, "call_batch.done", kind="call", subject=batch_id)


def _once_each(rows: Sequence[Any]) -> list[Any]:
    """Give the rows, those in place of which an earlier one stands as that."""
    first: dict[str, int] = {}
    told = [json.dumps(row, sort_keys=True) for row in rows]
    earlier = [first.setdefault(text, number) for number, text in enumerate(told, 1)]
    return [
        row if number == same else _Repeated(row=same)
        for number, (row, same) in enumerate(zip(rows, earlier, strict=True), 1)
    ]


def _read(row: Any, actor: Actor) -> CallDraft:
    if isinstance(row, _Repeated):
        raise RowRepeated(f"Row {row.row} says the same, and nobody is called twice by mistake.", field="row")
    return read_row(row, actor.zone)
