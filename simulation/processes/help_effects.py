"""What help does: ratios on hazards that begin after a delay, last while help lasts and fade with a half-life."""

from __future__ import annotations  # constants of kernels

from collections.abc import Mapping

import numpy as np

from simulation.covariates import Floats

RATIOS = (
    "job_entry_ratio",
    "retention_ratio",
    "absence_return_ratio",
    "sick_exit_ratio",
    "recovery_ratio",
    "refusal_ratio",
)
"""Effects that act through a ratio, in the order of the table's last axis."""
ENTRY, RETENTION, RETURN, SICK_EXIT, RECOVERY, REFUSAL = range(len(RATIOS))
SITE_EFFECT = ENTRY
"""The effect that trials found to differ by site."""
LEAST_STRENGTH = 0.02
"""Strength below which an effect has faded; from then on it is exactly none."""


def strength(months: Floats, delay: float, length: float, half_life: float) -> Floats:
    """Return how much of a full effect there is, 0 to 1.

    Parameters
    ----------
    months : months since help began.
    delay : months until the effect begins.
    length : months that help usually lasts; the effect fades from its end or its own beginning, the later.
    half_life : months in which it halves; infinite where it stays.
    """
    fading = np.maximum(0.0, months - max(delay, length))
    out = np.where(months >= delay, np.exp2(-fading / half_life), 0.0)
    return np.where(out >= LEAST_STRENGTH, out, 0.0)


def ratios(effects: Mapping[str, float], months: Floats, length: float, site: Floats) -> Floats:
    """Return what help multiplies each hazard with, shape (Places, months, len(RATIOS)).

    Parameters
    ----------
    effects : name of an effect -> value; what is absent is no effect.
    months : months since help began.
    length : months that help usually lasts.
    site : standard normal of each Place, by which the spread between sites moves the effect on job entry.
    """
    power = strength(
        months, effects.get("effect_delay_months", 0.0), length, effects.get("effect_half_life_months", np.inf)
    )
    full = np.array([effects.get(name, 1.0) for name in RATIOS])
    by_place = np.repeat(full[None, :], len(site), axis=0)
    by_place[:, SITE_EFFECT] *= np.exp(site * effects.get("site_sd", 0.0))
    out: Floats = np.power(by_place[:, None, :], power[None, :, None])
    return out


def wait_quantiles(rate: float, ticks_a_month: int, steps: int) -> Floats:
    """Return quantiles of a wait that ends with a constant monthly hazard, in ticks, shape (steps,).

    They are infinite where the hazard is too small for a number to hold them.

    Parameters
    ----------
    rate : chance a month that it ends, above 0.
    ticks_a_month : ticks of one month.
    steps : number of equal steps of chance.
    """
    share = (np.arange(steps) + 0.5) / steps
    with np.errstate(over="ignore"):
        out: Floats = np.log1p(-share) / np.log1p(-min(rate, 0.999)) * ticks_a_month
    return out
