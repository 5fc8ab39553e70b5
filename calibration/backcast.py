"""The back-cast: from the stocks of a past year to the years that followed, with end points left out of the fit.

Levels are fitted to the first year's stocks. Then only two things are put in: how tight the market was, from published
vacancies per unemployed person, and how many residents' health limits their work. The demand and the onset of ill
health that give these two are found in one controlled run, and the others take them as they are: no Place is aligned.
What the first year lacks is today's: age, qualification, employers, commuting, law, and how ill health is spread.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import evidence
from calibration.drawn import draws_of, start_of
from calibration.levels import BOUNDS, StockTargets, fit, stocks
from calibration.solve import redrawn
from calibration.verdicts import AGREES, predict, verdict
from evidence.backcast_files import MEASURES
from evidence.entries import numbers
from evidence.model import Parameter, Region
from experiments.errors import InvalidRequest
from experiments.markets import tightness
from results.files import write_text
from results.store import csv_text
from scenarios.arm import ArmSpec
from scenarios.vocabulary import STATES, State
from simulation.model import RegionModel
from simulation.parameters import build
from simulation.start import Start, tables_of
from simulation.thresholds import LEVELS, with_levels

FILE = Path("fitted") / "backcast.csv"
COLUMNS = ("measure", "area", "year", "role", "observed", "se", "unit", "mean", "p05", "p95", "mc_se", "n_draws",
           "n_runs", "verdict", "first_year", "source", "note")  # fmt: skip
FIT_MONTHS, AVERAGED_MONTHS = 120, 48
"""Of the controlled run that finds the levels which hold the first year's stocks."""
LED_MONTHS, LED_ROUNDS, COUNTED_MONTHS = 240, 3, 24
"""Months and number of the runs before it, with levels frozen, and months at each one's end whose stocks count. A stock
of long-term sickness takes some five years to answer its inflow: led there by the controller, which answers much
faster, levels would still swing when they are frozen, and the stocks drift away from them for ten years."""
FIT_SEED = 1
"""Not today's own seed, 0, whose draws spared just those who are where they are."""
N_SLOW = LEVELS.index("separation")
"""Levels before that of separation are of stocks that take years to answer: long-term sickness, other inactivity."""
ONSET = "health.onset_ratio"
"""The parameter that the trend of ill health acts through: a factor on the onset of every condition."""
DEMAND_GAINS = (0.06, 0.012)
"""Answer of demand to the log error of vacancies per unemployed person, at once and month by month. A market answers
about nine times a change of demand within half a year, so that these gains follow a year's change without swinging;
the levels' own, a third as fast, lag a fifth behind it."""
ONSET_GAINS = (5.0, 2.0)
"""Answer of the onset to the log error of limiting ill health a year later, at once and year by year. Ill health is a
stock of which a year's onset moves an eighth of its own log change."""
ONSET_BOUNDS = (0.2, 5.0)
YEAR = 12


@dataclass(frozen=True)
class Trend:
    """What happened to the market and to health: demand by month from the start on, and the onset's factor by year."""

    demand: tuple[float, ...]
    onset: tuple[float, ...]


def stock_targets(region: Region, series: pd.DataFrame, year: int, tight: float, sample: int) -> StockTargets:
    """Return the stocks of a past year: its rates by Place on today's heads.

    Parameters
    ----------
    region : with its margins.
    series : the Places' rates.
    year : which year.
    tight : vacancies per unemployed person.
    sample : one resident in so many.
    """
    names = [place.name for place in region.places]
    heads = region.margins["activity"].groupby("area_name")["value"].sum().loc[names].to_numpy(float)
    then = (
        series[series["year"] == year].pivot_table(index="area", columns="measure", values="value").loc[names] / 100.0
    )
    inactive = then["inactivity_rate"].to_numpy(float)
    sick = then["long_term_sick_rate"].to_numpy(float)
    return StockTargets(
        unemployed=then["unemployment_rate"].to_numpy(float) * (1.0 - inactive) * heads / sample,
        long_term_sick=sick * heads / sample,
        inactive_other=(inactive - sick) * heads / sample,
        vacancies_per_unemployed=tight,
    )


def past_start(
    today: Start, parameters: Mapping[str, Mapping[str, Any]], base: ArmSpec, targets: StockTargets, threads: int
) -> Start:
    """Return a start at a past year's stocks: today's people after many years at levels that hold these stocks.

    Parameters
    ----------
    today : the region's start now, under the same draw.
    parameters, base : the evidence's values; the arm without policy, with the draw's values in their place.
    targets : stocks of the year.
    threads : threads; the result does not depend on it.
    """
    given = dict(base.parameters)
    start = redrawn(today, parameters, given, today.levels, FIT_MONTHS)
    # The market answers within months: what this short run finds for it stays.
    levels = fit(start, targets, months=FIT_MONTHS, averaged=AVERAGED_MONTHS, threads=threads, seed=FIT_SEED)
    levels.place[:, :N_SLOW] = today.levels.place[:, :N_SLOW]
    for _ in range(LED_ROUNDS):
        start = redrawn(today, parameters, given, levels, LED_MONTHS + FIT_MONTHS)
        realised = _led(start, threads)
        wanted = np.stack([targets.long_term_sick, targets.inactive_other], axis=1)
        place = levels.place.copy()
        place[:, :N_SLOW] = np.clip(place[:, :N_SLOW] * wanted / realised, *BOUNDS)
        levels = replace(levels, place=place)
    start.levels = levels
    start.tables = with_levels(start.tables, levels.place)
    fit(start, targets, months=FIT_MONTHS, averaged=AVERAGED_MONTHS, threads=threads, seed=FIT_SEED)
    start.families = today.families
    return start


def _led(start: Start, threads: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Run a start on with its levels frozen (in place); return the long-term sick and other inactive by Place."""
    first = -LED_MONTHS - FIT_MONTHS
    quiet = ArmSpec("levels", (), (), (), (), 10_000, 1)
    model = RegionModel(start, quiet, seed=FIT_SEED, threads=threads, first_month=first, months=LED_MONTHS, copy=False)
    model.initialise()
    model.settle_everybody()
    found = []
    for month in range(LED_MONTHS):
        model.step()
        if month >= LED_MONTHS - COUNTED_MONTHS:
            now = stocks(model).astype(float)
            found.append(np.stack([now[:, State.LONG_TERM_SICK], now[:, State.STUDENT :].sum(axis=1)], axis=1))
    model.release()
    return np.asarray(np.maximum(np.mean(found, axis=0), 1.0), float)


def _with_onset(model: RegionModel, parameters: Mapping[str, Mapping[str, Any]], base: ArmSpec, factor: float) -> None:
    """Let conditions begin so many times as often from now on."""
    start = model.start
    changed = build(parameters, {**dict(base.parameters), ONSET: factor})
    model.tables = tables_of(start.donor, start.n_places, changed, start.levels)


def _limited(model: RegionModel) -> float:
    return float((model.columns.severity > 0).mean())


def trend_of(
    start: Start, parameters: Mapping[str, Mapping[str, Any]], base: ArmSpec, tight: tuple[float, ...], growth: float,
    threads: int,
) -> Trend:  # fmt: skip
    """Return the demand and the onset under which the region's market and health went as published.

    Parameters
    ----------
    start, parameters, base : start of the first year; the evidence's values; the arm without policy, with the draw's.
    tight : vacancies per unemployed person at the end of each year, the first year's first.
    growth : residents whose health limits their work, last year over first.
    threads : threads; the result does not depend on it.
    """
    n_years = len(tight) - 1
    months = n_years * YEAR
    wanted = np.exp(np.interp(np.arange(1, months + 1), YEAR * np.arange(n_years + 1), np.log(tight)))
    model = RegionModel(start, base, seed=0, threads=threads, months=months)
    model.initialise()
    model.settle_everybody()
    first, slow, rising = _limited(model), 0.0, 0.0
    demand, onset = [], []
    for month in range(months):
        if month % YEAR == 0:
            at = month / YEAR
            # The lead of one year is what the stock still has to grow until this year's end.
            error = float(np.log(first * growth ** ((at + 1.0) / n_years) / _limited(model)))
            rising += ONSET_GAINS[1] * error
            factor = float(np.clip(np.exp(rising + ONSET_GAINS[0] * error), *ONSET_BOUNDS))
            _with_onset(model, parameters, base, factor)
            onset.append(factor)
        error = float(np.log(wanted[month] / max(tightness(model), 1e-3)))
        slow += DEMAND_GAINS[1] * error
        demand.append(float(np.exp(slow + DEMAND_GAINS[0] * error)))
        model.arm = replace(base, demand=((0, demand[-1]),))
        model.step()
    model.release()
    return Trend(tuple(demand), tuple(onset))


def rates(model: RegionModel) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the Places' rates now, percent, shape (Places, measures) in the order of the evidence's MEASURES."""
    cells = model.cells.reshape(model.start.n_places, -1, len(STATES)).sum(axis=1, dtype=np.int64).astype(float)
    heads = cells.sum(axis=1)
    work, idle = cells[:, : State.ABSENT + 1].sum(axis=1), cells[:, State.UNEMPLOYED]
    sick = cells[:, State.LONG_TERM_SICK]
    parts = (work / heads, (heads - work - idle) / heads, idle / (work + idle), sick / heads)
    return 100.0 * np.stack(parts, axis=1)


def forward(
    start: Start,
    parameters: Mapping[str, Mapping[str, Any]],
    base: ArmSpec,
    trend: Trend,
    *,
    seed: int,
    threads: int = 1,
) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the Places' rates at the start and each year's mean, percent, shape (1 + years, Places, measures).

    Parameters
    ----------
    start, parameters, base : start of the first year; the evidence's values; the arm without policy, with the draw's.
    trend : what the market and health did.
    seed, threads : of the run.
    """
    arm = replace(base, demand=tuple(enumerate(trend.demand)))
    months = len(trend.demand)
    model = RegionModel(start, arm, seed=seed, threads=threads, months=months)
    model.initialise()
    model.settle_everybody()
    begun, found = rates(model), []
    for month in range(months):
        if month % YEAR == 0:
            _with_onset(model, parameters, base, trend.onset[month // YEAR])
        model.step()
        found.append(rates(model))
    model.release()
    means = np.stack(found).reshape(months // YEAR, YEAR, start.n_places, -1).mean(axis=1)
    return np.concatenate([begun[None], means])


def compare(
    series: pd.DataFrame,
    runs: np.ndarray[Any, np.dtype[np.float64]],
    draws: Sequence[int],
    places: tuple[str, ...],
    first_year: int,
) -> pd.DataFrame:
    """Return a row for each published figure, with the first year's own beside it (COLUMNS).

    The first year's rows have the role `fit`: they show how well the start has its stocks. All others are held out.

    Parameters
    ----------
    series : the Places' rates.
    runs : from `forward`, shape (runs, 1 + years, Places, measures).
    draws : the draw of each run.
    places : names of the Places.
    first_year : the year that was fitted.
    """
    then = series[series["year"] == first_year].set_index(["measure", "area"])["value"]
    rows = []
    for r in series.to_dict(orient="records"):
        year, measure, area = int(r["year"]), str(r["measure"]), str(r["area"])
        if year - first_year >= runs.shape[1]:
            continue
        role = "fit" if year == first_year else "holdout"
        values = runs[:, year - first_year, places.index(area), MEASURES.index(measure)]
        found = predict(draws, values.tolist())
        observed, se = float(r["value"]), float(r["se"])
        rows.append((
            measure, area, year, role, observed, se, r["unit"], found.mean, found.p05, found.p95, found.mc_se,
            found.n_draws, found.n_runs, verdict(observed, se, found), float(then[measure, area]), r["source"],
            r["note"],
        ))  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))


def back_cast(
    name: str, *, sample: int = 20, n_draws: int = 10, n_seeds: int = 2, seed: int = 1, threads: int = 1,
    progress: Callable[[str], None] | None = None,
) -> pd.DataFrame:  # fmt: skip
    """Return the region's back-cast beside its published series.

    Every draw has a first year, a demand and an onset of its own.

    Parameters
    ----------
    name : of the region.
    sample, threads : one resident in so many; threads, on which the result does not depend.
    n_draws : draws of the posterior; 0, or no posterior, for the evidence's own values.
    n_seeds, seed : number of un-aligned runs of each draw, the first seed.
    progress : called with a sentence as work goes on.

    Raises
    ------
    InvalidRequest
        If there is no run, or one only, from which no chance can be told.
    MissingData
        If the posterior has fewer draws, or was made for other evidence or another model.
    """
    if n_seeds < 1 or max(n_draws, 1) * n_seeds < 2:
        raise InvalidRequest(f"{n_draws} draws of {n_seeds} seeds; two runs at least are needed to know their chance.")
    say = progress or (lambda _: None)
    region, parameters = evidence.load_region(name), evidence.parameters()
    inputs, series = evidence.backcast(name)
    first_year = int(_numbers(inputs["first_year"])[0])
    tight, (growth,) = (_numbers(inputs[key]) for key in ("vacancies_per_unemployed", "limiting_conditions_growth"))
    plain = ArmSpec("back-cast", (), (), (), (), 0, (len(tight) - 1) * YEAR)
    targets = stock_targets(region, series, first_year, tight[0], sample)
    runs, groups = [], []
    for drawn in draws_of(region, parameters, n_draws):
        say(f"draw {drawn.number}: levels of {first_year}")
        today = start_of(region, parameters, plain, drawn, sample, threads)
        base = replace(plain, parameters=tuple(sorted(drawn.overrides)))
        start = past_start(today, parameters, base, targets, threads)
        say(f"draw {drawn.number}: demand and ill health of the years after")
        trend = trend_of(start, parameters, base, tight, growth, threads)
        for k in range(n_seeds):
            say(f"draw {drawn.number}: un-aligned run {k + 1} of {n_seeds}")
            runs.append(forward(start, parameters, base, trend, seed=seed + k, threads=threads))
            groups.append(drawn.number)
    return compare(series, np.stack(runs), groups, tuple(place.name for place in region.places), first_year)


def _numbers(parameter: Parameter) -> tuple[float, ...]:
    return tuple(numbers(parameter.value))


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """Return by measure and role how many figures agree, and how far the model is on average, beside no change at all.

    Parameters
    ----------
    table : from `back_cast`.
    """
    rows = []
    for (measure, role), part in table.groupby(["measure", "role"], sort=False):
        error = part["mean"] - part["observed"]
        still = part["first_year"] - part["observed"]
        agree = int((part["verdict"] == AGREES).sum())
        rows.append((measure, role, len(part), agree, error.mean(), error.abs().mean(), still.abs().mean()))
    columns = ["measure", "role", "figures", "agree", "mean_error", "mean_distance", "mean_distance_of_no_change"]
    return pd.DataFrame(rows, columns=columns)


def write(folder: Path, table: pd.DataFrame) -> Path:
    """Write a back-cast into a region's folder, figures to four significant digits; return its path."""
    rounded = table.copy()
    for column in ("observed", "se", "mean", "p05", "p95", "mc_se", "first_year"):
        rounded[column] = [float(f"{x:.4g}") + 0.0 for x in table[column]]
    write_text(folder / FILE, csv_text(rounded))
    return folder / FILE
