"""What `serve` refuses before it answers anybody."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import sqlite3
from contextlib import closing
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

from kalends.server import AddressTaken, serve
from kalends.settings import Settings
from kalends.storage import WrongSchema
from kalends.storage.one_server import AlreadyServed, only_server


@pytest.mark.usefixtures("log")  # which puts logging back
def test_a_database_of_a_newer_version_is_not_served(sqlite_url: str, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "kalends.sqlite")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(WrongSchema, match="newer"):
        serve(Settings(data_dir=tmp_path, database_url=sqlite_url))


@pytest.mark.usefixtures("log")  # which puts logging back
def test_nothing_is_migrated_under_a_running_server(tmp_path: Path) -> None:
    with only_server(tmp_path), pytest.raises(AlreadyServed):
        serve(Settings(data_dir=tmp_path))
    assert not (tmp_path / "kalends.sqlite").exists()


@pytest.mark.usefixtures("log")  # which puts logging back
def test_an_address_that_is_taken_is_named(sqlite_url: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(AddressTaken, match=str(port)):
            serve(Settings(data_dir=tmp_path, database_url=sqlite_url, port=port))


def test_a_data_directory_has_one_server_at_a_time(tmp_path: Path) -> None:
    with only_server(tmp_path):
        with pytest.raises(AlreadyServed, match=str(os.getpid())):
            only_server(tmp_path).__enter__()
    with only_server(tmp_path):
        pass


def test_a_server_that_was_killed_leaves_no_lock(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    held = context.Event()
    other = context.Process(target=_hold, args=(tmp_path, held), daemon=True)
    other.start()
    assert held.wait(60)
    with pytest.raises(AlreadyServed):
        only_server(tmp_path).__enter__()
    other.kill()
    other.join()
    with only_server(tmp_path):
        pass


def _hold(directory: Path, held: Event) -> None:
    with only_server(directory):
        held.set()
        signal.pause()
