"""The table of the baseline against published figures, as it is stored, and whether it describes a study."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from experiments.cache import hash_of, parameters_hash
from experiments.errors import MissingData

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pandas import DataFrame

    from evidence.model import Parameter, Region
    from experiments.plans import Plan

HEADINGS = {
    "target": "Figure",
    "role": "Role",
    "observed": "Published",
    "se": "Standard error",
    "model": "Model",
    "z": "z",
    "unit": "Unit",
    "verdict": "Verdict",
    "confidence": "Confidence",
    "source": "Source",
}
"""Columns of the table that a report shows, with their headings."""
ROLE_WORDS = {"fit": "fitted", "holdout": "held-out"}
WITHIN = "within 3 SE"
"""Verdict on a row that agrees; written by calibration."""


@dataclass(frozen=True)
class TargetTable:
    """The baseline against a region's published figures.

    `rows` as calibration measured them, by `evidence.region_files.TARGET_COLUMNS`; `facts` how; `departures` are
    sentences on what sets the table apart from a study, empty where it describes the study.
    """

    rows: DataFrame
    facts: Mapping[str, object]
    departures: tuple[str, ...] = ()
    remark: str = ""
    """what a reader of a study with draws must know of the table"""

    def frame(self) -> DataFrame:
        """Return the table under headings for readers."""
        return self.rows.loc[:, list(HEADINGS)].replace({"role": ROLE_WORDS}).rename(columns=HEADINGS)

    def tally(self) -> str:
        """Return how many fitted and held-out figures agree, as a sentence."""
        parts = []
        for role, word in ROLE_WORDS.items():
            verdicts = self.rows.loc[self.rows["role"] == role, "verdict"]
            if len(verdicts):
                parts.append(f"{(verdicts == WITHIN).sum()} of {len(verdicts)} {word} figures")
        return f"{' and '.join(parts)} lie within 3 standard errors."

    def words(self) -> str:
        """Return how the table was measured, what came out and what sets it apart from the study."""
        sample, facts = self.facts["sample"], self.facts
        scale = "every resident" if sample == 1 else f"one resident in {sample}"
        how = (
            f"Measured on the baseline with {scale}, seed {facts['seed']}, over {facts['measured_months']} months "
            f"after {facts['settled_months']} months of settling."
        )
        return " ".join(filter(None, [how, self.tally(), self.remark, *self.departures]))


def target_table(
    region: Region,
    parameters: Mapping[str, Mapping[str, Parameter]],
    overrides: Sequence[str] = (),
    variant: str | None = None,
) -> TargetTable | None:
    """Return a region's stored table with what sets it apart from a study, or None if it has none yet.

    Parameters
    ----------
    region : Region
        The region.
    parameters : Mapping
        Process -> name -> parameter, as the evidence has them now.
    overrides : sequence of str
        `process.name` of the parameters that the study sets itself.
    variant : str or None
        The study's named reading of the evidence.
    """
    rows, facts = region.fitted_targets, region.fitted_facts
    if rows is None:
        return None
    departures = []
    if facts["parameters"] != parameters_hash(parameters):
        departures.append("Parameters of the evidence have changed since, so it does not describe the present model.")
    if facts["region"] != region.folder_hash:
        departures.append("Tables, targets or levels of the region have changed since.")
    if overrides:
        departures.append(f"This run sets {', '.join(overrides)} itself; the table was measured without that.")
    if variant:
        departures.append(f"This run takes the reading '{variant}' of the evidence; the table does not.")
    return TargetTable(rows, facts, tuple(departures))


def table_for(study: Plan) -> TargetTable | None:
    """Return the stored table of a study's region with what sets it apart from the study, or None."""
    from experiments.plans import shipped_parameters

    names = sorted(name for name, _ in study.baseline_arm.parameters)
    found = target_table(study.region, shipped_parameters(), names, study.variant)
    if found is None or not study.drawn.draws:
        return found
    remark = "It is of the evidence's own values (draw 0); what the draws of the posterior give is on the scorecard."
    return replace(found, remark=remark)


def stored(region: str) -> TargetTable:
    """Return the stored table of a region.

    Raises
    ------
    MissingData
        If it has none yet.
    """
    from experiments.plans import shipped_parameters, shipped_region

    found = target_table(shipped_region(region), shipped_parameters())
    if found is None:
        raise MissingData(
            f"{region}: the model was not set beside its published figures yet. Add --measure to do it now, or write "
            f"the table for every run's report: python -m calibration {region} --targets."
        )
    return found


def table_hash(region: Region) -> str | None:
    """Return 16 hex digits over a region's table and how it was measured, or None if it has none."""
    if region.fitted_targets is None:
        return None
    return hash_of(region.fitted_targets.to_csv(index=False), dict(region.fitted_facts))
