"""The page on how a posterior came about and how far it can be trusted; what was not made says by which command."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from evidence.validation_files import CROSS_CHECK, DRIFT, FRESH, RANKS, RECOVERY
from results.charts import Chart
from results.diagnostic_charts import (
    curve_chart,
    drift_chart,
    pair_chart,
    place_chart,
    rank_chart,
    wave_chart,
    width_chart,
)
from results.diagnostics import (
    FARTHEST_MEANS,
    FLAGGED_FROM,
    FRESH_LOSS,
    LISTED_PAIRS,
    SD_RATIOS,
    STRONGEST_PAIRS,
    TARP,
    Width,
    agreements,
    drifts,
    fresh_loss,
    full_difference,
    pairs,
    ranks,
    recovery,
    tarp_curve,
    widths,
)
from results.report import render
from results.tables import Table, chart_table, frame_table, table_of
from results.validation_charts import family_charts
from results.validation_page import ValidationPage
from results.validation_words import ROLE_WORDS, quantity, signed

if TYPE_CHECKING:
    from pandas import DataFrame

SECTIONS = (
    ("widths", "Prior and posterior"),
    ("pairs", "Pairs of parameters"),
    ("predictive", "Published against predicted"),
    ("waves", "Space left by wave"),
    ("drift", "Drift without policy"),
    ("ranks", "Simulation-based calibration"),
    ("recovery", "Recovery of known truths"),
    ("cross", "Cross-check"),
    ("fresh", "Fresh seeds"),
    ("scale", "Every resident"),
    ("checks", "Checks of the fit"),
)
LEAST_FULL = 3
"""Draws with every resident below which means are not compared."""
CLEAR_Z = 3.0
"""Standard errors from which a difference of scale is named; among a hundred figures chance rarely reaches it."""
LONG = 50
"""Rows from which a table is folded."""
NAMED = 6
"""Names listed in a sentence; the others are counted."""
WAVE, KEPT = "wave", "kept"


def build_page(page: ValidationPage) -> str:
    """Return the diagnostics as HTML text; the same content gives the same text."""
    return render("diagnostics.html", context_of(page))


def context_of(page: ValidationPage) -> dict[str, Any]:
    """Return every value that the template reads."""
    command = f"workability calibrate {page.region}"
    return {
        "title": f"Diagnostics of the posterior: {page.title}",
        "subtitle": (
            f"{page.facts['n_draws']} draws of {len(page.parameters)} parameters, model {page.facts['model']}, "
            f"targets {page.facts['targets']}, parameters of the evidence {page.facts['parameters']}."
        ),
        "sections": SECTIONS,
        "status": page.verdict,
        "caveats": [*flagged_lines(page), *page.departures],
        "missing": f"Not made yet: {command}.",
        "unchecked": f"Not checked yet: python -m calibration {page.region} --checks.",
        "widths": width_part(page),
        "pairs": pair_part(page),
        "predictive": predictive_part(page),
        "waves": wave_part(page),
        "drift": drift_part(page),
        "ranks": rank_part(page),
        "recovery": recovery_part(page),
        "cross": cross_part(page),
        "fresh": fresh_part(page),
        "scale": scale_part(page),
        "checks": check_part(page),
        "command": f"workability validate --region {page.region}",
    }


def flagged_lines(page: ValidationPage) -> list[str]:
    """Return which parameters the targets do not inform."""
    flagged = [width.parameter for width in found_widths(page) if width.is_flagged]
    if not flagged:
        return []
    return [
        "Not informed by the targets, so a headline that rests on one of them rests on the evidence's interval alone: "
        f"{', '.join(flagged)}."
    ]


def found_widths(page: ValidationPage) -> tuple[Width, ...]:
    """Return prior and posterior widths; none without a prior."""
    return () if page.prior is None else widths(page.prior, page.draws)


def _part(words: str, charts: Sequence[Chart] = (), tables: Sequence[Table] = ()) -> dict[str, Any]:
    """Return a section: its finding, pictures with their tables, and further tables, long ones folded."""
    drawn = [{"chart": chart, "table": chart_table(chart)} for chart in charts]
    return {"words": words, "charts": drawn, "tables": [(table, len(table.rows) > LONG) for table in tables]}


def width_part(page: ValidationPage) -> dict[str, Any] | None:
    """Return widths of prior and posterior; None without a prior."""
    found = found_widths(page)
    if not found:
        return None
    flagged = sum(width.is_flagged for width in found)
    words = (
        f"{flagged} of {len(found)} parameters are as wide in the posterior as in the prior, to within a tenth "
        f"(ratio of standard deviations above {FLAGGED_FROM}): the targets do not inform them."
    )
    rows = [
        [
            *(width.parameter, f"{quantity(width.prior_mean)} ({quantity(width.prior_sd)})"),
            *(f"{quantity(width.mean)} ({quantity(width.sd)})", f"{quantity(width.p05)} to {quantity(width.p95)}"),
            "none" if math.isnan(width.ratio) else f"{width.ratio:.2f}",
            "not informed" if width.is_flagged else "informed",
        ]
        for width in found
    ]
    headings = [
        *("Parameter", "Prior: mean (standard deviation)", "Posterior: mean (standard deviation)"),
        *("Posterior, 90% interval", "Ratio", "Read as"),
    ]
    caption = "Prior and posterior of every parameter; a factor on the evidence where the parameter is a list"
    return _part(words, [width_chart(found)], [table_of(caption, headings, rows, (1, 2, 3, 4))])


def pair_part(page: ValidationPage) -> dict[str, Any] | None:
    """Return correlations of parameters; None where fewer than two vary."""
    found = pairs(page.draws, page.parameters)
    if not found:
        return None
    strongest = found[0]
    words = (
        f"{strongest.first} and {strongest.second} are tied most closely ({signed(strongest.correlation)}): targets "
        "say more of the two together than of each."
    )
    rows = [[pair.first, pair.second, signed(pair.correlation)] for pair in found[:LISTED_PAIRS]]
    caption = f"The {len(rows)} strongest correlations of {len(found)} pairs"
    table = table_of(caption, ["First", "Second", "Correlation"], rows, (2,))
    return _part(words, [pair_chart(page.draws, found[:STRONGEST_PAIRS])], [table])


def predictive_part(page: ValidationPage) -> list[dict[str, Any]]:
    """Return, for each role, where figures lie in their predictions and each family in its unit."""
    out = []
    for role, words in ROLE_WORDS.items():
        if page.found.of(role):
            charts = [place_chart(page.found, role), *family_charts(page.found, role)]
            out.append({"heading": f"{words[:1].upper()}{words[1:]}", **_part("", charts)})
    return out


def wave_part(page: ValidationPage) -> dict[str, Any] | None:
    """Return the waves of history matching as they are stored; None where there are none."""
    import pandas as pd

    waves = page.facts.get("waves") or ()
    if not waves:
        return None
    rows = pd.DataFrame([{WAVE: k, **wave} for k, wave in enumerate(waves, 1)])
    charts = []
    if KEPT in rows and pd.api.types.is_numeric_dtype(rows[KEPT]) and (rows[KEPT] > 0).all():
        charts.append(wave_chart(rows[[WAVE, KEPT]]))
    shown = rows.rename(columns=lambda name: str(name).replace("_", " ").capitalize())
    return _part("", charts, [frame_table("Waves of history matching", shown)])


def drift_part(page: ValidationPage) -> dict[str, Any] | None:
    """Return the drift of every stock; None where it was not measured."""
    table = page.tables.get(DRIFT)
    if table is None:
        return None
    found = drifts(table)
    clear = [drift.state.replace("_", " ") for drift in found if drift.is_clear]
    words = (
        f"{len(clear)} of {len(found)} stocks drift clearly without policy: {', '.join(clear)}."
        if clear
        else f"None of {len(found)} stocks drifts clearly without policy."
    )
    return _part(words, drift_chart(found, table))


def rank_part(page: ValidationPage) -> dict[str, Any] | None:
    """Return simulation-based calibration, and the TARP curve where it is there; None where neither is."""
    table = page.tables.get(RANKS)
    if table is None:
        return None
    shares = {
        str(name): part["rank"].to_numpy(float) / _ranked_among(part)
        for name, part in table.groupby("parameter", sort=False)
    }
    curve = shares.pop(TARP, None)
    found = ranks(shares)
    uneven = [one.parameter for one in found if not one.is_uniform]
    words = (
        f"The ranks of {', '.join(uneven)} are not uniform: the posterior misplaces or misjudges them."
        if uneven
        else f"The ranks of all {len(found)} parameters may be uniform."
    )
    rows = [
        [one.parameter, str(one.n), f"{one.p:.3f}", f"{one.adjusted_p:.3f}", "may be" if one.is_uniform else "is not"]
        for one in found
    ]
    headings = ["Parameter", "Truths", "p", "p after Holm", "Uniform"]
    tables = [table_of("Evenness of ranks (chi-squared)", headings, rows, (1, 2, 3))] if found else []
    charts = [rank_chart(found)] if found else []
    return _part(
        words if found else "", [*charts, *([] if curve is None else [curve_chart(tarp_curve(curve))])], tables
    )


def _ranked_among(part: DataFrame) -> Any:
    """Return by how much ranks are divided: the column `of`, or 1 where they are shares already."""
    return part["of"].to_numpy(float) if "of" in part else 1.0


def recovery_part(page: ValidationPage) -> dict[str, Any] | None:
    """Return the recovery of synthetic truths; None where it was not tried."""
    table = page.tables.get(RECOVERY)
    if table is None:
        return None
    found = recovery(table)
    outside = [one.parameter for one in found if not one.is_inside]
    words = (
        f"Of {', '.join(outside)} the 90% intervals hold too few or too many known truths."
        if outside
        else f"The 90% intervals of all {len(found)} parameters hold as many known truths as they should."
    )
    rows = [
        [one.parameter, f"{one.inside} of {one.n}", f"{one.least} to {one.most}", "yes" if one.is_inside else "no"]
        for one in found
    ]
    caption = "Synthetic truths inside their 90% interval, and the band that all counts lie in together (99%)"
    return _part(words, (), [table_of(caption, ["Parameter", "Inside", "Band", "In the band"], rows, (1, 2))])


def cross_part(page: ValidationPage) -> dict[str, Any] | None:
    """Return the posterior beside the one by approximate Bayesian computation; None where it was not made."""
    table = page.tables.get(CROSS_CHECK)
    if table is None:
        return None
    found = agreements(table)
    apart = [one.output for one in found if not one.agrees]
    verdict = f"They differ in {', '.join(apart)}." if apart else f"They agree in all {len(found)} outputs."
    words = (
        "The posterior found again by approximate Bayesian computation (pyabc), which computes no likelihood and runs "
        f"no chain, on the same emulators. {verdict} They agree where means lie within {FARTHEST_MEANS} standard "
        f"deviations and the ratio of standard deviations between {SD_RATIOS[0]} and {SD_RATIOS[1]}.{_worth(table)}"
    )
    rows = [
        [
            *(one.output.replace("_", " "), one.unit, quantity(one.mean), quantity(one.sd)),
            *(quantity(one.other_mean), quantity(one.other_sd), signed(one.gap), f"{one.ratio:.2f}"),
            "yes" if one.agrees else "no",
        ]
        for one in found
    ]
    headings = [
        *("Output", "Unit", "Mean", "Standard deviation", "Mean, cross-check", "Standard deviation, cross-check"),
        *("Means apart, standard deviations", "Ratio", "Agree"),
    ]
    caption = "What answers on policy rest on, by the posterior and by its cross-check"
    return _part(words, (), [table_of(caption, headings, rows, (2, 3, 4, 5, 6, 7))])


def _worth(table: DataFrame) -> str:
    """Return what a cross-check rests on, where its table says so."""
    if not {"effective", "simulations", "directions", "coordinates"} <= set(table.columns):
        return ""
    n, worth, seen, of = (
        int(table[name].iloc[0]) for name in ("simulations", "effective", "directions", "coordinates")
    )
    return (
        f" It took {n:,} simulations and is worth {worth} equally weighted draws. Proposals were learnt along the "
        f"{seen} of {of} directions that the figures see; the others were drawn from the prior each time, which is "
        "exact too."
    )


def fresh_part(page: ValidationPage) -> dict[str, Any] | None:
    """Return what the fit loses on fresh seeds; None where it was not tried."""
    table = page.tables.get(FRESH)
    if table is None:
        return None
    found = fresh_loss(table)
    words = (
        f"{found.draws} shipped draws run once more on fresh seeds lose {found.fresh:.1f} on average, against "
        f"{found.fitted:.1f} as the fit ran them: {100 * found.more:+.1f}% (standard error "
        f"{100 * found.error / found.fitted:.1f}), {'within' if found.is_inside else 'above'} the {FRESH_LOSS:.0%} "
        "that may be lost. A loss is the sum over the fitted figures of squared distances between run and figure, each "
        "in standard deviations of the figure and of the model's discrepancy together."
    )
    return _part(words)


def scale_part(page: ValidationPage) -> dict[str, Any] | None:
    """Return what every resident gives against the sample; None where no draw was run so."""
    if page.full is None or page.predictions is None:
        return None
    rows, apart = [], []
    for row in (row for row in page.found.rows if row.is_measured and row.target.name in page.full.columns):
        name = row.target.name
        sample, full = (np.asarray(frame[name].dropna(), np.float64) for frame in (page.predictions, page.full))
        if len(full) < LEAST_FULL:
            continue
        difference, error, ratio = full_difference(sample, full)
        if error > 0 and abs(difference) > CLEAR_Z * error:
            apart.append(name)
        numbers = [quantity(value) for value in (row.mean, row.full_mean, difference, error)]
        rows.append([name, *numbers, "none" if math.isnan(ratio) else f"{ratio:.2f}", row.target.unit])
    if not rows:
        return None
    words = (
        f"{len(apart)} of {len(rows)} figures differ between the sample and every resident by more than {CLEAR_Z:g} "
        f"standard errors{f': {listed(apart)}' if apart else ''}. Draws run so, on fresh seeds: {len(page.full)}."
    )
    headings = ["Figure", "Sample", "Every resident", "Difference", "Standard error", "Ratio of deviations", "Unit"]
    caption = "Means over draws on the sample and with every resident"
    return _part(words, (), [table_of(caption, headings, rows, (1, 2, 3, 4, 5))])


def check_part(page: ValidationPage) -> dict[str, Any] | None:
    """Return the checks that the fit wrote down; None where there are none."""
    checks: Mapping[str, Any] = page.facts.get("checks") or {}
    if not checks:
        return None
    rows = [[name.replace("_", " "), check_text(value)] for name, value in checks.items()]
    return _part("", (), [table_of("What the fit checked of itself", ["Check", "Result"], rows)])


def listed(names: Sequence[str]) -> str:
    """Return the first few names, and how many more there are."""
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")


def check_text(value: object) -> str:
    """Return a check's result as text; a list or a mapping in one line."""
    if isinstance(value, Mapping):
        return "; ".join(f"{str(key).replace('_', ' ')}: {check_text(item)}" for key, item in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(check_text(item) for item in value)
    return f"{value:.4g}" if isinstance(value, float) else str(value)
