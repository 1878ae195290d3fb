"""How long commands take from the shell and back, as whole processes.

    python benchmarks/cli_start.py [--json]

The peer is the same interpreter doing nothing. The target is half a second, for what everybody waits for.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from time import perf_counter

PROGRAM = str(Path(sys.executable).with_name("kalends"))
RUNS = 9
TARGET_MS = 500.0
COMMANDS = {
    "kalends --help": ["--help"],
    "kalends expand": ["expand", "FREQ=MONTHLY;BYDAY=2TU", "--start", "2026-11-10", "--limit", "12"],
}
# Compiled modules are part of every installation, whatever the environment of the benchmark says.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="print a list of measurements")
    as_json = parser.parse_args().json
    bare = _milliseconds([sys.executable, "-c", "pass"])
    measured = []
    for name, args in COMMANDS.items():
        ours = _milliseconds([PROGRAM, *args])
        measured.append(
            {
                "name": f"{name}, start to end (peer: bare interpreter)",
                "ours": ours,
                "peer": bare,
                "unit": "ms",
                "ratio": ours / bare,
                "target": f"< {TARGET_MS:.0f} ms",
                "met": ours < TARGET_MS,
            }
        )
    if as_json:
        print(json.dumps(measured))
    else:
        for each in measured:
            print(f"{each['name']}: {each['ours']:.0f} ms, bare {each['peer']:.0f} ms")


def _milliseconds(command: list[str]) -> float:
    """Give the median of some runs; the first, which compiles, is not among them."""
    taken = []
    for _ in range(RUNS + 1):
        begin = perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, env=ENVIRONMENT, check=True)
        taken.append((perf_counter() - begin) * 1000)
    return median(taken[1:])


if __name__ == "__main__":
    main()
