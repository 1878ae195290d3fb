"""The processes of the torture, what befalls them, and their clock."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from kalends.kit.clock import SystemClock
from torture.worker import LEASE, SetClock, work

_FORKS = multiprocessing.get_context("forkserver")  # one process loads the code, the others are its copies
_FORKS.set_forkserver_preload(["torture.worker", "twilio.rest"])


@dataclass
class Fleet:
    """Worker processes over one database."""

    settings: dict[str, Any]
    clock: SetClock
    log: Path
    dice: random.Random
    running: list[BaseProcess] = field(default_factory=list)
    furthest: timedelta = timedelta(0)  # that the clock was ever ahead

    def start(self) -> Connection:
        """Start one more; it says when it works."""
        ready, told = _FORKS.Pipe(duplex=False)
        process = _FORKS.Process(target=work, args=(self.settings, self.clock, self.log, told), daemon=True)
        process.start()
        told.close()
        self.running.append(process)
        return ready

    def kill(self) -> None:
        """End one as a power cut would, and start another."""
        end(self.running.pop(self.dice.randrange(len(self.running))))
        self.start().close()

    def cut_off(self) -> None:
        """Hold one for longer than the others wait for it, and let it go on where it was."""
        process = self.dice.choice(self.running)
        os.kill(process.pid or 0, signal.SIGSTOP)
        try:
            time.sleep(2.5 * LEASE.total_seconds())
        finally:
            os.kill(process.pid or 0, signal.SIGCONT)

    def set_clock(self) -> None:
        """Set the clock, some hours forward or back."""
        ahead = timedelta(hours=self.dice.uniform(-5, 5))
        self.furthest = max(self.furthest, ahead)
        self.clock.set(ahead)

    def hasten(self, until: datetime) -> None:
        """Let time pass, so that what waits comes due: never back again."""
        self.furthest = max(self.furthest, until - SystemClock().now())
        self.clock.set(self.furthest)

    def said(self) -> str:
        """Give the end of what the processes logged."""
        return self.log.read_text()[-4000:]

    def storm(self, seconds: float, blows: list[Callable[[], None]]) -> None:
        """Let these happen, in any order and at any moments within so many seconds."""
        self.dice.shuffle(blows)
        moments = sorted(seconds * self.dice.random() for _ in blows)
        began = time.monotonic()
        for moment, blow in zip(moments, blows, strict=True):
            time.sleep(max(0.0, began + moment - time.monotonic()))
            blow()


@contextmanager
def fleet(settings: dict[str, Any], folder: Path, count: int, dice: random.Random) -> Iterator[Fleet]:
    """Run so many until the end of the block."""
    clock = SetClock(folder / "clock")
    clock.set(timedelta(0))
    processes = Fleet(settings, clock, folder / "log", dice)
    try:
        for ready in [processes.start() for _ in range(count)]:
            with ready:
                assert ready.poll(60), processes.said()
                ready.recv()
        yield processes
    finally:
        for process in processes.running:
            end(process)


def end(process: BaseProcess) -> None:
    """End a process at once, by SIGKILL."""
    process.kill()
    process.join()
    process.close()
