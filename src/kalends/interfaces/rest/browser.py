"""The browser's sign-in: an opaque cookie that scripts cannot read, and a token against forged requests."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request, Response

from kalends.features.identity.sign_ins import BrowserSession
from kalends.interfaces.rest.context import (
    SESSION_COOKIE,
    Address,
    CurrentActor,
    CurrentServices,
    CurrentSession,
    count_address,
    services_of,
)
from kalends.interfaces.rest.identity_shapes import SessionView
from kalends.interfaces.rest.sign_in import Credentials, Device, SignUp, Switch

router = APIRouter(prefix="/auth/session", tags=["sign-in"])
_ANYBODY = [Depends(count_address)]


@router.post("", status_code=201, response_model=SessionView, dependencies=_ANYBODY)
def begin_session(
    body: Credentials,
    services: CurrentServices,
    request: Request,
    response: Response,
    address: Address,
    device: Device = None,
) -> BrowserSession:
    """Sign a browser in: sets the session's cookie."""
    session = services.identity.sign_in_browser(
        body.username,
        body.password.get_secret_value(),
        address=address,
        device=device,
        workspace_id=body.workspace_id,
    )
    return _set_cookie(request, response, session)


@router.post("/sign-up", status_code=201, response_model=SessionView, dependencies=_ANYBODY)
def sign_up_in_browser(
    body: SignUp,
    services: CurrentServices,
    request: Request,
    response: Response,
    address: Address,
    device: Device = None,
) -> BrowserSession:
    """Make an account and sign the browser in."""
    actor = services.identity.sign_up(body.registration(), address=address)
    return _set_cookie(request, response, services.identity.issue_browser(actor, device=device))


@router.post("/switch", response_model=SessionView)
def switch_session(
    body: Switch,
    actor: CurrentActor,
    services: CurrentServices,
    request: Request,
    response: Response,
    device: Device = None,
) -> BrowserSession:
    """Put the browser into another workspace of the same account: the old session ends."""
    session = services.identity.switch_browser(actor, body.member_id, device=device)
    return _set_cookie(request, response, session)


@router.get("", response_model=SessionView)
def show_session(session: CurrentSession) -> BrowserSession:
    """Give the session of this browser, with the token that its changes need."""
    return session


@router.delete("", status_code=204, response_class=Response)
def end_session(actor: CurrentActor, services: CurrentServices, response: Response) -> None:
    """Sign the browser out."""
    services.identity.sign_out(actor)
    response.delete_cookie(SESSION_COOKIE, path="/", httponly=True, samesite="lax")


def _set_cookie(request: Request, response: Response, session: BrowserSession) -> BrowserSession:
    public_url = request.app.state.settings.public_url
    remaining = session.expires_at - services_of(request).database.clock.now()
    response.set_cookie(
        SESSION_COOKIE,
        session.cookie,
        max_age=int(remaining.total_seconds()),
        path="/",
        secure=(public_url or str(request.url)).startswith("https:"),
        httponly=True,
        samesite="lax",
    )
    return session
