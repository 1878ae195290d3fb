"""`kalends migrate` and `kalends doctor`: the data directory, kept up to date and sound."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from typing import Annotated

import typer
from sqlalchemy import text

from kalends.cli.answering import answer, list_of, note
from kalends.cli.desk import open_services, settings_of
from kalends.cli.options import shared
from kalends.daily import tidy
from kalends.features.calendars.rebuilding import TZDATA, is_current, rebuild_all
from kalends.interfaces.services import Services
from kalends.kit.errors import InvalidInput, KalendsError
from kalends.settings import Settings
from kalends.storage import SCHEMA_HEAD, Database, downgrade, known_revisions
from kalends.upkeep import alone, bring_up, stored_version

app = typer.Typer()

_ROOM = 100_000_000
"""Bytes that should stay free on the disk."""


class Unsound(KalendsError):
    """The doctor found something wrong."""

    code = "unsound"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that the doctor looked at."""

    check: str
    sound: bool
    told: str


@app.command()
def migrate(
    ctx: typer.Context,
    to: Annotated[
        str | None,
        typer.Option(
            metavar="REV", help="Another schema; `base` removes everything. By default this version's."
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Go down without being asked.")] = False,
) -> None:
    """Bring the database to this version's schema, or to another.

    Going down to an older schema loses what only the newer one holds: make a backup first.
    """
    settings = settings_of(shared(ctx))
    before = stored_version(settings)
    if to in (None, SCHEMA_HEAD):
        bring_up(settings)
    else:
        _go_to(settings, before, str(to), yes=yes)
    after = stored_version(settings)
    told = f"The database is at schema {after or 'base'}" + (
        "." if before == after else f"; it was at {before}."
    )
    answer(ctx, {"before": before, "after": after}, list_of([told]))


@app.command()
def doctor(
    ctx: typer.Context,
    repair: Annotated[
        bool, typer.Option("--repair", help="Derive anew what differs from the events' texts.")
    ] = False,
    tidy_up: Annotated[
        bool,
        typer.Option(
            "--tidy", help="Delete what is older than the settings keep, as a server does each day."
        ),
    ] = False,
) -> None:
    """Check the data directory, and repair what can be derived.

    Ends with exit code 2 when something is wrong. A repair needs the server stopped.
    """
    settings = settings_of(shared(ctx))
    services = open_services(ctx)
    database = services.database
    findings = [
        *_files(settings),
        Finding(check="schema", sound=True, told=f"at {SCHEMA_HEAD}, as this version wants it"),
        *_integrity(database),
        *_projection(ctx, database, settings, repair=repair),
        _zones(database),
        *([_tidied(services, settings)] if tidy_up else []),
    ]
    wrong = [each for each in findings if not each.sound]
    lines = [f"{'ok   ' if each.sound else 'WRONG'} {each.check}: {each.told}" for each in findings]
    answer(
        ctx,
        {"sound": not wrong, "findings": [asdict(each) for each in findings]},
        list_of(lines),
    )
    if wrong:
        names = ", ".join(each.check for each in wrong)
        raise Unsound(f"Something is wrong with: {names}.", checks=[each.check for each in wrong])


def _go_to(settings: Settings, before: str | None, to: str, *, yes: bool) -> None:
    if before is None:
        raise InvalidInput(
            "There is no database yet: `kalends migrate` makes one at this version.", field="to"
        )
    if not yes:
        raise InvalidInput(
            f"Going from schema {before} to {to} may lose data: make a backup, then say --yes.", field="to"
        )
    if to not in ("base", *known_revisions()):
        raise InvalidInput(f"There is no schema {to} below {before}.", field="to")
    with alone(settings):
        downgrade(settings.url, to)


def _files(settings: Settings) -> Iterator[Finding]:
    key = settings.data_dir / "key"
    if settings.key is None:
        mode = key.stat().st_mode & 0o777
        advice = "" if mode == 0o600 else f"; run: chmod 600 {key}"
        yield Finding(check="key file", sound=mode == 0o600, told=f"mode {mode:04o}{advice}")
    free = shutil.disk_usage(settings.data_dir).free
    yield Finding(check="disk", sound=free >= _ROOM, told=f"{free // 1_000_000} MB free")


def _integrity(database: Database) -> Iterator[Finding]:
    """Ask SQLite about its file; PostgreSQL checks its own pages."""
    if not database.embedded:
        return
    for pragma, check in (("integrity_check", "file"), ("foreign_key_check", "references")):
        with database.read(None) as tx:
            rows = [tuple(row) for row in tx.execute(text(f"PRAGMA {pragma}"))]
        faults = [row for row in rows if row != ("ok",)]
        told = f"{len(faults)} faults, the first: {faults[0]}" if faults else "sound"
        yield Finding(check=check, sound=not faults, told=told)


def _projection(
    ctx: typer.Context, database: Database, settings: Settings, *, repair: bool
) -> Iterator[Finding]:
    with alone(settings) if repair else nullcontext():
        rebuilt = rebuild_all(database, rehearse=not repair)
    looked_at = sum(each.objects for each in rebuilt)
    drifted = [str(id) for each in rebuilt for id in each.changed]
    if drifted:
        note(ctx, f"Events whose rows {'differed' if repair else 'differ'}: {', '.join(drifted[:20])}")
    many = f"{len(drifted)} of {looked_at} events"
    told = (
        f"{many} differed and were derived anew" if repair else f"{many} differ; --repair derives them anew"
    )
    yield Finding(
        check="events",
        sound=repair or not drifted,
        told=told if drifted else f"the rows of all {looked_at} are what their texts say",
    )


def _zones(database: Database) -> Finding:
    current = is_current(database)
    told = (
        f"instants derived with tzdata {TZDATA}" if current else f"not derived with tzdata {TZDATA}: --repair"
    )
    return Finding(check="time zones", sound=current, told=told)


def _tidied(services: Services, settings: Settings) -> Finding:
    gone = tidy(services, settings)
    told = (
        f"deleted {gone.change_sets} change sets, {gone.audit_entries} audit entries, {gone.conflicts} "
        f"remembered conflicts, {gone.sign_ins} sign-ins and keys that are over"
    )
    return Finding(check="old records", sound=True, told=told)
