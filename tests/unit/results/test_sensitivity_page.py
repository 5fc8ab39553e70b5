"""The page of a sensitivity analysis: every finding, its chart and its table, and what must be known first."""

from __future__ import annotations

from typing import Any

import pytest

from results.sensitivity_charts import charts_of, readable
from results.sensitivity_page import build_page
from results.sensitivity_words import (
    NOT_DISTINGUISHABLE,
    figure,
    index_rows,
    label_words,
    pair_rows,
    stop_words,
)
from tests.unit.results.sensitivity_answer import answer, unknown

CASES: dict[str, dict[str, Any]] = {
    "morris": {"method": "morris"},
    "groups": {"method": "morris", "grouped": True},
    "sobol": {"method": "sobol"},
    "emulated": {"method": "sobol", "emulated": True},
}


@pytest.mark.parametrize("case", CASES)
def test_every_chart_has_its_finding_its_words_and_its_table_on_the_page(case: str) -> None:
    content = answer(**CASES[case])
    charts = charts_of(content)
    page = build_page(content, charts)
    assert build_page(content, charts_of(content)) == page
    for made in charts.values():
        for chart in made:
            assert chart.title in page and chart.caption.replace("'", "&#39;") in page
            assert len(chart.table) >= len(content["labels"])
    for note in content["notes"]:
        assert note.replace("'", "&#39;") in page
    assert page.count("<img") == sum(map(len, charts.values())) == page.count("<details>")
    assert ("emulator" in content["notes"][0]) == (case == "emulated") == ("on an emulator: Kick" in page)


def test_names_on_the_plane_are_not_written_over_one_another() -> None:
    names = ["first", "beside", "above", "far left", "unnamed"]
    x, y = [10.0, 9.0, 10.0, 2.0, 9.5], [5.0, 5.1, 9.0, 5.0, 1.0]
    assert readable([*names[:4], ""], x, y) == ["first", "", "above", "far left", ""]
    assert readable(["one", "two"], [0.0, 0.0], [0.0, 0.0]) == ["one", "two"]


def test_words_name_what_matters_and_what_cannot_be_told_from_chance() -> None:
    content = answer("morris")
    finding = content["outputs"][0]["finding"]
    assert (
        "‘employer_choice: cost_elasticity’ and ‘separation: separation’" in finding and "480 person-months" in finding
    )
    rows = index_rows(content, content["outputs"][0])
    assert [row[-1] for row in rows] == ["clear", "clear", NOT_DISTINGUISHABLE]
    shares = answer("sobol")
    assert "behind the first is 75% of what chance leaves" in shares["outputs"][0]["finding"]
    assert index_rows(shares, shares["outputs"][0])[2][-1] == NOT_DISTINGUISHABLE
    assert pair_rows(shares, shares["outputs"][0])[0][-1] == "clear"


def test_indices_that_cannot_be_told_are_not_shown_as_numbers() -> None:
    content = unknown(answer("sobol"))
    rows = index_rows(content, content["outputs"][0])
    assert all(cell == "cannot be told" for row in rows for cell in row[1:])
    assert "no influence is distinguishable from chance" in content["outputs"][0]["finding"]
    assert "not finite" in content["stop_words"]


def test_a_share_drawn_outside_0_to_1_is_explained() -> None:
    content = answer("sobol")
    inside = [
        {**output, "rows": [{key: min(max(value, 0.0), 1.0) for key, value in row.items()} for row in output["rows"]]}
        for output in content["outputs"]
    ]
    for outputs, is_explained in ((content["outputs"], True), (inside, False), (unknown(content)["outputs"], False)):
        indices = charts_of({**content, "outputs": outputs})["net"][0]
        assert ("No true share is below 0" in indices.caption) == is_explained


def test_the_page_says_why_no_more_samples_were_added() -> None:
    assert "Not settled: the budget of 120 runs ended" in stop_words(answer("sobol"))
    settled = answer("sobol", stop="settled")
    assert stop_words(settled).startswith("Settled at 20 base samples")
    assert "stays first in 97% of resamples" in stop_words(answer("morris"))
    assert "Fewer than 20" in stop_words(answer("morris", n_blocks=4)) and "Fewer" not in stop_words(answer("morris"))
    assert "not settled" in stop_words(answer("sobol", emulated=True))


def test_figures_and_names_are_written_for_readers() -> None:
    assert figure(-1234.5, "count") == "−1,234" and figure(0.1234, "count") == "0.12"
    assert figure(652_345.0, "pounds") == "£652,000" and figure(None, "count") == "cannot be told"
    assert (
        label_words("employer_choice.keep_bonus") == "employer choice: keep bonus"
        and label_words("context") == "context"
    )
