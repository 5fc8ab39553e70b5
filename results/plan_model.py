"""What the model itself has to set beside a plan's claims, read from the ledgers and the start of a finished run.

A figure is computed for the plan's own Places and for the region, never carried from the one to the other. Where the
model has no mechanism, or the run's ledger holds nothing on the lines concerned, it says so and gives no number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evidence.plan_files import Claim, SavingsPlan
from results.geography import Area, Geography
from results.measures import PROGRAMME_LINES, SERVICE_LINES, purse_lines
from results.pairing import PairedSeed, ledger_difference
from results.plan_claims import PERCENT, inputs_of
from results.statistics import Stat, ratio_statistic, statistic
from results.story import agency_name
from scenarios.vocabulary import IN_WORK, State
from simulation.ledger import AGENCIES, LINE_INDEX

Floats = NDArray[np.float64]

ARITHMETIC = "The model has no mechanism for this: arithmetic only."
EMPTY_LINES = "The ledger of this run holds nothing on the lines concerned, so there is no figure of the model."
TOO_FEW = "The run moves too few residents to tell; more seeds, a larger sample or a larger policy would."
LINES: Mapping[str, tuple[str, ...]] = {
    "sickness_spending": ("uc_health", "new_style_esa"),
    "mental_health": ("nhs_secondary_mental_health",),
    "reoffending": ("justice_police", "justice_courts", "justice_prison_probation"),
}
"""Mechanism -> ledger lines of the nearest spending."""
SPENDING_WORDS = {
    "sickness_spending": "Health element and new-style Employment and Support Allowance in the baseline",
    "mental_health": "Secondary mental health care in the baseline",
    "reoffending": "Police, courts, prison and probation for further offences in the baseline",
}
SCOPE_WORDS = {
    "sickness_spending": "benefits of ill health at the run's rates, not the caseload and award of 2015",
    "mental_health": "all secondary mental health care of residents aged 16 to 64: wider than acute contacts",
    "reoffending": "further offences of residents aged 16 to 64 with a record: the plan's base may hold more",
}
"""Mechanism -> how its spending differs from what the claim is about."""
MONTHS_A_YEAR = 12
YEAR_IN_WORK = "pounds per year in work"
Z_90 = 1.6449
"""Standard normal deviate of a 90% interval."""


@dataclass(frozen=True)
class ModelFigure:
    """One figure of the model beside a claim; `stat` is None where a note says why there is none."""

    claim: str
    label: str
    area: str
    kind: str
    unit: str
    stat: Stat | None
    note: str
    part: str = ""
    """the agency whose part of a gain it is; empty where it is the whole"""


@dataclass(frozen=True)
class LowPay:
    """Heads in low pay of the starting population by one definition, in the run's own sample count."""

    label: str
    line_pence: float
    heads: Mapping[str, int]
    """area -> residents below the line"""


@dataclass(frozen=True)
class Books:
    """The ledgers of a run's seeds in one area, policy less baseline, and how its residents moved."""

    runs: tuple[PairedSeed, ...]
    area: Area

    def lines(self, signs: Mapping[int, int]) -> Floats:
        """Return pounds gained over the horizon on lines with their signs, one value a run."""
        out = []
        for run in self.runs:
            pence = ledger_difference(run.policy, run.baseline)[:, self.area.places].sum(axis=(0, 1))
            out.append(sum(sign * int(pence[i]) for i, sign in signs.items()) / 100)
        return np.array(out, np.float64)

    def baseline(self, names: Sequence[str]) -> Floats:
        """Return pounds a year on lines in the baseline, one value a run, for every resident of the area."""
        rows = [LINE_INDEX[name] for name in names]
        out = []
        for run in self.runs:
            pence = run.baseline.ledger[run.baseline.start :, self.area.places][..., rows].sum()
            out.append(int(pence) / 100 / run.horizon * MONTHS_A_YEAR * run.policy.sample)
        return np.array(out, np.float64)

    def years(self, *states: State) -> Floats:
        """Return additional person-years in some states, one value a run."""
        out = []
        for run in self.runs:
            stocks = [panel.view().stock(*states)[panel.start :] for panel in (run.policy, run.baseline)]
            out.append(float((stocks[0] - stocks[1])[:, self.area.places].sum()) / MONTHS_A_YEAR)
        return np.array(out, np.float64)

    @property
    def draws(self) -> NDArray[np.int64]:
        """Return the draw of each run."""
        return np.array([run.draw for run in self.runs], np.int64)

    @property
    def n_seeds(self) -> int:
        """Return the number of different seeds."""
        return len({run.seed for run in self.runs})

    def ratio(self, above: Floats, below: Floats) -> Stat:
        """Return the ratio of two means over runs."""
        return ratio_statistic(above, below, self.draws, self.n_seeds)

    def stat(self, values: Floats) -> Stat:
        """Return the statistic of one value a run."""
        return statistic(values, self.draws, self.n_seeds)


def before_programmes(agency: str | None = None) -> dict[int, int]:
    """Return the lines of the public purse (or one agency) with their signs, without spending on programmes."""
    spending = {LINE_INDEX[name] for name in (*PROGRAMME_LINES, *SERVICE_LINES)}
    return {index: sign for index, sign in purse_lines(agency).items() if index not in spending}


def model_figures(
    plan: SavingsPlan, runs: Sequence[PairedSeed], geography: Geography, low_pay: Sequence[LowPay]
) -> tuple[ModelFigure, ...]:
    """Return the model's figures beside every claim of a plan, in the order of the claims.

    Parameters
    ----------
    plan : SavingsPlan
        The plan.
    runs : sequence of PairedSeed
        The seeds of a finished run.
    geography : Geography
        The run's areas; the plan's group is one of them.
    low_pay : sequence of LowPay
        Heads in low pay of the starting population; empty where it was not looked at.

    Raises
    ------
    KeyError
        If the run's region has no area of the plan's name.
    """
    areas = (geography.find(plan.group), geography.whole)
    books = [Books(tuple(runs), area) for area in areas]
    out: list[ModelFigure] = []
    for claim in plan.claims:
        if claim.mechanism == "none":
            out.append(ModelFigure(claim.name, "None", plan.group, "", "", None, ARITHMETIC))
        elif claim.mechanism == "low_pay":
            out += _heads(claim, low_pay, runs[0].policy.sample, [area.name for area in areas])
        else:
            for book in books:
                out += _figures(plan, claim, book)
    return tuple(out)


def _figures(plan: SavingsPlan, claim: Claim, book: Books) -> list[ModelFigure]:
    """Return the figures of one claim in one area."""
    if claim.mechanism == "sickness_to_work":
        return _sickness_to_work(claim, book)
    if claim.mechanism == "pay_of_work":
        stat = book.ratio(book.lines({LINE_INDEX["wages"]: 1}), book.years(*IN_WORK))
        label, unit = "Added pay before tax, for each additional year in work", YEAR_IN_WORK
        return [ModelFigure(claim.name, label, book.area.name, "pounds", unit, stat, _told(stat))]
    if claim.mechanism == "pay_progression":
        return _pay(claim, book)
    return _spending(plan, claim, book)


def _told(stat: Stat) -> str:
    """Return why a ratio has no value, or nothing."""
    return TOO_FEW if np.isnan(stat.mean) else ""


def _sickness_to_work(claim: Claim, book: Books) -> list[ModelFigure]:
    """Return the Exchequer's gain per additional year in work, in all and by agency, and per year of sickness less."""
    years, unit = book.years(*IN_WORK), YEAR_IN_WORK
    rows = [("", before_programmes())]
    rows += [
        (agency_name(agency), before_programmes(agency))
        for agency in AGENCIES
        if book.lines(before_programmes(agency)).any()
    ]
    out = []
    for part, signs in rows:
        stat = book.ratio(book.lines(signs), years)
        label = (
            f"of it {part}" if part else "Exchequer gain before programme spending, for each additional year in work"
        )
        out.append(ModelFigure(claim.name, label, book.area.name, "pounds", unit, stat, _told(stat), part))
    stat = book.ratio(book.lines(before_programmes()), -book.years(State.LONG_TERM_SICK))
    label = "Exchequer gain before programme spending, for each year of long-term sickness fewer"
    out.append(ModelFigure(claim.name, label, book.area.name, "pounds", "pounds per year", stat, _told(stat)))
    return out


def _pay(claim: Claim, book: Books) -> list[ModelFigure]:
    """Return what the Exchequer gains of an added pound of pay, and the pay that the claim would need."""
    wages = book.lines({LINE_INDEX["wages"]: 1})
    gain = book.lines(before_programmes())
    share = book.ratio(gain, wages)
    label = "Exchequer gain before programme spending, for each added pound of pay"
    found = [ModelFigure(claim.name, label, book.area.name, "pence", "pounds per pound", share, _told(share))]
    needed = book.ratio(claim.published * wages, gain)
    label = "Pay to be added and kept for each pound spent, for the claim to hold"
    found.append(ModelFigure(claim.name, label, book.area.name, "pence", "pounds per pound", needed, _told(needed)))
    return found


def _spending(plan: SavingsPlan, claim: Claim, book: Books) -> list[ModelFigure]:
    """Return the baseline's spending a year on the lines of a claim, its share, and what the run's policy changes."""
    names = [name for name in LINES[claim.mechanism] if name in LINE_INDEX]
    spending, words = book.baseline(names), SPENDING_WORDS[claim.mechanism]
    place, unit = book.area.name, "pounds per year"
    if not spending.any():
        return [ModelFigure(claim.name, words, place, "pounds", unit, None, EMPTY_LINES)]
    scope = SCOPE_WORDS[claim.mechanism]
    out = [ModelFigure(claim.name, words, place, "pounds", unit, book.stat(spending), scope)]
    shares = [item for item in inputs_of(plan, claim.step) if item.unit == PERCENT]
    if shares:
        part = book.stat(spending * shares[-1].value / 100)
        label = f"{shares[-1].value:g}% of it"
        out.append(ModelFigure(claim.name, label, place, "pounds", unit, part, ""))
    if claim.mechanism == "sickness_spending":
        heads = _mean_stock(book, State.LONG_TERM_SICK)
        award = book.ratio(spending, heads)
        label = "The same for each long-term sick resident"
        out.append(ModelFigure(claim.name, label, place, "pounds", "pounds per resident per year", award, ""))
    sample, horizon = book.runs[0].policy.sample, book.runs[0].horizon
    saved = -book.lines({LINE_INDEX[name]: 1 for name in names}) * sample * MONTHS_A_YEAR / horizon
    label = "What the policy of the run saves of it"
    out.append(ModelFigure(claim.name, label, place, "pounds", unit, book.stat(saved), ""))
    return out


def _mean_stock(book: Books, state: State) -> Floats:
    """Return the mean number of residents in a state in the baseline, one value a run, for every resident."""
    out = []
    for run in book.runs:
        stock = run.baseline.view().stock(state)[run.baseline.start :, book.area.places]
        out.append(float(stock.sum()) / run.horizon * run.policy.sample)
    return np.array(out, np.float64)


def _heads(claim: Claim, found: Sequence[LowPay], sample: int, areas: Sequence[str]) -> list[ModelFigure]:
    """Return heads in low pay by definition and area; the interval is the chance of drawing one in so many."""
    out = []
    for row in found:
        for area in areas:
            heads, nan = row.heads[area], float("nan")
            spread = sample * float(np.sqrt(heads))
            low, high = (heads * sample + sign * Z_90 * spread for sign in (-1, 1))
            stat = Stat(heads * sample, max(0.0, low), nan, nan, nan, high, 1, 1, spread, "t")
            label = f"{row.label} (£{row.line_pence / 100:.2f} an hour)"
            note = "of the starting population; the interval is the chance of drawing it"
            out.append(ModelFigure(claim.name, label, area, "count", "residents", stat, note))
    return out


def low_pay_rows(
    hourly_pence: NDArray[np.int64],
    places: NDArray[np.int64],
    areas: Sequence[Area],
    fraction: float,
    lines: Mapping[str, float],
) -> tuple[LowPay, ...]:
    """Return heads below a fraction of the residents' own median hour, and below each line.

    Parameters
    ----------
    hourly_pence : int64, shape (employees,)
        Pay of every resident who is an employee, pence an hour.
    places : int64, shape (employees,)
        Index of his Place.
    areas : sequence of Area
        Areas wanted.
    fraction : float
        Of the median: the definition of low pay.
    lines : mapping
        Words -> line, pence an hour.
    """
    own = fraction * float(np.median(hourly_pence)) if len(hourly_pence) else 0.0
    rows = []
    for words, line in {f"Below {fraction:.0%} of the model's own median hour": own, **lines}.items():
        below = hourly_pence < line
        heads = {area.name: int((below & np.isin(places, area.places)).sum()) for area in areas}
        rows.append(LowPay(words, line, heads))
    return tuple(rows)
