"""Arms that share their draws: an effect varies far less than between independent runs (`verification.md`, 10)."""

from __future__ import annotations

import numpy as np
import pytest

from tests.paired import effects, variance_ratio
from tests.worlds import region_start

SEEDS = 40
HIGHEST = 0.2


@pytest.mark.slow
def test_pairing_cuts_the_variance_of_the_kickstart_effect_five_fold() -> None:
    """The ratio's own error is about sqrt(2 / seeds) of itself, twice: an upper 99% bound is compared."""
    ratio = variance_ratio(effects(region_start(100), SEEDS, 36))
    spread = np.exp(2.33 * np.sqrt(4 / (SEEDS - 1)))
    assert ratio / spread < HIGHEST, f"ratio {ratio:.3f}"
    assert ratio < 0.5
