"""Priors say what the evidence says, and every parameter is either varied or held for a reason."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis.strategies import floats
from ruamel.yaml import YAML
from scipy.stats import norm

import evidence
from calibration.priors import HALF_WIDTH, Prior, all_priors, overrides, prior_of, spread_out
from calibration.support import is_supported
from evidence.calibration_files import FILE
from evidence.errors import EvidenceError
from evidence.registry import PACKAGED
from simulation.parameters import build

WHAT = evidence.calibrating()
VALUES = evidence.parameters()
PRIORS = all_priors(VALUES, WHAT)


@pytest.mark.parametrize("prior", PRIORS, ids=lambda prior: prior.name)
def test_the_interval_of_the_evidence_holds_95_percent_of_a_prior(prior: Prior) -> None:
    places = norm.ppf((np.arange(2000) + 0.5) / 2000)
    inside = np.mean((prior.values(places) >= prior.low) & (prior.values(places) <= prior.high))
    assert inside == 1.0 if prior.law == "uniform" else abs(inside - 0.95) <= 2 / 2000


@pytest.mark.parametrize("prior", PRIORS, ids=lambda prior: prior.name)
def test_a_prior_rises_with_the_standard_scale(prior: Prior) -> None:
    assert (np.diff(prior.values(np.linspace(-2.5, 2.5, 11))) >= 0).all()
    assert prior.values(np.array(2.5)) > prior.values(np.array(-2.5))


@pytest.mark.parametrize("prior", PRIORS, ids=lambda prior: prior.name)
def test_a_value_has_the_place_that_gives_it(prior: Prior) -> None:
    z = np.linspace(-2.5, 2.5, 41)
    values = prior.values(z)
    np.testing.assert_allclose(prior.values(prior.places(values)), values, rtol=2e-6)
    if not prior.is_whole:  # six digits are kept of a value
        np.testing.assert_allclose(prior.places(values), z, atol=1e-3)


@given(low=floats(1e-6, 1.0), ratio=floats(1.01, 50.0))
def test_the_middle_of_a_positive_law_is_the_middle_of_the_logarithms(low: float, ratio: float) -> None:
    prior = Prior("process.name", "lognormal", low, low * ratio)
    ends = prior.values(np.array([-HALF_WIDTH, 0.0, HALF_WIDTH]))
    np.testing.assert_allclose(ends, [low, low * np.sqrt(ratio), low * ratio], rtol=1e-5)


def test_every_parameter_is_varied_or_held_for_a_reason() -> None:
    every = {f"{process}.{name}" for process, items in VALUES.items() for name in items}
    varied = {*WHAT.vary, *WHAT.policy}
    assert varied | set(WHAT.fixed) == every
    assert not varied & set(WHAT.fixed)
    assert 20 <= len(WHAT.vary) + len(WHAT.policy) <= 45
    assert all(reason.strip() for reason in WHAT.fixed.values())


def test_the_evidence_itself_is_held_by_the_model() -> None:
    assert is_supported(VALUES, {})


def test_a_hazard_above_its_segment_is_not_held() -> None:
    assert not is_supported(VALUES, {"long_term_sickness.from_unemployment": 0.5})
    assert not is_supported(VALUES, {"participation.giving_up_build_up": 1.5})


def test_overrides_reach_the_model_as_they_are() -> None:
    z = np.full(len(PRIORS), 0.4)
    given_values = overrides(PRIORS, z)
    p = build(VALUES, given_values)
    assert p.separation.separation == given_values["separation.separation"]
    factor = given_values["search.student"]
    np.testing.assert_allclose(p.search.student, np.array(VALUES["search"]["student"].value) * factor)


def test_designs_are_spread_out_and_repeat() -> None:
    z = spread_out(200, 5, 2.5, 3)
    assert np.abs(z).max() <= 2.5
    edge = norm.cdf(-2.5)
    share = (norm.cdf(z) - edge) / (1 - 2 * edge)
    for column in share.T:  # one point in each of 200 equal slices
        assert sorted(np.floor(column * 200).astype(int)) == list(range(200))
    np.testing.assert_array_equal(z, spread_out(200, 5, 2.5, 3))
    assert not np.array_equal(z, spread_out(200, 5, 2.5, 4))


def test_a_parameter_without_an_interval_has_no_prior() -> None:
    item = replace(VALUES["separation"]["separation"], interval_95=None)
    with pytest.raises(ValueError, match=r"separation\.separation has no pair of bounds"):
        prior_of("separation", item)


def _folder(tmp_path: Path, change: object) -> Path:
    """Return a copy of the evidence in which `change` was made to the file."""
    import shutil

    root = tmp_path / "evidence"
    shutil.copytree(PACKAGED, root, ignore=shutil.ignore_patterns("fitted", "services", "__pycache__", "plans"))
    yaml = YAML()
    content = yaml.load((root / FILE).read_text(encoding="utf-8"))
    assert callable(change)
    change(content)
    with (root / FILE).open("w", encoding="utf-8") as file:
        yaml.dump(content, file)
    return root


@pytest.mark.parametrize(
    ("change", "key", "said"),
    [
        (lambda c: c["vary"].append("separation.seperation"), "vary", "does not exist"),
        (lambda c: c["vary"].append("separation.separation"), "vary", "listed twice"),
        (lambda c: c["vary"].append("health.long_unemployment_months"), "vary", "has no interval"),
        (lambda c: c["vary"].remove("separation.tenure_floor"), "fixed", "separation.tenure_floor"),
        (lambda c: c["fixed"].append({"names": ["demography.*"], "reason": "again"}), "fixed", "listed twice"),
        (lambda c: c["fixed"].append({"names": ["nothing.*"], "reason": "none"}), "fixed", "names no parameter"),
        (lambda c: c["fit"].update(waves=[0]), "fit.waves", "whole numbers"),
        (lambda c: c["fit"].update(sample=0), "fit.sample", "above 0"),
        (lambda c: c["discrepancy"].pop("default"), "discrepancy.default", "is missing"),
        (
            lambda c: c["discrepancy"].update(nothing=deepcopy(c["discrepancy"]["default"])),
            "discrepancy.nothing",
            "nothing",
        ),
        (lambda c: c.update(more=1), "more", "more"),
    ],
)
def test_a_broken_file_is_refused_with_its_key(tmp_path: Path, change: object, key: str, said: str) -> None:
    with pytest.raises(EvidenceError) as error:
        evidence.calibrating(_folder(tmp_path, change))
    assert FILE in str(error.value)
    assert key in str(error.value)
    assert said in str(error.value)
