"""Files stay small enough to read, and are named after what is in them."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINES = 600
NAMELESS = {"utils", "helpers", "common", "manager", "base"}
FILES = sorted(path for place in ("src", "tests", "benchmarks") for path in (ROOT / place).rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_is_small_and_says_what_it_holds(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LINES
    assert path.stem not in NAMELESS
    assert path.parent.name not in NAMELESS
