"""Rates that the model reports of a Place agree with each other and with its stocks."""

from __future__ import annotations

import numpy as np
import pytest

from calibration.measured import Measured
from scenarios.vocabulary import STATES, State


def test_rates_of_a_place_come_from_its_stocks_and_add_up() -> None:
    stock = np.zeros((2, len(STATES)))
    stock[0, State.UNEMPLOYED], stock[0, State.LONG_TERM_SICK], stock[0, State.STUDENT] = 40.0, 60.0, 140.0
    stock[0, State.ABSENT] = 760.0
    stock[1, State.ABSENT] = 500.0
    ones = {"moves": np.ones((3, 3)), "heads": np.ones(3), "durations": np.ones(8), "found": np.ones((2, 2)),
            "exits": np.ones((4, 2)), "absent": np.ones((2, 2)), "disabled": np.ones((2, 2))}  # fmt: skip
    values = Measured(("Here", "There"), 1, (0.0, 0.0), months=1, stock=stock, **ones).values()
    assert values["unemployment_rate", "Here"] == pytest.approx(100 * 40 / 800)
    assert values["economic_activity_rate", "Here"] == pytest.approx(80.0)
    assert values["unemployment_rate", "There"] == 0.0
    for area in ("Here", "There", "region"):
        assert values["economic_activity_rate", area] + values["inactivity_rate", area] == pytest.approx(100.0)
        idle = values["economic_activity_rate", area] * values["unemployment_rate", area] / 100
        assert values["employment_rate", area] + idle + values["inactivity_rate", area] == pytest.approx(100.0)
