"""The browser app over HTTP: its files, and its page at every address that is nobody else's."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from kalends.interfaces.web.files import BuiltFile, Form

PAGE: Final = "/index.html"
WORKER: Final = "/sw.js"
ASSETS: Final = "/assets/"

_NOT_PAGES: Final = frozenset({"api", "assets", "feeds", "healthz"})
"""First steps of addresses below which nothing is a page, whatever the browser accepts."""

_NOT_BUILT: Final = (
    "The browser app is not built here: run `make web`, which needs Node 20.19 or newer, and start the"
    " server again.\n"
    "REST, feeds and the command line work without it.\n"
)

# The worker and the scripts get it as well: a worker is bound by the policy that came with its own script.
_HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            "font-src 'self'",
            "connect-src 'self'",
            "manifest-src 'self'",
            "worker-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


class BrowserApp:
    """An ASGI application for whatever no route of the server takes.

    Pages are addresses within the app, which reads them itself: each answers with the one page there is.
    """

    def __init__(self, files: Mapping[str, BuiltFile]) -> None:
        self._files = files

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = self._answer(Request(scope))
        await answer(scope, receive, send)

    def _answer(self, request: Request) -> Response:
        path = request.scope["path"]
        if path not in self._files and _is_page(path, request):
            path = PAGE
        file = self._files.get(path)
        if file is None and path == PAGE:
            return PlainTextResponse(_NOT_BUILT, HTTPStatus.SERVICE_UNAVAILABLE)
        if file is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        if request.method not in ("GET", "HEAD"):
            raise HTTPException(HTTPStatus.METHOD_NOT_ALLOWED, headers={"Allow": "GET, HEAD"})
        return _read(path, file, request)


def _is_page(path: str, request: Request) -> bool:
    """Say whether this is an address within the app: one that a person opens, and not a program."""
    if path[1:].partition("/")[0] in _NOT_PAGES:
        return False
    return path in ("/", PAGE) or _weights(request, "accept").get("text/html", 0) > 0


def _read(path: str, file: BuiltFile, request: Request) -> Response:
    coding, form = _chosen(file, request)
    headers = {**_HEADERS, "ETag": form.etag, "Cache-Control": _kept_for(path), "Vary": "Accept-Encoding"}
    if path == WORKER:
        headers["Service-Worker-Allowed"] = "/"
    seen = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    if form.etag in seen or "*" in seen:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    headers |= {"Content-Type": file.media_type, "Content-Length": str(len(form.content))}
    if coding:
        headers["Content-Encoding"] = coding
    return Response(b"" if request.method == "HEAD" else form.content, headers=headers)


def _chosen(file: BuiltFile, request: Request) -> tuple[str | None, Form]:
    """Give the smallest form that the client can read, with its content coding."""
    weights = _weights(request, "accept-encoding")
    for coding, form in file.compressed.items():
        if weights.get(coding, weights.get("*", 0)) > 0:
            return coding, form
    return None, file.plain


def _kept_for(path: str) -> str:
    # A file under assets is named after its content; any other may be new at the next visit.
    return "public, max-age=31536000, immutable" if path.startswith(ASSETS) else "no-cache"


def _weights(request: Request, header: str) -> dict[str, float]:
    """Give what a header of wishes names, with its weight (RFC 9110 12.4.2); 0 is a refusal."""
    wishes = (wish.partition(";") for wish in ",".join(request.headers.getlist(header)).split(","))
    return {name.strip().lower(): _weight(parameters) for name, _, parameters in wishes}


def _weight(parameters: str) -> float:
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            try:
                return float(value)
            except ValueError:
                return 0  # whoever cannot say how much gets what everybody can read
    return 1
