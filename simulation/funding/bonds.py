"""What a fund in force is bound to, as rules on residents, and the account that it pays from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from scenarios.eligibility import AllOf, AnyOf, Compare, Rule
from scenarios.fund_specs import FundSpec
from scenarios.service_specs import ServiceSpec
from scenarios.vocabulary import STATES
from simulation.ledger import LINE_INDEX, OTHER_FUNDERS, SERVICE_PAYERS


def line_of(kind: str) -> int:
    """Return the line of the ledger from which a funder of a kind pays for services."""
    return LINE_INDEX[f"service_{SERVICE_PAYERS.get(kind, OTHER_FUNDERS)}"]


def rule_of(fund: FundSpec) -> Rule | None:
    """Return for whom a fund in force may pay, as one rule; None for everybody."""
    parts: list[Rule] = []
    if fund.place_ids is not None:
        parts.append(Compare("place", "in", fund.place_ids, tuple(map(str, fund.place_ids))))
    if fund.state_ids is not None:
        parts.append(Compare("state", "in", fund.state_ids, tuple(STATES[k] for k in fund.state_ids)))
    if fund.rule is not None:
        parts.append(fund.rule)
    return AllOf(tuple(parts)) if parts else None


def payable(services: Sequence[ServiceSpec], funds: Sequence[FundSpec]) -> tuple[ServiceSpec, ...]:
    """Return services with the rule on money that their doors know: some fund in force may pay for the resident.

    Parameters
    ----------
    services : services of the arm.
    funds : funds as the regime leaves them.
    """
    out = []
    for s in services:
        rules = [rule_of(fund) for fund in funds if fund.programmes is None or s.programme in fund.programmes]
        if s.start_pence + s.month_pence + s.outcome_pence == 0 or not rules or any(rule is None for rule in rules):
            out.append(replace(s, money=None))
            continue
        either = tuple(rule for rule in rules if rule is not None)
        out.append(replace(s, money=AnyOf(either) if len(either) > 1 else either[0]))
    return tuple(out)
