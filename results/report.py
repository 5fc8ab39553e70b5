"""The report of a comparison as one self-contained page; pure: the same data give the same text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from results.appraisal_report import savings_parts
from results.assumptions import ASSUMPTION
from results.display import both, interval_text, value_text
from results.distance import NOTE
from results.equity_table import equity_parts
from results.metrics import milestones
from results.odd import SUMMARY
from results.prices import freeze_words
from results.scorecard_words import words_of
from results.service_story import finding as finding_on_services
from results.story import findings
from results.summary import Headline
from results.tables import (
    Table,
    agency_year_table,
    chain_rows,
    chart_table,
    distance_table,
    frame_table,
    group_table,
    headline_table,
    line_table,
    score_target_table,
    score_year_table,
    scorecard_table,
    service_place_table,
    service_programme_table,
    table_of,
)
from results.twins import BASELINE_STARTS

if TYPE_CHECKING:
    from pandas import DataFrame

    from results.charts import Chart

PAGES = Path(__file__).parent / "pages"
SECTIONS = (
    ("answer", "The answer"),
    ("policy", "What is tried"),
    ("differences", "Difference from the baseline"),
    ("services", "Services"),
    ("who", "Who gained and lost"),
    ("equity", "Who starts, who is in need"),
    ("chain", "From eligible to pounds"),
    ("money", "Money"),
    ("scorecard", "Strategy scorecard"),
    ("measured", "Deadweight and displacement"),
    ("assumed", "What was assumed"),
    ("targets", "Against published figures"),
    ("model", "The model"),
    ("reproduce", "Reproduce"),
)
CARD_NAMES = (
    "starts",
    BASELINE_STARTS,
    "net",
    "deadweight",
    "displacement",
    "employers_joined",
    "worker_months_paid",
    "programme_cost",
    "net_public_flow",
    "cost_per_person_month",
    "losers",
)
"""Headline cards after those of the first milestones."""
SERVICE_CARD_NAMES = (
    "service_starts",
    "people_helped_{last}",
    "people_waiting_{last}",
    "mean_days_waited",
    "referrals_lost",
    "service_cost",
    "service_cost_per_person_month",
)
"""The same of services; `last` is the last policy month."""
GROUP_TABLES = (
    ("place", "Person-months in work gained and lost by Place", "Place", "groups_places", True),
    ("area", "Person-months in work gained and lost by area group", "Area", "groups_areas", True),
    ("cohort", "Person-months in work gained and lost by cohort (cohorts overlap)", "Cohort", "groups_cohorts", False),
    ("age_band", "Person-months in work gained and lost by age", "Age", "groups_ages", False),
    ("sex", "Person-months in work gained and lost by sex", "Sex", "", False),
    ("ethnicity", "Person-months in work gained and lost by ethnicity", "Ethnicity", "", False),
    ("health", "Person-months in work gained and lost by health", "Health", "", False),
    ("state", "Person-months in work gained and lost by activity state", "State", "", False),
    ("unemployed_months", "Person-months in work gained and lost by time unemployed", "Time unemployed", "", False),
    ("deprivation", "Person-months in work gained and lost by deprivation (1: most deprived)", "Fifth", "", False),
)  # fmt: skip
"""Dimension, caption, heading, chart, whether the table stands open."""
MANIFEST_ROWS = 40


@dataclass(frozen=True)
class ReportData:
    """Everything a report shows.

    `parameters`: as from `results.assumptions.parameter_frame`. `targets`: any frame of text and numbers whose
    columns are headings for readers. `policy_text`: what is tried, a line each. `manifest` must hold no time,
    machine or folder.
    """

    headline: Headline
    title: str = ""
    policy_text: Sequence[str] = ()
    caveats: Sequence[str] = ()
    warnings: Sequence[str] = ()
    parameters: DataFrame | None = None
    targets: DataFrame | None = None
    target_words: str = ""
    command: str = ""
    manifest: Mapping[str, Any] = field(default_factory=dict)
    odd: Sequence[tuple[str, str]] = SUMMARY


def default_caveats(headline: Headline) -> list[str]:
    """Return the caveats that matter most for this comparison, the gravest first."""
    out = []
    if not headline.calibrated:
        out.append(
            "The model is not calibrated: its parameters are evidence and hand-tuned levels, not fitted to the region. "
            "Take directions and orders of magnitude, not point figures."
        )
    if headline.calibrated:
        out.append(
            f"The model is {headline.calibration}; what the fit missed, and why, is on the region's scorecard "
            "(workability validate)."
        )
    if headline.n_draws == 1:
        fixed = "one draw of the posterior" if headline.calibrated else "central parameter values"
        out.append(
            f"Most of the uncertainty is not in the intervals: they show the chance of {seeds_words(headline)} at "
            f"{fixed}, not the range of the parameters."
        )
    if headline.sample > 1:
        out.append(
            f"This is a draft on one resident in {headline.sample}; counts are those of the sample, not scaled up; "
            f"caps and budgets of subsidies{'' if headline.services is None else ' and places of services'} are "
            "divided by as many."
        )
    if headline.alarm.flag:
        out.append("The individual measures and the group sums disagree; see deadweight and displacement.")
    out.append(
        f"Money is {headline.price_words}, and undiscounted but for net present value; it covers the lines of the "
        "ledger only."
    )
    return out


def cards_of(headline: Headline) -> list[dict[str, str]]:
    """Return the headline cards: label, value, interval."""
    names = [f"additional_jobs_{m}" for m in milestones(headline.horizon)]
    names += [name.format(last=headline.horizon) for name in SERVICE_CARD_NAMES]
    names += CARD_NAMES
    cards = []
    for name in (name for name in names if name in headline.metrics):
        metric, stat = headline.metrics[name], headline.stats[name]
        text = interval_text(stat, metric.kind)
        unit = "" if metric.kind in ("share", "pounds") else f" {metric.unit.replace('pounds per', 'per')}"
        shown = f"90% interval {text}" if text != "no interval" else "no interval"
        cards.append({"label": metric.label, "value": value_text(stat, metric.kind), "range": f"{shown}{unit}".strip()})
    return cards


def measured_table(headline: Headline) -> Table:
    """Return deadweight and displacement with the sums they are made of, and the group sums beside them."""
    rows = []
    for name in (
        "deadweight",
        "displacement",
        "subsidised_months",
        "deadweight_months",
        "treated_net",
        "untreated_net",
        "net",
    ):
        if name not in headline.metrics:
            continue
        metric = headline.metrics[name]
        rows.append([metric.label, both(headline.stats[name], metric.kind), metric.unit, "resident against twin"])
    alarm = headline.alarm
    if alarm.group_net is not None and alarm.treated_net is not None and alarm.gap is not None:
        unit = "person-months"
        who = f"{alarm.dimension.replace('_', ' ')} {', '.join(alarm.labels)}".replace("_", " ")
        rows += [
            [f"Net gain of all residents of {who}", both(alarm.group_net, "count"), unit, "sum over a fixed group"],
            ["Net gain of those who started", both(alarm.treated_net, "count"), unit, "resident against twin"],
            ["Gap between the two", both(alarm.gap, "count"), unit, "group sum less individual measure"],
        ]
    twins = headline.metrics.get("twins_apart")
    if twins is not None:
        share = both(alarm.twins_apart, twins.kind)
        rows.append(["Twins already apart at the start", share, "share of later starts", "check"])
    headings = ["Figure", "Mean with 90% interval", "Unit", "How it is counted"]
    return table_of("Individual measures and group sums", headings, rows, (1,))


def group_items(headline: Headline, charts: Mapping[str, Chart]) -> list[dict[str, Any]]:
    """Return tables (and charts where there is one) of every grouping that the runs recorded."""
    present = set(headline.groups["dimension"])
    items = []
    for dimension, caption, heading, chart_name, is_open in GROUP_TABLES:
        if dimension not in present:
            continue
        chart = charts.get(chart_name)
        items.append(
            {
                "chart": chart,
                "chart_table": chart_table(chart) if chart else None,
                "table": group_table(headline, dimension, f"{caption}, with 90% intervals", heading),
                "open": is_open,
            }
        )
    return items


def manifest_table(manifest: Mapping[str, Any]) -> Table:
    """Return the plain entries of a manifest as a table."""
    rows = []
    for key, value in manifest.items():
        if key in ("score_targets", "services"):  # sections of their own show them
            continue
        entries = value.items() if isinstance(value, Mapping) else [("", value)]
        for inner, content in entries:
            name = f"{key}: {inner}" if inner != "" else str(key)
            shown = ", ".join(map(str, content)) if isinstance(content, list | tuple) else str(content)
            rows.append([name.replace("_", " "), shown])
    return table_of("What this run was made from", ["Item", "Value"], rows[:MANIFEST_ROWS])


def assumption_words(data: ReportData) -> dict[str, Any]:
    """Return the sentence and tables on parameters."""
    frame = data.parameters
    if frame is None or not len(frame):
        return {"parameter_table": None, "assumption_table": None, "parameter_words": ""}
    judged = frame[frame["Confidence"] == ASSUMPTION]
    words = (
        f"{len(frame)} parameters were used; {len(judged)} of them are assumptions that no publication gives, listed "
        "first with wide intervals. None was varied between these runs."
        if data.headline.n_draws == 1
        else f"{len(frame)} parameters were used; {len(judged)} of them are assumptions that no publication gives. The "
        f"last column has mean and 90% range over the {data.headline.n_draws} draws of the posterior that were run."
    )
    caption = "Parameters with value, unit, interval, confidence and source"
    return {
        "parameter_table": frame_table(caption, frame),
        "assumption_table": frame_table("Assumptions", judged) if len(judged) else None,
        "parameter_words": words,
    }


def scorecard_parts(headline: Headline) -> dict[str, Any]:
    """Return the tables and sentences of the strategy scorecard; empty where the runs kept no snapshots."""
    card = headline.scorecard
    if card is None:
        return {"scorecard_tables": [], "scorecard_words": [], "scorecard_table": None}
    hidden = [
        ("Where each target is from", score_target_table(card)),
        ("The scorecard by year", score_year_table(card)),
    ]
    return {
        "scorecard_table": scorecard_table(card),
        "scorecard_words": words_of(card),
        "scorecard_tables": [(summary, table) for summary, table in hidden if table is not None],
    }


def sections_of(headline: Headline) -> list[tuple[str, str]]:
    """Return id and title of the page's sections: services where there are some, twins where there are subsidies."""
    hidden = (set() if headline.services is not None else {"services"}) | (
        set() if headline.has_subsidies else {"measured"}
    )
    return [(name, title) for name, title in SECTIONS if name not in hidden]


def service_parts(headline: Headline) -> dict[str, Any]:
    """Return the sentence and tables on services; nothing where neither arm has any."""
    if headline.services is None:
        return {"service_words": "", "service_tables": [], "distance_words": "", "distance_table": None}
    tables = [service_programme_table(headline), service_place_table(headline)]
    return {
        "service_words": finding_on_services(headline),
        "service_tables": tables,
        "distance_words": NOTE,
        "distance_table": distance_table(headline),
    }


def context_of(data: ReportData, charts: Sequence[Chart]) -> dict[str, Any]:
    """Return every value the page's template reads."""
    headline = data.headline
    by_name = {chart.name: chart for chart in charts}
    items: list[dict[str, Any]] = [{"chart": chart, "table": chart_table(chart)} for chart in charts]
    status = f"{capital(headline.caution)}." if headline.caution else "Calibrated."
    geography = headline.geography
    title = data.title or f"{capital(headline.title)}: {geography.title}"
    targets = data.targets
    return {
        "title": title,
        "subtitle": (
            f"{capital(headline.title)}: what the policy changes, {headline.months[0]} to {headline.months[-1]}, "
            f"against the same months without it: {geography.title}, {len(geography.places)} Places, "
            f"{seeds_words(headline)}."
        ),
        "changed": headline.changed_words,
        "status": status,
        "caveats": list(data.caveats) or default_caveats(headline),
        "sections": sections_of(headline),
        "has_subsidies": headline.has_subsidies,
        **service_parts(headline),
        "cards": cards_of(headline),
        "findings": findings(headline),
        "headline_table": headline_table(headline),
        "policy_text": list(data.policy_text),
        "month_charts": [item for item in items if item["chart"].name.startswith("difference_")],
        "money_charts": [item for item in items if item["chart"].name.startswith("money_")],
        "groups": group_items(headline, by_name),
        "chain": chain_rows(headline),
        "agency_table": agency_year_table(headline),
        "line_table": line_table(headline),
        **savings_parts(headline, charts),
        **scorecard_parts(headline),
        **equity_parts(headline),
        "measured_table": measured_table(headline),
        "alarm": headline.alarm,
        "freeze_words": freeze_words(),
        "twin_words": headline.twin_words,
        "target_table": None if targets is None or not len(targets) else frame_table("Model against target", targets),
        "target_words": data.target_words,
        "odd": list(data.odd),
        "command": data.command,
        "manifest_table": manifest_table(data.manifest),
        "warnings": list(data.warnings),
        **assumption_words(data),
    }


def build_report(data: ReportData, charts: Sequence[Chart] | None = None) -> str:
    """Return the report as HTML text.

    Parameters
    ----------
    data : ReportData
        What to show.
    charts : sequence of Chart, optional
        Finished charts; drawn from the headline where they are missing.
    """
    from results.charts import run_charts

    return render("report.html", context_of(data, run_charts(data.headline) if charts is None else charts))


def render(template: str, context: Mapping[str, Any]) -> str:
    """Return one of the pages filled with a context; every text is escaped, a missing name is an error."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(PAGES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["tied"] = tied
    return environment.get_template(template).render(**context)


def tied(cell: str) -> str:
    """Return a cell as markup in which figure and interval each stay on one line, with a break allowed between them."""
    from markupsafe import Markup

    figure, bracket, interval = cell.partition(" (")
    span = Markup('<span class="tie">{}</span>')
    return span.format(figure) + (Markup(" ") + span.format(f"({interval}") if bracket else Markup(""))


def seeds_words(headline: Headline) -> str:
    """Return the number of seeds in words."""
    return f"{len(headline.seeds)} {'seeds' if len(headline.seeds) > 1 else 'seed'}"


def capital(text: str) -> str:
    """Return the text with its first letter in upper case."""
    return text[:1].upper() + text[1:]
