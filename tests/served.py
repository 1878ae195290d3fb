"""A real server for tests: a process of its own that answers on this machine and ends with the test."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import serving
from wednesday import WEDNESDAY
from workspaces import KEY

# Forked from a process that has imported what a server needs: starting one takes a quarter of the time.
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(
    [
        "kalends.server",
        "kalends.interfaces.feeds",
        "kalends.interfaces.metrics",
        "kalends.interfaces.rest.app",
        "kalends.interfaces.web",
        "kalends.interfaces.webhooks",
        "uvicorn.main",
    ]
)


@dataclass
class Server:
    """A server over a data directory, which can be stopped and started again at the same address."""

    folder: Path
    installed: Path | None = None  # where to find Kalends instead of here
    address: str = ""
    _end: Callable[[], None] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        start = self._fork if self.installed is None else self._run
        self.address, self._end = start(urlsplit(self.address).port or 0)
        assert self.address, f"The server did not start: {(self.folder / 'log').read_text()[-2000:]}"

    def stop(self) -> None:
        """End it as a power cut would; what is stopped already stays so."""
        if self._end is not None:
            self._end()
            self._end = None

    def _fork(self, port: int) -> tuple[str, Callable[[], None]]:
        mine, its = _FORKS.Pipe(duplex=False)
        process = _FORKS.Process(
            target=serving.serve_forked, args=(self.folder, KEY, port, WEDNESDAY, its), daemon=True
        )
        process.start()
        its.close()

        def end() -> None:
            process.kill()
            process.join()
            mine.close()

        try:
            return mine.recv(), end
        except EOFError:
            return "", end

    def _run(self, port: int) -> tuple[str, Callable[[], None]]:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("KALENDS_")}
        environment["PYTHONPATH"] = str(self.installed)
        shift = str(WEDNESDAY.shift.total_seconds())
        arguments = [sys.executable, serving.__file__, str(self.folder), KEY, str(port), shift]
        with (self.folder / "log").open("a") as records:
            process = subprocess.Popen(
                arguments, stdout=subprocess.PIPE, stderr=records, text=True, cwd=self.folder, env=environment
            )
        output = process.stdout
        assert output is not None

        def end() -> None:
            process.kill()
            process.wait()
            output.close()

        return output.readline().strip(), end


@contextmanager
def served(folder: Path, *, installed: Path | None = None) -> Iterator[Server]:
    """Serve a data directory until the end of the block."""
    server = Server(folder, installed)
    try:
        server.start()
        yield server
    finally:
        server.stop()
