"""The shipped replications and back-cast: each verdict follows from its own figures (`verification.md`, 48)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.special import stdtrit

import evidence
from calibration.replications import FILE, REPLICATIONS, number
from calibration.shipped import EVALUATIONS
from calibration.verdicts import FAILS, UPPER, Prediction, error_of, verdict
from evidence.registry import PACKAGED

FOLDER = PACKAGED / "regions" / "cheshire-merseyside"
ROUNDED = 2e-3
"""Part of an interval's width by which four digits may move a figure over its edge."""


def table_of(name: Path | str) -> pd.DataFrame:
    return pd.read_csv(FOLDER / name)


def prediction_of(row: pd.Series) -> Prediction:
    """The interval between draws is what is left of the row's once the chance of the mean is taken off."""
    groups = row["n_draws"] if row["n_draws"] > 1 else row["n_runs"]
    t, half = float(stdtrit(groups - 1, UPPER)), row["p95"] - row["mean"]
    spread = float(np.sqrt(max(0.0, half**2 - (t * row["mc_se"]) ** 2)))
    return Prediction(row["mean"], row["p05"], row["p95"], spread, row["mc_se"], row["n_draws"], row["n_runs"])


def test_every_published_figure_is_shipped_with_today_s_evidence() -> None:
    published, table = evidence.replications(), table_of(FILE).set_index("figure")
    wanted = [figure for each in REPLICATIONS.values() for figure in each.figures]
    assert table.index.tolist() == wanted
    for figure in wanted:
        assert table["observed"][figure] == pytest.approx(number(published[figure]), rel=1e-3)
        assert table["se"][figure] == pytest.approx(error_of(published[figure]), rel=1e-3)
    assert (table["n_draws"] > 1).all()


def test_each_verdict_is_the_one_that_its_own_figures_give() -> None:
    """Nobody writes a verdict by hand: 90% interval over draws and seeds, widened by the figure's own error."""
    for row in table_of(FILE).to_dict(orient="records"):
        found = prediction_of(pd.Series(row))
        step = ROUNDED * (row["p95"] - row["p05"])
        near = {verdict(row["observed"] + k * step, row["se"], found) for k in (-1, 0, 1)}
        assert row["verdict"] in near, row["figure"]


def test_the_evaluation_that_informs_policy_is_shipped_before_and_after() -> None:
    table = table_of(EVALUATIONS).set_index("figure")
    published = evidence.replications()
    assert table.index.tolist() == list(REPLICATIONS["future-jobs-fund"].figures)
    for figure, row in table.iterrows():
        assert row["observed"] == pytest.approx(number(published[str(figure)]), rel=1e-3)
        assert row["p05"] < row["mean"] < row["p95"]
        before, after = (abs(row[name] - row["observed"]) for name in ("prior_mean", "mean"))
        own = float(np.hypot(np.hypot(row["se"], row["discrepancy"]), row["emulator_error"]))
        assert after <= before + own  # draws move towards the two figures together, or stay within their error
        outside = abs(row["observed"] - row["mean"]) > np.hypot(row["p95"] - row["mean"], 1.645 * own)
        assert not outside or row["verdict"] == FAILS


def test_the_back_cast_is_shipped_with_its_first_year_apart() -> None:
    table = table_of("fitted/backcast.csv")
    inputs, series = evidence.backcast("cheshire-merseyside")
    first = int(inputs["first_year"].value)  # type: ignore[arg-type]
    assert set(table.loc[table["role"] == "fit", "year"]) == {first}
    assert len(table) == len(series)
    held_out = table[table["role"] == "holdout"]
    assert ((held_out["area"] == "St Helens") & (held_out["year"] == 2024)).any()
    apart = (table["observed"] - table["mean"]).abs() > np.hypot(table["p95"] - table["mean"], 1.6449 * table["se"])
    assert (apart == (table["verdict"] == FAILS)).mean() > 0.99  # four digits may move a figure over the edge
