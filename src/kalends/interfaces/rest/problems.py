"""Every refusal as a problem document (RFC 9457): the one place where errors meet HTTP."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from kalends.engine.recurrence.pattern import ExpansionLimit
from kalends.ical import NotCalendar, Rejected
from kalends.interfaces.rest.problem_words import in_words, language_of
from kalends.interfaces.rest.refusals import UnsupportedMedia
from kalends.kit.errors import (
    Clash,
    Forbidden,
    InvalidInput,
    KalendsError,
    NotFound,
    Stale,
    TooLarge,
    TooMany,
    Unauthenticated,
    Unavailable,
)

MEDIA_TYPE: Final = "application/problem+json"

# A subclass has its own row, or else that of the nearest class it comes from.
_STATUS: Final[Mapping[type[KalendsError], HTTPStatus]] = {
    InvalidInput: HTTPStatus.BAD_REQUEST,
    ExpansionLimit: HTTPStatus.BAD_REQUEST,
    NotCalendar: HTTPStatus.BAD_REQUEST,
    Rejected: HTTPStatus.BAD_REQUEST,
    Unauthenticated: HTTPStatus.UNAUTHORIZED,
    Forbidden: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
    Clash: HTTPStatus.CONFLICT,
    Stale: HTTPStatus.PRECONDITION_FAILED,
    TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    UnsupportedMedia: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    TooMany: HTTPStatus.TOO_MANY_REQUESTS,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    KalendsError: HTTPStatus.INTERNAL_SERVER_ERROR,  # ours to mend: a key that fits no more, say
}

# What the framework refuses before any of our code is asked.
_FRAMEWORK_CODE: Final = {404: "not_found", 405: "method_not_allowed"}


class Issue(BaseModel):
    """One thing that is wrong with a request."""

    field: str
    issue: str


class Problem(BaseModel):
    """Why a request was refused. Programs go by `code`; some problems carry more members than these."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:kalends:problem:username_taken",
                    "title": "Username taken",
                    "status": 409,
                    "detail": "The username 'ana' is taken; choose another.",
                    "code": "username_taken",
                    "username": "ana",
                }
            ]
        },
    )

    type: str = Field(description="`urn:kalends:problem:` and the code.")
    title: str = Field(description="The code in words.")
    status: int
    detail: str = Field(description="What was refused, with the values, and what to do next.")
    code: str = Field(description="Stable: names the kind of refusal.")
    field: str | None = Field(default=None, description="Where in the request the first fault is.")
    issue: str | None = Field(default=None, description="What is wrong there.")
    errors: list[Issue] | None = Field(default=None, description="All faults, where several were found.")


def install(app: FastAPI) -> None:
    """Let every refusal of this app answer as a problem."""
    app.add_exception_handler(KalendsError, _refused)
    app.add_exception_handler(RequestValidationError, _not_valid)
    app.add_exception_handler(HTTPException, _framework_refused)


def status_of(error: KalendsError) -> HTTPStatus:
    """Give the status with which an error answers."""
    return next(_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS)


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    headers: Mapping[str, str] | None = None,
    more: Mapping[str, Any] | None = None,
) -> Response:
    """Give the answer of a problem; `more` are further members, which never replace the standard ones."""
    standard = {
        "type": f"urn:kalends:problem:{code}",
        "title": code.replace("_", " ").capitalize(),
        "status": int(status),
        "detail": detail,
        "code": code,
    }
    body = {**standard, **(more or {}), **standard}  # in this order, and none replaced
    # ASCII: a message may quote text that is no valid Unicode.
    return Response(
        json.dumps(body, default=str), status_code=int(status), headers=headers, media_type=MEDIA_TYPE
    )


def answer_to(error: KalendsError, language: str = "en") -> Response:
    """Give the answer to an error of ours, in words of a language."""
    status = status_of(error)
    headers = {}
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Bearer realm="kalends"'
    if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        headers["Retry-After"] = str(error.fields.get("retry_after", 1))
    more, said = dict(error.fields), in_words(error.message, language)
    if isinstance(error, InvalidInput):
        more.setdefault("issue", said)
    return problem(status, error.code, said, headers=headers, more=more)


def answer_to_failure(request_id: str) -> Response:
    """Give the answer when we failed; the id finds the failure in the log."""
    detail = f"Something failed here; the server's log has it under {request_id}."
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal", detail, more={"id": request_id})


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, KalendsError)
    if status_of(error) >= HTTPStatus.INTERNAL_SERVER_ERROR and not isinstance(error, Unavailable):
        raise error  # for the log, which knows the request
    request.state.refusal = error
    return answer_to(error, language_of(request))


async def _not_valid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    faults = error.errors()
    if any(tuple(fault["loc"]) == ("body",) for fault in faults) and not _is_json(request):
        return await _refused(request, _unsupported(request))
    language = language_of(request)
    issues = [Issue(field=_field(fault["loc"]), issue=in_words(_issue(fault), language)) for fault in faults]
    first = issues[0]
    english = f"{first.field}: {_issue(faults[0])}."  # for the log
    request.state.refusal = refusal = InvalidInput(english, field=first.field)
    more = {**first.model_dump(), "errors": [issue.model_dump() for issue in issues]}
    detail = f"{first.field}: {first.issue}."
    return problem(HTTPStatus.BAD_REQUEST, refusal.code, detail, more=more)


async def _framework_refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if isinstance(error.__cause__, KalendsError):
        # What fails while a body is read, the framework hides behind a 400 of its own.
        return await _refused(request, error.__cause__)
    code = _FRAMEWORK_CODE.get(error.status_code, "invalid")
    detail = {
        404: "There is nothing at this address.",
        405: "This address does not know the method.",
    }.get(error.status_code, str(error.detail))
    more = {"field": "body", "issue": detail} if code == "invalid" else None
    return problem(error.status_code, code, detail, headers=error.headers, more=more)


def _is_json(request: Request) -> bool:
    sends_nothing = request.headers.get("content-length", "0") == "0" and (
        "transfer-encoding" not in request.headers
    )
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return sends_nothing or media == "application/json" or media.endswith("+json")


def _unsupported(request: Request) -> UnsupportedMedia:
    given = request.headers.get("content-type", "")
    return UnsupportedMedia(
        f"Send application/json, not {given or 'a body without a Content-Type'}.",
        expected="application/json",
        given=given,
    )


def _field(location: Sequence[Any]) -> str:
    """Name a place in a request: ("body", "grants", 0) is `grants.0`; where it stands alone, `body`."""
    if location[0] == "body" and len(location) > 1 and isinstance(location[1], int):
        return "body"  # a position in text that is no JSON
    return ".".join(str(step) for step in location[1:]) or str(location[0])


def _issue(fault: Mapping[str, Any]) -> str:
    if fault["type"] == "json_invalid":
        position = fault["loc"][1]
        return f"not JSON at character {position}: {fault['ctx']['error']}"
    found = fault.get("ctx", {}).get("error")  # a check of ours says why in its own words
    text = str(found) if isinstance(found, ValueError) else str(fault["msg"])
    return text[:1].lower() + text[1:]
