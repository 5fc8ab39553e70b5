"""Figures as readers see them: rounded by their Monte Carlo error, with unit and interval; computes nothing new."""

from __future__ import annotations

import math

from results.metrics import Metric
from results.statistics import Stat

SMALL = 10
"""Published counts below this are flagged; counts are never rounded finer than this where they are uncertain."""
MISSING = "not defined"
NEAR_TENTH = 0.0995
"""From this share on, percentages are shown without decimals."""


def rounding_unit(stat: Stat) -> float:
    """Return the power of ten that a count is rounded to: about its Monte Carlo error, at least 10, 1 if exact."""
    error = stat.mc_se
    if math.isnan(error):
        return SMALL
    if error == 0:
        return 1
    return max(SMALL, 10 ** math.floor(math.log10(2 * error))) if error > 1 else 1


def rounded(value: float, unit: float) -> float:
    """Return the value to the nearest unit, zero without a sign."""
    return round(value / unit) * unit + 0.0


def number(value: float, unit: float = 1) -> str:
    """Return a count with thousands separated and a true minus sign."""
    if math.isnan(value):
        return MISSING
    text = f"{abs(rounded(value, unit)):,.0f}"
    return f"−{text}" if rounded(value, unit) < 0 else text


def pounds(value: float, unit: float = 1) -> str:
    """Return pounds in the size that suits them: £812, £4,300, £6.2 million."""
    if math.isnan(value):
        return MISSING
    size = abs(rounded(value, unit))
    if size >= 1e6:
        digits = max(0, min(2, 6 - math.floor(math.log10(max(unit, 1)))))
        text = f"£{size / 1e6:,.{digits}f} million"
    else:
        text = f"£{abs(rounded(value, unit)):,.0f}"
    return f"−{text}" if value < 0 and text != "£0" else text


def share(value: float) -> str:
    """Return a share as a percentage without decimals from 10% on, with one below."""
    if math.isnan(value):
        return MISSING
    digits = 0 if abs(value) >= NEAR_TENTH or value == 0 else 1
    text = f"{abs(value):.{digits}%}"
    return f"−{text}" if value < 0 and text not in ("0%", "0.0%") else text


def days(value: float) -> str:
    """Return days with one decimal below 10 and without from there on."""
    if math.isnan(value):
        return MISSING
    text = f"{abs(value):,.{1 if abs(value) < SMALL else 0}f}"
    return f"−{text}" if value < 0 and float(text.replace(",", "")) else text


def value_text(stat: Stat, kind: str, value: float | None = None) -> str:
    """Return one number of a statistic as text (its mean unless another is given).

    Parameters
    ----------
    stat : Stat
        Gives the rounding.
    kind : str
        `count`, `days`, `pounds`, `share` or `pounds_per`.
    value : float, optional
        A percentile of the statistic.
    """
    shown = stat.mean if value is None else value
    if kind == "share":
        return share(shown)
    if kind == "days":
        return days(shown)
    if kind.startswith("pounds"):
        unit = rounding_unit(stat) if not math.isnan(stat.mc_se) else 10 ** max(0, significant(shown))
        return pounds(shown, unit)
    return number(shown, rounding_unit(stat))


def significant(value: float) -> int:
    """Return the power of ten that leaves three digits of a value."""
    if value == 0 or math.isnan(value):
        return 0
    return math.floor(math.log10(abs(value))) - 2


def interval_text(stat: Stat, kind: str) -> str:
    """Return `low to high` of the 90% interval, or that there is none."""
    if math.isnan(stat.p05) or math.isnan(stat.p95):
        return "no interval"
    return f"{value_text(stat, kind, stat.p05)} to {value_text(stat, kind, stat.p95)}"


def both(stat: Stat, kind: str) -> str:
    """Return a figure with its interval in brackets: never a mean alone."""
    if math.isnan(stat.mean):
        return MISSING
    return f"{value_text(stat, kind)} ({interval_text(stat, kind)})"


def metric_text(metric: Metric, stat: Stat) -> str:
    """Return a metric's figure with its interval."""
    return both(stat, metric.kind)
