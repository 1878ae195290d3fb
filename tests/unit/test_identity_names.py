"""Usernames, display names, passwords and mail addresses as they are accepted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalends.features.identity.accounts import checked_email
from kalends.features.identity.names import display_name, username
from kalends.features.identity.passwords import Passwords
from kalends.features.identity.settings import Argon2Cost, IdentitySettings
from kalends.kit.errors import InvalidInput
from strategies.identity import any_text

PASSWORDS = Passwords(IdentitySettings(argon2=Argon2Cost(passes=1, memory_kib=8, lanes=1)))


@pytest.mark.parametrize(
    "given_name, kept",
    [
        ("Ana", "ana"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("ﬁona", "fiona"),  # a ligature
        ("Ａｎａ", "ana"),  # full width
        ("ΣΊΣΥΦΟΣ", "σίσυφοσ"),
        ("ana@example.org", "ana@example.org"),
        ("漢字名", "漢字名"),
        ("İbrahim", "i\u0307brahim"),  # a dotted capital keeps its dot
    ],
)
def test_spellings_of_a_username_are_one_name(given_name: str, kept: str) -> None:
    assert username(given_name) == kept


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ab",
        "a b c",
        "a" * 65,
        "a" * 10_000,
        "ana\n",
        "ana\x00",
        "an a",
        "ana/../x",
        "<ana>",
        "a\u200bna",
        "ﷺ" * 64,
    ],
)
def test_other_usernames_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        username(text)
    assert refused.value.field == "username"


@given(any_text)
def test_a_username_is_its_own_normal_form(text: str) -> None:
    try:
        kept = username(text)
    except InvalidInput:
        return
    assert username(kept) == kept


@pytest.mark.parametrize(
    "text, kept", [(" Ana ", "Ana"), ("Mary Ann", "Mary Ann"), ("e\u0301", "é"), ("👩‍👧", "👩‍👧")]
)
def test_display_names_are_trimmed(text: str, kept: str) -> None:
    assert display_name(text) == kept


@pytest.mark.parametrize("text", ["", "   ", "a\nb", "a\x00b", "x" * 101, "a\u2028b"])
def test_other_display_names_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        display_name(text)


@pytest.mark.parametrize("text", ["", "1234567", "é" * 513, "x" * 1_025, "has\x00null-in-it", "has\nnewline"])
def test_passwords_out_of_bounds_are_refused_unrepeated(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        PASSWORDS.hash(text, field="new_password")
    assert refused.value.field == "new_password"
    assert text == "" or text not in str(refused.value)


@pytest.mark.parametrize(
    "text", ["12345678", "x" * 1_024, "é" * 512, "pass word with spaces", "пароль-пароль"]
)
def test_a_password_matches_its_hash(text: str) -> None:
    stored = PASSWORDS.hash(text)
    assert stored.startswith("$argon2id$")
    assert PASSWORDS.matches(text, stored)
    assert not PASSWORDS.matches(text + "x", stored)
    assert not PASSWORDS.matches(text[:-1], stored)
    assert not PASSWORDS.matches(text, None)


def test_a_password_may_be_composed_either_way() -> None:
    assert PASSWORDS.matches("cafe\u0301 au lait", PASSWORDS.hash("caf\u00e9 au lait"))


@given(st.text(max_size=2_000))
def test_any_text_may_be_tried_as_a_password(text: str) -> None:
    assert not PASSWORDS.matches(text, None)


@pytest.mark.parametrize(
    "text, kept", [(None, None), (" a@b.example ", "a@b.example"), ('"a@b"@c.example', '"a@b"@c.example')]
)
def test_mail_addresses_that_could_be_are_kept(text: str | None, kept: str | None) -> None:
    assert checked_email(text) == kept


@pytest.mark.parametrize("text", ["", "a", "@b", "a@", "a b@c", "a@b\r\nBcc: x@y", f"{'a' * 250}@b.org"])
def test_other_mail_addresses_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        checked_email(text)
    assert refused.value.field == "email"
