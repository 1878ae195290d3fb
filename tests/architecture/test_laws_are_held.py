"""Every law of docs/laws.md that is due has a test that draws many examples."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DUE = {"core", "placement", "jobs"}  # the parts of the product that exist, by the table's last column
EXAMPLES = 100
KILLS = {10, 42, 43}  # also held by a test that kills a real process
LAWS = {
    int(number): part
    for number, part in re.findall(
        r"^\| (\d+) \| .* \| ([\w ]+) \|$", (ROOT / "docs/laws.md").read_text(), re.MULTILINE
    )
}


@dataclass(frozen=True)
class LawTest:
    """A marked test: which laws it says it holds, and how."""

    name: str
    laws: frozenset[int]
    draws: bool  # by @given, or as a state machine
    fewest_examples: int
    kills: bool  # its module does


def law_tests(source: str) -> list[LawTest]:
    """Give the marked tests of a module without importing it."""
    tree = ast.parse(source)
    whole_module = _laws_in(_assigned(tree, "pytestmark"))
    found = []
    for test, owner in _tests(tree):
        decorators = [*test.decorator_list, *(owner.decorator_list if owner else [])]
        laws = whole_module | _laws_in(decorators)
        machine = isinstance(test, ast.ClassDef) or any(
            _called(call) == "run_state_machine_as_test" for call in _calls([test])
        )
        if laws:
            found.append(
                LawTest(
                    name=test.name,
                    laws=frozenset(laws),
                    draws=machine or any(_called(node) == "given" for node in decorators),
                    # A state machine takes its settings from an assignment somewhere in the module.
                    fewest_examples=min(_example_counts([tree] if machine else decorators), default=EXAMPLES),
                    kills="SIGKILL" in source or ".kill(" in source,
                )
            )
    return found


def _tests(tree: ast.Module) -> Iterator[tuple[ast.FunctionDef | ast.ClassDef, ast.ClassDef | None]]:
    """Give test functions with the class around them, and state machines made into tests."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test"):
            yield node, None
        elif isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            if any(
                "RuleBasedStateMachine" in (name := ast.unparse(b)) or "TestCase" in name for b in node.bases
            ):
                yield node, None
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef) and inner.name.startswith("test"):
                    yield inner, node


def _assigned(tree: ast.Module, name: str) -> list[ast.expr]:
    return [
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        and any(isinstance(t, ast.Name) and t.id == name for t in node.targets)
    ]


def _calls(nodes: Sequence[ast.AST]) -> Iterator[ast.Call]:
    for node in nodes:
        yield from (call for call in ast.walk(node) if isinstance(call, ast.Call))


def _called(node: ast.expr) -> str:
    return ast.unparse(node.func).rpartition(".")[2] if isinstance(node, ast.Call) else ""


def _laws_in(nodes: list[ast.expr]) -> set[int]:
    marks = (call for call in _calls(nodes) if ast.unparse(call.func) == "pytest.mark.law")
    return {argument.value for call in marks for argument in call.args if isinstance(argument, ast.Constant)}  # type: ignore[misc]


def _example_counts(nodes: Sequence[ast.AST]) -> list[int]:
    return [
        keyword.value.value
        for call in _calls(nodes)
        for keyword in call.keywords
        if keyword.arg == "max_examples"
        and isinstance(keyword.value, ast.Constant)
        and isinstance(keyword.value.value, int)
    ]


TEST_FILES = sorted((ROOT / "tests").rglob("test_*.py"))
MARKED = [test for path in TEST_FILES for test in law_tests(path.read_text())]


@pytest.mark.parametrize("law", [law for law, part in LAWS.items() if part in DUE])
def test_a_law_that_is_due_is_held(law: int) -> None:
    holding = [test for test in MARKED if law in test.laws]
    drawing = [test for test in holding if test.draws]
    assert drawing, f"no Hypothesis test is marked law({law})"
    assert max(test.fewest_examples for test in drawing) >= EXAMPLES, (
        f"law({law}) is tested by too few examples"
    )
    assert law not in KILLS or any(test.kills for test in holding), f"no test of law({law}) kills a process"


def test_marks_name_laws_that_exist() -> None:
    assert set().union(*(test.laws for test in MARKED)) <= set(LAWS)


def test_the_table_has_every_law_in_order() -> None:
    assert list(LAWS) == list(range(1, 46))


GIVEN = "@given(spans())\ndef test_law(span): ..."
MARK = "@pytest.mark.law(7)\n"
SHORT = "@settings(max_examples=9)\n"
METHOD = "class TestLaw:\n    @given(spans())\n    def test_law(self, span): ..."
RUN = "def test_law(): run_state_machine_as_test(Machine, settings=settings(max_examples=9))"
MACHINE = "class TestLaw(Machine.TestCase):\n    settings = settings(max_examples=9)"


@pytest.mark.parametrize(
    "source, draws, fewest",
    [
        (MARK + GIVEN, True, 100),
        (MARK + SHORT + GIVEN, True, 9),
        (MARK + "def test_law(): ...", False, 100),
        ("pytestmark = pytest.mark.law(7)\n" + GIVEN, True, 100),
        (MARK + METHOD, True, 100),
        (MARK + MACHINE, True, 9),
        (MARK + RUN, True, 9),
    ],
)
def test_the_check_knows_a_law_test_when_it_sees_one(source: str, draws: bool, fewest: int) -> None:
    (found,) = law_tests(source)
    assert (set(found.laws), found.draws, found.fewest_examples) == ({7}, draws, fewest)
