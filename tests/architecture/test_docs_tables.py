"""The tables of the documentation name exactly what the code has."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic_core import PydanticUndefined

from kalends.engine.resolution import Way
from kalends.features.changes import Source
from kalends.ical import Limits
from kalends.settings import PREFIX, Settings

DOCS = Path(__file__).parents[2] / "docs"


def rows_of(page: str, heading: str) -> list[list[str]]:
    """Give the cells of the table whose head begins with `heading`."""
    lines = (DOCS / page).read_text().splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith(f"| {heading} |"))
    rows = []
    for line in lines[first + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split(" | ")])
    return rows


def quoted(cell: str) -> str:
    return re.sub(r"^`(.*)`$", r"\1", cell)


def test_every_setting_is_told_with_its_default() -> None:
    told = {quoted(row[0]): quoted(row[1]) for row in rows_of("operations.md", "variable")}
    defaults = {
        PREFIX + name.upper(): "none" if field.default in (None, ()) else str(field.default)
        for name, field in Settings.model_fields.items()
        if field.default is not PydanticUndefined
    }
    assert told == defaults


def test_a_refusal_names_the_setting_behind_its_limit_as_settings_do() -> None:
    source = Path(__file__).parents[2] / "src"
    named = {
        name
        for path in source.rglob("*.py")
        for name in re.findall(r'setting="(.+?)"|_ALLOWANCE, \(self._limit, "(.+?)"\)', path.read_text())
    }
    assert {one or other for one, other in named} == {
        *("max_body_bytes", "max_occurrences"),
        *(f"ical_{name}" for name in Limits.__dataclass_fields__ if name != "max_line"),  # refuses one event
    }
    assert {one or other for one, other in named} <= set(Settings.model_fields)


@pytest.mark.parametrize(
    "page, heading, named",
    [
        ("changes.md", "source", {source.value for source in Source}),
        ("conflicts.md", "kind", {way.value for way in Way}),
        ("icalendar.md", "limit", set(Limits.__dataclass_fields__)),
    ],
)
def test_a_table_names_all_there_is(page: str, heading: str, named: set[str]) -> None:
    assert {quoted(row[0]) for row in rows_of(page, heading)} == named


def test_every_reason_to_refuse_a_component_is_told() -> None:
    told = {code for row in rows_of("icalendar.md", "code") for code in re.findall(r"`(\w+)`", row[0])}
    source = Path(__file__).parents[2] / "src" / "kalends" / "ical"
    raised = {
        code
        for path in source.glob("*.py")
        for code in re.findall(r'(?:Rejected\(\s*|_problem\(\w+, |code=)"(\w+)"', path.read_text())
    }
    of_a_single_object = {"not_a_calendar", "no_component", "several_uids"}
    assert told == raised - of_a_single_object
