"""What can be done: tasks by name, with what becomes of them when they fail or come late."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
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
class Task:
    """Something that jobs ask for by name."""

    name: str
    handler: Handler
    queue: str = "default"
    misfire: Misfire = Misfire.LATE
    grace: timedelta | None = None  # None: the installation's
    retry: Retry = field(default_factory=Retry)


class Tasks(Mapping[str, Task]):
    """The tasks of one process, by name."""

    def __init__(self, *tasks: Task) -> None:
        self._tasks: dict[str, Task] = {}
        for task in tasks:
            self.add(task)

    def add(self, task: Task) -> None:
        """Register a task. Raises `ValueError` for a name that is taken."""
        if task.name in self._tasks:
            raise ValueError(f"There is a task {task.name} already.")
        self._tasks[task.name] = task

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
