"""What the browser app was built into, read once and kept in memory: some hundred files, a few megabytes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

BUILT: Final = Path(__file__).with_name("built")
"""Where `web/` is built into; hatch puts it into wheels."""

ENCODINGS: Final[Mapping[str, str]] = {"br": ".br", "gzip": ".gz"}
"""The content codings that the build leaves beside a file, by their suffix; the smaller first."""

# Not the machine's own table of types, which says of some machines that JavaScript is text/plain.
_TYPES: Final[Mapping[str, str]] = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One form of a file: as it is, or compressed."""

    content: bytes
    etag: str  # of these very bytes (RFC 9110 8.8.1): another for each coding


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltFile:
    """A file in all its forms."""

    media_type: str
    plain: Form
    compressed: Mapping[str, Form]  # by content coding


def read_built(folder: Path = BUILT) -> dict[str, BuiltFile]:
    """Give the files by the path at which they are served ("/sw.js"); none where nothing was built."""
    return {f"/{path.relative_to(folder).as_posix()}": _read(path) for path in _served(folder)}


def _served(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        if path.is_file() and path.suffix not in ENCODINGS.values():
            yield path


def _read(path: Path) -> BuiltFile:
    beside = {coding: path.with_name(path.name + suffix) for coding, suffix in ENCODINGS.items()}
    return BuiltFile(
        media_type=_TYPES.get(path.suffix, "application/octet-stream"),
        plain=_form(path),
        compressed={coding: _form(file) for coding, file in beside.items() if file.is_file()},
    )


def _form(path: Path) -> Form:
    content = path.read_bytes()
    return Form(content=content, etag=f'"{hashlib.blake2b(content, digest_size=16).hexdigest()}"')
