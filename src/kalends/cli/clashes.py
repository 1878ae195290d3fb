"""`kalends conflicts`, `resolve` and `ignore`: what collides, and the ways out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from kalends.cli import picking
from kalends.cli.answering import answer, confirm, list_of, table_of
from kalends.cli.desk import Desk, open_desk
from kalends.cli.outcomes import answer_outcome
from kalends.engine.conflicts import ConflictKind, Severity
from kalends.features.scheduling import ChoiceView, ConflictFilter, ConflictView
from kalends.interfaces.rest.outcomes import ConflictShown
from kalends.kit.errors import InvalidInput

app = typer.Typer()

_STYLE = {Severity.LOW: "dim", Severity.MEDIUM: "yellow", Severity.HIGH: "red", Severity.CRITICAL: "bold red"}

Which = Annotated[str, typer.Argument(help="A conflict, by as much of its id as is unique.")]


@app.command()
def conflicts(
    ctx: typer.Context,
    members: Annotated[
        list[str] | None, typer.Option("--member", metavar="NAME", help="Of this member; can be repeated.")
    ] = None,
    resources: Annotated[
        list[str] | None, typer.Option("--resource", metavar="NAME", help="Over this; can be repeated.")
    ] = None,
    severity: Annotated[list[Severity] | None, typer.Option(help="Of this weight; can be repeated.")] = None,
    kind: Annotated[list[ConflictKind] | None, typer.Option(help="Of this kind; can be repeated.")] = None,
    ignored: Annotated[
        bool, typer.Option("--ignored", help="Also those that somebody chose to live with.")
    ] = False,
) -> None:
    """List what collides, from now to the horizon, the gravest first."""
    desk = open_desk(ctx)
    wanted = ConflictFilter(
        members={each.id for each in picking.members(desk, members)} if members else None,
        resources={picking.resource(desk, each).id for each in resources} if resources else None,
        severities=severity or None,
        kinds=kind or None,
        ignored=ignored,
    )
    found = sorted(desk.services.scheduling.conflicts(desk.actor, wanted), key=_gravest_first)
    answer(
        ctx,
        [ConflictShown.of(each).model_dump(mode="json") for each in found],
        table_of(
            ["id", "when", "weight", "who", "what"],
            [_row(desk, each) for each in found],
            empty="Nothing collides.",
        ),
    )


@app.command()
def resolve(
    ctx: typer.Context,
    conflict: Which,
    option: Annotated[
        str | None, typer.Option(metavar="N", help="The way out to take: its number in the list, or its id.")
    ] = None,
    preview: Annotated[
        bool, typer.Option("--preview", help="Say what would happen, and change nothing.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Also where it breaks a hard constraint.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Show the ways out of a conflict, or take one.

    Without --option the ways are listed, the best first, each with its reasons; a terminal is then asked
    which to take. With --yes and no option the first is taken.
    """
    desk = open_desk(ctx)
    view = _named(desk, conflict)
    ways = desk.services.scheduling.resolutions(desk.actor, view.identity)
    chosen = _chosen(ways, option or ("1" if yes or preview else None))
    if chosen is None:
        answer(
            ctx,
            {"identity": view.identity, "options": [_way(each) for each in ways]},
            list_of(_told(view, ways)),
        )
        if not ways or not confirm(ctx, "Take the first?", yes=False):
            return
        chosen = ways[0]
    outcome = desk.services.scheduling.resolve(
        desk.actor, view.identity, chosen.id, preview=preview, force=force
    )
    answer_outcome(ctx, desk, outcome)


@app.command()
def ignore(
    ctx: typer.Context,
    conflict: Which,
    off: Annotated[bool, typer.Option("--off", help="Be told of it again.")] = False,
) -> None:
    """Live with a conflict, until its events' times change."""
    desk = open_desk(ctx)
    view = desk.services.scheduling.ignore(desk.actor, _named(desk, conflict).identity, ignored=not off)
    told = f"{'Ignored' if view.ignored else 'No longer ignored'}: {view.sentence}"
    answer(
        ctx,
        ConflictShown.of(view).model_dump(mode="json"),
        list_of([told]),
    )


def _named(desk: Desk, wanted: str) -> ConflictView:
    found = desk.services.scheduling.conflicts(desk.actor, ConflictFilter(ignored=True))
    return picking.pick(
        wanted, found, kind="conflict", id=lambda each: each.identity, name=lambda each: each.sentence
    )


def _chosen(ways: list[ChoiceView], option: str | None) -> ChoiceView | None:
    if option is None:
        return None
    if option.isdecimal() and 1 <= int(option) <= len(ways):
        return ways[int(option) - 1]
    for way in ways:
        if way.id == option:
            return way
    offered = f"1 to {len(ways)}" if ways else "none"
    raise InvalidInput(f"There is no way {option}: those offered are {offered}.", field="option")


def _gravest_first(view: ConflictView) -> tuple[int, Any]:
    return -list(Severity).index(view.conflict.severity), view.conflict.occasion.start


def _row(desk: Desk, view: ConflictView) -> list[object]:
    from rich.text import Text

    severity = view.conflict.severity
    when = view.conflict.occasion.start.astimezone(desk.tzinfo)
    return [
        picking.short(view.identity),
        f"{when:%a %Y-%m-%d}",
        Text(severity, style=_STYLE[severity]),
        view.subject_name,
        view.sentence + (" (ignored)" if view.ignored else ""),
    ]


def _told(view: ConflictView, ways: list[ChoiceView]) -> Iterator[str]:
    yield view.sentence
    yield f"({view.conflict.occasion.start:%A %Y-%m-%d}, {view.conflict.severity} weight)"
    yield ""
    for number, way in enumerate(ways, start=1):
        yield f"{number}. {way.sentence}" + ("" if way.allowed else " (you may not change that event)")
    if ways:
        yield ""
        yield f"Take one with `kalends resolve {picking.short(view.identity)} --option 1`."
    else:
        yield "No way out was found: change one of the events by hand, or live with it."


def _way(way: ChoiceView) -> dict[str, Any]:
    return {
        "id": way.id,
        "kind": way.kind,
        "sentence": way.sentence,
        "score": way.score,
        "reasons": [{"code": each.code, "words": each.words} for each in way.reasons],
        "needs_person": way.needs_person,
        "allowed": way.allowed,
        "event_id": str(way.event_id),
        "title": way.title,
        "before": {"start": way.before.start.isoformat(), "end": way.before.end.isoformat()},
        "after": way.after and {"start": way.after.start.isoformat(), "end": way.after.end.isoformat()},
        "resource_id": way.resource_id and str(way.resource_id),
        "member_id": way.member_id and str(way.member_id),
    }
