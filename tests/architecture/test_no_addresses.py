"""The project builds anywhere: no file names a package host or a folder of somebody's machine."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]

# Written in parts, so that this file does not trip over itself.
HOSTS = ("pypi" + ".org", "python" + "hosted", "npm" + "js", "yarn" + "pkg", "proxy." + "golang")
FOLDERS = ("wo" + "rk", "ro" + "ot", "fa" + "rm")
NEEDLE = re.compile("|".join([*map(re.escape, HOSTS), rf"(?<![\w./*}}\]-])/(?:{'|'.join(FOLDERS)})/"]))


def tracked_files() -> list[Path]:
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def test_no_tracked_file_names_a_package_host_or_a_machine() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:120]}"
        for path in tracked_files()
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        if NEEDLE.search(line)
    ]
    assert found == []


def test_the_lock_of_the_browser_app_names_no_place_to_download_from() -> None:
    packages = json.loads((ROOT / "web" / "package-lock.json").read_text())["packages"]
    assert len(packages) > 100
    assert [name for name, locked in packages.items() if "resolved" in locked] == []
    # What is installed is known by its digest, wherever it comes from.
    assert [name for name, locked in packages.items() if name and "integrity" not in locked] == []
