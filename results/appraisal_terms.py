"""What an appraisal is made by: the reader's choices, and the rates, prices and shares that the evidence holds."""

from __future__ import annotations

import difflib
import math
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from results.prices import last_rule_year
from simulation.ledger import LINES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from evidence.model import LineFacts, Parameter, Rulebook, Value

Floats = NDArray[np.float64]
DEFAULT_RULEBOOK = "green-book-2026"
MAX_PERSISTENCE = 60
"""Most years that an effect may outlast the run."""
MAX_ELASTICITY = 5.0
FINANCIAL_YEAR = re.compile(r"[0-9]{4}/[0-9]{2}")
MONTHS = 12


class AppraisalError(ValueError):
    """A choice of an appraisal that cannot be; the message says what is allowed."""


@dataclass(frozen=True)
class Choices:
    """What the reader decides. The central case is all defaults: no choice changes a run, only what it is worth."""

    rulebook: str = DEFAULT_RULEBOOK
    base_year: str = ""
    """financial year of real prices; the last one with rules where empty"""
    persistence_years: int = 0
    """years for which what the last year of the run changed goes on, fading"""
    weights: float | None = None
    """elasticity of distributional weights in the sums of residents and society; None: every pound counts the same"""
    employer_ni: bool = True
    """whether employer National Insurance counts as a receipt of HMRC"""
    employment_allowance: bool = False
    """whether some added employer National Insurance falls within allowances that are not used up"""
    optimism: bool = False
    """whether costs are put up and benefits down by the grade of their evidence"""
    excess_burden: bool = False
    """whether society bears the cost of raising public money"""
    subsidies_are_transfers: bool = False
    """whether subsidies to employers use nothing up"""

    def words(self) -> tuple[str, ...]:
        """Return every choice that is not the central case, in words."""
        found = []
        if self.persistence_years:
            found.append(f"what the last year changed goes on for {self.persistence_years} years after the run, fading")
        if self.weights is not None:
            found.append(f"residents' pounds are weighted by the income of their Place, elasticity {self.weights:g}")
        if not self.employer_ni:
            found.append("employer National Insurance is left out of the exchequer's account")
        if self.employment_allowance:
            found.append("part of added employer National Insurance falls within the Employment Allowance")
        if self.optimism:
            found.append("costs are put up and benefits down by the grade of their evidence")
        if self.excess_burden:
            found.append("society bears the cost of raising public money")
        if self.subsidies_are_transfers:
            found.append("subsidies to employers count as transfers to society")
        return tuple(found)


@dataclass(frozen=True)
class Terms:
    """Numbers of an appraisal. Shares and multipliers by ledger line have shape (len(LINES),)."""

    rulebook: Rulebook
    price_growth: float
    """growth of prices a year after the last deflator, as a share"""
    base_year: str
    marginal: Floats
    cashable: Floats
    society: tuple[str, ...]
    """kind of each line"""
    bias_costs: Floats
    bias_benefits: Floats
    wellby: float
    wellby_year: int
    not_of_income: float
    survival: float
    retention_years: int
    allowance_share: float
    wellbeing_gap: tuple[float, float]


def nearest(word: str, known: list[str]) -> str:
    """Return ` Did you mean 'x'?` for the closest known word, or an empty text."""
    close = difflib.get_close_matches(word, known, n=1)
    return f" Did you mean '{close[0]}'?" if close else ""


def check(choices: Choices) -> Choices:
    """Return the choices with the base year filled in.

    Raises
    ------
    AppraisalError
        If the rulebook is not held, a number is out of bounds, the base year is none, or a switch does not fit.
    """
    from dataclasses import replace

    from evidence.registry import rulebooks

    held = rulebooks()
    if choices.rulebook not in held:
        hint = nearest(choices.rulebook, list(held))
        raise AppraisalError(f"No rulebook '{choices.rulebook}' is held; held are {', '.join(held)}.{hint}")
    if not 0 <= choices.persistence_years <= MAX_PERSISTENCE:
        raise AppraisalError(
            f"Persistence is {choices.persistence_years} years; give 0 (effects end with the run) to {MAX_PERSISTENCE}."
        )
    weights = choices.weights
    if weights is not None and not (math.isfinite(weights) and 0 <= weights <= MAX_ELASTICITY):
        raise AppraisalError(f"The elasticity of weights is {weights}; give a number from 0 to {MAX_ELASTICITY:g}.")
    if choices.excess_burden and held[choices.rulebook].excess_burden is None:
        with_it = [name for name, book in held.items() if book.excess_burden is not None]
        raise AppraisalError(
            f"Rulebook '{choices.rulebook}' has no excess burden of taxes; those that have one: {', '.join(with_it)}."
        )
    base_year = choices.base_year or last_rule_year()
    if not FINANCIAL_YEAR.fullmatch(base_year) or int(base_year[5:]) != (int(base_year[:4]) + 1) % 100:
        raise AppraisalError(f"'{base_year}' is no financial year; write it as {last_rule_year()}.")
    return replace(choices, base_year=base_year)


def number(value: Value) -> float:
    """Return a value that is one number."""
    if isinstance(value, str | tuple):
        raise TypeError(f"{value!r} is not one number")
    return float(value)


def numbers(parameter: Parameter) -> Floats:
    """Return the numbers of a parameter that is a list."""
    value = parameter.value
    return np.array([number(v) for v in value] if isinstance(value, tuple) else [number(value)])


def ends(parameter: Parameter) -> tuple[float, float]:
    """Return both ends of a parameter's 95% interval; the value twice where it has none."""
    interval = parameter.interval_95
    if not isinstance(interval, tuple):
        return number(parameter.value), number(parameter.value)
    return number(interval[0]), number(interval[1])


@cache
def line_facts() -> tuple[LineFacts, ...]:
    """Return what each ledger line is worth, in the ledger's order.

    Raises
    ------
    EvidenceError
        If a line has no entry, or an entry has no line.
    """
    from evidence import appraisal_files
    from evidence.errors import EvidenceError
    from evidence.registry import ledger_lines

    held = ledger_lines()
    names = [line.name for line in LINES]
    for name in names:
        if name not in held:
            raise EvidenceError(appraisal_files.LEDGER, name, "the ledger's line has no entry; add one")
    for name in held:
        if name not in names:
            message = f"the ledger has no such line; remove the entry.{nearest(name, names)}"
            raise EvidenceError(appraisal_files.LEDGER, name, message)
    return tuple(held[name] for name in names)


def terms_of(choices: Choices) -> Terms:
    """Return the central numbers of an appraisal.

    Raises
    ------
    AppraisalError
        If a choice cannot be.
    """
    from evidence.known import LINE_GRADES
    from evidence.registry import appraisal_terms, rulebooks

    choices, held = check(choices), appraisal_terms()
    facts = line_facts()
    grades = np.array([LINE_GRADES.index(fact.grade) for fact in facts])
    return Terms(
        rulebook=rulebooks()[choices.rulebook],
        price_growth=number(held["price_growth"].value) / 100,
        base_year=choices.base_year,
        marginal=np.array([number(fact.marginal_share.value) for fact in facts]),
        cashable=np.array([number(fact.cashable_share.value) for fact in facts]),
        society=tuple(fact.society for fact in facts),
        bias_costs=numbers(held["bias_costs"])[grades],
        bias_benefits=numbers(held["bias_benefits"])[grades],
        wellby=number(held["wellby"].value),
        wellby_year=int(number(held["wellby_price_year"].value)),
        not_of_income=number(held["wellbeing_not_of_income"].value),
        survival=number(held["yearly_survival"].value),
        retention_years=int(number(held["retention_years"].value)),
        allowance_share=number(held["allowance_share"].value),
        wellbeing_gap=ends(held["wellbeing_gap"]),
    )


def evidence_text() -> str:
    """Return the text of every file that an appraisal reads, so that its figures can be tied to them."""
    from evidence import appraisal_files
    from evidence.registry import INCOMES, PACKAGED

    names = (appraisal_files.LEDGER, appraisal_files.APPRAISAL, INCOMES, "deflators.csv")
    return "".join((PACKAGED / name).read_text(encoding="utf-8") for name in names)


def term(name: str) -> Parameter:
    """Return one term of the evidence by name."""
    from evidence.registry import appraisal_terms

    return appraisal_terms()[name]


def incomes() -> Mapping[str, float]:
    """Return disposable income a head by code of local authority, pounds a year."""
    from evidence.registry import disposable_income

    return disposable_income()
