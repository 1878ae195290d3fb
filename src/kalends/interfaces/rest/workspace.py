"""The household or team itself."""

from __future__ import annotations

from fastapi import APIRouter, Response

from kalends.features.identity.actor import Scope
from kalends.features.identity.models import Workspace
from kalends.features.identity.workspaces import WorkspaceChanges, change_workspace, workspace_of
from kalends.interfaces.rest.context import CurrentActor, CurrentServices, ExpectedVersion, etag
from kalends.interfaces.rest.identity_shapes import WorkspaceView

router = APIRouter(prefix="/workspace", tags=["workspace"])


@router.get("", response_model=WorkspaceView)
def get_workspace(actor: CurrentActor, services: CurrentServices, response: Response) -> Workspace:
    """Give the caller's workspace."""
    actor.must_have(Scope.READ)
    with services.database.read(actor.workspace_id) as tx:
        return _tagged(response, workspace_of(tx))


@router.patch("", response_model=WorkspaceView)
def update_workspace(
    body: WorkspaceChanges,
    actor: CurrentActor,
    services: CurrentServices,
    response: Response,
    expected: ExpectedVersion,
) -> Workspace:
    """Rename the workspace or give it another zone: for owners."""
    changed = services.database.write(
        actor.workspace_id, lambda tx: change_workspace(tx, actor, body, expected_version=expected)
    )
    return _tagged(response, changed)


def _tagged(response: Response, workspace: Workspace) -> Workspace:
    response.headers["ETag"] = etag(workspace.version)
    return workspace
