"""The composition root: from settings to objects. Nothing imports this but the command line."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from kalends.daily import daily_tasks
from kalends.features.announcements import Announcer
from kalends.features.calendars import categories
from kalends.features.calendars import personal_data as calendars_data
from kalends.features.calendars import service as calendars
from kalends.features.calls import personal_data as calls_data
from kalends.features.calls.quiet import QuietHours
from kalends.features.calls.service import Calls
from kalends.features.calls.settings import CallSettings
from kalends.features.changes import Changes
from kalends.features.changes import service as changes_service
from kalends.features.changes.event_uses import StoredEvents
from kalends.features.identity.hooks import Hooks
from kalends.features.identity.service import Identity
from kalends.features.identity.settings import IdentitySettings
from kalends.features.reminders.ports import Carrier
from kalends.features.reminders.service import Notifications
from kalends.features.resources import personal_data as resources_data
from kalends.features.resources.service import Resources
from kalends.features.scheduling import Exchange, Scheduling, SchedulingSettings, conflicts
from kalends.features.scheduling.constraints import personal_data as constraints_data
from kalends.features.scheduling.optimising import Optimiser
from kalends.features.scheduling.preparing import keeping as preparing
from kalends.features.scheduling.tasks import personal_data as tasks_data
from kalends.features.scheduling.tasks.planner import Planner
from kalends.interfaces.rest.settings import RestSettings
from kalends.interfaces.services import Services
from kalends.jobs import Jobs, Tasks
from kalends.kit.clock import Clock, SystemClock
from kalends.kit.crypto import Keyring, open_keyring
from kalends.kit.errors import Clash
from kalends.outside import carriers, push_key, telephone
from kalends.settings import Settings
from kalends.storage import Database
from kalends.upkeep import alone, bring_up_alone
from kalends.workers import SECONDS_TO_FINISH, dispatching, working

if TYPE_CHECKING:
    from fastapi import APIRouter


class AddressTaken(Clash):
    """The address to listen on cannot be had; `host` and `port` are among the fields."""

    code = "address_taken"


def compose(
    settings: Settings,
    *,
    clock: Clock | None = None,
    identity: IdentitySettings | None = None,
    carried: Mapping[str, Carrier] | None = None,
) -> Services:
    """Make the services over the database that the settings name, which must be migrated.

    `carried` are the services that bring messages to people, in place of those that the settings name.
    """
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    keyring = Keyring.from_text(settings.key) if settings.key else open_keyring(settings.data_dir / "key")
    database = Database(settings.url, clock=clock or SystemClock(), pool_size=settings.workers)
    effort = replace(settings.effort, clock=time.monotonic)
    announcer, jobs = Announcer(), Jobs(Tasks())
    changes = Changes(horizon=settings.horizon, announcer=announcer)
    scheduling = Scheduling(database, changes, SchedulingSettings(horizon=settings.horizon))
    people = Identity(
        database, keyring, identity or IdentitySettings(sign_up_open=settings.sign_up == "open"), hooks()
    )
    services = Services(
        database=database,
        keyring=keyring,
        resources=Resources(StoredEvents(), horizon=settings.horizon),
        identity=people,
        changes=changes,
        scheduling=scheduling,
        exchange=Exchange(database, changes, scheduling, settings.ical_limits),
        optimiser=Optimiser(database, changes, scheduling, ThreadPoolExecutor(1, "optimiser"), effort),
        planner=Planner(database, scheduling, effort),
        jobs=jobs,
        notifications=Notifications(
            database,
            keyring,
            jobs,
            announcer,
            carriers(settings, keyring, database.clock) if carried is None else carried,
            members=people.members,
            public_url=settings.public_url,
            push_key=push_key(settings, keyring),
        ),
        calls=Calls(
            database,
            keyring,
            jobs,
            announcer,
            changes,
            scheduling,
            telephone(settings, database.clock),
            CallSettings(
                quiet_hours=QuietHours.parse(settings.call_quiet_hours),
                concurrency=settings.call_concurrency,
                per_minute=settings.calls_per_minute,
                per_number=settings.calls_per_number,
                region=settings.phone_region,
                grace=timedelta(seconds=settings.misfire_grace_seconds),
            ),
        ),
    )
    people.hooks.member_changed.append(services.notifications.member_changed)
    people.hooks.member_removed.insert(0, services.notifications.member_removed)
    jobs.tasks.add_queue(services.calls.queue())
    for task in (
        *daily_tasks(services, settings),
        *services.notifications.tasks(),
        *services.calls.tasks(),
    ):
        jobs.tasks.add(task)
    return services


def hooks() -> Hooks:
    """Say what the features do when people and workspaces come and go."""
    return Hooks(
        workspace_added=[calendars.set_up_workspace, categories.set_up_workspace, preparing.set_up_workspace],
        member_added=[calendars.set_up_member],
        member_removed=[
            changes_service.erase,
            conflicts.erase,
            constraints_data.erase,
            tasks_data.erase,
            calls_data.erase,
            resources_data.erase,
            calendars_data.erase,
        ],
        calendar_chosen=[calendars.choose_default],
    )


def serve(
    settings: Settings,
    *,
    clock: Clock | None = None,
    identity: IdentitySettings | None = None,
    prepare: Callable[[Services], None] | None = None,
    ready: Callable[[str], None] | None = None,
) -> None:
    """Bring the database up, then answer requests until a signal (TERM, INT); those that run may finish.

    `prepare` is given the services before anybody is answered, `ready` the address once requests are; port 0
    takes any that is free. Raises `AlreadyServed` for an embedded database that has a server, `AddressTaken`,
    and `WrongSchema` for a database of a newer version.
    """
    # Half a second to import: the other commands of the command line load this module too.
    import uvicorn

    from kalends.interfaces.metrics import Metrics, metrics_routes
    from kalends.interfaces.rest.app import create_app
    from kalends.interfaces.rest.live import end_streams
    from kalends.interfaces.web import BrowserApp, read_built
    from kalends.logs import configure_logging

    configure_logging(settings.log_format)
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with ExitStack() as held:
        held.enter_context(alone(settings))
        bring_up_alone(settings)
        services = compose(settings, clock=clock, identity=identity)
        held.callback(services.database.close)
        held.callback(services.optimiser.close)
        listening = held.enter_context(closing(_listen(settings)))
        if settings.embedded:
            services.optimiser.give_up()  # no other process would have gone on with them
        if prepare is not None:
            prepare(services)
        services.jobs.watch = metrics = Metrics(services.database)
        app = create_app(
            services,
            rest_settings(settings),
            beside=[*beside_rest(services, settings), metrics_routes(metrics, settings.metrics_token)],
            otherwise=BrowserApp(read_built()),
            answered=metrics.answered,
        )
        config = uvicorn.Config(
            app,
            log_config=None,  # ours stands
            access_log=False,
            server_header=False,
            ws="none",  # whatever is installed beside us
            proxy_headers=False,  # the app itself knows which proxies to trust
            timeout_graceful_shutdown=SECONDS_TO_FINISH,
        )

        class Server(uvicorn.Server):
            async def startup(self, sockets: list[socket.socket] | None = None) -> None:
                await super().startup(sockets)
                if ready is not None and self.started:
                    ready(_address(listening))

            async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
                end_streams(app)  # they would keep their connections, and so the server, for good
                await super().shutdown(sockets)

        if settings.jobs == "inside":
            held.enter_context(working(services, settings))
        elif settings.jobs == "celery":
            held.enter_context(dispatching(services, settings))
        Server(config).run(sockets=[listening])


def beside_rest(services: Services, settings: Settings) -> Sequence[APIRouter]:
    """Give the routes of the protocols beside REST."""
    from kalends.interfaces.feeds import feed_routes
    from kalends.interfaces.webhooks import twilio_routes

    routers = [feed_routes(services, public_url=settings.public_url)]
    if settings.twilio_auth_token:
        twilio = twilio_routes(
            settings.twilio_auth_token,
            services.calls,
            services.notifications,
            public_url=settings.public_url,
            behind_proxy=bool(settings.trusted_proxies),
        )
        routers.append(twilio)
    return routers


def rest_settings(settings: Settings) -> RestSettings:
    """Give REST's part of the settings."""
    return RestSettings(
        workers=settings.workers,
        requests_per_minute=settings.requests_per_minute,
        max_body_bytes=settings.max_body_bytes,
        max_occurrences=settings.max_occurrences,
        ical_max_bytes=settings.ical_max_bytes,
        cors_origins=settings.cors_origins,
        trusted_proxies=settings.trusted_proxies,
        public_url=settings.public_url,
    )


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family, backlog=2048)
    except OSError as error:
        raise AddressTaken(
            f"Cannot listen on {settings.host}, port {settings.port}: {error.strerror}.",
            host=settings.host,
            port=settings.port,
        ) from None


def _address(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
