"""Asking for a fit: options checked, its cost told, the fit made and written into the region's folder."""

from __future__ import annotations

import contextlib
import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import evidence
from calibration.bank import Study
from calibration.calibrate import Request, calibrate
from calibration.consistency import checked_region
from calibration.evaluation_runs import MONTHS
from calibration.shipped import INFORMED, facts, write_posterior
from evidence.calibration_files import FitConventions
from experiments.errors import InvalidRequest
from experiments.estimate import DEFAULT_SPEED
from experiments.events import Events
from experiments.folders import cache_folder
from experiments.requests import parse_sample
from results.files import write_text
from simulation.run_in import DRAW_MONTHS

LEAST_DRAWS = 500
"""Draws that a shipped posterior has at least, so that a tail of one in a hundred still has five of them."""
LEARNING_SECONDS = 0.75
"""Seconds a design for all that is learnt from it, emulators and samplers, before this machine has been measured."""
PACE = "fit_pace.json"


@dataclass(frozen=True)
class Planned:
    """A fit that is ready to run: its designs, and seconds for all its runs of the model."""

    request: Request
    how: FitConventions
    designs: int
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        """Return the plan as plain values for JSON."""
        return {
            "region": self.request.region,
            "sample": self.how.sample,
            "waves": list(self.how.waves),
            "designs": self.designs,
            "draws": self.how.draws,
            "full_scale": self.how.full_scale,
            "seed": self.request.seed,
            "workers": self.request.workers,
            "seconds": round(self.seconds),
        }

    @property
    def words(self) -> str:
        """What it will do and how long it takes, for a person."""
        full = f", {self.how.full_scale} of them with every resident" if self.how.full_scale else ""
        return (
            f"Fitting {self.request.region}: {self.designs} designs at 1:{self.how.sample} in {len(self.how.waves)} "
            f"waves, then {self.how.draws} draws of the posterior{full}; a published evaluation under "
            f"{self.how.evaluated} of them. About {max(1, round(self.seconds / 60))} minutes with "
            f"{self.request.workers} processes."
        )


@dataclass(frozen=True)
class Shipped:
    """A finished fit as told to a person or a program."""

    region: str
    inside: int
    measured: int
    left: float
    informed: int
    varied: int
    seconds: Mapping[str, float]
    files: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values for JSON."""
        return {**vars(self), "seconds": {k: round(v, 1) for k, v in self.seconds.items()}, "files": list(self.files)}

    @property
    def words(self) -> str:
        """What came out, for a person."""
        return (
            f"{self.inside} of {self.measured} fitted figures lie inside their 90% predictive interval. "
            f"{self.left:.2%} of the prior is left; the figures narrowed {self.informed} of {self.varied} parameters.\n"
            f"Written: {', '.join(self.files)}\nNext: workability validate --region {self.region}"
        )


def plan_fit(
    region: str,
    sample: str | None = None,
    waves: str | None = None,
    draws: int | None = None,
    full_scale: int | None = None,
    seed: int = 1,
    workers: int | None = None,
) -> Planned:
    """Return a fit that is ready to run; nothing is written.

    Parameters
    ----------
    region : a folder of the evidence.
    sample : scale of the designs as text, `1:N`.
    waves : designs of each wave as text, `N,N`.
    draws, full_scale : draws to ship, and those to run with every resident.
    seed, workers : of the fit; processes.

    Raises
    ------
    InvalidRequest, InvalidData
        If an option cannot be used, or the region's figures contradict each other and nobody accepted it.
    evidence.errors.EvidenceError
        If the region or its evidence is broken.
    """
    if waves is not None and not re.fullmatch(r"\d+(,\d+)*", waves):
        raise InvalidRequest(f"--waves: found '{waves}'; write the designs of each wave, such as 360,300,240.")
    sizes = tuple(int(word) for word in waves.split(",")) if waves else None
    least = 2 * len(evidence.calibrating().vary)
    if sizes and min(sizes) < least:
        raise InvalidRequest(
            f"--waves: found {min(sizes)}; a wave needs {least} designs at least, two for each parameter, to learn "
            "anything from it."
        )
    if draws is not None and draws < LEAST_DRAWS:
        raise InvalidRequest(f"--draws: found {draws}; a posterior has {LEAST_DRAWS} draws at least.")
    if full_scale is not None and full_scale < 0:
        raise InvalidRequest(f"--full-scale: found {full_scale}; it is 0 or more.")
    if workers is not None and workers < 1:
        raise InvalidRequest(f"--workers: found {workers}; it is 1 or more.")
    checked_region(region)
    size = parse_sample(sample) if sample else None
    request = Request(region, size, sizes, draws, full_scale, seed, workers or 2)
    study = Study(region)
    how = request.conventions(study)
    designs = sum(how.waves) + min(how.replicates, how.waves[0])
    heads = int(study.law.heads.sum())
    a_design = how.controlled_months + how.settled_months + how.measured_months
    a_draw = DRAW_MONTHS + how.settled_months + how.measured_months
    sampled = designs * a_design + how.draws * a_draw + how.evaluated * (DRAW_MONTHS + MONTHS)
    resident_months = heads * (sampled / how.sample + 2 * how.full_scale * a_draw)
    guess = resident_months / (DEFAULT_SPEED * request.workers) + LEARNING_SECONDS * designs
    return Planned(request, how, designs, guess * _pace())


def _pace() -> float:
    """Return how much longer than guessed the last whole fit on this machine took; 1 before there was one."""
    try:
        return float(json.loads((cache_folder() / PACE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return 1.0


def ship(planned: Planned, events: Events | None = None, root: Path | None = None) -> Shipped:
    """Make a fit and write it into its region's folder.

    Parameters
    ----------
    planned : the fit.
    events : who hears of progress.
    root : the evidence folder to write into; the packaged one if None.
    """
    began = time.perf_counter()
    fit = calibrate(planned.request, events)
    if not fit.was_resumed:
        pace = _pace() * (time.perf_counter() - began) / planned.seconds
        with contextlib.suppress(OSError):
            write_text(cache_folder() / PACE, json.dumps(pace))
    base = root or Path(evidence.__file__).parent
    written = write_posterior(base / "regions" / fit.study.name, fit)
    names = tuple(path.relative_to(base.parent).as_posix() for path in written)
    shipped = evidence.posterior(evidence.load_region(fit.study.name, base), base)
    if shipped is None:
        raise RuntimeError("the posterior that was just written is not there")
    checks = facts(fit)["checks"]
    inside, measured = shipped.targets_inside, shipped.targets_measured
    return Shipped(
        fit.study.name, inside, measured, fit.waves[-1].left, checks[INFORMED], checks["parameters"], fit.seconds, names
    )
