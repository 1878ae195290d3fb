"""Time, chance and environment are handed in: only the places that hand them out may ask the machine."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "kalends"

ALLOWED = {  # where the composition root and the values it hands out live
    "kit/clock.py": "the clock",
    "kit/ids.py": "identifiers and tokens",
    "kit/crypto.py": "keys and nonces",
    "settings.py": "the environment",
    "server.py": "composition",
    "workers.py": "composition",
    "cli/*": "composition",
}

BANNED = (
    "time.time*",
    "time.monotonic*",
    "time.perf_counter*",
    "time.process_time*",
    "time.thread_time*",
    "time.clock*",
    "time.localtime",
    "time.gmtime",
    "time.ctime",
    "time.strftime",
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "datetime.datetime.today",
    "datetime.date.today",
    "sqlalchemy.func.now",
    "sqlalchemy.func.current_*",
    "random.*",
    "numpy.random.*",
    "secrets.token_*",
    "secrets.choice",
    "secrets.rand*",
    "secrets.SystemRandom",
    "uuid.uuid1",
    "uuid.uuid4",
    "os.urandom",
    "os.getrandom",
    "os.environ*",
    "os.getenv*",
    "os.putenv",
)


SEEDED = ("random.Random",)  # draws from a seed that is handed in


def ambient_reads(source: str) -> list[str]:
    """Give every mention of a banned name as `line: full name`, whatever it was imported as."""
    tree = ast.parse(source)
    names = dict(_imported(tree))
    inner = {node.value for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    found = []
    for node in ast.walk(tree):
        name = _full_name(node, names) if node not in inner else None
        banned = name is not None and name not in SEEDED and any(fnmatchcase(name, ban) for ban in BANNED)
        if banned:
            found.append(f"{getattr(node, 'lineno', 0)}: {name}")
    return found


def _imported(tree: ast.AST) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield (name.asname, name.name) if name.asname else (name.name.split(".")[0],) * 2
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for name in node.names:
                yield name.asname or name.name, f"{node.module}.{name.name}"


def _full_name(node: ast.AST, names: dict[str, str]) -> str | None:
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.Attribute):
        owner = _full_name(node.value, names)
        return owner and f"{owner}.{node.attr}"
    return None


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("*.py")), ids=lambda path: str(path.relative_to(SOURCE)))
def test_nothing_asks_the_machine(path: Path) -> None:
    name = path.relative_to(SOURCE).as_posix()
    if not any(fnmatchcase(name, allowed) for allowed in ALLOWED):
        assert ambient_reads(path.read_text()) == []


@pytest.mark.parametrize(
    "source, found",
    [
        ("import time\ntime.time()", ["2: time.time"]),
        ("import time as t\nstart = t.monotonic", ["2: time.monotonic"]),
        ("from time import perf_counter_ns as tick\ntick()", ["2: time.perf_counter_ns"]),
        ("from datetime import datetime as dt\ndt.now()", ["2: datetime.datetime.now"]),
        ("import datetime\ndatetime.date.today()", ["2: datetime.date.today"]),
        ("import os\nos.environ['HOME']", ["2: os.environ"]),
        ("import os\nos.environ.get('HOME')", ["2: os.environ.get"]),
        ("from os import environ\nenviron.get('HOME')", ["2: os.environ.get"]),
        ("from numpy import random\nrandom.default_rng()", ["2: numpy.random.default_rng"]),
        ("from sqlalchemy import func\nfunc.now()", ["2: sqlalchemy.func.now"]),
        ("from uuid import UUID, uuid4\nuuid4()", ["2: uuid.uuid4"]),
        ("from datetime import time\ntime(9)", []),
        ("import time\ntime.sleep(1)", []),
        ("clock.now()", []),
        ("import random\nrandom.choice([1])", ["2: random.choice"]),
        ("import random\nrandom.Random(seed)", []),
    ],
)
def test_the_check_sees_through_aliases(source: str, found: list[str]) -> None:
    assert ambient_reads(source) == found
