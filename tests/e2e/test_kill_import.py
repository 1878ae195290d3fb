"""Law 10 with real kills: an import that dies leaves the calendar as it was, or as it shall be."""

from __future__ import annotations

import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from command_line import PASSWORD, CommandLine

EVENTS = 2_000
KILLS = (0.0, 0.4, 1.2)  # seconds after the import has begun to write


def _file(number: int) -> bytes:
    events = "".join(
        f"BEGIN:VEVENT\r\nUID:{index}@import\r\nDTSTAMP:20260101T000000Z\r\n"
        f"DTSTART:2030{1 + index % 12:02}{1 + index % 28:02}T{index % 24:02}0000Z\r\nDURATION:PT1H\r\n"
        f"SUMMARY:Event {index}\r\n{'RRULE:FREQ=WEEKLY' + chr(13) + chr(10) if index % 10 == 0 else ''}"
        "END:VEVENT\r\n"
        for index in range(number)
    )
    head = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Somebody//Else//EN\r\n"
    return f"{head}{events}END:VCALENDAR\r\n".encode()


@pytest.mark.law(10)
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_killed_import_leaves_the_old_state_or_the_new_one(
    database: str, cli: CommandLine, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    writing = _writing_sqlite(cli)
    if database == "postgresql":
        url: str = request.getfixturevalue("postgresql_url")
        cli.environment["KALENDS_DATABASE_URL"] = url
        added = cli("account", "add", "ana", "--password-stdin", stdin=f"{PASSWORD}\n")
        assert added.code == 0, added.err
        writing = _writing_postgresql(url)
    (tmp_path / "few.ics").write_bytes(_file(3))
    (tmp_path / "many.ics").write_bytes(_file(EVENTS))
    cli.json("import", str(tmp_path / "few.ics"))
    old, struck = _export(cli), 0

    for after in KILLS:
        importing = cli.start("import", str(tmp_path / "many.ics"))
        try:
            while importing.poll() is None and not writing():
                time.sleep(0.005)
            time.sleep(after)
            struck += importing.poll() is None
        finally:
            importing.send_signal(signal.SIGKILL)
            importing.communicate()
        found = _export(cli)
        assert found == old or found.count(b"BEGIN:VEVENT") == EVENTS
        if found != old:
            cli.json("undo")
            assert _export(cli) == old
    assert struck, "no import was still at work when it was killed"

    report = cli.json("import", str(tmp_path / "many.ics"))
    assert (report["added"], report["unchanged"]) == (EVENTS - 3, 3)
    assert _export(cli).count(b"BEGIN:VEVENT") == EVENTS
    assert cli.json("doctor")["sound"]


def _export(cli: CommandLine) -> bytes:
    """Give the calendar's events as a file, without its head, which tells when it was last written."""
    whole = cli("export").out.encode()
    return whole[whole.index(b"BEGIN:VEVENT") :]


def _writing_sqlite(cli: CommandLine) -> Callable[[], bool]:
    """Say whether somebody holds the writer's lock."""

    def writing() -> bool:
        with closing(sqlite3.connect(cli.data / "kalends.sqlite", timeout=0)) as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return True
            connection.rollback()
            return False

    return writing


def _writing_postgresql(url: str) -> Callable[[], bool]:
    """Say whether somebody has begun to write in this database."""
    plain = url.replace("postgresql+psycopg", "postgresql")
    asking = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND backend_xid IS NOT NULL"
    )

    def writing() -> bool:
        with psycopg.connect(plain) as connection:
            found = connection.execute(asking).fetchone()
            return bool(found and found[0])

    return writing
