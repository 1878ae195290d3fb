"""What every request body has in common."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from pydantic import BaseModel, ConfigDict

from kalends.kit.errors import InvalidInput


class Body(BaseModel):
    """Something that a client sends: unknown fields are refused, since they are mostly misspelt."""

    model_config = ConfigDict(extra="forbid")


def given(body: Body, *, may_be_null: Collection[str]) -> dict[str, Any]:
    """Give the fields that a patch sets. Raises `InvalidInput` for a null that means nothing."""
    fields = {name: getattr(body, name) for name in body.model_fields_set}
    for name, value in fields.items():
        if value is None and name not in may_be_null:
            raise InvalidInput(f"There is always a {name}; leave it out to keep it.", field=name)
    return fields
