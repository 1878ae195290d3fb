"""Reminders and notifications from the command line."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select

from command_line import CommandLine
from kalends.features.identity.models import Member
from kalends.features.reminders.telling import News
from kalends.kit.clock import FixedClock
from kalends.server import compose
from kalends.settings import Settings


def test_a_reminder_is_made_listed_and_removed(cli: CommandLine) -> None:
    made = cli.json("reminders", "add", "Vitamins", "--cron", "0 8 * * mon-fri")
    assert (made["kind"], made["message"]) == ("cron", "Vitamins")
    cli.json("add", "Dentist", "2099-03-03 14:00")
    assert cli("reminders", "add", "--event", "Dentist", "--before", "2h").out.startswith(
        "Reminds you 120 min before"
    )
    assert "0 8 * * mon-fri" in cli("reminders", "list").out
    assert cli("reminders", "remove", "vitamins").out == "Removed.\n"
    assert [each["minutes"] for each in cli.json("reminders", "list")] == [120]
    assert cli("reminders", "add", "Tea", "--cron", "0 25 * * *", "--json").problem["field"] == "cron"
    assert cli("reminders", "add", "Tea", "--at", "2000-01-01 10:00", "--json").problem["field"] == "at"


def test_an_event_says_itself_how_long_before_it_reminds(cli: CommandLine) -> None:
    cli.json("add", "Dentist", "2099-03-03 14:00", "--reminder", "1h30m", "--reminder", "1d")
    stored = cli("export", "--calendar", "Ana").out
    assert stored.count("BEGIN:VALARM") == 2
    cli.json("edit", "Dentist", "--reminder", "")
    assert "VALARM" not in cli("export", "--calendar", "Ana").out
    assert (
        cli("add", "Dinner", "2099-03-03 19:00", "--reminder", "soon", "--json").problem["field"]
        == "reminder"
    )


def test_how_one_is_told_is_shown_and_changed(cli: CommandLine) -> None:
    shown = cli.json("notifications", "settings", "--set", 'digest={"every": "weekly"}')
    assert (shown["digest"]["every"], shown["available"]) == ("weekly", ["in_app", "webhook"])
    assert "weekly" in cli("notifications", "settings").out
    assert cli("notifications", "settings", "--set", "digest", "--json").problem["field"] == "set"
    assert cli("notifications", "settings", "--resume", "email", "--json").problem["code"] == "not_found"


def test_nothing_was_told_yet(cli: CommandLine) -> None:
    assert cli("notifications", "list").out == "Nothing is unread.\n"
    assert cli("notifications", "list", "--all").out == "Nothing was ever told.\n"
    assert cli("notifications", "read").out == "Read: 0.\n"
    assert cli("notifications", "log").out == "Nothing was sent.\n"
    assert cli.json("notifications", "log", "--state", "sent", "--channel", "email") == []


def test_what_was_told_is_read_page_by_page(cli: CommandLine) -> None:
    services = compose(
        Settings(data_dir=cli.data, database_url=f"sqlite:///{cli.data / 'kalends.sqlite'}"),
        clock=FixedClock(datetime(2026, 3, 2, 12, tzinfo=UTC)),
    )
    with services.database.read(None) as tx:
        ana = tx.execute(select(Member).where(Member.name == "Ana"), across_workspaces="a test").scalar_one()
    news = [News(member_id=ana.id, key=f"{n}", name="reminder") for n in range(3)]
    services.database.write(ana.workspace_id, lambda tx: services.notifications.tell(tx, news))
    services.database.close()
    pages: list[list[str]] = []
    more: tuple[str, ...] = ()
    for _ in range(2):
        pages.append([each["id"] for each in cli.json("notifications", "list", "-n", "2", *more)])
        more = ("--before", pages[-1][-1])
    assert [len(each) for each in pages] == [2, 1]
    assert sorted({*pages[0], *pages[1]}, reverse=True) == [*pages[0], *pages[1]]
    assert cli("notifications", "list", "-n", "2").err == f"There is more: --before {pages[0][-1]}\n"
    last = cli("notifications", "list", *more)
    assert (last.out, last.err) == ("There is nothing before it.\n", "")
    assert cli("notifications", "log", *more).out == "There is nothing before it.\n"
