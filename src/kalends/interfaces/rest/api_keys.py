"""Keys with which programs act as a member."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import AwareDatetime, ConfigDict, Field

from kalends.features.identity import api_keys
from kalends.features.identity.actor import Scope
from kalends.features.identity.issued import Issued
from kalends.features.identity.models import ApiKey
from kalends.interfaces.rest.context import CurrentActor, CurrentServices
from kalends.interfaces.rest.shapes import Given, PageOf, Shown
from kalends.kit.pagination import Page

router = APIRouter(prefix="/api-keys", tags=["api-keys"])


class NewApiKey(Given):
    """What the key is for and what it may do."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "Kitchen display", "scopes": ["read"]}]}
    )

    name: str
    scopes: list[Scope] = Field(description="At least one, and none that the caller lacks.")
    expires_at: AwareDatetime | None = Field(default=None, description="By default it lasts until revoked.")
    agent_instance: str | None = Field(
        default=None, max_length=200, description="It sees and makes the calls of this agent alone."
    )


class ApiKeyView(Shown):
    """A key that may be used, without the key itself."""

    id: UUID
    member_id: UUID
    name: str
    prefix: str = Field(description="How the key begins, to tell which one it is.")
    scopes: list[Scope]
    agent_instance: str | None = Field(description="Whose calls alone it sees and makes.")
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


class IssuedApiKey(Shown):
    """A key. Shown now and never again."""

    api_key: ApiKeyView = Field(validation_alias="row")
    token: str = Field(validation_alias="secret", description="For `Authorization: Bearer`.")


@router.get("", response_model=PageOf[ApiKeyView])
def list_api_keys(
    actor: CurrentActor, services: CurrentServices, member_id: UUID | None = None
) -> Page[ApiKey]:
    """Give the caller's usable keys, oldest first; an owner may ask for another member's."""
    with services.database.read(actor.workspace_id) as tx:
        return Page(items=api_keys.list_keys(tx, actor, member_id))


@router.post("", status_code=201, response_model=IssuedApiKey)
def create_api_key(body: NewApiKey, actor: CurrentActor, services: CurrentServices) -> Issued[ApiKey]:
    """Make a key for the caller, with scopes that the caller has."""
    return services.database.write(
        actor.workspace_id,
        lambda tx: api_keys.create(
            tx,
            actor,
            name=body.name,
            scopes=body.scopes,
            expires_at=body.expires_at,
            agent_instance=body.agent_instance,
        ),
    )


@router.delete("/{key_id}", status_code=204, response_class=Response)
def revoke_api_key(key_id: UUID, actor: CurrentActor, services: CurrentServices) -> None:
    """End a key of the caller's, or as an owner anybody's."""
    services.database.write(actor.workspace_id, lambda tx: api_keys.revoke(tx, actor, key_id))
