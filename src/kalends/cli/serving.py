"""`kalends serve` and `kalends demo`."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from kalends.cli.acting import list_accounts
from kalends.cli.answering import note
from kalends.cli.demo_calls import ring_soon
from kalends.cli.demo_household import USERNAMES, seed
from kalends.cli.desk import composed, open_services, settings_of
from kalends.cli.options import shared
from kalends.features.identity.actor import Actor
from kalends.interfaces.services import Services
from kalends.server import serve as run_server
from kalends.settings import Settings
from kalends.upkeep import bring_up
from kalends.workers import work as run_worker

app = typer.Typer()

Host = Annotated[str | None, typer.Option(help="Address to listen on; by default 127.0.0.1.")]
Port = Annotated[
    int | None, typer.Option(min=0, max=65535, help="Port to listen on; by default 8000; 0 picks one.")
]


@app.command()
def serve(ctx: typer.Context, host: Host = None, port: Port = None) -> None:
    """Serve REST and feeds.

    The database is brought to this version's schema first.
    """
    settings = _listening(settings_of(shared(ctx)), host, port)
    run_server(settings, ready=lambda address: _tell(ctx, settings, address))


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
    password is made up and shown once. Calls and SMS go to a telephone service in the same process, which
    only plays that it is one.
    """
    settings = _listening(settings_of(shared(ctx)), "127.0.0.1", port)
    told: list[str] = []

    def prepare(services: Services) -> None:
        anna, lines = _furnished(services, settings)
        told.extend(lines)
        if anna is not None and not seed_only:
            ring_soon(services, anna)

    if seed_only:
        bring_up(settings)
        prepare(composed(ctx, settings))
        _note_all(ctx, told)
    else:
        with _playing_telephone(settings) as settings:
            # What a newcomer needs comes last, below whatever is logged before.
            run_server(settings, prepare=prepare, ready=lambda address: _tell(ctx, settings, address, told))


@app.command()
def worker(ctx: typer.Context) -> None:
    """Do what is due, beside servers and other workers of one PostgreSQL.

    It runs until it is stopped (TERM, INT); what it does then may finish.
    """
    run_worker(
        open_services(ctx),
        settings_of(shared(ctx)),
        ready=lambda: note(ctx, "This worker does what is due (Ctrl-C ends it)."),
    )


@contextmanager
def _playing_telephone(settings: Settings) -> Iterator[Settings]:
    """Give settings whose calls and SMS reach a fake Twilio, whatever account they name, and nobody else."""
    from kalends.integrations.twilio.fake import FakeTwilio

    with FakeTwilio() as fake:
        fake.start(alive=True)
        port = settings.port or _free_port()  # known before we listen: it stands in what Twilio calls back
        yield settings.model_copy(
            update={
                "port": port,
                "public_url": settings.public_url or f"http://127.0.0.1:{port}",
                "twilio_account_sid": fake.sid,
                "twilio_auth_token": fake.token,
                "twilio_from": fake.NUMBER,
                "twilio_base_url": fake.url,
            }
        )


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def _furnished(services: Services, settings: Settings) -> tuple[Actor | None, list[str]]:
    """Make the household where there is nobody yet; give who is at home in it, and how to sign in."""
    accounts = [account.username for account, _ in list_accounts(services.database)]
    if accounts:
        return None, [
            f"{settings.data_dir} has its people already: nothing was added.",
            f"Sign in as {' or '.join(accounts[:2])} with the password that was shown when they were added."
            f" To set a new one: kalends --data {settings.data_dir} account set-password {accounts[0]}",
        ]
    password = secrets.token_urlsafe(9)
    anna = seed(settings, password)
    return anna, [
        f"Made a demo household in {settings.data_dir}.",
        f"Sign in as {' or '.join(USERNAMES)} with the password {password}, which is shown only now.",
    ]


def _tell(ctx: typer.Context, settings: Settings, address: str, told: Sequence[str] = ()) -> None:
    _note_all(ctx, [f"Kalends serves {settings.data_dir} on {address} (Ctrl-C ends it).", *told])


def _note_all(ctx: typer.Context, lines: Sequence[str]) -> None:
    for line in lines:
        note(ctx, line)


def _listening(settings: Settings, host: str | None, port: int | None) -> Settings:
    asked: dict[str, Any] = {"host": host, "port": port}
    return settings.model_copy(update={name: value for name, value in asked.items() if value is not None})
