"""`kalends constraints`: made, changed, tried and removed at the command line, and what they refuse there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from command_line import CommandLine

MONDAY = (lambda today: today + timedelta(days=42 - today.weekday()))(datetime.now(UTC).date())
QUIET = ("constraints", "add", "Quiet mornings", "no_events_before", "time=07:00")


def test_one_is_made_listed_changed_and_removed(cli: CommandLine) -> None:
    made = cli.json(*QUIET, "--of", "Bo", "--hard")
    assert (made["parameters"], made["hard"], made["member_id"] is None) == ({"time": "07:00"}, True, False)
    school = ("start=08:00", "end=13:00", "days=mon,Tue")
    cli.json("constraints", "add", "School", "blocked_window", *school, "--priority", "9")
    told = cli("constraints", "list").out
    assert "start=08:00 end=13:00 days=mon,tue" in told
    assert "soft 9" in told
    assert [each["name"] for each in cli.json("constraints", "list", "--of", "Ana")] == ["School"]
    changed = cli.json("constraints", "edit", "School", "end=12:00", "--hard", "--off")
    assert changed["parameters"] == {"start": "08:00", "end": "12:00", "days": ["mon", "tue"]}
    assert (changed["hard"], changed["active"]) == (True, False)
    assert cli("constraints", "remove", "School", "--json").problem["field"] == "yes"
    cli.json("constraints", "remove", "School", "--yes")
    assert [each["name"] for each in cli.json("constraints", "list")] == ["Quiet mornings"]


def test_an_edit_that_breaks_one_is_refused_previewed_and_forced(cli: CommandLine) -> None:
    cli.json(*QUIET, "--hard")
    gym = ("add", "Gym", f"{MONDAY} 06:00", "07:00")
    refused = cli(*gym, "--json").problem
    assert (refused["code"], refused["constraint"]) == ("constraint_broken", "Quiet mornings")
    previewed = cli(*gym, "--preview").out
    assert "would be refused: Gym begins at 06:00, but Ana wants no events before 07:00" in previewed
    cli.json(*gym, "--force")
    assert cli("edit", "Gym", "--start", f"{MONDAY} 05:00", "--json").problem["code"] == "constraint_broken"
    cli.json("edit", "Gym", "--start", f"{MONDAY} 05:00", "--force")
    (conflict,) = cli.json("conflicts", "--kind", "constraint_violation")
    assert "no events before 07:00" in conflict["sentence"]


def test_one_is_tried_on_the_week_that_was_or_any_other(cli: CommandLine) -> None:
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    cli.json("add", "Gym", f"{yesterday} 06:00", "07:00")
    tried = cli("constraints", "try", "no_events_before", "time=07:00").out
    assert tried.startswith("It would have blocked 1 event.")
    assert "Gym begins at 06:00" in tried
    cli.json(*QUIET)
    assert cli.json("constraints", "try", "Quiet mornings")["count"] == 1
    week = f"{MONDAY}/{MONDAY + timedelta(days=6)}"
    assert cli.json("constraints", "try", "Quiet mornings", "--within", week)["sentence"] == (
        "It would block nothing."
    )


@pytest.mark.parametrize(
    "args, field",
    [
        (("add", "x", "no_fun"), "rule"),
        (("add", "x", "no_events_before"), "parameters.time"),
        (("add", "x", "no_events_before", "time"), "parameters"),
        (("add", "x", "max_events_per_day", "count=0"), "parameters.count"),
        (("add", "x", "custom", "expression=1 +"), "parameters.expression"),
        (("edit", "Quiet mornings"), "changes"),
        (("try", "no_events_before", "time=07:00", "--within", "now"), "within"),
    ],
)
def test_nonsense_is_refused_by_its_field(cli: CommandLine, args: tuple[str, ...], field: str) -> None:
    cli.json(*QUIET)
    assert cli("constraints", *args, "--json").problem["field"] == field


def test_free_times_are_ranked_by_what_speaks_against_them(cli: CommandLine) -> None:
    evening = ("start=18:00", "end=20:00")
    cli.json("constraints", "add", "Evenings", "preferred_window", *evening, "--priority", "10")
    day = ("free", "--within", f"{MONDAY}/{MONDAY}", "-d", "2h")
    assert "Evenings" in cli(*day).out
    best = cli.json(*day, "--ranked", "--limit", "1")[0]
    assert best["start"].startswith(f"{MONDAY}T18:00")
    assert [each["name"] for each in best["broken"]] == ["Preferred hours"]
