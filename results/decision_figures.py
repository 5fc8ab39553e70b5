"""What a decision needs of one option's paired runs: values by run, measured outcomes, switching values, equity."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from results.appraisal_figures import EXCHEQUER, SOCIETY, Sums
from results.appraisal_flows import flows_of
from results.appraisal_prices import calendar_index, index_of
from results.appraisal_switch import PARTS
from results.appraisal_terms import Choices, check, terms_of
from results.decision import by_draw
from results.equity_frame import FEW, REFERENCE, reference, rows_of
from results.equity_table import least
from results.groups import ITEMS
from results.twins import left_out
from scenarios.vocabulary import DEPRIVATION
from simulation.output import SUBSIDY_ITEMS

if TYPE_CHECKING:
    from results.pairing import PairedSeed
    from results.summary import Headline

Floats = NDArray[np.float64]
PER = 1000
"""Residents that the gain of a group is counted for."""
WITH_WELLBEING = "society-wellbeing"
VALUES = (EXCHEQUER, SOCIETY, WITH_WELLBEING)
"""What an option may be judged by."""
WELLBEING, JOBS, AT_END, EQUITY = "wellbeing", "jobs", "jobs_at_end", "equity"
MEASURES: dict[str, tuple[str, str, str]] = {
    EXCHEQUER: ("Net present value to the exchequer", "pounds", "pounds"),
    SOCIETY: ("Net present value to society, before wellbeing", "pounds", "pounds"),
    WITH_WELLBEING: ("Net present value to society, with wellbeing", "pounds", "pounds"),
    WELLBEING: ("Wellbeing that does not come from income, priced", "pounds", "pounds"),
    JOBS: ("Additional person-months in work", "person-months", "count"),
    AT_END: ("Additional residents in work in the last month", "residents", "count"),
    EQUITY: ("Gain of the most deprived fifth beyond everybody's", "person-months per 1,000 residents", "days"),
}
"""Measure -> its label, unit and kind; the first three are VALUES. Of the last, see `equity_gap`."""
CRITERIA: dict[str, str] = {"jobs": JOBS, "fiscal": EXCHEQUER, "equity": EQUITY, "wellbeing": WELLBEING}
"""Criterion of the options appraisal -> the measure that it is; higher is better for each."""
OUTCOMES: dict[str, str] = {
    "displacement": "displacement",
    "deadweight": "deadweight",
    "take_up": "take-up",
    "retention": "retention",
    "in_work_after": "work a year after the start",
}
"""Measured outcome -> its words; each is a share."""
OUTCOME_WORDS: dict[str, str] = {
    "displacement": "what others lose over what participants gain, in person-months",
    "deadweight": "share of subsidised months in which the twin worked anyway",
    "take_up": "starts over person-months eligible",
    "retention": "share of finished placements kept on",
    "in_work_after": "share of those who started in work 12 months later, or in the last month",
}


@dataclass(frozen=True)
class OptionFigures:
    """One option against the baseline, by run in the order of draws and seeds.

    `values`: measure -> one value a run; `outcomes`: outcome -> numerator and denominator by run; `switching`: rows as
    `switch_rows` gives them; `least`: the least represented group among those who start, in words; `baseline`: hash of
    the baseline's runs, which all options share.
    """

    name: str
    title: str
    draws: NDArray[np.int64]
    seeds: NDArray[np.int64]
    values: Mapping[str, Floats]
    outcomes: Mapping[str, tuple[Floats, Floats]]
    switching: Sequence[Mapping[str, Any]]
    least: str
    baseline: str

    @property
    def tasks(self) -> list[tuple[int, int]]:
        """Return draw and seed of every run."""
        return list(zip(self.draws.tolist(), self.seeds.tolist(), strict=True))

    def outcome_shares(self) -> dict[str, Floats]:
        """Return outcome -> share by draw (by run where there is one draw), those that are known for every one."""
        out = {}
        for name, (above, below) in self.outcomes.items():
            top, bottom = by_draw(above, self.draws), by_draw(below, self.draws)
            if (bottom > 0).all():
                out[name] = top / bottom
        return out


def figures_of(name: str, title: str, headline: Headline, runs: Sequence[PairedSeed]) -> OptionFigures:
    """Return what a decision needs of an option.

    Parameters
    ----------
    name, title : str
        The option.
    headline : Headline
        Its comparison.
    runs : sequence of PairedSeed
        Its runs.
    """
    ordered = sorted(runs, key=lambda run: (run.draw, run.seed))
    choices = check(Choices())
    terms = terms_of(choices)
    sums = Sums(flows_of(ordered, headline.geography, choices, terms))
    price = index_of(terms.base_year, terms.price_growth) / calendar_index(terms.wellby_year, terms.price_growth)
    points = sums.flows.satisfaction * terms.not_of_income
    wellbeing = (points @ sums.flows.factors.health_discount) * terms.wellby * price
    exchequer, society = sums.value(EXCHEQUER), sums.value(SOCIETY)
    last = f"additional_jobs_{ordered[0].horizon}"
    values = {
        EXCHEQUER: exchequer,
        SOCIETY: society,
        WITH_WELLBEING: society + wellbeing,
        WELLBEING: wellbeing,
        JOBS: np.array([run.metrics["net"] for run in ordered]),
        AT_END: np.array([run.metrics[last] for run in ordered]),
    }
    gap = equity_gap(ordered)
    if gap is not None:
        values[EQUITY] = gap
    return OptionFigures(
        name,
        title,
        np.array([run.draw for run in ordered], np.int64),
        np.array([run.seed for run in ordered], np.int64),
        {key: np.asarray(column, np.float64) + 0.0 for key, column in values.items()},
        outcomes_of(ordered),
        switch_rows(headline),
        least_represented(headline),
        baseline_hash(ordered),
    )


def outcomes_of(runs: Sequence[PairedSeed]) -> dict[str, tuple[Floats, Floats]]:
    """Return outcome -> numerator and denominator by run, those that mean something in this comparison."""
    unfit, out = left_out(runs), {}
    for item, (above, below) in PARTS.items():
        if item not in unfit:
            sign = -1.0 if item == "displacement" else 1.0
            out[item] = (
                sign * np.array([run.metrics[above] for run in runs]),
                np.array([run.metrics[below] for run in runs]),
            )

    def counted(item: str) -> Floats:
        column = SUBSIDY_ITEMS.index(item)
        return np.array([float(run.policy.subsidies[run.policy.start :, ..., column].sum()) for run in runs])

    if runs[0].policy.subsidy_names:
        out["take_up"] = counted("started"), counted("eligible")
        out["retention"] = counted("kept"), counted("finished")
    counts = [None if run.equity is None else run.equity.counts[0, 0] for run in runs]
    if all(one is not None for one in counts):
        followed, in_work = (np.array([float(one[k]) for one in counts if one is not None]) for k in (3, 4))
        out["in_work_after"] = in_work, followed
    return out


def switch_rows(headline: Headline) -> list[dict[str, Any]]:
    """Return, for the exchequer and society, each switching value beside what was measured, as text."""
    from results.appraisal_switch import SWITCHES
    from results.appraisal_tables import switch_text
    from results.lookup import records, stat_of

    appraisal = headline.appraisal
    if appraisal is None:
        return []
    out = []
    for perspective in (EXCHEQUER, SOCIETY):
        for item, (words, unit) in SWITCHES.items():
            found = records(appraisal.rows("switching", perspective=perspective, item=item))
            measured = records(appraisal.rows("switching", perspective=perspective, item=f"{item}_measured"))
            if not found or not measured:
                continue
            now = stat_of(measured[0])
            shown = f"{now.mean:g}, the case shown" if np.isnan(now.p05) else switch_text(now, unit)
            needed = stat_of(found[0])
            out.append(
                {
                    "perspective": perspective, "item": item, "words": words, "unit": unit, "measured": shown,
                    "needed": switch_text(needed, unit), **{f"needed_{k}": v for k, v in needed.as_dict().items()},
                }
            )  # fmt: skip
    return out


def equity_gap(runs: Sequence[PairedSeed]) -> Floats | None:
    """Return how far an option narrows the gap between the most deprived fifth and everybody, by run.

    It is the net gain of residents of the most deprived fifth, in person-months in work per 1,000 of them, less that of
    all residents of the policy's start; nobody's gain is counted by what happened to them later. None where the region
    has no deprivation.
    """
    if any("deprivation" not in run.groups for run in runs):
        return None
    residents, net = ITEMS.index("residents"), ITEMS.index("net")
    tables = np.stack([run.groups["deprivation"][: len(DEPRIVATION)] for run in runs]).astype(np.float64)
    fifth, whole = tables[:, 0], tables.sum(axis=1)
    if not (fifth[:, residents] > 0).all():
        return None
    return np.asarray(PER * (fifth[:, net] / fifth[:, residents] - whole[:, net] / whole[:, residents]), np.float64)


def least_represented(headline: Headline) -> str:
    """Return the least represented group among those who start, with its ratio, or why none is named."""
    frame = headline.equity
    if frame is None or frame.empty:
        return "nobody starts a programme"
    rows = rows_of(frame, *reference(frame))
    if rows["verdict"].isin([FEW, REFERENCE]).all():
        return "too few start to tell"
    return least(rows)


def baseline_hash(runs: Sequence[PairedSeed]) -> str:
    """Return 16 hex digits over the state of the baseline in every month of every run."""
    digest = hashlib.sha256()
    for run in runs:
        digest.update(f"{run.draw} {run.seed} ".encode())
        digest.update(np.ascontiguousarray(run.baseline.state_hash).tobytes())
    return digest.hexdigest()[:16]
