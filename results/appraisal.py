"""What a comparison is worth, to whom, when and how surely: every figure of an appraisal in one tidy table.

It reads the ledgers of finished runs and runs nothing, so that other rates, prices and switches need no new run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from results.appraisal_figures import (
    EXCHEQUER,
    KEYS,
    SOCIETY,
    Row,
    Sums,
    cash_rows,
    cumulative_rows,
    perspective_rows,
    place_rows,
    row,
    year_rows,
)
from results.appraisal_flows import flows_of
from results.appraisal_outcomes import cost_rows, payback_rows, wellbeing_rows
from results.appraisal_prices import extrapolated_years, factors_of, first_year, published
from results.appraisal_switch import probability_rows, switching_rows
from results.appraisal_terms import MONTHS, Choices, Terms, check, ends, line_facts, number, numbers, term, terms_of
from results.geography import Geography
from results.lookup import records, stat_of
from results.pairing import PairedSeed
from results.plain import plain
from results.prices import last_rule_year
from results.statistics import Stat
from scenarios.vocabulary import month_name

if TYPE_CHECKING:
    from pandas import DataFrame


LONG = ("years", "cumulative", "sensitivity", "switching")
"""Tables that `workability savings` writes and a run's own files leave out."""


@dataclass(frozen=True)
class Appraisal:
    """The figures of an appraisal, one a row, by `appraisal_figures.KEYS` and the columns of a Stat.

    `extrapolated` are the financial years whose prices or rates go beyond what is published.
    """

    policy: str
    baseline: str
    first_month: str
    horizon: int
    n_runs: int
    n_draws: int
    choices: Choices
    rulebook_title: str
    discount_rate: float
    """percent a year in the first years"""
    base_year: str
    extrapolated: tuple[str, ...]
    years: tuple[str, ...]
    """financial years covered"""
    last_deflator: int
    wellbeing_gap: tuple[float, float]
    """points between employed and unemployed people in surveys, lowest and highest"""
    frame: DataFrame

    def __repr__(self) -> str:
        """Return what was appraised and by which rulebook, without the figures."""
        pair = f"{self.policy} against {self.baseline}"
        return f"<Appraisal of {pair}: {self.choices.rulebook}, {self.base_year} prices, {self.n_runs} run(s)>"

    def rows(self, table: str, **where: object) -> DataFrame:
        """Return the figures of one table whose columns have these values."""
        found = self.frame[self.frame["table"] == table]
        for column, value in where.items():
            found = found[found[column] == value]
        return found

    def stat(self, table: str, **where: object) -> Stat:
        """Return one figure.

        Raises
        ------
        KeyError
            If there is none, or more than one.
        """
        found = records(self.rows(table, **where))
        if len(found) != 1:
            raise KeyError(f"{table} {where}: {len(found)} figures")
        return stat_of(found[0])

    def value(self, perspective: str = EXCHEQUER, base: str = "discounted") -> Stat:
        """Return the net value of a perspective in a price base."""
        return self.stat("perspectives", perspective=perspective, item="net", price_base=base)

    def as_dict(self) -> dict[str, object]:
        """Return choices and figures as plain values for JSON, but for those by month and by what else is assumed."""
        brief = self.frame[~self.frame["table"].isin(LONG)]
        return {
            "rulebook": self.choices.rulebook,
            "base_year": self.base_year,
            "extrapolated": list(self.extrapolated),
            "figures": plain(brief.drop(columns="how")),
        }

    def flag(self) -> str:
        """Return which years rest on assumed prices or frozen rates; empty where none does."""
        if not self.extrapolated:
            return ""
        first, last = self.extrapolated[0], self.extrapolated[-1]
        span = first if first == last else f"{first} to {last}"
        return (
            f"Extrapolated: {span}. The deflator is published to {self.last_deflator} and grows by assumption "
            f"after it; tax and benefit rates are held to {last_rule_year()} and keep their real value after it."
        )


def appraise(runs: Sequence[PairedSeed], geography: Geography, choices: Choices | None = None) -> Appraisal:
    """Return what a comparison is worth.

    Parameters
    ----------
    runs : sequence of PairedSeed
        Finished seeds of one comparison, at least one.
    geography : Geography
        The Places.
    choices : Choices, optional
        What the reader decides; the central case where left out.

    Raises
    ------
    AppraisalError
        If a choice cannot be.
    """
    import pandas as pd

    if not runs:
        raise ValueError("no finished seed to appraise; run at least one")
    ordered = sorted(runs, key=lambda run: (run.draw, run.seed))
    picked = check(choices or Choices())
    terms = terms_of(picked)
    first_year(picked.base_year)
    sums = Sums(flows_of(ordered, geography, picked, terms))
    years = tuple(dict.fromkeys(sums.flows.factors.years))
    extrapolated = extrapolated_years(years, picked.base_year)
    rows = [
        *perspective_rows(sums),
        *cash_rows(sums),
        *place_rows(sums, [place.name for place in geography.places]),
        *payback_rows(sums),
        *cost_rows(sums, ordered),
        *wellbeing_rows(sums, ordered),
        *probability_rows(sums),
        *switching_rows(sums, ordered),
        *sensitivity_rows(ordered, geography, picked, terms),
        *year_rows(sums),
        *cumulative_rows(sums),
    ]
    frame = pd.DataFrame(rows, columns=[*KEYS, *Stat.__dataclass_fields__])
    return Appraisal(
        policy=ordered[0].policy.arm,
        baseline=ordered[0].baseline.arm,
        first_month=month_name(int(ordered[0].policy.months[ordered[0].policy.start])),
        horizon=ordered[0].horizon,
        n_runs=len(ordered),
        n_draws=len({run.draw for run in ordered}),
        choices=picked,
        rulebook_title=terms.rulebook.title,
        discount_rate=float(numbers(terms.rulebook.discount_rate)[0]),
        base_year=picked.base_year,
        extrapolated=extrapolated,
        years=years,
        last_deflator=max(published()),
        wellbeing_gap=terms.wellbeing_gap,
        frame=frame,
    )


def variants(choices: Choices, terms: Terms, weighted: bool) -> Iterator[tuple[str, Choices, Terms]]:
    """Yield words, choices and numbers of what else could be assumed, one thing at a time.

    Parameters
    ----------
    choices, terms : Choices, Terms
        The case that is varied.
    weighted : bool
        Whether every Place's income is held.
    """
    yield "as chosen", choices, terms
    if choices.base_year != last_rule_year():  # money stands in prices of that year, whatever they do afterwards
        for end, value in zip(("low", "high"), ends(term("price_growth")), strict=True):
            yield f"prices grow by {value:g}% a year ({end})", choices, replace(terms, price_growth=value / 100)
    if choices.persistence_years:
        yield "effects end with the run", replace(choices, persistence_years=0), terms
        for end, value in zip(("low", "high"), ends(term("yearly_survival")), strict=True):
            yield (
                f"{value:.0%} of the effect is left each year after the run ({end})",
                choices,
                replace(terms, survival=value),
            )
    else:
        words = f"effects go on for {terms.retention_years} years, {terms.survival:.0%} left each year"
        yield words, replace(choices, persistence_years=terms.retention_years), terms
    yield (
        "employer National Insurance " + ("left out" if choices.employer_ni else "counted"),
        replace(choices, employer_ni=not choices.employer_ni),
        terms,
    )
    if not choices.employment_allowance:
        words = f"{terms.allowance_share:.0%} of employer National Insurance within the Employment Allowance"
        yield words, replace(choices, employment_allowance=True), terms
    if not choices.optimism:
        yield "costs up and benefits down for optimism bias", replace(choices, optimism=True), terms
    else:
        yield "no adjustment for optimism bias", replace(choices, optimism=False), terms
    yield (
        "subsidies to employers as " + ("resources" if choices.subsidies_are_transfers else "transfers"),
        replace(choices, subsidies_are_transfers=not choices.subsidies_are_transfers),
        terms,
    )
    if weighted:
        elasticity = term("weight_elasticity")
        values = (None, *ends(elasticity), number(elasticity.value))
        for value in sorted({v for v in values if v is not None}):
            if value != choices.weights:
                yield (
                    f"residents' pounds weighted by Place, elasticity {value:g}",
                    replace(choices, weights=value),
                    terms,
                )
        if choices.weights is not None:
            yield "every resident's pound the same", replace(choices, weights=None), terms
    burden = terms.rulebook.excess_burden
    if burden is not None and not choices.excess_burden:
        words = f"society bears {number(burden.value):g}% for raising public money"
        yield words, replace(choices, excess_burden=True), terms


def sensitivity_rows(runs: Sequence[PairedSeed], geography: Geography, choices: Choices, terms: Terms) -> Iterator[Row]:
    """Yield net present value to the exchequer and to society under each variant, and at the lower discount rate.

    The lower rate is shown only where the rulebook has one and effects last longer than it asks for.

    Parameters
    ----------
    runs : sequence of PairedSeed
        The runs.
    geography : Geography
        The Places.
    choices, terms : Choices, Terms
        The case that is varied.
    """
    from results.appraisal_terms import incomes

    held = incomes()
    weighted = all(place.code in held for place in geography.places)
    how = "net present value with this one thing changed"
    for words, changed, numbers_ in variants(choices, terms, weighted):
        sums = Sums(flows_of(runs, geography, changed, numbers_))
        for perspective in (EXCHEQUER, SOCIETY):
            stat = sums.stat(sums.value(perspective))
            yield row("sensitivity", perspective, words, "pounds", stat, price_base="discounted", how=how)
    book = terms.rulebook
    if book.sensitivity_rate is None or book.sensitivity_years is None:
        return
    flows = flows_of(runs, geography, choices, terms)
    n_months = flows.lines.shape[1]
    if n_months <= MONTHS * number(book.sensitivity_years.value):
        return
    first = runs[0].policy
    other = factors_of(int(first.months[first.start]), n_months, terms, book.sensitivity_rate)
    sums = Sums(replace(flows, factors=other))
    words = f"discounted at {numbers(book.sensitivity_rate)[0]:g}% for the first years, a test for the long run"
    for perspective in (EXCHEQUER, SOCIETY):
        stat = sums.stat(sums.value(perspective))
        yield row("sensitivity", perspective, words, "pounds", stat, price_base="discounted", how=how)


def line_table() -> DataFrame:
    """Return what each ledger line rests on: basis, prices, grade, kind, marginal and cashable share with intervals."""
    import pandas as pd

    from simulation.ledger import LINES

    rows = []
    for line, fact in zip(LINES, line_facts(), strict=True):
        shares: dict[str, float] = {}
        for name, share in (("marginal", fact.marginal_share), ("cashable", fact.cashable_share)):
            low, high = ends(share)
            shares |= {f"{name}_share": number(share.value), f"{name}_low": low, f"{name}_high": high}
        rows.append(
            {
                "line": line.name,
                "label": line.label,
                "payer": line.payer,
                "payee": line.payee,
                "basis": fact.basis,
                "prices": fact.prices,
                "grade": fact.grade,
                "society": fact.society,
                **shares,
                "source": fact.marginal_share.source,
                "confidence": fact.marginal_share.confidence,
                "note": fact.note,
            }
        )
    return pd.DataFrame(rows)
