"""What can be done: tasks by name, with what becomes of them when they fail or come late."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from kalends.kit.errors import KalendsError, Unavailable

if TYPE_CHECKING:
    from kalends.jobs.runs import Run

Handler = Callable[["Run"], None]


class Transient(Unavailable):
    """It failed, and may do better later: after `retry_after` seconds where somebody said so."""


class Permanent(Exception):
    """It failed, and would fail again."""


class Misfire(StrEnum):
    """What becomes of work whose time has passed by more than the grace: nobody was there to do it."""

    LATE = "late"  # it is done all the same, every time that was missed
    SKIP = "skip"  # what was missed is not done
    LAST = "last"  # of the times that were missed, only the last one is done


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """How a failure that may pass is tried again: after `first`, then each time `factor` times as long, up to
    `longest`, and never more than `attempts` times in all. Each delay grows by up to `jitter` of itself."""

    attempts: int = 8
    first: timedelta = timedelta(seconds=1)
    factor: float = 2.0
    longest: timedelta = timedelta(hours=1)
    jitter: float = 0.1

    def delay(self, failures: int, dice: random.Random) -> timedelta:
        """Give how long to wait after that many failures in a row."""
        exponent = min(failures - 1, 64)  # beyond which every delay is the longest
        plain = min(self.first.total_seconds() * self.factor**exponent, self.longest.total_seconds())
        return timedelta(seconds=plain * (1 + self.jitter * dice.random()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """So many in so long: no more than `jobs` begin within any stretch of `per`."""

    jobs: int
    per: timedelta

    def __post_init__(self) -> None:
        if self.jobs < 1 or self.per <= timedelta(0):
            raise ValueError(f"{self.jobs} in {self.per} is no rate.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """Jobs that share limits.

    `width` is how many of them one process does at once (None: as many as the installation says),
    `concurrency` how many run at once in all processes together, and `rate` how many begin in them.
    """

    name: str
    width: int | None = None
    concurrency: int | None = None
    rate: Rate | None = None

    def __post_init__(self) -> None:
        if any(limit is not None and limit < 1 for limit in (self.width, self.concurrency)):
            raise ValueError(f"The queue {self.name} could do nothing.")

    @property
    def limited(self) -> bool:
        """Say whether all processes together are held to something."""
        return self.concurrency is not None or self.rate is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Something that jobs ask for by name."""

    name: str
    handler: Handler
    queue: str = "default"
    misfire: Misfire = Misfire.LATE
    grace: timedelta | None = None  # None: the installation's
    retry: Retry = field(default_factory=Retry)


class Tasks(Mapping[str, Task]):
    """The tasks of one process, by name, and the queues that they stand in."""

    def __init__(self, *tasks: Task, queues: Iterable[Queue] = ()) -> None:
        self._tasks: dict[str, Task] = {}
        self._queues: dict[str, Queue] = {}
        for task in tasks:
            self.add(task)
        for queue in queues:
            self.add_queue(queue)

    def add(self, task: Task) -> None:
        """Register a task. Raises `ValueError` for a name that is taken."""
        if task.name in self._tasks:
            raise ValueError(f"There is a task {task.name} already.")
        self._tasks[task.name] = task

    def add_queue(self, queue: Queue) -> None:
        """Give a queue its limits. Raises `ValueError` where it has some already."""
        if queue.name in self._queues:
            raise ValueError(f"The queue {queue.name} has its limits already.")
        self._queues[queue.name] = queue

    @property
    def queues(self) -> Mapping[str, Queue]:
        """Give every queue that a task stands in or that has limits, and `default`, in order of name."""
        names = {"default", *self._queues, *(task.queue for task in self._tasks.values())}
        return {name: self._queues.get(name) or Queue(name=name) for name in sorted(names)}

    def __getitem__(self, name: str) -> Task:
        return self._tasks[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._tasks)

    def __len__(self) -> int:
        return len(self._tasks)


def may_pass(error: Exception) -> bool:
    """Say whether trying again may help: a refusal of ours says no, but for `Unavailable`; the rest may."""
    if isinstance(error, Permanent):
        return False
    return isinstance(error, Unavailable) or not isinstance(error, KalendsError)
