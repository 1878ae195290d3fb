"""`scripts/web` says what it misses before it does anything."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "web"
OLD = "#!/bin/sh\ncase $1 in --version) echo v18.19.0 ;; *) exit 1 ;; esac\n"


@pytest.mark.parametrize(
    ("programs", "missed"),
    [
        ({}, "there is no node"),
        ({"node": "#!/bin/sh\n"}, "there is no npm"),
        ({"node": OLD, "npm": "#!/bin/sh\n"}, "node here is v18.19.0"),
    ],
)
def test_it_names_the_version_that_it_needs(tmp_path: Path, programs: dict[str, str], missed: str) -> None:
    for name in ("bash", "dirname"):
        (tmp_path / name).symlink_to(str(shutil.which(name)))
    for name, content in programs.items():
        (tmp_path / name).write_text(content)
        (tmp_path / name).chmod(0o700)
    run = subprocess.run([SCRIPT], env={"PATH": str(tmp_path)}, capture_output=True, text=True, timeout=60)
    assert run.returncode == 1
    assert "Node 20.19 or newer" in run.stderr
    assert missed in run.stderr
    assert run.stdout == ""
