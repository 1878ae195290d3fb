"""Nothing stands in the source that nothing uses."""

from __future__ import annotations

import ast
from fnmatch import fnmatchcase
from pathlib import Path

from vulture import Vulture
from vulture.core import Item

ROOT = Path(__file__).parents[2]

CALLED_BY_FRAMEWORKS = [  # decorators that hand a function to somebody who calls it
    "@*.get", "@*.post", "@*.put", "@*.patch", "@*.delete", "@*.head", "@*.options", "@*.route",
    "@*.middleware", "@*.exception_handler", "@*.command", "@*.callback", "@*.listens_for",
    "@field_validator", "@model_validator", "@field_serializer", "@model_serializer", "@validates",
    "@pytest.fixture", "@pytest.hookimpl", "@rule", "@invariant", "@initialize", "@precondition",
]  # fmt: skip

ALLOWED = {  # path: names, each with who uses it
    "src/kalends/cli/commands.py": {"list_commands": "Click asks its groups"},
    "src/kalends/engine/zones.py": {
        "tzname": "datetime asks its tzinfo",
        "fromutc": "datetime asks its tzinfo",
    },
    "src/kalends/integrations/twilio/account.py": {"log_*": "Twilio's client calls them"},
    "src/kalends/integrations/twilio/fake/listener.py": {
        "do_*": "http.server calls them by the method",
        "log_message": "http.server calls it",
        "handle_error": "socketserver calls it",
    },
    "src/kalends/storage/schema.py": {"process_*": "SQLAlchemy asks its column types"},
    "src/kalends/storage/migrations/*": {"*": "Alembic reads revisions by name"},
    "tests/contract/test_carriers.py": {"handle_*": "aiosmtpd asks its handlers"},
    "tests/torture/receivers.py": {
        "do_POST": "http.server calls it by the method",
        "log_message": "http.server calls it",
        "handle_DATA": "aiosmtpd asks its handlers",
    },
    "tests/*": {"pytest_*": "pytest calls its hooks"},
}


def test_everything_is_used() -> None:
    vulture = Vulture(ignore_names=["test_*", "Test*", "pytestmark"], ignore_decorators=CALLED_BY_FRAMEWORKS)
    vulture.scavenge([ROOT / place for place in ("src", "tests", "benchmarks")])
    unused = [item for item in vulture.get_unused_code(min_confidence=60) if not _has_a_reader(item)]
    assert not unused, "\n".join(f"{_place(item)}:{item.first_lineno}: {item.message}" for item in unused)


def _has_a_reader(item: Item) -> bool:
    allowed = (names for pattern, names in ALLOWED.items() if fnmatchcase(_place(item), pattern))
    return _is_data(item) or any(fnmatchcase(item.name, name) for names in allowed for name in names)


def _is_data(item: Item) -> bool:
    """Say whether only the running program knows the readers.

    Columns, members of enumerations and fields of schemas are read from rows, JSON and values; parameters
    are there because a protocol has them.
    """
    match item.typ:
        case "variable":
            return not _is_constant(item)
        case "attribute":
            return not item.name.startswith("_")
    return False


def _is_constant(item: Item) -> bool:
    module = ast.parse(Path(item.filename).read_text())
    return any(
        statement.lineno <= item.first_lineno <= (statement.end_lineno or 0)
        for statement in module.body
        if isinstance(statement, ast.Assign | ast.AnnAssign)
    )


def _place(item: Item) -> str:
    return Path(item.filename).relative_to(ROOT).as_posix()
