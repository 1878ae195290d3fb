"""Categories: what kinds of events a workspace knows, and how much each weighs."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response, status
from pydantic import Field

from kalends.features.calendars import categories
from kalends.features.calendars.models import Category
from kalends.interfaces.rest.calendars import Color
from kalends.interfaces.rest.context import CurrentActor, CurrentServices, ExpectedVersion, etag
from kalends.interfaces.rest.patches import patched
from kalends.interfaces.rest.readers import Reader
from kalends.interfaces.rest.shapes import Given, Shown
from kalends.storage import Unit

router = APIRouter(prefix="/categories", tags=["categories"])

Name = Annotated[str, Field(min_length=1, max_length=100)]
Level = Annotated[int, Field(ge=1, le=5, description="The rank of its events that have no priority.")]


class CategoryVersion(Shown):
    """A category as it is kept."""

    id: UUID
    name: str
    level: Level
    color: str | None
    version: int


class Categories(Shown):
    """All categories, the weightiest first."""

    items: list[CategoryVersion]


class NewCategory(Given):
    """A category to be made; its name is taken once, whatever the case."""

    name: Name
    level: Level
    color: Color | None = None


class CategoryPatch(Given):
    """What to change of a category; only the colour may become null."""

    name: Name | None = None
    level: Level | None = None
    color: Color | None = None


@router.get("")
def list_categories(actor: Reader, services: CurrentServices) -> Categories:
    """Give all categories of the workspace."""
    with services.database.read(actor.workspace_id) as tx:
        return Categories(
            items=[CategoryVersion.model_validate(each) for each in categories.list_categories(tx)]
        )


@router.post("", status_code=status.HTTP_201_CREATED)
def create_category(
    new: NewCategory, actor: CurrentActor, services: CurrentServices, request: Request, response: Response
) -> CategoryVersion:
    """Make a category."""

    def create(tx: Unit) -> CategoryVersion:
        return CategoryVersion.model_validate(categories.create_category(tx, actor, **new.model_dump()))

    made = services.database.write(actor.workspace_id, create)
    response.headers["Location"] = request.app.url_path_for("read_category", category_id=made.id)
    return _tagged(made, response)


@router.get("/{category_id}")
def read_category(
    category_id: UUID, actor: Reader, services: CurrentServices, response: Response
) -> CategoryVersion:
    """Give one category."""
    with services.database.read(actor.workspace_id) as tx:
        return _tagged(CategoryVersion.model_validate(tx.get(Category, category_id)), response)


@router.patch("/{category_id}")
def update_category(
    category_id: UUID,
    patch: CategoryPatch,
    actor: CurrentActor,
    services: CurrentServices,
    expected: ExpectedVersion,
    response: Response,
) -> CategoryVersion:
    """Change a category. Its events keep it under a new name."""
    changes = patched(patch, may_be_null={"color"})

    def update(tx: Unit) -> CategoryVersion:
        return CategoryVersion.model_validate(
            categories.update_category(tx, actor, category_id, changes=changes, expected_version=expected)
        )

    return _tagged(services.database.write(actor.workspace_id, update), response)


@router.delete("/{category_id}", status_code=status.HTTP_204_NO_CONTENT)
def delete_category(
    category_id: UUID, actor: CurrentActor, services: CurrentServices, expected: ExpectedVersion
) -> None:
    """Remove a category that no event carries."""
    services.database.write(
        actor.workspace_id,
        lambda tx: categories.delete_category(tx, actor, category_id, expected_version=expected),
    )


def _tagged(shown: CategoryVersion, response: Response) -> CategoryVersion:
    response.headers["ETag"] = etag(shown.version)
    return shown
