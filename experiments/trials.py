"""Trials: some residents are given help at the policy's start, and everybody is followed beside his twin.

Help begins for the persons that the caller chose, past doors, waiting lists and money: what a trial measures is
help itself. The twin lives in the same region and month with the same draws, and nobody is helped there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from scenarios.arm import ArmSpec
from scenarios.eligibility import Compare
from scenarios.service_specs import ServiceSpec
from scenarios.vocabulary import AGE_MIN_YEARS, Benefit, State
from simulation.model import RegionModel
from simulation.recording import record
from simulation.run import simulate
from simulation.service_tables import looks_with_services, with_services
from simulation.start import Start
from simulation.streams import FIXED, Purpose, draws, key, key_of

Rows = NDArray[np.bool_]
Floats = NDArray[np.float64]
OUT_OF_WORK_BENEFITS = (Benefit.UC_SEARCHING, Benefit.UC_HEALTH, Benefit.UC_OTHER)
TWIN, TRIAL = "twin", "trial"
_NOBODY = Compare("age_years", "below", (AGE_MIN_YEARS,), (str(AGE_MIN_YEARS),))


@dataclass
class Followed:
    """What becomes of every resident of one arm, month by month from the policy's eve on.

    `work` in a job that nobody subsidises, `benefit` out-of-work benefit, `here` still the resident of the policy's
    eve, `started` the first month of a subsidised job, -1 for none; the first three a row a month, then residents.
    """

    work: list[Rows] = field(default_factory=list)
    benefit: list[Rows] = field(default_factory=list)
    here: list[Rows] = field(default_factory=list)
    started: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    ids: NDArray[np.uint32] = field(default_factory=lambda: np.zeros(0, np.uint32))

    def see(self, model: RegionModel) -> None:
        """Take in the month that a model has just run; the first call is the policy's eve."""
        c = model.columns
        if not self.work:
            self.ids, self.started = c.id.copy(), np.full(len(c.id), -1, np.int64)
        here = c.id == self.ids
        subsidised = c.programme > 0
        self.started[here & subsidised & (self.started < 0)] = len(self.work)
        self.work.append((c.state <= State.ABSENT) & ~subsidised)
        self.benefit.append(np.isin(c.benefit, [int(b) for b in OUT_OF_WORK_BENEFITS]))
        self.here.append(here)


def helping(name: str, kind: str, effects: Mapping[str, float], length_months: float) -> ServiceSpec:
    """Return help as the engine takes it, without a desk: nobody but the caller's people gets it.

    Parameters
    ----------
    name : of the help.
    kind : kind of programme (`scenarios.programme_words.KINDS`).
    effects : name of an effect -> value; what is absent has no effect.
    length_months : how long help lasts.
    """
    return ServiceSpec(
        name=name,
        programme=name,
        title=name.replace("_", " "),
        kind=kind,
        rule=_NOBODY,
        money=None,
        place_ids=None,
        priority=0,
        channels=0,
        capacity=0.0,
        steps=(),
        length_months=length_months,
        cap_year=None,
        effects=tuple(sorted(effects.items())),
    )


def give_help(model: RegionModel, service: ServiceSpec, helped: Rows) -> None:
    """Let help begin for some residents of a model that has not run its first month.

    Parameters
    ----------
    model : of an arm without services; its tables and columns are written.
    service : from `helping`.
    helped : who gets it, shape (residents,).
    """
    start, c = model.start, model.columns
    model.visit = with_services(model.visit, (service,), start.n_places, model.root)
    model.look_parameters = looks_with_services(model.look_parameters, (service,), model.visit.help_ratio)
    rows = np.flatnonzero(helped).astype(np.uint32)
    c.help[rows], c.help_since[rows] = 1, model.month - 1
    wellbeing = key(model.root, FIXED, Purpose.WELLBEING)
    record(
        c, start.tables, model.visit, rows, model.recorder, model.counters[0], wellbeing, model.month - 1, -1, rows.size
    )  # fmt: skip


def lottery(model: RegionModel, name: str, ids: NDArray[np.uint32]) -> Floats:
    """Return one even chance in [0, 1) per id, keyed by the run, the month and the lottery's name.

    Parameters
    ----------
    model : whose run and month it is.
    name : each lottery has draws of its own.
    ids : of residents, or numbers of Places.
    """
    drawn = draws(key_of(key(model.root, model.month, Purpose.ALLOCATION), name), ids)
    out: Floats = (drawn >> np.uint64(11)).astype(np.float64) / float(1 << 53)
    return out


def paired_trial(
    start: Start,
    base: ArmSpec,
    service: ServiceSpec,
    choose: Callable[[RegionModel], Rows],
    *,
    seed: int,
    threads: int = 1,
) -> tuple[Followed, Followed, Rows]:
    """Return what became of everybody in the twin and in the trial, and who was helped.

    Parameters
    ----------
    start, base : the region's start; the world of both arms, which has neither subsidies nor services.
    service : the help, from `helping`.
    choose : called once with the trial's model before its first month; returns who is helped, shape (residents,).
    seed, threads : of the run.
    """
    arms = (replace(base, name=TWIN), replace(base, name=TRIAL))
    seen = {arm.name: Followed() for arm in arms}
    chosen: list[Rows] = []

    def begun(model: RegionModel) -> None:
        if model.arm.name == TRIAL:
            chosen.append(choose(model))
            give_help(model, service, chosen[0])

    simulate(
        start, arms, seed=seed, threads=threads, begun=begun, observe=lambda model: seen[model.arm.name].see(model)
    )
    return seen[TWIN], seen[TRIAL], chosen[0]
