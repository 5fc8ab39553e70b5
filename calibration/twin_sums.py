"""Sums over the arrays of the mean-field twin, and the passing of a month within the bins of a spell."""

from __future__ import annotations

import numpy as np

from calibration.twin_cells import N_HEALTH, N_TRAITS, Floats


def passing(rate: float, width: float) -> float:
    """Return the share of a bin in its last month: of a steady stock from which a constant share leaves a month.

    Parameters
    ----------
    rate : share that leaves in a month.
    width : months of the bin; infinite for the last.
    """
    if np.isinf(width):
        return 0.0
    stay = 1.0 - rate
    if rate < 1e-9:
        return 1.0 / width
    return float(stay ** (width - 1.0) * rate / (1.0 - stay**width))


def by_cell(x: Floats) -> Floats:
    """Return heads added up over bins; a matrix product, because it is many times faster than a sum."""
    return times(x, np.ones((x.shape[-1], 1)))[..., 0]


def times(x: Floats, matrix: Floats) -> Floats:
    """Return the product of a matrix with the last axis of an array, as one product of matrices."""
    out: Floats = (x.reshape(-1, x.shape[-1]) @ matrix).reshape(*x.shape[:-1], matrix.shape[1])
    return out


def by_bin(x: Floats) -> Floats:
    """Return heads by bin, shape (bins,)."""
    flat = x.reshape(-1, x.shape[-1])
    out: Floats = np.ones(len(flat)) @ flat
    return out


def by_place(x: Floats) -> Floats:
    """Return heads by Place, shape (places,)."""
    out: Floats = x.reshape(len(x), -1).sum(axis=1)
    return out


def by_health(x: Floats) -> Floats:
    """Return heads of a state's cells by health, shape (health,)."""
    flat = x.reshape(-1, N_HEALTH)
    out: Floats = np.ones(len(flat)) @ flat
    return out


def by_trait(x: Floats) -> Floats:
    """Return heads by type, health and bin added up over ages, shape (qualifications, health, bins)."""
    out: Floats = x.reshape(-1, N_TRAITS, N_HEALTH, x.shape[-1]).sum(axis=0)
    return out
