"""What all requests and answers share."""

from __future__ import annotations

from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

T = TypeVar("T")


class Given(BaseModel):
    """A request's body. A field that we do not know is refused, since it would do nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Shown(BaseModel):
    """An answer, read from the attributes of what a feature gave."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


class PageOf(Shown, Generic[T]):
    """Some items in order, and the cursor that asks for those after them."""

    items: list[T]
    next: str | None = Field(default=None, description="The `cursor` of the next page; null on the last one.")
