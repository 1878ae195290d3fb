"""Accounts and the tokens of programs: sign-up, sign-in, refresh, sign-out, passwords."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Response
from pydantic import ConfigDict, Field, SecretStr

from kalends.features.identity import sign_ins
from kalends.features.identity.accounts import Home
from kalends.features.identity.actor import Actor
from kalends.features.identity.invitations import Offer
from kalends.features.identity.models import Role, SignIn
from kalends.features.identity.registration import Registration
from kalends.features.identity.sign_ins import Tokens
from kalends.interfaces.rest.context import Address, CurrentActor, CurrentServices, count_address
from kalends.interfaces.rest.identity_shapes import (
    ActorView,
    HomeView,
    InvitationToken,
    SignInView,
    TokensView,
)
from kalends.interfaces.rest.shapes import Given, PageOf, Shown
from kalends.kit.pagination import Page

router = APIRouter(prefix="/auth", tags=["sign-in"])

Device = Annotated[str | None, Header(alias="User-Agent", include_in_schema=False)]
_ANYBODY = [Depends(count_address)]


class SignUp(Given):
    """Who gets an account; with an invitation they join a workspace, without one they found theirs."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "username": "ana",
                    "password": "correct horse battery",
                    "name": "Ana",
                    "workspace_name": "The Silvas",
                    "zone": "Europe/Lisbon",
                }
            ]
        }
    )

    username: str = Field(description="3 to 64 letters, digits or . _ - @ +; case does not matter.")
    password: SecretStr = Field(description="At least 8 characters.")
    name: str = Field(description="As the others see it.")
    email: str | None = None
    invitation: SecretStr | None = Field(default=None, description="The token of an invitation.")
    workspace_name: str | None = Field(default=None, description="Of a founder.")
    zone: str = Field(default="UTC", description="IANA name; of a founder.")
    role: Role = Field(default=Role.PARENT, description="Of a founder.")

    def registration(self) -> Registration:
        """Give what identity asks for."""
        return Registration(
            username=self.username,
            password=self.password.get_secret_value(),
            name=self.name,
            email=self.email,
            invitation=self.invitation.get_secret_value() if self.invitation else None,
            workspace_name=self.workspace_name,
            zone=self.zone,
            role=self.role,
        )


class OfferView(Shown):
    """What a guest is invited to, and by whom."""

    workspace_name: str
    invited_by: str = Field(description="A member's name.")


class Credentials(Given):
    """A username and its password."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"username": "ana", "password": "correct horse battery"}]}
    )

    username: str
    password: SecretStr
    workspace_id: UUID | None = Field(
        default=None, description="Where to go; by default where the account joined first."
    )


class RefreshToken(Given):
    """A refresh token, as sign-in or the last refresh gave it."""

    refresh_token: SecretStr


class PasswordChange(Given):
    """The present password and the next."""

    old_password: SecretStr
    new_password: SecretStr


class PasswordReset(Given):
    """A reset as an owner or administrator handed it over, and the new password."""

    token: SecretStr
    new_password: SecretStr


class Switch(Given):
    """Which of the account's members to be."""

    member_id: UUID


class SetupView(Shown):
    """How far this server has been set up, for whoever has not signed in."""

    empty: bool = Field(description="Nobody has an account yet.")
    sign_up: Literal["open", "invited"] = Field(description="Who may make one by themselves.")


class Ended(Shown):
    """How many sign-ins ended."""

    ended: int


@router.get("/setup", dependencies=_ANYBODY)
def show_setup(services: CurrentServices) -> SetupView:
    """Say what a first visitor can do. Where only invited people sign up, whoever runs the server makes the
    first account, with `kalends account add`."""
    sign_up: Literal["open", "invited"] = "open" if services.identity.settings.sign_up_open else "invited"
    return SetupView(empty=services.identity.is_empty(), sign_up=sign_up)


@router.post("/invitation", response_model=OfferView, dependencies=_ANYBODY)
def show_offer(body: InvitationToken, services: CurrentServices) -> Offer:
    """Say what an invitation is to, to whoever holds its token."""
    return services.identity.offer(body.token.get_secret_value())


@router.post("/sign-up", status_code=201, response_model=TokensView, dependencies=_ANYBODY)
def sign_up(body: SignUp, services: CurrentServices, address: Address, device: Device = None) -> Tokens:
    """Make an account and sign it in."""
    actor = services.identity.sign_up(body.registration(), address=address)
    return services.identity.issue(actor, device=device)


@router.post("/sign-in", response_model=TokensView, dependencies=_ANYBODY)
def sign_in(body: Credentials, services: CurrentServices, address: Address, device: Device = None) -> Tokens:
    """Give an access token and a refresh token."""
    return services.identity.sign_in(
        body.username,
        body.password.get_secret_value(),
        address=address,
        device=device,
        workspace_id=body.workspace_id,
    )


@router.post("/refresh", response_model=TokensView, dependencies=_ANYBODY)
def refresh(body: RefreshToken, services: CurrentServices) -> Tokens:
    """Give new tokens for a refresh token; one that was used before ends the sign-in for whoever holds it."""
    return services.identity.refresh(body.refresh_token.get_secret_value())


@router.post("/revoke", status_code=204, dependencies=_ANYBODY)
def revoke_refresh_token(body: RefreshToken, services: CurrentServices) -> None:
    """End the sign-in of a refresh token, when the access token is no longer at hand."""
    services.identity.sign_ins.sign_out(body.refresh_token.get_secret_value())


@router.post("/sign-out", status_code=204)
def sign_out(actor: CurrentActor, services: CurrentServices) -> None:
    """End this sign-in, its access tokens included."""
    services.identity.sign_out(actor)


@router.post("/sign-out-everywhere", response_model=Ended)
def sign_out_everywhere(actor: CurrentActor, services: CurrentServices) -> Ended:
    """End every sign-in of this account, this one included."""
    return Ended(ended=services.identity.sign_out_everywhere(actor))


@router.get("/verify", response_model=ActorView)
def verify(actor: CurrentActor) -> Actor:
    """Say whom the token, key or cookie of this request stands for."""
    return actor


@router.post("/password", status_code=204)
def change_password(body: PasswordChange, actor: CurrentActor, services: CurrentServices) -> None:
    """Replace the password and end the account's other sign-ins."""
    services.identity.change_password(
        actor, old=body.old_password.get_secret_value(), new=body.new_password.get_secret_value()
    )


@router.post("/password/reset", status_code=204, dependencies=_ANYBODY)
def reset_password(body: PasswordReset, services: CurrentServices) -> None:
    """Set a new password with a reset token, once, and end every sign-in of the account."""
    services.identity.reset_password(body.token.get_secret_value(), body.new_password.get_secret_value())


@router.get("/memberships", response_model=PageOf[HomeView])
def list_memberships(actor: CurrentActor, services: CurrentServices) -> Page[Home]:
    """Give the members that this account is, in all workspaces."""
    return Page(items=services.identity.homes(actor))


@router.post("/switch", response_model=TokensView)
def switch(body: Switch, actor: CurrentActor, services: CurrentServices, device: Device = None) -> Tokens:
    """Give tokens for another member of the same account; this sign-in stays too."""
    return services.identity.switch(actor, body.member_id, device=device)


@router.get("/sign-ins", response_model=PageOf[SignInView])
def list_sign_ins(actor: CurrentActor, services: CurrentServices) -> Page[SignIn]:
    """Give the account's live sign-ins, latest first."""
    with services.database.read(actor.workspace_id) as tx:
        return Page(items=sign_ins.list_sign_ins(tx, actor))


@router.delete("/sign-ins/{sign_in_id}", status_code=204, response_class=Response)
def end_sign_in(sign_in_id: UUID, actor: CurrentActor, services: CurrentServices) -> None:
    """End one of the account's sign-ins, on a lost device perhaps."""
    services.database.write(actor.workspace_id, lambda tx: sign_ins.end_own(tx, actor, sign_in_id))
