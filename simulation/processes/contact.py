"""Doors: how often residents ask about help with work at each of six ways in, by state, health and reach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scenarios.vocabulary import STATES, State
from simulation.covariates import Floats

N_CHANNELS = 6
EMPLOYER, PRIMARY_CARE = 3, 1
"""Channels that speak of work with somebody off sick only from some month on."""
EARLY_ABSENCE = len(STATES)
"""Row of residents who are off sick for less than that."""


@dataclass(frozen=True)
class DoorParameters:
    """Values of evidence/parameters/doors.yaml."""

    contact: tuple[tuple[float, ...], ...]
    by_severity: tuple[tuple[float, ...], ...]
    hard_to_reach: tuple[float, ...]
    hard_to_reach_cohorts: tuple[int, ...]
    take_up: tuple[float, ...]
    knows_rules: tuple[float, ...]
    awareness: float
    lost: float
    triage_rejection: float
    on_service_ratio: float
    absence_help_from: int
    in_work_support: int
    length_spread: float
    placed_looks: int
    placed_points: int


def contact_hazard(p: DoorParameters, channel_ratio: Sequence[float], reach_ratio: Sequence[float]) -> Floats:
    """Return the share of residents who ask for help at each channel in a month.

    Parameters
    ----------
    p : parameters.
    channel_ratio : what a scenario multiplies every resident's contacts with, by channel.
    reach_ratio : what it multiplies those of the hard to reach with, by channel.

    Returns
    -------
    Shape (states + 1, severities, hard to reach or not, being helped or not, channels); the last row of states is
    sickness absence before help is spoken of.
    """
    by_state = np.array(p.contact).T  # (states, channels)
    early = by_state[State.ABSENT].copy()
    early[[EMPLOYER, PRIMARY_CARE]] = 0.0
    by_state = np.vstack([by_state, early])
    reach = np.stack([np.ones(N_CHANNELS), np.array(p.hard_to_reach) * np.asarray(reach_ratio)])
    helped = np.array([1.0, p.on_service_ratio])
    out: Floats = (
        by_state[:, None, None, None, :]
        * np.array(p.by_severity).T[None, :, None, None, :]
        * reach[None, None, :, None, :]
        * helped[None, None, None, :, None]
        * np.asarray(channel_ratio)
    )
    return out


def joint(shares: Floats) -> Floats:
    """Return cumulative shares over channels for one draw: at most one door a month, chances together at most one.

    Parameters
    ----------
    shares : share a month by channel on the last axis.
    """
    total = shares.sum(axis=-1, keepdims=True)
    out: Floats = np.cumsum(shares / np.maximum(total, 1.0), axis=-1)
    return out
