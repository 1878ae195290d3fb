"""No test reaches beyond this machine: the attempt fails, and so does the test that made it."""

from __future__ import annotations

import ipaddress
import os
import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

# A database server that the person running the tests named may live elsewhere.
_NAMED_BY_HAND = {urlsplit(os.environ.get("KALENDS_TEST_POSTGRES_URL", "")).hostname}
_LOCAL_NAMES = {None, "", "localhost", *_NAMED_BY_HAND}
# With an account of their own in the environment, they mean its service to be reached.
_MEANT_BY_HAND = "KALENDS_TEST_TWILIO_SID" in os.environ
_attempts: list[str] = []


class ReachedOutside(OSError):
    """Something tried to reach a host that is not this machine."""


def _is_local(host: str | bytes | None) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    if name in _LOCAL_NAMES:
        return True
    try:
        return ipaddress.ip_address(str(name).split("%")[0]).is_loopback
    except ValueError:
        return False


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    match event:
        case "socket.connect" | "socket.sendto":
            address = arguments[1]
            host = (
                address[0] if isinstance(address, tuple) else None
            )  # anything else is a local socket's path
        case "socket.getaddrinfo" | "socket.gethostbyname":
            host = arguments[0]
        case _:
            return
    if not _is_local(host) and not _MEANT_BY_HAND:
        _attempts.append(str(host))
        raise ReachedOutside(f"{event} to {host}: tests stay on this machine, put a fake there.")


# An audit hook sees every socket of this process, whichever library opens it and whatever it patched.
sys.addaudithook(_watch)


def forget() -> None:
    """Forgive the attempts so far, in a test that means to be refused."""
    _attempts.clear()


@pytest.fixture(autouse=True)
def loopback_only() -> Iterator[None]:
    """Fail a test whose code swallowed the error of reaching outside."""
    forget()
    yield
    if _attempts:
        pytest.fail(f"The test tried to reach {', '.join(_attempts)}.")
