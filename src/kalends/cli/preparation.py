"""`kalends preparation`: what prepares for events."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from kalends.cli import picking
from kalends.cli.answering import answer, confirm, list_of, table_of
from kalends.cli.desk import Desk, open_desk
from kalends.features.calendars.categories import list_categories
from kalends.features.scheduling.preparing import keeping
from kalends.features.scheduling.preparing.models import PreparationRule
from kalends.interfaces.rest.preparation_shapes import PreparationShown
from kalends.kit.errors import InvalidInput

app = typer.Typer(no_args_is_help=True, help="List, make, change and remove what prepares for events.")

Which = Annotated[str, typer.Argument(help="A rule, by the category it prepares for or its id.")]
Sessions = Annotated[
    int | None,
    typer.Option(min=1, max=keeping.MOST_SESSIONS, help="So many at most, one a day; 3 by default."),
]
Minutes = Annotated[
    int | None, typer.Option(min=1, max=keeping.MOST_MINUTES, help="Of each session; 60 by default.")
]
Days = Annotated[
    int | None, typer.Option(min=1, max=keeping.MOST_DAYS, help="Days before the event's; 3 by default.")
]
Title = Annotated[str | None, typer.Option(help="Of a session; {title} stands for the event's.")]


@app.command("list")
def list_(ctx: typer.Context) -> None:
    """List the rules."""
    desk = open_desk(ctx)
    found = desk.read(lambda tx: keeping.list_rules(tx, desk.actor))
    names = desk.read(lambda tx: {each.id: each.name for each in list_categories(tx)})
    answer(
        ctx,
        [_json(row) for row in found],
        table_of(
            ["id", "for", "makes", "sessions", "minutes", "days before", "title"],
            [
                [
                    picking.short(row.id),
                    names[row.category_id] + ("" if row.active else " (off)"),
                    names[row.makes_id],
                    row.sessions,
                    row.minutes,
                    row.days_before,
                    row.title,
                ]
                for row in found
            ],
            empty="Nothing prepares for anything.",
        ),
    )


@app.command()
def add(
    ctx: typer.Context,
    category: Annotated[str, typer.Argument(help="Of the events to prepare for.")],
    makes: Annotated[str, typer.Argument(help="The category of the sessions.")],
    sessions: Sessions = None,
    minutes: Minutes = None,
    days: Days = None,
    title: Title = None,
) -> None:
    """Let events of one category make sessions of another, from now on."""
    desk = open_desk(ctx)
    given = _given(sessions=sessions, minutes=minutes, days_before=days, title=title)
    given["category_id"], given["makes_id"] = (picking.category(desk, each) for each in (category, makes))
    row = desk.write(lambda tx: keeping.create_rule(tx, desk.actor, **given))
    _tell(ctx, row, "Made the rule")


@app.command()
def edit(
    ctx: typer.Context,
    rule: Which,
    sessions: Sessions = None,
    minutes: Minutes = None,
    days: Days = None,
    title: Title = None,
    active: Annotated[bool | None, typer.Option("--on/--off", help="Whether it makes sessions.")] = None,
) -> None:
    """Change a rule, or switch it off; the sessions that it made stay."""
    desk = open_desk(ctx)
    changes = _given(sessions=sessions, minutes=minutes, days_before=days, title=title, active=active)
    if not changes:
        raise InvalidInput("Say what to change; see kalends preparation edit --help.", field="changes")
    stored = _named(desk, rule)
    row = desk.write(lambda tx: keeping.update_rule(tx, desk.actor, stored.id, changes=changes))
    _tell(ctx, row, "Changed the rule")


@app.command()
def remove(
    ctx: typer.Context,
    rule: Which,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Remove a rule for good; `edit --off` keeps it for later."""
    desk = open_desk(ctx)
    row = _named(desk, rule)
    if not confirm(ctx, "Remove the rule? This cannot be undone.", yes=yes):
        raise InvalidInput("Removing a rule cannot be undone: say --yes.", field="yes")
    desk.write(lambda tx: keeping.delete_rule(tx, desk.actor, row.id))
    _tell(ctx, row, "Removed the rule")


def _named(desk: Desk, wanted: str) -> PreparationRule:
    known = desk.read(lambda tx: keeping.list_rules(tx, desk.actor))
    names = desk.read(lambda tx: {each.id: each.name for each in list_categories(tx)})
    return picking.pick(
        wanted, known, kind="rule", id=lambda each: each.id.hex, name=lambda each: names[each.category_id]
    )


def _given(**options: Any) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


def _json(row: PreparationRule) -> dict[str, Any]:
    return PreparationShown.model_validate(row).model_dump(mode="json")


def _tell(ctx: typer.Context, row: PreparationRule, done: str) -> None:
    answer(ctx, _json(row), list_of([f"{done} ({picking.short(row.id)})."]))
