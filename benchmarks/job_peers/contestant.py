"""What each contestant is asked for, as a program of its own: it is called alike for all of them.

    python <contestant>.py prepare URL
    python <contestant>.py enqueue URL COUNT singles|batches FIRST STEP FROM   prints the seconds that it took
    python <contestant>.py work URL FILE      says when it is loaded, works from a line on its standard input
                                              until that ends

Jobs are numbered FROM on, and due at FIRST and then each STEP seconds later, since the epoch. A worker writes
to the end of FILE what it did: the number of a job, when it was due, and when it was done.
"""

from __future__ import annotations

import os
import struct
import sys
import time
from collections.abc import Callable, Sequence
from typing import Protocol

RECORD = struct.Struct("<qdd")
BATCH = 500

Due = tuple[int, float]  # the number of a job and when it is due, in seconds since the epoch
Act = Callable[[int, float], None]


class Contestant(Protocol):
    """One way to have jobs done."""

    def prepare(self) -> None:
        """Make what the database needs."""

    def one(self, job: Due) -> None:
        """Store a job in a transaction of its own."""

    def many(self, jobs: Sequence[Due]) -> None:
        """Store jobs as fast as the library offers it."""

    def work(self, act: Act) -> Callable[[], None]:
        """Do jobs in the background; gives what ends that."""


def play(make: Callable[[str], Contestant]) -> None:
    """Do what the command line says."""
    command, url, *rest = sys.argv[1:]
    contestant = make(url)
    if command == "prepare":
        contestant.prepare()
    elif command == "enqueue":
        count, how, first, step = int(rest[0]), rest[1], float(rest[2]), float(rest[3])
        start = int(rest[4])
        jobs = [(start + number, first + number * step) for number in range(count)]
        contestant.one((start + count, first + 10**9))  # connections, statements: not counted
        began = time.perf_counter()
        if how == "singles":
            for job in jobs:
                contestant.one(job)
        else:
            for at in range(0, count, BATCH):
                contestant.many(jobs[at : at + BATCH])
        print(time.perf_counter() - began)
    else:
        file = os.open(rest[0], os.O_WRONLY | os.O_APPEND | os.O_CREAT)

        def act(number: int, due: float) -> None:
            os.write(file, RECORD.pack(number, due, time.time()))

        print("ready", flush=True)
        sys.stdin.readline()
        stop = contestant.work(act)
        sys.stdin.read()
        stop()
