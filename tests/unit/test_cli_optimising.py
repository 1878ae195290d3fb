"""`kalends optimize` and `kalends why`: proposals shown, kept and taken, and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from command_line import CommandLine

TODAY = datetime.now(UTC).date()
MONDAY = TODAY + timedelta(days=42 - TODAY.weekday())
TUESDAY = MONDAY + timedelta(days=1)
WITHIN = ("--within", f"{MONDAY}/{MONDAY + timedelta(days=6)}")


@pytest.fixture
def busy(cli: CommandLine) -> CommandLine:
    """Two days on which something gives way."""
    cli.json("member", "edit", "Ana", "--auto-resolve", "off")
    for day in (MONDAY, TUESDAY):
        cli.json("add", f"Work {day:%a}", f"{day} 09:00", "-d", "2h", "--priority", "high")
        cli.json("add", f"Gym {day:%a}", f"{day} 10:00", "-d", "1h", "--flexibility", "flexible")
    return cli


def proposed(cli: CommandLine) -> dict[str, Any]:
    run: dict[str, Any] = cli.json("optimize", *WITHIN, "--preview")
    return run


def test_a_proposal_is_shown_and_says_how_to_take_it(busy: CommandLine) -> None:
    shown = busy("optimize", *WITHIN).out.splitlines()
    assert shown[0] == "2 moves; 2 conflicts go away; nothing better exists."
    assert shown[1].startswith(
        f"1. Move Gym Mon from Mon {MONDAY} 10:00-11:00 to 11:15-12:15, 75 minutes later: "
    )
    assert shown[-1].startswith("Nothing was changed. `kalends optimize --run ")
    assert len(busy.json("conflicts")) == 2


def test_all_moves_are_one_change_set(busy: CommandLine) -> None:
    run = proposed(busy)
    preview = busy.json("optimize", "--run", run["id"], "--all", "--preview")
    assert (len(preview["resolved"]), preview["change_set_id"]) == (2, None)
    taken = busy.json("optimize", "--run", run["id"], "--all")
    assert len(taken["operations"]) == 2
    assert busy.json("conflicts") == []
    assert len(busy.json("undo")["operations"]) == 2
    assert len(busy.json("conflicts")) == 2


def test_some_moves_are_taken_and_what_changed_is_named(busy: CommandLine) -> None:
    run = proposed(busy)
    taken = busy("optimize", "--run", run["id"][-8:], "--take", "2").out.splitlines()
    assert taken[0].startswith(f"moved Gym Tue from Tue {TUESDAY} 10:00-11:00 to ")
    assert taken[1] == "1 conflict went away."
    refused = busy("optimize", "--run", run["id"], "--all", "--json").problem
    assert refused["code"] == "no_longer_true"
    assert refused["detail"] == "Since the proposal was made, Gym Tue changed: ask for a new one."


def test_why_tells_what_moved_it_and_what_for(busy: CommandLine) -> None:
    busy.json("optimize", *WITHIN, "--all")
    told = busy("why", "Gym Mon").out.splitlines()
    assert told[0] == "Gym Mon"
    assert told[1].endswith("Ana made it")
    assert f"It was moved for a better week from Mon {MONDAY} 10:00 to Mon {MONDAY} 11:15, for Ana" in told[2]
    assert "it ranks below Work Mon (3 against 4)" in told[2]


def test_what_is_good_is_left(cli: CommandLine) -> None:
    assert cli("optimize").out == "All is as good as it can be: nothing needs to move.\n"


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--within", "2020-01-01/2020-01-05"], "This time is over"),
        (["--within", f"{TUESDAY}/{MONDAY}"], "must end after it starts"),
        (["--within", f"{MONDAY}/{MONDAY + timedelta(days=39)}"], "31 days at most"),
        (["--within", "nonsense"], "is no stretch of time"),
        ([*WITHIN, "--take", "1"], "There is no move 1: the proposal has 0."),
        (["--all", "--take", "1"], "not both"),
        (["--run", "1234", *WITHIN], "not both"),
        (["--run", "nonsense"], "There is no proposal 'nonsense'."),
        ([*WITHIN, "--as", "Eva"], "permission to edit"),
    ],
)
def test_nonsense_is_refused_in_a_line(cli: CommandLine, args: list[str], said: str) -> None:
    cli.json("member", "add", "Eva", "--permission", "viewer")
    refused = cli("optimize", *args)
    assert refused.code == 2
    assert said in refused.err.splitlines()[-1]
