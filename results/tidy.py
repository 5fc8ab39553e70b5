"""Tidy long tables of results, one value a row with its unit; leaves out the full cross of dimensions.

Monthly values are given for every area, and for the region by one dimension at a time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from results.distance import dictionary_rows
from results.equity_frame import EQUITY_WORDS
from results.geography import Area, Geography
from results.long import LongTable
from results.measures import named
from results.metrics import metrics_for
from results.pairing import PairedSeed, metric_values
from results.panel import DIMENSIONS, Panel
from results.prices import price_base
from results.registry import MEASURES, Measure
from results.scorecard import MEASURES as SCORE_MEASURES
from results.services import WORDS as SERVICE_WORDS
from results.services import unit_of
from results.statistics import STAT_COLUMNS, STAT_WORDS
from results.summary import Headline
from results.twins import BASELINE_STARTS, has_incentives, has_services, left_out
from scenarios.vocabulary import STATES, month_name
from simulation.ledger import LINES
from simulation.output import SUBSIDY_ITEMS

if TYPE_CHECKING:
    from pandas import DataFrame

COLUMNS = (
    "run_id", "scenario", "draw", "seed", "period", "geography_code", "geography_name", "age_band", "sex",
    "ethnicity", "health", "programme", "payer", "measure", "unit", "price_base", "value",
)  # fmt: skip
"""Columns of every tidy table, in order."""
ALL = "all"
COLUMN_WORDS = {
    "run_id": "hash of the inputs, arm, draw and seed",
    "scenario": "name of the arm",
    "draw": "number of the draw of uncertain parameters (0 is the central values)",
    "seed": "seed of the random numbers",
    "period": "month (YYYY-MM); financial year or whole horizon where the table says so",
    "geography_code": "ONS code of a Place; for groups and the region a name in lower case",
    "geography_name": "name of the area",
    "age_band": "age in years at the month's end; all = every age",
    "sex": "sex; all = both",
    "ethnicity": "ethnicity group; all = every group",
    "health": "whether a condition limits work; all = everybody",
    "programme": "subsidy or service; all = none in particular",
    "payer": "account that pays; all = none in particular",
    "measure": "what is counted; see the rows below",
    "unit": "unit of the value",
    "price_base": "price base of money: a financial year = at the rates and pay of that year, the last with rules, not "
    "uprated afterwards; nominal = at those of the month; nominal to a year = both, by month; all = not money",
    "value": "the value",
}


def run_id(content_hash: str, arm: str, draw: int, seed: int) -> str:
    """Return the id of one run: 16 hex digits.

    Parameters
    ----------
    content_hash : str
        Hash of everything that decides the figures.
    arm : str
        Name of the arm.
    draw, seed : int
        Draw and seed.
    """
    return hashlib.sha256(f"{content_hash}|{arm}|{draw}|{seed}".encode()).hexdigest()[:16]


def measure_frame(measure: Measure, panel: Panel, areas: Sequence[Area], by: str = ALL) -> DataFrame:
    """Return one measure as period, geography_code, geography_name, dimension, label, value; empty months dropped.

    Parameters
    ----------
    measure : Measure
        A registered measure.
    panel : Panel
        One arm of one run.
    areas : sequence of Area
        Where.
    by : str
        A dimension the measure offers.
    """
    import pandas as pd

    quantity = measure.function(panel.view(by))
    labels = DIMENSIONS[by]
    periods = np.array([month_name(int(m)) for m in panel.months])
    values = np.stack([quantity.over(area.places) for area in areas])
    area_index, month_index, label_index = np.nonzero(~np.isnan(values))
    return pd.DataFrame(
        {
            "period": periods[month_index],
            "geography_code": np.array([area.code for area in areas])[area_index],
            "geography_name": np.array([area.name for area in areas])[area_index],
            "dimension": by,
            "label": np.array(labels)[label_index],
            "value": values[area_index, month_index, label_index],
        }
    )


def frame(name: str, panel: Panel, geography: Geography, by: str = ALL) -> DataFrame:
    """Return a measure for every area as a tidy frame: period, area, dimension, label, value.

    Parameters
    ----------
    name : str
        A registered measure.
    panel : Panel
        One arm of one run.
    geography : Geography
        The areas.
    by : str
        A dimension the measure offers.

    Raises
    ------
    KeyError
        If the measure is unknown or is not offered by this dimension.
    """
    chosen = named(name)
    if by not in chosen.dimensions:
        raise KeyError(f"measure '{name}' is not given by '{by}'; it is given by: {', '.join(chosen.dimensions)}")
    return measure_frame(chosen, panel, geography.areas, by)


def measures_of(panel: Panel) -> list[Measure]:
    """Return the measures that an arm has: those of services only where it has some."""
    return [measure for measure in MEASURES.values() if panel.service_names or not measure.of_services]


def add_panel(table: LongTable, panel: Panel, geography: Geography, identity: dict[str, object]) -> None:
    """Add one arm to a long table: measures by area, region by dimension, states by area, ledger, subsidies.

    Parameters
    ----------
    table : LongTable
        Where to add.
    panel : Panel
        One arm of one run.
    geography : Geography
        The areas.
    identity : dict
        Values of the columns that name the run.
    """
    month = {"period": tuple(month_name(int(m)) for m in panel.months)}

    def axis(areas: Sequence[Area]) -> dict[str, tuple[object, ...]]:
        return {"geography_code": tuple(a.code for a in areas), "geography_name": tuple(a.name for a in areas)}

    everywhere = axis(geography.areas)
    bases = tuple(price_base([int(m)]) for m in panel.months)
    for measure in measures_of(panel):
        dated = month | ({"price_base": bases} if measure.unit == "pounds" else {})
        for by in measure.dimensions:
            areas = geography.areas if by == ALL else (geography.whole,)
            quantity = measure.function(panel.view(by))
            values = np.stack([quantity.over(area.places) for area in areas])
            labels: dict[str, tuple[object, ...]] = {} if by == ALL else {by: DIMENSIONS[by]}
            names = {"measure": measure.name, "unit": measure.unit}
            table.add(values, (axis(areas), dated, labels), **names, **identity)

    def over_areas(values: NDArray[np.int64]) -> NDArray[np.float64]:
        return np.stack([values[:, area.places].sum(axis=1) for area in geography.areas]).astype(np.float64)

    states = {"measure": tuple(f"state_{state}" for state in STATES)}
    table.add(over_areas(panel.stocks[ALL][:, :, 0]), (everywhere, month, states), unit="residents", **identity)
    lines = {"measure": tuple(line.name for line in LINES), "payer": tuple(line.payer for line in LINES)}
    pounds = over_areas(panel.ledger) / 100
    table.add(pounds, (everywhere, month | {"price_base": bases}, lines), unit="pounds", **identity)
    items = {"measure": tuple(f"subsidy_{item}" for item in SUBSIDY_ITEMS)}
    for k, subsidy in enumerate(panel.subsidy_names):
        counts = over_areas(panel.subsidies[:, k])
        table.add(counts, (everywhere, month, items), unit="residents", programme=subsidy, **identity)


def monthly_table(panels: Sequence[Panel], geography: Geography, content_hash: str) -> DataFrame:
    """Return every monthly value of some arms, in the order in which the arms are handed over.

    Parameters
    ----------
    panels : sequence of Panel
        Arms of runs.
    geography : Geography
        The areas.
    content_hash : str
        Hash of everything that decides the figures.
    """
    table = LongTable(COLUMNS[:-1], ALL)
    for panel in panels:
        add_panel(table, panel, geography, identity_of(panel, content_hash))
    return table.frame()


def identity_of(panel: Panel, content_hash: str) -> dict[str, object]:
    """Return the columns that name a run."""
    return {
        "run_id": run_id(content_hash, panel.arm, panel.draw, panel.seed),
        "scenario": panel.arm,
        "draw": panel.draw,
        "seed": panel.seed,
    }


def effects_table(seeds: Sequence[PairedSeed], geography: Geography, content_hash: str) -> DataFrame:
    """Return the paired figures of each seed: policy less baseline over the horizon, for the region.

    Parameters
    ----------
    seeds : sequence of PairedSeed
        The seeds.
    geography : Geography
        The areas.
    content_hash : str
        Hash of everything that decides the figures.
    """
    table = LongTable(COLUMNS[:-1], ALL)
    unfit = left_out(seeds)
    metrics = metrics_for(seeds[0].horizon, has_services(seeds), has_incentives(seeds))
    shown = [name for name in metrics if name not in unfit]
    for seed in seeds:
        add_effects(table, seed, geography, content_hash, shown)
    return table.frame()


def add_effects(
    table: LongTable, seed: PairedSeed, geography: Geography, content_hash: str, shown: Sequence[str]
) -> None:
    """Add the paired figures of one seed to a long table.

    Parameters
    ----------
    table : LongTable
        Where to add.
    seed : PairedSeed
        One seed.
    geography : Geography
        The areas.
    content_hash : str
        Hash of everything that decides the figures.
    shown : sequence of str
        Names of the figures.
    """
    metrics, values = metrics_for(seed.horizon, seed.has_services, seed.has_incentives), metric_values(seed)
    names = [name for name in shown if not np.isnan(values[name])]
    months = seed.policy.months[seed.policy.start :]
    base = price_base(months)
    words: dict[str, tuple[object, ...]] = {
        "measure": tuple(f"effect_{name}" for name in names),
        "unit": tuple(metrics[name].unit for name in names),
        "price_base": tuple(base if metrics[name].kind.startswith("pounds") else ALL for name in names),
    }
    where = {"geography_code": geography.whole.code, "geography_name": geography.whole.name}
    period = f"{month_name(int(months[0]))}/{month_name(int(months[-1]))}"
    table.add(
        np.array([values[name] for name in names]),
        (words,),
        period=period,
        **where,
        **identity_of(seed.policy, content_hash),
    )


SUMMARY_COLUMNS = (
    "scenario", "baseline", "context", "changed", "status", "table", "period", "geography_name", "dimension",
    "label", "agency", "cashable", "measure", "unit", "price_base", *STAT_COLUMNS,
)  # fmt: skip
SUMMARY_WORDS = {
    "baseline": "name of the arm that the scenario is compared with",
    "context": "the context that both arms are done in; blank = none",
    "changed": "values set beside the files, as key = value; blank = none",
    "status": "what must be said beside every figure",
    "table": "which table of the summary a row belongs to",
    "dimension": "what the groups of a row are formed by; all = no groups",
    "label": "the group, subsidy or arm (policy, baseline, difference); all = none in particular",
    "agency": "account that gains or pays; all = none in particular",
    "cashable": "whether the line is cash to a public agency; all = not money of an account",
    **STAT_WORDS,
}
"""What the summary's columns hold that other tables do not have."""


def summary_table(headline: Headline) -> DataFrame:
    """Return every summarised figure in one long table: headline, groups, subsidies, months, money, scorecard."""
    import pandas as pd

    whole = f"{headline.months[0]}/{headline.months[-1]}"
    region, base = headline.geography.whole.name, headline.price_base
    stats = [
        {
            "table": "headline",
            "period": whole,
            "geography_name": region,
            "measure": name,
            "unit": metric.unit,
            "price_base": base if metric.kind.startswith("pounds") else ALL,
            **vars(headline.stats[name]),
        }
        for name, metric in headline.metrics.items()
    ]
    groups = headline.groups.rename(columns={"item": "measure"}).assign(
        table="groups", period=whole, geography_name=region
    )
    groups["unit"] = groups["measure"].map(group_unit)
    series = headline.series.assign(table="months")
    series["unit"] = series["measure"].map(lambda name: named(name).unit)
    series["price_base"] = series["unit"].map(lambda unit: base if unit == "pounds" else ALL)
    money = headline.fiscal.rename(columns={"line": "measure", "financial_year": "period"})
    money = money.assign(table="money", unit="pounds", price_base=base, geography_name=region).drop(columns="label")
    chain = headline.chain.rename(columns={"item": "measure", "subsidy": "label"})
    chain = chain.assign(table="subsidies", dimension="subsidy", unit="residents", period=whole)
    tables = [pd.DataFrame(stats), groups, chain, series, money]
    if headline.services is not None:
        services = headline.services.rename(columns={"programme": "label"}).drop(columns=["title", "kind"])
        services["measure"] = "service_" + services["item"].map(str)
        tables.append(services.assign(table="services_" + services["arm"], dimension="service", period=whole))
    if headline.distance is not None:
        travelled = headline.distance.assign(table="distance", dimension="basis", label=headline.distance["basis"])
        tables.append(travelled.assign(period=whole, geography_name=region))
    if headline.scorecard is not None:
        tables.append(
            headline.scorecard.frame.rename(columns={"arm": "label"}).assign(table="scorecard", dimension="arm")
        )
    parts = [part for part in tables if len(part)]
    table = pd.concat(parts, ignore_index=True)
    table = table.assign(
        scenario=headline.policy,
        baseline=headline.baseline,
        context=headline.context,
        changed=", ".join(headline.changed),
        status=headline.caution or "calibrated",
    )
    for column in ("dimension", "label", "agency", "cashable", "price_base"):
        table[column] = table[column].fillna(ALL) if column in table else ALL
    return table[list(SUMMARY_COLUMNS)]


def group_unit(item: str) -> str:
    """Return the unit of a group item."""
    if item in ("residents", "treated"):
        return "residents"
    return "share" if item in ("deadweight", "displacement") else "person-months"


def dictionary_table(horizon: int, with_services: bool = False, with_incentives: bool = False) -> DataFrame:
    """Return what every column, measure and figure means: kind, name, unit, better, description.

    Parameters
    ----------
    horizon : int
        Policy months.
    with_services, with_incentives : bool
        Whether either arm has services, or incentives to employers; what only such runs hold is left out otherwise.
    """
    import pandas as pd

    rows = [("column", name, "", "", words) for name, words in (COLUMN_WORDS | SUMMARY_WORDS).items()]
    rows += [
        ("measure", m.name, m.unit, m.better, m.label) for m in MEASURES.values() if with_services or not m.of_services
    ]
    rows += [("measure", f"state_{s}", "residents", "neither", f"Residents in the state {s}.") for s in STATES]
    rows += [
        ("ledger line", line.name, "pounds", "neither", f"{line.label}: {line.payer} pays {line.payee}.")
        for line in LINES
    ]
    rows += [
        ("figure", f"effect_{m.name}", m.unit, m.better, f"{m.label}, policy less baseline where a difference applies.")
        for m in metrics_for(horizon, with_services, with_incentives).values()
    ]
    rows += [
        ("scorecard", m.name, m.unit, "higher" if m.direction == "at_least" else "lower", f"{m.label}.")
        for m in SCORE_MEASURES.values()
    ]
    rows += [("equity", name, "", "", words) for name, words in EQUITY_WORDS.items()]
    if with_services:
        rows += [
            ("service", f"service_{item}", unit_of(item), "neither", f"By service: {words[:1].lower()}{words[1:]}")
            for item, words in SERVICE_WORDS.items()
        ]
        rows += dictionary_rows()
        words = "counts of the policy arm, of the baseline, and policy less baseline, by service and by area"
        rows.append(("table", "services_policy, services_baseline, services_difference", "", "", words))
    words = "Subsidised starts of the baseline, where it has subsidies of its own."
    rows.append(("figure", BASELINE_STARTS, "starts", "neither", words))
    return pd.DataFrame(rows, columns=["kind", "name", "unit", "better", "description"])
