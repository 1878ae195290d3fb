"""A server's process: `python serving.py FOLDER KEY PORT SHIFT`, or forked from one that is ready.

It hashes cheaply and counts nothing, so that a test may sign in as often as it likes.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path

from kalends.features.identity.settings import Argon2Cost, IdentitySettings, Rate
from kalends.kit.clock import Clock
from kalends.server import serve
from kalends.settings import Settings
from wednesday import ShiftedClock

_OFTEN = Rate(times=1_000_000, seconds=60)
_IDENTITY = IdentitySettings(
    argon2=Argon2Cost(passes=1, memory_kib=8, lanes=1),
    attempts_per_username=_OFTEN,
    attempts_per_address=_OFTEN,
)


def serve_cheaply(folder: Path, key: str, port: int, clock: Clock, ready: Callable[[str], None]) -> None:
    """Serve a data directory until the process ends; `ready` is told the address."""
    settings = Settings(data_dir=folder, key=key, port=port, log_format="json", requests_per_minute=1_000_000)
    serve(settings, clock=clock, identity=_IDENTITY, ready=ready)


def serve_forked(folder: Path, key: str, port: int, clock: Clock, told: Connection) -> None:
    """Serve with nothing of the tests' environment, and tell the address."""
    for name in [name for name in os.environ if name.startswith("KALENDS_")]:
        del os.environ[name]
    log = os.open(folder / "log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, sys.stdout.fileno())
    os.dup2(log, sys.stderr.fileno())
    os.chdir(folder)
    serve_cheaply(folder, key, port, clock, told.send)


def _print(address: str) -> None:
    sys.stdout.write(f"{address}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    folder, key, port, shift = sys.argv[1:]
    serve_cheaply(Path(folder), key, int(port), ShiftedClock(timedelta(seconds=float(shift))), _print)
