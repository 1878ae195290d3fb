"""A better week over REST, and why events are where they are."""

from __future__ import annotations

from datetime import timedelta
from threading import Event
from typing import Any
from uuid import UUID

import pytest

from kalends.engine import placement
from kalends.engine.placement import Effort, Problem, Progress, Solution, solve
from kalends.engine.placement.effort import Watch
from kalends.features.identity.actor import Actor, actor_of
from kalends.features.identity.models import Member
from rest_client import Api, Person

WEEK = {"start": "2026-03-09T00:00:00+01:00", "end": "2026-03-16T00:00:00+01:00"}
WORK = {"title": "Work", "start": "2026-03-10T09:00", "duration": "PT2H", "priority": "high"}
GYM = {"title": "Gym", "start": "2026-03-10T10:00", "duration": "PT1H", "flexibility": "flexible"}


def proposed(api: Api) -> tuple[Person, dict[str, Any]]:
    ana = api.sign_up("Ana", zone="Europe/Berlin")
    ana.post("/events", WORK)
    ana.post("/events", {**GYM, "priority": "low"})
    answer = ana.post("/optimisations", WEEK, params={"wait": 60})
    assert (answer.status_code, answer.json()["state"]) == (201, "done")
    assert answer.headers["Location"] == f"/api/v1/optimisations/{answer.json()['id']}"
    return ana, answer.json()


def test_a_proposal_is_explained_taken_and_undone(api: Api) -> None:
    ana, run = proposed(api)
    (move,) = run["moves"]
    assert (move["title"], run["optimal"], run["gap"], run["resolved"]) == ("Gym", True, 0.0, 1)
    assert move["sentence"].startswith("Move Gym from Tue 2026-03-10 10:00-11:00 to ")
    assert [reason["code"] for reason in move["reasons"]] == ["ranks_lower", "nearest_that_fits"]
    path = f"/optimisations/{run['id']}"
    assert ana.get(path).json() == run
    assert ana.get("/optimisations").json()["items"] == [run]
    previewed = ana.post(f"{path}/take", {"preview": True}).json()
    assert previewed["change_set_id"] is None
    assert len(ana.get("/conflicts").json()["items"]) == 1
    taken = ana.post(f"{path}/take", {"moves": [move["id"]]}).json()
    assert ana.get("/conflicts").json()["items"] == []
    assert ana.post(f"/change-sets/{taken['change_set_id']}/undo").status_code == 200
    assert len(ana.get("/conflicts").json()["items"]) == 1


def test_an_event_tells_why_it_is_where_it_is(api: Api) -> None:
    ana, run = proposed(api)
    ana.post(f"/optimisations/{run['id']}/take", {})
    (move,) = run["moves"]
    story = ana.get(f"/events/{move['event_id']}/why").json()
    assert [line["step"] for line in story["lines"]] == ["created", "moved", "standing"]
    created, moved, standing = (line["sentence"] for line in story["lines"])
    assert created == "Ana made it"
    assert moved.startswith("It was moved for a better week from Tue 2026-03-10 10:00 to ")
    assert "it ranks below Work (2 against 4)" in moved
    assert standing == "It has rank 2, since its priority is low, and may move by itself."
    assert story["conflicts"] == []


def test_what_is_no_longer_true_answers_412_and_names_what_changed(quick_api: Api) -> None:
    ana, run = proposed(quick_api)
    (move,) = run["moves"]
    start = move["after"]["start"]
    taken = ana.post("/events", {"title": "Dentist", "start": start, "duration": "PT1H", "priority": "high"})
    refused = ana.post(f"/optimisations/{run['id']}/take", {})
    assert (refused.status_code, refused.json()["code"]) == (412, "no_longer_true")
    assert refused.json()["changed"] == [taken.json()["event"]["id"]]
    assert refused.json()["detail"].startswith("Since the proposal was made, Dentist came in the way of Gym")
    ana.delete(f"/events/{move['event_id']}")
    refused = ana.post(f"/optimisations/{run['id']}/take", {})
    assert (refused.status_code, refused.json()["changed"]) == (412, [move["event_id"]])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "start"),
        ({**WEEK, "end": "2026-03-09T00:00:00+01:00"}, "end"),
        ({**WEEK, "end": "2026-08-16T00:00:00+01:00"}, "end"),
        ({"start": "2025-03-09T00:00:00Z", "end": "2025-03-10T00:00:00Z"}, "end"),
        ({**WEEK, "start": "2026-03-09T00:00:00"}, "start"),
        ({**WEEK, "nonsense": 1}, "nonsense"),
    ],
)
def test_nonsense_is_refused_by_field(quick_api: Api, body: dict[str, Any], field: str) -> None:
    ana = quick_api.sign_up("Ana")
    refused = ana.post("/optimisations", body)
    assert (refused.status_code, refused.json()["field"]) == (400, field)


def test_moves_that_are_none_are_refused(quick_api: Api) -> None:
    ana, run = proposed(quick_api)
    refused = ana.post(f"/optimisations/{run['id']}/take", {"moves": ["nonsense"]})
    assert (refused.status_code, refused.json()["code"]) == (400, "nothing_chosen")
    other = quick_api.sign_up("Eve")
    assert other.get(f"/optimisations/{run['id']}").status_code == 404
    assert ana.post(f"/optimisations/{run['id']}/cancel").json()["state"] == "done"


class HeldSolver:
    """The solver, but that it tells of its progress again and again until the test lets it solve."""

    def __init__(self) -> None:
        self.looks, self.may_solve = Event(), Event()

    def __call__(self, problem: Problem, *, effort: Effort, progress: Watch) -> Solution | None:
        while progress(Progress(done=1, total=3, costs=())):
            self.looks.set()
            if self.may_solve.wait(0.01):
                return solve(problem, effort=effort)
        return None


@pytest.fixture
def solver(monkeypatch: pytest.MonkeyPatch) -> HeldSolver:
    held = HeldSolver()
    monkeypatch.setattr(placement, "solve", held)
    return held


def begun(caller: Person) -> str:
    """Begin a run in the background, and give its address."""
    answer = caller.post("/optimisations", WEEK, params={"wait": 0})
    assert (answer.status_code, answer.json()["state"]) == (202, "running")
    return answer.headers["Location"].removeprefix("/api/v1")


def ended(api: Api, caller: Person, path: str) -> dict[str, Any]:
    """Wait for a run to end, and give it as it is read then."""
    api.services.optimiser.wait(actor(api, caller), UUID(path.split("/")[-1]), timedelta(seconds=30))
    found: dict[str, Any] = caller.get(path).json()
    return found


def actor(api: Api, caller: Person) -> Actor:
    member = UUID(caller.member_id)
    with api.services.database.read(UUID(caller.workspace_id)) as tx:
        return actor_of(tx.get(Member, member))


def test_a_run_says_how_far_it_is_until_it_is_cancelled(quick_api: Api, solver: HeldSolver) -> None:
    ana = quick_api.sign_up("Ana")
    path = begun(ana)
    assert solver.looks.wait(30)
    going = ana.get(path).json()
    assert (going["state"], going["done"], going["total"]) == ("running", 1, 3)
    assert going["sentence"] == "Looking: 1 of 3 parts solved."
    refused = ana.post(f"{path}/take", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "not_ready")
    assert ana.post(f"{path}/cancel").json()["sentence"] == "Cancelled; it ends soon."
    quick_api.clock.advance(timedelta(seconds=1))  # so that it looks up from its work
    over = ended(quick_api, ana, path)
    assert (over["state"], over["moves"], over["failure"]) == ("cancelled", [], None)
    assert over["sentence"] == "Cancelled; nothing was changed."


def test_a_second_run_waits_its_turn(quick_api: Api, solver: HeldSolver) -> None:
    ana, ben = quick_api.sign_up("Ana"), quick_api.sign_up("Ben")
    first, second, third = begun(ana), begun(ben), begun(ben)
    assert solver.looks.wait(30)
    assert [ben.get(path).json()["total"] for path in (second, third)] == [0, 0]
    assert ben.post(f"{third}/cancel").json()["state"] == "cancelled"  # at once: nobody works on it
    solver.may_solve.set()
    assert ended(quick_api, ben, second)["state"] == "done"
    assert ana.get(first).json()["state"] == "done"
    assert ben.get(third).json()["state"] == "cancelled"


def test_a_server_that_stops_ends_its_runs_and_says_why(quick_api: Api, solver: HeldSolver) -> None:
    ana = quick_api.sign_up("Ana")
    paths = [begun(ana), begun(ana)]
    assert solver.looks.wait(30)
    quick_api.services.optimiser.close()
    for run in (ana.get(path).json() for path in paths):
        assert (run["state"], run["failure"]["code"]) == ("failed", "interrupted")
        assert run["sentence"].startswith("The process that worked on the run was stopped")
