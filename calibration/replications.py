"""Replications: published evaluations run again as scenarios of their period, and judged as they were evaluated.

The market of the period is put in by its vacancies per unemployed person; people, law, pay and services are today's.
Nothing is tuned here: where a replication fails, the verdict says so and is published.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtri

import evidence
from calibration.drawn import Drawn, draws_of, start_of
from calibration.evaluated import TrialPlan, followed, started, starts, trial_of, trial_plans
from calibration.verdicts import error_of, predict, verdict
from evidence.model import Parameter
from experiments.errors import InvalidRequest
from experiments.markets import SETTLING_MONTHS, Market, OutOfReach, settled_in, settled_tightness, tightness_under
from results.files import write_text
from results.store import csv_text
from scenarios.arm import ArmSpec, arm
from scenarios.resolve import resolve
from simulation.start import Start

FILE = Path("fitted") / "replications.csv"
COLUMNS = ("name", "figure", "role", "observed", "se", "unit", "mean", "p05", "p95", "mc_se", "n_draws", "n_runs",
           "n_unreachable", "verdict", "period", "source", "note")  # fmt: skip
SCENARIOS = Path(__file__).parent / "evaluations"
HELP_DRAWS = 10
"""Values of the help's own effect that are run where there is one draw of everything else."""
GOLDEN = 0.6180339887498949
"""Fractional part that spreads any number of quantiles evenly, whatever their number."""
BOOM_MONTHS, BOOM_QUARTER = 12, 3
"""Months in which the market went from the plan's tightness to the boom's: a year, by the two published figures, which
are both means of a quarter, the second of them one year after the first."""
STARTED, CHANCE = "started", ".se"
"""What a run says beside its figures: participants, and the standard error that their number leaves to a figure."""
Found = Mapping[str, float]
Run = Callable[[int, float], Found]
"""What a seed and a quantile of the help's effect give."""


@dataclass(frozen=True)
class World:
    """What the replications of one draw share: the region's start, the arm without policy, and how to run."""

    start: Start
    base: ArmSpec
    region: str
    threads: int
    published: Mapping[str, Parameter]

    @cached_property
    def market(self) -> Market:
        """The region's market, with what its searches have run so far."""
        return Market(lambda demand: settled_tightness(self.start, self.base, demand, self.threads))

    def tightness(self, name: str) -> float:
        """Return the vacancies per unemployed person of a published period."""
        return number(self.published[f"{name}_vacancies_per_unemployed"])

    def demand(self, name: str) -> float:
        """Return the demand at which the market has the vacancies per unemployed person of a published period."""
        return self.market.demand_for(self.tightness(name))


@dataclass(frozen=True)
class Replication:
    """One evaluation: the figures it published by name, whether the model may be fitted to them, and how it is run.

    `prepare` returns what a seed gives; it is called once a draw. `help_varies`: whether the effect of help is itself
    a parameter with an interval, so that its quantiles are run too.
    """

    figures: tuple[str, ...]
    role: str
    prepare: Callable[[World], Run]
    help_varies: bool = False


def number(parameter: Parameter) -> float:
    """Return the value of a parameter that is one number."""
    return float(parameter.value)  # type: ignore[arg-type]


def _scenario(name: str, region: str) -> ArmSpec:
    return arm(resolve(SCENARIOS / f"{name}.yaml", {"region": region}))


def future_jobs_fund(world: World) -> Run:
    """Return participants against their twins 24 months after their start: unsubsidised work, and benefit."""
    later = 24
    policy = _scenario("future-jobs-fund", world.region)
    window = policy.subsidies[0].end_month - policy.subsidies[0].start_month
    demand = ((0, world.demand("fjf")),)
    arms = tuple(settled_in(each, demand, window + later) for each in (world.base, policy))

    def run(seed: int, _: float) -> Found:
        twin, treated = followed(world.start, (arms[0], arms[1]), seed, world.threads)
        who, month = started(twin, treated, later)
        if not who.size:
            return {}
        work = np.stack(treated.work)[month, who].astype(float) - np.stack(twin.work)[month, who]
        benefit = np.stack(treated.benefit)[month, who].astype(float) - np.stack(twin.benefit)[month, who]
        found = {STARTED: float(who.size)}
        for figure, gain in (("fjf_work", work), ("fjf_benefit", benefit)):
            found[figure] = 100.0 * float(gain.mean())
            found[f"{figure}{CHANCE}"] = 100.0 * float(gain.std(ddof=1)) / np.sqrt(who.size) if who.size > 1 else np.nan
        return found

    return run


def kickstart(world: World) -> Run:
    """Return starts while the market tightens as it did, over starts in the market that the plan was made in."""
    # Nothing but people and jobs may limit starts here: the cap was a number of the plan.
    policy = _scenario("kickstart-2020", world.region)
    policy = replace(policy, subsidies=tuple(replace(s, cap_starts=None) for s in policy.subsidies))
    window = policy.subsidies[0].end_month - policy.subsidies[0].start_month
    before = world.demand("kickstart_planned")
    planned = settled_in(policy, ((0, before),), window)

    def path(peak: float) -> tuple[tuple[int, float], ...]:
        steps = (before + (peak - before) * (k + 1) / BOOM_MONTHS for k in range(BOOM_MONTHS))
        return ((0, before), *((planned.policy_month + k, demand) for k, demand in enumerate(steps)))

    # Vacancies follow demand with a delay, so that demand has to rise above what would give the boom's market for good.
    last = SETTLING_MONTHS + BOOM_MONTHS + BOOM_QUARTER - 1
    boom_market = Market(
        lambda peak: tightness_under(world.start, world.base, path(peak), last - BOOM_QUARTER, last, world.threads)
    )
    boom = replace(planned, demand=path(boom_market.demand_for(world.tightness("kickstart_actual"))))

    def run(seed: int, _: float) -> Found:
        many, few = (starts(world.start, each, seed, world.threads) for each in (planned, boom))
        return {"kickstart_take_up": few / many} if many else {}

    return run


def trial(name: str) -> Callable[[World], Run]:
    """Return how a trial of help is run: recruits by lot, half of them helped, work at month 12.

    Parameters
    ----------
    name : of the trial in evaluations/trials.yaml, and of its figures.
    """

    def prepare(world: World) -> Run:
        months = 12
        plan: TrialPlan = trial_plans(world.region)[name]
        effects = evidence.programme_effects()[plan.kind]
        base = settled_in(world.base, ((0, world.demand(name)),), months)
        recruits = number(world.published["trial_recruits"])
        entry = effects["job_entry_ratio"]
        low, high = (float(end) for end in entry.interval_95)  # type: ignore[union-attr, arg-type]
        sd = float(np.log(high / low)) / (2.0 * float(ndtri(0.975)))

        def run(seed: int, quantile: float) -> Found:
            ratio = number(entry) * float(np.exp(sd * ndtri(quantile)))
            values = {key: number(p) for key, p in effects.items()} | {"job_entry_ratio": ratio}
            gain, control = trial_of(world.start, base, plan, values, recruits, seed, world.threads)
            return {f"{name}_work": gain, f"{name}_control": control}

        return run

    return prepare


REPLICATIONS: dict[str, Replication] = {
    "future-jobs-fund": Replication(("fjf_work", "fjf_benefit"), "fit", future_jobs_fund),
    "kickstart": Replication(("kickstart_take_up",), "prediction", kickstart),
    "ips-lite": Replication(("ips_lite_work", "ips_lite_control"), "prediction", trial("ips_lite"), True),
    "key-worker": Replication(("key_worker_work",), "prediction", trial("key_worker"), True),
}
"""Name -> evaluation. Only the Future Jobs Fund may be a target of the fit; the others are predicted as they come."""


@dataclass(frozen=True)
class Request:
    """What to replicate, on which draws and seeds."""

    names: tuple[str, ...] = tuple(REPLICATIONS)
    region: str = "cheshire-merseyside"
    n_draws: int = 20
    n_seeds: int = 40
    """seeds in all; with several draws they are shared out, two to each at least"""
    seed: int = 1
    sample: int = 20
    threads: int = 1

    def __post_init__(self) -> None:
        """Refuse names that nobody knows."""
        for name in self.names:
            if name not in REPLICATIONS:
                known = ", ".join((*REPLICATIONS, "saturation"))
                raise InvalidRequest(f"there is no replication '{name}'; there are {known}.")
        if self.n_seeds < 2:
            raise InvalidRequest(f"--seeds is {self.n_seeds}; two at least are needed to know the error of chance.")


def base_arm(region: str) -> ArmSpec:
    """Return the arm without policy that replications set theirs against: no subsidy, no service, no limit of money."""
    return replace(arm(resolve("baseline", {"region": region})), services=None, funding=None)


def replicate(request: Request, progress: Callable[[str], None] | None = None) -> pd.DataFrame:
    """Return a row for each published figure: what the model gives, and whether the two agree (COLUMNS).

    Parameters
    ----------
    request : what to replicate.
    progress : called with a sentence as work goes on.
    """
    region, values = evidence.load_region(request.region), evidence.parameters()
    published = evidence.replications()
    drawn = draws_of(region, values, request.n_draws)
    base = base_arm(request.region)
    found: dict[str, list[tuple[int, float]]] = {}
    unreachable = dict.fromkeys(request.names, 0)
    for draw in drawn:
        start = start_of(region, values, base, draw, request.sample, request.threads)
        own = replace(base, parameters=tuple(sorted({**dict(draw.overrides), **dict(base.parameters)}.items())))
        world = World(start, own, request.region, request.threads, published)
        for name in request.names:
            if progress is not None:
                progress(f"{name}, draw {draw.number}")
            try:
                runs = _runs(REPLICATIONS[name], world, draw, len(drawn), request)
            except OutOfReach as error:
                if progress is not None:
                    progress(f"{name}, draw {draw.number}: left out, {error}")
                unreachable[name] += 1
                continue
            for group, figures in runs:
                for figure in REPLICATIONS[name].figures:
                    found.setdefault(figure, []).append((group, figures.get(figure, float("nan"))))
    _refuse_without_runs(request, found, unreachable, len(drawn))
    rows = [
        _row(name, figure, published[figure], found[figure], unreachable[name])
        for name in request.names
        for figure in REPLICATIONS[name].figures
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _refuse_without_runs(
    request: Request, found: Mapping[str, Sequence[tuple[int, float]]], unreachable: Mapping[str, int], n_draws: int
) -> None:
    """Refuse figures of which fewer than two runs say anything."""
    for name in request.names:
        for figure in REPLICATIONS[name].figures:
            n = int(np.isfinite([value for _, value in found.get(figure, ())]).sum())
            if n < 2:
                raise InvalidRequest(
                    f"{name}: {n} runs give '{figure}' a value, two at least are needed; in {unreachable[name]} of "
                    f"{n_draws} draws no labour demand gives the market of its period. Ask for more draws or seeds, or "
                    f"for a larger sample than 1:{request.sample}."
                )


def _runs(each: Replication, world: World, drawn: Drawn, n_draws: int, request: Request) -> list[tuple[int, Found]]:
    """Return the group and the figures of every run of one draw."""
    run = each.prepare(world)
    n_seeds = request.n_seeds if n_draws == 1 else max(2, request.n_seeds // n_draws)
    out = []
    for k in range(n_seeds):
        group = k % HELP_DRAWS if n_draws == 1 and each.help_varies else drawn.number
        out.append((group, run(request.seed + k, quantile_of(group))))
    return out


def quantile_of(group: int) -> float:
    """Return the quantile of the help's effect that a group of runs has, spread evenly over any number of them."""
    return float((group + 0.5) * GOLDEN % 1.0)


def _row(
    name: str, figure: str, published: Parameter, runs: Sequence[tuple[int, float]], n_unreachable: int
) -> tuple[Any, ...]:
    prediction = predict([group for group, _ in runs], [value for _, value in runs])
    observed, se = number(published), error_of(published)
    return (
        name, figure, REPLICATIONS[name].role, observed, se, published.unit, prediction.mean, prediction.p05,
        prediction.p95, prediction.mc_se, prediction.n_draws, prediction.n_runs, n_unreachable,
        verdict(observed, se, prediction),
        published.date, published.source, published.note,
    )  # fmt: skip


def write(folder: Path, table: pd.DataFrame) -> Path:
    """Write a table of replications into a region's folder, figures to four significant digits; return its path."""
    rounded = table.copy()
    for column in ("observed", "se", "mean", "p05", "p95", "mc_se"):
        rounded[column] = [float(f"{x:.4g}") + 0.0 for x in table[column]]
    write_text(folder / FILE, csv_text(rounded))
    return folder / FILE
