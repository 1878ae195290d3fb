"""Calls, from the command line."""

from __future__ import annotations

import json
from datetime import datetime

from command_line import CommandLine

DENTIST = (
    "calls",
    "new",
    "+49 30 901820",
    "2099-01-05 10:00",
    "--script",
    "Good morning.",
    "--title",
    "Dentist",
)


def test_a_call_is_scheduled_shown_paused_resumed_and_cancelled(cli: CommandLine) -> None:
    assert "preview" in cli(*DENTIST, "--preview").out
    assert cli.json("calls", "list") == []
    assert "created Dentist" in cli(*DENTIST).out
    (call,) = cli.json("calls", "list")
    assert (call["phone_masked"], call["state"]) == ("+49 ••• ••20", "scheduled")
    assert "2099-01-05 10:00" in cli("calls", "list").out
    assert cli("calls", "pause", "dentist").out == "Paused Dentist.\n"
    assert cli.json("calls", "resume", "dentist")["state"] == "scheduled"
    assert cli("calls", "cancel", "dentist", "--json").problem["field"] == "yes"
    assert cli("calls", "cancel", "dentist", "--yes").out == "Cancelled Dentist.\n"
    assert "cancelled (cancelled)" in cli("calls", "show", "dentist").out
    assert [step["reason"] for step in cli.json("calls", "show", "dentist")["history"]] == [
        "created",
        "paused",
        "resumed",
        "cancelled",
    ]


def test_what_was_tried_and_its_figures_are_told(cli: CommandLine) -> None:
    assert cli("calls", "log").out == "Nobody was called.\n"
    assert cli("calls", "stats").out.startswith("0 calls in 30 days")
    assert cli.json("calls", "stats", "--days", "2")["total"] == 0


def test_a_file_is_taken_in_the_background(cli: CommandLine) -> None:
    file = cli.data / "calls.csv"
    file.write_text("phone,start,script\n+4930901820,2099-01-05T10:00,Hello\n")
    assert cli.json("calls", "import", str(file))["total"] == 1
    assert "create: 0 of 1" in cli("calls", "batches").out
    assert cli("calls", "import", str(cli.data / "none.csv"), "--json").problem["field"] == "file"


def test_the_calls_of_a_file_are_stopped(cli: CommandLine) -> None:
    cli(*DENTIST)
    (call,) = cli.json("calls", "list")
    file = cli.data / "stop.csv"
    file.write_text(f"title;call_id\nDentist;{call['id']}\nNobody\n")
    batch = cli.json("calls", "import", str(file), "--action", "pause")
    assert (batch["action"], batch["total"]) == ("pause", 2)
    assert cli("calls", "import", str(file), "--json").problem["field"] == "call_id"
    file.write_text("title\nDentist\n")
    assert cli("calls", "import", str(file), "--action", "cancel", "--json").problem["field"] == "call_id"


def test_a_file_may_be_what_programs_send(cli: CommandLine) -> None:
    cli(*DENTIST)
    (call,) = cli.json("calls", "list")
    file = cli.data / "stop.json"
    file.write_text(json.dumps({"action": "cancel", "ids": [call["id"]]}))
    assert cli.json("calls", "import", str(file))["action"] == "cancel"
    assert cli("calls", "import", str(file), "--action", "pause", "--json").problem["field"] == "action"


def test_calls_are_listed_by_days(cli: CommandLine) -> None:
    cli(*DENTIST)
    on_its_day = ("--from", "2099-01-05", "--until", "2099-01-05")
    assert [call["title"] for call in cli.json("calls", "list", *on_its_day)] == ["Dentist"]
    assert cli.json("calls", "list", "--from", "2099-01-06") == []
    assert cli.json("calls", "list", "--until", "2099-01-04") == []
    assert cli.json("calls", "log", *on_its_day) == []
    backwards = ("--from", "2099-01-06", "--until", "2099-01-04")
    assert cli("calls", "list", *backwards, "--json").problem["field"] == "end"


def test_a_weekday_is_the_next_one_where_nothing_is_said_before_it(cli: CommandLine) -> None:
    cli("calls", "new", "+49 30 901820", "tomorrow 12:00", "--script", "Hello", "--force")
    (call,) = cli.json("calls", "list")
    weekday = f"{datetime.fromisoformat(call['next_at']):%a}".lower()
    assert cli.json("calls", "list", "--until", weekday) == [call]


def test_lists_go_on_before_their_last(cli: CommandLine) -> None:
    for title in ("One", "Two", "Three"):
        cli(*DENTIST[:-1], title)
    newest, second = cli.json("calls", "list", "-n", "2")
    assert [newest["title"], second["title"]] == ["Three", "Two"]
    (first,) = cli.json("calls", "list", "--before", second["id"])
    assert first["title"] == "One"
    assert cli("calls", "list", "--before", first["id"]).out == "There is nothing before it.\n"
    assert f"--before {second['id']}" in cli("calls", "list", "-n", "2").err


def test_numbers_come_on_the_list_and_off_it(cli: CommandLine) -> None:
    assert cli("calls", "do-not-call").out == "Every number may be called.\n"
    (row,) = cli.json("calls", "do-not-call", "+49 30 901820", "--reason", "Asked us.")
    assert (row["phone_masked"], row["reason"]) == ("+49 ••• ••20", "Asked us.")
    assert cli.json("calls", "do-not-call", "+4930901820", "--remove") == []


def test_what_cannot_be_is_refused_by_its_field(cli: CommandLine) -> None:
    said = ("calls", "new", "+49 30 901820", "--script", "Hello", "--json")
    assert cli(*said[:3], "2099-01-05", *said[3:]).problem["field"] == "start"
    assert cli(*said[:3], "2001-01-05 10:00", *said[3:]).problem["field"] == "start"
    assert cli("calls", "new", "nobody", "2099-01-05 10:00", *said[3:]).problem["field"] == "phone"
