"""The one door to the evidence: sources, parameters, rules, deflators, unit costs and regions, all checked on loading.

Every function takes the evidence folder as `root`; without it the data shipped in this package are read.
It leaves out any arithmetic: what is handed over is what the files say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from evidence import (
    appraisal_files,
    entries,
    loading,
    plan_files,
    programme_files,
    region_files,
)
from evidence.errors import EvidenceError
from evidence.model import LineFacts, Parameter, Region, Rulebook, Source, UnitCost

if TYPE_CHECKING:
    from pandas import DataFrame

PACKAGED = Path(__file__).parent
"""Folder of the evidence shipped with the package."""

INCOMES = "disposable_income.csv"
DEFLATOR_COLUMNS = ("year", "index", "unit", "source", "confidence", "note")


def sources(root: Path | None = None) -> Mapping[str, Source]:
    """Return every publication by id, from `sources.yaml` and from each region's own list.

    Raises
    ------
    EvidenceError
        If a file is broken or an id stands in two files.
    """
    root = root or PACKAGED
    merged = entries.read_sources(root, root / "sources.yaml")
    for path in sorted((root / "regions").glob("*/sources.yaml")):
        for name, source in entries.read_sources(root, path).items():
            if name in merged:
                message = "the id is already used in another sources.yaml; keep one entry or rename this one"
                raise EvidenceError(loading.show(root, path), name, message)
            merged[name] = source
    return merged


def parameters(root: Path | None = None) -> Mapping[str, Mapping[str, Parameter]]:
    """Return all parameters by process and name, from `parameters/<process>.yaml`.

    Raises
    ------
    EvidenceError
        If an entry lacks a unit, a source or an interval, or contradicts itself.
    """
    root = root or PACKAGED
    published = sources(root)
    return {
        path.stem: entries.read_parameters(root, path, published)
        for path in sorted((root / "parameters").glob("*.yaml"))
    }


def programme_effects(root: Path | None = None) -> Mapping[str, Mapping[str, Parameter]]:
    """Return the effects of every kind of programme by kind and name, from `parameters/programmes/<kind>.yaml`.

    Raises
    ------
    EvidenceError
        If an entry lacks a unit, a source or an interval, or is none of `known.PROGRAMME_EFFECTS`.
    """
    root = root or PACKAGED
    published = sources(root)
    return {
        path.stem: programme_files.read_effects(root, path, published) for path in programme_files.effect_files(root)
    }


def distance(root: Path | None = None) -> Mapping[str, Parameter]:
    """Return what measures of distance travelled are made of, by name, from `distance.yaml`.

    Raises
    ------
    EvidenceError
        If an entry lacks a unit, a source or an interval, or contradicts itself.
    """
    root = root or PACKAGED
    return entries.read_parameters(root, root / "distance.yaml", sources(root))


def funding(root: Path | None = None) -> Mapping[str, Parameter]:
    """Return how services follow money, and what a fund has by default, by name, from `funding.yaml`.

    Raises
    ------
    EvidenceError
        If an entry lacks a unit, a source or an interval, or contradicts itself.
    """
    root = root or PACKAGED
    return entries.read_parameters(root, root / "funding.yaml", sources(root))


def fund_file(name: str, root: Path | None = None) -> Path | None:
    """Return the file of a region's funds; None if it has none."""
    path = (root or PACKAGED) / "regions" / name / region_files.FUNDS
    return path if path.is_file() else None


def service_files(name: str, root: Path | None = None) -> tuple[Path, ...]:
    """Return the files of a region's catalogue of services, sorted; none if it has no such folder."""
    return programme_files.service_files((root or PACKAGED) / "regions" / name)


def rule_years(root: Path | None = None) -> tuple[str, ...]:
    """Return the financial years whose tax, benefit and wage rates are held, as `2025/26`."""
    folder = (root or PACKAGED) / "rules"
    return tuple(sorted(path.stem.replace("-", "/") for path in folder.glob("[0-9]*.yaml")))


def rules(year: str, root: Path | None = None) -> Mapping[str, Mapping[str, Parameter]]:
    """Return tax, benefit and wage rates of a financial year (`2025/26`) by group and name, in pounds as published.

    Raises
    ------
    EvidenceError
        If no file holds that year or an entry is broken.
    """
    root = root or PACKAGED
    path = root / "rules" / f"{year.replace('/', '-')}.yaml"
    if year.replace("-", "/") not in rule_years(root):
        held = ", ".join(rule_years(root)) or "none"
        raise EvidenceError("rules", year, f"no rates are held for this financial year; held are {held}")
    return entries.read_rules(root, path, sources(root))


def uprating(root: Path | None = None) -> Mapping[str, Parameter]:
    """Return how rates go on after the last year held, by name, from `rules/uprating.yaml`.

    Raises
    ------
    EvidenceError
        If an entry lacks a unit, a source or an interval, or contradicts itself.
    """
    root = root or PACKAGED
    return entries.read_parameters(root, root / "rules" / "uprating.yaml", sources(root))


def deflators(root: Path | None = None) -> DataFrame:
    """Return the price index by calendar year: columns year, index, unit, source, confidence, note.

    Raises
    ------
    EvidenceError
        If the table is broken, repeats a year or cites an unknown source.
    """
    root = root or PACKAGED
    path = root / "deflators.csv"
    table = region_files.read_table(root, path, sources(root), DEFLATOR_COLUMNS)
    if table["year"].duplicated().any():
        year = table["year"][table["year"].duplicated()].iloc[0]
        raise EvidenceError(loading.show(root, path), str(year), "the year stands twice; keep one row")
    return table


def unit_costs(root: Path | None = None) -> Mapping[str, UnitCost]:
    """Return the appraisal unit costs by name, each in pounds of its own price year."""
    root = root or PACKAGED
    return entries.read_unit_costs(root, root / "unit_costs.yaml", sources(root))


def savings_plans(root: Path | None = None) -> tuple[str, ...]:
    """Return the names of the plans of savings held, sorted."""
    return plan_files.plan_names(root or PACKAGED)


def savings_plan(name: str, root: Path | None = None) -> plan_files.SavingsPlan:
    """Return one plan of savings: its published inputs, the arithmetic, and its claims.

    Raises
    ------
    EvidenceError
        If none has that name or an entry is broken.
    """
    root = root or PACKAGED
    return plan_files.read_plan(root, name, sources(root))


def gm_outcomes(root: Path | None = None) -> tuple[plan_files.GmOutcome, ...]:
    """Return which published unit cost belongs to which outcome of a run; none where the folder has no such file.

    Raises
    ------
    EvidenceError
        If an entry is broken or names a unit cost that is not held.
    """
    root = root or PACKAGED
    if not (root / "gm_tool").is_dir():
        return ()
    found, held = plan_files.read_outcomes(root), unit_costs(root)
    for outcome in found:
        loading.one_of(outcome.unit_cost, tuple(held), "gm_tool/outcomes.yaml", f"{outcome.name}.unit_cost")
    return found


def ledger_lines(root: Path | None = None) -> Mapping[str, LineFacts]:
    """Return what each line of the ledger is worth to an appraiser, by the line's name, from `ledger.yaml`.

    Raises
    ------
    EvidenceError
        If a word is unknown, a share is out of bounds, or more is cashable than is marginal.
    """
    root = root or PACKAGED
    return appraisal_files.read_ledger(root, root / appraisal_files.LEDGER, sources(root))


def appraisal_terms(root: Path | None = None) -> Mapping[str, Parameter]:
    """Return the terms of an appraisal beside its rulebook, by name, from `appraisal.yaml`.

    Raises
    ------
    EvidenceError
        If a term is missing, unknown, in another unit or out of bounds.
    """
    root = root or PACKAGED
    return appraisal_files.read_terms(root, root / appraisal_files.APPRAISAL, sources(root))


def rulebooks(root: Path | None = None) -> Mapping[str, Rulebook]:
    """Return the rulebooks of discounting held, by name, from `appraisal.yaml`.

    Raises
    ------
    EvidenceError
        If one is broken.
    """
    root = root or PACKAGED
    return appraisal_files.read_rulebooks(root, root / appraisal_files.APPRAISAL, sources(root))


def disposable_income(root: Path | None = None) -> Mapping[str, float]:
    """Return gross disposable household income a head, pounds a year of 2023, by code of local authority.

    Raises
    ------
    EvidenceError
        If the table is broken or a code stands twice.
    """
    root = root or PACKAGED
    path = root / INCOMES
    table = region_files.read_table(root, path, sources(root), loading.MARGIN_COLUMNS)
    twice = table["area_code"][table["area_code"].duplicated()]
    if len(twice):
        raise EvidenceError(loading.show(root, path), str(twice.iloc[0]), "the area stands twice; keep one row")
    return dict(zip(table["area_code"].astype(str), table["value"].astype(float), strict=True))


def regions(root: Path | None = None) -> tuple[str, ...]:
    """Return the names of the regions held, sorted: the folders that have a `places.yaml`."""
    folder = (root or PACKAGED) / "regions"
    return tuple(sorted(path.parent.name for path in folder.glob("*/places.yaml")))


def load_region(name: str, root: Path | None = None) -> Region:
    """Return one region: Places, margins, employers, commuting, targets, variants, and what was fitted to them.

    The tables are shared between callers: copy one before changing it.

    Raises
    ------
    EvidenceError
        If no region has that name or one of its files is broken.
    """
    root = (root or PACKAGED).resolve()
    if name not in regions(root):
        held = ", ".join(regions(root)) or "none"
        message = f"no such region; held are {held}.{loading.nearest(name, regions(root))}"
        raise EvidenceError("regions", name, message)
    folder = root / "regions" / name
    content, fitted = region_files.folder_hash(folder), region_files.fitted_hash(folder)
    return region_files.read_region(root, name, content, fitted, tuple(sources(root).items()))


def tiles(name: str, root: Path | None = None) -> tuple[tuple[str, ...], ...]:
    """Return the rows of a region's schematic map, north first: names of Places, empty where none stands.

    Raises
    ------
    EvidenceError
        If a Place is missing, stands twice or is not known, or the rows differ in length.
    """
    root = root or PACKAGED
    return region_files.read_tiles(root, root / "regions" / name)


def citations(ids: Iterable[str], root: Path | None = None) -> tuple[Source, ...]:
    """Return the publications of these ids once each, sorted by id: what a run must cite.

    Raises
    ------
    EvidenceError
        If an id is unknown.
    """
    published = sources(root)
    wanted = sorted(set(ids))
    for name in wanted:
        entries.check_source(name, published, "sources.yaml", name)
    return tuple(published[name] for name in wanted)
