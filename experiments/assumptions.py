"""The assumptions register of a region: all that a run may rest on, ranked by the region's designs if it has any."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import evidence
from evidence import registry
from experiments.errors import InvalidRequest, MissingData, UnusableOutput
from experiments.plans import shipped_region
from results.assumption_register import register
from results.files import write_text
from results.influence import BankError, bank_influence, keyed
from results.store import csv_text

if TYPE_CHECKING:
    from pandas import DataFrame

    from evidence.model import Parameter, Target

DESIGN_BANK = "fitted/design_bank.parquet"
"""Every design that a calibration ran, in the region's folder: wave, seed, parameters, and measures as it gave them."""
INPUT, OUTPUT = "z.", "out."
"""What the bank's columns of parameters (on the prior's standard scale) and of measures begin with."""


def all_parameters() -> dict[str, Parameter]:
    """Return `group.name` -> parameter of every group: the model's, effects of programmes, money, appraisal."""
    kinds = {f"programmes.{kind}": items for kind, items in registry.programme_effects().items()}
    terms = {"funding": registry.funding(), "distance": registry.distance(), "appraisal": registry.appraisal_terms()}
    return keyed([*registry.parameters().items(), *kinds.items(), *terms.items()])


def read_bank(path: Path, targets: Sequence[Target]) -> DataFrame:
    """Return a bank of designs, one row a run, its columns under the names of parameters and targets.

    Parameters
    ----------
    path : Path
        The bank: `z.<process.name>`, `out.<measure>[<area>]` and others.
    targets : Sequence[Target]
        Of the region. Where several are of one measure and area, the first gives the name.

    Raises
    ------
    MissingData
        If the file is not a Parquet table.
    """
    import pandas as pd
    from pyarrow import ArrowInvalid

    try:
        bank = pd.read_parquet(path)
    except (ArrowInvalid, OSError) as error:
        message = f"{path.name}: cannot be read as a Parquet table ({error}). Run the calibration again to write it."
        raise MissingData(message) from None
    names = {f"{OUTPUT}{target.measure}[{target.area}]": target.name for target in reversed(targets)}
    names |= {column: column.removeprefix(INPUT) for column in bank.columns if column.startswith(INPUT)}
    return bank.rename(columns=names)


def region_register(name: str, outputs: tuple[str, ...] = (), root: Path | None = None) -> DataFrame:
    """Return a region's register by `results.assumption_register.COLUMNS`.

    Parameters
    ----------
    name : str
        The region.
    outputs : tuple of str
        Targets of the region that influence is measured on; all that the bank holds by default.
    root : Path, optional
        Folder of the regions; the shipped one by default.

    Raises
    ------
    InvalidRequest
        If outputs are named without a bank, or one that the bank does not hold.
    MissingData
        If the bank cannot be read.
    """
    region, known = shipped_region(name), all_parameters()
    path = (root or Path(evidence.__file__).parent / "regions") / name / DESIGN_BANK
    if not path.exists():
        if outputs:
            message = f"{name} has no bank of designs yet ({DESIGN_BANK}), so nothing can be ranked by outputs."
            raise InvalidRequest(f"{message} Leave --output out, or calibrate the region first.")
        return register(known, registry.sources())
    bank = read_bank(path, region.targets)
    held = [target.name for target in region.targets if target.name in bank.columns]
    unknown = [output for output in outputs if output not in held]
    if unknown:
        raise InvalidRequest(f"--output {unknown[0]}: the bank of {name} holds {', '.join(held) or 'no target'}.")
    varied = [key for key in known if key in bank.columns]
    try:
        influence = bank_influence(bank, varied, outputs or tuple(held))
    except BankError as error:
        raise MissingData(f"regions/{name}/{DESIGN_BANK}: {error}. Run the calibration again to write it.") from None
    return register(known, registry.sources(), influence)


def write_register(frame: DataFrame, path: Path) -> None:
    """Write a register as CSV, whole or not at all.

    Raises
    ------
    UnusableOutput
        If the file cannot be written.
    """
    try:
        write_text(path, csv_text(frame))
    except OSError as error:
        message = f"--out: {path} cannot be written ({error.strerror or error}). Choose a file that you may write."
        raise UnusableOutput(message) from None
