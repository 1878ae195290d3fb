"""Problems in other languages are those that the code makes, and keep their values."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from kalends.interfaces.rest.german_problems import PROBLEMS, SHAPES
from kalends.interfaces.rest.problem_words import in_words

SOURCE = Path(__file__).parents[2] / "src" / "kalends"


def made() -> set[str]:
    """Give each text of the code, with a place for each value."""
    found = set()
    for path in SOURCE.rglob("*.py"):
        if path.name == "german_problems.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
            elif isinstance(node, ast.JoinedStr):
                found.add(
                    "".join(
                        str(each.value) if isinstance(each, ast.Constant) else "{}" for each in node.values
                    )
                )
    return found


def test_each_is_a_text_of_the_code() -> None:
    assert PROBLEMS.keys() - made() == set()


@pytest.mark.parametrize("english", [*PROBLEMS, *SHAPES])
def test_each_is_recognised_and_keeps_its_values(english: str) -> None:
    german = {**PROBLEMS, **SHAPES}[english]
    assert german.count("{}") == english.count("{}")
    values = [f"v{number}" for number in range(english.count("{}"))]
    assert in_words(english.format(*values), "de") == german.format(*values)
    assert in_words(english.format(*values), "en") == english.format(*values)
    assert in_words(f"field: {english.format(*values)}.", "de") == f"field: {german.format(*values)}."


def test_what_is_not_known_stays_as_it_is() -> None:
    assert in_words("Nobody has ever said this.", "de") == "Nobody has ever said this."
