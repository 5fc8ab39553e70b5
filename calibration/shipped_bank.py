"""A region's shipped bank of designs read back, so that checks of a fit run on what the fit was made of."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pandas as pd

import evidence
from calibration.bank import Study
from calibration.matching import Judge, World, emulate, figures
from experiments.cache import hash_of
from experiments.errors import MissingData
from experiments.folders import cache_folder
from results.files import digest_of

FILE = Path("fitted") / "design_bank.parquet"


@dataclass(frozen=True)
class ShippedBank:
    """The bank of a region, by name, so that any process can read it; `key` changes with whatever a check reads."""

    region: str
    key: str

    @property
    def study(self) -> Study:
        """The region and the evidence."""
        return _study(self.region)

    def frame(self) -> pd.DataFrame:
        """Return the designs."""
        return pd.read_parquet(_path(self.region))

    def judge(self, *, smooth: bool) -> Judge:
        """Return who holds places of the space against the region's figures, through emulators of this bank.

        Parameters
        ----------
        smooth : with Gaussian processes beside the lines.
        """
        return _judge(self, smooth)

    def folder(self, name: str) -> Path:
        """Return where runs of a check are kept."""
        return cache_folder() / "calibration" / f"{self.region}-{name}"


@lru_cache(maxsize=1)
def _study(region: str) -> Study:
    return Study(region)


def _path(region: str) -> Path:
    return Path(evidence.__file__).parent / "regions" / region / FILE


@lru_cache(maxsize=2)
def _judge(bank: ShippedBank, smooth: bool) -> Judge:
    study = bank.study
    world = World(study.what.vary, study.law, study.tightness, study.what.fit.reach)
    against = figures(study.region.targets, study.law, study.what)
    return Judge(world, emulate(bank.frame(), world, against, smooth=smooth), against)


def shipped_bank(region: str) -> ShippedBank:
    """Return the bank that a region ships.

    Parameters
    ----------
    region : a folder of the evidence.

    Raises
    ------
    MissingData
        If the region has no bank, or one made for other parameters or targets.
    evidence.errors.EvidenceError
        If the region is broken or not there.
    """
    study = _study(region)
    mend = f"make it anew: workability calibrate {region}"
    found = study.region.targets
    where = f"evidence/regions/{region}/{FILE.as_posix()}"
    path = _path(region)
    if not path.is_file():
        raise MissingData(f"{where} is not there: the region has no fit to check; {mend}")
    try:
        columns = set(pd.read_parquet(path).columns)
    except (OSError, ValueError) as error:
        raise MissingData(f"{where} cannot be read ({error}); {mend}") from None
    against = figures(found, study.law, study.what)
    wanted = [*against.columns(), *(f"z.{name}" for name in study.what.vary)]
    missing = [name for name in wanted if name not in columns]
    if missing:
        raise MissingData(
            f"{where}: column '{missing[0]}' is missing ({len(missing)} in all): the bank was made for other "
            f"parameters or targets; {mend}"
        )
    fitted = [(t.name, t.measure, t.area, t.value, t.se) for t in found if t.role == "fit"]
    priors = [repr(prior) for prior in study.priors]
    return ShippedBank(region, hash_of(digest_of(path), fitted, priors, against.discrepancy.tolist(), str(study.what)))
