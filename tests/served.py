"""A real server for tests: a process of its own that answers on this machine and ends with the test."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workspaces import KEY

# It hashes cheaply and counts nothing, so that a test may sign in as often as it likes.
PROGRAM = """
import sys
from pathlib import Path
from kalends.features.identity.settings import Argon2Cost, IdentitySettings, Rate
from kalends.server import serve
from kalends.settings import Settings
folder, key, port = sys.argv[1:]
settings = Settings(
    data_dir=Path(folder), key=key, port=int(port), log_format="json", requests_per_minute=1_000_000
)
often = Rate(times=1_000_000, seconds=60)
serve(
    settings,
    identity=IdentitySettings(
        argon2=Argon2Cost(passes=1, memory_kib=8, lanes=1),
        attempts_per_username=often,
        attempts_per_address=often,
    ),
    ready=lambda address: print(address, flush=True),
)
"""


@contextmanager
def served(folder: Path, *, installed: Path | None = None, port: int = 0) -> Iterator[str]:
    """Serve a data directory, and give the address; `installed` is where to find Kalends instead of here."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KALENDS_")}
    if installed is not None:
        environment["PYTHONPATH"] = str(installed)
    arguments = [sys.executable, "-c", PROGRAM, str(folder), KEY, str(port)]
    log = folder / "log"
    with log.open("a") as records:
        process = subprocess.Popen(
            arguments, stdout=subprocess.PIPE, stderr=records, text=True, cwd=folder, env=environment
        )
    assert process.stdout is not None
    try:
        address = process.stdout.readline().strip()
        assert address, f"The server did not start: {log.read_text()[-2000:]}"
        yield address
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
