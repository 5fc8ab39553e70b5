"""Distance travelled: wellbeing, staying in work and visits to the doctor beside the hard outcomes of services.

The model carries life satisfaction, work and who is being helped. WHO-5, SWEMWBS and visits avoided are these figures
times a factor from evidence/distance.yaml, by assumption: linear, so that they add no finding of their own.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evidence.registry import distance
from results.display import MISSING, both
from results.lookup import records, stat_of
from results.pairing import PairedSeed, service_counts
from results.panel import Floats, Panel
from results.services import ServiceFacts
from results.statistics import Stat, ratio_statistic, statistic
from results.sustained import MONTHS_AFTER
from simulation.output import SERVICE_ITEMS

if TYPE_CHECKING:
    from pandas import DataFrame

    from evidence.model import Parameter

MODEL, MAPPING = "model", "mapping by assumption"
COLUMNS = ("measure", "title", "unit", "basis", *Stat.__dataclass_fields__, "mapping_low", "mapping_high")
SCALES = {"who_5": "WHO-5 (0 to 100)", "swemwbs": "SWEMWBS (7 to 35)"}
POINTS, PER_START, VISITS = "points", "points for a year per start", "contacts"
ARMS = {"policy": "policy", "baseline": "baseline", "difference": "policy less baseline"}
SOCIAL_KINDS = ("advice_on_prescription",)
SOCIAL_CHANNEL = "link_worker"
TITLES = {
    "total": "Life satisfaction (0 to 10), change over all residents and months",
    "per_resident": "{scale}, change for a resident, mean over all residents and months",
    "per_start": "{scale}, change over all residents for each additional start with a service",
    "sustained": "Confidence of sustained work, as observed in the model: still in work {months} months after "
    "entering, {arm}",
    "gp_visits_avoided": "GP visits for social needs avoided",
}
NOTE = (
    "Life satisfaction and work are carried by the model and counted in both arms. WHO-5, SWEMWBS and GP visits are "
    "not: they are a mapping by assumption, the model's figure times one factor, shown also at both ends of the "
    "factor's interval, and tell nothing that life satisfaction and the people being helped do not. Confidence of "
    "sustained work is what the model observes, not what anybody said: of residents out of work when first helped who "
    "then entered work and could be followed, the share in work at every month's end since; each arm has its own "
    "clients, so the difference also holds who they are. GP visits count people being helped with advice on "
    "prescription, or by services that link workers refer to."
)
"""How to read the table, for pages and the workbook."""


def scaled(stat: Stat, factor: float) -> Stat:
    """Return the figure times a factor that is not negative."""
    names = ("mean", "p05", "p25", "p50", "p75", "p95", "mc_se")
    return replace(stat, **{name: getattr(stat, name) * factor for name in names})


def ends_of(parameter: Parameter) -> tuple[float, float, float]:
    """Return value, lower and upper end of a mapping's factor."""
    value, interval = parameter.value, parameter.interval_95
    low, high = interval if isinstance(interval, tuple) else (value, value)
    return float(value), float(low), float(high)  # type: ignore[arg-type]


def is_social(fact: ServiceFacts) -> bool:
    """Return whether a service is held to save visits to a doctor for social needs."""
    return fact.kind in SOCIAL_KINDS or SOCIAL_CHANNEL in fact.channels


def satisfaction(panel: Panel) -> float:
    """Return life satisfaction summed over residents and policy months, points times years."""
    return int(panel.satisfaction[panel.start :].sum()) / 10 / 12


def helped_months(panel: Panel, names: frozenset[str]) -> float:
    """Return person-months of being helped by the desks of these names over the policy's months."""
    chosen = [k for k, name in enumerate(panel.service_names) if name in names]
    return float(panel.services[panel.start :, chosen, :, SERVICE_ITEMS.index("active")].sum())


def distance_frame(
    runs: Sequence[PairedSeed],
    draws: NDArray[np.int64],
    n_seeds: int,
    facts: Sequence[ServiceFacts] = (),
    mappings: Mapping[str, Parameter] | None = None,
) -> DataFrame | None:
    """Return distance travelled by COLUMNS, policy less baseline where no arm is named; None without services.

    `mapping_low` and `mapping_high` are the mean at the ends of the mapping's 95% interval; not numbers where the
    model itself carries the figure. Visits stand there where a service is held to save some.

    Parameters
    ----------
    runs : sequence of PairedSeed
        The runs.
    draws : int64, shape (runs,)
        Draw of each run.
    n_seeds : int
        Number of different seeds.
    facts : sequence of ServiceFacts
        Kinds and ways in.
    mappings : mapping, optional
        Name -> factor; those of the evidence by default.
    """
    import pandas as pd

    if not all(run.has_services for run in runs):
        return None
    factors = {name: ends_of(entry) for name, entry in (mappings or distance()).items()}
    change = np.array([satisfaction(run.policy) - satisfaction(run.baseline) for run in runs])
    years = np.array([run.baseline.view().stock()[run.baseline.start :].sum() / 12 for run in runs])
    starts = np.array([difference(run, "started") for run in runs])
    per = {
        "per_resident": (ratio_statistic(change, years, draws, n_seeds), POINTS),
        "per_start": (ratio_statistic(change, starts, draws, n_seeds), PER_START),
    }
    total = statistic(change, draws, n_seeds)
    rows = [_row("satisfaction_total", TITLES["total"], "points × years", total)]
    for name, (stat, unit) in per.items():
        title = TITLES[name].format(scale="Life satisfaction (0 to 10)")
        rows.append(_row(f"satisfaction_{name}", title, unit, stat))
    for scale, words in SCALES.items():
        for name, (stat, unit) in per.items():
            title = TITLES[name].format(scale=words)
            rows.append(_row(f"{scale}_{name}", title, unit, stat, factors[f"{scale}_points"]))
    rows += _sustained_rows(runs, draws, n_seeds)
    social = frozenset(fact.name for fact in facts if is_social(fact))
    if social:
        months = np.array([helped_months(run.policy, social) - helped_months(run.baseline, social) for run in runs])
        stat = statistic(months, draws, n_seeds)
        rows.append(_row("gp_visits_avoided", TITLES["gp_visits_avoided"], VISITS, stat, factors["gp_visits_avoided"]))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def difference(run: PairedSeed, item: str) -> float:
    """Return a count of services over the policy's months, policy less baseline."""
    return float(service_counts(run.policy, item).sum() - service_counts(run.baseline, item).sum())


def _row(
    measure: str, title: str, unit: str, stat: Stat, factor: tuple[float, float, float] | None = None
) -> dict[str, object]:
    """Return a row of the table: the model's figure, or its mapping where a factor and its ends are given."""
    nan = float("nan")
    value, low, high = factor or (1.0, nan, nan)
    ends = {"mapping_low": stat.mean * low, "mapping_high": stat.mean * high}
    words = {"measure": measure, "title": title, "unit": unit, "basis": MAPPING if factor else MODEL}
    return {**words, **vars(scaled(stat, value) if factor else stat), **ends}


def _sustained_rows(runs: Sequence[PairedSeed], draws: NDArray[np.int64], n_seeds: int) -> list[dict[str, object]]:
    """Return the shares still in work by months after entering: of each arm, and their mean difference over runs."""

    def counted(name: str) -> Floats:
        return np.array([run.metrics[name] for run in runs], np.float64)

    rows = []
    for months in MONTHS_AFTER:
        stats, shares = {}, []
        for arm in ("policy", "baseline"):
            stayed, entered = counted(f"{arm}_stayed_{months}"), counted(f"{arm}_entered_{months}")
            stats[arm] = ratio_statistic(stayed, entered, draws, n_seeds)
            missing = np.full(len(runs), np.nan)
            shares.append(np.divide(stayed, entered, out=missing, where=entered > 0))
        stats["difference"] = statistic(shares[0] - shares[1], draws, n_seeds)
        for arm, stat in stats.items():
            title = TITLES["sustained"].format(months=months, arm=ARMS[arm])
            rows.append(_row(f"sustained_work_{months}_{arm}", title, "share", stat))
    return rows


def figure(value: float, size: float) -> str:
    """Return a number with the decimals that show two digits of a size."""
    if math.isnan(value):
        return MISSING
    decimals = 0 if size == 0 else max(0, min(6, 1 - math.floor(math.log10(size))))
    text = f"{abs(value):,.{decimals}f}"
    return f"−{text}" if value < 0 and text.strip("0.") else text


def distance_cells(frame: DataFrame) -> list[list[str]]:
    """Return the rows for readers: measure, unit, figure with its interval, the mapping's range, basis."""
    out = []
    for row in records(frame):
        stat = stat_of(row)
        size = abs(stat.mean) if not math.isnan(stat.mean) else 0.0
        if row["unit"] == "share":
            shown = both(stat, "share")
        else:
            low, high = (figure(end, size) for end in (stat.p05, stat.p95))
            span = "no interval" if math.isnan(stat.p05) else f"{low} to {high}"
            shown = MISSING if math.isnan(stat.mean) else f"{figure(stat.mean, size)} ({span})"
        ends = [float(row["mapping_low"]), float(row["mapping_high"])]
        mapped = "none" if any(map(math.isnan, ends)) else " to ".join(figure(end, size) for end in ends)
        out.append([str(row["title"]), str(row["unit"]), shown, mapped, str(row["basis"])])
    return out


def dictionary_rows() -> list[tuple[str, str, str, str, str]]:
    """Return what each measure is, for the dictionary: kind, name, unit, better, description."""
    scales = {"satisfaction": "Life satisfaction (0 to 10)", **SCALES}
    rows = [("satisfaction_total", "points × years", "higher", TITLES["total"])]
    for scale, words in scales.items():
        for name, unit in (("per_resident", POINTS), ("per_start", PER_START)):
            rows.append((f"{scale}_{name}", unit, "higher", TITLES[name].format(scale=words)))
    for months in MONTHS_AFTER:
        for arm, words in ARMS.items():
            title = TITLES["sustained"].format(months=months, arm=words)
            rows.append((f"sustained_work_{months}_{arm}", "share", "higher", title))
    rows.append(("gp_visits_avoided", VISITS, "higher", TITLES["gp_visits_avoided"]))
    return [("distance", name, unit, better, f"{words}.") for name, unit, better, words in rows]
