"""`kalends serve` and `kalends demo`."""

from __future__ import annotations

import secrets
from typing import Annotated, Any

import typer

from kalends.cli.acting import list_workspaces
from kalends.cli.answering import note
from kalends.cli.demo_household import USERNAMES, seed
from kalends.cli.desk import composed, settings_of
from kalends.cli.options import shared
from kalends.cli.upkeep import bring_up
from kalends.server import serve as run_server
from kalends.settings import Settings

app = typer.Typer()

Host = Annotated[str | None, typer.Option(help="Address to listen on; by default 127.0.0.1.")]
Port = Annotated[
    int | None, typer.Option(min=0, max=65535, help="Port to listen on; by default 8000; 0 picks one.")
]


@app.command()
def serve(ctx: typer.Context, host: Host = None, port: Port = None) -> None:
    """Serve the browser app, REST and feeds.

    The database is brought to this version's schema first.
    """
    settings = _listening(settings_of(shared(ctx)), host, port)
    bring_up(settings)
    note(ctx, f"Kalends serves {settings.data_dir} on {_address(settings)} (Ctrl-C ends it).")
    run_server(settings)


@app.command()
def demo(
    ctx: typer.Context,
    port: Port = None,
    seed_only: Annotated[
        bool, typer.Option("--seed-only", help="Make the household, and serve nothing.")
    ] = False,
) -> None:
    """Make a demo household, if there is none yet, and serve it.

    Two parents who sign in, two children who do not, and some weeks of a family's time around today. The
    password is made up and shown once.
    """
    settings = _listening(settings_of(shared(ctx)), "127.0.0.1", port)
    bring_up(settings)
    services = composed(ctx, settings)
    if list_workspaces(services.database):
        note(ctx, f"{settings.data_dir} has its people already: nothing was added.")
    else:
        password = secrets.token_urlsafe(9)
        seed(services, password)
        note(ctx, f"Made a demo household in {settings.data_dir}. Sign in as {' or '.join(USERNAMES)}")
        note(ctx, f"with the password {password}, which is shown only now.")
    if not seed_only:
        services.database.close()
        note(ctx, f"Kalends serves on {_address(settings)} (Ctrl-C ends it).")
        run_server(settings)


def _listening(settings: Settings, host: str | None, port: int | None) -> Settings:
    asked: dict[str, Any] = {"host": host, "port": port}
    return settings.model_copy(update={name: value for name, value in asked.items() if value is not None})


def _address(settings: Settings) -> str:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{settings.port}"
