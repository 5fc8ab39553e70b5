"""Small regions made by hand in code, and the shipped region as a sample: what every test of the engine runs on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenarios.arm import ArmSpec, SubsidySpec
from scenarios.eligibility import AllOf, Compare, Rule
from scenarios.vocabulary import AGE_MAX_YEARS, AGE_MIN_YEARS, SECTORS, State
from simulation.covariates import Transition
from simulation.employers import Employers
from simulation.employment import LookTables
from simulation.model import RegionModel
from simulation.model_tables import Limits
from simulation.output import RunOutput
from simulation.population import Population
from simulation.processes import health
from simulation.residents import Residents
from simulation.run import prepare
from simulation.start import Levels, Start
from tests.values import rules, values

SHARES = (0.62, 0.02, 0.1, 0.07, 0.08, 0.05, 0.03, 0.03)
"""Residents of a world by state."""
UNEMPLOYED = Compare("state", "is", (int(State.UNEMPLOYED),), ("unemployed",))
NOBODY = Compare("age_years", "below", (AGE_MIN_YEARS,), (str(AGE_MIN_YEARS),))


@dataclass
class World:
    """Residents, employers and commuting of one small region, before it has run."""

    residents: Residents
    employers: Employers
    commuting: NDArray[np.float64]

    @property
    def n_places(self) -> int:
        """Number of Places."""
        return len(self.commuting)

    def copy(self) -> World:
        """Return a deep copy."""
        return World(self.residents.copy(), self.employers.copy(), self.commuting.copy())


def world(
    n_residents: int = 600,
    n_employers: int = 60,
    n_places: int = 3,
    n_outside: int = 1,
    vacancies: float = 0.05,
    seed: int = 1,
) -> World:
    """Return a small region with every kind of person in it.

    Parameters
    ----------
    n_residents, n_employers, n_places, n_outside : sizes; areas outside the region come after the Places.
    vacancies : slots without a worker, as a share of all slots.
    seed : which world.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    r, e = Residents.empty(n_residents), Employers.empty(n_employers)
    n = n_residents
    r.place[:] = np.arange(n) % n_places
    month_of_life = rng.integers(AGE_MIN_YEARS * 12, AGE_MAX_YEARS * 12, n)
    r.birth[:] = -month_of_life
    r.sex[:], r.ethnicity[:] = rng.integers(0, 2, n), rng.choice(5, n, p=[0.8, 0.08, 0.04, 0.04, 0.04])
    r.qualification[:], r.deprivation[:] = rng.integers(0, 4, n), rng.integers(0, 5, n)
    r.cohort[:] = np.where(rng.random(n) < 0.2, 1 << rng.integers(0, 10, n), 0)
    r.barriers[:] = np.where(rng.random(n) < 0.2, rng.integers(1, 4, n), 0)
    r.ability[:] = np.rint(rng.normal(0, 100, n)).astype(np.int16)
    _households(r, rng)
    r.state[:] = rng.choice(len(State), n, p=SHARES)
    r.since[:] = -rng.integers(0, 40, n)
    r.work_since[:] = r.since - np.where(r.state == State.ABSENT, 6, 0)
    r.work_history[:] = rng.integers(0, 1 << 24, n)
    _health(r, rng)
    _jobs(r, e, n_places, n_outside, vacancies, rng)
    commuting = np.full((n_places, n_places + n_outside), 0.3 / (n_places + n_outside))
    commuting[np.arange(n_places), np.arange(n_places)] += 0.7
    return World(r, e, commuting)


def _households(r: Residents, rng: np.random.Generator) -> None:
    r.unit[:] = np.arange(len(r))
    adults = np.flatnonzero(r.birth < -20 * 12)
    for place in np.unique(r.place):
        here = rng.permutation(adults[r.place[adults] == place])
        for a, b in here[: len(here) // 4 * 2].reshape(-1, 2):
            r.partner[a], r.partner[b] = b, a
            r.unit[b] = r.unit[a]
    parents = adults[rng.random(len(adults)) < 0.3]
    r.child_birth[parents, 0] = -rng.integers(0, 10 * 12, len(parents))
    r.tenure[:], r.rent[:] = rng.integers(0, 3, len(r)), rng.integers(300, 900, len(r))


def _health(r: Residents, rng: np.random.Generator) -> None:
    n = len(r)
    ill = (rng.random(n) < 0.35) | (r.state == State.LONG_TERM_SICK)
    r.conditions[:] = np.where(ill, 1 << rng.integers(0, 8, n), 0)
    r.conditions[:] |= np.where(ill & (rng.random(n) < 0.3), 1 << rng.integers(0, 8, n), 0).astype(np.uint8)
    r.severity[:] = np.where(ill, rng.integers(0, 4, n), 0)
    known = ill & (rng.random(n) < 0.6)
    r.diagnosed[known] = r.conditions[known]
    r.declared[known] = np.where(rng.random(known.sum()) < 0.5, r.conditions[known], 0)
    r.treatment[known] = rng.integers(-12, 6, known.sum())


def _jobs(
    r: Residents, e: Employers, n_places: int, n_outside: int, vacancies: float, rng: np.random.Generator
) -> None:
    n_firms = len(e)
    e.area[:] = np.arange(n_firms) % (n_places + n_outside)
    e.sector[:] = rng.integers(0, len(SECTORS), n_firms)
    e.kind[:] = np.where(e.area >= n_places, 3, np.where(rng.random(n_firms) < 0.15, 1, 0))
    workers = np.flatnonzero(r.state <= State.ABSENT)
    wanted = int(np.ceil(len(workers) / (1.0 - vacancies))) + 1
    weight = 1.0 / rng.random(n_firms) ** 0.6
    e.size[:] = np.maximum(1, np.floor(wanted * weight / weight.sum())).astype(np.int32)
    while e.size.sum() < wanted:
        e.size[rng.integers(n_firms)] += 1
    e.slots[:] = e.size
    slot = rng.permutation(np.repeat(np.arange(n_firms, dtype=np.int32), e.size))[: len(workers)]
    r.employer[workers] = slot
    e.filled[:] = np.bincount(slot, minlength=n_firms)
    r.sector[:] = rng.integers(0, len(SECTORS), len(r))
    r.sector[workers] = e.sector[slot]
    r.hours[workers] = rng.choice([18, 37], len(workers))
    r.insecure[workers] = rng.random(len(workers)) < 0.2
    e.standard[:] = np.rint(rng.normal(0, 60, n_firms)).astype(np.int16)
    e.premium[:] = np.rint(rng.normal(0, 80, n_firms)).astype(np.int16)
    e.inclusive[:] = rng.random(n_firms) < 0.2
    e.part_time[:], e.insecure[:] = rng.integers(0, 60, n_firms), rng.integers(0, 40, n_firms)


def shuffled(w: World, seed: int) -> World:
    """Return the same world with its residents' rows in another order (partners' rows follow)."""
    order = np.random.Generator(np.random.PCG64(seed)).permutation(len(w.residents))
    out = w.copy()
    for name, column in w.residents.columns().items():
        getattr(out.residents, name)[:] = column[order]
    place_of = np.empty(len(order) + 1, np.int32)
    place_of[order] = np.arange(len(order), dtype=np.int32)
    place_of[-1] = -1
    out.residents.partner[:] = place_of[out.residents.partner]
    return out


def start_of(
    w: World,
    *,
    limits: Limits | None = None,
    levels: Levels | None = None,
    run_in: int = 0,
    draw: int = 0,
    **changes: Any,
) -> Start:
    """Return a start of a world; `process__name=value` changes a parameter.

    Parameters
    ----------
    w : the world.
    limits, levels : switches of the exact limits; factors of hazards.
    run_in, draw : months of run-in; number of the parameter draw.
    """
    held = w.copy()
    population = Population(held.residents, held.employers, LookTables(commuting=held.commuting), margins=None)  # type: ignore[arg-type]
    return prepare(
        population, values(**changes), levels or Levels.neutral(w.n_places), rules(), baseline(),
        sample=1, draw=draw, run_in=run_in, limits=limits,
    )  # fmt: skip


def baseline(policy_month: int = 3, months: int = 12, **changes: Any) -> ArmSpec:
    """Return an arm without policy."""
    terms: dict[str, Any] = {"name": "baseline", "subsidies": (), "demand": (), "minimum_wage": (), "parameters": ()}
    return ArmSpec(**{**terms, "policy_month": policy_month, "months": months, **changes})


def with_subsidies(*subsidies: SubsidySpec, policy_month: int = 3, months: int = 12, **changes: Any) -> ArmSpec:
    """Return an arm with subsidies."""
    return baseline(policy_month, months, name="policy", subsidies=subsidies, **changes)


def subsidy(name: str = "offer", rule: Rule = UNEMPLOYED, **changes: Any) -> SubsidySpec:
    """Return a subsidy of the whole wage for six months, for the unemployed, at every employer, without any limit."""
    terms: dict[str, Any] = {
        "title": name, "payer": "DWP", "start_month": 0, "end_month": 1000, "months": 6, "hours_week": 25,
        "wage_share": 1.0, "covers_employment_cost": True, "monthly_pence": 0, "start_pence": 100000,
        "end_pence": 50000, "support_pence": 20000, "administration_pence": 10000, "places": "any_vacancy",
        "marginal_only": False,
        "cap_starts": None, "cap_starts_month": None, "cap_active": None, "budget_pence": None, "place_ids": None,
        "sector_ids": None, "employer_take_up": 0.6, "participant_take_up": 0.8, "drop_out": 0.03, "keep_bonus": 0,
        "priority_cohorts": 0,
    }  # fmt: skip
    return SubsidySpec(name=name, eligibility=rule, **{**terms, **changes})


def living_in(*places: int) -> Rule:
    """Return the rule: unemployed and living in one of these Places."""
    return AllOf((UNEMPLOYED, Compare("place", "in", places, tuple(str(p) for p in places))))


def model_of(
    start: Start, arm: ArmSpec | None = None, *, months: int = 60, seed: int = 1, **options: Any
) -> RegionModel:
    """Return a model of an arm at month 0, ready to step.

    Parameters
    ----------
    start, arm : where it begins (copied) and what it runs.
    months, seed, options : room for rows, seed of the draws, and what RegionModel takes beside.
    """
    model = RegionModel(start, arm or baseline(), seed=seed, months=months, **options)
    model.initialise()
    model.settle_everybody()
    return model


def run(model: RegionModel, months: int) -> RegionModel:
    """Step a model so many months and return it."""
    for _ in range(months):
        model.step()
    return model


def before_hiring(model: RegionModel, change: Callable[[], None]) -> None:
    """Make a model call `change` each month between the opening of slots and the hiring."""
    hire = model._hire

    def changed(policy: int) -> None:
        change()
        hire(policy)

    model._hire = changed  # type: ignore[method-assign]


def only_transitions(monkeypatch: Any, transitions: Sequence[Transition]) -> None:
    """Let starts made from now on know only these transitions, whose hazards take no parameters."""
    monkeypatch.setattr("simulation.start.transitions", lambda: tuple(transitions))
    monkeypatch.setattr("simulation.start.parameters_of", lambda _: {t.name: None for t in transitions})


def nobody_leaves(monkeypatch: Any) -> None:
    """Let nobody leave the region before 65 in starts made from now on."""
    monkeypatch.setattr("simulation.processes.demography.leaving_hazard", lambda heads: np.zeros_like(heads, float))


def healthy_for_good(monkeypatch: Any) -> None:
    """Let no condition come, go or change in starts made from now on."""
    for name in ("onset_hazard", "recovery_hazard", "worsening_hazard", "improvement_hazard"):
        before = getattr(health, name)
        monkeypatch.setattr(health, name, lambda *given, before=before: 0.0 * before(*given))


NO_HIRING = {"employer_choice__standard_shift": 20_000}
"""Parameters under which nobody meets any employer's standard."""


def state_of(model: RegionModel) -> dict[str, NDArray[Any]]:
    """Return copies of every array that describes residents, employers, counts and payments, by name."""
    out = {f"residents.{name}": getattr(model.columns, name).copy() for name in model.columns._fields}
    out |= {f"employers.{name}": getattr(model.firms, name).copy() for name in model.firms._fields}
    out |= {name: getattr(model, name).copy() for name in ("cells", "satisfaction", "tightness")}
    return out


LABOUR_AND_HEALTH = (
    "id", "birth", "qualification", "state", "since", "work_history", "work_since", "employer", "sector", "conditions",
    "diagnosed", "declared", "severity", "treatment",
)  # fmt: skip
OF_A_JOB = ("hired", "insecure")
"""Columns that make a resident's labour and health trajectory, the last two only while in a job."""


def differing(a: RegionModel, b: RegionModel) -> NDArray[np.bool_]:
    """Return which rows differ in their labour or health trajectory, shape (residents,)."""
    out = np.zeros(len(a.columns.id), bool)
    for name in LABOUR_AND_HEALTH:
        out |= getattr(a.columns, name) != getattr(b.columns, name)
    for name in OF_A_JOB:
        out |= (getattr(a.columns, name) != getattr(b.columns, name)) & (a.columns.employer >= 0)
    return out


def arrays_of(output: RunOutput) -> dict[str, NDArray[Any]]:
    """Return every array of a run's output by name, the residents' record included."""
    out = {name: value for name, value in vars(output).items() if isinstance(value, np.ndarray)}
    if output.records is not None:
        out |= {f"records.{n}": v for n, v in vars(output.records).items() if isinstance(v, np.ndarray)}
        out |= {f"groups.{n}": v for n, v in output.records.groups.items()}
    return out


def assert_same(a: dict[str, NDArray[Any]], b: dict[str, NDArray[Any]], but: Iterable[str] = ()) -> None:
    """Check that two sets of arrays are equal to the byte, but for some names."""
    assert a.keys() == b.keys()
    wrong = [
        name
        for name in a
        if name not in set(but) and not (a[name].dtype == b[name].dtype and np.array_equal(a[name], b[name]))
    ]
    assert not wrong, f"these arrays differ: {', '.join(wrong)}"


@cache
def region_start(sample: int = 200, run_in: int = 12) -> Start:
    """Return the shipped region's start at 1:sample, once a session; never step it without copying."""
    from evidence import load_region, parameters
    from evidence import rules as published
    from simulation.population import build
    from simulation.run import levels_of

    region, shipped = load_region("cheshire-merseyside"), parameters()
    levels = levels_of(region.levels, tuple(place.name for place in region.places))
    years = {year: published(year) for year in ("2024/25", "2025/26", "2026/27")}
    return prepare(
        build(region, shipped, sample=sample), shipped, levels, years, baseline(), sample=sample, run_in=run_in
    )
