"""Runs: the start of a region, and the arms of one seed that share their history and their draws."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenarios.arm import ArmSpec
from scenarios.eligibility import Rule
from scenarios.vocabulary import State
from simulation.columns import Record
from simulation.eligibility_pass import compile_rules, resident_masks
from simulation.model import RegionModel
from simulation.model_tables import Limits
from simulation.observers import Rows
from simulation.output import ResidentRecord, RunOutput
from simulation.parameters import build as build_parameters
from simulation.population import Population
from simulation.run_in import QUIET, form_homes, settle
from simulation.scorecard import Scorecard
from simulation.services import and_those_of
from simulation.start import (
    RUN_IN_MONTHS,
    Levels,
    Start,
    first_pay,
    raw_start,
    shift_calendar,
)
from simulation.thresholds import LEVELS
from simulation.visit import CELL_SHAPE

Progress = Callable[[str, int, int], None]
Begun = Callable[[RegionModel], None]
Observe = Callable[[RegionModel], None]


def levels_of(levels: Mapping[str, Any], places: tuple[str, ...]) -> Levels:
    """Return a region's fitted levels.

    Parameters
    ----------
    levels : content of `fitted/levels.yaml`; empty for a region that has none.
    places : names of the Places, in order.
    """
    if not levels:
        return Levels.neutral(len(places))
    table = levels["place"]
    place = np.array([[float(table[level][name]) for level in LEVELS] for name in places])
    return Levels(place, float(levels["slots"]), int(levels["standard_shift"]))


def prepare(
    population: Population,
    parameters: Mapping[str, Mapping[str, Any]],
    levels: Levels,
    rules: Mapping[str, Any],
    arm: ArmSpec,
    *,
    sample: int = 1,
    draw: int = 0,
    threads: int = 1,
    run_in: int = RUN_IN_MONTHS,
    limits: Limits | None = None,
) -> Start:
    """Return the stationary start of a region under one draw: the population, run in.

    Parameters
    ----------
    population : the starting population.
    parameters : process -> name -> Parameter; the arm's overrides replace their values.
    levels : what fits the hazards to the region.
    rules : financial year -> rules.
    arm : the baseline arm; only its parameter overrides matter here.
    sample, draw, threads : one resident in so many, draw of the parameters, threads.
    run_in : months of run-in.
    limits : switches of the exact limits, for tests.
    """
    values = build_parameters(parameters, dict(arm.parameters))
    start = raw_start(
        population.residents,
        population.employers,
        population.looks.commuting,
        values,
        levels,
        dict(rules),
        sample=sample,
        draw=draw,
        limits=limits,
    )
    shift_calendar(start.columns, run_in)
    model = RegionModel(start, QUIET, seed=0, threads=threads, first_month=-run_in, months=max(1, run_in), copy=False)
    start.columns.birth[:] = start.columns.birth + run_in
    first_pay(start.columns, population.employers, values, model.rates.minimum_wage)
    start.columns.birth[:] = start.columns.birth - run_in
    model.initialise()
    model.settle_everybody()
    settle(model, run_in)
    if population.homes is not None:
        form_homes(model, population.homes)
    model.release()
    return start


def _record(model: RegionModel, groups: dict[str, NDArray[Any]]) -> ResidentRecord:
    r: Record = model.recorder
    return ResidentRecord(
        r.work, r.unemployed, r.subsidised, r.left, r.first_start, r.start_subsidy, r.first_help, r.help_service, groups
    )


def groups_at(model: RegionModel, rules: Sequence[Rule] = (), threads: int = 1) -> dict[str, NDArray[Any]]:
    """Return each resident's groups as they are now, before the policy can act.

    Parameters
    ----------
    model : the model in the policy's first month.
    rules : rules of which a resident's bits say which he meets.
    threads : threads; the result does not depend on it.
    """
    c, month = model.columns, model.month
    band = model.start.tables.band[np.minimum(month - c.birth.astype(np.int64), 779)]
    groups: dict[str, NDArray[Any]] = {
        "place": c.place.copy(),
        "age_band": band.astype(np.uint8),
        "sex": c.sex.copy(),
        "ethnicity": c.ethnicity.copy(),
        "health": (c.severity > 0).astype(np.uint8),
        "state": c.state.copy(),
        "cohort": c.cohort.copy(),
        "deprivation": c.deprivation.copy(),
        "unemployed_months": np.where(
            c.state == State.UNEMPLOYED, np.minimum(month - c.since.astype(np.int64), 255), 0
        ).astype(np.uint8),
        "qualification": c.qualification.copy(),
        "conditions": c.conditions.copy(),
    }
    if rules:
        groups["meets"] = resident_masks(compile_rules(rules), c, month, threads)
    return groups


def _joined(history: Rows, model: RegionModel, t: int) -> dict[str, NDArray[Any]]:
    """Return the rows of a model behind the first t of its history; what only the model has is zero before."""
    out, later = {}, model.rows
    for name in Rows.__dataclass_fields__:
        before, after = getattr(history, name)[:t], getattr(later, name)
        if name in ("subsidies", "services", "service_places", "incentives"):
            past = before
            before = np.zeros((t, *after.shape[1:]), after.dtype)
            if name.startswith("service") and model.services and past.shape[1]:
                before[:, model.services.number_before] = past
        out[name] = np.concatenate([before, after])
    return out


def output_of(
    model: RegionModel,
    history: Rows | None,
    groups: dict[str, NDArray[Any]] | None,
    seconds: float,
    scorecard: Scorecard | None = None,
) -> RunOutput:
    """Return a finished model's output, its history in front.

    Parameters
    ----------
    model : the model after its last month.
    history : rows of the months before the policy, or None.
    groups : residents' groups at the policy's start, or None where nothing was recorded.
    seconds : time taken.
    scorecard : the arm's snapshots, or None where none was taken.
    """
    t = model.policy_month if history is not None else 0
    rows = _joined(history, model, t) if history is not None else model.rows.__dict__
    first = 0 if history is not None else model.first_month
    n_states = CELL_SHAPE[-1]
    moves = rows["moves"]
    return RunOutput(
        arm=model.arm.name,
        seed=model.run_seed,
        draw=model.start.draw,
        months=np.arange(first, first + len(rows["slots"]), dtype=np.int16),
        policy_month=model.policy_month,
        sample=model.start.sample,
        stocks=rows["stocks"],
        moves=moves[:, :, :, :n_states, :n_states].sum(axis=2, dtype=np.int32),
        flows=rows["flows"],
        claimants=rows["claimants"],
        slots=rows["slots"],
        places=rows["places"],
        satisfaction=rows["satisfaction"],
        subsidies=rows["subsidies"],
        subsidy_names=tuple(s.spec.name for s in model.subsidies),
        services=rows["services"],
        service_places=rows["service_places"],
        service_names=model.services.names if model.services else (),
        ledger=rows["ledger"],
        service_use=rows["service_use"],
        state_hash=rows["state_hash"],
        records=_record(model, groups) if groups is not None else None,
        seconds=seconds,
        moves_by_age=moves,
        ageing=rows["ageing"],
        incentives=rows["incentives"] if model.incentives else None,
        scores=scorecard.scores() if scorecard is not None else None,
        funding=model.services.money.output if model.services and model.services.money else None,
    )


def _fork(history: RegionModel, arm: ArmSpec, threads: int, hashing: bool) -> RegionModel:
    """Return a model of an arm that goes on from where the history stands."""
    before = history.arm.services
    if before is not None and arm.services is not None:
        arm = replace(arm, services=and_those_of(arm.services, before, history.month))
    start = Start(**{**history.start.__dict__, "columns": history.columns, "firms": history.firms})
    model = RegionModel(
        start,
        arm,
        seed=history.run_seed,
        threads=threads,
        first_month=history.month,
        months=arm.months,
        recording=True,
        hashing=hashing,
        block=history.block,
    )
    model.cells[:] = history.cells
    model.satisfaction[:] = history.satisfaction
    model.accounts.go_on_from(history.accounts)
    if history.services and model.services:
        model.services.go_on_from(history.services, model.columns, history.month)
    model.tightness = history.tightness.copy()
    model.rate_key = history.rate_key
    model.rates = history.rates
    model.pay = model.pay._replace(floor=history.pay.floor)
    start.columns, start.firms = model.columns, model.firms  # nothing holds on to the history's own arrays
    return model


def simulate(
    start: Start,
    arms: tuple[ArmSpec, ...],
    *,
    seed: int,
    threads: int = 1,
    progress: Progress | None = None,
    hashing: bool = False,
    rules: Sequence[Rule] = (),
    before: ArmSpec | None = None,
    begun: Begun | None = None,
    observe: Observe | None = None,
) -> tuple[RunOutput, ...]:
    """Return the output of each arm; they share the history of the baseline, which is the first unless told.

    Parameters
    ----------
    start : the region's stationary start.
    arms : baseline first; all begin their policy in the same month.
    seed : seed of all draws.
    threads : threads; arms run side by side when there are several.
    progress : called with (stage, done, total) after each month.
    hashing : whether to hash the state every month.
    rules : rules that every resident is held against at the policy's start; they change nothing of the run.
    before : the baseline where it is not to be run itself.
    begun : called with each arm's model before its first month.
    observe : called with each arm's model before its first month and after every month; it may change nothing of it.
        Arms that run side by side call it from threads of their own.

    Raises
    ------
    ValueError
        If the arms begin in different months or run for different times.
    """
    base = arms[0] if before is None else before
    if any((arm.policy_month, arm.months) != (base.policy_month, base.months) for arm in arms):
        raise ValueError("all arms of a comparison must start in the same month and run for the same time")
    clock = time.perf_counter()
    no_policy = ArmSpec(base.name, (), base.demand, base.minimum_wage, (), base.policy_month, 1, base.services)
    history = RegionModel(
        start, no_policy, seed=seed, threads=threads, months=max(1, base.policy_month), hashing=hashing
    )
    history.initialise()
    history.settle_everybody()
    for month in range(base.policy_month):
        history.step()
        if progress is not None:
            progress("history", month + 1, base.policy_month)
    groups, past, at_start = groups_at(history, rules, threads), history.rows, Scorecard.begun(history)
    side_by_side = min(len(arms), threads)
    models = [_fork(history, arm, max(1, threads // side_by_side), hashing) for arm in arms]
    history.release()
    if begun is not None:
        for model in models:
            begun(model)

    def finish(model: RegionModel) -> RunOutput:
        scorecard = at_start.copy()
        if observe is not None:
            observe(model)
        for month in range(model.arm.months):
            model.step()
            scorecard.observe(model)
            if observe is not None:
                observe(model)
            if progress is not None:
                progress(model.arm.name, month + 1, model.arm.months)
        output = output_of(model, past, groups, time.perf_counter() - clock, scorecard)
        model.release()
        return output

    if side_by_side == 1:
        return tuple(finish(model) for model in models)
    with ThreadPoolExecutor(side_by_side) as pool:
        return tuple(pool.map(finish, models))
