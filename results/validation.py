"""The validation scorecard: every published figure beside what the posterior predicts of it, and whether that agrees.

The model is never aligned to the figures here: levels are frozen before anything is measured. Calibration (`fit`) and
hold-outs are counted apart. Nothing is run; what the draws give is handed over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from evidence.known import ROLES
from results.predictive import (
    Floats,
    binomial_interval,
    crps_mixture,
    mixture_cdf,
    mixture_quantiles,
)
from results.rivals import LAST_VALUE, RIVALS, TWIN, last_values

if TYPE_CHECKING:
    from evidence.model import Target
    from evidence.validation_files import ScoreNote

AGREES, DOUBTFUL, FAILS, NOT_MEASURED = "agrees", "doubtful", "fails", "not measured"
VERDICTS = (AGREES, DOUBTFUL, FAILS, NOT_MEASURED)
AGREES_LEVEL = 0.90
"""A figure agrees inside this central interval: the one whose coverage is demanded."""
FAILS_LEVEL = 0.99
"""It fails outside this one, where a true model would leave one figure in a hundred; between the two it is doubtful."""
FIT_SHARE = 0.80
"""Least share of the fitted figures inside their 90% interval; less than 90%, as figures contradict each other."""
HOLDOUT_SHARES = (0.75, 0.98)
"""Least and most share of hold-outs inside: below it the model claims too much, above it its intervals say little."""
CRPS_GAIN = 0.10
"""By how much the mean score on hold-outs must be below each rival's: less could be had by chance."""
SHARE_LEVEL = 0.95
"""Level of the interval of a share of figures."""
LEAST_DRAWS = 2
"""With fewer draws measured there is no spread, so a figure counts as not measured."""
PROBABILITIES = ((1 - FAILS_LEVEL) / 2, 0.05, 0.25, 0.5, 0.75, 0.95, (1 + FAILS_LEVEL) / 2)
PROBABILITY_NAMES = ("p005", "p05", "p25", "p50", "p75", "p95", "p995")
NAN = float("nan")


@dataclass(frozen=True)
class ValidationRow:
    """One published figure and what the posterior predicts would have been published.

    `p005` to `p995` are quantiles of the prediction, chance of the survey and of the simulation included; `mean` and
    `draws_sd` are of the model's own figure over draws. `residual`: model less published in standard deviations of the
    prediction. `place`: share of the prediction below the published figure. `score` (CRPS) and `errors` (a rival's
    score, which for a rival without spread is its absolute error) are in standard errors of the published figure.
    `full_mean` and `full_inside` are of the draws run with every resident, not a number and None without them.
    """

    target: Target
    n_draws: int
    verdict: str
    mean: float = NAN
    draws_sd: float = NAN
    p005: float = NAN
    p05: float = NAN
    p25: float = NAN
    p50: float = NAN
    p75: float = NAN
    p95: float = NAN
    p995: float = NAN
    residual: float = NAN
    place: float = NAN
    score: float = NAN
    rivals: Mapping[str, float] = field(default_factory=dict)
    full_mean: float = NAN
    full_inside: bool | None = None
    reason: str = ""
    remedy: str = ""

    @property
    def is_measured(self) -> bool:
        """Return whether the model has the figure."""
        return self.verdict != NOT_MEASURED

    @property
    def is_inside(self) -> bool:
        """Return whether the published figure lies in the 90% interval."""
        return self.verdict == AGREES

    @property
    def is_inside_half(self) -> bool:
        """Return whether it lies in the 50% interval."""
        return self.is_measured and self.p25 <= self.target.value <= self.p75

    def error(self, rival: str) -> float:
        """Return a rival's score in standard errors; not a number where it says nothing."""
        return abs(self.rivals.get(rival, NAN) - self.target.value) / self.target.se


@dataclass(frozen=True)
class Coverage:
    """How many figures lie inside an interval, and the binomial interval of that share at SHARE_LEVEL."""

    inside: int
    n: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """Return the share inside; not a number where there is no figure."""
        return self.inside / self.n if self.n else NAN


@dataclass(frozen=True)
class Comparison:
    """Mean scores of the model and of a rival over the figures of which the rival says something, standard errors."""

    rival: str
    n: int
    model: float
    other: float

    @property
    def gain(self) -> float:
        """Return by what share the model's mean score is below the rival's; not a number without figures."""
        return 1 - self.model / self.other if self.n and self.other > 0 else NAN


@dataclass(frozen=True)
class Demand:
    """One demand on the whole scorecard; `is_met` is None where what it needs was not made."""

    name: str
    wanted: str
    found: str
    is_met: bool | None


@dataclass(frozen=True)
class Validation:
    """The scorecard: rows in the order of the region's targets."""

    rows: tuple[ValidationRow, ...]

    def of(self, role: str) -> tuple[ValidationRow, ...]:
        """Return the rows of a role that the model measures."""
        return tuple(row for row in self.rows if row.target.role == role and row.is_measured)

    def with_verdict(self, verdict: str) -> tuple[ValidationRow, ...]:
        """Return the rows with a verdict, those furthest off first."""
        found = [row for row in self.rows if row.verdict == verdict]
        return tuple(sorted(found, key=lambda row: -abs(row.residual) if row.is_measured else 0.0))

    def coverage(self, role: str, half: bool = False, full: bool = False) -> Coverage:
        """Return how many figures of a role lie inside their 90% interval.

        Parameters
        ----------
        role : str
            `fit` or `holdout`.
        half : bool
            The 50% interval instead.
        full : bool
            The 90% interval of the draws run with every resident instead, over figures measured there.
        """
        rows = [row for row in self.of(role) if not full or row.full_inside is not None]
        inside = sum(bool(row.full_inside) if full else row.is_inside_half if half else row.is_inside for row in rows)
        return Coverage(inside, len(rows), *binomial_interval(inside, len(rows), SHARE_LEVEL))

    def compare(self, role: str, rival: str) -> Comparison:
        """Return mean scores of the model and a rival over the figures of a role that the rival speaks of."""
        rows = [row for row in self.of(role) if rival in row.rivals]
        if not rows:
            return Comparison(rival, 0, NAN, NAN)
        model = float(np.mean([row.score for row in rows]))
        return Comparison(rival, len(rows), model, float(np.mean([row.error(rival) for row in rows])))

    @property
    def demands(self) -> tuple[Demand, ...]:
        """Return every demand on the whole and what came out."""
        return (
            self._coverage_demand("fit", "Fitted figures inside their 90% interval", (FIT_SHARE, 1.0)),
            self._coverage_demand("holdout", "Hold-outs inside their 90% interval", HOLDOUT_SHARES),
            *(self._score_demand(rival) for rival in RIVALS),
        )

    def _coverage_demand(self, role: str, name: str, bounds: tuple[float, float]) -> Demand:
        found = self.coverage(role)
        wanted = f"at least {bounds[0]:.0%}" if bounds[1] == 1 else f"{bounds[0]:.0%} to {bounds[1]:.0%}"
        if not found.n:
            return Demand(name, wanted, "no such figure", None)
        interval = f"{found.low:.0%} to {found.high:.0%}"
        text = f"{found.inside} of {found.n}, {found.share:.1%} ({SHARE_LEVEL:.0%} interval {interval})"
        return Demand(name, wanted, text, bounds[0] <= found.share <= bounds[1])

    def _score_demand(self, rival: str) -> Demand:
        found = self.compare("holdout", rival)
        name, wanted = f"Score on hold-outs against the {rival}", f"at least {CRPS_GAIN:.0%} lower"
        if np.isnan(found.gain):
            return Demand(name, wanted, f"the {rival} says nothing of a hold-out", None)
        word = "lower" if found.gain >= 0 else "higher"
        text = f"{abs(found.gain):.1%} {word}: {found.model:.3g} against {found.other:.3g}, {found.n} figures"
        return Demand(name, wanted, text, found.gain >= CRPS_GAIN)

    @property
    def unmet(self) -> tuple[Demand, ...]:
        """Return the demands that are not met."""
        return tuple(demand for demand in self.demands if demand.is_met is False)

    @property
    def has_failed(self) -> bool:
        """Return whether a demand is not met or any one figure fails."""
        return bool(self.unmet or self.with_verdict(FAILS))


def verdict_of(quantiles: Mapping[str, float], observed: float) -> str:
    """Return whether a published figure agrees with its prediction, is doubtful or fails.

    Parameters
    ----------
    quantiles : mapping
        By PROBABILITY_NAMES.
    observed : float
        The published figure.
    """
    if quantiles["p05"] <= observed <= quantiles["p95"]:
        return AGREES
    return DOUBTFUL if quantiles["p005"] <= observed <= quantiles["p995"] else FAILS


def row_of(
    target: Target,
    draws: Floats,
    full: Floats,
    rivals: Mapping[str, float],
    note: ScoreNote | None,
) -> ValidationRow:
    """Return one row of the scorecard.

    Parameters
    ----------
    target : Target
        The published figure; its standard error is above 0.
    draws, full : float64, shape (draws,)
        What the model gives under each draw on the posterior's sample, and with every resident; not a number where it
        was not measured.
    rivals : mapping
        Rival -> what it predicts, where it predicts something.
    note : ScoreNote or None
        Why this figure is hard to meet.
    """
    draws, full = draws[np.isfinite(draws)], full[np.isfinite(full)]
    reason, remedy = (note.reason, note.remedy) if note is not None else ("", "")
    if len(draws) < LEAST_DRAWS:
        return ValidationRow(target, len(draws), NOT_MEASURED, rivals=rivals, reason=reason, remedy=remedy)
    found = dict(zip(PROBABILITY_NAMES, map(float, mixture_quantiles(draws, target.se, PROBABILITIES)), strict=True))
    mean, sd = float(draws.mean()), float(draws.std(ddof=1))
    full_inside = None
    if len(full) >= LEAST_DRAWS:
        low, high = mixture_quantiles(full, target.se, (0.05, 0.95))
        full_inside = bool(low <= target.value <= high)
    return ValidationRow(
        target,
        len(draws),
        verdict_of(found, target.value),
        mean=mean,
        draws_sd=sd,
        p005=found["p005"],
        p05=found["p05"],
        p25=found["p25"],
        p50=found["p50"],
        p75=found["p75"],
        p95=found["p95"],
        p995=found["p995"],
        residual=(mean - target.value) / float(np.hypot(sd, target.se)),
        place=float(mixture_cdf(draws, target.se, np.array([target.value]))[0]),
        score=crps_mixture(draws, target.se, target.value) / target.se,
        rivals=rivals,
        full_mean=float(full.mean()) if len(full) else NAN,
        full_inside=full_inside,
        reason=reason,
        remedy=remedy,
    )


def validate(
    targets: Sequence[Target],
    draws: Mapping[str, Floats],
    *,
    full: Mapping[str, Floats] | None = None,
    twin: Mapping[str, float] | None = None,
    notes: Sequence[ScoreNote] = (),
) -> Validation:
    """Return the scorecard of a posterior against a region's published figures.

    Parameters
    ----------
    targets : sequence of Target
        Every figure, fitted and held out.
    draws : mapping
        Target -> what the model gives under each draw; a target that is not here is not measured.
    full : mapping, optional
        The same of draws run with every resident.
    twin : mapping, optional
        Target -> what the mean-field twin gives.
    notes : sequence of ScoreNote
        Known reasons; the first that fits a target is its own.
    """
    before, none = last_values(targets), np.zeros(0)
    rows = []
    for target in targets:
        rivals = {LAST_VALUE: before.get(target.name, NAN), TWIN: (twin or {}).get(target.name, NAN)}
        note = next((note for note in notes if note.fits(target.name)), None)
        known = {name: value for name, value in rivals.items() if np.isfinite(value)}
        both = draws.get(target.name, none), (full or {}).get(target.name, none)
        rows.append(row_of(target, *both, known, note))
    order = list(ROLES)
    return Validation(tuple(sorted(rows, key=lambda row: order.index(row.target.role))))
