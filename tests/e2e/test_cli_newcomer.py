"""A newcomer's first hour, each command a process of its own: from the demo to an export."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from command_line import PROGRAM, CommandLine

PIPE_HOLDS = 2**16  # bytes, on Linux, before the writer waits for a reader
HERE = ZoneInfo("Europe/Berlin")  # where the demo household lives

# As calendar programs export: a zone of their own, folded lines, alarms, what only they understand.
SCHOOL = """BEGIN:VCALENDAR
METHOD:PUBLISH
PRODID:-//School Office//Terms 4.2//EN
VERSION:2.0
X-WR-CALNAME:School dates
BEGIN:VTIMEZONE
TZID:W. Europe Standard Time
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
BEGIN:VEVENT
UID:040000008200E00074C5B7101A82E008@school
DTSTAMP:20260801T101500Z
DTSTART;TZID="W. Europe Standard Time":{tuesday:%Y%m%d}T193000
DTEND;TZID="W. Europe Standard Time":{tuesday:%Y%m%d}T210000
SUMMARY;LANGUAGE=en:Choir concert
LOCATION:Assembly hall\\, second floor
DESCRIPTION:Doors open at seven. Please bring the white shirts\\, and tell
  us by Friday how many seats you need.
X-MICROSOFT-CDO-BUSYSTATUS:BUSY
BEGIN:VALARM
ACTION:DISPLAY
DESCRIPTION:REMINDER
TRIGGER:-PT30M
END:VALARM
END:VEVENT
BEGIN:VEVENT
UID:hiking-day@school
DTSTAMP:20260801T101500Z
DTSTART;VALUE=DATE:{thursday:%Y%m%d}
SUMMARY:Hiking day
END:VEVENT
BEGIN:VEVENT
UID:broken@school
DTSTAMP:20260801T101500Z
DTSTART:someday
SUMMARY:Broken
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")


def school() -> str:
    """Give the file with a concert on next week's Tuesday, when the demo has something in the evening."""
    today = datetime.now(HERE).date()
    tuesday = today + timedelta(days=8 - today.weekday())
    return SCHOOL.format(tuesday=tuesday, thursday=tuesday + timedelta(days=2))


def next_week() -> str:
    today = datetime.now(HERE).date()
    monday = today + timedelta(days=7 - today.weekday())
    return f"{monday}/{monday + timedelta(days=6)}"


@pytest.fixture
def fresh(tmp_path: Path) -> CommandLine:
    """The command line over a data directory that does not exist yet."""
    return CommandLine(data=tmp_path / "data")


def said(fresh: CommandLine, *args: str) -> Any:
    return fresh.process(*args, "--json").json


def test_a_newcomer_gets_from_the_demo_to_an_export(fresh: CommandLine, tmp_path: Path) -> None:
    made = fresh.process("demo", "--seed-only")
    assert made.code == 0
    assert "Sign in as anna or ben" in made.err
    again = fresh.process("demo", "--seed-only")
    assert "nothing was added" in again.err
    assert "account set-password anna" in again.err

    terms = school()
    (tmp_path / "school.ics").write_bytes(terms.encode())
    report = said(fresh, "import", str(tmp_path / "school.ics"), "--calendar", "Anna")
    assert (report["added"], len(report["problems"])) == (2, 1)
    assert report["problems"][0]["line"] == terms[: terms.index("DTSTART:someday")].count("\n") + 1
    assert any("Choir concert" in each["sentence"] for each in report["conflicts"])

    before = {each["identity"]: each for each in said(fresh, "conflicts")}
    clash = next(each for each in before.values() if "Choir concert overlaps Book club" in _either(each))
    ways = said(fresh, "resolve", clash["identity"][:6])["options"]
    assert ways[0]["kind"] == "move"
    assert ways[0]["reasons"]
    preview = said(fresh, "resolve", clash["identity"][:6], "--option", "1", "--preview")
    assert clash["identity"] in preview["resolved"]
    taken = said(fresh, "resolve", clash["identity"][:6], "--option", "1")
    assert clash["identity"] in taken["resolved"]
    assert clash["identity"] not in {each["identity"] for each in said(fresh, "conflicts")}
    undone = said(fresh, "undo")
    assert undone["change_set_id"]
    assert {each["identity"] for each in said(fresh, "conflicts")} == before.keys()

    said(fresh, "edit", "Choir concert", "--flexibility", "fixed")
    proposal = said(fresh, "optimize", "--within", next_week(), "--preview")
    assert "Old sofa to the dump" in [move["title"] for move in proposal["moves"]]
    assert [left["title"] for left in proposal["unplaced"]] == ["Parents' evening"]
    better = said(fresh, "optimize", "--run", proposal["id"], "--all")
    assert len(better["operations"]) == len(proposal["moves"])
    lines = said(fresh, "why", "Old sofa to the dump")["lines"]
    assert any("moved for a better week" in line["sentence"] for line in lines)
    assert len(said(fresh, "undo")["operations"]) == len(proposal["moves"])

    out = fresh.process("export", "--calendar", "Anna")
    text = out.out.replace("\r\n ", "")
    assert "X-MICROSOFT-CDO-BUSYSTATUS:BUSY" in text
    assert "TRIGGER:-PT30M" in text
    (tmp_path / "out.ics").write_text(out.out)
    back = said(fresh, "import", str(tmp_path / "out.ics"), "--calendar", "Anna")
    assert (back["added"], back["updated"], back["problems"]) == (0, 0, [])


def _either(conflict: dict[str, Any]) -> str:
    """Give the sentence whichever of the two is named first."""
    titles = sorted((party["title"] for party in conflict["parties"]), reverse=True)
    return f"{' overlaps '.join(titles)} {conflict['sentence']}"


def test_the_demo_says_last_where_it_answers_and_how_to_sign_in(fresh: CommandLine) -> None:
    server = fresh.start("demo", "--port", "0")
    try:
        assert server.stderr is not None
        url = _address(server)
        made, sign_in = (server.stderr.readline().decode() for _ in range(2))
        password = re.search(r"with the password (\S+),", sign_in)
        assert "demo household" in made
        assert password is not None, sign_in
        credentials = {"username": "anna", "password": password[1]}
        answer = httpx.post(f"{url}/api/v1/auth/sign-in", json=credentials, timeout=30)
        assert answer.status_code == 200, answer.text
        os.kill(server.pid, signal.SIGTERM)
        _, rest = server.communicate(timeout=30)
    finally:
        server.kill()
        server.communicate()
    assert "Uvicorn" not in rest.decode()
    modes = {path.name: path.stat().st_mode & 0o077 for path in (fresh.data, *fresh.data.iterdir())}
    assert modes == dict.fromkeys(modes, 0)


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_a_server_serves_until_it_is_told_to_stop(fresh: CommandLine, stop: signal.Signals) -> None:
    server = fresh.start("serve", "--port", "0")
    try:
        url = _address(server)
        assert httpx.get(f"{url}/healthz", timeout=30).status_code == 200
        # The command line works on the same data meanwhile, and a second server does not.
        assert fresh.process("account", "add", "anna").code == 0
        second = fresh.process("serve", "--port", "0", "--json")
        assert json.loads(second.err.splitlines()[-1])["code"] == "already_served"
        os.kill(server.pid, stop)
        server.communicate(timeout=30)
    finally:
        server.kill()
        server.communicate()
    assert server.returncode in (0, 130, -stop)


def test_a_reader_that_has_seen_enough_is_no_error(fresh: CommandLine) -> None:
    endless = fresh.start("expand", "FREQ=DAILY", "--start", "2026-01-01", "--limit", "200000")
    assert endless.stdout is not None
    assert endless.stderr is not None
    assert endless.stdout.readline() == b"2026-01-01\n"
    endless.stdout.close()
    assert endless.stderr.read() == b""
    endless.stderr.close()
    assert endless.wait(timeout=30) == 141


def test_an_interrupted_command_ends_without_a_word(fresh: CommandLine) -> None:
    fresh.process("demo", "--seed-only")
    waiting = subprocess.Popen(
        [PROGRAM, "import", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=fresh.whole_environment,
    )
    try:
        assert waiting.stdin is not None
        waiting.stdin.write(b" " * 2 * PIPE_HOLDS)  # returns when it reads, and then it waits for the rest
        waiting.stdin.flush()
        os.kill(waiting.pid, signal.SIGINT)
        assert waiting.communicate(timeout=30) == (b"", b"")
    finally:
        waiting.kill()
        waiting.communicate()
    assert waiting.returncode == 130


def _address(server: subprocess.Popen[bytes]) -> str:
    """Wait for the line that says where a server answers, and give that."""
    assert server.stderr is not None
    line = server.stderr.readline().decode()
    found = re.search(r"http://127.0.0.1:\d+", line)
    assert found is not None, line
    return found[0]
