"""Rows that are about to be deleted for their age, kept as files: gzip of one JSON object a line.

There is one file for each month, workspace and table. It is replaced as a whole, so that a crash leaves
the old or the new one and never half; what was written but not deleted yet is written again, with its id.
"""

from __future__ import annotations

import gzip
import json
import os
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Select

from kalends.storage.database import Unit

Dated = tuple[datetime, dict[str, Any]]


def read_rows(tx: Unit, query: Select[*tuple[Any, ...]]) -> list[Dated]:
    """Give what a query finds, whose first column says when that was, by the names of the others."""
    found = tx.execute(query)
    names = [*found.keys()][1:]
    return [(at, dict(zip(names, values, strict=True))) for at, *values in found]


def keep_rows(directory: Path, workspace_id: UUID, kind: str, rows: Iterable[Dated]) -> None:
    """Add rows to the files of their months."""
    months: dict[str, list[str]] = defaultdict(list)
    for at, row in rows:
        months[f"{at:%Y-%m}"].append(json.dumps(row, default=_plain, ensure_ascii=False))
    for month, lines in months.items():
        file = directory / month / str(workspace_id) / f"{kind}.jsonl.gz"
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _append(file, "".join(f"{line}\n" for line in lines).encode())


def _append(file: Path, text: bytes) -> None:
    fresh = file.with_suffix(".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(file.read_bytes() if file.exists() else b"")
        out.write(gzip.compress(text, mtime=0))  # what follows in a gzip file goes on with what it says
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(file)
    directory = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
