"""What every test has around it."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

pytest_plugins = [
    "loopback_only",
    "databases",
    "workspace_scope",
    "identities",
    "workspaces",
    "rest_client",
    "command_line",
    "carriers",
    "telephones",
    "call_desk",
]

# Deadlines and speed checks would measure the machine, not the code. The gate draws the same examples each
# time, so that a red build points to a change; a run by hand draws new ones and keeps what it finds.
settings.register_profile(
    "hand", deadline=None, max_examples=100, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("ci", settings.get_profile("hand"), derandomize=True)
settings.register_profile("thorough", settings.get_profile("hand"), max_examples=5_000)
settings.load_profile("hand")
