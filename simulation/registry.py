"""The registered processes: a new one is its file, its evidence and one line here."""

from __future__ import annotations

from typing import Any

from simulation.covariates import Transition
from simulation.parameters import Parameters
from simulation.processes import long_term_sickness, participation, progression, search, separation, sickness_absence

PROCESSES = {
    "sickness_absence": sickness_absence,
    "separation": separation,
    "participation": participation,
    "long_term_sickness": long_term_sickness,
    "search": search,
    "progression": progression,
}
"""Name of a process, which is also the name of its parameters -> its module with TRANSITIONS."""


def transitions() -> tuple[Transition, ...]:
    """Return every registered transition."""
    return tuple(t for module in PROCESSES.values() for t in module.TRANSITIONS)


def parameters_of(parameters: Parameters) -> dict[str, Any]:
    """Return transition name -> the parameters of its process."""
    return {t.name: getattr(parameters, name) for name, module in PROCESSES.items() for t in module.TRANSITIONS}
