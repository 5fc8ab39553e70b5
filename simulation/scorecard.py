"""Snapshots of the strategy's measures by Place, once a year; an observer that changes nothing.

Income is that of a benefit unit as the accounts carry it: pay or sick pay of both partners after tax and National
Insurance, and their Universal Credit. Left out: children in the equivalence scale and in the award, housing costs and
the housing element, every other benefit, pensions, savings, student finance, and whoever else shares the home.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scenarios.vocabulary import AGE_BAND_STARTS, CONDITIONS, EmployerKind, State
from simulation.compiling import inlined, kernel
from simulation.output import SCORE_ITEMS, Scores
from simulation.taxben.pay import hourly_in_force
from simulation.taxben.rates import financial_year
from simulation.taxben.units import net_of

if TYPE_CHECKING:
    from simulation.model import RegionModel

MONTHS_APART = 12
"""Months from one snapshot to the next."""
_DISABLED, _OTHERS, _NEET, _LEARNING, _SECURE, _SICK, _POOR = range(len(SCORE_ITEMS))
_ABSENT, _STUDENT, _LTS = int(State.ABSENT), int(State.STUDENT), int(State.LONG_TERM_SICK)
_SELF_EMPLOYMENT = int(EmployerKind.SELF_EMPLOYMENT)
_LEARNING_BIT = 1 << CONDITIONS.index("learning_disability_autism")
_YOUNG_MONTHS = AGE_BAND_STARTS[3] * 12
"""Age from which a resident no longer counts as young: 25."""


class Standards(NamedTuple):
    """What a snapshot judges by.

    `living_wage` in pence an hour, `line` of low income in pence a month, `couple`: a couple's needs in hundredths of
    a single adult's.
    """

    living_wage: int
    line: int
    couple: int


@inlined
def unit_income(c: Any, r: Any, couple: int, i: int) -> Any:
    """Return the income of a resident's benefit unit, pence a month for a single adult's needs.

    Parameters
    ----------
    c, r : residents' columns, rates of the year.
    couple : a couple's needs in hundredths of a single adult's.
    i : row.
    """
    j = np.int64(c.partner[i])
    income = net_of(np.int64(c.gross[i]), c.gross_kind[i], r) + np.int64(c.award[i])
    if j >= 0 and c.partner[j] == i:
        income += net_of(np.int64(c.gross[j]), c.gross_kind[j], r) + np.int64(c.award[j])
        income = income * 100 // couple
    return income


@kernel
def incomes(c: Any, r: Any, couple: int, out: Any, first: int, end: int) -> None:
    """Write the income of every resident's benefit unit, pence a month for a single adult's needs.

    Parameters
    ----------
    c, r : residents' columns, rates of the year.
    couple : a couple's needs in hundredths of a single adult's.
    out : int32, one entry a resident, written.
    first, end : rows.
    """
    for i in range(first, end):
        out[i] = unit_income(c, r, couple, i)


@kernel
def count_scores(c: Any, kind: Any, pay: Any, r: Any, by: Any, month: int, first: int, end: int, out: Any) -> None:
    """Add rows first to end to the scorecard's counts.

    Parameters
    ----------
    c, kind : residents' columns, employers' kinds.
    pay, r, by : integers of pay, rates of the year, standards.
    month : month at whose end the count is taken.
    first, end : rows.
    out : counts by Place, item of SCORE_ITEMS, and (those who count, those they are counted among); added to.
    """
    for i in range(first, end):
        place, state = c.place[i], c.state[i]
        works = 1 if state <= _ABSENT else 0
        group = _DISABLED if c.severity[i] > 0 else _OTHERS
        out[place, group, 0] += works
        out[place, group, 1] += 1
        if month - c.birth[i] < _YOUNG_MONTHS:
            out[place, _NEET, 0] += 1 if works == 0 and state != _STUDENT else 0
            out[place, _NEET, 1] += 1
        if c.conditions[i] & _LEARNING_BIT:
            out[place, _LEARNING, 0] += works
            out[place, _LEARNING, 1] += 1
        if works == 1:
            is_secure = c.insecure[i] == 0 and kind[c.employer[i]] != _SELF_EMPLOYMENT
            if is_secure and hourly_in_force(c, pay, i, month) >= by.living_wage:
                out[place, _SECURE, 0] += 1
            out[place, _SECURE, 1] += 1
        out[place, _SICK, 0] += 1 if state == _LTS else 0
        out[place, _SICK, 1] += 1
        out[place, _POOR, 0] += 1 if unit_income(c, r, by.couple, i) < by.line else 0
        out[place, _POOR, 1] += 1


def _over_residents(model: RegionModel, work: Callable[[int, int, int], None]) -> None:
    """Call work(lane, first row, end row) for every lane."""
    n, block = model.start.n, model.block
    model.lanes.run(lambda lane, first, end: work(lane, first * block, min(n, end * block)), -(-n // block))


def counts_of(model: RegionModel, by: Standards, month: int) -> NDArray[np.int64]:
    """Return the counts of the residents as they are now, shape (places, len(SCORE_ITEMS), 2).

    Parameters
    ----------
    model : the model, read only.
    by : standards.
    month : month at whose end the count is taken.
    """
    out = np.zeros((model.lanes.n, model.start.n_places, len(SCORE_ITEMS), 2), np.int64)

    def work(lane: int, first: int, end: int) -> None:
        count_scores(model.columns, model.firms.kind, model.pay, model.rates, by, month, first, end, out[lane])

    _over_residents(model, work)
    return np.asarray(out.sum(axis=0), np.int64)


def line_of(model: RegionModel, couple: int, share: float) -> int:
    """Return the low-income line, pence a month for a single adult: a share of the residents' median income now.

    Parameters
    ----------
    model : the model, read only.
    couple : a couple's needs in hundredths of a single adult's.
    share : share of the median.
    """
    out = np.zeros(model.start.n, np.int32)

    def work(_: int, first: int, end: int) -> None:
        incomes(model.columns, model.rates, couple, out, first, end)

    _over_residents(model, work)
    middle = (len(out) - 1) // 2
    out.partition(middle)
    return round(share * int(out[middle]))


def rules_at(rules: Mapping[str, Any], month: int) -> Mapping[str, Any]:
    """Return the scorecard's entries of the rules in force in a month, or of the nearest year that is held.

    Parameters
    ----------
    rules : financial year -> rules.
    month : month number.
    """
    found: Mapping[str, Any] = rules[min(max(financial_year(month), min(rules)), max(rules))]["scorecard"]
    return found


@dataclass
class Scorecard:
    """The snapshots of one arm. The low-income line stays that of the first; the real Living Wage is the year's.

    The first snapshot is judged by the wage of the policy's first month, so that a policy that begins in April is not
    compared with a start held to last year's.
    """

    line: int
    share: float
    couple: int
    months: list[int] = field(default_factory=list)
    counts: list[NDArray[np.int64]] = field(default_factory=list)
    living_wages: list[int] = field(default_factory=list)

    @classmethod
    def begun(cls, model: RegionModel) -> Scorecard:
        """Return a scorecard with its first snapshot, of a model that is about to start its policy."""
        held = rules_at(model.start.rules, model.policy_month)
        couple = round(100 * float(held["couple_needs"].value))
        share = float(held["low_income_line"].value) / 100
        out = cls(line_of(model, couple, share), share, couple)
        out._take(model)
        return out

    def copy(self) -> Scorecard:
        """Return a scorecard that another arm can go on with."""
        return Scorecard(self.line, self.share, self.couple, [*self.months], [*self.counts], [*self.living_wages])

    def observe(self, model: RegionModel) -> None:
        """Take a snapshot if a whole number of years has passed since the policy began; call after each month."""
        if (model.month - model.policy_month) % MONTHS_APART == 0:
            self._take(model)

    def scores(self) -> Scores:
        """Return the snapshots as arrays."""
        return Scores(
            months=np.array(self.months, np.int16),
            counts=np.stack(self.counts),
            living_wage_pence=np.array(self.living_wages, np.int64),
            line_pence=self.line,
            line_share=self.share,
            couple_needs=self.couple / 100,
        )

    def _take(self, model: RegionModel) -> None:
        month = model.month - 1
        held = rules_at(model.start.rules, max(month, model.policy_month))
        wage = round(100 * float(held["real_living_wage"].value))
        self.months.append(month)
        self.counts.append(counts_of(model, Standards(wage, self.line, self.couple), month))
        self.living_wages.append(wage)
