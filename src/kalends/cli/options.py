"""Options that every command takes, before or after its name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup, TyperOption

_PANEL = "Everywhere"


@dataclass(slots=True, kw_only=True)
class Shared:
    """What was said for the whole command line."""

    environment: Mapping[str, str]
    data: Path | None = None  # None: as the settings have it
    actor: str | None = None  # a username, or a member's name or id
    workspace: str | None = None  # its name or id
    json: bool = False


def shared(ctx: typer.Context) -> Shared:
    """Give what was said for the whole command line."""
    found = ctx.obj
    assert isinstance(found, Shared), "the entry point hands one to every command"
    return found


def share(command: Any) -> None:
    """Let a command, and those below it, take the shared options too."""
    command.params.extend(_OPTIONS)
    if isinstance(command, TyperGroup):
        for each in command.commands.values():
            share(each)


def _keep(ctx: typer.Context, param: typer.CallbackParam, value: Any) -> Any:
    if value and param.name:
        setattr(shared(ctx), param.name, value)
    return value


def _carrier(
    data: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            callback=_keep,
            expose_value=False,
            rich_help_panel=_PANEL,
            help="Data directory; by default $KALENDS_DATA_DIR, else kalends-data.",
        ),
    ] = None,
    actor: Annotated[
        str | None,
        typer.Option(
            "--as",
            metavar="WHO",
            callback=_keep,
            expose_value=False,
            rich_help_panel=_PANEL,
            help="Act as this username or member (name or id); by default the workspace's first owner.",
        ),
    ] = None,
    workspace: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            callback=_keep,
            expose_value=False,
            rich_help_panel=_PANEL,
            help="Workspace (name or id), where there are several.",
        ),
    ] = None,
    json: Annotated[
        bool,
        typer.Option(
            "--json",
            callback=_keep,
            expose_value=False,
            rich_help_panel=_PANEL,
            help="Answer in JSON, errors too.",
        ),
    ] = False,
) -> None:
    """Carry the options: only its parameters are used."""


def _read_options() -> list[TyperOption]:
    app = typer.Typer(add_completion=False)
    app.command()(_carrier)
    return [
        option
        for option in typer.main.get_command(app).params
        if isinstance(option, TyperOption) and option.name != "help"
    ]


_OPTIONS = _read_options()
