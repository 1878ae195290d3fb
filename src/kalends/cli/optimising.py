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
from kalends.cli.options import shared
from kalends.cli.outcomes import answer_outcome
from kalends.features.scheduling.optimising import MoveView, NotReady, OptimisationRun, RunState, RunView
from kalends.features.scheduling.why import Story
from kalends.interfaces.rest.optimisation_shapes import RunShown
from kalends.interfaces.rest.why_shapes import StoryShown
from kalends.kit.errors import InvalidInput

app = typer.Typer()

_LOOK = timedelta(seconds=1)


@app.command()
def optimize(
    ctx: typer.Context,
    within: Annotated[
        str | None, typer.Option(metavar="FROM/TO", help="Days or times, such as mon/sun; by default a week.")
    ] = None,
    run: Annotated[
        str | None,
        typer.Option(metavar="RUN", help="A proposal of the last day, in place of looking for another."),
    ] = None,
    take: Annotated[
        list[int] | None, typer.Option(metavar="N", help="Take move N of the proposal; can be repeated.")
    ] = None,
    all_moves: Annotated[bool, typer.Option("--all", help="Take every move, without asking.")] = False,
    preview: Annotated[
        bool, typer.Option("--preview", help="Say what would happen, and change nothing.")
    ] = False,
) -> None:
    """Find a better arrangement of a stretch of time.

    Nothing that ranks higher moves for something lower; as little moves as can be, and no further than it
    must. The proposal is shown with its reasons, and you are asked before anything changes. Taken moves are
    one change set: `kalends undo` takes them all back.
    """
    if all_moves and take:
        raise InvalidInput("Say --all or --take, not both.", field="take")
    if run and within:
        raise InvalidInput("A proposal has its own time: say --run or --within, not both.", field="within")
    desk = open_desk(ctx)
    view = _earlier(desk, run) if run else _fresh(ctx, desk, within)
    if view.run.state is not RunState.DONE:
        raise NotReady(view.sentence, state=view.run.state)
    chosen = _chosen(view, take or [])
    if not (chosen or all_moves or preview or shared(ctx).json) and view.moves:
        list_of(_told(view))()
        if not confirm(ctx, "Take all of these moves?", yes=False):
            print(_ways_on(view))
            return
        all_moves = True
    if not view.moves or not (chosen or all_moves):
        answer(ctx, RunShown.of(view).model_dump(mode="json"), list_of([*_told(view), *_preview(view)]))
        return
    ids = None if all_moves else [each.move.id for each in chosen]
    answer_outcome(ctx, desk, desk.services.optimiser.take(desk.actor, view.run.id, ids, preview=preview))


@app.command()
def why(
    ctx: typer.Context,
    event: Annotated[str, typer.Argument(help="An event, by its title or as much of its id as is unique.")],
) -> None:
    """Say why an event is where it is: who put it there, what moved it since, and what is wrong with it."""
    desk = open_desk(ctx)
    story = desk.services.scheduling.why(desk.actor, picking.event(desk, event))
    answer(ctx, StoryShown.of(story).model_dump(mode="json"), list_of(_story(desk, story)))


def _fresh(ctx: typer.Context, desk: Desk, within: str | None) -> RunView:
    """Look for a proposal, and say how far that is whenever it gets on."""
    optimiser, (since, until) = desk.services.optimiser, ends_of(within, field="within")
    window = read_window(since, until, own=desk.actor.zone, now=desk.now, days=7, field="within")
    run, said = optimiser.start(desk.actor, window, patience=_LOOK), ""
    while run.state is RunState.RUNNING:
        if (sentence := optimiser.present(desk.actor, run).sentence) != said:
            note(ctx, sentence)
        run, said = optimiser.wait(desk.actor, run.id, _LOOK), sentence
    return optimiser.present(desk.actor, run)


def _earlier(desk: Desk, wanted: str) -> RunView:
    def made(run: OptimisationRun) -> str:
        return f"{run.created_at.astimezone(desk.tzinfo):%Y-%m-%d %H:%M}"

    known = desk.services.optimiser.runs(desk.actor)
    found = picking.pick(wanted, known, kind="proposal", id=lambda run: run.id.hex, name=made)
    return desk.services.optimiser.present(desk.actor, desk.services.optimiser.get(desk.actor, found.id))


def _chosen(view: RunView, numbers: list[int]) -> list[MoveView]:
    for number in numbers:
        if not 1 <= number <= len(view.moves):
            raise InvalidInput(
                f"There is no move {number}: the proposal has {len(view.moves)}.", field="take"
            )
    return [view.moves[number - 1] for number in dict.fromkeys(numbers)]


def _told(view: RunView) -> Iterator[str]:
    yield view.sentence
    for number, move in enumerate(view.moves, start=1):
        yield f"{number}. {move.sentence}"
    for left in view.unplaced:
        yield f"-  {left.sentence}"


def _preview(view: RunView) -> Iterator[str]:
    if view.moves:
        yield _ways_on(view)


def _ways_on(view: RunView) -> str:
    return (
        f"Nothing was changed. `kalends optimize --run {picking.short(view.run.id)} --all` takes every move, "
        "`--take N` in place of `--all` one of them."
    )


def _story(desk: Desk, story: Story) -> Iterator[str]:
    yield story.title
    for line in story.lines:
        when = f"{line.at.astimezone(desk.tzinfo):%a %Y-%m-%d %H:%M}  " if line.at else ""
        yield f"  {when}{line.sentence}"
    for conflict in story.conflicts:
        yield f"  Now {picking.short(conflict.identity)}: {conflict.sentence}"
