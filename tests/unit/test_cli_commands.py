"""Commands: known without being imported, and all of them sharing what holds for every command."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from kalends.cli.commands import COMMANDS, every_command, load
from kalends.cli.main import execute


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_what_the_overview_says(name: str) -> None:
    command = load(name)
    assert command.get_short_help_str(200).startswith(COMMANDS[name].summary.rstrip("."))
    assert {"json", "data", "actor", "workspace"} <= {option.name for option in command.params}


@pytest.mark.parametrize("name", [name for name in COMMANDS if hasattr(load(name), "commands")])
def test_what_is_below_a_command_takes_the_shared_options_too(name: str) -> None:
    for below in load(name).commands.values():
        assert "json" in {option.name for option in below.params}
        assert below.get_short_help_str()


@pytest.mark.parametrize(
    "args, loaded",
    [
        (["--help"], ["sqlalchemy", "fastapi", "numpy", "pydantic", "rich.progress"]),
        (
            ["expand", "FREQ=DAILY", "--start", "2026-11-23"],
            ["sqlalchemy", "fastapi", "icalendar", "rich.console"],
        ),
    ],
)
def test_a_command_imports_no_more_than_it_needs(args: list[str], loaded: list[str]) -> None:
    program = f"""
import sys
from kalends.cli.main import execute
code = execute({args!r}, {{}})
print([name for name in {loaded!r} if name in sys.modules], code, file=sys.stderr)
"""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stderr.strip() == "[] 0"


def test_the_overview_lists_every_command(capfd: pytest.CaptureFixture[str]) -> None:
    assert execute(["--help"], {}) == 0
    out = capfd.readouterr().out
    assert all(name in out and entry.summary[:30] in out for name, entry in COMMANDS.items())
    assert every_command().name == "kalends"


@pytest.mark.parametrize(
    "args, said",
    [
        (["nonsense"], "No such command 'nonsense'."),
        (["conflict"], "Did you mean 'conflicts'"),
        (["expand"], "Missing argument 'rule'."),
        (["expand", "FREQ=DAILY"], "Missing option '--start'."),
        (["expand", "FREQ=SOMETIMES", "--start", "2026-11-23"], "FREQ takes one of"),
        (["expand", "FREQ=DAILY", "--start", "noon"], "'noon' is no time"),
        (["expand", "FREQ=DAILY", "--start", "2026-11-23T09:00", "--zone", "Mars/Olympus"], "Mars/Olympus"),
        (["expand", "FREQ=DAILY", "--start", "2026-11-23", "--limit", "0"], "--limit"),
        (["week", "--frobnicate"], "No such option: --frobnicate"),
        (["undo", "a", "b"], "unexpected extra argument"),
        (["serve", "--port", "70000"], "--port"),
    ],
)
def test_nonsense_gets_one_clear_line_and_exit_code_2(
    args: list[str], said: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert execute(args, {}) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert said in err
    assert err.startswith("kalends: ")
    assert err.count("\n") == 1


def test_an_error_is_json_where_that_was_asked_for(capfd: pytest.CaptureFixture[str]) -> None:
    assert execute(["expand", "FREQ=SOMETIMES", "--start", "2026-11-23", "--json"], {}) == 2
    problem = json.loads(capfd.readouterr().err)
    assert problem["code"] == "invalid_rule"
    assert "SOMETIMES" in problem["detail"]


@pytest.mark.parametrize(
    "args, instances",
    [
        (["FREQ=MONTHLY;BYDAY=2TU", "--start", "2026-11-10", "--limit", "2"], ["2026-11-10", "2026-12-08"]),
        (["FREQ=DAILY", "--start", "2026-11-23", "--until", "2026-11-25"], ["2026-11-23", "2026-11-24"]),
        (["FREQ=YEARLY", "--start", "2024-02-29", "--limit", "2"], ["2024-02-29", "2028-02-29"]),
        (
            ["FREQ=DAILY", "--start", "2026-03-28T02:30", "--zone", "Europe/Berlin", "--limit", "2"],
            ["2026-03-28T02:30:00+01:00[Europe/Berlin]", "2026-03-29T03:30:00+02:00[Europe/Berlin]"],
        ),
        (["FREQ=DAILY", "--start", "2026-01-01", "--from", "2040-01-01", "--limit", "1"], ["2040-01-01"]),
        (["FREQ=DAILY;COUNT=1", "--start", "2026-01-01", "--from", "2040-01-01"], []),
    ],
)
def test_expand_gives_the_instances(
    args: list[str], instances: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    assert execute(["expand", *args], {}) == 0
    assert capfd.readouterr().out.split() == instances


def test_a_rule_without_end_is_cut_where_no_bound_was_given(capfd: pytest.CaptureFixture[str]) -> None:
    assert execute(["expand", "FREQ=SECONDLY", "--start", "2026-01-01T00:00"], {}) == 0
    assert len(capfd.readouterr().out.split()) == 25
