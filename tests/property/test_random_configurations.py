"""No valid configuration crashes, and none makes or loses anything (`verification.md`, 26; 2,000 before a release)."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings

from tests.configurations import configurations, try_out


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(configuration=configurations())
def test_random_valid_configurations_conserve_everything(configuration: dict[str, Any]) -> None:
    try_out(configuration)
