"""What a request to change a part of something asks for."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from kalends.interfaces.rest.shapes import Given
from kalends.kit.errors import InvalidInput


def patched(patch: Given, *, may_be_null: Collection[str]) -> dict[str, Any]:
    """Give the fields that a patch sets. Raises `InvalidInput` for a null that means nothing."""
    fields = {name: getattr(patch, name) for name in patch.model_fields_set}
    for name, value in fields.items():
        if value is None and name not in may_be_null:
            raise InvalidInput(f"There is always a {name}; leave it out to keep it.", field=name)
    return fields
