"""Rules that prepare for events: which category makes sessions of which other."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request, Response, status

from kalends.features.scheduling.preparing import keeping
from kalends.features.scheduling.preparing.models import PreparationRule
from kalends.interfaces.rest.context import CurrentActor, CurrentServices, ExpectedVersion, etag
from kalends.interfaces.rest.patches import patched
from kalends.interfaces.rest.preparation_shapes import (
    NewPreparation,
    PreparationPatch,
    Preparations,
    PreparationShown,
)
from kalends.interfaces.rest.readers import Reader

router = APIRouter(prefix="/preparation", tags=["preparation"])


@router.get("")
def list_preparations(actor: Reader, services: CurrentServices) -> Preparations:
    """Give the rules of the workspace."""
    with services.database.read(actor.workspace_id) as tx:
        found = keeping.list_rules(tx, actor)
        return Preparations(items=[PreparationShown.model_validate(each) for each in found])


@router.post("", status_code=status.HTTP_201_CREATED)
def create_preparation(
    new: NewPreparation, actor: CurrentActor, services: CurrentServices, request: Request, response: Response
) -> PreparationShown:
    """Make a rule, for owners. It is for events that are made, moved or given the category from now on."""
    made = services.database.write(
        actor.workspace_id, lambda tx: keeping.create_rule(tx, actor, **new.model_dump())
    )
    response.headers["Location"] = request.app.url_path_for("read_preparation", rule_id=made.id)
    return _tagged(made, response)


@router.get("/{rule_id}")
def read_preparation(
    rule_id: UUID, actor: Reader, services: CurrentServices, response: Response
) -> PreparationShown:
    """Give one rule."""
    with services.database.read(actor.workspace_id) as tx:
        return _tagged(keeping.get_rule(tx, actor, rule_id), response)


@router.patch("/{rule_id}")
def update_preparation(
    rule_id: UUID,
    patch: PreparationPatch,
    actor: CurrentActor,
    services: CurrentServices,
    expected: ExpectedVersion,
    response: Response,
) -> PreparationShown:
    """Change a rule, or switch it off. The sessions that it made stay."""
    changes = patched(patch, may_be_null=())
    changed = services.database.write(
        actor.workspace_id,
        lambda tx: keeping.update_rule(tx, actor, rule_id, changes=changes, expected_version=expected),
    )
    return _tagged(changed, response)


@router.delete("/{rule_id}", status_code=status.HTTP_204_NO_CONTENT)
def delete_preparation(
    rule_id: UUID, actor: CurrentActor, services: CurrentServices, expected: ExpectedVersion
) -> None:
    """Remove a rule for good. The sessions that it made stay."""
    services.database.write(
        actor.workspace_id, lambda tx: keeping.delete_rule(tx, actor, rule_id, expected_version=expected)
    )


def _tagged(row: PreparationRule, response: Response) -> PreparationShown:
    response.headers["ETag"] = etag(row.version)
    return PreparationShown.model_validate(row)
