"""The OpenAPI document and the app agree: whatever is asked, documented answers come, and never a 5xx."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from kalends.cli.main import execute
from kalends.features.identity.actor import Actor
from rest_client import Api, Caller, Person
from workspaces import at

QUIET = {"name": "Quiet mornings", "rule": "no_events_before", "parameters": {"time": "07:00"}}
Operation = APIOperation[Any, Any, Any, Any]

# Not among them: that whatever the schema allows is accepted. Names, zones and versions obey rules that no
# schema can state.
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]

# The same requests each time.
bounded = settings(
    max_examples=4,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def ana(quick_api: Api) -> Person:
    return quick_api.sign_up()


def test_an_owner_gets_documented_answers(quick_api: Api, ana: Person) -> None:
    # A key, since a sign-in would not outlive the requests that end it.
    key = ana.post("/api-keys", {"name": "All", "scopes": ["read", "write", "admin"]}).json()["token"]
    known = _known(quick_api, ana)
    assert list(_faults(quick_api, quick_api.bearing(key), known)) == []


def test_anybody_gets_documented_answers(quick_api: Api, ana: Person) -> None:
    assert list(_faults(quick_api, quick_api.anyone, _known(quick_api, ana))) == []


def test_the_framework_s_own_refusals_are_not_documented(quick_api: Api) -> None:
    document = quick_api.anyone.get("/openapi.json").json()
    assert "HTTPValidationError" not in document["components"]["schemas"]
    for path, item in document["paths"].items():
        for method, operation in item.items():
            assert "422" not in operation["responses"], (method, path)


def test_the_command_line_writes_the_document_without_any_data(
    quick_api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.chdir(empty)
    assert execute(["openapi"], {}) == 0
    written = json.loads(capfd.readouterr().out)
    assert written["paths"].pop("/feeds/{secret}.ics")
    assert written == quick_api.anyone.get("/openapi.json").json()
    assert list(empty.iterdir()) == []


def _known(api: Api, ana: Person) -> dict[str, str]:
    """Give ids of things that exist, by the names of the path's parameters."""
    actor: Actor = api.services.identity.verify(ana.tokens["access_token"])
    start = at("2026-03-03 09:00")
    other = ana.post("/members", {"name": "Rui"}).json()["id"]
    return {
        "member_id": other,
        "calendar_id": str(api.home.default(actor)),
        "event_id": str(_event(api, actor, start)),
        "category_id": ana.get("/categories").json()["items"][0]["id"],
        "constraint_id": ana.post("/constraints", QUIET).json()["id"],
    }


def _event(api: Api, actor: Actor, start: datetime) -> UUID:
    return api.home.made(actor, title="Dentist", start=start, end=start.replace(hour=10))


def _faults(api: Api, caller: Caller, known: dict[str, str]) -> Iterator[str]:
    """Ask each operation a number of questions, and give what does not fit the document."""
    schema = schemathesis.openapi.from_dict(_quick_to_draw(api.anyone.get("/openapi.json").json()))
    schema.app = api.client.app
    for found in schema.get_all_operations():
        operation = cast(Operation, cast(Any, found).ok())
        if not _is_endless(operation):
            yield from _faults_of(operation, caller, known)


def _faults_of(operation: Operation, caller: Caller, known: dict[str, str]) -> Iterator[str]:
    def ask(case: Case[Any], exists: bool) -> None:
        if exists:
            names = known.keys() & case.path_parameters.keys()
            case.path_parameters.update({name: known[name] for name in names})
        case.call_and_validate(checks=CHECKS, headers=caller.headers)

    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
        cases = operation.as_strategy(generation_mode=mode)
        try:
            bounded(given(case=cases, exists=st.booleans())(ask))()
        except (Failure, FailureGroup) as failure:
            yield f"{operation.label}: {failure}"
        except Unsatisfiable:
            assert mode is GenerationMode.NEGATIVE, (
                operation.label
            )  # nothing to get wrong where nothing is asked


def _quick_to_draw(node: Any) -> Any:
    """Ask for ASCII where a pattern allows all of Unicode, which takes most of a minute to draw from."""
    if isinstance(node, dict):
        return {name: _quick_to_draw(value) for name, value in node.items()}
    if isinstance(node, list):
        return [_quick_to_draw(value) for value in node]
    return "^[!-~]+$" if isinstance(node, str) and node.startswith("^[\\x21-") else node


def _is_endless(operation: Operation) -> bool:
    """Say whether the answer is a stream of events that ends only when the reader goes."""
    answers = operation.definition.raw["responses"]
    return any("text/event-stream" in answer.get("content", {}) for answer in answers.values())
