"""A worker: takes what is due, has it done by its threads, and says what became of it."""

from __future__ import annotations

import logging
import random
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from queue import SimpleQueue
from threading import Event, Thread
from uuid import UUID

import structlog

from kalends.jobs import claims
from kalends.jobs.claims import Claim, Ending
from kalends.jobs.planning import done, failed, missed
from kalends.jobs.runs import LostClaim, Run
from kalends.jobs.tasks import Tasks
from kalends.storage import Database, Unit

_AHEAD = 0.5  # seconds of work that a worker takes at once; others may take the rest
_MOST = 500  # jobs taken at once

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSettings:
    """How a worker goes about it.

    `queues` says how many jobs of each queue run at once in this process. A worker whose beat stands still
    for `lease`, on the clock of whoever looks, is given up. `poll` is how long another process's order may
    stay unseen.
    """

    queues: Mapping[str, int] = field(default_factory=lambda: {"default": 3})
    grace: timedelta = timedelta(seconds=300)
    lease: timedelta = timedelta(seconds=15)
    poll: timedelta = timedelta(seconds=0.5)
    alone: bool = False  # no other serves this database: at the start nobody holds what was claimed


class _Lane:
    """The threads of one queue, and what they have before them."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.waiting: SimpleQueue[Claim | None] = SimpleQueue()
        self.taken = 0  # and not ended yet
        self.seconds = _AHEAD  # that one job takes, as of late

    def room(self) -> int:
        """Give how many jobs to take: as many as are done soon, one for each thread at least."""
        soon = int(_AHEAD * self.width / max(self.seconds, 1e-6))
        room = min(max(soon, self.width), _MOST) - self.taken
        return room if room >= self.width or self.taken < self.width else 0

    def took(self, seconds: float) -> None:
        """Learn from a job how long one takes."""
        self.seconds += 0.2 * (seconds - self.seconds)


class Worker:
    """Runs jobs in threads of this process until it is stopped."""

    def __init__(
        self,
        database: Database,
        tasks: Tasks,
        settings: WorkerSettings | None = None,
        *,
        monotonic: Callable[[], float],
        name: str = "worker",
        dice: random.Random | None = None,
    ) -> None:
        self._database, self._tasks = database, tasks
        self._settings = settings or WorkerSettings()
        self._name, self._dice, self._monotonic = name, dice or random.Random(), monotonic
        self._lanes = {queue: _Lane(width) for queue, width in self._settings.queues.items()}
        self._ended: deque[tuple[_Lane, Ending | None]] = deque()
        self._news = Event()
        self._stopping = Event()
        self._seen: dict[UUID, tuple[int, float]] = {}  # of each worker: its beat, and since when
        self._id = database.ids.new()
        self._threads: list[Thread] = []
        self._loop = Thread(target=self._work, name="jobs", daemon=True)

    def start(self) -> None:
        """Begin; jobs of workers that are no more are taken over."""
        self._database.write(None, self._enter)
        for queue, lane in self._lanes.items():
            for number in range(lane.width):
                self._begin(f"{queue} {number}", partial(self._serve, lane))
        self._begin("beats", self._beat_on)
        self._loop.start()

    def stop(self, patience: timedelta = timedelta(seconds=10)) -> None:
        """Take nothing more and let what runs finish; what has not within `patience` is left to others."""
        until = self._monotonic() + patience.total_seconds()
        self._stopping.set()
        self._news.set()
        self._loop.join(patience.total_seconds())
        for lane in self._lanes.values():
            self._unserved(lane)
            for _ in range(lane.width):
                lane.waiting.put(None)
        for thread in self._threads:
            thread.join(max(0.0, until - self._monotonic()))
        self._flush()
        if not any(lane.taken for lane in self._lanes.values()):
            self._database.write(None, lambda tx: claims.give_back(tx, self._id))

    def wake(self) -> None:
        """Look at once whether something is due: this process has ordered something."""
        self._news.set()

    def turn(self) -> int:
        """Write what has ended and take what is due, in one unit; gives how many were taken."""
        ended = [self._ended.popleft() for _ in range(len(self._ended))]
        for lane, _ in ended:
            lane.taken -= 1
        endings = [ending for _, ending in ended if ending is not None]
        stopping = self._stopping.is_set()
        rooms = {queue: 0 if stopping else lane.room() for queue, lane in self._lanes.items()}

        def work(tx: Unit) -> dict[str, list[Claim]]:
            claims.end(tx, endings)
            return {queue: claims.claim(tx, self._id, queue, room) for queue, room in rooms.items() if room}

        try:
            taken = self._database.write(None, work) if endings or any(rooms.values()) else {}
        except BaseException:
            # Nothing was stored: say it again, and nothing is taken before that.
            for lane, ending in reversed(ended):
                lane.taken += 1
                self._ended.appendleft((lane, ending))
            raise
        for queue, found in taken.items():
            lane = self._lanes[queue]
            lane.taken += len(found)
            for claim in found:
                lane.waiting.put(claim)
        return sum(map(len, taken.values()))

    def run(self, claim: Claim) -> Ending | None:
        """Do one job and say what becomes of it; None where that is said already, or not ours to say."""
        task = self._tasks.get(claim.task)
        now = self._database.clock.now()
        with structlog.contextvars.bound_contextvars(
            job=claim.task, key=claim.key, workspace=str(claim.workspace_id), trace=claim.trace_id
        ):
            try:
                if task is None:
                    raise LookupError(f"No task {claim.task} is known here.")
                if late := missed(claim, task, now, self._settings.grace):
                    _log.warning("missed", extra={"due_at": claim.due_at.isoformat()})
                    return late
                run = Run(self._database, claim)
                task.handler(run)
                return None if run.ended else done(claim)
            except LostClaim:
                _log.warning("lost")
                return None
            except Exception as error:
                ending = failed(claim, task, error, self._database.clock.now(), self._dice)
                again = ending.failures > 0 and not ending.dead
                _log.log(
                    logging.WARNING if again else logging.ERROR,
                    "failed" if again else "failed for good",
                    exc_info=True,
                )
                return ending

    # Threads --------------------------------------------------------------------------------------------

    def _begin(self, name: str, work: Callable[[], None]) -> None:
        thread = Thread(target=work, name=f"jobs {name}", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _serve(self, lane: _Lane) -> None:
        while (claim := lane.waiting.get()) is not None:
            began = self._monotonic()
            ending = self.run(claim)
            lane.took(self._monotonic() - began)
            self._ended.append((lane, ending))
            self._news.set()

    def _work(self) -> None:
        while not self._stopping.is_set():
            try:
                self._news.clear()
                if not self.turn() and not self._ended:
                    self._news.wait(self._until_due())
            except Exception:  # the database may be back soon
                _log.exception("no jobs can be taken")
                self._stopping.wait(self._settings.poll.total_seconds())

    def _until_due(self) -> float:
        """Give how long there is nothing to do, as far as is known: seconds."""
        longest = self._settings.poll.total_seconds()
        with self._database.read(None) as tx:
            due = claims.next_due(tx, self._lanes)
            return longest if due is None else min(longest, max(0.0, (due - tx.now).total_seconds()))

    def _beat_on(self) -> None:
        while not self._stopping.wait(self._settings.lease.total_seconds() / 4):
            try:
                self._database.write(None, self.show)
            except Exception:
                _log.exception("cannot show that this worker lives")

    def show(self, tx: Unit) -> None:
        """Show that this worker lives, and give up those that have not for too long."""
        if not claims.beat(tx, self._id):
            # Given up by the others: what runs here will find its claims lost.
            self._id = tx.new_id()
            claims.register(tx, self._id, self._name)
        now = self._monotonic()
        present = claims.beats(tx)
        self._seen = {id: self._seen.get(id, (beat, now)) for id, beat in present.items()}
        for id, beat in present.items():
            known, since = self._seen[id]
            if beat != known:
                self._seen[id] = (beat, now)
            elif id != self._id and now - since > self._settings.lease.total_seconds():
                _log.warning("took over", extra={"jobs": claims.give_back(tx, id), "worker": str(id)})

    # Beginning and end ----------------------------------------------------------------------------------

    def _enter(self, tx: Unit) -> None:
        if self._settings.alone:
            for other in claims.beats(tx):
                claims.give_back(tx, other)
        claims.register(tx, self._id, self._name)

    def _unserved(self, lane: _Lane) -> None:
        while not lane.waiting.empty():
            claim = lane.waiting.get()
            if claim is not None:
                self._ended.append((lane, Ending(claim=claim, next_at=claim.due_at, failures=claim.failures)))

    def _flush(self) -> None:
        while self._ended:
            self.turn()
