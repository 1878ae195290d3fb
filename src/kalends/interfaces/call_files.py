"""Many calls at once, from JSON or a CSV file: the same whether REST or the command line brings it."""

from __future__ import annotations

import json

from pydantic import ValidationError

from kalends.features.calls.batches import Action
from kalends.features.calls.csv_files import read_ids, read_rows
from kalends.features.calls.models import CallBatch
from kalends.features.calls.queries import CallFilter
from kalends.features.identity.actor import Actor
from kalends.interfaces.rest.batch_shapes import BatchGiven, FilterGiven
from kalends.interfaces.services import Services
from kalends.kit.errors import InvalidInput


def take_file(
    services: Services, actor: Actor, data: bytes, *, is_json: bool, action: Action | None
) -> CallBatch:
    """Have done what JSON, a `BatchGiven`, or a CSV file asks for.

    The rows of a file are scheduled, or with another action name the calls that are stopped. Raises
    `InvalidInput` for what is neither, or where JSON comes with an action beside its own.
    """
    if is_json:
        if action is not None:
            raise InvalidInput("In JSON the action is a field of the body.", field="action")
        return _taken(services, actor, _read(data))
    if action in (None, Action.CREATE):
        return services.calls.batches.create(actor, read_rows(data))
    return services.calls.batches.stop(actor, action, read_ids(data))


def _read(data: bytes) -> BatchGiven:
    try:
        return BatchGiven.model_validate(json.loads(data))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(map(str, first["loc"])) or "body"
        raise InvalidInput(f"{field}: {first['msg'].lower()}.", field=field) from None
    except (ValueError, RecursionError):
        raise InvalidInput("The body is no JSON.", field="body") from None


def _taken(services: Services, actor: Actor, given: BatchGiven) -> CallBatch:
    batches = services.calls.batches
    if given.action is Action.CREATE:
        if given.rows is None or given.ids is not None or given.filter is not None:
            raise InvalidInput("Calls are created from rows, and from nothing else.", field="rows")
        return batches.create(actor, given.rows)
    if given.rows is not None or (given.ids is None) == (given.filter is None):
        raise InvalidInput("Say which calls: by ids, or by a filter.", field="ids")
    if given.ids is not None:
        return batches.stop(actor, given.action, given.ids)
    assert given.filter is not None
    return batches.stop(actor, given.action, _filter(services, given.filter))


def _filter(services: Services, given: FilterGiven) -> CallFilter:
    return CallFilter(
        states=given.state,
        member_id=given.member_id,
        agent_instance=given.agent_instance,
        call_type=given.call_type,
        since=given.since,
        until=given.until,
        text=given.q,
        phone_hash=given.phone and services.calls.hash_of(given.phone),
    )
