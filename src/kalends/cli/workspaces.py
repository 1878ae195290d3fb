"""`kalends workspace`: the tenants of the installation."""

from __future__ import annotations

import typer

from kalends.cli.acting import list_workspaces
from kalends.cli.answering import answer, table_of
from kalends.cli.desk import open_services

app = typer.Typer(no_args_is_help=True, help="List the workspaces.")


@app.callback()
def workspace() -> None:
    """List the workspaces."""


@app.command("list")
def list_(ctx: typer.Context) -> None:
    """List every workspace of the installation."""
    found = list_workspaces(open_services(ctx).database)
    answer(
        ctx,
        [
            {
                "id": str(each.id),
                "name": each.name,
                "zone": each.zone,
                "created_at": each.created_at.isoformat(),
            }
            for each in found
        ],
        table_of(["id", "name", "zone"], [[str(each.id), each.name, each.zone] for each in found]),
    )
