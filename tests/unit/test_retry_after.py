"""When to come again, as those say who cannot answer now."""

from __future__ import annotations

import pytest

from kalends.integrations.retry_after import wait_of

NOW = "Mon, 02 Mar 2026 08:00:00 GMT"


@pytest.mark.parametrize(
    "said, seconds",
    [
        ("0", 0),
        (" 30 ", 30),
        ("9" * 5000, 999_999_999),
        ("Mon, 02 Mar 2026 08:02:00 GMT", 120),
        ("Monday, 02-Mar-26 08:00:07 GMT", 7),
        ("Mon Mar  2 08:00:09 2026", None),  # without a zone, the other with one
        ("Mon, 02 Mar 2026 07:59:00 GMT", 0),
        ("Mon, 99 Mar 2026 08:00:00 GMT", None),
        ("soon", None),
        ("-1", None),
        ("²", None),
        ("", None),
    ],
)
def test_a_wait_is_a_number_or_a_date(said: str, seconds: int | None) -> None:
    assert wait_of({"Retry-After": said, "Date": NOW}).get("retry_after") == seconds


@pytest.mark.parametrize("headers", [{}, {"Retry-After": NOW}, {"Retry-After": NOW, "Date": "today"}])
def test_a_date_says_nothing_where_nobody_says_what_time_it_is(headers: dict[str, str]) -> None:
    assert wait_of(headers) == {}
