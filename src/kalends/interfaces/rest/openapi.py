"""The OpenAPI document: what the framework derives, with the problems that each route may answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from kalends.interfaces.rest import idempotency
from kalends.interfaces.rest.problems import MEDIA_TYPE, Problem

_METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_READS: Final = frozenset({"get", "head", "options", "trace"})

_WHY: Final[Mapping[int, str]] = {
    400: "The request is malformed: `field` and `issue` say where and why.",
    401: "No valid sign-in, token or key came with the request.",
    403: "The caller may not do this.",
    404: "There is no such thing, or none that the caller may know of.",
    409: "The request contradicts what is stored.",
    412: "`If-Match` names a version that is no longer the stored one: read it again.",
    413: "The body is over a limit, named by `limit` and `setting`.",
    415: "The body is of a kind that is not read here.",
    429: "Too many requests: wait for as long as `Retry-After` says.",
    500: "The server failed; `id` finds the failure in its log.",
    503: "Something is busy or down for now: try again after `Retry-After`.",
}
_HEADERS: Final[Mapping[int, str]] = {401: "WWW-Authenticate", 429: "Retry-After", 503: "Retry-After"}


def document(app: FastAPI, read_by_routes: Iterable[type[BaseModel]] = ()) -> dict[str, Any]:
    """Give the app's OpenAPI document.

    `read_by_routes` are bodies of which the framework knows the names alone: their routes read them.
    """
    spec = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description,
        routes=app.routes,
        tags=app.openapi_tags,
    )
    components = spec.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):  # we answer 400 with a problem instead
        schemas.pop(unused, None)
    models: list[type[BaseModel]] = [Problem, *read_by_routes]
    for model in models:
        described = model.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas.update(described.pop("$defs", {}))
        schemas[model.__name__] = described
    components["responses"] = {f"Problem{status}": _described(status) for status in _WHY}
    components["parameters"] = {"IdempotencyKey": idempotency.parameter()}
    for path, method, operation in _operations(spec):
        if method.upper() in idempotency.METHODS and "/auth/" not in path:
            parameters = operation.setdefault("parameters", [])
            parameters.append({"$ref": "#/components/parameters/IdempotencyKey"})
        answers = operation["responses"]
        answers.pop("422", None)
        for status in _problems(method, operation):
            answers.setdefault(str(status), {"$ref": f"#/components/responses/Problem{status}"})
    return spec


def also(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Give the `responses` of a route that refuses with more than its method lets expect."""
    return {status: {"$ref": f"#/components/responses/Problem{status}"} for status in statuses}


def _operations(spec: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in spec["paths"].items():
        for method in _METHODS:
            if method in item:
                yield path, method, item[method]


def _problems(method: str, operation: Mapping[str, Any]) -> Iterator[int]:
    """Give the statuses of the refusals that may come of an operation."""
    yield from (400, 401, 403, 404, 429, 500, 503)
    if method not in _READS:
        yield 409
    if "requestBody" in operation:
        yield from (413, 415)
    if any(parameter.get("name") == "If-Match" for parameter in operation.get("parameters", ())):
        yield 412


def _described(status: int) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "description": f"{HTTPStatus(status).phrase}. {_WHY[status]}",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if header := _HEADERS.get(status):
        answer["headers"] = {header: {"schema": {"type": "string"}, "required": True}}
    return answer
