"""Names, passwords, preferences and tokens for the laws of identity."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

passwords = st.text(
    st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\x00"), min_size=8, max_size=60
).filter(lambda text: len(text.strip()) >= 8)

usernames = st.text(
    st.sampled_from("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-@+äÖßéΣЖ漢ﬁ"),
    min_size=3,
    max_size=30,
)

any_text = st.text(max_size=300)

_clock_times = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59))


@st.composite
def _ordered_times(draw: st.DrawFn, first: str, second: str) -> dict[str, Any]:
    start, end = sorted(draw(st.lists(_clock_times, min_size=2, max_size=2, unique=True)))
    return {
        first: draw(st.sampled_from([start, None])),
        second: draw(st.sampled_from([end, None])),
    }


_words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
_leaves = st.none() | st.booleans() | st.integers(-(10**9), 10**9) | _words
_custom = st.dictionaries(
    _words, _leaves | st.lists(_leaves, max_size=3) | st.dictionaries(_words, _leaves, max_size=3), max_size=3
)


@st.composite
def preference_changes(draw: st.DrawFn) -> dict[str, Any]:
    """Valid changes: any part of the preferences, each as JSON."""
    changes: dict[str, Any] = {
        **draw(_ordered_times("preferred_start_time", "preferred_end_time")),
        **draw(_ordered_times("no_events_before", "no_events_after")),
        "default_event_duration_minutes": draw(st.integers(1, 1_440)),
        "min_gap_between_events_minutes": draw(st.integers(0, 1_440)),
        "max_events_per_day": draw(st.none() | st.integers(1, 100)),
        "email_enabled": draw(st.booleans()),
        "reminder_minutes_before": draw(st.lists(st.integers(0, 40_320), max_size=10, unique=True)),
        "week_start": draw(st.sampled_from(["monday", "saturday", "sunday"])),
        "language": draw(st.sampled_from(["en", "de", "de-AT", "zh-Hant", "fil"])),
        "custom": draw(_custom),
    }
    # The times stay together: one of them alone may contradict the other's default.
    kept = draw(st.sets(st.sampled_from(sorted(changes))))
    timed = {"preferred_start_time", "preferred_end_time", "no_events_before", "no_events_after"}
    return {name: value for name, value in changes.items() if name in kept or name in timed}
