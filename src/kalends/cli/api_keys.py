"""`kalends api-key`: keys with which programs act as a member."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import typer

from kalends.cli import picking
from kalends.cli.answering import answer, list_of, table_of
from kalends.cli.desk import open_desk
from kalends.cli.moments import read_exact
from kalends.features.identity import api_keys
from kalends.features.identity.actor import Scope
from kalends.features.identity.models import ApiKey

app = typer.Typer(no_args_is_help=True, help="Make, list and revoke keys for programs.")


@app.command()
def create(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="What the key is for.")],
    scope: Annotated[
        list[Scope] | None, typer.Option(help="What it may do; can be repeated. By default read.")
    ] = None,
    lasts: Annotated[
        str | None, typer.Option(help="How long it is good: 30d, 12w. By default for ever.")
    ] = None,
    agent: Annotated[
        str | None, typer.Option(help="It sees and makes the calls of this agent instance alone.")
    ] = None,
) -> None:
    """Make a key; it is shown once."""
    desk = open_desk(ctx)
    until = desk.now + read_exact(lasts, field="lasts") if lasts else None
    made = desk.write(
        lambda tx: api_keys.create(
            tx,
            desk.actor,
            name=name,
            scopes=scope or [Scope.READ],
            expires_at=until,
            agent_instance=agent,
        )
    )
    answer(
        ctx,
        {**_as_json(made.row), "key": made.secret},
        list_of(
            [made.secret, f"Shown only now; `kalends api-key revoke {picking.short(made.row.id)}` ends it."]
        ),
    )


@app.command("list")
def list_(ctx: typer.Context) -> None:
    """List your keys."""
    desk = open_desk(ctx)
    found = desk.read(lambda tx: api_keys.list_keys(tx, desk.actor))
    answer(
        ctx,
        [_as_json(each) for each in found],
        table_of(
            ["id", "name", "begins", "may", "until", "last used"],
            [
                [
                    picking.short(each.id),
                    each.name,
                    each.prefix,
                    ", ".join(each.scopes),
                    _day(each.expires_at),
                    _day(each.last_used_at),
                ]
                for each in found
            ],
            empty="There are no keys.",
        ),
    )


@app.command()
def revoke(
    ctx: typer.Context, key: Annotated[str, typer.Argument(help="A key, by its name or as much of its id.")]
) -> None:
    """End a key at once."""
    desk = open_desk(ctx)
    known = desk.read(lambda tx: api_keys.list_keys(tx, desk.actor))
    found = picking.pick(key, known, kind="API key", id=lambda each: each.id.hex, name=lambda each: each.name)
    desk.write(lambda tx: api_keys.revoke(tx, desk.actor, found.id))
    answer(ctx, {"id": str(found.id), "revoked": True}, list_of([f"Revoked {found.name}."]))


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment else ""


def _as_json(key: ApiKey) -> dict[str, Any]:
    return {
        "id": str(key.id),
        "name": key.name,
        "prefix": key.prefix,
        "scopes": key.scopes,
        "agent_instance": key.agent_instance,
        "created_at": key.created_at.isoformat(),
        "expires_at": key.expires_at and key.expires_at.isoformat(),
        "last_used_at": key.last_used_at and key.last_used_at.isoformat(),
    }
