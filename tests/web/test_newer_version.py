"""A newer app is on the server: pages say so, and go on with it when somebody agrees."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

import kalends
from browsing import Faults, Visit
from served import Server, served

SILENCE = (
    r"unanswered: .*ERR_(CONNECTION_REFUSED|CONNECTION_RESET|EMPTY_RESPONSE|INCOMPLETE_CHUNKED_ENCODING)"
)


@pytest.fixture(scope="module")
def server(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of a package of its own, of which the test makes a newer version."""
    folder = tmp_path_factory.mktemp("newer")
    shutil.copytree(Path(kalends.__file__).parent, folder / "installed" / "kalends")
    data = shutil.copytree(demo, folder / "data")
    with served(data, installed=folder / "installed") as server:
        yield server


def test_a_newer_version_waits_until_somebody_agrees(visit: Visit, server: Server, faults: Faults) -> None:
    page = visit(service_workers="allow")
    page.goto("/rules")
    expect(page.get_by_role("heading", name="Rules", level=1)).to_be_visible()
    page.evaluate("navigator.serviceWorker.ready")
    newer = page.get_by_role("status").filter(has_text="A newer Kalends is here")
    expect(newer).to_have_count(0)
    with faults.forgiven(SILENCE):
        server.stop()
        release(server)
        server.start()
        page.evaluate("dispatchEvent(new Event('online'))")
        expect(newer).to_be_visible()
    with page.expect_navigation():
        page.get_by_role("button", name="Reload").click()
    expect(page.get_by_role("heading", name="Rules", level=1)).to_be_visible()
    expect(newer).to_have_count(0)
    assert page.evaluate("navigator.serviceWorker.getRegistration().then((it) => it.waiting)") is None


def release(server: Server) -> None:
    """Make another version of the worker, as a change of any file does."""
    assert server.installed is not None
    worker = server.installed / "kalends" / "interfaces" / "web" / "built" / "sw.js"
    for compressed in worker.parent.glob("sw.js.*"):
        compressed.unlink()
    worker.write_text(worker.read_text().replace("`kalends-shell-`", "`kalends-shell-newer-`"))
