"""Health in the twin: monthly transitions between health cells, from the health process's own thresholds.

The engine holds eight conditions a person, the twin six classes: within a class, by age band, conditions are mixed
and treated as among the starting residents, and stay so.
"""

from __future__ import annotations

import numpy as np

from calibration.twin_cells import N_CLASSES, N_HEALTH, Bools, Floats, Ints
from scenarios.vocabulary import AGE_BANDS, CONDITIONS, SEVERITIES
from simulation.columns import Columns
from simulation.parameters import Parameters
from simulation.processes.health import GROUPS
from simulation.residents import NEVER
from simulation.thresholds import CLASS_OF_BITS, Tables

_MASKS = 1 << len(CONDITIONS)
_UNIT = 2.0**32
_POOLED_HEADS = 10.0
"""Weight, in persons, of the mix at all ages where few people of an age band are in a class."""


def mixes(c: Columns, band: Ints) -> Floats:
    """Return the shares of condition masks within a health cell by age band, shape (bands, severities, masks).

    Shares of one health cell, that is a severity and the masks of one class, add up to 1 where anybody is in it.

    Parameters
    ----------
    c : columns of the starting residents.
    band : age band of each.
    """
    heads = np.zeros((len(AGE_BANDS), len(SEVERITIES), _MASKS))
    np.add.at(heads, (band, c.severity, c.conditions), 1.0)
    member = np.zeros((_MASKS, N_CLASSES))
    member[np.arange(_MASKS), CLASS_OF_BITS] = 1.0
    everybody = heads.sum(axis=(0, 1)) + 1e-6 * (member.sum(axis=0) > 0)[CLASS_OF_BITS]
    pool = everybody / (everybody @ member)[CLASS_OF_BITS]
    mixed = heads + _POOLED_HEADS * pool
    out: Floats = mixed / (mixed @ member)[..., CLASS_OF_BITS]
    return out


def treated_shares(c: Columns) -> Floats:
    """Return the share treated among those with each condition at month 0, shape (conditions,)."""
    treated = (c.treatment != NEVER) & (c.treatment <= 0)
    out = np.zeros(len(CONDITIONS))
    for k in range(len(CONDITIONS)):
        has = (c.conditions >> k) & 1 == 1
        out[k] = treated[has].mean() if has.any() else 0.0
    return out


def health_moves(t: Tables, p: Parameters, mix: Floats, treated: Floats) -> Floats:
    """Return monthly transition matrices between health cells, shape (bands, groups, from, to), rows adding to 1.

    Parameters
    ----------
    t : thresholds.
    p : parameters.
    mix : from `mixes`.
    treated : from `treated_shares`.
    """
    n_bands, n_groups = len(AGE_BANDS), len(GROUPS)
    severity, mask = np.meshgrid(np.arange(len(SEVERITIES)), np.arange(_MASKS), indexing="ij")
    origin = severity * N_CLASSES + CLASS_OF_BITS[mask]
    out = np.zeros((N_HEALTH, N_HEALTH, n_bands, n_groups))
    weight = mix.transpose(1, 2, 0)[..., None]  # severity, mask, band, 1

    def add(who: Bools, severity_to: Ints, mask_to: Ints, rate: Floats) -> None:
        to = severity_to * N_CLASSES + CLASS_OF_BITS[mask_to]
        np.add.at(out, (origin[who], to[who]), (weight * rate)[who])

    limiting = np.asarray(p.health.limiting_on_onset)
    worse_to, better_to = np.minimum(severity + 1, len(SEVERITIES) - 1), np.maximum(severity - 1, 0)
    for k in range(len(CONDITIONS)):
        has = (mask >> k) & 1 == 1
        ratio = 1.0 + treated[k] * (p.health.treated_recovery_ratio - 1.0)
        recovery = np.broadcast_to(t.recovery[k] / _UNIT * ratio, (*severity.shape, n_bands, n_groups))
        kept = mask & ~(1 << k)
        add(has, np.where(kept == 0, 0, severity), kept, recovery)
        onset = np.broadcast_to(t.onset[k] / _UNIT, (*severity.shape, n_bands, n_groups))
        add(~has, severity, mask | (1 << k), onset * (1.0 - limiting[k]))
        add(~has, worse_to, mask | (1 << k), onset * limiting[k])
    ill = mask > 0
    worse = (t.worse / _UNIT)[severity][:, :, None, :] * np.ones((n_bands, 1))
    better = (t.better / _UNIT)[severity][:, :, None, :] * np.ones((n_bands, 1))
    add(ill & (severity < len(SEVERITIES) - 1), worse_to, mask, worse)
    add(ill & (severity > 0), better_to, mask, better)
    moves: Floats = np.ascontiguousarray(out.transpose(2, 3, 0, 1))
    cells = np.arange(N_HEALTH)
    moves[..., cells, cells] = 0.0
    moves[..., cells, cells] = 1.0 - moves.sum(axis=-1)
    return moves


def condition_counts(c: Columns) -> Floats:
    """Return the share of 0, 1, 2 and 3 or more conditions by health cell, shape (health, 4)."""
    out = np.zeros((N_HEALTH, 4))
    count = np.minimum(np.bitwise_count(c.conditions), 3)
    np.add.at(out, (c.severity.astype(np.int64) * N_CLASSES + CLASS_OF_BITS[c.conditions], count), 1.0)
    by_class = out.reshape(-1, N_CLASSES, 4).sum(axis=0)
    by_class += 1e-9 * np.array([[1, 0, 0, 0], [0, 1, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1], [0, 1, 0, 0]])
    return np.tile(by_class / by_class.sum(axis=1, keepdims=True), (N_HEALTH // N_CLASSES, 1))
