"""Requests to the API, sound and broken."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)

_FIELDS = [
    *("name", "zone", "role", "permission", "auto_resolve", "default_calendar_id"),
    *("username", "password", "token", "member_id", "scopes", "expires_at", "refresh_token", "invitation"),
]
_plausible = st.sampled_from(
    ["", " ", "Ana", "owner", "parent", "Europe/Lisbon", "a" * 300, "\0", "0" * 36, ["read"], [], -1, None]
)
bodies = st.dictionaries(st.sampled_from(_FIELDS), _plausible | json_values, max_size=5) | json_values

_hostile = st.sampled_from(["", "%00", "..", "null", "-1", "x" * 300, "%F0%9F%A6%86", "%ff"])


@st.composite
def paths(draw: st.DrawFn, known: tuple[str, ...]) -> str:
    """Addresses of the API with ids of all sorts, `known` ones among them, and queries of all sorts."""
    id = draw(st.sampled_from(known) | st.uuids().map(str) | _hostile)
    path: str = draw(
        st.sampled_from(
            [
                *("/workspace", "/members", "/invitations", "/api-keys", "/audit"),
                *(f"/members/{id}", f"/members/{id}/preferences", f"/members/{id}/export"),
                *(f"/members/{id}/password-reset", f"/invitations/{id}", f"/api-keys/{id}"),
                *("/auth/sign-in", "/auth/sign-up", "/auth/refresh", "/auth/revoke", "/auth/switch"),
                *("/auth/password", "/auth/password/reset", "/auth/session", f"/auth/sign-ins/{id}"),
                *("/auth/memberships", "/invitations/accept", f"/{id}"),
            ]
        )
    )
    names = st.sampled_from(["limit", "cursor", "since", "until", "subject", "action", "member_id", "odd"])
    query = draw(st.dictionaries(names, _hostile | st.integers(-1, 300).map(str), max_size=2))
    return path + ("?" + "&".join(f"{name}={value}" for name, value in query.items()) if query else "")


headers: st.SearchStrategy[dict[str, Any]] = st.dictionaries(
    st.sampled_from(["If-Match", "Content-Type", "Authorization", "Cookie"]),
    st.sampled_from(
        ['"1"', "*", 'W/"1"', "application/json", "text/plain", "Bearer x", "Bearer", "kalends_session=x"]
    ),
    max_size=1,
)
