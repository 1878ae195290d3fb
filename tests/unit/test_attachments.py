"""The names of files that browsers keep: nothing in them leaves the header or the folder."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalends.interfaces.rest.attachments import attachment

_FORM = re.compile(r"attachment; filename=\"([^\"\\]*)\"; filename\*=UTF-8''([A-Za-z0-9._~%-]*)")


def names(name: str) -> tuple[str, str]:
    """Give the plain name, and the one in UTF-8."""
    disposition = attachment(name, "ics", otherwise="calendar")["Content-Disposition"]
    match = _FORM.fullmatch(disposition)
    assert match, disposition
    return match[1], unquote(match[2], errors="strict")


@pytest.mark.parametrize(
    ("name", "plain", "whole"),
    [
        ("School", "School.ics", "School.ics"),
        ("Müllers Büro", "Mullers Buro.ics", "Müllers Büro.ics"),
        ("家族", "calendar.ics", "家族.ics"),
        ("🎹", "calendar.ics", "🎹.ics"),
        ("../../etc/passwd", "_.._etc_passwd.ics", "_.._etc_passwd.ics"),
        ("C:\\Windows\\x", "C__Windows_x.ics", "C__Windows_x.ics"),
        ('a"; filename="b.exe', "a_; filename=_b.exe.ics", "a_; filename=_b.exe.ics"),
        ("a\r\nSet-Cookie: b=c", "a Set-Cookie_ b=c.ics", "a Set-Cookie_ b=c.ics"),
        ("100 % sure", "100 _ sure.ics", "100 % sure.ics"),
        ("\u202egpj.exe", "gpj.exe.ics", "gpj.exe.ics"),
        (" . ", "calendar.ics", "calendar.ics"),
        ("\x00\u2028", "calendar.ics", "calendar.ics"),
        ("x" * 300, "x" * 80 + ".ics", "x" * 80 + ".ics"),
    ],
)
def test_a_file_is_called_as_its_calendar(name: str, plain: str, whole: str) -> None:
    assert names(name) == (plain, whole)


@given(st.text())
def test_no_name_leaves_the_header_or_the_folder(name: str) -> None:
    for found in names(name):
        assert found.endswith(".ics")
        assert not set(found) & set('/\\:*?"<>|\r\n\x00')
        assert not found.startswith(".")
        assert len(found.encode()) < 255 * 2
    attachment(name, "ics", otherwise="calendar")["Content-Disposition"].encode("latin-1")
