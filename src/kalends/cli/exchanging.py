"""`kalends import` and `kalends export`: whole calendars as iCalendar files."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from kalends.cli import picking
from kalends.cli.answering import answer, list_of
from kalends.cli.desk import open_desk
from kalends.cli.options import shared
from kalends.features.calendars.access import Access
from kalends.features.scheduling import ImportReport, export_calendar
from kalends.features.scheduling.exchange import Declined
from kalends.interfaces.rest.outcomes import ConflictShown, DeclinedShown
from kalends.kit.errors import InvalidInput, TooLarge

app = typer.Typer()

_TOLD = 10
"""How many problems, and how many conflicts, are listed; JSON has all."""


@app.command("import")
def import_(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(help="An .ics file; - for standard input.")],
    calendar: Annotated[
        str | None, typer.Option(metavar="NAME", help="Into this calendar; by default your own.")
    ] = None,
    preview: Annotated[
        bool, typer.Option("--preview", help="Say what would happen, and change nothing.")
    ] = False,
) -> None:
    """Take an iCalendar file into a calendar.

    An event that is there already is replaced where the file's is newer, so the same file twice changes
    nothing. What cannot be taken is named with its line; all the rest comes in, as one change set that
    `kalends undo` takes back.
    """
    desk = open_desk(ctx)
    view = picking.calendar(desk, calendar, at_least=Access.WRITE)
    data = _read(file, desk.settings.ical_max_bytes)
    with _progress("Importing", shown=not shared(ctx).json) as progress:
        report = desk.services.exchange.import_file(
            desk.actor, view.id, data, preview=preview, progress=progress
        )
    answer(ctx, _as_json(report, preview), list_of(_told(report, view.calendar.name, preview)))


@app.command()
def export(
    ctx: typer.Context,
    calendar: Annotated[
        str | None, typer.Option(metavar="NAME", help="This calendar; by default your own.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Where to; by default standard output."),
    ] = None,
    busy_only: Annotated[
        bool, typer.Option("--busy-only", help="Only when time is taken, not by what.")
    ] = False,
) -> None:
    """Write a calendar as an iCalendar file, as far as you may see it.

    With --json standard output gets a summary, so a file must be named.
    """
    desk = open_desk(ctx)
    if output is None and shared(ctx).json:
        raise InvalidInput("Name a file with -o: standard output has the JSON.", field="output")
    view = picking.calendar(desk, calendar)
    data = desk.read(lambda tx: b"".join(export_calendar(tx, desk.actor, view.id, busy_only=busy_only)))
    if output is None:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    _write(output, data)
    told = f"Wrote {view.calendar.name} to {output} ({len(data)} bytes)."
    answer(
        ctx,
        {"calendar_id": str(view.id), "file": str(output), "bytes": len(data)},
        list_of([told]),
    )


def _read(file: str, limit: int) -> bytes:
    """Read no more than may be imported, whatever the file's size."""
    try:
        if file == "-":
            data = sys.stdin.buffer.read(limit + 1)
        else:
            with Path(file).open("rb") as stream:
                data = stream.read(limit + 1)
    except OSError as error:
        raise InvalidInput(f"{file} cannot be read: {error.strerror}.", field="file") from None
    if len(data) > limit:
        raise TooLarge(
            f"{file} has more than {limit} bytes, the most that is imported at once.",
            limit=limit,
            setting="ical_max_bytes",
        )
    return data


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise InvalidInput(f"{path} cannot be written: {error.strerror}.", field="output") from None


@contextmanager
def _progress(title: str, *, shown: bool) -> Iterator[Callable[[int, int], None]]:
    """Draw a bar while somebody looks."""
    if not (shown and sys.stderr.isatty()):
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _as_json(report: ImportReport, preview: bool) -> dict[str, Any]:
    return {
        "preview": preview,
        "change_set_id": report.change_set_id and str(report.change_set_id),
        "calendar_id": str(report.calendar_id),
        "added": report.added,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "older": report.older,
        "problems": [
            {"line": each.line, "uid": each.uid, "code": each.code, "message": each.message}
            for each in report.problems
        ],
        "declined": [DeclinedShown.of(each).model_dump(mode="json") for each in report.declined],
        "conflicts": [ConflictShown.of(each).model_dump(mode="json") for each in report.conflicts],
        "conflict_count": report.conflict_count,
    }


def _told(report: ImportReport, calendar: str, preview: bool) -> list[str]:
    counts = [f"{report.added} added", f"{report.updated} updated", f"{report.unchanged} unchanged"]
    if report.older:
        counts.append(f"{report.older} older than what is stored and left alone")
    lines = [f"{'Would come into' if preview else 'Into'} {calendar}: {', '.join(counts)}."]
    if report.problems:
        lines.append(f"{_counted(len(report.problems), 'thing')} could not be taken:")
        lines += [f"  line {each.line}: {each.message}" for each in report.problems[:_TOLD]]
        lines += _rest(len(report.problems))
    if report.declined:
        lines.append(f"{_counted(len(report.declined), 'event')} did not get what was taken already:")
        lines += [f"  {_full(each)}" for each in report.declined[:_TOLD]]
        lines += _rest(len(report.declined))
    if report.conflicts:
        lines.append(f"{_counted(report.conflict_count, 'conflict')} with what came in:")
        lines += [f"  {picking.short(each.identity)}  {each.sentence}" for each in report.conflicts[:_TOLD]]
        lines += _rest(report.conflict_count)
    if report.change_set_id:
        lines.append(f"Change set {picking.short(report.change_set_id)}; `kalends undo` takes it back.")
    return lines


def _full(declined: Declined) -> str:
    at_once = f"{declined.resource} serves {declined.capacity}, not {declined.wanted} at once"
    return f"{at_once} ({declined.span.start:%Y-%m-%d %H:%M} UTC)"


def _rest(number: int) -> list[str]:
    return [f"  and {number - _TOLD} more"] if number > _TOLD else []


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"
