"""What the mean-field twin says before anything is run: where figures can lead a fit, and what a rival predicts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from calibration.bank import Study
from calibration.fisher import Spectrum, Varied, fisher_spectrum
from calibration.twin_measured import rival_predictions
from results.files import write_text
from results.store import csv_text

TWIN = Path("fitted") / "twin_targets.csv"
"""The twin's figures, by target."""
DIGITS = 6


def varied(study: Study) -> tuple[Varied, ...]:
    """Return the varied parameters with a standard deviation of their priors in their own unit."""
    out = []
    for prior in study.priors[: study.n_seen]:
        process, _, name = prior.name.partition(".")
        low, high = (float(prior.values(np.asarray(z))) for z in (-1.0, 1.0))
        value = 1.0 if prior.is_factor else float(study.values[process][name].value)  # type: ignore[arg-type]
        out.append(Varied(prior.name, value, (high - low) / 2.0))
    return tuple(out)


def spectrum(study: Study, sample: int, tell: Callable[[int, int], None] | None = None) -> Spectrum:
    """Return how far the figures see the varied parameters at the evidence's own values.

    Parameters
    ----------
    study : of what.
    sample : of the start that the twin begins from.
    tell : called with (done, total).
    """
    start = study.start(sample)
    return fisher_spectrum(start, start.levels, varied(study), study.region.targets, places=study.places, progress=tell)


def twin_table(study: Study, sample: int) -> pd.DataFrame:
    """Return the twin's figures by target: what a rival of the posterior predicts."""
    found = rival_predictions(study.region, study.start(sample))
    return pd.DataFrame({"target": list(found), "value": [float(f"{value:.{DIGITS}g}") for value in found.values()]})


def write_twin(folder: Path, table: pd.DataFrame) -> Path:
    """Write the twin's figures into a region's folder; return the path."""
    write_text(folder / TWIN, csv_text(table))
    return folder / TWIN
