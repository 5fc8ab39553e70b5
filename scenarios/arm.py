"""What the engine takes of a resolved scenario: frozen, in run months, whole pence and codes; no files, no text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scenarios.eligibility import Rule
from scenarios.fund_specs import FundingSpec
from scenarios.incentive_specs import IncentiveSpec
from scenarios.service_specs import ServicesSpec
from scenarios.vocabulary import parse_month

if TYPE_CHECKING:
    from scenarios.resolve import Resolved
    from scenarios.schema import DemandStep, MinimumWageStep


@dataclass(frozen=True)
class SubsidySpec:
    """One employer subsidy. Money in whole pence, months as run month numbers, shares in [0, 1].

    Parameters
    ----------
    name, title
        Identifier and the words for people.
    payer
        `DWP` or `combined_authority`.
    eligibility
        Who may take part; reads the columns of `scenarios.columns`.
    start_month, end_month
        First month in which a job can start, and the month after the last.
    months
        Length of a placement.
    hours_week
        Hours a week of a placement.
    wage_share
        Share of the minimum-wage cost of these hours that is paid; 0 pays none of it.
    covers_employment_cost
        Whether employer National Insurance and the minimum pension contribution are paid too.
    monthly_pence
        Flat payment to the employer a month of the placement.
    start_pence, end_pence
        Payments to the employer at the start and on completion.
    support_pence, administration_pence
        Wraparound support and administration per start.
    places
        `additional` (extra programme places), `any_vacancy` (ordinary vacancies) or `both`.
    marginal_only
        Paid only where the employer's headcount has grown since the policy began.
    cap_starts, cap_starts_month, cap_active
        Most starts over the whole life, starts a month, and people in a placement at once; None = no cap.
    budget_pence
        Money for the whole life; starts stop when committed money would exceed it; None = no limit.
    place_ids, sector_ids
        Places and sectors of the employers that may take part; None = all.
    employer_take_up
        Share of eligible employers that take part.
    participant_take_up
        Share of eligible residents offered a place who accept it.
    drop_out
        Share of people in a placement who leave it early, per month.
    keep_bonus
        Points added to the employer's second decision, at the placement's end.
    priority_cohorts
        Bit mask over `vocabulary.COHORTS`: served first when places are short; 0 = nobody first.
    """

    name: str
    title: str
    payer: str
    eligibility: Rule
    start_month: int
    end_month: int
    months: int
    hours_week: int
    wage_share: float
    covers_employment_cost: bool
    monthly_pence: int
    start_pence: int
    end_pence: int
    support_pence: int
    administration_pence: int
    places: str
    marginal_only: bool
    cap_starts: int | None
    cap_starts_month: int | None
    cap_active: int | None
    budget_pence: int | None
    place_ids: tuple[int, ...] | None
    sector_ids: tuple[int, ...] | None
    employer_take_up: float
    participant_take_up: float
    drop_out: float
    keep_bonus: int
    priority_cohorts: int


@dataclass(frozen=True)
class BenefitsSpec:
    """What people keep of benefits when they start a job, from a run month on.

    Parameters
    ----------
    from_month
        First run month.
    work_allowance_pence
        Added to the work allowances of Universal Credit, pence a month.
    trial_months
        Months for which people who start a job from long-term sickness keep every benefit in full; 0 for none.
    """

    from_month: int
    work_allowance_pence: int
    trial_months: int


@dataclass(frozen=True)
class ArmSpec:
    """One arm of a paired run: what policy does, and the world it is done in.

    Parameters
    ----------
    name
        The scenario's name.
    subsidies
        In the order of the file.
    demand
        (run month, multiplier of every employer's target slots from that month on), in order of time.
    minimum_wage
        (run month, multiplier of the minimum wage from then on), in order of time.
    parameters
        Overrides `process.name` -> value, sorted by name.
    policy_month
        Run month in which the policy begins: the first month of the arms, after the shared history.
    months
        Length of the arms, months from `policy_month` on.
    services
        Services that residents can be referred to; None for none.
    employers
        Incentives for employers to offer something beyond what they offer today, sorted by name.
    funding
        Money that their starts are paid from; None where nothing limits it.
    benefits
        Changes of what people keep of benefits when they start a job, in order of time.
    """

    name: str
    subsidies: tuple[SubsidySpec, ...]
    demand: tuple[tuple[int, float], ...]
    minimum_wage: tuple[tuple[int, float], ...]
    parameters: tuple[tuple[str, float], ...]
    policy_month: int
    months: int
    services: ServicesSpec | None = None
    employers: tuple[IncentiveSpec, ...] = ()
    funding: FundingSpec | None = None
    benefits: tuple[BenefitsSpec, ...] = ()


def arm(resolved: Resolved) -> ArmSpec:
    """Return the arm that the engine runs for a resolved scenario.

    Raises
    ------
    scenarios.errors.ScenarioError
        If the scenario is a context, which is no arm by itself.
    """
    from scenarios.funding import funding_in
    from scenarios.incentives import incentives_in
    from scenarios.services import services_in
    from scenarios.subsidies import specification

    scenario = resolved.scenario
    if scenario.kind != "scenario":
        raise resolved.spot("kind").error(
            f"'{scenario.name}' is a context and cannot be run by itself",
            "a scenario, on this context",
            f"Run a scenario with '--set context={scenario.name}'",
        )
    start = parse_month(scenario.horizon.start)
    services = services_in(scenario, resolved.spot)
    return ArmSpec(
        name=scenario.name,
        subsidies=tuple(
            specification(subsidy, scenario.horizon, resolved.region, resolved.spots_of(subsidy.name))
            for subsidy in scenario.subsidies
        ),
        demand=_steps(scenario.labour_demand, start),
        minimum_wage=_steps(scenario.minimum_wage, start),
        parameters=tuple(sorted(scenario.parameters.items())),
        policy_month=start,
        months=scenario.horizon.months,
        employers=incentives_in(scenario, resolved.region, resolved.spot),
        services=services,
        funding=funding_in(scenario, services, resolved.spot),
        benefits=tuple(
            BenefitsSpec(
                start if change.month is None else parse_month(change.month),
                change.work_allowance,
                change.work_trial_months,
            )
            for change in scenario.benefits
        ),
    )


def _steps(steps: Sequence[DemandStep | MinimumWageStep], start: int) -> tuple[tuple[int, float], ...]:
    return tuple((start if step.month is None else parse_month(step.month), step.multiplier) for step in steps)
