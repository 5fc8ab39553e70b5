"""A browser at desktop and phone width, and the pages that it opens."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import evidence.registry
from results import (
    appraisal_page,
    decision_charts,
    decision_page,
    diagnostics_page,
    funding_page,
    plan_page,
    seek_charts,
    seek_page,
    sensitivity_page,
    validation_page,
)
from results.appraisal_terms import Choices
from results.charts import run_charts
from results.gaps_page import build_page
from results.report import build_report
from results.sensitivity_charts import charts_of
from tests.decisions import made_content
from tests.property.test_service_map import REGION, WHOLE, mapped, residents
from tests.unit.results.funding_study import study_of
from tests.unit.results.plan_result import beside_a_run
from tests.unit.results.sample_run import contents, seeds
from tests.unit.results.savings_page import savings_page
from tests.unit.results.seek_answer import answer as sought
from tests.unit.results.sensitivity_answer import answer
from tests.unit.results.test_gaps import FACTS
from tests.unit.results.test_validation_page import page as validation_of

WIDTHS = {"desktop": 1280, "phone": 390}
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = contents(seeds())
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(build_report(made.report, run_charts(made.headline)), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def service_map(tmp_path_factory: pytest.TempPathFactory) -> Path:
    _, found = mapped(residents(11, 4000), WHOLE)
    path = tmp_path_factory.mktemp("gaps") / "gaps.html"
    path.write_text(build_page(found, FACTS, evidence.registry.tiles(REGION)), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def funding(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("funding") / "funding.html"
    path.write_text(funding_page.build_page(study_of()), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def savings_plan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("plan") / "plan.html"
    path.write_text(plan_page.build_page(beside_a_run()), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def savings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("savings") / "savings.html"
    path.write_text(appraisal_page.build_page(savings_page(Choices(persistence_years=5))), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def screening(tmp_path_factory: pytest.TempPathFactory) -> Path:
    content = answer("morris")
    path = tmp_path_factory.mktemp("screening") / "sensitivity.html"
    path.write_text(sensitivity_page.build_page(content, charts_of(content)), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def shares_of_variance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    content = answer("sobol", grouped=True)
    path = tmp_path_factory.mktemp("shares") / "sensitivity.html"
    path.write_text(sensitivity_page.build_page(content, charts_of(content)), encoding="utf-8")
    return path


def _answer_to(path: Path, levers: int) -> Path:
    content = sought(levers)
    path.write_text(seek_page.build_page(content, seek_charts.charts_of(content)), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def one_lever(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _answer_to(tmp_path_factory.mktemp("lever") / "seek.html", 1)


@pytest.fixture(scope="session")
def several_levers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _answer_to(tmp_path_factory.mktemp("levers") / "seek.html", 2)


@pytest.fixture(scope="session")
def decision(tmp_path_factory: pytest.TempPathFactory) -> Path:
    content = made_content(60)
    path = tmp_path_factory.mktemp("decision") / "decision.html"
    path.write_text(decision_page.build_page(content, decision_charts.charts_of(content)), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def validation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("validation")
    made = validation_of(folder, n_draws=60, shift={"hazard_EU": 6.0})
    path = folder / "validation.html"
    path.write_text(validation_page.build_page(made), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def diagnostics(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("diagnostics")
    path = folder / "diagnostics.html"
    path.write_text(diagnostics_page.build_page(validation_of(folder, n_draws=60)), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="`make test-pages` installs it")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(params=WIDTHS.values(), ids=WIDTHS.keys())
def page(request: pytest.FixtureRequest, browser: Any, html: Path) -> Iterator[Any]:
    """The page that a module's fixture `html` names, opened at each width."""
    page = browser.new_page(viewport={"width": request.param, "height": 900})
    page.asked, page.complaints = [], []
    page.on("request", lambda asked: page.asked.append(asked.url))
    page.on("console", lambda said: page.complaints.append(said.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.goto(html.as_uri())
    yield page
    page.close()
