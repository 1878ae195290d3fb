"""The wheel by itself: an installed Kalends serves the browser app, and needs no Node for it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import httpx
import pytest

from served import served

ROOT = Path(__file__).parents[2]
APP = "kalends/interfaces/web/built"
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "install", "--no-index")


def build(target: str, tree: Path, into: Path) -> subprocess.CompletedProcess[str]:
    """Build a package of this tree as pip would, from what is installed here."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", target, "--directory", str(into)]
    return subprocess.run(command, cwd=tree, capture_output=True, text=True, timeout=120)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    run = build("wheel", ROOT, folder)
    assert run.returncode == 0, run.stderr
    return next(folder.glob("*.whl"))


def test_a_wheel_carries_the_whole_app_and_nothing_of_how_it_was_built(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if name.startswith(f"{APP}/")}
        foreign = {name for name in archive.namelist() if not name.startswith(("kalends/", "kalends-"))}
    folder = ROOT / "src" / APP
    assert names == {f"{APP}/{path.relative_to(folder)}" for path in folder.rglob("*") if path.is_file()}
    assert foreign == set()


def test_what_was_installed_serves_its_page_and_its_scripts(wheel: Path, tmp_path: Path) -> None:
    site, data = tmp_path / "site", tmp_path / "data"
    data.mkdir()
    subprocess.run([*PIP, "--no-deps", "--target", str(site), str(wheel)], check=True, timeout=120)
    with (
        served(data, installed=site) as server,
        httpx.Client(base_url=server.address, timeout=20) as client,
    ):
        page = client.get("/")
        script = re.search(r'<script [^>]*src="([^"]+)"', page.text)
        assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert script is not None, page.text
        answer = client.get(script[1], headers={"Accept-Encoding": "gzip"})
        assert answer.headers["content-encoding"] == "gzip"
        assert answer.content == (site / APP / script[1][1:]).read_bytes()
        assert client.get("/healthz").json() == {"status": "ok"}


@pytest.mark.parametrize("target", ["wheel", "sdist"])
def test_no_package_is_made_without_the_app(tmp_path: Path, target: str) -> None:
    tree = tmp_path / "tree"
    (tree / "src" / "kalends").mkdir(parents=True)
    for name in ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE", "src/kalends/__init__.py"):
        shutil.copy(ROOT / name, tree / name)
    run = build(target, tree, tmp_path / "dist")
    assert run.returncode != 0
    assert "make web" in run.stderr
    assert "Traceback" not in run.stderr
    assert not list(tmp_path.glob("dist/*"))
