"""The HTTP application: routes, and what surrounds them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import cache
from importlib.metadata import version
from typing import Any, Final

import anyio.to_thread
from fastapi import APIRouter, FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.routing import APIRoute
from sqlalchemy import text
from starlette.routing import BaseRoute
from starlette.types import ASGIApp
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from kalends.interfaces.rest import (
    api_keys,
    audit,
    blocks,
    browser,
    calendars,
    call_batches,
    call_log,
    calls,
    categories,
    changes,
    conflicts,
    constraints,
    do_not_call,
    event_queries,
    events,
    files,
    free_time,
    idempotency,
    invitations,
    jobs,
    live,
    members,
    notifications,
    openapi,
    optimisations,
    participants,
    preferences,
    preparation,
    problems,
    push,
    reminders,
    resources,
    sign_in,
    tasks,
    unsubscribe,
    why,
    workspace,
)
from kalends.interfaces.rest.batch_shapes import BatchGiven
from kalends.interfaces.rest.context import CSRF_HEADER, CurrentServices
from kalends.interfaces.rest.frame import Answered, Frame
from kalends.interfaces.rest.idempotency import Idempotency
from kalends.interfaces.rest.limits import BodyLimit, RequestLimits
from kalends.interfaces.rest.settings import RestSettings
from kalends.interfaces.services import Services

PREFIX: Final = "/api/v1"

_ROUTERS: Final[Sequence[APIRouter]] = (
    sign_in.router,
    browser.router,
    workspace.router,
    members.router,
    preferences.router,
    invitations.router,
    api_keys.router,
    calendars.router,
    files.router,
    categories.router,
    event_queries.router,
    events.router,
    why.router,
    participants.router,
    conflicts.router,
    constraints.router,
    resources.router,
    changes.router,
    optimisations.router,
    preparation.router,
    tasks.router,
    blocks.router,
    free_time.router,
    call_batches.router,
    call_log.statistics_router,
    call_log.router,
    calls.router,
    do_not_call.router,
    reminders.router,
    notifications.router,
    push.router,
    unsubscribe.router,
    jobs.router,
    live.router,
    audit.router,
)


def create_app(
    services: Services,
    settings: RestSettings | None = None,
    *,
    beside: Sequence[APIRouter] = (),
    otherwise: ASGIApp | None = None,
    answered: Answered | None = None,
) -> FastAPI:
    """Make the app over these services.

    `beside` are the routes of other protocols, outside `/api/v1`; `otherwise` gets what no route takes;
    `answered` is told of each request.
    """
    settings = settings or RestSettings()
    app = FastAPI(
        title="Kalends",
        version=version("kalends"),
        description="Scheduling for a household or a team: calendars, conflicts, and the ways out of them.",
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,  # the usual pages load scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=_operation_id,
        lifespan=_with_threads(settings.workers),
    )
    app.state.services = services
    app.state.settings = settings
    app.state.limits = RequestLimits(settings.requests_per_minute, services.database.clock)
    app.router.routes += _routes()
    for router in (*beside, _health):
        app.include_router(router)
    if otherwise is not None:
        app.router.default = otherwise
    problems.install(app)
    app.openapi = _once(  # type: ignore[method-assign]
        lambda: openapi.document(app, read_by_routes=[BatchGiven])
    )
    _surround(app, services, settings, answered)
    return app


@cache
def _routes() -> Sequence[BaseRoute]:
    """Give the routes, of which the framework works out the parameters and answers when they are first
    matched: once for a process, however many apps it makes."""
    router = APIRouter(generate_unique_id_function=_operation_id)
    for each in _ROUTERS:
        router.include_router(each, prefix=PREFIX)
    return router.routes


def _surround(app: FastAPI, services: Services, settings: RestSettings, answered: Answered | None) -> None:
    """Add the middleware, innermost first."""
    app.add_middleware(Idempotency, database=services.database, keyring=services.keyring, prefix=PREFIX)
    app.add_middleware(BodyLimit, limit=settings.max_body_bytes)
    database = services.database
    app.add_middleware(Frame, ids=database.ids, clock=database.clock, answered=answered)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            # "Any page" must not act with the reader's cookie.
            allow_credentials="*" not in settings.cors_origins,
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=[
                "Authorization",
                "Content-Type",
                "If-Match",
                "If-None-Match",
                idempotency.HEADER,
                CSRF_HEADER,
            ],
            expose_headers=["ETag", "Location", "Retry-After", "X-Request-Id", idempotency.REPLAYED],
            max_age=600,
        )
    if settings.trusted_proxies:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=list(settings.trusted_proxies))


def _with_threads(workers: int) -> Callable[[FastAPI], Any]:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        # More threads would only wait for the database and each other.
        anyio.to_thread.current_default_thread_limiter().total_tokens = workers
        yield

    return lifespan


def _operation_id(route: APIRoute) -> str:
    return route.name


def _once(make: Callable[[], dict[str, Any]]) -> Callable[[], dict[str, Any]]:
    made: list[dict[str, Any]] = []

    def give() -> dict[str, Any]:
        if not made:
            made.append(make())
        return made[0]

    return give


_health = APIRouter()


@_health.get("/healthz", include_in_schema=False)
def health(services: CurrentServices) -> dict[str, str]:
    """Say that this process answers and reaches its database."""
    with services.database.read(None) as tx:
        tx.execute(text("SELECT 1"))
    return {"status": "ok"}
