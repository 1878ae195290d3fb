"""What the tests of everything else rely on: databases of their own, and no way out of this machine."""

from __future__ import annotations

import socket

import pytest
from sqlalchemy import text

import loopback_only
from kalends.storage import Database, schema_version


@pytest.mark.parametrize("earlier_test", ["first", "second"])
def test_each_test_has_a_database_to_itself(database: Database, earlier_test: str) -> None:
    with database.engine.begin() as connection:
        connection.execute(text("CREATE TABLE only_here (id INTEGER)"))  # fails where it is there already


def test_a_database_comes_migrated(database_url: str) -> None:
    assert schema_version(database_url) is not None


@pytest.mark.parametrize("host", ["192.0.2.1", "example.org", "2001:db8::1", b"198.51.100.7"])
def test_looking_up_a_host_outside_is_refused(host: str | bytes) -> None:
    with pytest.raises(loopback_only.ReachedOutside):
        socket.getaddrinfo(host, 443)
    loopback_only.forget()


@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM])
def test_connecting_outside_is_refused(kind: socket.SocketKind) -> None:
    with pytest.raises(loopback_only.ReachedOutside), socket.socket(type=kind) as client:
        client.connect(("192.0.2.1", 443))
    loopback_only.forget()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", None])
def test_this_machine_may_be_reached(host: str | None) -> None:
    assert socket.getaddrinfo(host, 80)
