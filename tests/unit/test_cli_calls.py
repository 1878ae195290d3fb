"""Calls, from the command line."""

from __future__ import annotations

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
