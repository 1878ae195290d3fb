"""What live events tell of changes that are no events': their kind, to their workspace, and no more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from identities import PASSWORD
from kalends.interfaces.rest.live_changes import Changed, Listener, LiveChanges
from kalends.interfaces.rest.live_settings import KINDS
from rest_client import Api, Person

GYM = {"title": "Gym", "start": "2026-03-03T17:00", "duration": "PT1H"}
DOCS = Path(__file__).parents[2] / "docs" / "calendars.md"


@pytest.fixture
def ana(api: Api) -> Person:
    return api.sign_up("Ana", zone="Europe/Berlin")


def listening(api: Api, who: Person) -> Listener:
    actor = api.services.identity.verify(who.tokens["access_token"])
    return Listener(workspace_id=actor.workspace_id, prove=lambda: actor)


def told(api: Api, who: Person, act: Callable[[], Any], since: datetime | None = None) -> Changed:
    """Give the first that somebody is told of what is done after they began to listen."""

    async def listen() -> Changed:
        stream = LiveChanges(api.services.database, every=0.01).follow(listening(api, who), since)
        async with asyncio.timeout(30), aclosing(stream):
            news = await anext(stream)
            if since is None:
                assert (news.numbers, news.kinds) == ({}, [])
                await asyncio.to_thread(act)
                while not (news.numbers or news.kinds):
                    news = await anext(stream)
        await asyncio.gather(*asyncio.all_tasks() - {asyncio.current_task()})  # nobody listens any more
        return news

    return asyncio.run(listen())


def posted(who: Person, path: str, body: dict[str, Any]) -> Any:
    answer = who.post(path, body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def changed(who: Person, method: str, path: str, body: dict[str, Any]) -> None:
    answer = who.request(method, path, json=body)
    assert answer.status_code in (200, 204), answer.text


QUIET = {"name": "Quiet mornings", "rule": "no_events_before", "parameters": {"time": "07:00"}}
TASK = {"title": "Essay", "minutes": 60, "deadline": "2026-03-20T18:00"}
BLOCK = {"title": "Focus", "minutes": 60, "times_a_week": 2}

ACTS: list[tuple[str, Callable[[Person], Any], list[str]]] = [
    ("a member", lambda who: posted(who, "/members", {"name": "Bo", "role": "child"}), ["member"]),
    (
        "a name",
        lambda who: changed(who, "PATCH", f"/members/{who.member_id}", {"name": "Anna"}),
        ["member"],
    ),
    (
        "preferences",
        lambda who: changed(who, "PATCH", f"/members/{who.member_id}/preferences", {"week_start": "sunday"}),
        ["member"],
    ),
    ("an invitation", lambda who: posted(who, "/invitations", {"name": "Ben"}), ["invitation"]),
    ("the workspace", lambda who: changed(who, "PATCH", "/workspace", {"name": "Home"}), ["workspace"]),
    (
        "a category",
        lambda who: posted(who, "/categories", {"name": "Choir", "level": 2, "color": "#336699"}),
        ["category"],
    ),
    ("a resource", lambda who: posted(who, "/resources", {"name": "Car", "type": "vehicle"}), ["resource"]),
    ("a constraint", lambda who: posted(who, "/constraints", QUIET), ["constraint"]),
    ("a task", lambda who: posted(who, "/tasks", TASK), ["task"]),
    ("a block", lambda who: posted(who, "/blocks", BLOCK), ["block"]),
]


@pytest.mark.parametrize(("what", "act", "kinds"), ACTS, ids=[each[0] for each in ACTS])
def test_a_change_of_what_is_no_event_is_told_by_its_kind(
    quick_api: Api, what: str, act: Callable[[Person], Any], kinds: list[str]
) -> None:
    ana = quick_api.sign_up("Ana", zone="Europe/Berlin")
    assert told(quick_api, ana, lambda: act(ana)).kinds == kinds


def test_calendars_tell_their_settings_and_grants(api: Api, ana: Person) -> None:
    bo = api.joins(ana, "Bo")
    shared = posted(ana, "/calendars", {"name": "Choir", "kind": "shared"})["id"]
    acts: list[Callable[[], None]] = [
        lambda: changed(ana, "PATCH", f"/calendars/{shared}", {"name": "Chorus"}),
        lambda: changed(ana, "PUT", f"/calendars/{shared}/grants/{bo.member_id}", {"access": "read"}),
    ]
    for act in acts:
        assert told(api, ana, act).kinds == ["calendar"]


def test_an_event_tells_its_calendar_alone(api: Api, ana: Person) -> None:
    news = told(api, ana, lambda: posted(ana, "/events", GYM))
    assert (len(news.numbers), news.kinds) == (1, [])


def test_who_joins_is_a_new_member(api: Api, ana: Person) -> None:
    token = posted(ana, "/invitations", {"name": "Ben"})["token"]
    assert told(api, ana, lambda: api.sign_up("Ben", invitation=token)).kinds == ["invitation", "member"]


def test_signing_in_and_other_workspaces_are_nothing_to_tell(api: Api, ana: Person) -> None:
    zoe = api.sign_up("Zoe")

    def act() -> None:
        posted(zoe, "/members", {"name": "Mo"})
        api.sign_in(ana.username)
        changed(ana, "POST", "/auth/password", {"old_password": PASSWORD, "new_password": f"new {PASSWORD}"})
        posted(ana, "/events", GYM)

    assert told(api, ana, act).kinds == []


def test_what_was_missed_is_told_first_and_what_was_told_is_not_told_again(api: Api, ana: Person) -> None:
    api.clock.advance(timedelta(minutes=11))
    left = api.clock.now()
    posted(ana, "/resources", {"name": "Car", "type": "vehicle"})
    assert told(api, ana, lambda: None, since=left).kinds == ["resource"]
    api.clock.advance(timedelta(minutes=11))
    again = api.sign_in(ana.username)
    assert told(api, again, lambda: None, since=left).kinds == ["resource"]
    assert told(api, again, lambda: None, since=api.clock.now()).kinds == []
    assert told(api, again, lambda: posted(again, "/members", {"name": "Bo"})).kinds == ["member"]


def test_the_documentation_names_every_kind() -> None:
    live = DOCS.read_text().partition("## Live")[2].partition("\n## ")[0]
    assert [kind for kind in KINDS if f"`{kind}`" not in live] == []
