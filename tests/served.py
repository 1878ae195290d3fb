"""A real server for tests: a process of its own that answers on this machine and ends with the test."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

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


@dataclass
class Server:
    """A server over a data directory, which can be stopped and started again at the same address."""

    folder: Path
    installed: Path | None = None  # where to find Kalends instead of here
    address: str = ""
    _process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("KALENDS_")}
        if self.installed is not None:
            environment["PYTHONPATH"] = str(self.installed)
        port = urlsplit(self.address).port or 0
        arguments = [sys.executable, "-c", PROGRAM, str(self.folder), KEY, str(port)]
        log = self.folder / "log"
        with log.open("a") as records:
            self._process = subprocess.Popen(
                arguments, stdout=subprocess.PIPE, stderr=records, text=True, cwd=self.folder, env=environment
            )
        assert self._process.stdout is not None
        self.address = self._process.stdout.readline().strip()
        assert self.address, f"The server did not start: {log.read_text()[-2000:]}"

    def stop(self) -> None:
        """End it as a power cut would; what is stopped already stays so."""
        if self._process is not None and self._process.stdout is not None:
            self._process.kill()
            self._process.wait()
            self._process.stdout.close()
            self._process = None


@contextmanager
def served(folder: Path, *, installed: Path | None = None) -> Iterator[Server]:
    """Serve a data directory until the end of the block."""
    server = Server(folder, installed)
    try:
        server.start()
        yield server
    finally:
        server.stop()
