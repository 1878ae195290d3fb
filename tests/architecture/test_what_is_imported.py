"""What an import brings with it: nothing that a library or a quick command does not need."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from kalends.cli.commands import COMMANDS

SRC = Path(__file__).parents[2] / "src"
ENGINE = sorted(
    ".".join(path.relative_to(SRC).with_suffix("").parts).removesuffix(".__init__")
    for path in (SRC / "kalends" / "engine").rglob("*.py")
)
OF_THE_SERVER = {"fastapi", "starlette", "uvicorn", "httpx", "alembic", "structlog", "anyio"}
"""What takes long to import, and what only serving and migrating need."""


def brought_in_by(*modules: str) -> set[str]:
    """Give the names of the modules that importing these loads, in a process of its own."""
    wanted = ", ".join(modules)
    code = f"import sys; before = set(sys.modules); import {wanted}; print(*set(sys.modules) - before)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    return set(run.stdout.split())


def packages(modules: set[str]) -> set[str]:
    """Give the packages of these modules that Python does not bring."""
    found = {name.partition(".")[0] for name in modules} - sys.stdlib_module_names
    return {name for name in found if not name.startswith("_sysconfigdata")}  # named for the machine


@pytest.mark.parametrize("modules", [["kalends.engine.recurrence"], ENGINE], ids=["recurrence", "all of it"])
def test_the_engine_is_a_library_of_its_own(modules: list[str]) -> None:
    loaded = brought_in_by(*modules)
    assert packages(loaded) <= {"kalends", "numpy", "tzdata"}
    ours = {".".join(name.split(".")[:2]) for name in loaded if name.startswith("kalends.")}
    assert ours <= {"kalends.engine", "kalends.kit"}


def test_expanding_a_rule_needs_the_engine_and_the_command_line_alone() -> None:
    loaded = brought_in_by("kalends.cli.main", "kalends.cli.expanding")
    assert packages(loaded).isdisjoint({"pydantic", "sqlalchemy", "icalendar", "rich"} | OF_THE_SERVER)


def test_no_command_but_those_that_serve_loads_the_server() -> None:
    modules = {entry.module for entry in COMMANDS.values()} - {"serving"}
    loaded = brought_in_by(*(f"kalends.cli.{each}" for each in sorted(modules)))
    assert packages(loaded).isdisjoint(OF_THE_SERVER)
