"""An appraisal in sentences: who pays, who gains, when it is back, and what the figures leave out; no new figure."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from results.appraisal import Appraisal
from results.appraisal_figures import EXCHEQUER, PERSPECTIVES, SOCIETY
from results.display import both, share
from results.statistics import Stat
from results.story import absolute

if TYPE_CHECKING:
    from collections.abc import Sequence

NAMES = {
    EXCHEQUER: "Exchequer in all",
    "local_authorities": "Councils",
    "combined_authority": "Combined authority",
    "justice": "Justice",
    "employers": "Employers",
    "residents": "Residents",
    "other_funders": "Other funders",
    "providers": "Providers",
    SOCIETY: "Society, wellbeing apart",
}
IN_SENTENCES = {
    EXCHEQUER: "the exchequer",
    "NHS": "the NHS",
    "local_authorities": "councils",
    "combined_authority": "the combined authority",
    "justice": "justice",
    "employers": "employers",
    "residents": "residents",
    "other_funders": "other funders",
    "providers": "providers",
    SOCIETY: "society",
}
PLURAL = ("local_authorities", "employers", "residents", "other_funders", "providers")
PAYS = tuple(name for name in PERSPECTIVES if name not in (EXCHEQUER, SOCIETY))
"""Accounts, without the sums over them."""


def name_of(perspective: str) -> str:
    """Return a perspective's name for tables and pictures."""
    return NAMES.get(perspective, perspective)


def in_sentence(perspective: str) -> str:
    """Return a perspective's name as it stands in a sentence."""
    return IN_SENTENCES.get(perspective, perspective)


def capital(text: str) -> str:
    """Return the text with its first letter in upper case."""
    return text[:1].upper() + text[1:]


def is_clear(stat: Stat) -> bool:
    """Return whether a figure is other than zero beyond chance; one run alone is taken as it is."""
    return stat.mean != 0 if math.isnan(stat.p05) else stat.is_clear


def verdict(perspective: str, stat: Stat) -> str:
    """Return `who pays` or `who gains` with the sum, or that neither is clear."""
    who, many = in_sentence(perspective), perspective in PLURAL
    if not stat.is_other_than_zero:
        return f"{who} neither {'pay nor gain' if many else 'pays nor gains'}"
    if not is_clear(stat):
        return f"{who} {'have' if many else 'has'} no clear gain or cost, {both(stat, 'pounds')}"
    if stat.mean > 0:
        return f"{who} {'gain' if many else 'gains'} {both(stat, 'pounds')}"
    return f"{who} {'pay' if many else 'pays'} {both(absolute(stat), 'pounds')} net"


def moved(appraisal: Appraisal) -> tuple[str, ...]:
    """Return the accounts whose money changes in any run."""
    return tuple(name for name in PAYS if appraisal.value(name).is_other_than_zero)


def who_sentence(appraisal: Appraisal) -> str:
    """Return who pays most and who gains most, as far as that is clear."""
    stats = {name: appraisal.value(name) for name in moved(appraisal)}
    payers = sorted((n for n, s in stats.items() if s.mean < 0 and is_clear(s)), key=lambda n: stats[n].mean)
    gainers = sorted((n for n, s in stats.items() if s.mean > 0 and is_clear(s)), key=lambda n: -stats[n].mean)
    if not stats:
        return "Nobody's money changes"
    if not payers and not gainers:
        return "Nobody clearly pays or gains"
    first = verdict(payers[0], stats[payers[0]]) if payers else "nobody clearly pays"
    last = verdict(gainers[0], stats[gainers[0]]) if gainers else "nobody clearly gains"
    return capital(f"{first}; {last}")


def span(appraisal: Appraisal) -> str:
    """Return over how many months sums go."""
    years = appraisal.choices.persistence_years
    return f"{appraisal.horizon} months" + (f" and {years} years after them" if years else "")


def value_sentence(appraisal: Appraisal) -> str:
    """Return net present value to the exchequer and to society with the chance that each is positive."""
    parts = [verdict(name, appraisal.value(name)) for name in (EXCHEQUER, SOCIETY)]
    return (
        f"In present value over {span(appraisal)}, {parts[0]}, and {parts[1]} before wellbeing. "
        f"Value is above zero in {chance(appraisal, EXCHEQUER)} for the exchequer and in {chance(appraisal, SOCIETY)} "
        "for society."
    )


def chance(appraisal: Appraisal, perspective: str) -> str:
    """Return in which share of runs value is above zero, with its Monte Carlo interval."""
    stat = appraisal.stat("probability", perspective=perspective)
    return (
        f"{round(stat.mean * appraisal.n_runs)} of {appraisal.n_runs} runs ({share(stat.mean)}, 90% interval "
        f"{share(stat.p05)} to {share(stat.p95)})"
    )


def payback_sentence(appraisal: Appraisal) -> str:
    """Return when the exchequer has its money back, with the edges of the 90% band."""
    mean, early, late = months = [appraisal.stat("payback", item=item).mean for item in ("mean_path", "early", "late")]
    back = appraisal.stat("payback", item="share_of_runs")
    text = f"The exchequer's money {when(mean)}"
    if appraisal.n_runs > 1 and len({when(month) for month in months}) == 1:
        text += ", on either edge of the 90% band too"
    elif appraisal.n_runs > 1:
        text += f"; on the upper edge of the 90% band it {when(early)}, on the lower it {when(late)}"
    return f"{text}. {share(back.mean)} of runs have it back by the last month counted."


def when(month: float) -> str:
    """Return a month of payback in words."""
    if math.isnan(month):
        return "is not back within the months counted"
    return "is never out" if month == 0 else f"is back in month {month:.0f}"


def ratio_sentence(appraisal: Appraisal) -> str:
    """Return benefits over costs for the exchequer and society, and the cash part, without judging any of them."""
    back, cash, wide = (
        appraisal.stat("perspectives", perspective=perspective, item=item)
        for perspective, item in ((EXCHEQUER, "ratio"), (EXCHEQUER, "cash_ratio"), (SOCIETY, "ratio"))
    )
    if math.isnan(back.mean) or math.isnan(wide.mean):
        return "No ratio of benefits to costs is given, because spending on programmes is not clearly above zero."
    return (
        f"For each pound spent on programmes the exchequer has {ratio_text(back)} back, {ratio_text(cash)} of it as "
        f"cash, and society has {ratio_text(wide)} of output and resources saved. No ratio is a threshold: one below 1 "
        "is not poor value by itself, and place, people and wellbeing stand beside it."
    )


def ratio_text(stat: Stat) -> str:
    """Return a ratio in pounds and pence with its interval."""
    if math.isnan(stat.mean):
        return "not defined"
    shown = pence(stat.mean)
    if math.isnan(stat.p05):
        return f"{shown} (no interval)"
    return f"{shown} ({pence(stat.p05)} to {pence(stat.p95)})"


def pence(value: float) -> str:
    """Return pounds with pence and a true minus sign."""
    text = f"£{abs(value):,.2f}"
    return f"−{text}" if value < 0 and text != "£0.00" else text


def wellbeing_sentence(appraisal: Appraisal) -> str:
    """Return the change in wellbeing, its value and the check against surveys."""
    wellbys, value, low, high = (
        appraisal.stat("wellbeing", item=item) for item in ("wellbys", "value", "value_low", "value_high")
    )
    gap = appraisal.stat("wellbeing", item="points_per_year_of_work")
    text = (
        f"Wellbeing changes by {both(wellbys, 'count')} WELLBYs (a point of life satisfaction for a year), worth "
        f"{both(value, 'pounds')}; at the lower and upper published value {both(low, 'pounds')} and "
        f"{both(high, 'pounds')}. It is in no other sum."
    )
    if math.isnan(gap.mean) or math.isnan(gap.p05):
        return text
    shown = [f"{value:.2f}".replace("-", "−") for value in (gap.mean, gap.p05, gap.p95)]
    least, most = appraisal.wellbeing_gap
    return (
        f"{text} That is {shown[0]} points for each additional year in work ({shown[1]} to {shown[2]}); surveys put "
        f"{least:g} to {most:g} between employed and unemployed people."
    )


def caveats(appraisal: Appraisal, caution: str) -> list[str]:
    """Return what must be known before a figure is used, the gravest first.

    Parameters
    ----------
    appraisal : Appraisal
        The figures.
    caution : str
        Status of the run: not calibrated, a draft, or empty.
    """
    lines = []
    if "not calibrated" in caution:
        lines.append("The model is not calibrated: take directions and orders of magnitude, not point figures.")
    if "draft" in caution:
        lines.append("The run is a draft on a sample; sums are those of the sample, not scaled up.")
    lines.append(
        "Intervals hold chance between runs"
        + (" and draws of parameters" if appraisal.n_draws > 1 else " at central parameter values alone")
        + "; cashable shares, wellbeing values and other terms of the appraisal are varied one at a time."
    )
    if appraisal.flag():
        lines.append(appraisal.flag())
    lines.append(
        "Society's account leaves out leisure given up, travel and childcare costs of work, and what additional work "
        "does to the health of others; accounts of employers and providers hold payments alone, not what "
        "workers produce or providers spend."
    )
    return lines


def choice_lines(appraisal: Appraisal) -> Sequence[str]:
    """Return what was chosen, a line each."""
    chosen = appraisal.choices.words()
    return (
        f"Rulebook: {appraisal.rulebook_title}, {appraisal.discount_rate:g}% a year real, discounted month by month to "
        f"the policy's first month; wellbeing at the rate for health.",
        f"Real prices are those of {appraisal.base_year}.",
        *(capital(f"{words}.") for words in (chosen or ("every switch is at its central setting",))),
    )
