"""A plan's claims reproduced beside a finished run, kept in a folder; runs in the Greater Manchester tool's order."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from evidence.errors import EvidenceError
from experiments.answers import is_finished
from experiments.cache import hash_of
from experiments.errors import InvalidData, InvalidRequest, MissingData, UnusableOutput
from experiments.events import Events
from experiments.folders import only_writer, usable_folder
from experiments.plans import shipped_region
from experiments.requests import check_threads
from experiments.run_folder import find, pairs_of, refuse_if_altered
from experiments.service_map import MapRequest, start_for
from experiments.version import __version__, source_hash
from results.geography import Geography, geography_of
from results.gm_export import HELD_EDITION, GmError, published_costs, write_gm
from results.plan_claims import claim_rows
from results.plan_data import PlanFacts, PlanResult
from results.plan_model import LowPay, ModelFigure, low_pay_rows, model_figures
from results.plan_page import CONTENT, PAGE, TABLE, write_plan
from results.store import RunFolder, calibration_of, read_manifest
from results.summary import NOT_CALIBRATED
from results.unit_cost_cells import UnitCostFileError
from results.unit_cost_import import Imported, import_unit_costs, write_edition
from scenarios.errors import listing, nearest, shown

if TYPE_CHECKING:
    from pandas import DataFrame

    from evidence.plan_files import SavingsPlan
    from evidence.unit_cost_editions import Edition
    from results.pairing import PairedSeed

FORMAT = 1
"""Raise it when the same inputs would fill a folder with other content."""


@dataclass(frozen=True)
class PlanRequest:
    """Which plan, beside which run (a folder, or a scenario's name for its latest under `runs`), kept under `out`.

    `unit_costs`: an edition that `workability unit-costs import` wrote, or None.
    """

    plan: str
    run: str | None = None
    runs: Path = Path("runs")
    out: Path = Path("plans")
    unit_costs: Path | None = None
    threads: int | None = None

    def __post_init__(self) -> None:
        """Refuse threads that are out of range, and a plan that is not held."""
        from evidence.registry import savings_plans

        check_threads(self.threads)
        held = savings_plans()
        if self.plan not in held:
            raise InvalidRequest(
                f"{shown(self.plan)}: no plan has this name.{nearest(self.plan, held)} Plans held: {listing(held)}."
            )

    @cached_property
    def edition(self) -> Edition | None:
        """The user's own edition, None where none was named."""
        return None if self.unit_costs is None else edition_of(self.unit_costs)

    @cached_property
    def found_run(self) -> tuple[Path, dict[str, Any]] | None:
        """Folder and manifest of the run, None where none was asked for."""
        return None if self.run is None else run_of(self.run, self.runs)


@dataclass(frozen=True)
class FinishedPlan:
    """A plan's claims on disk: their folder and content as plain values."""

    folder: Path
    content: dict[str, Any]

    @property
    def page(self) -> Path:
        """Return the page."""
        return self.folder / PAGE

    def as_dict(self) -> dict[str, Any]:
        """Return where it is kept, and its content."""
        paths = {"folder": self.folder.as_posix(), "page": self.page.as_posix()}
        return {**paths, "table": (self.folder / TABLE).as_posix(), **self.content}


def run_of(text: str, runs: Path) -> tuple[Path, dict[str, Any]]:
    """Return folder and manifest of a finished run.

    Raises
    ------
    MissingData
        If there is none, it did not finish, or it is not as it was written.
    """
    folder = find(text, runs)
    refuse_if_altered(folder)
    return folder, read_manifest(folder)


def edition_of(path: Path) -> Edition:
    """Return an imported edition of the unit costs.

    Raises
    ------
    MissingData
        If there is no such file.
    InvalidData
        If it is not what the import writes.
    """
    from evidence.unit_cost_editions import read_edition

    if not path.is_file():
        raise MissingData(
            f"--unit-costs {shown(str(path))}: there is no such file. Make one from your copy of the database: "
            "workability unit-costs import FILE."
        )
    try:
        return read_edition(path)
    except EvidenceError as problem:
        raise InvalidData(f"--unit-costs {problem}. Import your copy of the database again.") from None


def make_plan(request: PlanRequest, events: Events | None = None) -> FinishedPlan:
    """Return the finished page of a plan; one that is there is read, not made again.

    Parameters
    ----------
    request : PlanRequest
        What is asked.
    events : Events or None
        Who hears of progress.

    Raises
    ------
    RunError, EvidenceError
        If the plan, the run, the edition or the folder cannot be used, or a finished page is not as it was written.
    """
    from evidence.registry import deflators, savings_plan

    heard = events or Events()
    plan = savings_plan(request.plan)
    prices = deflators()
    index = {int(year): float(value) for year, value in zip(prices["year"], prices["index"], strict=True)}
    where = _geography(request, plan)
    folder = RunFolder(request.out, plan.name, _content_hash(request, plan, index))
    if is_finished(folder.path, "page", heard):
        return FinishedPlan(folder.path, json.loads((folder.path / CONTENT).read_text(encoding="utf-8")))
    usable_folder(folder.path)
    with only_writer(folder.path):
        facts, figures = PlanFacts(_command(request)), tuple[ModelFigure, ...]()
        if request.found_run is not None and where is not None:
            run, manifest = request.found_run
            low_pay = low_pay_of(plan, request, manifest, where, heard)
            figures = model_figures(plan, pairs_of(run), where, low_pay)
            name = f"{manifest['scenario']}/{run.name}"
            sample = manifest["sample"]
            scale = "every resident" if sample == 1 else f"one resident in {sample}: a draft"
            facts = PlanFacts(
                facts.command, name, f"the run {name}, {scale}", sample, calibration_of(manifest) or NOT_CALIBRATED
            )
        result = PlanResult(plan, claim_rows(plan, index), figures, facts, request.edition)
        return FinishedPlan(folder.path, write_plan(folder, result))


def _geography(request: PlanRequest, plan: SavingsPlan) -> Geography | None:
    """Return the areas of the run's region, None without a run.

    Raises
    ------
    InvalidRequest
        If the region has no area of the plan's name.
    """
    if request.found_run is None:
        return None
    where = geography_of(shipped_region(str(request.found_run[1]["region"])))
    if plan.group not in [area.name for area in where.areas]:
        raise InvalidRequest(
            f"{request.run}: the run is of {where.title}, which has no area '{plan.group}' that the plan is about. "
            "Name a run of the plan's own region."
        )
    return where


def _content_hash(request: PlanRequest, plan: SavingsPlan, index: dict[int, float]) -> str:
    """Return 16 hex digits over everything that decides a figure or a word of the page."""
    from results.report import PAGES

    pages = [(path.name, path.read_text(encoding="utf-8")) for path in sorted(PAGES.iterdir()) if path.is_file()]
    beside = None
    if request.found_run is not None:
        # heads in low pay are counted in the start that the present sources and evidence make
        manifest = request.found_run[1]
        start = MapRequest(str(manifest["region"]), manifest["sample"]).content_hash
        beside = (manifest["run_id"], start)
    edition = None if request.edition is None else asdict(request.edition)
    return hash_of(
        "savings plan", FORMAT, asdict(plan), sorted(index.items()), beside, edition, source_hash(("results",)), pages,
        __version__,
    )  # fmt: skip


def _command(request: PlanRequest) -> str:
    """Return the command that makes the page again, without the run and without a path of this machine."""
    edition = "" if request.unit_costs is None else f" --unit-costs {request.unit_costs.name}"
    return f"workability plan {request.plan}{edition}"


def low_pay_of(
    plan: SavingsPlan, request: PlanRequest, manifest: dict[str, Any], where: Geography, events: Events
) -> tuple[LowPay, ...]:
    """Return heads in low pay in the starting population of a run; none where no claim asks for them.

    Parameters
    ----------
    plan : SavingsPlan
        The plan; its inputs hold the definitions of low pay.
    request : PlanRequest
        What is asked.
    manifest : dict
        Of the run.
    where : Geography
        The run's areas.
    events : Events
        Who hears of progress.
    """
    from evidence.registry import rules
    from scenarios.vocabulary import IN_WORK, EmployerKind
    from simulation.taxben.rates import financial_year

    if all(claim.mechanism != "low_pay" for claim in plan.claims):
        return ()
    region = shipped_region(str(manifest["region"]))
    start = start_for(MapRequest(region.name, manifest["sample"], request.out, request.threads), region, events)
    c, kinds = start.columns, start.firms.kind
    working = np.flatnonzero(np.isin(c.state, [int(state) for state in IN_WORK]) & (c.employer >= 0))
    rows = working[kinds[c.employer[working]] != int(EmployerKind.SELF_EMPLOYMENT)]
    held = rules(financial_year(0))
    ages = -c.birth[rows].astype(np.int64) // 12
    wage = {name: round(100 * float(item.value)) for name, item in held["minimum_wage"].items()}  # type: ignore[arg-type]
    floor = np.select([ages < 18, ages < 21], [wage["age_16_17"], wage["age_18_20"]], wage["age_21_plus"])
    living = 100 * float(held["scorecard"]["real_living_wage"].value)  # type: ignore[arg-type]
    line = plan.inputs["low_pay_line_2025"]
    lines = {
        f"Below the United Kingdom's line of {line.period}": 100 * line.value,
        f"Below the real Living Wage of {financial_year(0)}": living,
    }
    hourly, fraction = np.maximum(c.pay[rows].astype(np.int64), floor), plan.inputs["low_pay_fraction"].value / 100
    areas = (where.find(plan.group), where.whole)
    return low_pay_rows(hourly, c.place[rows].astype(np.int64), areas, fraction, lines)


def export_gm(
    runs: Sequence[PairedSeed], path: Path, unit_costs: Path | None = None, calibration: str = ""
) -> DataFrame:
    """Write a comparison in the order of the Greater Manchester tool; return the benefits.

    Parameters
    ----------
    runs : sequence of PairedSeed
        The seeds of one comparison.
    path : Path
        File to write, .csv or .xlsx.
    unit_costs : Path or None
        An imported edition to take published unit costs from.
    calibration : str
        What the run says of the posterior behind it; empty where there is none.

    Raises
    ------
    RunError
        If the run has no participants, the file's ending is neither, or it cannot be written.
    """
    from evidence import registry

    outcomes = registry.gm_outcomes()
    edition = None if unit_costs is None else edition_of(unit_costs)
    try:
        costs = published_costs(outcomes, registry.unit_costs(), edition)
        return write_gm(runs, path, outcomes, costs, calibration or NOT_CALIBRATED)
    except GmError as problem:
        raise InvalidRequest(f"{path.name}: {problem}") from None
    except OSError as problem:
        raise UnusableOutput(
            f"{shown(str(path))} cannot be written ({problem.strerror or problem}). Name a file that you may write."
        ) from None


def import_edition(path: Path, out: Path, edition: str = "") -> Imported:
    """Take the unit costs of a user's copy of the database, and write them for later use.

    Parameters
    ----------
    path : Path
        The user's copy, .xlsx or .csv.
    out : Path
        File to write.
    edition : str
        What to call it; found in the file where empty.

    Raises
    ------
    MissingData
        If there is no such file, or it cannot be read.
    InvalidData
        If it holds no table of unit costs that can be used.
    UnusableOutput
        If the file cannot be written.
    """
    if not path.is_file():
        raise MissingData(f"{shown(str(path))}: there is no such file. Name your copy of the database.")
    try:
        found = import_unit_costs(path, edition)
    except UnitCostFileError as problem:
        raise InvalidData(str(problem)) from None
    except OSError as problem:
        raise MissingData(f"{shown(path.name)} can't be read: {problem.strerror}. Check its rights.") from None
    try:
        write_edition(found, out)
    except OSError as problem:
        raise UnusableOutput(
            f"--out {shown(str(out))} cannot be written ({problem.strerror or problem}). Name another file."
        ) from None
    return found


def held_unit_costs() -> tuple[str, list[tuple[str, str, str]]]:
    """Return the edition of the unit costs that are held, and title, value and price year of each."""
    from evidence.registry import unit_costs

    rows = [
        (cost.title, f"£{cost.value:,.0f} ({cost.unit})", cost.price_year)
        for cost in unit_costs().values()
        if cost.source.startswith("gmca_unit_costs")
    ]
    return HELD_EDITION, rows
