"""Writing a finished fit into its region's folder: draws, what they predict, the prior, the bank and the facts."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from ruamel.yaml import YAML

from calibration.bank import level_columns
from calibration.batches import parquet
from calibration.calibrate import DRAW_SEED, FULL_SEED, PILOT_SEED, PRIOR_DRAWS, Fit
from calibration.draw_runs import drift
from calibration.evaluation_runs import EVALUATED_SEED
from calibration.fisher import write_spectrum
from calibration.priors import significant, spread_out
from calibration.starting import write_twin
from evidence.posterior_files import DRAW, DRAWS, FACTS, FORMAT, PREDICTIONS
from experiments.cache import parameters_hash
from experiments.posterior import targets_hash
from results.diagnostics import widths
from results.files import write_bytes, write_text
from results.store import csv_text
from simulation.version import MODEL

FULL, PRIOR, BANK, DRIFT = (
    f"fitted/{name}" for name in ("posterior_full.csv", "prior.csv", "design_bank.parquet", "drift.csv")
)
SPECTRUM = "fitted/fisher.csv"
EVALUATIONS = "fitted/evaluations.csv"
DIGITS = 6
INFORMED = "parameters that the figures narrow to less than nine tenths of their prior"


def parameter_table(fit: Fit) -> pd.DataFrame:
    """Return one row a draw: its number, every varied parameter, its levels."""
    values = {prior.name: prior.values(fit.draws.z[:, k]) for k, prior in enumerate(fit.study.priors)}
    table = pd.DataFrame({DRAW: np.arange(1, len(fit.draws) + 1), **values})
    levels = np.array([[*level.place.T.ravel(), level.slots, level.standard_shift] for level in fit.draws.levels])
    shown = pd.DataFrame(levels, columns=level_columns(fit.study.places))
    whole = [prior.name for prior in fit.study.priors if prior.is_whole and not prior.is_factor]
    return pd.concat([table.astype(dict.fromkeys(whole, int)), shown.astype({"standard_shift": int})], axis=1)


def prediction_table(fit: Fit, runs: pd.DataFrame) -> pd.DataFrame:
    """Return one row a draw and one column a target, in the target's unit; empty where the model has no measure.

    Parameters
    ----------
    fit : the fit.
    runs : rows of `calibration.draw_runs.run_draw`.
    """
    columns = {}
    for target in fit.study.region.targets:
        name = f"out.{target.measure}[{target.area}]"
        columns[target.name] = significant(runs[name].to_numpy(float)) if name in runs else np.full(len(runs), np.nan)
    return pd.DataFrame({DRAW: np.arange(1, len(runs) + 1), **columns})


def prior_table(fit: Fit) -> pd.DataFrame:
    """Return draws of the prior, as parameters' values."""
    z = spread_out(PRIOR_DRAWS, len(fit.study.priors), fit.how.reach, fit.seed)
    values = {prior.name: prior.values(z[:, k]) for k, prior in enumerate(fit.study.priors)}
    return pd.DataFrame({DRAW: np.arange(1, len(z) + 1), **values})


def bank_table(fit: Fit) -> pd.DataFrame:
    """Return every design that was run, with the measures that targets speak of, to single precision."""
    wanted = {f"out.{target.measure}[{target.area}]" for target in fit.study.region.targets}
    keep = [name for name in map(str, fit.bank.columns) if not name.startswith("out.") or name in wanted]
    out = fit.bank[keep].copy()
    floats = out.select_dtypes("float").columns
    return out.astype(dict.fromkeys(floats, np.float32))


def facts(fit: Fit) -> dict[str, Any]:
    """Return how the fit was made and what its checks gave."""
    found = widths(prior_table(fit).drop(columns=DRAW), parameter_table(fit))
    worst = [fit.against.names[k] for k in np.argsort([output.share for output in fit.emulator.outputs])[:3]]
    return {
        "format": FORMAT,
        "region": fit.study.name,
        "model": MODEL,
        "parameters": parameters_hash(fit.study.values),
        "targets": targets_hash(fit.study.region),
        "n_draws": len(fit.draws),
        "sample": fit.how.sample,
        "seed": fit.seed,
        "seeds": {
            "waves": "10000 times the wave, plus the design",
            "pilot": PILOT_SEED,
            "draws": DRAW_SEED,
            "full": FULL_SEED,
            "evaluation": EVALUATED_SEED,
        },
        "controlled_months": fit.how.controlled_months,
        "settled_months": fit.how.settled_months,
        "measured_months": fit.how.measured_months,
        "designs": len(fit.bank),
        "waves": [
            {
                "designs": wave.designs,
                "kept": round(wave.left, DIGITS),
                "explained": round(wave.explained, 3),
                "least_implausible": round(wave.least_implausible, 2),
            }
            for wave in fit.waves
        ],
        "checks": {
            "share of the prior whose hazards the model can hold": round(fit.supported[0], 3),
            "share of the sampler's draws whose hazards it can hold": round(fit.supported[-1], 3),
            "sampler: steps between nearly independent draws": round(fit.chain.length, 1),
            "sampler: share of moves accepted": round(fit.chain.accepted, 3),
            "sampler: largest ratio of scales between halves": round(fit.chain.spread, 3),
            "emulators: mean share explained of designs left out": round(
                float(np.mean([output.share for output in fit.emulator.outputs])), 3
            ),
            "emulators: least explained": ", ".join(worst),
            "level rule: mean share explained": round(float(np.mean(fit.rule.explained())), 3),
            "draws run with every resident": len(fit.full),
            "shift at full scale: largest, in standard errors of its target": round(_largest_shift(fit), 2),
            "directions that the figures see better than the priors do": fit.spectrum.n_seen,
            INFORMED: sum(not width.is_flagged for width in found),
            "parameters": len(found),
        },
        "policy": dict(fit.informed.facts),
        "full_scale": {
            "totals and tightness above what was asked, percent": [
                round(100 * float(np.expm1(x)), 2) for x in fit.lean
            ],
        },
    }


def _largest_shift(fit: Fit) -> float:
    unit = np.where(fit.emulator.logs, np.maximum(np.abs(fit.against.value), 1e-12), 1.0)
    return float(np.max(np.abs(fit.shift * unit / fit.against.se)))


def to_digits(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with its fractions at DIGITS significant digits."""
    floats = table.select_dtypes("float").columns
    return table.assign(**{name: significant(table[name].to_numpy(float)) for name in floats})


def write_posterior(folder: Path, fit: Fit) -> list[Path]:
    """Write a finished fit into a region's folder; return the files, the facts last.

    Parameters
    ----------
    folder : the region's folder.
    fit : the fit.
    """
    tables = {
        DRAWS: parameter_table(fit),
        PREDICTIONS: prediction_table(fit, fit.runs),
        Path(PRIOR): prior_table(fit),
        Path(DRIFT): drift(fit.runs).round(DIGITS),
    }
    if len(fit.full):
        tables[Path(FULL)] = prediction_table(fit, fit.full)
    if len(fit.informed.table):
        tables[Path(EVALUATIONS)] = to_digits(fit.informed.table)
    else:
        (folder / EVALUATIONS).unlink(missing_ok=True)  # it would be another fit's
    written = []
    for name, table in tables.items():
        write_text(folder / name, csv_text(table))
        written.append(folder / name)
    written.append(write_twin(folder, fit.twin))
    written.append(write_spectrum(folder / SPECTRUM, fit.spectrum))
    write_bytes(folder / BANK, parquet(bank_table(fit)))
    stream = io.StringIO()
    YAML().dump(facts(fit), stream)
    write_text(folder / FACTS, "# Written by `workability calibrate`; do not edit.\n" + stream.getvalue())
    return [*written, folder / BANK, folder / FACTS]
