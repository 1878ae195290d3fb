"""A worker: takes what is due, has it done by its threads, and says what became of it."""

from __future__ import annotations

import logging
import random
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from queue import SimpleQueue
from threading import Event, Thread
from uuid import UUID

from kalends.jobs import claims, limits
from kalends.jobs.claims import Claim, Ending
from kalends.jobs.limits import Taken
from kalends.jobs.planning import done, failed, missed
from kalends.jobs.runs import LostClaim, Run
from kalends.jobs.tasks import Queue, Tasks
from kalends.jobs.watching import Watch
from kalends.kit.redaction import redacted
from kalends.kit.tracing import traced
from kalends.storage import Database, Unit

_AHEAD = 0.5  # seconds of work that a worker takes at once; others may take the rest
_MOST = 500  # jobs taken at once

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSettings:
    """How a worker goes about it.

    `queues` are those that it serves, None for all that its tasks name; `width` says how many jobs of one run
    at once in this process, where the queue does not. A worker whose beat stands still for `lease`, on the
    clock of whoever looks, is given up. `poll` is how long another process's order may stay unseen.
    """

    queues: Collection[str] | None = None
    width: int = 3
    grace: timedelta = timedelta(seconds=300)
    lease: timedelta = timedelta(seconds=15)
    poll: timedelta = timedelta(seconds=0.5)
    alone: bool = False  # no other serves this database: at the start nobody holds what was claimed


class _Lane:
    """The threads of one queue, and what they have before them."""

    def __init__(self, queue: Queue, width: int) -> None:
        self.queue = queue
        self.width = queue.width or width
        self.waiting: SimpleQueue[Claim | None] = SimpleQueue()
        self.taken = 0  # and not ended yet
        self.seconds = _AHEAD  # that one job takes, as of late
        self.opens = 0.0  # when its limits may let more begin, on the steady clock

    def room(self, now: float) -> int:
        """Give how many jobs to take: as many as are done soon, one for each thread at least.

        Where all processes share a limit, what is taken begins at once.
        """
        if self.queue.limited:
            return self.width - self.taken if self.opens <= now else 0
        soon = int(_AHEAD * self.width / max(self.seconds, 1e-6))
        room = min(max(soon, self.width), _MOST) - self.taken
        return room if room >= self.width or self.taken < self.width else 0

    def took(self, seconds: float) -> None:
        """Learn from a job how long one takes."""
        self.seconds += 0.5 * (seconds - self.seconds)


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
        watch: Watch | None = None,
    ) -> None:
        self._database, self._tasks = database, tasks
        # The others count on hearing from this one, however much its jobs want of the database.
        self._pulse = database.apart()
        self._settings = settings or WorkerSettings()
        self._name, self._dice, self._monotonic = name, dice or random.Random(), monotonic
        self._watch = watch or Watch()
        self._lanes = {
            name: _Lane(queue, self._settings.width)
            for name, queue in tasks.queues.items()
            if self._settings.queues is None or name in self._settings.queues
        }
        self._looked = database.clock.now()  # when what was due was last taken
        self._ended: deque[tuple[_Lane | None, Ending | None]] = deque()
        self._held: set[UUID] = set()  # jobs that were taken and have not ended
        self._unsure = False  # whether the last turn was stored: its answer was lost
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
        if self._pulse is not self._database:
            self._pulse.close()

    def wake(self) -> None:
        """Look at once whether something is due: this process has ordered something."""
        self._news.set()

    def turn(self) -> int:
        """Write what has ended and take what is due, in one unit; gives how many were taken."""
        held = self._held.copy()  # before what has ended: what ends from now on is in it still
        ended = [self._ended.popleft() for _ in range(len(self._ended))]
        for lane, _ in ended:
            if lane is not None:
                lane.taken, lane.opens = lane.taken - 1, 0.0
        endings = [ending for _, ending in ended if ending is not None]
        rooms = {} if self._stopping.is_set() else self._rooms()

        def work(tx: Unit) -> tuple[datetime, dict[str, Taken]]:
            claims.end(tx, endings)
            if self._unsure and claims.disown(tx, self._id, held):
                _log.warning("gave back what it did not know to have taken")
            # Those without limits first: they are not to wait for who counts.
            # One look at all queues first: mostly there is nothing in them.
            due = claims.due_queues(tx, rooms) if rooms else ()
            order = sorted(due, key=lambda name: (self._lanes[name].queue.limited, name))
            return tx.now, {
                name: limits.take(tx, self._id, self._lanes[name].queue, rooms[name]) for name in order
            }

        try:
            if not endings and not rooms:
                return 0
            self._looked, taken = self._database.write(None, work)
        except BaseException:
            # Perhaps nothing was stored: say it again, and nothing is taken before that.
            self._unsure = True
            for lane, ending in reversed(ended):
                if lane is not None:
                    lane.taken += 1
                self._ended.appendleft((lane, ending))
            raise
        self._unsure = False
        for name, found in taken.items():
            lane = self._lanes[name]
            lane.taken += len(found.claims)
            self._held |= {claim.id for claim in found.claims}
            if found.shut:  # and look again before long: elsewhere something may end too
                lane.opens = self._monotonic() + min(found.shut, self._settings.poll.total_seconds())
            for claim in found.claims:
                lane.waiting.put(claim)
        return sum(len(found.claims) for found in taken.values())

    def _rooms(self) -> dict[str, int]:
        now = self._monotonic()
        return {name: room for name, lane in self._lanes.items() if (room := lane.room(now))}

    def do(self, workspace_id: UUID, job_id: UUID, queue: str) -> bool:
        """Do one job that somebody names, unless it is not due, somebody else has it or a limit keeps it."""
        wanted = self._tasks.queues.get(queue) or Queue(name=queue)

        def take(tx: Unit) -> list[Claim]:
            only = (workspace_id, job_id)
            found = limits.take(tx, self._id, wanted, 1, only=only).claims
            if not found:
                claims.send_soon(tx, workspace_id, job_id)
            return found

        found = self._database.write(None, take)
        self._held |= {claim.id for claim in found}
        for claim in found:
            self._ended.append((None, self.run(claim)))
            self._held.discard(claim.id)
            self._news.set()
        return bool(found)

    def run(self, claim: Claim) -> Ending | None:
        """Do one job and say what becomes of it; None where that is said already, or not ours to say."""
        began = self._monotonic()
        with traced(claim.origin):
            outcome, ending = self._outcome(claim)
        self._watch.ended(claim.task, outcome, self._monotonic() - began)
        return ending

    def _outcome(self, claim: Claim) -> tuple[str, Ending | None]:
        task, now = self._tasks.get(claim.task), self._database.clock.now()
        again = bool(claim.failures or claim.crashes)
        self._watch.began(claim.task, None if again else max(0.0, (now - claim.due_at).total_seconds()))
        try:
            if task is None:
                raise LookupError(f"No task {claim.task} is known here.")
            if late := missed(claim, task, now, self._settings.grace):
                _log.warning("missed", extra={"due_at": claim.due_at.isoformat()})
                return "missed", late
            run = Run(self._database, claim, attempts=task.retry.attempts)
            task.handler(run)
            return "done", None if run.ended else done(claim)
        except LostClaim:
            _log.warning("lost")
            return "lost", None
        except Exception as error:
            ending = failed(claim, task, error, self._database.clock.now(), self._dice)
            again = ending.failures > 0 and not ending.dead
            _log.log(
                logging.WARNING if again else logging.ERROR,
                "failed" if again else "failed for good",
                exc_info=True,
                extra={"input": redacted(claim.payload)},
            )
            return "dead" if ending.dead else "failed", ending

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
            self._held.discard(claim.id)
            if not self._news.is_set():
                self._news.set()

    def _work(self) -> None:
        while not self._stopping.is_set():
            try:
                self._news.clear()
                if not self.turn() and not self._ended:
                    self._rest()
            except Exception:  # the database may be back soon
                _log.exception("no jobs can be taken")
                self._stopping.wait(self._settings.poll.total_seconds())

    def _rest(self) -> None:
        """Wait until something has ended or is due; what is only looked at takes no lock of the database."""
        # What was due and was not taken could not be: it waits for a lock, or somebody else has it.
        wait = self._until_due(self._looked)
        while not self._news.wait(wait) and not self._stopping.is_set():
            if wait < self._settings.poll.total_seconds():
                return  # so long was known to be left
            wait = self._until_due(None)

    def _until_due(self, after: datetime | None) -> float:
        """Give for how many seconds there is nothing to do, as far as is known: nothing due `after` that."""
        longest, now = self._settings.poll.total_seconds(), self._monotonic()
        shut = [lane.opens - now for lane in self._lanes.values() if lane.opens > now]
        longest = min(longest, *shut) if shut else longest
        if not (rooms := self._rooms()):
            return longest
        with self._database.read(None) as tx:
            due = claims.next_due(tx, rooms, after)
            return longest if due is None else min(longest, max(0.0, (due - tx.now).total_seconds()))

    def _beat_on(self) -> None:
        while not self._stopping.wait(self._settings.lease.total_seconds() / 4):
            try:
                self._pulse.write(None, self.show)
            except Exception:
                _log.exception("cannot show that this worker lives")

    def show(self, tx: Unit) -> None:
        """Show that this worker lives, and give up those that have not for too long."""
        self._watch.beat()
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
                self._take_over(tx, id)

    # Beginning and end ----------------------------------------------------------------------------------

    def _take_over(self, tx: Unit, id: UUID) -> None:
        held = claims.give_back(tx, id)
        self._watch.recovered(held)
        if held:
            _log.warning("took over", extra={"jobs": len(held), "worker": str(id)})

    def _enter(self, tx: Unit) -> None:
        if self._settings.alone:
            for other in claims.beats(tx):
                self._take_over(tx, other)
        claims.register(tx, self._id, self._name)

    def _unserved(self, lane: _Lane) -> None:
        while not lane.waiting.empty():
            claim = lane.waiting.get()
            if claim is not None:
                self._ended.append((lane, Ending(claim=claim, next_at=claim.due_at, failures=claim.failures)))

    def _flush(self) -> None:
        while self._ended:
            self.turn()
