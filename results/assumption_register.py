"""The assumptions register: every value that rests on a judgement, a proxy or weak evidence, ranked by influence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from results.assumptions import interval_of, value_text
from results.influence import width_influence

if TYPE_CHECKING:
    from pandas import DataFrame

    from evidence.model import Parameter, Source

WEAK = ("assumption", "proxy", "low")
"""Grades of confidence that put a value on the register."""
BY_BANK, BY_WIDTH, UNRANKED = "designs", "width", "none"
"""What a row's influence was read from: designs of the calibration, the interval's width, or nothing (no interval)."""
DECIMALS = 3
"""Of an influence: more would say nothing, and might differ between processors."""
COLUMNS = (
    "rank", "parameter", "ranked_by", "influence", "most_moved", "value", "unit", "interval_95", "confidence", "source",
    "covers", "note",
)  # fmt: skip
DESIGNS_WORDS = (
    "Ranked by the designs of the calibration: how far the outputs move with the parameter over its prior, in standard "
    "deviations (a linear reading). Below them, by the width of their interval, stand parameters that no design varied."
)
WIDTH_WORDS = (
    "Ranked by the width of the 95% interval relative to the value: how much is not known, not how much it matters. "
    "A calibration's bank of designs would rank by effect."
)


def register(
    parameters: Mapping[str, Parameter], sources: Mapping[str, Source], influence: DataFrame | None = None
) -> DataFrame:
    """Return the register by COLUMNS, the most influential first.

    Parameters
    ----------
    parameters : mapping
        `group.name` -> parameter, weak or not.
    sources : mapping
        Source id -> source.
    influence : DataFrame, optional
        Rows of `results.influence.bank_influence`; by the width of the intervals without it. Parameters that no design
        varied follow those that one did.
    """
    import pandas as pd

    weak = {key: item for key, item in parameters.items() if item.confidence in WEAK}
    found = {} if influence is None else influence.set_index("parameter").to_dict(orient="index")
    widths = width_influence(weak)
    rows = []
    for key, item in weak.items():
        if key in found:
            order, basis, strength, moved = 0, BY_BANK, float(found[key]["influence"]), str(found[key]["most_moved"])
        elif key in widths:
            order, basis, strength, moved = 1, BY_WIDTH, widths[key], ""
        else:
            order, basis, strength, moved = 2, UNRANKED, 0.0, ""
        source = sources.get(item.source)
        title = f"{source.title}, {source.publisher}, {source.date}" if source else item.source
        cells = (value_text(item.value), item.unit, interval_of(item), item.confidence, title, item.covers, item.note)
        rows.append((order, -strength, key, basis, moved, cells))
    rows.sort()
    table = [
        (rank, key, basis, round(-strength, DECIMALS), moved, *cells)
        for rank, (_, strength, key, basis, moved, cells) in enumerate(rows, start=1)
    ]
    return pd.DataFrame(table, columns=list(COLUMNS))


def ranking_words(frame: DataFrame) -> str:
    """Return a sentence on what a register is ranked by."""
    return DESIGNS_WORDS if (frame["ranked_by"] == BY_BANK).any() else WIDTH_WORDS
