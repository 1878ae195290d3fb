"""`kalends optimize` and `kalends why`: a better week, and the reasons of the one there is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated

import typer

from kalends.cli import picking
from kalends.cli.answering import answer, confirm, list_of, note
from kalends.cli.desk import Desk, open_desk
from kalends.cli.moments import ends_of, read_window
from kalends.cli.outcomes import answer_outcome
from kalends.features.scheduling.optimising import MoveView, RunState, RunView
from kalends.features.scheduling.why import Story
from kalends.interfaces.rest.optimisations import RunShown
from kalends.interfaces.rest.why import StoryShown
from kalends.kit.errors import InvalidInput

app = typer.Typer()

_LOOK = timedelta(seconds=1)


@app.command()
def optimize(
    ctx: typer.Context,
    within: Annotated[
        str | None, typer.Option(metavar="FROM/TO", help="Days or times, such as mon/sun; by default a week.")
    ] = None,
    take: Annotated[
        list[int] | None, typer.Option(metavar="N", help="Take move N of the proposal; can be repeated.")
    ] = None,
    all_moves: Annotated[bool, typer.Option("--all", help="Take every move, without asking.")] = False,
    preview: Annotated[
        bool, typer.Option("--preview", help="Show the proposal, and change nothing.")
    ] = False,
) -> None:
    """Find a better arrangement of a stretch of time.

    Nothing that ranks higher moves for something lower; as little moves as can be, and no further than it
    must. The proposal is shown with its reasons, and you are asked before anything changes. Taken moves are
    one change set: `kalends undo` takes them all back.
    """
    desk = open_desk(ctx)
    since, until = ends_of(within, field="within")
    window = read_window(since, until, own=desk.actor.zone, now=desk.now, days=7, field="within")
    optimiser = desk.services.optimiser
    run = optimiser.start(desk.actor, window, patience=_LOOK)
    while run.state is RunState.RUNNING:
        note(ctx, optimiser.present(desk.actor, run).sentence)
        run = optimiser.wait(desk.actor, run.id, _LOOK)
    view = optimiser.present(desk.actor, run)
    chosen = _chosen(view, take or [])
    if view.moves and not preview and not chosen and not all_moves:
        list_of(_told(view))()
        all_moves = confirm(ctx, "Take all of these moves?", yes=False)
    if preview or not (chosen or (all_moves and view.moves)):
        answer(
            ctx, RunShown.of(view).model_dump(mode="json"), list_of(_told(view) if preview else _kept(view))
        )
        return
    ids = None if all_moves else [each.move.id for each in chosen]
    answer_outcome(ctx, desk, optimiser.take(desk.actor, run.id, ids))


@app.command()
def why(
    ctx: typer.Context,
    event: Annotated[str, typer.Argument(help="An event, by its title or as much of its id as is unique.")],
) -> None:
    """Say why an event is where it is: who put it there, what moved it since, and what is wrong with it."""
    desk = open_desk(ctx)
    story = desk.services.scheduling.why(desk.actor, picking.event(desk, event))
    answer(ctx, StoryShown.of(story).model_dump(mode="json"), list_of(_story(desk, story)))


def _chosen(view: RunView, numbers: list[int]) -> list[MoveView]:
    for number in numbers:
        if not 1 <= number <= len(view.moves):
            raise InvalidInput(f"There is no move {number}, of {len(view.moves)}.", field="take")
    return [view.moves[number - 1] for number in dict.fromkeys(numbers)]


def _told(view: RunView) -> Iterator[str]:
    yield view.sentence
    for number, move in enumerate(view.moves, start=1):
        yield f"{number}. {move.sentence}"
    for left in view.unplaced:
        yield f"-  {left.sentence}"


def _kept(view: RunView) -> Iterator[str]:
    if not view.moves:
        yield from _told(view)
    else:
        yield "Nothing was changed. `kalends optimize --all` takes every move, `--take N` one of them."


def _story(desk: Desk, story: Story) -> Iterator[str]:
    yield story.title
    for line in story.lines:
        when = f"{line.at.astimezone(desk.tzinfo):%a %Y-%m-%d %H:%M}  " if line.at else ""
        yield f"  {when}{line.sentence}"
    for conflict in story.conflicts:
        yield f"  Now {picking.short(conflict.identity)}: {conflict.sentence}"
