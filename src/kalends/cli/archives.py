"""`kalends backup` and `kalends restore`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from kalends.cli.answering import answer, list_of
from kalends.cli.desk import open_services, settings_of
from kalends.cli.options import shared
from kalends.kit.errors import InvalidInput, KalendsError
from kalends.settings import Settings
from kalends.storage import SCHEMA_HEAD, WrongSchema, known_revisions
from kalends.storage.archive import DATABASE, Manifest, back_up
from kalends.storage.archive import restore as put_back
from kalends.upkeep import alone, bring_up_alone

app = typer.Typer()


class NotEmbedded(KalendsError):
    """The database is a server's, which has tools of its own for this."""

    code = "not_embedded"


@app.command()
def backup(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="A file that is not there yet, such as home.tar.gz.")],
) -> None:
    """Copy the database into one file, also while a server runs.

    The key file is left out, so a backup gives no secrets away: keep a copy of it in another place.
    """
    settings = settings_of(shared(ctx))
    _must_be_embedded(settings, "pg_dump --format=custom")
    clock = open_services(ctx).database.clock
    if not file.parent.is_dir():
        raise InvalidInput(f"There is no folder {file.parent}.", field="file")
    made_at = clock.now().isoformat(timespec="seconds")
    manifest = back_up(settings.data_dir / DATABASE, file, schema=SCHEMA_HEAD, made_at=made_at)
    answer(
        ctx,
        {"file": str(file), **asdict(manifest)},
        list_of([f"Wrote {file} ({file.stat().st_size} bytes), without the key file."]),
    )


@app.command()
def restore(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="What `kalends backup` wrote.")],
    force: Annotated[bool, typer.Option("--force", help="Replace the data that is there.")] = False,
) -> None:
    """Put a backup in place of the database, whole or not at all.

    The server must be stopped. A backup of an older schema is brought to this version's. Without the key
    file of its time people sign in anew.
    """
    settings = settings_of(shared(ctx))
    _must_be_embedded(settings, "pg_restore --clean")
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with alone(settings):
        manifest = put_back(file, settings.data_dir / DATABASE, force=force, accept=_must_be_known)
        bring_up_alone(settings)
    answer(
        ctx,
        {"data": str(settings.data_dir), **asdict(manifest)},
        list_of([f"Restored {settings.data_dir} as it was at {manifest.made_at}."]),
    )


def _must_be_embedded(settings: Settings, tool: str) -> None:
    if settings.database_url is not None and not settings.database_url.startswith("sqlite"):
        raise NotEmbedded(f"The database is PostgreSQL's: use its own {tool}, which does this while it runs.")
    if settings.database_url is not None:
        raise NotEmbedded("The database has an address of its own: copy it with SQLite's own VACUUM INTO.")


def _must_be_known(manifest: Manifest) -> None:
    if manifest.schema not in known_revisions():
        raise WrongSchema(
            f"The backup has schema {manifest.schema}, which this version does not know: it was made by a "
            "newer one.",
            stored=manifest.schema,
            wanted=SCHEMA_HEAD,
        )
