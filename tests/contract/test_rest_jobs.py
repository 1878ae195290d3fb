"""What owners see of jobs over REST, and do with what has failed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from kalends.jobs import NOBODY, Order, Permanent, Run, Task, claims
from kalends.jobs.worker import Worker
from rest_client import Api, Log, Person


@pytest.fixture
def ana(quick_api: Api) -> Person:
    quick_api.services.jobs.tasks.add(Task(name="test.refuse", handler=refuse))
    return quick_api.sign_up("Ana")


def refuse(run: Run) -> None:
    raise Permanent("no such number")


def order(
    api: Api, workspace: str | UUID, *keys: str, task: str = "test.refuse", after: float = 0, **rest: Any
) -> None:
    at = api.clock.now() + timedelta(seconds=after)
    orders = [Order(task=task, key=key, run_at=at, **rest) for key in keys]
    api.services.database.write(UUID(str(workspace)), lambda tx: api.services.jobs.enqueue(tx, orders))


def work(api: Api) -> None:
    """Do everything that is due."""
    database = api.services.database
    worker = Worker(database, api.services.jobs.tasks, monotonic=lambda: 0.0)
    taken = database.write(None, lambda tx: claims.claim(tx, uuid4(), "default", 100))
    endings = [ending for each in taken if (ending := worker.run(each))]
    database.write(None, lambda tx: claims.end(tx, endings))


def keys(ana: Person, **filters: str | int) -> list[str]:
    return [job["key"] for job in ana.get("/jobs", params=filters).json()["items"]]


def test_what_has_failed_is_seen_tried_again_and_called_off(quick_api: Api, ana: Person) -> None:
    order(quick_api, ana.workspace_id, "dentist", "baker")
    order(quick_api, ana.workspace_id, "later", after=60)
    work(quick_api)
    assert sorted(keys(ana, state="dead")) == ["baker", "dentist"]
    assert keys(ana, state="waiting") == ["later"]
    dead = ana.get("/jobs", params={"state": "dead"}).json()["items"][0]
    assert (dead["error"], dead["failures"], dead["task"]) == ("no such number", 1, "test.refuse")
    path = f"/jobs/{dead['id']}"
    other = ana.get("/jobs", params={"state": "dead"}).json()["items"][1]
    assert ana.get(path).json() == dead
    again = ana.post(f"{path}/retry")
    assert (again.status_code, again.json()["state"], again.json()["failures"]) == (200, "waiting", 0)
    assert ana.post(f"{path}/retry").json()["code"] == "not_dead"
    assert ana.delete(path).json()["code"] == "not_dead"
    path = f"/jobs/{other['id']}"
    assert ana.delete(path).status_code == 204
    assert ana.get(path).status_code == ana.delete(path).status_code == 404
    audit = ana.get("/audit", params={"kind": "job"}).json()["items"]
    assert [each["action"] for each in audit] == ["job.cancelled", "job.retried"]


def test_what_is_being_done_or_waits_is_not_called_off(quick_api: Api, ana: Person) -> None:
    order(quick_api, ana.workspace_id, "dentist")
    (job,) = ana.get("/jobs", params={"state": "waiting"}).json()["items"]
    assert ana.delete(f"/jobs/{job['id']}").json()["code"] == "not_dead"
    quick_api.services.database.write(None, lambda tx: claims.claim(tx, uuid4(), "default", 9))
    (job,) = ana.get("/jobs", params={"state": "running"}).json()["items"]
    assert ana.delete(f"/jobs/{job['id']}").json()["code"] == "not_dead"


def test_why_not_is_said_in_german(quick_api: Api, ana: Person) -> None:
    order(quick_api, ana.workspace_id, "dentist")
    quick_api.services.database.write(None, lambda tx: claims.claim(tx, uuid4(), "default", 9))
    (job,) = ana.get("/jobs", params={"state": "running"}).json()["items"]
    ana.patch(f"/members/{ana.member_id}/preferences", {"language": "de"})
    path = f"/jobs/{job['id']}"
    assert [ana.delete(path).json()["detail"], ana.post(f"{path}/retry").json()["detail"]] == [
        "Von Hand wird nur abgesagt, was endgültig gescheitert ist; sonst ist abzusagen, wofür es da ist.",
        "Von Hand wird nur wiederholt, was endgültig gescheitert ist.",
    ]


def test_pages_go_through_all_of_them(quick_api: Api, ana: Person) -> None:
    for number in range(5):
        order(quick_api, ana.workspace_id, f"{number}", after=number // 2)
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        answer = ana.get("/jobs", params={"limit": 2, **cursor}).json()
        seen += [job["key"] for job in answer["items"]]
        if answer["next"] is None:
            break
        cursor = {"cursor": answer["next"]}
    assert seen == ["0", "1", "2", "3", "4"]
    assert ana.get("/jobs", params={"cursor": "WyJhIiwiYiJd"}).json()["field"] == "cursor"


def test_they_are_for_owners_of_their_workspace(quick_api: Api, ana: Person) -> None:
    order(quick_api, ana.workspace_id, "dentist")
    order(quick_api, NOBODY, "daily")
    (job,) = ana.get("/jobs").json()["items"]
    assert job["key"] == "dentist"
    ben = quick_api.joins(ana, "Ben", permission="editor")
    zoe = quick_api.sign_up("Zoe")
    for method, path in (
        ("GET", "/jobs"),
        ("GET", f"/jobs/{job['id']}"),
        ("POST", f"/jobs/{job['id']}/retry"),
        ("DELETE", f"/jobs/{job['id']}"),
    ):
        assert ben.request(method, path).status_code == 403
        assert zoe.request(method, path).status_code == (200 if path == "/jobs" else 404)
    assert keys(zoe) == []


@pytest.mark.law(22)
def test_what_a_request_ordered_is_logged_under_the_request_with_its_input(
    quick_api: Api, ana: Person, log: Log
) -> None:
    def handler() -> None:
        order(quick_api, ana.workspace_id, "dentist", payload={"to": "Ana", "password": "hunter2"})

    app: Any = quick_api.client.app
    app.add_api_route("/api/v1/order", handler, methods=["POST"])
    request = ana.post("/order")
    work(quick_api)
    (failed,) = log.records("failed for good")
    assert failed["trace"] == request.headers["X-Request-Id"]
    assert (failed["job"], failed["workspace"]) == ("test.refuse", ana.workspace_id)
    assert failed["job_id"] == ana.get("/jobs").json()["items"][0]["id"]
    assert failed["input"] == {"to": "Ana", "password": "[redacted]"}
    assert "Permanent: no such number" in failed["exception"]


def test_what_a_job_orders_goes_back_to_the_same_request(quick_api: Api, ana: Person, log: Log) -> None:
    quick_api.services.jobs.tasks.add(
        Task(name="test.order", handler=lambda run: order(quick_api, run.workspace_id, "second"))
    )
    order(quick_api, ana.workspace_id, "first", task="test.order", trace_id="request 1")
    order(quick_api, ana.workspace_id, "alone")
    work(quick_api)
    work(quick_api)
    traces = {record["job_id"]: record["trace"] for record in log.records("failed for good")}
    found = {
        job["key"]: traces[job["id"]] for job in ana.get("/jobs", params={"state": "dead"}).json()["items"]
    }
    assert found["second"] == "request 1"
    assert found["alone"] not in ("", "request 1")
