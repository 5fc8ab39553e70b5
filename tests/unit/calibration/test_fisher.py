"""The Fisher spectrum finds the combinations of parameters that targets cannot see, and names them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from calibration.fisher import Varied, fisher_spectrum, spectrum_of, write_spectrum
from evidence.model import Target
from simulation.start import Start
from tests.worlds import start_of, world

PLACES = ("North", "South")


def target(measure: str, se: float) -> Target:
    return Target(measure, measure, "region", "2024", 1.0, se, "percent", "fit", "source", "published", "")


@pytest.fixture(scope="module")
def start() -> Start:
    return start_of(world(400, 40, n_places=2))


def test_a_combination_that_no_target_sees_is_flat_and_named() -> None:
    """Both targets see only the sum of a and b; c is seen well."""
    table = pd.DataFrame([[3.0, 3.0, 0.0], [0.0, 0.0, 5.0]], index=["t", "u"], columns=["a", "b", "c"])
    found = spectrum_of(table)
    np.testing.assert_allclose(found.singular, [5.0, np.sqrt(18.0), 0.0], atol=1e-12)
    assert sorted(found.flat()[0].replace("+", "").replace("-", "").split()) == ["0.71", "0.71", "a", "b"]
    assert len(found.flat()) == 1
    weights = found.directions.iloc[:, 2]
    assert abs(weights["a"] + weights["b"]) < 1e-12


def test_the_spectrum_is_that_of_the_information_matrix() -> None:
    table = pd.DataFrame(np.random.Generator(np.random.PCG64(3)).normal(size=(7, 4)), columns=list("abcd"))
    found = spectrum_of(table)
    values = np.linalg.eigvalsh(table.T.to_numpy() @ table.to_numpy())
    np.testing.assert_allclose(np.sort(found.singular**2), values, rtol=1e-9)
    np.testing.assert_allclose(found.table()["share_of_information"].sum(), 1.0)


def test_a_target_answers_the_parameter_that_moves_it(start: Start) -> None:
    varied = [Varied("separation.separation", 0.01, 0.002), Varied("sickness_absence.short_absence_hours", 1.0, 0.1)]
    targets = [target("hazard_EU", 0.1), target("absence_rate_with_condition", 0.1), target("no_such_measure", 1.0)]
    found = fisher_spectrum(start, start.levels, varied, targets, places=PLACES, settled=2)
    assert list(found.sensitivity.index) == ["hazard_EU", "absence_rate_with_condition"]
    of_separation, of_hours = found.sensitivity.to_numpy().T
    assert of_separation[0] > 0.1
    short = start.parameters.sickness_absence.short_absence_hours[1]
    np.testing.assert_allclose(of_hours, [0.0, 100 * short * 0.1 / 0.1], atol=1e-9)


def test_levels_slots_and_whole_numbers_can_be_varied(start: Start) -> None:
    varied = [
        Varied("level.separation[South]", 1.0, 0.3),
        Varied("slots", 1.0, 0.05),
        Varied("standard_shift", 0.0, 10.0),
        Varied("employer_choice.duration_penalty", 1.0, 1.0),
    ]
    targets = [target("hazard_EU", 0.1), target("hazard_UE", 1.0)]
    found = fisher_spectrum(start, start.levels, varied, targets, places=PLACES, settled=0)
    assert (found.sensitivity.abs().sum(axis=0) > 0).all()


@pytest.mark.parametrize(
    ("varied", "message"),
    [
        (Varied("level.separation[Nowhere]", 1.0, 0.3), "Places are North, South"),
        (Varied("separation.separation", 0.006, 0.0), "above 0"),
        (Varied("employer_choice.duration_penalty", 1.0, 0.1), "whole numbers"),
    ],
)
def test_what_cannot_be_varied_is_refused_by_name(start: Start, varied: Varied, message: str) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        fisher_spectrum(start, start.levels, [varied], [target("hazard_EU", 0.1)], places=PLACES, settled=0)
    assert varied.name in str(caught.value)


def test_the_table_is_written_whole_and_the_same_twice(tmp_path: Path) -> None:
    table = pd.DataFrame([[2.0, 0.0], [0.0, 1e-3]], index=["t", "u"], columns=["x.a", "x.b"])
    first = write_spectrum(tmp_path / "a.csv", spectrum_of(table)).read_bytes()
    assert first == write_spectrum(tmp_path / "b.csv", spectrum_of(table)).read_bytes()
    read = pd.read_csv(tmp_path / "a.csv")
    assert list(read.columns) == ["combination", "singular_value", "share_of_information", "flat", "x.a", "x.b"]
    assert read["flat"].tolist() == [False, True]
