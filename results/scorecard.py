"""The strategy scorecard of a comparison: each measure by area and year in both arms, and whether its target is met.

A verdict is read off the interval over runs, which holds chance alone unless parameters were drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evidence.known import OF_THE_START, SCORE_MEASURES
from results.geography import Area, Geography
from results.panel import Floats, Panel
from results.statistics import Stat, statistic
from scenarios.vocabulary import month_name, parse_month
from simulation.output import SCORE_ITEMS, Scores

if TYPE_CHECKING:
    from pandas import DataFrame

    from evidence.model import ScoreTarget
    from results.pairing import PairedSeed

MET, NOT_MET, OPEN, NO_TARGET = "met", "not met", "cannot be told", "no target"
ARMS = ("policy", "baseline", "difference")
FRAME_COLUMNS = (
    *("measure", "unit", "geography_code", "geography_name", "level", "period", "arm"),
    *Stat.__dataclass_fields__,
)


@dataclass(frozen=True)
class ScoreMeasure:
    """One measure: a share of residents, or the share of one item less that of another."""

    name: str
    label: str
    unit: str
    item: str
    less: str = ""

    @property
    def direction(self) -> str:
        """Return on which side a target lies: `at_least` or `at_most`."""
        return SCORE_MEASURES[self.name][1]

    @property
    def is_gap(self) -> bool:
        """Return whether it is a difference of two shares."""
        return bool(self.less)

    def values(self, counts: NDArray[np.int64]) -> Floats:
        """Return the measure by snapshot, as a share; not a number where there is nobody to count among.

        Parameters
        ----------
        counts : int64, shape (snapshots, items, 2)
            Counts summed over the Places of an area.
        """
        share = share_of(counts[:, SCORE_ITEMS.index(self.item)])
        return share - share_of(counts[:, SCORE_ITEMS.index(self.less)]) if self.less else share


MEASURES = {
    m.name: m
    for m in (
        ScoreMeasure(
            "disability_employment_gap",
            "Disability employment gap (work-limiting conditions)",
            "employment rate without a condition less that with one",
            "employed_others",
            "employed_disabled",
        ),
        ScoreMeasure("neet", "Ages 16 to 24 neither in work nor studying", "share of residents aged 16 to 24", "neet"),
        ScoreMeasure(
            "learning_disability_employment",
            "People with a learning disability or autism in work",
            "share of residents with a learning disability or autism",
            "employed_learning_disability",
        ),
        ScoreMeasure(
            "secure_living_wage",
            "Secure jobs paid at least the real Living Wage",
            "share of residents in work",
            "secure_living_wage",
        ),
        ScoreMeasure(
            "long_term_sick", "Long-term sick, out of the labour force", "share of residents", "long_term_sick"
        ),
        ScoreMeasure(
            "low_income", "Low income of the benefit unit, as far as it is carried", "share of residents", "low_income"
        ),
    )
}
"""In the order of the scorecard."""


def share_of(pair: NDArray[np.int64]) -> Floats:
    """Return numerator over denominator of pairs (..., 2); not a number where the denominator is 0."""
    above, below = pair[..., 0].astype(np.float64), pair[..., 1].astype(np.float64)
    return np.asarray(np.divide(above, below, out=np.full_like(above, np.nan), where=below > 0), np.float64)


@dataclass(frozen=True)
class ScoreRow:
    """One measure in one area at one snapshot, and its target if it has one.

    `aim` is the target's value, over runs where it is relative to the start; `runs_short` says that the run ends
    before the target is due.
    """

    measure: ScoreMeasure
    area: str
    period: str
    start: Stat
    policy: Stat
    baseline: Stat
    difference: Stat
    target: ScoreTarget | None = None
    aim: Stat | None = None
    verdict: str = NO_TARGET
    baseline_verdict: str = NO_TARGET
    runs_short: bool = False


@dataclass(frozen=True)
class Scorecard:
    """The scorecard of a comparison. `frame` holds FRAME_COLUMNS: every measure, area, snapshot and arm."""

    frame: DataFrame
    rows: tuple[ScoreRow, ...]
    scores: Scores
    """snapshots of the first run, for what its residents were judged by"""


def verdict_of(margin: Stat, direction: str) -> str:
    """Return `met`, `not met`, or `cannot be told` where the interval of value less target leaves it open.

    Parameters
    ----------
    margin : Stat
        Value less target over runs.
    direction : str
        `at_least` or `at_most`.
    """
    if np.isnan(margin.p05) or np.isnan(margin.p95):
        return OPEN
    worst, best = (margin.p05, margin.p95) if direction == "at_least" else (-margin.p95, -margin.p05)
    return MET if worst >= 0 else NOT_MET if best < 0 else OPEN


def area_values(panel: Panel, measure: ScoreMeasure, area: Area) -> Floats:
    """Return a measure by snapshot for an area of one arm, as a share.

    Parameters
    ----------
    panel : Panel
        One arm of one run; it must hold snapshots.
    measure : ScoreMeasure
        Which.
    area : Area
        Where.
    """
    if panel.scores is None:
        raise ValueError(f"{panel.arm}: the run kept no snapshots of the scorecard; run it anew")
    return measure.values(panel.scores.counts[:, area.places].sum(axis=1))


def scorecard_of(
    runs: Sequence[PairedSeed],
    draws: NDArray[np.int64],
    n_seeds: int,
    where: Geography,
    targets: Sequence[ScoreTarget] = (),
) -> Scorecard | None:
    """Return the scorecard of a comparison, or None where its runs kept no snapshots.

    Parameters
    ----------
    runs : sequence of PairedSeed
        The runs.
    draws : int64, shape (runs,)
        Draw of each run.
    n_seeds : int
        Number of different seeds.
    where : Geography
        The areas.
    targets : sequence of ScoreTarget
        What is wanted; one of an area that is not here is an error.
    """
    import pandas as pd

    first = runs[0].policy.scores
    if first is None:
        return None
    periods = [month_name(int(m)) for m in first.months]
    records: list[dict[str, object]] = []
    for measure in MEASURES.values():
        for area in where.areas:
            both = [[area_values(panel, measure, area) for panel in (run.policy, run.baseline)] for run in runs]
            values = np.array(both)  # (runs, arms, snapshots)
            named = dict(zip(ARMS, (values[:, 0], values[:, 1], values[:, 0] - values[:, 1]), strict=True))
            for arm, found in named.items():
                for k, period in enumerate(periods):
                    stat = statistic(found[:, k], draws, n_seeds)
                    place = (area.code, area.name, area.level)
                    key = dict(zip(FRAME_COLUMNS, (measure.name, measure.unit, *place, period, arm), strict=False))
                    records.append({**key, **vars(stat)})
    rows = [
        row_of(runs, draws, n_seeds, measure, where.whole, None, periods)
        for measure in MEASURES.values()
        if not any((t.measure, where.find(t.area)) == (measure.name, where.whole) for t in targets)
    ]
    rows += [row_of(runs, draws, n_seeds, MEASURES[t.measure], where.find(t.area), t, periods) for t in targets]
    order = list(MEASURES)
    rows.sort(key=lambda row: (order.index(row.measure.name), row.area != where.whole.name))
    return Scorecard(pd.DataFrame(records, columns=list(FRAME_COLUMNS)), tuple(rows), first)


def judged_at(target: ScoreTarget | None, periods: Sequence[str]) -> int:
    """Return the position of the snapshot at which a target is judged.

    It is the one after the start that is nearest to the date on which the target is due; the last without a target.
    """
    if target is None or len(periods) == 1:
        return len(periods) - 1
    due = parse_month(target.due)
    away = [abs(parse_month(period) - due) for period in periods[1:]]
    return 1 + away.index(min(away))


def row_of(
    runs: Sequence[PairedSeed],
    draws: NDArray[np.int64],
    n_seeds: int,
    measure: ScoreMeasure,
    area: Area,
    target: ScoreTarget | None,
    periods: Sequence[str],
) -> ScoreRow:
    """Return one row of the scorecard.

    Parameters
    ----------
    runs, draws, n_seeds : as for `scorecard_of`
        The runs.
    measure, area : ScoreMeasure, Area
        What and where.
    target : ScoreTarget or None
        What is wanted.
    periods : sequence of str
        Months of the snapshots.
    """
    at = judged_at(target, periods)
    policy = np.array([area_values(run.policy, measure, area) for run in runs])
    baseline = np.array([area_values(run.baseline, measure, area) for run in runs])

    def over_runs(values: Floats) -> Stat:
        return statistic(values, draws, n_seeds)

    plain = ScoreRow(
        measure,
        area.name,
        periods[at],
        over_runs(policy[:, 0]),
        over_runs(policy[:, at]),
        over_runs(baseline[:, at]),
        over_runs(policy[:, at] - baseline[:, at]),
    )
    if target is None:
        return plain
    of_start = target.unit == OF_THE_START
    aim = target.value / 100 * (policy[:, 0] if of_start else np.ones(len(runs)))
    verdicts = [OPEN, OPEN]
    if at > 0:
        verdicts = [verdict_of(over_runs(arm[:, at] - aim), target.direction) for arm in (policy, baseline)]
    return ScoreRow(
        **{name: getattr(plain, name) for name in ("measure", "area", "period", *ARMS, "start")},
        target=target,
        aim=over_runs(aim),
        verdict=verdicts[0],
        baseline_verdict=verdicts[1],
        runs_short=parse_month(target.due) > parse_month(periods[-1]),
    )
