"""The two pages of a validation: what fails stands first, every figure has its row, and what is missing says so."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from evidence.model import Region
from evidence.registry import load_region
from evidence.validation_files import FITTED, PosteriorFiles, read
from evidence.verification import properties
from experiments.validation import page_of
from results import diagnostics_page, validation_page
from results.report import build_report
from results.store import COMPLETE, RunFolder, StoreError
from results.validation_page import ValidationPage, beside_part
from results.validation_store import CONTENT, DIAGNOSTICS, PAGE, TABLE, write_validation
from results.validation_tables import head_of
from tests.fitted_regions import write
from tests.unit.results.sample_run import contents, seeds

N_HELD_OUT = 8


def region() -> Region:
    """The invented region with its last figures held out, so that both roles are there."""
    found = load_region("eskermere")
    targets = [replace(t, role="holdout") if k < N_HELD_OUT else t for k, t in enumerate(reversed(found.targets))]
    return replace(found, targets=tuple(reversed(targets)))


def page(folder: Path, apart: tuple[str, ...] = (), **kept: object) -> ValidationPage:
    (folder / "eskermere" / FITTED).mkdir(parents=True, exist_ok=True)
    here = region()
    write(folder / "eskermere", here.targets, **kept)  # type: ignore[arg-type]
    files: PosteriorFiles = read(folder, folder / "eskermere", here.targets)
    return page_of(here, files, apart)


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the drawing of pictures to the tests in a browser."""
    monkeypatch.setattr("results.theme.svg_of", lambda spec: "<svg/>")


def lead(html: str) -> str:
    """Return what stands above the first section, as text without tags' attributes."""
    return " ".join(html.partition("<main")[0].split())


@pytest.mark.usefixtures("undrawn")
def test_a_failing_figure_stands_in_the_first_lines_and_everything_has_a_row(tmp_path: Path) -> None:
    made = page(tmp_path, shift={"hazard_EU": 6.0})
    assert made.has_failed
    html = validation_page.build_page(made)
    assert "The scorecard fails" in lead(html) and "flow from work to unemployment" in lead(html)
    for role, heading in (("fit", "Calibration"), ("holdout", "Hold-outs")):
        section = html.partition(f'<section id="{role}"')[2].partition("</section>")[0]
        n = sum(row.target.role == role for row in made.found.rows)
        assert heading in section and section.count("(assumption)") + section.count("(high)") >= 1
        assert section.rpartition("<tbody>")[2].count("<tr>") == n
    assert "kickstart" in html and "St Helens" in html
    assert html == validation_page.build_page(made)


@pytest.mark.usefixtures("undrawn")
def test_what_was_not_made_says_by_which_command(tmp_path: Path) -> None:
    made = page(tmp_path, optional=False)
    html = diagnostics_page.build_page(made)
    assert html.count("Not made yet: workability calibrate eskermere.") == 5
    assert html.count("Not checked yet: python -m calibration eskermere --checks.") == 4
    assert "cannot be told" in validation_page.build_page(made)
    assert "--backcast" in validation_page.build_page(made)


@pytest.mark.usefixtures("undrawn")
def test_the_diagnostics_flag_what_the_targets_do_not_inform(tmp_path: Path) -> None:
    html = diagnostics_page.build_page(page(tmp_path, n_draws=100))
    assert "rests on the evidence&#39;s interval alone: health.worsening." in lead(html)
    assert "Not made yet" not in html
    for words in ("1 of 2 stocks drift clearly without policy: long term sick.", "search.looks", "fresh seed loss"):
        assert words in html


@pytest.mark.usefixtures("undrawn")
def test_other_evidence_that_fails_fails_the_whole(tmp_path: Path) -> None:
    made = page(tmp_path, n_draws=60, seed=4)
    failed = pd.DataFrame({"name": ["a", "b"], "verdict": ["fails", "agrees"]})
    worse = replace(made, tables={**made.tables, "replications.csv": failed})
    assert worse.has_failed and "without refitting: 1 of 2 fail." in worse.beside_failing[0]
    assert worse.beside_failing[0] in lead(validation_page.build_page(worse))


@pytest.mark.usefixtures("undrawn")
def test_a_validation_is_written_whole_once_and_the_same_again(tmp_path: Path) -> None:
    made = page(tmp_path / "evidence", n_draws=20)
    first, second = (RunFolder(tmp_path / name, "eskermere", "0") for name in ("one", "two"))
    content = write_validation(first, made, properties())
    write_validation(second, made, properties())
    for name in (PAGE, TABLE, CONTENT, DIAGNOSTICS, COMPLETE):
        assert (first.path / name).read_bytes() == (second.path / name).read_bytes()
    assert json.loads((first.path / CONTENT).read_text(encoding="utf-8")) == content
    assert len(pd.read_csv(first.path / TABLE)) == len(region().targets) == len(content["figures"])
    assert content["verdict"] == ("fails" if made.has_failed else "holds")
    with pytest.raises(StoreError, match="is complete"):
        write_validation(first, made, properties())


def test_the_head_for_reports_names_what_fails_and_what_is_stale(tmp_path: Path) -> None:
    made = page(tmp_path, ("It is old.",), shift={"hazard_EU": 6.0})
    head = head_of(made.found, made.verdict, made.departures)
    assert head.verdict.startswith("The scorecard fails")
    assert "lie inside their 90%" in head.lines[0] and head.lines[-1] == "It is old."
    assert head.reasons is not None and head.reasons.rows[0][1] == "fails"
    assert [row[0] for row in head.demands.rows] == [demand.name for demand in made.found.demands]


@pytest.mark.usefixtures("undrawn")
def test_a_report_shows_the_head_and_folds_the_table_of_the_evidences_own_values(tmp_path: Path) -> None:
    made = page(tmp_path, shift={"hazard_EU": 6.0})
    data = contents(seeds(2)).report
    report = build_report(replace(data, validation=head_of(made.found, made.verdict)), [])
    section = report.partition('<section id="targets"')[2].partition("</section>")[0]
    first = section.index("The scorecard fails")
    assert first < section.index("flow from work to unemployment") < section.index("Demands on the scorecard")
    assert "<details>" in section and data.target_words in section
    without = build_report(data, []).partition('<section id="targets"')[2].partition("</section>")[0]
    assert "The scorecard" not in without and "<details>" not in without and data.target_words in without


def test_a_picture_has_its_words_and_its_table(tmp_path: Path) -> None:
    from results.validation_charts import family_charts, residual_chart

    made = page(tmp_path)
    for chart in (residual_chart(made.found, "holdout"), family_charts(made.found, "fit")[0]):
        assert chart.wide.startswith("<svg") and chart.narrow.startswith("<svg")
        assert chart.title and chart.caption and len(chart.alt) > len(chart.title)
        assert len(chart.table) >= 1


def test_a_long_table_of_further_evidence_is_counted_by_measure_and_folded() -> None:
    rows = [("rate", "holdout", "agrees" if k % 3 else "fails", k) for k in range(60)]
    long = pd.DataFrame(rows, columns=["measure", "role", "verdict", "value"])
    part = beside_part("Back-cast", long)
    assert part["table"].rows == (("rate", "holdout", "40", "20"),)
    assert len(part["folded"].rows) == 60
    assert beside_part("Back-cast", long[:40])["folded"] is None
