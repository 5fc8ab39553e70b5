"""The door to what a calibration reads, and to what it left in a region's folder; and the check of all evidence.

Every function takes the evidence folder as `root`; without it the data shipped in this package are read.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from evidence import (
    backcast_files,
    calibration_files,
    entries,
    posterior_files,
    region_files,
    registry,
    validation_files,
)
from evidence.model import Parameter, Posterior, Region

if TYPE_CHECKING:
    from pandas import DataFrame


def calibrating(root: Path | None = None) -> calibration_files.Calibrating:
    """Return which parameters the calibration varies or holds fixed, and how the fit works, from `calibration.yaml`.

    Raises
    ------
    EvidenceError
        If a parameter is left out, listed twice or unknown.
    """
    root = root or registry.PACKAGED
    return calibration_files.read_calibration(root, registry.sources(root), registry.parameters(root))


def replications(root: Path | None = None) -> Mapping[str, Parameter]:
    """Return what published evaluations found and the markets they were run in, by name, from `replications.yaml`.

    Raises
    ------
    EvidenceError
        If an entry lacks a unit, a source or an interval, or contradicts itself.
    """
    root = root or registry.PACKAGED
    return entries.read_parameters(root, root / "replications.yaml", registry.sources(root))


def backcast(name: str, root: Path | None = None) -> tuple[Mapping[str, Parameter], DataFrame]:
    """Return what a region's back-cast starts from, by name, and the series of its Places.

    Raises
    ------
    EvidenceError
        If the region has no back-cast, or one of its files cannot be used.
    """
    root = (root or registry.PACKAGED).resolve()
    places = tuple(place.name for place in registry.load_region(name, root).places)
    return backcast_files.read_backcast(root, root / "regions" / name, registry.sources(root), places)


def posterior(region: Region, root: Path | None = None) -> Posterior | None:
    """Return a region's posterior, read and checked now; None before its first fit.

    Raises
    ------
    EvidenceError
        If a file of it is missing or broken.
    """
    root = (root or registry.PACKAGED).resolve()
    names = tuple(f"{process}.{name}" for process, group in registry.parameters(root).items() for name in group)
    return posterior_files.read_posterior(root, region, names)


def validation_inputs(region: Region, root: Path | None = None) -> validation_files.PosteriorFiles | None:
    """Return what a region's posterior is and predicts, and what was checked of its fit; None before the first fit.

    Raises
    ------
    EvidenceError
        If one of its files is broken, or one that must be there is missing.
    """
    root = (root or registry.PACKAGED).resolve()
    folder = root / "regions" / region.name
    return validation_files.read(root, folder, region.targets) if validation_files.has_posterior(folder) else None


def validation_digest(name: str, root: Path | None = None) -> str | None:
    """Return the SHA-256 over everything that a region's validation reads; None before its first fit."""
    folder = (root or registry.PACKAGED) / "regions" / name
    return validation_files.digest_of(folder) if validation_files.has_posterior(folder) else None


def verify(root: Path | None = None) -> None:
    """Load everything once, so that a broken file is found before a run needs it.

    Raises
    ------
    EvidenceError
        For the first problem found.
    """
    registry.parameters(root)
    if (root or registry.PACKAGED).joinpath(calibration_files.FILE).is_file():
        calibrating(root)
    registry.programme_effects(root)
    registry.distance(root)
    registry.funding(root)
    replications(root)
    for year in registry.rule_years(root):
        registry.rules(year, root)
    registry.uprating(root)
    registry.deflators(root)
    registry.unit_costs(root)
    registry.ledger_lines(root)
    registry.appraisal_terms(root)
    registry.rulebooks(root)
    registry.disposable_income(root)
    registry.gm_outcomes(root)
    for name in registry.savings_plans(root):
        registry.savings_plan(name, root)
    root = (root or registry.PACKAGED).resolve()
    for name in registry.regions(root):
        region = registry.load_region(name, root)
        posterior(region, root)
        registry.tiles(name, root)
        notes = root / "regions" / name / validation_files.NOTES
        validation_files.read_notes(root, notes, [target.name for target in region.targets])
        validation_inputs(region, root)
        if (root or registry.PACKAGED).joinpath("regions", name, region_files.BACKCAST[0]).is_file():
            backcast(name, root)
