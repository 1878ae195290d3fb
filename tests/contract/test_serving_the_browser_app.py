"""The files of the browser app over HTTP, out of a folder like the one that `web/` is built into."""

from __future__ import annotations

import gzip
import shutil
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from kalends.interfaces.feeds import feed_routes
from kalends.interfaces.rest.app import create_app
from kalends.interfaces.web import BrowserApp, read_built
from rest_client import ROOMY
from workspaces import Town, town

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it wants a package that is not out yet for long
    from starlette.testclient import TestClient

PAGE = b"<!doctype html><title>Kalends</title>"
SCRIPT = b"console.log('a script that is long enough to be worth its compression')" * 9
SCRIPT_PATH = "/assets/index-B1x2C3.js"
BROWSER = {
    "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
    "Accept-Encoding": "deflate, zstd",
}
PLAIN = {"Accept-Encoding": "identity"}
FILES = {
    "index.html": PAGE,
    "index.html.gz": b"what gzip makes of it",
    "sw.js": b"self.addEventListener('fetch', () => {})",
    "manifest.webmanifest": b"{}",
    "favicon.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "assets/index-B1x2C3.js": SCRIPT,
    "assets/index-B1x2C3.js.br": b"what Brotli makes of it",
    "assets/index-B1x2C3.js.gz": gzip.compress(SCRIPT),
    "assets/index-D4.css": b"body { margin: 0 }",
    "assets/inter-E5.woff2": b"wOF2",
    "assets/unknown-F6.kind": b"?",
}


@pytest.fixture(scope="module")
def home(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("home")
    home = town(f"sqlite:///{shutil.copy(sqlite_template, folder / 'kalends.sqlite')}", folder)
    yield home
    home.database.close()


@pytest.fixture(scope="module")
def client(home: Town, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The whole server; nothing here changes it, and to make it takes longer than to ask it."""
    folder = tmp_path_factory.mktemp("package")
    (folder / "secret.txt").write_text("not to be served")
    for name, content in FILES.items():
        file = folder / "built" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    pages = BrowserApp(read_built(folder / "built"))
    app = create_app(home.services, ROOMY, beside=[feed_routes(home.services)], otherwise=pages)
    with TestClient(app) as client:
        yield client


def raw(client: TestClient, path: str, accept_encoding: str) -> tuple[str | None, bytes]:
    """Give the coding of an answer, and its bytes as they were sent."""
    with client.stream("GET", path, headers={"Accept-Encoding": accept_encoding}) as answer:
        return answer.headers.get("content-encoding"), b"".join(answer.iter_raw())


@pytest.mark.parametrize("path", ["/", "/index.html", "/week/2026-11-21", "/people/a.b", "/apiary", "//api"])
def test_every_address_of_the_app_answers_with_its_page(client: TestClient, path: str) -> None:
    answer = client.get(path, headers=BROWSER)
    assert (answer.status_code, answer.content) == (200, PAGE)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["etag"]


@pytest.mark.parametrize(
    ("path", "accept"),
    [
        ("/api", BROWSER["Accept"]),
        ("/api/v1/nowhere", BROWSER["Accept"]),
        ("/assets/index-gone.js", BROWSER["Accept"]),
        ("/assets/", BROWSER["Accept"]),
        ("/feeds/nothing", BROWSER["Accept"]),
        ("/healthz/more", BROWSER["Accept"]),
        ("/favicon.ico", "image/avif,image/*,*/*;q=0.8"),
        ("/week", "application/json"),
        ("/week", "text/html;q=0, */*"),
        ("/%2e%2e/secret.txt", "*/*"),
        ("/assets/..%2f..%2fsecret.txt", "*/*"),
        ("/assets//etc/passwd", "*/*"),
        ("/assets/index-B1x2C3.js.gz", "*/*"),
        ("/assets/%00", "*/*"),
    ],
)
def test_what_is_not_there_is_a_problem(client: TestClient, path: str, accept: str) -> None:
    answer = client.get(path, headers={"Accept": accept})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"


def test_what_others_answer_stays_theirs(client: TestClient) -> None:
    assert client.get("/healthz", headers=BROWSER).json() == {"status": "ok"}
    assert client.get("/api/v1/members", headers=BROWSER).json()["code"] == "unauthenticated"
    assert client.get("/feeds/secret.ics", headers=BROWSER).json()["code"] == "not_found"
    wrong_method = client.get("/api/v1/auth/sign-in", headers=BROWSER)
    assert (wrong_method.status_code, wrong_method.json()["code"]) == (405, "method_not_allowed")
    for path in ("/healthz", "/api/v1/members"):
        policy = client.get(path).headers["content-security-policy"]
        assert policy == "default-src 'none'; frame-ancestors 'none'"


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        (SCRIPT_PATH, "text/javascript; charset=utf-8"),
        ("/assets/index-D4.css", "text/css; charset=utf-8"),
        ("/assets/inter-E5.woff2", "font/woff2"),
        ("/assets/unknown-F6.kind", "application/octet-stream"),
        ("/sw.js", "text/javascript; charset=utf-8"),
        ("/manifest.webmanifest", "application/manifest+json"),
        ("/favicon.svg", "image/svg+xml"),
    ],
)
def test_a_file_has_its_type_and_is_kept_for_as_long_as_its_name_says(
    client: TestClient, path: str, media_type: str
) -> None:
    answer = client.get(path, headers=PLAIN)
    assert (answer.status_code, answer.content) == (200, FILES[path[1:]])
    assert answer.headers["content-type"] == media_type
    assert answer.headers["x-content-type-options"] == "nosniff"
    hashed = path.startswith("/assets/")
    kept = "public, max-age=31536000, immutable" if hashed else "no-cache"
    assert answer.headers["cache-control"] == kept
    assert answer.headers.get("service-worker-allowed") == ("/" if path == "/sw.js" else None)


@pytest.mark.parametrize(
    ("accept_encoding", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("GZIP", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("br; q=0.0, gzip;q=0.5", "gzip"),
        ("*", "br"),
        ("*, br;q=0", "gzip"),
        ("br, *;q=0", "br"),
        ("br;q=lots", None),
        ("identity", None),
        ("deflate", None),
        ("gzip;q=0", None),
        ("*;q=0", None),
        ("", None),
        (",;,", None),
    ],
)
def test_the_smallest_form_that_the_client_reads_is_sent(
    client: TestClient, accept_encoding: str, coding: str | None
) -> None:
    suffix = {"br": ".br", "gzip": ".gz", None: ""}[coding]
    assert raw(client, SCRIPT_PATH, accept_encoding) == (coding, FILES[f"{SCRIPT_PATH[1:]}{suffix}"])


def test_what_was_not_compressed_is_sent_as_it_is(client: TestClient) -> None:
    assert raw(client, "/assets/inter-E5.woff2", "br, gzip") == (None, b"wOF2")
    assert raw(client, "/", "br, gzip") == ("gzip", FILES["index.html.gz"])


def test_each_form_has_a_tag_of_its_own(client: TestClient) -> None:
    codings = ("br", "gzip", "identity")
    answers = [client.head(SCRIPT_PATH, headers={"Accept-Encoding": coding}) for coding in codings]
    assert len({answer.headers["etag"] for answer in answers}) == 3
    assert {answer.headers["vary"] for answer in answers} == {"Accept-Encoding"}


@pytest.mark.parametrize(
    ("seen", "status"),
    [("{}", 304), ("W/{}", 304), ('"other", {}', 304), ("*", 304), ('"other"', 200), ("", 200)],
)
def test_a_page_that_did_not_change_is_not_sent_again(client: TestClient, seen: str, status: int) -> None:
    tag = client.get("/week", headers=BROWSER).headers["etag"]
    answer = client.get("/month", headers={**BROWSER, "If-None-Match": seen.format(tag)})
    assert answer.status_code == status
    assert answer.content == (PAGE if status == 200 else b"")
    assert (answer.headers["etag"], answer.headers["cache-control"]) == (tag, "no-cache")


def test_head_tells_the_size_and_sends_nothing(client: TestClient) -> None:
    answer = client.head(SCRIPT_PATH, headers=PLAIN)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == str(len(SCRIPT))


@pytest.mark.parametrize(("method", "path", "status"), [
    ("POST", "/", 405),
    ("DELETE", SCRIPT_PATH, 405),
    ("POST", "/api/v1/nowhere", 404),
    ("OPTIONS", "/nowhere", 404),
])  # fmt: skip
def test_files_are_only_read(client: TestClient, method: str, path: str, status: int) -> None:
    answer = client.request(method, path)
    assert answer.status_code == answer.json()["status"] == status
    assert answer.headers.get("allow") == ("GET, HEAD" if status == 405 else None)


@pytest.mark.parametrize("path", ["/", "/week", "/sw.js", SCRIPT_PATH])
def test_a_page_loads_nothing_from_elsewhere_and_nobody_frames_it(client: TestClient, path: str) -> None:
    headers = client.get(path, headers=BROWSER).headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy.pop("default-src") == "'none'"
    assert policy.pop("img-src") == "'self' data:"
    assert {policy.pop(name) for name in ("base-uri", "frame-ancestors")} == {"'none'"}
    assert set(policy.values()) == {"'self'"}
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == headers["cross-origin-resource-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]


@pytest.mark.parametrize("path", ["/", "/week"])
def test_an_app_that_was_not_built_says_what_to_run(home: Town, tmp_path: Path, path: str) -> None:
    app = create_app(home.services, ROOMY, otherwise=BrowserApp(read_built(tmp_path / "missing")))
    client = TestClient(app)
    answer = client.get(path, headers=BROWSER)
    assert (answer.status_code, "make web" in answer.text) == (503, True)
    assert answer.headers["content-type"].startswith("text/plain")
    assert client.get("/assets/index.js", headers=BROWSER).status_code == 404
    assert client.get("/healthz").status_code == 200
