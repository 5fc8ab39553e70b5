"""Shipped draws run once more: on their own seeds they give what was shipped, on others they lose no more."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import evidence
from calibration.bank import Study
from calibration.calibrate import DRAW_SEED
from calibration.evaluation_runs import EVALUATED_SEED, SEED_STEP, SEEDS_EACH
from calibration.fresh_seeds import SEED, fresh_losses, losses, run_shipped, write
from calibration.policy_line import SEED as POLICY_SEED
from evidence.fit_registry import validation_inputs
from experiments.errors import MissingData
from results.diagnostics import fresh_loss

REGION = "cheshire-merseyside"
FEW = 20


@pytest.fixture(scope="module")
def study() -> Study:
    return Study(REGION)


def test_the_loss_counts_fitted_figures_in_standard_deviations(study: Study) -> None:
    fitted = [t for t in study.region.targets if t.role == "fit"]
    exact = pd.DataFrame({t.name: [t.value, t.value] for t in study.region.targets})
    np.testing.assert_array_equal(losses(study, exact), [0.0, 0.0])
    stock = next(t for t in fitted if t.name in study.law.heard)  # has no discrepancy: the standard error alone
    off = exact.assign(**{stock.name: [stock.value + 2.0 * stock.se, stock.value]})
    np.testing.assert_allclose(losses(study, off), [4.0, 0.0])
    flow = next(t for t in fitted if t.measure == "hazard_UE")
    shifted = losses(study, exact.assign(**{flow.name: [flow.value + flow.se, flow.value]}))
    assert 0.0 < shifted[0] < 1.0
    held = next(t for t in study.region.targets if t.role == "holdout")
    np.testing.assert_array_equal(losses(study, exact.assign(**{held.name: 0.0})), [0.0, 0.0])
    gone = exact.assign(**{flow.name: [np.nan, flow.value + 9.0 * flow.se]})
    np.testing.assert_array_equal(losses(study, gone), [0.0, 0.0])  # not measured in every run: left out


def test_no_stage_of_a_fit_uses_the_seeds() -> None:
    assert EVALUATED_SEED + SEEDS_EACH * SEED_STEP <= SEED < POLICY_SEED
    found = validation_inputs(evidence.load_region(REGION))
    assert found is not None
    seeds = found.facts["seeds"]
    assert isinstance(seeds, dict)
    used = [int(first) for first in seeds.values() if isinstance(first, int)]
    assert used and all(first + int(str(found.facts["n_draws"])) <= SEED for first in used)


def test_a_region_without_a_posterior_says_how_to_make_one() -> None:
    with pytest.raises(MissingData, match="workability calibrate eskermere") as caught:
        fresh_losses("eskermere")
    assert caught.value.exit_code == 4


def test_more_draws_than_are_shipped_are_refused() -> None:
    with pytest.raises(MissingData, match="100000 are asked for"):
        fresh_losses(REGION, n=100_000)


def test_the_table_is_written_to_six_digits(tmp_path: Path) -> None:
    path = write(tmp_path, pd.DataFrame({"draw": [1], "fitted": [12.3456789], "fresh": [0.5]}))
    assert path.read_text(encoding="utf-8") == "draw,fitted,fresh\n1,12.3457,0.5\n"


@pytest.mark.slow
def test_a_shipped_draw_on_its_own_seed_gives_what_was_shipped(study: Study) -> None:
    posterior, shipped = evidence.posterior(study.region), validation_inputs(study.region)
    assert posterior is not None and shipped is not None
    again = run_shipped(study, posterior.draws[0], DRAW_SEED, int(str(shipped.facts["sample"])))
    row = shipped.predictions.loc[1]
    named = {t.name: again.get(f"out.{t.measure}[{t.area}]", np.nan) for t in study.region.targets}
    both = [name for name in row.index if np.isfinite(named[name])]
    assert len(both) > 50
    np.testing.assert_allclose([named[name] for name in both], row[both].to_numpy(float), rtol=1e-5)


@pytest.mark.slow
def test_fresh_seeds_lose_no_more_than_may_be() -> None:
    found = fresh_loss(fresh_losses(REGION, n=FEW, workers=2))
    # of the fewer draws, the share is known no better than to its standard error: the 99% end of it is allowed for
    assert found.more <= 0.05 + 2.33 * found.error / found.fitted
