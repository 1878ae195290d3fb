"""Which resource can serve in place of another."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kalends.features.resources.models import Resource


def stand_ins(resource: Resource, others: Iterable[Resource]) -> list[Resource]:
    """Give the resources that serve as well, those that offer the least beyond it first.

    One serves as well if it is active, has a place at all, is of the same type, and has every attribute of
    the other: a number at least as large, anything else the same. A resource of which nothing is said is like
    no other: give both attributes to let one stand in.
    """
    if not resource.attributes:
        return []
    serving = [
        other
        for other in others
        if other.id != resource.id
        and other.active
        and other.type is resource.type
        and other.capacity > 0
        and all(
            name in other.attributes and _serves(other.attributes[name], wanted)
            for name, wanted in resource.attributes.items()
        )
    ]
    return sorted(serving, key=lambda other: (len(other.attributes), other.capacity, other.id))


def _serves(has: Any, wanted: Any) -> bool:
    numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in (has, wanted))
    return bool(has >= wanted if numbers else has == wanted)
