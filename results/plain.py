"""Frames as plain values for JSON; computes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pandas import DataFrame


def plain(frame: DataFrame) -> list[dict[str, object]]:
    """Return a frame's rows as plain values, not-a-number as None."""
    rows = frame.to_dict(orient="records")
    return [{str(k): plain_value(v) for k, v in row.items()} for row in rows]


def plain_value(value: object) -> object:
    """Return a plain Python value for JSON; not-a-number becomes None."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and np.isnan(value):
        return None
    return value
