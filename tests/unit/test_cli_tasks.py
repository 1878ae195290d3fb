"""Tasks, blocks and what prepares for events, from the command line."""

from __future__ import annotations

from command_line import CommandLine


def test_a_task_is_made_planned_done_and_removed(cli: CommandLine) -> None:
    made = cli.json("tasks", "add", "Report", "--by", "2099-01-10", "-d", "3h", "--pieces", "1h-1h")
    assert (made["minutes"], made["least_minutes"], made["state"]) == (180, 60, "open")
    preview = cli("tasks", "plan", "report", "--preview")
    assert preview.out.count("created Report") == 3
    assert "preview" in preview.out
    assert len(cli.json("tasks", "plan")["operations"]) == 3
    assert cli("tasks", "plan", "report").out == "All is planned as it can be.\n"
    assert cli.json("tasks", "list")[0]["planned_minutes"] == 180
    assert cli("tasks", "edit", "report", "--title", "Essay").out.count("updated Essay") == 3
    assert cli("tasks", "done", "essay").out.count("deleted Essay") == 3
    assert cli.json("tasks", "list") == []
    assert cli("tasks", "reopen", "essay").out == "Open again.\n"
    assert cli("tasks", "cancel", "essay").out == "Cancelled.\n"
    assert cli("tasks", "remove", "essay", "--json").problem["field"] == "yes"
    assert cli("tasks", "remove", "essay", "--yes").out == "Removed Essay.\n"


def test_what_does_not_fit_is_said(cli: CommandLine) -> None:
    cli.json("add", "Camp", "2099-01-05 06:00", "2099-01-10 23:00")
    cli.json("tasks", "add", "Report", "--from", "2099-01-05", "--by", "2099-01-10")
    said = cli("tasks", "plan").out
    assert said.startswith("Report found no time for 60 of 60 minutes: ")
    assert "Ana has Camp" in said


def test_a_block_is_made_planned_and_switched_off(cli: CommandLine) -> None:
    made = cli.json("blocks", "add", "Gym", "--times", "2", "-d", "45m", "--days", "mon,tuesday,fri")
    assert (made["days"], made["since"], made["until"]) == (["mon", "tue", "fri"], "09:00", "18:00")
    planned = cli.json("blocks", "plan", "gym", "--weeks", "3")
    assert 4 <= len(planned["operations"]) <= 6
    assert "Gym" in cli("blocks", "list").out
    assert cli("blocks", "edit", "gym", "--within", "17:00-19:00").out == "Changed.\n"
    assert "moved Gym" in cli("blocks", "plan", "gym", "--weeks", "3").out
    assert "deleted Gym" in cli("blocks", "edit", "gym", "--off").out
    assert cli("blocks", "edit", "gym", "--within", "soon", "--json").problem["field"] == "within"
    assert cli("blocks", "remove", "gym", "--yes").out == "Removed Gym.\n"


def test_rules_that_prepare_are_listed_made_changed_and_removed(cli: CommandLine) -> None:
    (first,) = cli.json("preparation", "list")
    assert (first["sessions"], first["days_before"], first["title"]) == (3, 3, "Study for {title}")
    made = cli.json("preparation", "add", "gym", "social", "--minutes", "30", "--title", "Stretch")
    assert (made["minutes"], made["title"]) == (30, "Stretch")
    assert cli.json("preparation", "edit", "gym", "--off", "--sessions", "1")["active"] is False
    assert "Gym (off)" in cli("preparation", "list").out
    assert cli("preparation", "remove", "gym", "--yes").out.startswith("Removed the rule")
    added = cli("add", "Mathematics", "2099-01-20 09:00", "--category", "exam").out
    assert added.count("created Study for Mathematics") == 3
