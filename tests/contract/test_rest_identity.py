"""Accounts, members, invitations, keys and the audit log over REST."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from identities import PASSWORD
from kalends.features.identity.registration import Registration
from rest_client import Api, Person

# Signing in -----------------------------------------------------------------------------------------------


def test_who_signs_up_owns_a_workspace_and_is_signed_in(api: Api) -> None:
    ana = api.sign_up("Ana", zone="Europe/Lisbon", workspace_name="The Silvas")
    me = ana.get("/auth/verify").json()
    assert (me["permission"], me["zone"], me["scopes"]) == (
        "owner",
        "Europe/Lisbon",
        ["admin", "read", "write"],
    )
    assert ana.get("/workspace").json()["name"] == "The Silvas"
    [member] = ana.get("/members").json()["items"]
    assert (member["id"], member["name"], member["signs_in"]) == (ana.member_id, "Ana", True)
    assert member["default_calendar_id"] is not None


@pytest.mark.parametrize(("open_to_all", "sign_up"), [(True, "open"), (False, "invited")])
def test_a_first_visitor_learns_whether_anybody_is_here_and_who_may_sign_up(
    api: Api, open_to_all: bool, sign_up: str
) -> None:
    identity = api.services.identity
    identity.settings = replace(identity.settings, sign_up_open=open_to_all)
    assert api.anyone.get("/auth/setup").json() == {"empty": True, "sign_up": sign_up}
    stranger = {"username": "ana", "password": PASSWORD, "name": "Ana"}
    assert api.anyone.post("/auth/sign-up", stranger).status_code == (201 if open_to_all else 403)
    if not open_to_all:  # as `kalends account add` does
        identity.register(Registration(username="ana", password=PASSWORD, name="Ana"))
    assert api.anyone.get("/auth/setup").json() == {"empty": False, "sign_up": sign_up}


def test_a_refresh_token_gives_the_next_pair_once(api: Api) -> None:
    ana = api.sign_up()
    spent = {"refresh_token": ana.tokens["refresh_token"]}
    fresh = api.anyone.post("/auth/refresh", spent)
    assert fresh.status_code == 200
    assert api.bearing(fresh.json()["access_token"]).get("/auth/verify").status_code == 200
    again = api.anyone.post("/auth/refresh", spent)
    assert (again.status_code, again.json()["code"]) == (401, "token_refused")
    assert api.bearing(fresh.json()["access_token"]).get("/auth/verify").status_code == 401


def test_signing_out_ends_this_sign_in_alone(api: Api) -> None:
    ana = api.sign_up()
    phone = api.sign_in(ana.username)
    assert phone.post("/auth/sign-out").status_code == 204
    assert phone.get("/auth/verify").status_code == 401
    assert ana.get("/auth/verify").status_code == 200


def test_a_refresh_token_alone_can_end_its_sign_in(api: Api) -> None:
    ana = api.sign_up()
    assert api.anyone.post("/auth/revoke", {"refresh_token": ana.tokens["refresh_token"]}).status_code == 204
    assert ana.get("/auth/verify").status_code == 401


def test_signing_out_everywhere_ends_every_device(api: Api) -> None:
    ana = api.sign_up()
    phone = api.sign_in(ana.username)
    assert phone.post("/auth/sign-out-everywhere").json() == {"ended": 2}
    assert [each.get("/auth/verify").status_code for each in (ana, phone)] == [401, 401]


def test_a_lost_device_can_be_signed_out_from_another(api: Api) -> None:
    ana = api.sign_up()
    phone = api.sign_in(ana.username)
    newest = ana.get("/auth/sign-ins").json()["items"][0]
    assert ana.delete(f"/auth/sign-ins/{newest['id']}").status_code == 204
    assert [ana.get("/auth/verify").status_code, phone.get("/auth/verify").status_code] == [200, 401]
    assert ana.delete(f"/auth/sign-ins/{newest['id']}").status_code == 404


def test_a_changed_password_ends_the_other_sign_ins(api: Api) -> None:
    ana = api.sign_up()
    phone = api.sign_in(ana.username)
    wrong = ana.post("/auth/password", {"old_password": "not this one", "new_password": "another good one"})
    assert (wrong.status_code, wrong.json()["code"], wrong.json()["field"]) == (
        400,
        "wrong_password",
        "old_password",
    )
    changed = ana.post("/auth/password", {"old_password": PASSWORD, "new_password": "another good one"})
    assert changed.status_code == 204
    assert [ana.get("/auth/verify").status_code, phone.get("/auth/verify").status_code] == [200, 401]
    api.sign_in(ana.username, "another good one")


def test_an_owner_hands_a_member_a_new_password_once(api: Api) -> None:
    ana = api.sign_up()
    rui = api.joins(ana, "Rui")
    made = ana.post(f"/members/{rui.member_id}/password-reset")
    assert (made.status_code, made.json()["expires_in"]) == (201, 3600)
    use = {"token": made.json()["token"], "new_password": "another good one"}
    assert api.anyone.post("/auth/password/reset", use).status_code == 204
    assert rui.get("/auth/verify").status_code == 401
    api.sign_in(rui.username, "another good one")
    assert api.anyone.post("/auth/password/reset", use).json()["code"] == "reset_refused"


# The browser's session ------------------------------------------------------------------------------------


def test_a_browser_signs_in_with_a_cookie_that_scripts_cannot_read(api: Api) -> None:
    ana = api.sign_up()
    begun = api.anyone.post("/auth/session", {"username": ana.username, "password": PASSWORD})
    assert begun.status_code == 201
    cookie = begun.headers["set-cookie"]
    assert all(part in cookie for part in ("kalends_session=", "HttpOnly", "SameSite=lax", "Path=/"))
    assert "Secure" not in cookie  # over plain HTTP it would never come back
    shown = api.anyone.get("/auth/session")
    assert shown.json() == begun.json()
    assert api.anyone.get("/members").status_code == 200


def test_a_change_with_the_cookie_needs_the_csrf_token(api: Api) -> None:
    begun = api.anyone.post(
        "/auth/session/sign-up", {"username": "browser-ana", "password": PASSWORD, "name": "Ana"}
    ).json()
    for headers, status in (
        ({}, 403),
        ({"X-CSRF-Token": "0" * 64}, 403),
        ({"X-CSRF-Token": begun["csrf_token"]}, 201),
    ):
        answer = api.anyone.post("/members", {"name": "Rui"}, headers=headers)
        assert answer.status_code == status
        if status == 403:
            assert answer.json()["code"] == "csrf_refused"


def test_a_wrong_bearer_is_not_saved_by_a_good_cookie(api: Api) -> None:
    ana = api.sign_up()
    api.anyone.post("/auth/session", {"username": ana.username, "password": PASSWORD})
    for header in ("Bearer nonsense", "Basic YTpi"):
        assert api.anyone.get("/auth/verify", headers={"Authorization": header}).status_code == 401


def test_signing_a_browser_out_ends_the_session_and_the_cookie(api: Api) -> None:
    ana = api.sign_up()
    begun = api.anyone.post("/auth/session", {"username": ana.username, "password": PASSWORD}).json()
    cookie = api.client.cookies["kalends_session"]
    ended = api.anyone.delete("/auth/session", headers={"X-CSRF-Token": begun["csrf_token"]})
    assert ended.status_code == 204
    assert "kalends_session" not in api.client.cookies
    assert api.anyone.get("/auth/verify", headers={"Cookie": f"kalends_session={cookie}"}).status_code == 401


def test_a_browser_switches_into_another_workspace(api: Api) -> None:
    ana, rui = api.sign_up("Ana"), api.sign_up("Rui")
    token = ana.post("/invitations", {"name": "Rui"}).json()["token"]
    joined = rui.post("/invitations/accept", {"token": token}).json()
    begun = api.anyone.post("/auth/session", {"username": rui.username, "password": PASSWORD}).json()
    assert begun["actor"]["workspace_id"] == rui.workspace_id
    switched = api.anyone.post(
        "/auth/session/switch",
        {"member_id": joined["member_id"]},
        headers={"X-CSRF-Token": begun["csrf_token"]},
    ).json()
    assert switched["actor"]["workspace_id"] == ana.workspace_id
    assert api.anyone.get("/workspace").json()["id"] == ana.workspace_id


# People ---------------------------------------------------------------------------------------------------


def test_two_owners_do_not_overwrite_each_others_name_of_the_workspace(api: Api) -> None:
    ana = api.sign_up("Ana", workspace_name="The Silvas")
    read = ana.get("/workspace")
    assert (read.headers["ETag"], read.json()["version"]) == ('"1"', 1)
    headers = {"If-Match": read.headers["ETag"]}
    first, second = (ana.patch("/workspace", {"name": name}, headers=headers) for name in ("Home", "Casa"))
    assert (first.status_code, first.headers["ETag"]) == (200, '"2"')
    assert (second.status_code, second.json()["version"]) == (412, 2)
    assert ana.get("/workspace").json()["name"] == "Home"


def test_a_guest_learns_who_invites_them_and_where_to(api: Api) -> None:
    ana = api.sign_up("Ana", workspace_name="The Silvas")
    token = {"token": ana.post("/invitations", {"name": "Rui"}).json()["token"]}
    offer = api.anyone.post("/auth/invitation", token)
    assert (offer.status_code, offer.json()) == (
        200,
        {"workspace_name": "The Silvas", "invited_by": "Ana"},
    )
    api.sign_up("Rui", invitation=token["token"])
    for spent in (token, {"token": "kali_" + "0" * 40}):
        assert api.anyone.post("/auth/invitation", spent).json()["code"] == "invitation_refused"


def test_an_invitation_is_listed_until_it_is_accepted_or_revoked(api: Api) -> None:
    ana = api.sign_up()
    first, second = (ana.post("/invitations", {"name": name}).json() for name in ("Rui", "Eva"))
    listed = ana.get("/invitations").json()["items"]
    assert [each["name"] for each in listed] == ["Rui", "Eva"]
    assert first["token"] not in ana.get("/invitations").text
    api.sign_up("Rui", invitation=first["token"])
    assert ana.delete(f"/invitations/{second['invitation']['id']}").status_code == 204
    assert ana.get("/invitations").json()["items"] == []
    late = {"username": "late-guest", "password": PASSWORD, "name": "X", "invitation": second["token"]}
    assert api.anyone.post("/auth/sign-up", late).json()["code"] == "invitation_refused"


def test_an_account_in_two_workspaces_switches_between_them(api: Api) -> None:
    ana, rui = api.sign_up("Ana"), api.sign_up("Rui")
    token = ana.post("/invitations", {"name": "Rui"}).json()["token"]
    joined = rui.post("/invitations/accept", {"token": token}).json()
    mine = rui.get("/auth/memberships").json()["items"]
    assert [each["workspace_id"] for each in mine] == [rui.workspace_id, ana.workspace_id]
    assert [each["workspace_name"] for each in mine] == [
        person.get("/workspace").json()["name"] for person in (rui, ana)
    ]
    there = rui.post("/auth/switch", {"member_id": joined["member_id"]}).json()
    assert api.bearing(there["access_token"]).get("/workspace").json()["id"] == ana.workspace_id
    assert rui.post("/auth/switch", {"member_id": ana.member_id}).status_code == 404


def test_a_member_is_added_changed_and_removed(api: Api) -> None:
    ana = api.sign_up(zone="Europe/Lisbon")
    added = ana.post("/members", {"name": "Eva", "role": "child"})
    eva = added.json()
    assert (added.status_code, added.headers["etag"]) == (201, '"1"')
    assert (eva["zone"], eva["role"], eva["signs_in"]) == ("Europe/Lisbon", "child", False)
    changed = ana.patch(f"/members/{eva['id']}", {"zone": "Asia/Tokyo"}, headers={"If-Match": '"1"'})
    assert (changed.json()["zone"], changed.headers["etag"]) == ("Asia/Tokyo", '"2"')
    assert ana.get(f"/members/{eva['id']}").json() == changed.json()
    assert ana.delete(f"/members/{eva['id']}").status_code == 204
    assert ana.get(f"/members/{eva['id']}").status_code == 404


def test_a_lost_race_answers_412_with_the_version_that_is_stored(api: Api) -> None:
    ana = api.sign_up()
    mine = f"/members/{ana.member_id}"
    ana.patch(mine, {"name": "Anna"}, headers={"If-Match": '"1"'})
    late = ana.patch(mine, {"name": "Anne"}, headers={"If-Match": '"1"'})
    assert (late.status_code, late.json()["code"], late.json()["version"]) == (412, "stale_version", 2)
    assert ana.patch(mine, {"name": "Anne"}, headers={"If-Match": "*"}).status_code == 200


@pytest.mark.parametrize("tag", ['W/"1"', "1", '"1", "2"', '"x"', "", '"-1"', '"1'])
def test_an_if_match_that_is_no_tag_of_ours_is_refused(api: Api, tag: str) -> None:
    ana = api.sign_up()
    answer = ana.patch(f"/members/{ana.member_id}", {"name": "Anne"}, headers={"If-Match": tag})
    assert (answer.status_code, answer.json()["field"]) == (400, "If-Match")


def test_the_last_owner_stays(api: Api) -> None:
    ana = api.sign_up()
    answer = ana.delete(f"/members/{ana.member_id}")
    assert (answer.status_code, answer.json()["code"]) == (409, "last_owner")


def test_members_come_in_pages(api: Api) -> None:
    ana = api.sign_up()
    for number in range(4):
        ana.post("/members", {"name": f"Guest {number}"})
    names: list[str] = []
    cursor: str | None = None
    while True:
        wanted = {"limit": 2, **({"cursor": cursor} if cursor else {})}
        page = ana.get("/members", params=wanted).json()
        names += [each["name"] for each in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert names == ["Ana", "Guest 0", "Guest 1", "Guest 2", "Guest 3"]


def test_preferences_are_changed_in_part_and_seen_by_oneself_and_owners(api: Api) -> None:
    ana = api.sign_up()
    rui, eva = api.joins(ana, "Rui"), api.joins(ana, "Eva")
    path = f"/members/{rui.member_id}/preferences"
    changed = rui.patch(path, {"no_events_before": "08:30", "custom": {"tea": True}})
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    assert changed.json()["no_events_before"] == "08:30"
    assert changed.json()["min_gap_between_events_minutes"] == 15
    assert ana.get(path).json() == changed.json()
    assert eva.get(path).status_code == 403


def test_a_member_exports_what_is_kept_of_them(api: Api) -> None:
    ana = api.sign_up()
    rui = api.joins(ana, "Rui")
    kept = rui.get(f"/members/{rui.member_id}/export").json()
    assert kept["account"]["username"] == rui.username
    assert "BEGIN:VCALENDAR" in kept["calendars"][0]["icalendar"]
    assert ana.get(f"/members/{rui.member_id}/export").status_code == 403


def test_only_owners_administer(api: Api) -> None:
    ana = api.sign_up()
    rui = api.joins(ana, "Rui")
    attempts: list[tuple[str, str, Any]] = [
        ("PATCH", "/workspace", {"name": "Mine"}),
        ("POST", "/members", {"name": "X"}),
        ("PATCH", f"/members/{ana.member_id}", {"name": "X"}),
        ("DELETE", f"/members/{ana.member_id}", None),
        ("PATCH", f"/members/{rui.member_id}", {"permission": "owner"}),
        ("POST", f"/members/{ana.member_id}/password-reset", None),
        ("GET", "/invitations", None),
        ("POST", "/invitations", {"name": "X"}),
        ("GET", "/audit", None),
    ]
    for method, path, body in attempts:
        answer = rui.request(method, path, json=body)
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), path


# Keys -----------------------------------------------------------------------------------------------------


def test_a_key_acts_for_its_member_within_its_scopes_until_it_is_revoked(api: Api) -> None:
    ana = api.sign_up()
    made = ana.post("/api-keys", {"name": "Kitchen display", "scopes": ["read"]}).json()
    display = api.bearing(made["token"])
    assert display.get("/members").status_code == 200
    assert display.get("/auth/verify").json()["sign_in_id"] is None
    assert display.patch(f"/members/{ana.member_id}", {"name": "X"}).status_code == 403
    [listed] = ana.get("/api-keys").json()["items"]
    assert made["token"].startswith(listed["prefix"])
    assert made["token"] not in ana.get("/api-keys").text
    assert ana.delete(f"/api-keys/{listed['id']}").status_code == 204
    assert display.get("/members").status_code == 401


READ_ONLY = [
    ("POST", "/auth/sign-out"),
    ("POST", "/auth/sign-out-everywhere"),
    ("POST", "/auth/password"),
    ("GET", "/auth/memberships"),
    ("POST", "/auth/switch"),
    ("GET", "/auth/sign-ins"),
    ("DELETE", "/auth/sign-ins/{id}"),
    ("POST", "/invitations/accept"),
    ("GET", "/api-keys"),
    ("POST", "/api-keys"),
]


@pytest.mark.parametrize(("method", "path"), READ_ONLY)
def test_a_key_that_reads_governs_no_access(api: Api, method: str, path: str) -> None:
    ana, eva = api.sign_up(), api.sign_up("Eva")
    key = ana.post("/api-keys", {"name": "k", "scopes": ["read"]}).json()["token"]
    sign_in_id = ana.get("/auth/sign-ins").json()["items"][0]["id"]
    bodies: dict[str, Any] = {
        "/auth/password": {"old_password": PASSWORD, "new_password": "another good one"},
        "/auth/switch": {"member_id": ana.member_id},
        "/invitations/accept": {"token": eva.post("/invitations", {}).json()["token"]},
        "/api-keys": {"name": "more", "scopes": ["read"]},
    }
    body = bodies.get(path) if method == "POST" else None
    answer = api.bearing(key).request(method, path.format(id=sign_in_id), json=body)
    assert answer.status_code in (400, 403), answer.text
    assert ana.get("/auth/verify").status_code == 200


def test_an_expired_key_opens_nothing(api: Api) -> None:
    ana = api.sign_up()
    ends = (api.clock.now() + timedelta(hours=1)).isoformat()
    key = ana.post("/api-keys", {"name": "k", "scopes": ["read"], "expires_at": ends}).json()["token"]
    assert api.bearing(key).get("/members").status_code == 200
    api.clock.advance(timedelta(hours=1))
    assert api.bearing(key).get("/members").status_code == 401


# The audit log --------------------------------------------------------------------------------------------


def _actions(ana: Person, **filters: Any) -> list[str]:
    return [entry["action"] for entry in ana.get("/audit", params=filters).json()["items"]]


def test_the_audit_log_says_who_did_what_latest_first(api: Api) -> None:
    ana = api.sign_up()
    eva = ana.post("/members", {"name": "Eva"}).json()["id"]
    ana.delete(f"/members/{eva}")
    assert _actions(ana, subject=eva) == ["member.removed", "member.added"]
    assert _actions(ana, action="member.added") == ["member.added"]
    assert _actions(ana, since=(api.clock.now() + timedelta(seconds=1)).isoformat()) == []
    [entry] = ana.get("/audit", params={"action": "member.added"}).json()["items"]
    assert (entry["actor_member_id"], entry["subject"]) == (ana.member_id, eva)
