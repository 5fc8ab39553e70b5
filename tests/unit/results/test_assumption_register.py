"""The assumptions register: ranks of a linear toy are those that were put in, and every weak value is listed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from evidence.model import Parameter
from evidence.registry import parameters, sources
from results.assumption_register import BY_BANK, BY_WIDTH, UNRANKED, WEAK, ranking_words, register
from results.influence import BankError, bank_influence, keyed, relative_width

NAMES = ("one.strong", "one.weak", "two.middling", "two.none")
SLOPES = {"jobs": (3.0, 0.5, -1.0, 0.0), "cost": (-2.0, 0.0, 1.0, 0.0)}
SCALES = np.array([1.0, 10.0, 0.1, 1.0])
N_RUNS = 400


def toy(noise: float = 0.0, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    x = rng.uniform(-1.0, 1.0, (N_RUNS, len(NAMES)))
    bank = pd.DataFrame(5.0 + x * SCALES, columns=list(NAMES))
    for name, slopes in SLOPES.items():
        bank[name] = (
            7.0 + x @ np.array(slopes) + rng.normal(0.0, noise, N_RUNS) if noise else 7.0 + x @ np.array(slopes)
        )
    return bank.assign(wave=1, seed=range(N_RUNS))


def parameter(**changed: object) -> Parameter:
    plain = Parameter("x", 2.0, "ratio", (1.0, 4.0), "normal", "assumption", "", "", "assumption", "")
    return replace(plain, **changed)


def test_the_ranks_of_a_linear_toy_are_those_put_in() -> None:
    found = bank_influence(toy(), NAMES, tuple(SLOPES))
    assert list(found["parameter"]) == ["one.strong", "two.middling", "one.weak", "two.none"]
    assert list(found["most_moved"][:2]) == ["jobs", "cost"]
    assert found["influence"].iloc[-1] == pytest.approx(0.0, abs=1e-9)
    np.testing.assert_allclose(found["explained"], 1.0)


def test_a_coefficient_is_the_slope_in_standard_deviations() -> None:
    bank = toy()
    found = bank_influence(bank, NAMES, ("jobs",)).set_index("parameter")
    for k, name in enumerate(NAMES):
        expected = SLOPES["jobs"][k] / SCALES[k] * bank[name].std(ddof=0) / bank["jobs"].std(ddof=0)
        assert found.loc[name, "coefficient"] == pytest.approx(expected, abs=1e-9)


def test_units_and_the_order_of_runs_change_nothing() -> None:
    bank = toy(noise=0.5)
    other = bank.sample(frac=1.0, random_state=1)
    other = other.assign(**{"one.weak": other["one.weak"] * 1000, "jobs": other["jobs"] / 12})
    a, b = (bank_influence(x, NAMES, tuple(SLOPES)) for x in (bank, other))
    pd.testing.assert_frame_equal(a, b)


def test_a_parameter_without_effect_stays_near_what_chance_gives() -> None:
    ratios = []
    for seed in range(20):
        found = bank_influence(toy(noise=1.0, seed=seed), NAMES, tuple(SLOPES)).set_index("parameter")
        ratios.append(float(found.loc["two.none", "influence"]) / float(found.loc["two.none", "chance"]))
    # mean square of two standard normals, twenty times: mean 1, standard deviation 1 / sqrt(20)
    assert abs(np.mean(np.square(ratios)) - 1.0) < 4 / np.sqrt(20)


def test_only_the_first_wave_counts() -> None:
    bank = toy()
    later = bank.assign(wave=2, jobs=-bank["jobs"] * bank["one.weak"])
    pd.testing.assert_frame_equal(
        bank_influence(pd.concat([bank, later]), NAMES, ("jobs",)), bank_influence(bank, NAMES, ("jobs",))
    )


def test_what_does_not_vary_or_was_not_measured_is_passed_over() -> None:
    bank = toy().assign(fixed=1.0, flat=3.0)
    bank.loc[:9, "jobs"] = np.nan
    found = bank_influence(bank, (*NAMES, "fixed"), ("jobs", "flat"))
    assert set(found["parameter"]) == set(NAMES)
    assert set(found["most_moved"]) == {"jobs"}


@pytest.mark.parametrize(
    ("bank", "names", "outputs", "word"),
    [
        (toy(), ("gone",), ("jobs",), "no column gone"),
        (pd.concat([toy(), toy()["jobs"]], axis=1), NAMES, ("jobs",), "jobs stands twice"),
        (toy().head(4), NAMES, ("jobs",), "6 runs are needed"),
        (toy().head(0), NAMES, ("jobs",), "no parameter varies"),
        (toy().assign(jobs=1.0), NAMES, ("jobs",), "none of jobs varies"),
        (toy().assign(copy=lambda b: b["one.weak"] * 2), (*NAMES, "copy"), ("jobs",), "move together"),
        (toy().replace({"one.weak": {toy()["one.weak"][0]: np.nan}}), NAMES, ("jobs",), "without the value"),
    ],
)
def test_a_bank_that_says_nothing_is_refused(
    bank: pd.DataFrame, names: tuple[str, ...], outputs: tuple[str, ...], word: str
) -> None:
    with pytest.raises(BankError, match=word):
        bank_influence(bank, names, outputs)


def test_the_width_of_an_interval_is_relative_to_its_value() -> None:
    assert relative_width(parameter()) == pytest.approx(0.75)
    assert relative_width(parameter(value=(1.0, 3.0), interval_95=None, interval_ratio_95=(0.5, 2.0))) == 0.75
    assert relative_width(parameter(value=(1.0, -3.0), interval_95=(-3.0, 3.0))) == pytest.approx(0.5)
    assert relative_width(parameter(value=0.0, interval_95=(-0.3, 0.3))) == pytest.approx(1.0)
    assert relative_width(parameter(value=(1.0, 3.0), interval_95=((0.0, 2.0), (2.0, 4.0)))) == pytest.approx(0.5)
    assert relative_width(parameter(interval_95=None)) is None


def test_every_weak_value_is_on_the_register_and_no_other() -> None:
    known = keyed(parameters().items())
    frame = register(known, sources())
    assert set(frame["parameter"]) == {key for key, item in known.items() if item.confidence in WEAK}
    assert list(frame["rank"]) == list(range(1, len(frame) + 1))
    without = {key for key, item in known.items() if item.interval_95 is None and item.interval_ratio_95 is None}
    assert set(frame["parameter"][frame["ranked_by"] == UNRANKED]) == without & set(frame["parameter"])
    assert set(frame["ranked_by"]) <= {BY_WIDTH, UNRANKED}
    assert frame["influence"].is_monotonic_decreasing
    assert "width" in ranking_words(frame)


def test_parameters_of_the_designs_come_first_in_the_order_of_the_bank() -> None:
    known = {name: parameter(interval_95=(0.0, 100.0 * k)) for k, name in enumerate((*NAMES, "three.not_varied"), 1)}
    known["one.sourced"] = parameter(confidence="high")
    influence = bank_influence(toy(), NAMES, tuple(SLOPES))
    frame = register(known, {}, influence)
    assert list(frame["parameter"]) == [*influence["parameter"], "three.not_varied"]
    assert list(frame["ranked_by"]) == [BY_BANK] * 4 + [BY_WIDTH]
    assert "designs" in ranking_words(frame)
