"""No statement of a test sees another workspace's rows, unless it says why."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import Connection, Engine, event

from kalends.storage.schema import Table

_READ_OR_CHANGED = re.compile(r'\b(?:FROM|JOIN|UPDATE)\s+"?(\w+)')
# Joining workspace_id with another table's does not narrow; comparing it with a value does.
_NARROWED = re.compile(r"workspace_id\"? (?:= |IN )\(?(?:\?|%\()")


class Unscoped(AssertionError):
    """A statement reaches for rows of every workspace and has no `across_workspaces` to say why."""


def _is_scoped(name: str) -> bool:
    table = Table.metadata.tables.get(name)
    return (
        table is not None and "workspace_id" in table.primary_key.columns
    )  # as storage.schema.Scoped has it


@event.listens_for(Engine, "before_cursor_execute")
def _refuse_unscoped(
    _connection: Connection, _cursor: Any, statement: str, _parameters: Any, context: Any, _many: bool
) -> None:
    if context is None or context.isddl or _NARROWED.search(statement):
        return
    if "across_workspaces" in context.execution_options:
        return
    if any(map(_is_scoped, _READ_OR_CHANGED.findall(statement))):
        raise Unscoped(f"This statement is not narrowed to a workspace:\n{statement}")
