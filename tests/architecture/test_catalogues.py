"""Every language says all that is said in the code, and nothing else."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

import pytest

from kalends.engine.words import CATALOGUES

SOURCE = Path(__file__).parents[2] / "src" / "kalends"
SAYING = ("say", "count", "Template")


@cache
def said() -> frozenset[str]:
    """Give each text that the code says, from the modules that know of wording."""
    return frozenset(
        text
        for path in SOURCE.rglob("*.py")
        if "kalends.engine.wording" in (source := path.read_text()) or path.name == "wording.py"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and _name(node.func) in SAYING
        for text in _texts(node)
    )


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _texts(call: ast.Call) -> Iterator[str]:
    """Give the texts among the arguments: each as it stands, or one of two."""
    for argument in call.args:
        either = [argument.body, argument.orelse] if isinstance(argument, ast.IfExp) else [argument]
        yield from (
            each.value for each in either if isinstance(each, ast.Constant) and isinstance(each.value, str)
        )


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_much_is_said() -> None:
    assert "{some} and {last}" in said()
    assert len(said()) > 100


@pytest.mark.parametrize("language", CATALOGUES)
def test_a_language_says_all_that_english_says_and_nothing_else(language: str) -> None:
    known = frozenset(CATALOGUES[language])
    assert not said() - known
    assert not known - said()


@pytest.mark.parametrize("language", CATALOGUES)
def test_what_is_filled_in_is_filled_in_in_each_language(language: str) -> None:
    changed = {text for text, other in CATALOGUES[language].items() if places(text) != places(other)}
    assert changed == set()
