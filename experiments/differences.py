"""The difference of one measure between two arms by month, as a frame with intervals over seeds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from results.measures import MEASURES
from results.panel import DIMENSIONS, Panel
from results.registry import Quantity
from results.statistics import describe, interval_kind
from scenarios.errors import nearest
from scenarios.vocabulary import STATES, State, month_name

if TYPE_CHECKING:
    from pandas import DataFrame

    from results.geography import Geography
    from results.pairing import PairedSeed

LEVELS = {"place": "place", "area": "group", "region": "region"}


def difference_by(pairs: Sequence[PairedSeed], geography: Geography, measure: str, by: str = "region") -> DataFrame:
    """Return policy less baseline by month and group: mean, percentiles, Monte Carlo error, seeds.

    Parameters
    ----------
    pairs : Sequence[PairedSeed]
        Both arms of every seed.
    geography : Geography
        The areas.
    measure : str
        A registered measure, or the name of an activity state.
    by : str
        `region`, `area`, `place`, or a dimension that the measure is given by.

    Raises
    ------
    KeyError
        If the measure or the dimension is unknown.
    """
    import pandas as pd

    dimension = "all" if by in LEVELS else by
    _check(measure, by)
    start = pairs[0].policy.start
    periods = [month_name(int(m)) for m in pairs[0].policy.months[start:]]
    draws = np.array([pair.draw for pair in pairs], np.int64)
    quantities = [
        (_quantity(pair.policy, measure, dimension), _quantity(pair.baseline, measure, dimension)) for pair in pairs
    ]
    areas = [a for a in geography.areas if a.level == LEVELS.get(by, "region")]
    unit = MEASURES[measure].unit if measure in MEASURES else "residents"
    parts = []
    for area in areas:
        values = np.stack([p.over(area.places) - b.over(area.places) for p, b in quantities])[:, start:]
        for i, label in enumerate(DIMENSIONS[dimension]):
            parts.append(
                pd.DataFrame(
                    {
                        "measure": measure,
                        "unit": unit,
                        by: area.name if by in LEVELS else label,
                        "period": periods,
                        **_columns(values[:, :, i], draws),
                        "n_seeds": len({pair.seed for pair in pairs}),
                        "interval": interval_kind(len(pairs), len(np.unique(draws))),
                    }
                )
            )
    return pd.concat(parts, ignore_index=True)


def _columns(values: NDArray[np.float64], draws: NDArray[np.int64]) -> dict[str, NDArray[np.float64]]:
    """Return the columns of a frame: mean first, then percentiles and Monte Carlo error."""
    found = describe(values, draws)
    return {name: found[name] for name in ("mean", "p05", "p25", "p50", "p75", "p95", "mc_se")}


def _quantity(panel: Panel, measure: str, dimension: str) -> Quantity:
    """Return the measure of one arm; the name of a state is its stock."""
    view = panel.view(dimension)
    if measure in MEASURES:
        return MEASURES[measure].function(view)
    return Quantity(view.stock(State(STATES.index(measure))))


def _check(measure: str, by: str) -> None:
    """Refuse an unknown measure or dimension, naming those there are."""
    known = (*MEASURES, *(state for state in STATES if state not in MEASURES))
    if measure not in known:
        raise KeyError(f"no measure '{measure}'; measures: {', '.join(known)}.{nearest(measure, known)}")
    given = MEASURES[measure].dimensions if measure in MEASURES else tuple(DIMENSIONS)
    allowed = (*LEVELS, *(name for name in given if name != "all"))
    if by not in allowed:
        raise KeyError(f"measure '{measure}' is not given by '{by}'; it is given by: {', '.join(allowed)}")
