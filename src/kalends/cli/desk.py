"""A data directory, opened, and the member who works at it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import TypeVar

import typer

from kalends.cli.acting import choose_actor
from kalends.cli.options import Shared, shared
from kalends.engine.zones import zone
from kalends.features.identity.actor import Actor
from kalends.interfaces.services import Services
from kalends.kit.errors import KalendsError
from kalends.server import compose
from kalends.settings import Settings
from kalends.storage import SCHEMA_HEAD, Unit, WrongSchema
from kalends.upkeep import stored_version

T = TypeVar("T")


class NoData(KalendsError):
    """There is no database where the command was told to look."""

    code = "no_data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The services over a data directory, as one member uses them."""

    settings: Settings
    services: Services
    actor: Actor

    @property
    def tzinfo(self) -> tzinfo:
        """Give the member's zone: times are read and printed in it."""
        return zone(self.actor.zone).tzinfo

    @property
    def now(self) -> datetime:
        """Give the present in the member's zone."""
        return self.services.database.clock.now().astimezone(self.tzinfo)

    def read(self, work: Callable[[Unit], T]) -> T:
        """Run `work` on a snapshot of the member's workspace."""
        with self.services.database.read(self.actor.workspace_id) as tx:
            return work(tx)

    def write(self, work: Callable[[Unit], T]) -> T:
        """Run `work` in one transaction of the member's workspace."""
        return self.services.database.write(self.actor.workspace_id, work)


def open_desk(ctx: typer.Context) -> Desk:
    """Open the data directory that the command line names, as the member it names."""
    services = open_services(ctx)
    return Desk(
        settings=settings_of(shared(ctx)),
        services=services,
        actor=choose_actor(services.database, shared(ctx)),
    )


def open_services(ctx: typer.Context) -> Services:
    """Open the data directory that the command line names; raise `NoData` or `WrongSchema`."""
    settings = settings_of(shared(ctx))
    version = stored_version(settings)
    if version is None:
        raise NoData(
            f"There is no Kalends data in {settings.data_dir}: make some with `kalends demo` or "
            "`kalends account add`, or say where it is with --data.",
            data=str(settings.data_dir),
        )
    if version != SCHEMA_HEAD:
        raise WrongSchema(
            f"The database is at schema {version}, this program at {SCHEMA_HEAD}: run `kalends migrate`.",
            stored=version,
            wanted=SCHEMA_HEAD,
        )
    return composed(ctx, settings)


def composed(ctx: typer.Context, settings: Settings) -> Services:
    """Compose the services, and close them when the command ends."""
    services = compose(settings)
    ctx.call_on_close(services.database.close)
    ctx.call_on_close(services.optimiser.close)
    return services


def settings_of(said: Shared) -> Settings:
    """Read the settings from the environment; the command line goes before them."""
    settings = Settings.from_environment(said.environment)
    return settings.model_copy(update={"data_dir": said.data}) if said.data else settings
