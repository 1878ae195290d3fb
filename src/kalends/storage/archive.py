"""Backups of the embedded database: one file, taken while a server runs, put back whole or not at all.

The archive is a gzipped tar of the database and a manifest with its schema and SHA-256. The key that
encrypts secrets and signs tokens is not in it: whoever finds a backup can read no secret with it.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import sqlite3
import tarfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from kalends.kit.errors import Clash, KalendsError

MANIFEST, DATABASE = "manifest.json", "kalends.sqlite"

_FORMAT = 1
_LARGEST_MANIFEST = 10_000
_CHUNK = 1 << 20


class BadArchive(KalendsError):
    """The file is no backup, or is damaged."""

    code = "bad_archive"


class DataExists(Clash):
    """There is a database in the place to restore to."""

    code = "data_exists"


class InUse(Clash):
    """Somebody has the database open."""

    code = "in_use"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What an archive says of its database."""

    schema: str  # the revision
    made_at: str  # ISO 8601, UTC
    size: int  # of the database, bytes
    sha256: str
    format: int = _FORMAT


def back_up(database: Path, archive: Path, *, schema: str, made_at: str) -> Manifest:
    """Copy the database as it is at one instant into a new archive; writers wait for nothing.

    `schema` is the revision it stands at, `made_at` ISO 8601 in UTC. Raises `Clash` where the archive exists.
    """
    with _draft(archive) as copy, _draft(archive) as packed:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
            connection.execute("VACUUM INTO ?", (str(copy),))
        manifest = Manifest(schema=schema, made_at=made_at, size=copy.stat().st_size, sha256=_digest(copy))
        with packed.open("wb") as stream, tarfile.open(fileobj=stream, mode="w:gz", compresslevel=6) as tar:
            told = json.dumps(asdict(manifest), indent=2).encode()
            entry = tarfile.TarInfo(MANIFEST)
            entry.size, entry.mode = len(told), 0o600
            tar.addfile(entry, io.BytesIO(told))
            entry = tarfile.TarInfo(DATABASE)
            entry.size, entry.mode = manifest.size, 0o600
            with copy.open("rb") as data:
                tar.addfile(entry, data)
        _sync(packed)
        try:
            os.link(packed, archive)  # unlike a rename, never over a file that is there
        except FileExistsError:
            raise Clash(f"{archive} exists already: name another file.", file=str(archive)) from None
    _sync(archive.parent)
    return manifest


def restore(
    archive: Path, database: Path, *, force: bool = False, accept: Callable[[Manifest], None]
) -> Manifest:
    """Put an archive's database in place, whole or not at all.

    `accept` raises for a manifest that must not be restored. Raises `BadArchive`, `DataExists` unless
    forced, and `InUse` where somebody works with the database that would be replaced.
    """
    if database.exists() and not force:
        raise DataExists(
            f"There is data in {database.parent} already: restore elsewhere with --data, or say --force to "
            "replace it.",
            file=str(database),
        )
    with _draft(database) as draft:
        with _opened(archive) as tar:
            manifest = _manifest(tar)
            accept(manifest)
            _unpack(tar, manifest, draft)
        _must_be_sound(draft)
        with _set_aside(database):
            os.replace(draft, database)
    _sync(database.parent)
    return manifest


@contextmanager
def _draft(place: Path) -> Iterator[Path]:
    """Give a name beside the place for a file that is gone in the end unless it was moved."""
    suffix = 0
    while (path := place.with_name(f".{place.name}.{os.getpid()}.{suffix}")).exists():
        suffix += 1
    path.touch(mode=0o600, exist_ok=False)
    try:
        yield path
    finally:
        with suppress(FileNotFoundError):
            path.unlink()


@contextmanager
def _opened(archive: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(archive, "r:gz") as tar:
            yield tar
    except (tarfile.TarError, EOFError, OSError) as error:
        raise BadArchive(f"{archive} cannot be read as a backup: {error}.", file=str(archive)) from None


def _manifest(tar: tarfile.TarFile) -> Manifest:
    entry = tar.next()
    if entry is None or entry.name != MANIFEST or not entry.isfile() or entry.size > _LARGEST_MANIFEST:
        raise BadArchive("This archive is no backup of Kalends: it does not begin with a manifest.")
    stream = tar.extractfile(entry)
    assert stream is not None, "a regular file has content"
    try:
        manifest = Manifest(**json.loads(stream.read()))
    except (ValueError, TypeError):
        raise BadArchive("The backup's manifest cannot be read.") from None
    if manifest.format != _FORMAT:
        raise BadArchive(f"The backup has format {manifest.format}, this version reads {_FORMAT}.")
    return manifest


def _unpack(tar: tarfile.TarFile, manifest: Manifest, draft: Path) -> None:
    """Write the archive's database to the draft, and no more than the manifest says."""
    entry = tar.next()
    if entry is None or entry.name != DATABASE or not entry.isfile() or entry.size != manifest.size:
        raise BadArchive("The backup does not hold the database that its manifest names.")
    stream = tar.extractfile(entry)
    assert stream is not None, "a regular file has content"
    with draft.open("wb") as target:
        while chunk := stream.read(_CHUNK):
            target.write(chunk)
    if _digest(draft) != manifest.sha256:
        raise BadArchive("The backup is damaged: its database is not the one that was packed.")
    _sync(draft)


def _must_be_sound(database: Path) -> None:
    try:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
            found = connection.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        raise BadArchive(f"The backup's database cannot be opened: {error}.") from None
    if found != ("ok",):
        raise BadArchive(f"The backup's database is damaged: {found[0]}.")


@contextmanager
def _set_aside(database: Path) -> Iterator[None]:
    """Close what is in place while it is replaced: nobody may have it open, nor may its log stay behind."""
    if not database.exists():
        yield
        return
    with closing(sqlite3.connect(database, timeout=1, isolation_level=None)) as connection:
        try:
            # Leaving WAL succeeds only for the last connection, and brings the log into the file. Other
            # processes are kept out by the lock until the new file has the name.
            connection.execute("PRAGMA journal_mode = DELETE")
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise InUse(
                f"{database} is in use ({error}): stop the server, then restore.", file=str(database)
            ) from None
        except sqlite3.DatabaseError:
            pass  # what is there is no database any more: nothing is lost with it
        yield


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
