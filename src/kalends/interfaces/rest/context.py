"""What an endpoint may ask for: who calls, the services, the version they expect, the page they want."""

from __future__ import annotations

import re
from typing import Annotated, Final, cast

from fastapi import Depends, Header, Query, Request
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from kalends.features.identity.actor import Actor
from kalends.features.identity.sign_ins import BrowserSession
from kalends.interfaces.rest.idempotency import begin_attempt
from kalends.interfaces.rest.limits import RequestLimits
from kalends.interfaces.services import Services
from kalends.kit.errors import InvalidInput, Unauthenticated
from kalends.kit.pagination import LARGEST_LIMIT

SESSION_COOKIE: Final = "kalends_session"
CSRF_HEADER: Final = "X-CSRF-Token"

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
# RFC 9110 13.1.1: any version, or one strong entity tag of ours.
_VERSION = re.compile(r'^(\*|"[0-9]{1,18}")$')

_bearer = HTTPBearer(
    auto_error=False, scheme_name="bearer", description="An access token from `/auth/sign-in`, or an API key."
)
_cookie = APIKeyCookie(
    name=SESSION_COOKIE,
    auto_error=False,
    scheme_name="session",
    description=f"A browser's session; whatever changes something also sends `{CSRF_HEADER}`.",
)


def services_of(request: Request) -> Services:
    """Give the services that this app was made with."""
    return cast(Services, request.app.state.services)


async def _services(request: Request) -> Services:
    return services_of(request)  # not worth a thread


CurrentServices = Annotated[Services, Depends(_services)]


def limits_of(request: Request) -> RequestLimits:
    """Give the counters of requests that this app was made with."""
    return cast(RequestLimits, request.app.state.limits)


def address_of(request: Request) -> str:
    """Give the network address of the caller; behind a trusted proxy, of whom it speaks for."""
    return request.client.host if request.client else "unknown"


async def _address(request: Request) -> str:
    return address_of(request)


Address = Annotated[str, Depends(_address)]


def current_actor(
    request: Request,
    services: CurrentServices,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    cookie: Annotated[str | None, Depends(_cookie)],
) -> Actor:
    """Give who calls, by `Authorization: Bearer` or else by the browser's cookie.

    Raises `Unauthenticated`, `CsrfRefused` for a change with a cookie alone, `TooMany`.
    """
    limits = limits_of(request)
    address = address_of(request)
    limits.must_not_be_spent("address", address)  # of those who guess
    try:
        actor = _proved(request, services, bearer, cookie)
    except Unauthenticated:
        limits.count("address", address)
        raise
    request.state.member_id = actor.member_id  # for the access log
    request.state.language = actor.language  # for what is refused
    limits.count("account", str(actor.account_id or actor.member_id))
    begin_attempt(request, actor)
    return actor


CurrentActor = Annotated[Actor, Depends(current_actor)]


def _proved(
    request: Request,
    services: Services,
    bearer: HTTPAuthorizationCredentials | None,
    cookie: str | None,
) -> Actor:
    if bearer is not None:
        return services.identity.verify(bearer.credentials)
    if cookie is None or "authorization" in request.headers:
        raise Unauthenticated("Sign in: send `Authorization: Bearer` with an access token or an API key.")
    session = services.identity.verify_cookie(cookie)
    if request.method not in _SAFE:
        session.check_csrf(request.headers.get(CSRF_HEADER))
    return session.actor


def current_session(
    request: Request, services: CurrentServices, cookie: Annotated[str | None, Depends(_cookie)]
) -> BrowserSession:
    """Give the session of the browser's cookie, or raise `Unauthenticated`, `TooMany`."""
    limits_of(request).count("address", address_of(request))
    if cookie is None:
        raise Unauthenticated("No session's cookie came with the request; sign in.")
    return services.identity.verify_cookie(cookie)


CurrentSession = Annotated[BrowserSession, Depends(current_session)]


async def count_address(request: Request, address: Address) -> None:
    """Count a request of somebody who need not be signed in, or raise `TooMany`."""
    limits_of(request).count("address", address)


def etag(version: int) -> str:
    """Give the strong entity tag of a version."""
    return f'"{version}"'


IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        json_schema_extra={"pattern": _VERSION.pattern},
        description='The ETag that was read, as in `"7"`: another version answers 412. `*` takes any.',
    ),
]


async def expected_version(if_match: IfMatch = None) -> int | None:
    """Give the version that `If-Match` names, None when any will do.

    One entity tag of ours or `*`: several, weak or foreign ones can only be a mistake (`InvalidInput`).
    """
    if if_match is not None and not _VERSION.match(if_match):
        raise InvalidInput(f'Send the one ETag that you read, such as "7", not {if_match}.', field="If-Match")
    return int(if_match.strip('"')) if if_match not in (None, "*") else None


# Optional on what changes a part or deletes; without it the last writer wins.
ExpectedVersion = Annotated[int | None, Depends(expected_version)]

# Declare as `cursor: PageCursor = None, limit: PageLimit = DEFAULT_LIMIT`.
PageCursor = Annotated[str | None, Query(max_length=500, description="`next` of the page before.")]
PageLimit = Annotated[int, Query(ge=1, le=LARGEST_LIMIT, description="How many items a page holds.")]
