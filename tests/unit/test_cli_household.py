"""Commands over a household: each says what it did, in lines and in JSON, and refuses in one line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from command_line import PASSWORD, CommandLine
from kalends.cli import picking

# Conflicts are those to come, so that the day of one cannot be fixed: a Monday some weeks ahead.
TODAY = datetime.now(UTC).date()
MONDAY = TODAY + timedelta(days=42 - TODAY.weekday())

CLASH = f"""BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Somebody//Else//EN
BEGIN:VEVENT
UID:piano@example.org
DTSTAMP:20260101T000000Z
DTSTART;TZID=Europe/Berlin:{MONDAY:%Y%m%d}T150000
DTEND;TZID=Europe/Berlin:{MONDAY:%Y%m%d}T160000
SUMMARY:Piano
X-COLOUR:blue
END:VEVENT
BEGIN:VEVENT
UID:broken@example.org
DTSTAMP:20260101T000000Z
DTSTART:2030-03-04
SUMMARY:Broken
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")


@pytest.fixture
def clash(cli: CommandLine, tmp_path: Path) -> CommandLine:
    """A household in which a piano lesson was imported into the time of the dentist."""
    cli.json("add", "Dentist", f"{MONDAY} 15:30", "16:30", "--priority", "high")
    (tmp_path / "piano.ics").write_text(CLASH)
    cli.json("import", str(tmp_path / "piano.ics"))
    return cli


class TestEvents:
    def test_an_event_is_added_in_the_zone_of_the_actor(self, cli: CommandLine) -> None:
        cli.json("add", "Dentist", "2030-03-04 15:30", "-d", "45m", "--with", "Bo", "--category", "gym")
        (event,) = cli.json("events", "--from", "2030-03-04", "--until", "2030-03-04")
        assert (event["start"], event["end"]) == ("2030-03-04T15:30:00+01:00", "2030-03-04T16:15:00+01:00")
        assert event["category"]["name"] == "Gym"
        assert len(event["participants"]) == 1

    def test_an_all_day_event_ends_with_the_day_that_was_named(self, cli: CommandLine) -> None:
        cli.json("add", "Lake", "2030-03-04", "2030-03-06")
        (event,) = cli.json("events", "--from", "2030-03-05", "--until", "2030-03-05")
        assert (event["start"], event["end"]) == ("2030-03-04", "2030-03-07")

    def test_a_time_before_the_start_ends_on_the_next_day(self, cli: CommandLine) -> None:
        cli.json("add", "Party", "2030-03-04 20:00", "01:30")
        (event,) = cli.json("events", "--from", "2030-03-04", "--until", "2030-03-04")
        assert event["end"] == "2030-03-05T01:30:00+01:00"

    @pytest.mark.parametrize(
        "options, starts",
        [
            (["--start", "2030-03-12 10:00"], ["05 10", "12 10", "19 10"]),
            (
                ["--start", "2030-03-12 10:00", "--occurrence", "2030-03-11T09:00"],
                ["04 09", "12 10", "18 09"],
            ),
            (
                ["--start", "10:00", "--occurrence", "2030-03-11T09:00", "--scope", "future"],
                ["04 09", "11 10", "18 10"],
            ),
            (["--once"], ["04 09"]),
        ],
    )
    def test_an_edit_is_about_as_much_as_was_said(
        self, cli: CommandLine, options: list[str], starts: list[str]
    ) -> None:
        cli.json("add", "Gym", "2030-03-04 09:00", "--repeat", "FREQ=WEEKLY")
        if "--occurrence" not in options and "--start" in options:
            options = ["--start", "2030-03-05 10:00"]
        assert cli("edit", "gym", *options).code == 0
        found = cli.json("events", "--from", "2030-03-01", "--until", "2030-03-22")
        assert [event["start"][8:13].replace("T", " ") for event in found] == starts

    def test_a_removed_occurrence_comes_back(self, cli: CommandLine) -> None:
        cli.json("add", "Gym", "2030-03-04 09:00", "--repeat", "FREQ=WEEKLY;COUNT=3")
        cli.json("remove", "Gym", "--occurrence", "2030-03-11T09:00", "--yes")
        whole = ["events", "--from", "2030-03-01", "--until", "2030-03-31"]
        assert len(cli.json(*whole)) == 2
        cli.json("undo")
        assert len(cli.json(*whole)) == 3

    def test_removing_asks_first_and_takes_silence_for_no(self, cli: CommandLine) -> None:
        cli.json("add", "Gym", "2030-03-04 09:00")
        refused = cli("remove", "Gym")
        assert refused.code == 2
        assert "--yes" in refused.err
        assert cli.json("events", "--from", "2030-03-04")

    def test_a_preview_changes_nothing(self, cli: CommandLine) -> None:
        told = cli("add", "Gym", "2030-03-04 09:00", "--preview")
        assert "This was a preview: nothing was changed." in told.out
        assert cli.json("events", "--from", "2030-03-04") == []

    def test_a_week_is_listed_where_there_is_no_terminal(self, clash: CommandLine) -> None:
        told = clash("week", str(MONDAY + timedelta(days=1))).out.splitlines()
        assert told[0] == f"Monday {MONDAY}"
        assert told[1:3] == ["  15:00-16:00  !Piano  [Ana]", "  15:30-16:30  !Dentist  [Ana]"]

    def test_what_steers_a_terminal_is_not_printed(self, cli: CommandLine) -> None:
        cli.json("add", "Red [red]\N{RIGHT-TO-LEFT MARK}", "2030-03-04 09:00")
        assert "Red [red]" in cli("events", "--from", "2030-03-04").out


class TestConflicts:
    def test_from_import_to_undo(self, clash: CommandLine, tmp_path: Path) -> None:
        (conflict,) = clash.json("conflicts")
        assert conflict["sentence"] == "Piano overlaps Dentist by 30 minutes (15:30-16:00)"
        short = conflict["identity"][:8]
        assert short in clash("conflicts").out
        listed = clash("resolve", short)
        assert listed.out.splitlines()[0] == conflict["sentence"]
        assert "1. Move Piano" in listed.out
        resolved = clash.json("resolve", short, "--option", "1")
        assert resolved["resolved"] == [conflict["identity"]]
        assert clash.json("conflicts") == []
        clash.json("undo")
        assert [each["identity"] for each in clash.json("conflicts")] == [conflict["identity"]]
        out = tmp_path / "out.ics"
        clash.json("export", "-o", str(out))
        assert b"X-COLOUR:blue" in out.read_bytes()

    def test_a_resolution_can_be_previewed(self, clash: CommandLine) -> None:
        (conflict,) = clash.json("conflicts")
        told = clash.json("resolve", conflict["identity"][:8], "--preview")
        assert told["change_set_id"] is None
        assert told["resolved"] == [conflict["identity"]]
        assert len(clash.json("conflicts")) == 1

    def test_one_can_be_lived_with(self, clash: CommandLine) -> None:
        (conflict,) = clash.json("conflicts")
        clash.json("ignore", conflict["identity"][:8])
        assert clash.json("conflicts") == []
        assert len(clash.json("conflicts", "--ignored")) == 1
        clash.json("ignore", conflict["identity"][:8], "--off")
        assert len(clash.json("conflicts")) == 1

    def test_history_names_who_did_what(self, clash: CommandLine) -> None:
        newest, oldest = clash.json("history")
        assert (newest["source"], oldest["source"]) == ("import", "user")
        assert newest["sentence"] == "Ana imported Piano"
        assert "Ana imported Piano" in clash("history").out
        clash("undo")
        told = clash("history").out
        assert 'Ana undid "Ana imported Piano"' in told
        assert f"(undone by {picking.short(UUID(clash.json('history')[0]['id']))})" in told

    def test_an_undo_of_nothing_is_refused(self, cli: CommandLine) -> None:
        assert cli("undo", "--json").problem["code"] == "not_found"


class TestImport:
    def test_problems_are_named_with_their_line(self, cli: CommandLine, tmp_path: Path) -> None:
        (tmp_path / "piano.ics").write_text(CLASH)
        told = cli("import", str(tmp_path / "piano.ics"))
        assert told.out.startswith("Into Ana: 1 added, 0 updated, 0 unchanged.\n")
        assert "line 15: " in told.out
        again = cli.json("import", str(tmp_path / "piano.ics"))
        assert (again["added"], again["unchanged"], again["change_set_id"]) == (0, 1, None)

    @pytest.mark.parametrize(
        "name, code", [("missing.ics", "invalid"), ("empty.ics", "not_icalendar"), (".", "invalid")]
    )
    def test_what_is_no_calendar_is_refused(
        self, cli: CommandLine, tmp_path: Path, name: str, code: str
    ) -> None:
        (tmp_path / "empty.ics").write_text("")
        assert cli("import", str(tmp_path / name), "--json").problem["code"] == code

    def test_a_file_over_the_limit_is_refused(self, cli: CommandLine, tmp_path: Path) -> None:
        cli.environment["KALENDS_ICAL_MAX_BYTES"] = "100"
        (tmp_path / "piano.ics").write_text(CLASH)
        problem = cli("import", str(tmp_path / "piano.ics"), "--json").problem
        assert (problem["code"], problem["limit"]) == ("too_large", 100)


class TestPeople:
    def test_an_account_is_added_disabled_and_enabled(self, cli: CommandLine) -> None:
        made = cli.json("account", "add", "ben", "--join", "--name", "Ben")
        assert len(made["password"]) >= 12
        assert [each["username"] for each in cli.json("account", "list")] == ["ana", "ben"]
        assert [each["name"] for each in cli.json("member", "list")] == ["Ana", "Bo", "Ben"]
        cli.json("account", "disable", "ben")
        assert cli.json("account", "list")[1]["disabled_at"]
        cli.json("account", "enable", "ben")
        assert cli.json("account", "list")[1]["disabled_at"] is None
        assert cli("account", "set-password", "ben", "--password-stdin", stdin="short\n").code == 2
        assert cli("account", "set-password", "ben", "--password-stdin", stdin=f"{PASSWORD}\n").code == 0
        assert cli.json("account", "reset-password", "ben")["token"]

    def test_a_member_without_an_account_gets_one(self, cli: CommandLine) -> None:
        cli.json("account", "add", "bodo", "--member", "Bo")
        _, bo = cli.json("member", "list")
        assert (bo["name"], bo["role"], bo["has_account"]) == ("Bo", "child", True)

    def test_preferences_read_back(self, cli: CommandLine) -> None:
        cli.json("member", "prefer", "Bo", "preferred_start_time=08:30", "max_events_per_day=3")
        told = cli.json("member", "prefer", "Bo")
        assert (told["preferred_start_time"], told["max_events_per_day"]) == ("08:30", 3)

    def test_feeds_and_keys_are_shown_once_and_revoked(self, cli: CommandLine) -> None:
        feed = cli.json("feed", "create", "--name", "phone")
        assert feed["secret"] in feed["url"]
        assert feed["secret"] not in str(cli.json("feed", "list"))
        cli.json("feed", "revoke", "phone")
        assert cli.json("feed", "list") == []
        key = cli.json("api-key", "create", "script", "--scope", "read", "--scope", "write", "--lasts", "30d")
        assert key["scopes"] == ["read", "write"]
        assert key["key"] not in str(cli.json("api-key", "list"))
        cli.json("api-key", "revoke", key["id"])
        assert cli.json("api-key", "list") == []

    def test_calendars_are_made_shared_and_removed(self, cli: CommandLine) -> None:
        cli.json("calendar", "add", "Garden", "--shared", "--color", "#00FF00")
        cli.json("calendar", "share", "Garden", "Bo", "--access", "write")
        shared = cli.json("calendar", "share", "Garden")
        assert [(each["name"], each["access"]) for each in shared] == [("Ana", "write"), ("Bo", "write")]
        cli.json("calendar", "edit", "Garden", "--name", "Yard")
        cli.json("calendar", "remove", "Yard", "--yes")
        assert [each["name"] for each in cli.json("calendars")] == ["Ana's household", "Ana", "Bo"]


class TestWhoActs:
    def test_a_private_event_is_busy_to_others(self, cli: CommandLine) -> None:
        cli.json("account", "add", "ben", "--join", "--name", "Ben")
        cli.json("add", "Surprise", "2030-03-04 09:00", "--private")
        day = ["events", "--from", "2030-03-04", "--until", "2030-03-04"]
        assert [each["title"] for each in cli.json(*day)] == ["Surprise"]
        assert [each["title"] for each in cli.json(*day, "--as", "ben")] == ["Busy"]
        assert (
            cli("edit", "Surprise", "--title", "Aha", "--as", "Ben", "--json").problem["code"] == "not_found"
        )

    def test_a_second_workspace_makes_the_first_ambiguous(self, cli: CommandLine) -> None:
        cli.json("account", "add", "zoe", "--found", "Zoe's studio")
        assert cli("conflicts", "--json").problem["code"] == "ambiguous"
        assert cli.json("conflicts", "--workspace", "zoe's studio") == []
        assert cli.json("conflicts", "--as", "zoe") == []
        assert cli("conflicts", "--as", "Bo", "--workspace", "Zoe's studio", "--json").problem["code"] == (
            "not_found"
        )

    def test_free_time_is_that_of_all_who_must_come(self, cli: CommandLine) -> None:
        cli.json("add", "Busy", "2030-03-04 08:00", "12:00", "--with", "Bo")
        found = cli.json(
            *("free", "--member", "Ana", "--member", "Bo", "-d", "2h"),
            *("--within", "2030-03-04/2030-03-04", "--limit", "1"),
        )
        assert [each["start"] for each in found] == ["2030-03-04T12:15:00+01:00"]

    def test_no_data_is_a_clear_error(self, cli: CommandLine, tmp_path: Path) -> None:
        refused = cli("conflicts", "--data", str(tmp_path / "nowhere"))
        assert refused.code == 2
        assert "kalends demo" in refused.err
        assert not (tmp_path / "nowhere").exists()
