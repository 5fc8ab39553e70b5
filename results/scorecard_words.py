"""The strategy scorecard as readers and files see it: levels, differences, targets, and how to read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from evidence.known import OF_THE_START
from results.scorecard import ARMS, Scorecard, ScoreMeasure, ScoreRow
from results.statistics import Stat

if TYPE_CHECKING:
    from pandas import DataFrame


def points(value: float, digits: int = 1) -> str:
    """Return a share in hundredths with a true minus sign."""
    text = f"{abs(100 * value):.{digits}f}"
    return f"−{text}" if value < 0 and float(text) else text


def level_text(value: float, measure: ScoreMeasure) -> str:
    """Return a level as text: per cent, or points for a gap; one decimal."""
    if np.isnan(value):
        return "not defined"
    return f"{points(value)} points" if measure.is_gap else f"{points(value)}%"


def with_interval(stat: Stat, measure: ScoreMeasure) -> str:
    """Return a level with its interval in brackets."""
    if np.isnan(stat.mean):
        return "not defined"
    interval = "no interval" if np.isnan(stat.p05) else f"{points(stat.p05)} to {points(stat.p95)}"
    return f"{level_text(stat.mean, measure)} ({interval})"


def difference_text(stat: Stat) -> str:
    """Return a difference in percentage points with its interval; two decimals."""
    if np.isnan(stat.mean):
        return "not defined"
    interval = "no interval" if np.isnan(stat.p05) else f"{points(stat.p05, 2)} to {points(stat.p95, 2)}"
    return f"{points(stat.mean, 2)} ({interval})"


def target_text(row: ScoreRow) -> str:
    """Return a row's target in words."""
    if row.target is None or row.aim is None:
        return "none"
    size = level_text(row.aim.mean, row.measure)
    if row.target.unit == OF_THE_START:
        size = f"{row.target.value:g}% of the start, {size},"
    return f"{row.target.direction.replace('_', ' ')} {size} by {row.target.due}"


def source_text(row: ScoreRow) -> str:
    """Return where a row's target is from."""
    if row.target is None:
        return "none"
    return f"{row.target.source}: {row.target.note}" if row.target.note else row.target.source


def rows_frame(card: Scorecard) -> DataFrame:
    """Return the rows as a table of numbers and words for files: shares, then target and verdicts."""
    import pandas as pd

    records = []
    for row in card.rows:
        target = row.target
        records.append(
            {
                "measure": row.measure.name,
                "description": row.measure.label,
                "unit": row.measure.unit,
                "geography_name": row.area,
                "period": row.period,
                "start": row.start.mean,
                **{
                    f"{arm}{end}": getattr(getattr(row, arm), name)
                    for arm in ARMS
                    for end, name in (("", "mean"), ("_p05", "p05"), ("_p95", "p95"))
                },
                "interval": row.policy.interval,
                "target": row.aim.mean if row.aim else np.nan,
                "direction": target.direction if target else "none",
                "due": target.due if target else "none",
                "baseline_verdict": row.baseline_verdict,
                "verdict": row.verdict,
                "source": target.source if target else "none",
                "confidence": target.confidence if target else "none",
                "note": (target.note or "none") if target else "none",
            }
        )
    return pd.DataFrame(records)


def words_of(card: Scorecard) -> list[str]:
    """Return how the scorecard is to be read: verdicts, the wage, income and what it leaves out."""
    scores = card.scores
    wages = ", then ".join(dict.fromkeys(f"£{int(pence) / 100:.2f}" for pence in scores.living_wage_pence))
    words = [
        "A target is met, or not met, only where the whole 90% interval over the runs lies on one side of it. It is "
        "judged at the yearly snapshot after the start that is nearest to its date.",
        "Secure jobs are those of employees without an insecure contract whose hourly pay is at least the real Living "
        f"Wage ({wages} an hour), over everybody in work. People who work for themselves are not employees.",
        f"Low income is below {scores.line_share:.0%} of the median at the policy's start: "
        f"£{scores.line_pence / 100:,.0f} a month for a single adult, not uprated. It counts pay and sick pay after "
        "tax, and Universal Credit, of a resident and partner; a couple needs "
        f"{scores.couple_needs:g} times as much as a single adult. It leaves out children, housing costs and their "
        "support, every other benefit, pensions, savings, student finance and relatives in the same home, so its level "
        "is no published poverty rate.",
    ]
    if any(row.runs_short for row in card.rows):
        words.append("The run ends before some targets are due; those are judged at its last snapshot.")
    if len(scores.months) == 1:
        words.append("The run is shorter than a year, so there is no snapshot after the start and no verdict.")
    return words
