"""One server process to an embedded database: live events and jobs would not hear of another's writes."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kalends.kit.errors import Clash

_FILE = "server.lock"


class AlreadyServed(Clash):
    """Another process serves this data directory; `pid` is among the fields."""

    code = "already_served"


@contextmanager
def only_server(data_dir: Path) -> Iterator[None]:
    """Be the one server of a data directory until the block ends, or raise `AlreadyServed`.

    The lock goes with the process, however it ends; the file stays and means nothing by itself.
    """
    descriptor = os.open(data_dir / _FILE, os.O_RDWR | os.O_CREAT, 0o600)
    with open(descriptor, "r+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid = file.read().strip() or "unknown"
            raise AlreadyServed(
                f"Process {pid} serves {data_dir} already; stop it, or name another data directory.", pid=pid
            ) from None
        file.truncate()
        file.write(str(os.getpid()))
        file.flush()
        yield
