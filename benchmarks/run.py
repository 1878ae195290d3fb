"""Runs every benchmark of this folder, each in a process of its own, and tables ours beside the peer's.

    python benchmarks/run.py [--write] [name ...]

A benchmark is a script that with `--json` prints a list of measurements: objects of `name`, `ours`,
`peer` (None without one), `unit`, `ratio`, `target` and `met`. `--write` keeps the table in
docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "benchmarks.md"
FENCE = re.compile(r"(<!-- measured -->\n).*?(<!-- /measured -->)", re.DOTALL)
HEADER = ("benchmark", "ours", "peer", "unit", "ratio", "target", "met")

Measurement = dict[str, Any]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", help="benchmarks to run, without .py; all of them by default")
    parser.add_argument("--write", action="store_true", help="keep the table in docs/benchmarks.md")
    chosen = parser.parse_args()
    found = {path.stem: path for path in sorted(HERE.glob("*.py")) if path != Path(__file__)}
    unknown = set(chosen.names) - set(found)
    if unknown or (chosen.write and chosen.names):
        parser.error(
            f"no benchmark {', '.join(unknown)}" if unknown else "--write keeps all benchmarks or none"
        )

    rows, broken = [], []
    for name in chosen.names or found:
        print(f"{name} ...", file=sys.stderr, flush=True)
        try:
            rows += [_row(measurement) for measurement in _measure(found[name])]
        except subprocess.CalledProcessError as error:
            broken.append(f"{name} (exit status {error.returncode})")
    table = list(_aligned([HEADER, *rows]))
    print("\n".join(table))
    if chosen.write and not broken:
        measured = f"Measured {date.today():%-d %B %Y} on {_machine()}.\n\n" + "\n".join(table) + "\n"
        PAGE.write_text(FENCE.sub(lambda fence: fence[1] + measured + fence[2], PAGE.read_text()))
    missed = sum(row[-1] == "no" for row in rows)
    print(f"{len(rows)} measured, {missed} short of the target; did not run: {', '.join(broken) or 'none'}")
    return 1 if broken else 0


def _measure(script: Path) -> list[Measurement]:
    """Run one script and read what it prints: a JSON list, or a line for each list or object."""
    run = subprocess.run([sys.executable, script, "--json"], stdout=subprocess.PIPE, text=True, check=True)
    measurements: list[Measurement] = []
    for line in run.stdout.splitlines():
        if line.startswith(("[", "{")):
            value = json.loads(line)
            measurements += value if isinstance(value, list) else [value]
    return measurements


def _row(measured: Measurement) -> tuple[str, ...]:
    return tuple(_shown(measured["name" if column == "benchmark" else column]) for column in HEADER)


def _shown(value: Any) -> str:
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
        case float() if abs(value) < 1000:
            return f"{value:.3g}"
        case float() | int():
            return f"{value:,.0f}"
    return str(value)


def _aligned(rows: list[tuple[str, ...]]) -> Iterator[str]:
    """Give the lines of a Markdown table that is as readable in a terminal."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for number, row in enumerate(rows):
        yield "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        if number == 0:
            yield "|" + "|".join("-" * (width + 2) for width in widths) + "|"


def _machine() -> str:
    model = re.search(r"^model name\s*: (.+)$", _text("/proc/cpuinfo"), re.MULTILINE)
    processor = model[1] if model else platform.machine()
    return f"{os.cpu_count()} cores of {processor}, {platform.system()}, Python {platform.python_version()}"


def _text(path: str) -> str:
    return Path(path).read_text() if Path(path).exists() else ""


if __name__ == "__main__":
    sys.exit(main())
