"""What every account gains in every month, run by run, in pounds of the ledger; leaves out what later pounds are worth.

All of it is the ledger of one arm less that of the other. No saving is multiplied by a number of people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from results.appraisal_prices import Factors, factors_of
from results.appraisal_terms import MONTHS, AppraisalError, Choices, Floats, Terms, incomes
from results.geography import Geography
from results.measures import PROGRAMME_LINES
from results.pairing import PairedSeed, ledger_difference
from simulation.ledger import ACCOUNTS, AGENCIES, LINE_INDEX, LINES

ACCOUNT_INDEX = {account: i for i, account in enumerate(ACCOUNTS)}
IS_PROGRAMME = np.array([line.name in PROGRAMME_LINES or line.name.startswith("service_") for line in LINES])
"""Lines that are spending on what is tried; all others are what follows from it."""
EMPLOYER_NI = LINE_INDEX["employer_ni"]
RESIDENTS = ACCOUNT_INDEX["residents"]
PUBLIC = np.array([account in AGENCIES for account in ACCOUNTS])


def account_matrix() -> Floats:
    """Return +1 where an account receives a line, -1 where it pays it, shape (accounts, lines)."""
    matrix = np.zeros((len(ACCOUNTS), len(LINES)))
    for i, line in enumerate(LINES):
        matrix[ACCOUNT_INDEX[line.payee], i] += 1
        matrix[ACCOUNT_INDEX[line.payer], i] -= 1
    return matrix


@dataclass(frozen=True)
class Flows:
    """Differences of the ledger by run, month and line. R runs, N months (those after it included), L lines.

    `lines` is what is paid, in pounds, after the choices; `accounts` turns lines into what an account gains.
    """

    choices: Choices
    terms: Terms
    factors: Factors
    horizon: int
    """months of the run; those after it rest on persistence"""
    lines: Floats
    """(R, N, L)"""
    accounts: Floats
    """(accounts, L): the sign with which a line counts"""
    residents_by_place: Floats
    """(R, N, P): what residents gain"""
    exchequer_by_place: Floats
    """(R, N, P): what the exchequer gains from residents of each Place"""
    place_weights: Floats | None
    """(P,): what a resident's pound counts in each Place; None where incomes are not held"""
    satisfaction: Floats
    """(R, N): change of life satisfaction, points times people times years"""
    draws: NDArray[np.int64]
    n_seeds: int

    @property
    def n_runs(self) -> int:
        """Return the number of runs."""
        return len(self.lines)

    def of_accounts(self, names: Sequence[str], which: NDArray[np.bool_] | Floats | None = None) -> Floats:
        """Return what accounts gain together, pounds of the ledger, shape (R, N).

        Parameters
        ----------
        names : sequence of str
            Accounts.
        which : array, shape (L,), optional
            Lines that count, or the share of each that does.
        """
        signs = self.accounts[[ACCOUNT_INDEX[name] for name in names]].sum(axis=0)
        return np.asarray(self.lines @ (signs if which is None else signs * which), np.float64)

    @cached_property
    def society_signs(self) -> Floats:
        """Return with which sign a line counts for society, shape (L,): output +1, resources -1, transfers 0."""
        sign = {"output": 1.0, "resource": -1.0, "transfer": 0.0}
        sign["subsidy"] = 0.0 if self.choices.subsidies_are_transfers else -1.0
        return np.array([sign[kind] for kind in self.terms.society])

    def of_society(self, which: NDArray[np.bool_] | None = None) -> Floats:
        """Return what society gains without wellbeing, pounds of the ledger, shape (R, N).

        Output is wages and employer National Insurance of additional work, net of what others lose; resources are the
        programme and public services; transfers are left out. With weights, residents' gains count by Place.

        Parameters
        ----------
        which : bool, shape (L,), optional
            Lines that count.
        """
        gain = self.lines @ (self.society_signs if which is None else self.society_signs * which)
        if which is not None:
            return gain
        if self.choices.excess_burden and self.terms.rulebook.excess_burden is not None:
            rate = float(str(self.terms.rulebook.excess_burden.value)) / 100
            gain = gain + rate * self.of_accounts(AGENCIES)
        if self.choices.weights is not None and self.place_weights is not None:
            gain = gain + self.residents_by_place @ (self.place_weights - 1)
        return gain

    def of_residents(self) -> Floats:
        """Return what residents gain, weighted by Place where weights are on, pounds of the ledger, shape (R, N)."""
        if self.choices.weights is not None and self.place_weights is not None:
            return self.residents_by_place @ self.place_weights
        return self.of_accounts(("residents",))

    def worth(self, flow: Floats, base: str) -> Floats:
        """Return the sum of a flow over months in one of `appraisal_prices.BASES`, shape (R,)."""
        return flow @ self.factors.of(base)


def bias(pounds: Floats, terms: Terms) -> Floats:
    """Return the multiplier of each line for optimism bias, shape (L,): up where it costs on the mean, else down.

    A line is judged by the exchequer's side of it, or by society's where no agency stands on either side.

    Parameters
    ----------
    pounds : float64, shape (R, H, L)
        Differences by line.
    terms : Terms
        Multipliers.
    """
    matrix = account_matrix()
    purse = matrix[PUBLIC].sum(axis=0)
    kinds = np.array([1.0 if kind == "output" else -1.0 for kind in terms.society])
    sign = np.where(purse == 0, kinds, purse)
    is_cost = sign * pounds.sum(axis=1).mean(axis=0) < 0
    return np.where(is_cost, terms.bias_costs, terms.bias_benefits)


def prolonged(monthly: Floats, n_months: int, survival: float) -> Floats:
    """Return the flow with its last year's mean going on, less each month; the first axis but one is months.

    Parameters
    ----------
    monthly : float64, shape (R, H, ...)
        The run.
    n_months : int
        Months in all.
    survival : float
        What is left of the effect a year later, as a share.
    """
    more = n_months - monthly.shape[1]
    if not more:
        return monthly
    level = monthly[:, -MONTHS:].mean(axis=1, keepdims=True)
    fading = survival ** (np.arange(1, more + 1) / MONTHS)
    shape = (1, more) + (1,) * (monthly.ndim - 2)
    return np.concatenate([monthly, level * fading.reshape(shape)], axis=1)


def weights_of(geography: Geography, residents: Floats, elasticity: float) -> Floats | None:
    """Return what a resident's pound counts in each Place, shape (P,); None where a Place's income is not held.

    It is (mean income of the region / income of the Place) to the elasticity, incomes a head weighted by residents.

    Parameters
    ----------
    geography : Geography
        The Places.
    residents : float64, shape (P,)
        Residents of each Place.
    elasticity : float
        Of the weight.
    """
    held = incomes()
    if any(place.code not in held for place in geography.places):
        return None
    own = np.array([held[place.code] for place in geography.places])
    middle = float((own * residents).sum() / residents.sum())
    return np.asarray((middle / own) ** elasticity, np.float64)


def flows_of(runs: Sequence[PairedSeed], geography: Geography, choices: Choices, terms: Terms) -> Flows:
    """Return the flows of a comparison.

    Parameters
    ----------
    runs : sequence of PairedSeed
        Finished seeds of one comparison.
    geography : Geography
        The Places.
    choices, terms : Choices, Terms
        What the reader decides, and numbers.

    Raises
    ------
    AppraisalError
        If weights are asked for and a Place's income is not held.
    """
    first = runs[0].policy
    horizon, n_months = first.horizon, first.horizon + MONTHS * choices.persistence_years
    pence = [ledger_difference(run.policy, run.baseline) for run in runs]
    whole = np.stack([part.sum(axis=1) for part in pence]) / 100
    scale = bias(whole, terms) if choices.optimism else np.ones(len(LINES))
    if choices.employment_allowance:
        scale[EMPLOYER_NI] *= 1 - terms.allowance_share
    matrix = account_matrix()
    if not choices.employer_ni:
        matrix[:, EMPLOYER_NI] = 0
    after = np.where(IS_PROGRAMME, 0.0, 1.0)
    lines = prolonged(whole * scale, n_months, terms.survival)
    lines[:, horizon:] *= after

    def by_place(signs: Floats) -> Floats:
        own, lasting = (np.stack([part @ s / 100 for part in pence]) for s in (signs * scale, signs * scale * after))
        return np.concatenate([own, prolonged(lasting, n_months, terms.survival)[:, horizon:]], axis=1)

    residents = np.mean([run.baseline.view().stock()[first.start, :, 0] for run in runs], axis=0)
    weights = weights_of(geography, residents, 0.0 if choices.weights is None else choices.weights)
    if choices.weights is not None and weights is None:
        raise AppraisalError(
            f"No income is held for every Place of {geography.title}, so its residents' pounds cannot be weighted; "
            "leave --weights out."
        )
    points = np.stack(
        [(run.policy.satisfaction - run.baseline.satisfaction)[first.start :].sum(axis=1) for run in runs]
    )
    return Flows(
        choices=choices,
        terms=terms,
        factors=factors_of(int(first.months[first.start]), n_months, terms),
        horizon=horizon,
        lines=lines,
        accounts=matrix,
        residents_by_place=by_place(matrix[RESIDENTS]),
        exchequer_by_place=by_place(matrix[PUBLIC].sum(axis=0)),
        place_weights=weights,
        satisfaction=prolonged(points / 10 / MONTHS, n_months, terms.survival),
        draws=np.array([run.draw for run in runs], np.int64),
        n_seeds=len({run.seed for run in runs}),
    )
