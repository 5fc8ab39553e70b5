"""All uncertain values of a run, one frozen set for each process; built from the evidence, checked by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from simulation.processes.claiming import ClaimingParameters
from simulation.processes.contact import DoorParameters
from simulation.processes.demography import DemographyParameters
from simulation.processes.employer_choice import EmployerParameters
from simulation.processes.employer_offers import EmployerOfferParameters
from simulation.processes.gain_from_work import GainParameters
from simulation.processes.health import HealthParameters
from simulation.processes.long_term_sickness import LongTermSicknessParameters
from simulation.processes.participation import ParticipationParameters
from simulation.processes.progression import ProgressionParameters
from simulation.processes.public_services import PublicServicesParameters
from simulation.processes.search import SearchParameters
from simulation.processes.separation import SeparationParameters
from simulation.processes.sickness_absence import AbsenceParameters
from simulation.processes.wellbeing import WellbeingParameters


class ParameterError(ValueError):
    """A parameter that is missing, unknown or of the wrong kind."""


@dataclass(frozen=True)
class Parameters:
    """The parameters of every process."""

    sickness_absence: AbsenceParameters
    separation: SeparationParameters
    participation: ParticipationParameters
    long_term_sickness: LongTermSicknessParameters
    search: SearchParameters
    health: HealthParameters
    progression: ProgressionParameters
    employer_choice: EmployerParameters
    wellbeing: WellbeingParameters
    claiming: ClaimingParameters
    gain_from_work: GainParameters
    demography: DemographyParameters
    doors: DoorParameters
    employer_offers: EmployerOfferParameters
    public_services: PublicServicesParameters


_KINDS: dict[str, type] = {
    "sickness_absence": AbsenceParameters,
    "separation": SeparationParameters,
    "participation": ParticipationParameters,
    "long_term_sickness": LongTermSicknessParameters,
    "search": SearchParameters,
    "health": HealthParameters,
    "progression": ProgressionParameters,
    "employer_choice": EmployerParameters,
    "wellbeing": WellbeingParameters,
    "claiming": ClaimingParameters,
    "gain_from_work": GainParameters,
    "demography": DemographyParameters,
    "doors": DoorParameters,
    "employer_offers": EmployerOfferParameters,
    "public_services": PublicServicesParameters,
}


def build(values: Mapping[str, Mapping[str, Any]], overrides: Mapping[str, float] | None = None) -> Parameters:
    """Return the parameters of a run.

    Parameters
    ----------
    values : process -> name -> `evidence.model.Parameter` (or anything with a `value`).
    overrides : 'process.name' -> value, replacing the evidence's (a scenario's, a level's or a draw's).

    Raises
    ------
    ParameterError
        If a name is missing or unknown; the message lists what is allowed.
    """
    changed = dict(overrides or {})
    parts: dict[str, Any] = {}
    for process, kind in _KINDS.items():
        if process not in values:
            raise ParameterError(f"evidence/parameters/{process}.yaml is missing; the model needs it.")
        wanted = [f.name for f in fields(kind)]
        missing = sorted(set(wanted) - set(values[process]))
        if missing:
            raise ParameterError(f"evidence/parameters/{process}.yaml: {', '.join(missing)} missing; add each value.")
        part = {name: values[process][name].value for name in wanted}
        for name in wanted:
            key = f"{process}.{name}"
            if key in changed:
                part[name] = _like(key, part[name], changed.pop(key))
        parts[process] = kind(**part)
    if changed:
        known = [f"{process}.{f.name}" for process, kind in _KINDS.items() for f in fields(kind)]
        near = [k for k in known if k.rsplit(".", 1)[-1] == next(iter(changed)).rsplit(".", 1)[-1]]
        raise ParameterError(
            f"parameter '{next(iter(changed))}' does not exist. "
            + (f"Did you mean {', '.join(near)}?" if near else f"Parameters begin with {', '.join(_KINDS)}.")
        )
    return Parameters(**parts)


def _like(key: str, present: Any, value: Any) -> Any:
    """Return a replacement in the form of the present value: a number scales a list, element by element."""
    if isinstance(present, tuple):
        if isinstance(value, (int, float)):
            return _scaled(present, float(value))
        return tuple(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ParameterError(f"parameter '{key}' takes a number, found {value!r}.")
    return type(present)(value)


def _scaled(values: Any, factor: float) -> Any:
    if isinstance(values, tuple):
        return tuple(_scaled(v, factor) for v in values)
    return values * factor if isinstance(values, float) else round(values * factor)
