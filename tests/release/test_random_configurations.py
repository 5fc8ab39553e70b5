"""2,000 random valid configurations: no crash, nothing made or lost (`verification.md`, 26)."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings

from tests.configurations import configurations, try_out


@settings(max_examples=2000, deadline=None, derandomize=False, suppress_health_check=list(HealthCheck))
@given(configuration=configurations())
def test_two_thousand_random_valid_configurations(configuration: dict[str, Any]) -> None:
    try_out(configuration)
