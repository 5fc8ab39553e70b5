"""The law of stocks is what a direct least-squares reckoning of the same figures gives."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import least_squares

import evidence
from calibration.stocks import KINDS, PRIOR_SD, StockLaw, stock_law, stock_targets_of
from evidence.model import Region


@pytest.fixture(scope="module")
def region() -> Region:
    return evidence.load_region("cheshire-merseyside")


@pytest.fixture(scope="module")
def law(region: Region) -> StockLaw:
    return stock_law(region)


def test_the_mean_is_the_best_fit_to_every_figure(region: Region, law: StockLaw) -> None:
    """The residuals are written out here from what the figures mean, not taken from the module."""
    names = [place.name for place in region.places]
    margin = region.margins["activity"].pivot_table(index="area_name", columns="state", values="value", aggfunc="first")
    margin = margin.loc[names]
    before = np.concatenate([margin[kind].to_numpy(float) for kind in KINDS])
    heads = margin.sum(axis=1).to_numpy(float)
    targets = [t for t in region.targets if t.name in law.heard]

    def residuals(x: np.ndarray) -> np.ndarray:
        out = list((x - before) / (np.repeat(PRIOR_SD, len(names)) * before))
        u, s, o = x.reshape(3, -1)
        for t in targets:
            at = np.array([t.area in ("region", name) for name in names])
            says = {
                "employed_share": 100 * (1 - (u + s + o)[at].sum() / heads[at].sum()),
                "employment_rate": 100 * (1 - (u + s + o)[at].sum() / heads[at].sum()),
                "inactivity_rate": 100 * (s + o)[at].sum() / heads[at].sum(),
                "long_term_sick_rate": 100 * s[at].sum() / heads[at].sum(),
                "unemployed": u[at].sum(),
                "long_term_sick": s[at].sum(),
                "inactive_other": o[at].sum(),
            }[t.measure]
            out.append((says - t.value) / t.se)
        return np.array(out)

    found = least_squares(residuals, before, x_scale=before)
    np.testing.assert_allclose(found.x, law.mean, rtol=1e-4)
    np.testing.assert_allclose(
        np.linalg.inv(found.jac.T @ found.jac), law.covariance, rtol=1e-3, atol=1e-3 * law.covariance.max()
    )


def test_figures_narrow_every_stock(law: StockLaw, region: Region) -> None:
    sd = np.sqrt(np.diag(law.covariance))
    assert (sd < np.repeat(PRIOR_SD, law.n_places) * law.mean).all()
    assert {t.measure for t in region.targets if t.name in law.heard} >= {
        "employment_rate",
        "unemployed",
        "long_term_sick_rate",
    }


def test_draws_given_totals_have_these_totals_and_the_law_of_the_rest(law: StockLaw) -> None:
    rng = np.random.default_rng(0)
    totals = law.totals() @ law.mean * np.array([1.05, 0.98, 1.01])
    draws = np.stack([law.given_totals(totals, z) for z in 0.2 * rng.standard_normal((4000, len(law.mean)))])
    sums = draws @ law.totals().T
    cut = (draws <= 0.2 * law.mean + 1e-9).any(axis=1)
    np.testing.assert_allclose(sums[~cut], np.broadcast_to(totals, sums[~cut].shape), rtol=1e-6)
    gain = law.covariance @ law.totals().T @ np.linalg.inv(law.totals() @ law.covariance @ law.totals().T)
    expected = law.mean + gain @ (totals - law.totals() @ law.mean)
    spread = 0.2 * np.sqrt(np.diag(law.covariance - gain @ law.totals() @ law.covariance))
    np.testing.assert_array_less(np.abs(draws[~cut].mean(axis=0) - expected), 5 * spread / np.sqrt((~cut).sum()) + 1.0)


def test_the_controller_gets_persons_at_its_own_scale(law: StockLaw) -> None:
    asked = stock_targets_of(law, law.mean, 0.5, 20)
    assert asked.unemployed.sum() * 20 == pytest.approx(law.mean[: law.n_places].sum())
    assert asked.inactive_other.sum() * 20 == pytest.approx(law.mean[2 * law.n_places :].sum())
    assert asked.vacancies_per_unemployed == 0.5
