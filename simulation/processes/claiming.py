"""Claiming Universal Credit: who claims what the unit is entitled to, and who must look for work."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ClaimingParameters:
    """Values of evidence/parameters/claiming.yaml."""

    take_up: float
    must_look_inactive: float
