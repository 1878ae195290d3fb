"""Cursors."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalends.kit.errors import InvalidInput
from kalends.kit.pagination import checked_limit, decode, decode_id, encode, page


@given(st.lists(st.integers() | st.text(), max_size=4))
def test_a_cursor_gives_back_its_keys(keys: list[int | str]) -> None:
    assert decode(encode(*keys), *(type(key) for key in keys)) == tuple(keys)


@given(st.text() | st.binary().map(lambda raw: raw.decode("latin-1")))
def test_any_other_text_is_refused_by_name(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        decode_id(text)
    assert refused.value.field == "cursor"


@pytest.mark.parametrize(
    "cursor",
    ["", "x", "é", "W10", encode(1), encode("not an id"), encode("a", "b"), encode(True), "[" * 100_000],
)
def test_broken_cursors_are_refused(cursor: str) -> None:
    with pytest.raises(InvalidInput, match="cursor"):
        decode_id(cursor)


@pytest.mark.parametrize(
    "rows, limit, items, more",
    [([], 2, (), False), ([1], 2, (1,), False), ([1, 2], 2, (1, 2), False), ([1, 2, 3], 2, (1, 2), True)],
)
def test_one_row_too_many_means_another_page(
    rows: list[int], limit: int, items: tuple[int, ...], more: bool
) -> None:
    made = page(rows, limit, lambda row: (row,))
    assert made.items == items
    assert made.next == (encode(items[-1]) if more else None)


@pytest.mark.parametrize("limit", [0, -1, 201])
def test_a_page_has_bounds(limit: int) -> None:
    with pytest.raises(InvalidInput):
        checked_limit(limit)


def test_an_id_comes_back_as_an_id() -> None:
    some = UUID(int=7)
    assert decode_id(encode(str(some))) == some
