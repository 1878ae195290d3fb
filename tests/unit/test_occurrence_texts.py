"""Texts made in bulk are those that are made one by one."""

from __future__ import annotations

from collections import namedtuple
from typing import Any, cast

import numpy as np
import pytest

from kalends.engine.zones import zone
from kalends.features.calendars.expansion import Expansion, instance_key, local_start
from kalends.features.calendars.occurrence_texts import texts_of
from kalends.interfaces.rest.event_times import show

Row = cast(Any, namedtuple)("Row", ["start"])
SPRING, AUTUMN = 1_774_746_000, 1_792_890_000  # an hour around both changes of 2026 in Berlin

ROWS = [
    Row("2026-03-29T01:30:00+01:00[Europe/Berlin]"),
    Row("2026-03-29T01:30:00"),
    Row("2026-03-29"),
    Row("1883-11-18T12:00:00-04:56:02[America/New_York]"),
    Row("2026-03-29T01:30:00+00:00[UTC]"),
    Row("2026-03-29T01:30:00-03:00[Somebody's own]"),
]


@pytest.mark.parametrize("floating", ["Europe/Berlin", "Asia/Kathmandu", "UTC"])
@pytest.mark.parametrize("first", [SPRING, AUTUMN, -2_717_650_800, 0])
def test_bulk_texts_are_those_of_single_values(first: int, floating: str) -> None:
    row = np.repeat(np.arange(len(ROWS)), 8)
    start = np.tile(first + np.arange(8) * 1800, len(ROWS))
    original = start.astype("datetime64[s]")
    original[::3] = np.datetime64("NaT")
    found = Expansion(row=row, start=start, end=start + 5400, original=original)
    here = zone(floating)

    texts = texts_of(ROWS, found, here)

    for place, index in enumerate(row.tolist()):
        at, until = int(start[place]), int(start[place]) + 5400
        assert texts.starts[place] == show(local_start(ROWS[index], at, here))
        assert texts.ends[place] == show(local_start(ROWS[index], until, here))
        assert texts.keys[place] == instance_key(ROWS[index], original[place].item())
