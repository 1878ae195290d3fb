"""Preferences: what is accepted, and how a refusal names the field."""

from __future__ import annotations

from typing import Any

import pytest

from kalends.features.identity.preferences import Preferences
from kalends.kit.errors import InvalidInput

DEFAULTS: dict[str, Any] = {
    "preferred_start_time": "09:00",
    "preferred_end_time": "18:00",
    "no_events_before": None,
    "no_events_after": None,
    "default_event_duration_minutes": 60,
    "min_gap_between_events_minutes": 15,
    "max_events_per_day": 5,
    "email_enabled": True,
    "reminder_minutes_before": [60, 15],
    "week_start": "monday",
    "language": "en",
    "custom": {},
}


def test_what_was_never_set_has_its_default() -> None:
    assert Preferences.stored({}).as_json() == DEFAULTS


@pytest.mark.parametrize(
    "changes, field",
    [
        ({"preferred_start_time": "18:00"}, "preferred_end_time"),  # the default end
        ({"preferred_start_time": "12:00", "preferred_end_time": "12:00"}, "preferred_end_time"),
        ({"no_events_before": "22:00", "no_events_after": "06:00"}, "no_events_after"),
        ({"no_events_before": "24:00"}, "no_events_before"),
        ({"no_events_before": "9:00"}, "no_events_before"),
        ({"no_events_before": "09:00:30"}, "no_events_before"),
        ({"no_events_before": "09:00Z"}, "no_events_before"),
        ({"no_events_before": 540}, "no_events_before"),
        ({"default_event_duration_minutes": 0}, "default_event_duration_minutes"),
        ({"default_event_duration_minutes": 1_441}, "default_event_duration_minutes"),
        ({"default_event_duration_minutes": None}, "default_event_duration_minutes"),
        ({"default_event_duration_minutes": "60"}, "default_event_duration_minutes"),
        ({"default_event_duration_minutes": 30.5}, "default_event_duration_minutes"),
        ({"min_gap_between_events_minutes": -1}, "min_gap_between_events_minutes"),
        ({"max_events_per_day": 0}, "max_events_per_day"),
        ({"max_events_per_day": True}, "max_events_per_day"),
        ({"email_enabled": "yes"}, "email_enabled"),
        ({"reminder_minutes_before": [15, 15]}, "reminder_minutes_before"),
        ({"reminder_minutes_before": [-5]}, "reminder_minutes_before.0"),
        ({"reminder_minutes_before": list(range(11))}, "reminder_minutes_before"),
        ({"reminder_minutes_before": "60"}, "reminder_minutes_before"),
        ({"week_start": "friday"}, "week_start"),
        ({"language": "english please"}, "language"),
        ({"custom": {"a": "x" * 10_000}}, "custom"),
        ({"custom": {"a": {"b": {"c": {"d": {"e": {}}}}}}}, "custom"),
        ({"custom": {"a": float("nan")}}, "custom"),
        ({"custom": {"a": object()}}, "custom"),
        ({"custom": {"a": ["null \0"]}}, "custom"),
        ({"custom": {"null \0": 1}}, "custom"),
        ({"custom": {"a": "\ud800"}}, "custom"),  # half a character
        ({"custom": []}, "custom"),
        ({"favourite_colour": "blue"}, "favourite_colour"),
    ],
)
def test_a_refusal_names_the_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        Preferences().changed(changes)
    assert refused.value.field == f"preferences.{field}"


def test_changes_touch_nothing_else() -> None:
    changed = Preferences().changed({"no_events_after": "21:30", "custom": {"theme": ["dark"]}})
    assert changed.as_json() == {**DEFAULTS, "no_events_after": "21:30", "custom": {"theme": ["dark"]}}


def test_preferences_can_be_taken_back() -> None:
    changed = Preferences().changed({"preferred_start_time": None, "max_events_per_day": None})
    assert changed.preferred_start_time is None
    assert changed.max_events_per_day is None


def test_a_very_deep_value_is_refused_rather_than_followed() -> None:
    deep: dict[str, Any] = {}
    for _ in range(100_000):
        deep = {"a": deep}
    with pytest.raises(InvalidInput):
        Preferences().changed({"custom": deep})
