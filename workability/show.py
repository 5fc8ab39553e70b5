"""A study's plan and headline as tables in a terminal; every figure with its interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

from results.display import both, metric_text
from results.statistics import STAT_COLUMNS, Stat, interval_words
from results.tables import scorecard_table
from workability import terminal
from workability.command_scenarios import value_rows

if TYPE_CHECKING:
    import pandas as pd

    from experiments.plans import Plan
    from results.appraisal import Appraisal
    from results.summary import Headline

MAIN = (
    "starts",
    "starts_of_baseline",
    "deadweight",
    "displacement",
    "gained",
    "lost",
    "net",
    "months_out_of_work_avoided",
    "winners",
    "losers",
    "unemployed_mean",
    "claimants_mean",
    "employers_joined",
    "worker_months_paid",
    "programme_cost",
    "net_public_flow",
)
"""Figures of the first table, after the additional jobs at the milestones and what services did."""
SERVICES = (
    "service_starts",
    "mean_days_waited",
    "referrals_lost",
    "service_cost",
    "service_cost_per_person_month",
)
AT_MILESTONES = ("additional_jobs_", "people_helped_", "people_waiting_")
GROUPS = (("area", "By area group"), ("place", "By Place"), ("cohort", "By cohort"), ("age_band", "By age"))
SCORE_COLUMNS = ("Measure", "Area", "Policy", "Difference, points", "Target", "Policy: target")
"""Columns of the scorecard that a terminal has room for."""
GROUP_ITEMS = (("gained", "gained"), ("lost", "lost"), ("net", "net"))


def show_plan(plan: Plan, colour: bool = True) -> None:
    """Print what a study would run, where to, and at what cost.

    Parameters
    ----------
    plan : Plan
        The study.
    colour : bool
        Whether colour is allowed at all.
    """
    from experiments.plans import cautions
    from experiments.words import changes_of

    sample = plan.request.sample
    arm = plan.policy_arm
    rows = [
        ("scenario", f"{arm.name}: {plan.policy.scenario.title}"),
        ("against", plan.baseline_arm.name),
        ("context", plan.policy.context or "none"),
        ("changed", ", ".join(changes_of(plan)) or "none"),
        ("region", plan.region.title),
        ("residents", f"{plan.n_residents:,}" + ("" if sample == 1 else f" (a 1:{sample} sample: a draft)")),
        (
            "months",
            f"{arm.policy_month} of history, then {arm.months} in each arm, from {plan.policy.scenario.horizon.start}",
        ),
        ("runs", f"{run_words(plan)} on {plan.workers} process(es) of {plan.threads} thread(s)"),
        ("expected", plan.estimate.sentence()),
        ("folder", plan.folder.as_posix()),
        ("status", plan.drawn.words or "not calibrated"),
        *(("mind", text) for text in cautions(plan)),
    ]
    terminal.table("What would run", ("", ""), rows, colour=colour)
    values = value_rows(plan.policy)
    terminal.table("The scenario", ("key", "value", "source", "from"), values, colour=colour)


def run_words(plan: Plan) -> str:
    """Return how many runs a study has, of how many draws and seeds."""
    n = len(plan.request.tasks)
    if not plan.drawn.draws:
        return f"{n} seeds"
    n_draws = len(plan.drawn.draws)
    return f"{n} runs: {n_draws} draws of the posterior, {n // n_draws} seed(s) each"


def show_headline(headline: Headline, colour: bool = True) -> None:
    """Print a comparison: main figures, who gained and lost, money by agency, and how to read them.

    Parameters
    ----------
    headline : Headline
        The comparison.
    colour : bool
        Whether colour is allowed at all.
    """
    stocks = [name for stem in AT_MILESTONES for name in headline.metrics if name.startswith(stem)]
    flows = [name for name in headline.metrics if name.startswith("net_flow_")]
    rows = [
        (
            headline.metrics[name].label,
            metric_text(headline.metrics[name], headline.stats[name]),
            headline.metrics[name].unit,
        )
        for name in (*stocks, *SERVICES, *MAIN, *flows)
        if name in headline.metrics
    ]
    if headline.changed:
        terminal.data(headline.changed_words)
    status = f" [{headline.caution}]" if headline.caution else ""
    terminal.table(
        f"{headline.title}, {headline.months[0]} to {headline.months[-1]}{status}",
        ("figure", "mean (90% interval)", "unit"),
        rows,
        right=(1,),
        colour=colour,
    )
    for dimension, title in GROUPS:
        group_rows = _group_rows(headline.groups, dimension)
        if group_rows:
            heads = ("", *(f"{words}, person-months" for _, words in GROUP_ITEMS))
            terminal.table(f"{title}: work gained and lost", heads, group_rows, right=(1, 2, 3), colour=colour)
    if headline.scorecard is not None:
        card = scorecard_table(headline.scorecard)
        kept = [i for i, column in enumerate(card.columns) if column.heading in SCORE_COLUMNS]
        heads = tuple(card.columns[i].heading for i in kept)
        terminal.table(card.caption, heads, [tuple(row[i] for i in kept) for row in card.rows], colour=colour)
    if headline.appraisal is not None:
        show_appraisal(headline.appraisal, colour)
    kind = headline.stats["net"].interval
    terminal.data(f"Intervals: {interval_words(kind, headline.n_runs)}.")
    terminal.data(f"Money {headline.price_words}; undiscounted but for net present value.")
    terminal.data(headline.alarm.text)
    if headline.caution:
        terminal.data(f"Status: {headline.caution}.")


def show_appraisal(appraisal: Appraisal, colour: bool = True) -> None:
    """Print what each agency, the exchequer, other accounts and society gain, real and in present value.

    Parameters
    ----------
    appraisal : Appraisal
        The figures.
    colour : bool
        Whether colour is allowed at all.
    """
    from results.appraisal_words import chance, payback_sentence, who_sentence

    show_who(appraisal, f"Who pays and who gains, {appraisal.base_year} prices, with 90% intervals", colour)
    terminal.data(f"{who_sentence(appraisal)}. Net present value is above zero for the exchequer in "
                  f"{chance(appraisal, 'exchequer')}. {payback_sentence(appraisal)}")  # fmt: skip
    if appraisal.flag():
        terminal.data(appraisal.flag())


def show_who(appraisal: Appraisal, title: str, colour: bool = True) -> None:
    """Print the real net gain and net present value of each perspective, with intervals.

    Parameters
    ----------
    appraisal : Appraisal
        The figures.
    title : str
        The table's title.
    colour : bool
        Whether colour is allowed at all.
    """
    from results.appraisal_tables import HEADS_WHO, who_rows

    kept = (0, 2, 3)
    rows = [tuple(row[i] for i in kept) for row in who_rows(appraisal)]
    terminal.table(title, tuple(HEADS_WHO[i] for i in kept), rows, right=(1, 2), colour=colour)


def _group_rows(groups: pd.DataFrame, dimension: str) -> list[tuple[str, ...]]:
    """Return the rows of one dimension: label, then each item with its interval."""
    table = groups[groups["dimension"] == dimension]
    rows = []
    for label in dict.fromkeys(table["label"]):
        items = table[table["label"] == label].set_index("item")
        cells = [
            both(Stat(**{name: items.loc[item, name] for name in STAT_COLUMNS}), "count") for item, _ in GROUP_ITEMS
        ]
        rows.append((str(label).replace("_", " "), *cells))
    return rows
