"""The back-cast: its first stocks, its trend, its comparison and its files are what they say they are."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import evidence
from calibration.backcast import (
    COLUMNS,
    Trend,
    compare,
    forward,
    rates,
    stock_targets,
    summary,
    trend_of,
    write,
)
from calibration.drawn import draws_of, start_of
from calibration.replications import base_arm
from calibration.verdicts import AGREES, FAILS
from evidence.backcast_files import MEASURES, SERIES_COLUMNS
from evidence.errors import EvidenceError
from evidence.registry import PACKAGED
from experiments.markets import tightness
from scenarios.arm import ArmSpec
from simulation.model import RegionModel
from simulation.start import Start

REGION = "cheshire-merseyside"
RUNS = (1, 2, 3)
"""Draws of the runs that are compared."""
BASE = ArmSpec("back-cast", (), (), (), (), 0, 24)


@pytest.fixture(scope="module")
def start() -> Start:
    region, values = evidence.load_region("eskermere"), evidence.parameters()
    (draw,) = draws_of(region, values, 0)
    return start_of(region, values, base_arm("eskermere"), draw, 4, 1)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of the evidence that may be broken."""
    shutil.copytree(PACKAGED, tmp_path / "evidence")
    return tmp_path / "evidence"


def series_of(values: dict[tuple[str, str, int], float]) -> pd.DataFrame:
    rows = [(m, "E0", area, year, value, 1.0, "percent", "x", "") for (m, area, year), value in values.items()]
    return pd.DataFrame(rows, columns=list(SERIES_COLUMNS))


def test_first_stocks_are_the_years_rates_on_the_regions_heads() -> None:
    region = evidence.load_region(REGION)
    inputs, series = evidence.backcast(REGION)
    year = int(inputs["first_year"].value)  # type: ignore[arg-type]
    found = stock_targets(region, series, year, 0.38, 10)
    helens = [place.name for place in region.places].index("St Helens")
    activity = region.margins["activity"]
    heads = activity.loc[activity["area_name"] == "St Helens", "value"].sum()
    at = series[(series["area"] == "St Helens") & (series["year"] == year)].set_index("measure")["value"]
    assert found.long_term_sick[helens] * 10 / heads == pytest.approx(at["long_term_sick_rate"] / 100)
    inactive = (found.long_term_sick + found.inactive_other)[helens] * 10 / heads
    assert inactive == pytest.approx(at["inactivity_rate"] / 100)
    active = heads / 10 * (1 - inactive)
    assert found.unemployed[helens] / active == pytest.approx(at["unemployment_rate"] / 100)


def test_each_year_is_compared_with_its_own_figure_and_the_first_year_is_not_held_out() -> None:
    first = {(m, "A", 2014): 10.0 for m in MEASURES}
    later = {("employment_rate", "A", 2015): 71.0, ("employment_rate", "A", 2016): 72.0,
             ("long_term_sick_rate", "A", 2016): 30.0, ("long_term_sick_rate", "A", 2030): 9.0}  # fmt: skip
    runs = np.full((3, 3, 1, len(MEASURES)), 10.5)
    runs[:, 1, 0, 0], runs[:, 2, 0, 0], runs[:, 2, 0, 3] = 71.5, [71.9, 72.0, 72.1], [8.9, 9.0, 9.1]
    table = compare(series_of({**first, **later}), runs, RUNS[: len(runs)], ("A",), 2014)
    assert tuple(table.columns) == COLUMNS
    fitted, table = table[table["role"] == "fit"], table[table["role"] == "holdout"]
    assert set(fitted["year"]) == {2014}
    np.testing.assert_allclose(fitted["mean"], 10.5)
    assert table["year"].tolist() == [2015, 2016, 2016]  # 2030 is beyond the runs
    assert table["verdict"].tolist() == [AGREES, AGREES, FAILS]
    np.testing.assert_allclose(table["mean"], [71.5, 72.0, 9.0])
    assert set(table["first_year"]) == {10.0}
    told = summary(table).set_index("measure")
    assert told.loc["employment_rate", ["figures", "agree"]].tolist() == [2, 2]
    assert told.loc["employment_rate", "mean_distance"] == pytest.approx(0.25)
    assert told.loc["long_term_sick_rate", "mean_error"] == pytest.approx(-21.0)
    assert told.loc["long_term_sick_rate", "mean_distance_of_no_change"] == pytest.approx(20.0)


def test_a_trend_of_nothing_is_the_run_without_a_trend(start: Start) -> None:
    none = Trend((1.0,) * 12, (1.0,))
    found = forward(start, evidence.parameters(), BASE, none, seed=1)
    model = RegionModel(start, BASE, seed=1, months=12)
    model.initialise()
    model.settle_everybody()
    months = []
    for _ in range(12):
        model.step()
        months.append(rates(model))
    np.testing.assert_array_equal(found[1], np.mean(months, axis=0))


def test_more_onset_and_less_demand_do_what_they_say(start: Start) -> None:
    values = evidence.parameters()
    usual = forward(start, values, BASE, Trend((1.0,) * 24, (1.0, 1.0)), seed=1)
    fewer_jobs = forward(start, values, BASE, Trend((0.85,) * 24, (1.0, 1.0)), seed=1)
    more_ill = forward(start, values, BASE, Trend((1.0,) * 24, (3.0, 3.0)), seed=1)
    idle, sick = MEASURES.index("unemployment_rate"), MEASURES.index("long_term_sick_rate")
    assert fewer_jobs[-1, :, idle].mean() > usual[-1, :, idle].mean()
    assert more_ill[-1, :, sick].mean() > usual[-1, :, sick].mean()


def test_the_trend_follows_the_market_and_health_that_were_published(start: Start) -> None:
    """15,000 residents hold some 600 unemployed and 300 vacancies: a month's ratio has an error of about 7 percent."""
    model = RegionModel(start, BASE, seed=0, months=1)
    model.initialise()
    model.settle_everybody()
    model.step()
    now = tightness(model)
    wanted = (now, now, 0.6 * now)
    trend = trend_of(start, evidence.parameters(), BASE, wanted, 1.2, 1)
    assert (len(trend.demand), len(trend.onset)) == (24, 2)
    assert trend.demand[-1] < trend.demand[11]  # jobs have to go for vacancies to go
    assert trend.onset[0] > 1.0
    replayed = RegionModel(start, replace(BASE, demand=tuple(enumerate(trend.demand))), seed=1, months=24)
    replayed.initialise()
    replayed.settle_everybody()
    for _ in range(24):
        replayed.step()
    assert tightness(replayed) == pytest.approx(wanted[-1], rel=0.35)


def test_what_is_written_reads_back(tmp_path: Path) -> None:
    runs = np.full((2, 2, 1, len(MEASURES)), 70.123456)
    series = series_of({("employment_rate", "A", 2014): 70.0, ("employment_rate", "A", 2015): 71.0})
    back = pd.read_csv(write(tmp_path, compare(series, runs, RUNS[: len(runs)], ("A",), 2014)))
    assert tuple(back.columns) == COLUMNS
    assert back["mean"][0] == 70.12


BROKEN = (
    ("backcast.csv", "St Helens,2024,10.3,2.0", "St Helens,2024,103,2.0", "percentage between 0 and 100"),
    ("backcast.csv", "St Helens,2024,10.3,2.0", "St Helen,2024,10.3,2.0", "St Helen"),
    ("backcast.csv", "St Helens,2024,10.3,2.0", "St Helens,2022,10.3,2.0", "in 2022 twice"),
    ("backcast.csv", "St Helens,2024,10.3,2.0", "St Helens,2013,10.3,2.0", "begins in 2014"),
    ("backcast.csv", "St Helens,2024,10.3,2.0", "St Helens,2024,10.3,0.0", "above 0"),
    ("backcast.csv", "St Helens,2014,", "St Helens,2040,", "has no figure of 2014 for St Helens"),
    ("backcast.csv", "measure,area_code", "measure,code", "found columns"),
    ("backcast.yaml", "limiting_conditions_growth:", "limiting_growth:", "limiting_conditions_growth"),
)


@pytest.mark.parametrize(("file", "old", "new", "message"), BROKEN)
def test_a_broken_file_is_refused_with_what_is_wrong(root: Path, file: str, old: str, new: str, message: str) -> None:
    path = root / "regions" / REGION / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(EvidenceError, match=message) as error:
        evidence.backcast(REGION, root)
    assert file in error.value.file


def test_a_region_without_a_back_cast_says_so() -> None:
    with pytest.raises(EvidenceError, match="no back-cast"):
        evidence.backcast("eskermere")


def test_the_back_cast_decides_no_figure_of_other_runs(root: Path) -> None:
    before = evidence.load_region(REGION, root).folder_hash
    path = root / "regions" / REGION / "backcast.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("value: 1.3", "value: 1.2"), encoding="utf-8")
    assert evidence.load_region(REGION, root).folder_hash == before
