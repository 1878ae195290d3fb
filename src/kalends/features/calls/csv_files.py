"""Calls and their log as CSV files (RFC 4180) in UTF-8."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any, Final

from kalends.features.calls.queries import Logged
from kalends.features.calls.rows import CallRow
from kalends.kit.errors import InvalidInput

_METADATA: Final = "metadata."
_IDS: Final = ("call_id", "id")  # the log has both: whose attempt it was, and the attempt's own
_RETRIES: Final = "retries"
_COLUMNS: Final = frozenset(CallRow.model_fields) - {"metadata", _RETRIES}
_STARTS_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")

LOG_COLUMNS: Final = (
    *("started_at", "title", "phone_masked", "number", "state", "outcome", "answered_by"),
    *("answered_at", "ended_at", "duration_seconds", "error_code", "error", "notes"),
    *("id", "call_id", "member_id", "agent_instance", "provider_id", "recording_url", "transcript"),
)


def read_rows(data: bytes) -> list[dict[str, Any]]:
    """Read the rows of a file, each with the cells that say something, by the names in the first line.

    Separated by commas or semicolons. Raises `InvalidInput` for a file that is none, or a column that no call
    has; what is in the cells is not looked at.
    """
    header, lines = _table(data)
    _must_be_known(header)
    return [_row(header, line) for line in lines]


def read_ids(data: bytes) -> list[str]:
    """Read the ids of calls, by row, from a file that has them as `call_id` or `id`, as the log has.

    Raises `InvalidInput` for a file that is none, or lacks them.
    """
    header, lines = _table(data)
    column = next((header.index(name) for name in _IDS if name in header), None)
    if column is None:
        raise InvalidInput(f"The file lacks the column {_IDS[0]}.", field=_IDS[0])
    return [line[column].strip() if column < len(line) else "" for line in lines]


def log_lines(log: Iterable[Logged]) -> Iterator[str]:
    """Write the log line by line; what a spreadsheet would take for a formula, it takes for text."""
    yield _line(LOG_COLUMNS)
    for logged in log:
        attempt = logged.attempt
        values = (logged.title if name == "title" else getattr(attempt, name) for name in LOG_COLUMNS)
        yield _line(_cell(value) for value in values)


def _table(data: bytes) -> tuple[list[str], list[list[str]]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(
            f"The file is not in UTF-8: byte {error.start + 1} is none of it.", field="body"
        ) from None
    if "\0" in text:
        raise InvalidInput("The file holds bytes that are no text.", field="body")
    first = text.split("\n", 1)[0]
    separator = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        header = [name.strip().lower() for name in next(reader, [])]
        lines = [line for line in reader if any(cell.strip() for cell in line)]
    except csv.Error as error:
        raise InvalidInput(f"Line {reader.line_num} is no CSV: {error}.", field="body") from None
    if not header:
        raise InvalidInput("The file is empty: its first line names the columns.", field="body")
    return header, lines


def _must_be_known(header: list[str]) -> None:
    for number, name in enumerate(header, 1):
        if name not in _COLUMNS and not (name.startswith(_METADATA) and len(name) > len(_METADATA)):
            raise InvalidInput(f"Column {number} is nothing that a call has: {name}.", field=name or "body")
    if len(set(header)) < len(header):
        raise InvalidInput("A column is named twice.", field="body")
    for name in ("phone", "start"):
        if name not in header:
            raise InvalidInput(f"The file lacks the column {name}.", field=name)


def _row(header: list[str], line: list[str]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    if len(line) > len(header):
        row["row"] = "more cells than columns"  # refused as a field that no call has
    for name, cell in zip(header, line, strict=False):
        if not cell.strip():
            continue
        if name.startswith(_METADATA):
            row.setdefault("metadata", {})[name.removeprefix(_METADATA)] = cell
        else:
            row[name] = cell.strip() if name not in ("script", "notes", "description") else cell
    return row


def _line(cells: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = value.isoformat() if hasattr(value, "isoformat") else str(value)
    return f"'{text}" if text.startswith(_STARTS_FORMULA) else text
