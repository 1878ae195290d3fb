"""How a member likes their days."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Response
from pydantic import WithJsonSchema

from kalends.features.identity.models import Member
from kalends.features.identity.preferences import Preferences
from kalends.interfaces.rest.context import CurrentActor, CurrentServices, ExpectedVersion, etag
from kalends.storage import Unit

router = APIRouter(prefix="/members/{member_id}/preferences", tags=["preferences"])

# A mapping, since what is absent differs from what is null; the feature validates the whole.
PreferenceChanges = Annotated[
    dict[str, Any],
    WithJsonSchema(Preferences.model_json_schema() | {"title": "PreferenceChanges"}),
    Body(
        description="What is to change; what is left out stays.",
        examples=[{"no_events_before": "08:00", "max_events_per_day": 4}],
    ),
]


@router.get("", response_model=Preferences)
def get_preferences(
    member_id: UUID, actor: CurrentActor, services: CurrentServices, response: Response
) -> Preferences:
    """Give a member's preferences, defaults included: to themselves and to owners."""
    with services.database.read(actor.workspace_id) as tx:
        preferences = services.identity.members.preferences(tx, actor, member_id)
        _tag(response, tx, member_id)
        return preferences


@router.patch("", response_model=Preferences)
def update_preferences(
    member_id: UUID,
    body: PreferenceChanges,
    actor: CurrentActor,
    services: CurrentServices,
    response: Response,
    expected: ExpectedVersion,
) -> Preferences:
    """Change some preferences and give all of them. The ETag is the member's."""

    def work(tx: Unit) -> Preferences:
        preferences = services.identity.members.prefer(tx, actor, member_id, body, expected_version=expected)
        _tag(response, tx, member_id)
        return preferences

    return services.database.write(actor.workspace_id, work)


def _tag(response: Response, tx: Unit, member_id: UUID) -> None:
    response.headers["ETag"] = etag(tx.get(Member, member_id).version)
