"""The validation scorecard as readers and files see it: verdicts, reasons, rules, and one row a figure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from evidence.known import REGION
from results.rivals import RIVALS
from results.validation import (
    AGREES,
    AGREES_LEVEL,
    CRPS_GAIN,
    DOUBTFUL,
    FAILS,
    FAILS_LEVEL,
    FIT_SHARE,
    HOLDOUT_SHARES,
    NOT_MEASURED,
    PROBABILITY_NAMES,
    SHARE_LEVEL,
    Validation,
    ValidationRow,
)

if TYPE_CHECKING:
    from pandas import DataFrame

ROLE_WORDS = {"fit": "fitted figures", "holdout": "hold-outs"}
OTHER = "Other figures"
FAMILIES: Mapping[str, tuple[str, ...]] = {
    "Population": ("population",),
    "People by state": ("unemployed", "long_term_sick", "inactive_other", "signed_off", "leave_work_limiting_year"),
    "Employment rates": ("employed_share", "employment_rate", "employment_rate_disabled", "employment_gap_disabled"),
    "Inactivity rates": ("inactivity_rate",),
    "Long-term sickness rates": ("long_term_sick_rate",),
    "Absence and return": ("absence_rate_with_condition", "absence_rate_without_condition", "sick_to_work_12m"),
    "Monthly flows": ("hazard_EU", "hazard_EI", "hazard_UE", "hazard_UI", "hazard_IE", "hazard_IU"),
    "Unemployment durations": ("unemployment_duration_share",),
    "Ratios": (
        *("exit_ratio_1_condition", "exit_ratio_2_conditions", "exit_ratio_3_conditions"),
        *("ue_ratio_short_long", "vacancies_per_unemployed"),
    ),
}
"""Measures that belong together, in the order of the pages; a measure by band stands without its band."""
FLOWS = {
    "hazard EU": "flow from work to unemployment",
    "hazard EI": "flow from work to inactivity",
    "hazard UE": "flow from unemployment to work",
    "hazard UI": "flow from unemployment to inactivity",
    "hazard IE": "flow from inactivity to work",
    "hazard IU": "flow from inactivity to unemployment",
}
NAMED = 12
"""Failing figures named one by one in the first lines; the others are counted."""


def quantity(value: float) -> str:
    """Return a figure in its own unit with three digits, or whole with thousands separated from 1,000 on."""
    if math.isnan(value):
        return "none"
    text = f"{abs(value):,.0f}" if abs(value) >= 999.5 else f"{abs(value):.3g}"
    return f"−{text}" if value < 0 and float(text.replace(",", "")) else text


def signed(value: float) -> str:
    """Return a number with its sign and two decimals."""
    if math.isnan(value):
        return "none"
    text = f"{abs(value):.2f}"
    return text if not float(text) else f"{'+' if value > 0 else '−'}{text}"


def family_of(row: ValidationRow) -> str:
    """Return the family that a row's measure belongs to."""
    measure = row.target.measure.partition("[")[0]
    return next((name for name, measures in FAMILIES.items() if measure in measures), OTHER)


def label_of(row: ValidationRow) -> str:
    """Return a figure's name for readers: its measure in words, and where and when."""
    measure, _, band = row.target.measure.partition("[")
    words = measure.replace("_", " ").replace("long term", "long-term")
    for start, end in FLOWS.items():
        words = words.replace(start, end)
    return f"{words}, {band.rstrip(']')}" if band else words


def full_label(row: ValidationRow) -> str:
    """Return measure, area and period."""
    area = "" if row.target.area == REGION else f", {row.target.area}"
    return f"{label_of(row)}{area}, {row.target.period}"


def interval(row: ValidationRow, low: str = "p05", high: str = "p95") -> str:
    """Return the ends of an interval."""
    return f"{quantity(getattr(row, low))} to {quantity(getattr(row, high))}"


def row_sentence(row: ValidationRow) -> str:
    """Return what is wrong with a figure in one sentence, and why where that is known."""
    text = (
        f"{full_label(row)}: published {quantity(row.target.value)}, predicted {quantity(row.p50)} "
        f"({interval(row)}) {row.target.unit}."
    )
    return f"{text} {sentence(row.reason)}" if row.reason else text


def sentence(text: str) -> str:
    """Return a text with a capital and a full stop."""
    text = text.strip()
    return text if not text else text[:1].upper() + text[1:] + ("" if text.endswith((".", "?")) else ".")


def verdict_sentence(found: Validation) -> str:
    """Return the verdict on the whole in one sentence."""
    judged = sum(row.is_measured for row in found.rows)
    failing = f"{len(found.with_verdict(FAILS)) or 'none'} of {judged} figures"
    failing += " fails" if len(found.with_verdict(FAILS)) < 2 else " fail"
    return f"The scorecard {'fails' if found.has_failed else 'holds'}: {failing}; {demand_words(found)}."


def demand_words(found: Validation) -> str:
    """Return how many demands on the whole are met, and how many cannot be told."""
    told = [demand for demand in found.demands if demand.is_met is not None]
    met, open_ones = sum(bool(demand.is_met) for demand in told), len(found.demands) - len(told)
    rest = f", {open_ones} cannot be told" if open_ones else ""
    return f"{met} of {len(told)} demands on the whole {'is' if met == 1 else 'are'} met{rest}"


def first_lines(found: Validation) -> list[str]:
    """Return the lines under the verdict: demands that are not met, figures that fail, figures without a measure."""
    lines = [f"Not met: {demand.name} {demand.wanted}. Found: {demand.found}." for demand in found.unmet]
    failing = found.with_verdict(FAILS)
    lines += [f"Fails: {row_sentence(row)}" for row in failing[:NAMED]]
    if len(failing) > NAMED:
        lines.append(f"Fails: {len(failing) - NAMED} more, in the tables below.")
    missing = found.with_verdict(NOT_MEASURED)
    if missing:
        names = ", ".join(row.target.name for row in missing[:NAMED])
        lines.append(f"Not measured by the model, so not counted: {names}.")
    lines += [f"Cannot be told: {d.name}: {d.found}." for d in found.demands if d.is_met is None]
    return lines


def coverage_sentence(found: Validation) -> str:
    """Return how many fitted figures and hold-outs lie inside their 90% interval."""
    parts = []
    for role, words in ROLE_WORDS.items():
        cover = found.coverage(role)
        if cover.n:
            parts.append(f"{cover.inside} of {cover.n} {words}")
    listed = " and ".join(parts)
    return f"{listed} lie inside their 90% posterior predictive interval." if parts else "No figure was measured."


def rule_lines() -> list[str]:
    """Return the rule by which verdicts are given."""
    agrees, fails = f"{AGREES_LEVEL:.0%}", f"{FAILS_LEVEL:.0%}"
    return [
        f"A figure {AGREES} where it lies inside its {agrees} posterior predictive interval, is {DOUBTFUL} between the "
        f"{agrees} and the {fails} interval, and {FAILS} outside the {fails} interval, where a true model would leave "
        "one figure in a hundred.",
        f"The scorecard as a whole fails if any figure fails or any of these demands is not met: at least "
        f"{FIT_SHARE:.0%} of the fitted figures inside their {agrees} interval; {HOLDOUT_SHARES[0]:.0%} to "
        f"{HOLDOUT_SHARES[1]:.0%} of the hold-outs (more would mean intervals too wide to say much); and on the "
        f"hold-outs a mean score at least {CRPS_GAIN:.0%} below that of the last value published before, and below "
        "that of the mean-field twin. A demand for which a rival is missing cannot be told and counts as neither.",
        f"Shares stand with their exact binomial {SHARE_LEVEL:.0%} interval. Figures of neighbouring periods and "
        "Places share residents and causes, so the true interval is wider.",
    ]


def band_lines(facts: Mapping[str, object]) -> list[str]:
    """Return what the intervals hold, from how the posterior was made.

    Parameters
    ----------
    facts : mapping
        The content of `posterior.yaml`.
    """
    sample = facts["sample"]
    scale = "every resident" if sample == 1 else f"one resident in {sample}"
    when = ""
    if "measured_months" in facts and "settled_months" in facts:
        when = f" over {facts['measured_months']} months after {facts['settled_months']} months of settling"
    return [
        f"Each interval holds three things: what is not known of the parameters ({facts['n_draws']} draws of the "
        "posterior), the chance of the simulation, and the standard error of the published figure. Differences of "
        "definition between a survey and the model are in it only as far as that standard error allows for them.",
        f"Every draw was run with {scale}{when}, un-aligned: its levels were frozen before anything was measured. On "
        "a sample the chance of the simulation is larger than with every resident, which widens the intervals.",
        "The score (CRPS) rewards a prediction for being near and for being sure; it is given in standard errors of "
        "the published figure, so that figures of all units can be averaged. For a rival that names one number it is "
        "the distance.",
    ]


def score_text(found: Validation, role: str, rival: str) -> tuple[str, str, str, str]:
    """Return figures, the model's mean score, the rival's and the gain, as text."""
    compared = found.compare(role, rival)
    if not compared.n:
        return "0", "none", "none", "says nothing of these figures"
    gain = f"{signed(100 * compared.gain)}%" if not math.isnan(compared.gain) else "none"
    return str(compared.n), f"{compared.model:.3g}", f"{compared.other:.3g}", gain


def validation_frame(found: Validation) -> DataFrame:
    """Return one row a figure with everything known of it, for files."""
    import pandas as pd

    records = []
    for row in found.rows:
        target = row.target
        records.append(
            {
                **{key: getattr(target, key) for key in ("name", "measure", "area", "period", "role", "unit")},
                "observed": target.value,
                "se": target.se,
                "n_draws": row.n_draws,
                "mean": row.mean,
                "draws_sd": row.draws_sd,
                **{name: getattr(row, name) for name in PROBABILITY_NAMES},
                "residual": row.residual,
                "place": row.place,
                "inside_50": _yes_no(row, row.is_inside_half),
                "inside_90": _yes_no(row, row.is_inside),
                "verdict": row.verdict,
                "crps": row.score,
                **{f"{rival.replace('-', '_').replace(' ', '_')}": row.rivals.get(rival) for rival in RIVALS},
                **{f"{rival.replace('-', '_').replace(' ', '_')}_crps": row.error(rival) for rival in RIVALS},
                "full_scale_mean": row.full_mean,
                "full_scale_inside_90": "" if row.full_inside is None else "yes" if row.full_inside else "no",
                "source": target.source,
                "confidence": target.confidence,
                "reason": row.reason,
                "remedy": row.remedy,
            }
        )
    return pd.DataFrame(records).rename(columns={"name": "target"})


def _yes_no(row: ValidationRow, value: bool) -> str:
    return ("yes" if value else "no") if row.is_measured else ""


def families(rows: Sequence[ValidationRow]) -> dict[str, list[ValidationRow]]:
    """Return the rows by family, in the order of FAMILIES; a family of several kinds of unit is split."""
    out: dict[str, list[ValidationRow]] = {}
    for family in (*FAMILIES, OTHER):
        inside = [row for row in rows if family_of(row) == family]
        kinds = list(dict.fromkeys(kind_of(row.target.unit) for row in inside))
        for kind in kinds:
            name = f"{family}, {kind}" if len(kinds) > 1 or family == OTHER else family
            out[name] = [row for row in inside if kind_of(row.target.unit) == kind]
    return out


def kind_of(unit: str) -> str:
    """Return what a unit shares with others that one axis can hold: persons, percent, ratio, ..."""
    return unit.split()[0].replace("percentage", "percent")


def short_labels(rows: Sequence[ValidationRow]) -> list[str]:
    """Return labels that tell the rows of a picture apart, without what all of them share."""
    parts = [
        (label_of(row), "region" if row.target.area == REGION else row.target.area, row.target.period) for row in rows
    ]
    kept = [k for k in range(3) if len({part[k] for part in parts}) > 1]
    labels = [", ".join(part[k] for k in kept) or part[0] for part in parts]
    return labels if len(set(labels)) == len(labels) else [full_label(row) for row in rows]
