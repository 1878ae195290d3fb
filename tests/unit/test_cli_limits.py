"""Limits that are settings hold at the command line, and a refusal names the setting to change."""

from __future__ import annotations

import pytest

from command_line import CommandLine

FILE = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Somebody//EN
BEGIN:VEVENT
UID:1
DTSTAMP:20260101T000000Z
DTSTART:20300304T090000Z
SUMMARY:Choir
BEGIN:VALARM
ACTION:DISPLAY
TRIGGER:-PT15M
X-INNER:1
BEGIN:X-DEEPER
END:X-DEEPER
END:VALARM
END:VEVENT
BEGIN:VEVENT
UID:2
DTSTAMP:20260101T000000Z
DTSTART:20300305T090000Z
END:VEVENT
END:VCALENDAR
"""


@pytest.mark.parametrize(
    "setting, limit",
    [("ical_max_bytes", 100), ("ical_max_depth", 3), ("ical_max_components", 1)],
)
def test_a_file_over_a_limit_is_refused(
    cli: CommandLine, tmp_path_factory: pytest.TempPathFactory, setting: str, limit: int
) -> None:
    file = tmp_path_factory.mktemp("given") / "choir.ics"
    file.write_text(FILE)
    variable = f"KALENDS_{setting.upper()}"
    cli.environment[variable] = str(limit)
    problem = cli("import", str(file), "--json").problem
    assert (problem["code"], problem["setting"], problem["limit"]) == ("too_large", setting, limit)
    del cli.environment[variable]
    assert cli.json("import", str(file))["added"] == 2


def test_a_line_over_the_limit_costs_its_event_alone(
    cli: CommandLine, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("given") / "choir.ics"
    file.write_text(FILE.replace("Choir", "Choir " * 20))
    cli.environment["KALENDS_ICAL_MAX_LINE"] = "100"
    report = cli.json("import", str(file))
    assert (report["added"], [each["code"] for each in report["problems"]]) == (1, ["line_too_long"])


def test_a_stretch_of_time_holds_no_more_than_it_may(cli: CommandLine) -> None:
    cli.json("add", "Gym", "2030-03-04 09:00", "--repeat", "FREQ=DAILY;COUNT=5")
    cli.environment["KALENDS_MAX_OCCURRENCES"] = "4"
    for command in (["events", "--from", "2030-03-01", "--until", "2030-03-31"], ["week", "2030-03-04"]):
        problem = cli(*command, "--json").problem
        assert (problem["code"], problem["setting"]) == ("too_large", "max_occurrences")


def test_a_limit_that_is_no_number_is_named(cli: CommandLine) -> None:
    cli.environment["KALENDS_ICAL_MAX_DEPTH"] = "deep"
    assert cli("calendars", "--json").problem["field"] == "KALENDS_ICAL_MAX_DEPTH"
