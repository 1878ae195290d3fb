"""`kalends undo` and `kalends history`: what was changed, and how to take it back."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import typer
from sqlalchemy import select

from kalends.cli import picking
from kalends.cli.answering import answer, table_of
from kalends.cli.desk import Desk, open_desk
from kalends.cli.outcomes import answer_outcome
from kalends.features.changes import ChangeSet, Source, list_change_sets
from kalends.features.changes.models import State
from kalends.features.scheduling.retelling import Retold, retell
from kalends.interfaces.rest.change_shapes import ChangeSetShown
from kalends.kit.errors import NotFound
from kalends.storage import Unit

app = typer.Typer()


@app.command()
def undo(
    ctx: typer.Context,
    change_set: Annotated[
        str | None,
        typer.Argument(help="A change set, by as much of its id as is unique; else your last one."),
    ] = None,
    preview: Annotated[
        bool, typer.Option("--preview", help="Say what would happen, and change nothing.")
    ] = False,
) -> None:
    """Take a change back, with what was moved by itself because of it.

    Without a change set that is the last one of yours that stands, so that calling it again goes one further
    back. What `undo` did can be undone by naming it.
    """
    desk = open_desk(ctx)
    wanted = _last(desk) if change_set is None else picking.change_set(desk, change_set)
    answer_outcome(ctx, desk, desk.services.scheduling.undo(desk.actor, wanted, preview=preview))


@app.command()
def history(
    ctx: typer.Context,
    limit: Annotated[int, typer.Option(min=1, max=200, help="At most so many.")] = 20,
) -> None:
    """List what was changed, the newest first."""
    desk = open_desk(ctx)

    def tell(tx: Unit) -> list[Retold]:
        return retell(tx, desk.actor, list_change_sets(tx, desk.actor, limit=limit).items)

    found = desk.read(tell)
    answer(
        ctx,
        [ChangeSetShown.of(each).model_dump(mode="json") for each in found],
        table_of(["id", "when", "what"], [_row(each, desk.now) for each in found]),
    )


def _last(desk: Desk) -> UUID:
    """Give the newest set of the actor that was not undone. What made the demo stays, unless it is named."""

    def find(tx: Unit) -> UUID | None:
        return tx.execute(
            select(ChangeSet.id)
            .where(
                ChangeSet.actor_member_id == desk.actor.member_id,
                ChangeSet.state == State.APPLIED,
                ChangeSet.undone_by_id.is_(None),
                ChangeSet.cause_id.is_(None),
                ChangeSet.source.not_in([Source.UNDO, Source.DEMO]),
            )
            .order_by(ChangeSet.id.desc())
            .limit(1)
        ).scalar()

    found = desk.read(find)
    if found is None:
        raise NotFound("You have changed nothing that could be taken back.", kind="change_set")
    return found


def _row(retold: Retold, now: datetime) -> list[object]:
    row = retold.view.change_set
    undone = f" (undone by {picking.short(row.undone_by_id)})" if row.undone_by_id else ""
    return [
        picking.short(row.id),
        f"{row.at.astimezone(now.tzinfo):%a %Y-%m-%d %H:%M}",
        retold.sentence + undone,
    ]
