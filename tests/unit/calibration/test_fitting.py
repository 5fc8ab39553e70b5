"""A fit is refused before it costs anything, tells its cost, and leaves what runs can use."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

import evidence
from calibration.calibrate import Request, calibrate
from calibration.fitting import plan_fit
from calibration.shipped import bank_table, parameter_table, prediction_table, write_posterior
from evidence.registry import PACKAGED
from experiments.errors import InvalidRequest

REGION = "eskermere"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"waves": "many"}, "--waves: found 'many'"),
        ({"waves": "10,10"}, "two for each parameter"),
        ({"draws": 20}, "500 draws at least"),
        ({"full_scale": -1}, "--full-scale: found -1"),
        ({"workers": 0}, "--workers: found 0"),
        ({"sample": "half"}, "sample"),
    ],
)
def test_an_option_that_cannot_be_used_is_refused(options: dict[str, object], said: str) -> None:
    with pytest.raises(InvalidRequest) as error:
        plan_fit(REGION, **options)  # type: ignore[arg-type]
    assert said in str(error.value)


def test_a_plan_tells_what_it_will_do() -> None:
    planned = plan_fit(REGION, sample="1:10", waves="100,80", workers=2)
    assert planned.designs == 180 + planned.how.replicates
    assert planned.seconds > 0
    assert "2 waves" in planned.words
    assert planned.as_dict()["waves"] == [100, 80]
    larger = plan_fit(REGION, sample="1:10", waves="200,160", workers=2)
    assert larger.seconds > planned.seconds


@pytest.mark.slow
def test_a_small_fit_ends_in_draws_that_runs_can_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKABILITY_CACHE", str(tmp_path / "cache"))
    request = Request(REGION, sample=4, waves=(90,), draws=24, full_scale=2, workers=1)
    fit = calibrate(request)
    again = calibrate(request)  # every batch is on disk: nothing is run, and the same comes out
    np.testing.assert_array_equal(fit.draws.z, again.draws.z)
    assert parameter_table(fit).equals(parameter_table(again))
    shutil.copytree(PACKAGED, tmp_path / "evidence")
    base = tmp_path / "evidence"
    written = write_posterior(base / "regions" / REGION, fit)
    assert all(path.is_file() for path in written)
    posterior = evidence.posterior(evidence.load_region(REGION, base), base)
    assert posterior is not None
    assert len(posterior.draws) == 24
    assert posterior.targets_measured > 0
    table = prediction_table(fit, fit.runs)
    assert np.isfinite(table.drop(columns="draw").to_numpy(float)).any(axis=0).all()
    assert len(bank_table(fit)) == 90 + min(fit.how.replicates, 90)
    assert (np.abs(fit.x) <= fit.world.reach).all()
