"""What a scenario file may say, once every inherited value is in place; frozen, unknown keys refused.

Checks that need a region or several keys at once are in `scenarios.checks`, `subsidies`, `services` and
`incentives`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from scenarios import quantities as q
from scenarios.funding_schema import NO_REGIME, Funding
from scenarios.incentive_schema import INCENTIVE_KEYS, INCENTIVES, Incentive
from scenarios.schema_types import Count, Duration, Finite, Frozen, Money, Month, Name, Share, Text, Title
from scenarios.service_schema import Services

MAX_MONTHS = 240
"""Longest run after the policy begins, and longest window of a subsidy."""
LATEST_START = "2035-12"
"""Last month in which a policy can begin: later, the evidence would be carried forward for longer than it bears."""


class Horizon(Frozen):
    """When the policy's comparison begins and how long it runs."""

    start: Month = Field(description=f"month in which the policy can begin, YYYY-MM, 2025-01 to {LATEST_START}")
    months: Annotated[int, Field(strict=True, ge=1, le=MAX_MONTHS)] = Field(description="whole months from the start")


class DemandStep(Frozen):
    """A change of every employer's jobs in normal times, from a month on."""

    month: Month | None = Field(None, alias="from", description="first month, YYYY-MM; the horizon's start if left out")
    multiplier: Annotated[float, Field(strict=True, ge=0.2, le=5)] = Field(
        description="ratio to the jobs of the evidence"
    )


class MinimumWageStep(Frozen):
    """A change of the minimum wage beside its yearly uprating, from a month on."""

    month: Month | None = Field(None, alias="from", description="first month, YYYY-MM; the horizon's start if left out")
    multiplier: Annotated[float, Field(strict=True, ge=0.2, le=5)] = Field(
        description="ratio to the minimum wage of the rates table"
    )


class BenefitChange(Frozen):
    """A change of what people keep of benefits when they start a job, from a month on."""

    month: Month | None = Field(None, alias="from", description="first month, YYYY-MM; the horizon's start if left out")
    work_allowance: Money = Field(
        "£0", validate_default=True, description="added to the work allowances of Universal Credit, pounds a month"
    )
    work_trial_months: Annotated[int, Field(strict=True, ge=0, le=24)] = Field(
        0, description="months for which people who start a job from long-term sickness keep every benefit in full"
    )


class Subsidy(Frozen):
    """One subsidy paid to employers for jobs of eligible residents."""

    name: Name = Field(description="identifier: " + q.NAME_RULE)
    title: Title | None = Field(None, description="words for people, at most 120 characters")
    payer: Literal["DWP", "combined_authority"] = Field(description="agency that pays")
    eligibility: dict[str, Any] = Field(description="rule: all, any, not, or a comparison with 'column'")
    start: Month | None = Field(
        None, description="first month in which a job can start; the horizon's start if left out"
    )
    end: Month | None = Field(None, description="last month in which a job can start")
    window_months: Annotated[int, Field(strict=True, ge=1, le=MAX_MONTHS)] | None = Field(
        None, description="instead of 'end': whole months from 'start' in which a job can start"
    )
    length: Duration | None = Field(
        None, description="length of a placement, '6 months' or '26 weeks' (52 to 12 months)"
    )
    length_months: Annotated[int, Field(strict=True, ge=1, le=60)] | None = Field(
        None, description="instead of 'length': length of a placement, whole months"
    )
    hours_week: Annotated[int, Field(strict=True, ge=1, le=48)] = Field(description="whole hours a week")
    covers: Literal["nothing", "wage", "employment_cost"] = Field(
        description="cost of the hours that is paid: nothing, wage, or employment_cost (wage, employer National "
        "Insurance and minimum pension contribution)"
    )
    wage_share: Share = Field(description="share of the minimum-wage cost of these hours that is paid, 0 to 1")
    monthly_payment: Money = Field(description="flat payment to the employer a month of the placement")
    start_payment: Money = Field(description="payment to the employer at the start")
    completion_payment: Money = Field(description="payment to the employer on completion")
    support: Money = Field(description="wraparound support per start")
    administration: Money = Field(description="administration per start")
    places: Literal["additional", "any_vacancy", "both"] = Field(
        description="jobs that may be subsidised: additional (programme places), any_vacancy (ordinary ones), both"
    )
    marginal_only: Annotated[bool, Field(strict=True)] = Field(
        description="paid only where the employer's headcount has grown since the policy began"
    )
    cap_starts: Count | None = Field(None, description="most starts over the whole life")
    cap_starts_month: Count | None = Field(None, description="most starts in a month")
    cap_active: Count | None = Field(None, description="most people in a placement at once")
    budget: Money | None = Field(None, description="money for the whole life")
    employer_places: tuple[str, ...] | None = Field(
        None, description="Places or area groups of the employers that may take part"
    )
    employer_sectors: tuple[str, ...] | None = Field(None, description="sectors of the employers that may take part")
    employer_take_up: Share = Field(description="share of eligible employers that take part, 0 to 1")
    participant_take_up: Share = Field(description="share of eligible residents offered a place who accept, 0 to 1")
    drop_out: Share = Field(description="share of people in a placement who leave it early, per month, 0 to 1")
    keep_bonus: Annotated[int, Field(strict=True, ge=-1000, le=1000)] = Field(
        description="points (100 = one standard deviation of productivity) in the employer's second decision"
    )
    priority_cohorts: tuple[str, ...] = Field(description="cohorts served first when places are short")


class Scenario(Frozen):
    """One resolved scenario: the policy, its horizon, and the world it is done in."""

    name: Name = Field(description="identifier, also the folder of its runs: " + q.NAME_RULE)
    title: Title = Field("", description="words for people, at most 120 characters")
    description: Text = Field("", description="what the scenario stands for")
    kind: Literal["scenario", "context"] = Field(
        "scenario", description="a policy, or a state of the world to do it in"
    )
    region: Name = Field(description="name of a region under evidence/regions")
    variant: str | None = Field(None, description="named variant of the region's evidence")
    baseline: str = Field(description="scenario to compare with: a shipped name or a file beside this one")
    horizon: Horizon = Field(description="start (YYYY-MM) and months")
    labour_demand: tuple[DemandStep, ...] = Field((), description="list of {from: YYYY-MM, multiplier: number}")
    minimum_wage: tuple[MinimumWageStep, ...] = Field((), description="list of {from: YYYY-MM, multiplier: number}")
    benefits: tuple[BenefitChange, ...] = Field(
        (), description="list of {from: YYYY-MM, work_allowance: pounds a month, work_trial_months: number}"
    )
    subsidies: tuple[Subsidy, ...] = Field((), description="list of subsidies, each with a name")
    services: Services = Field(
        default_factory=lambda: Services.model_validate({}),
        description="services that residents can be referred to, and what is changed of them",
    )
    employers: tuple[Incentive, ...] = Field(
        (), description="list of incentives for employers to offer more than today, each with a name"
    )
    funding: Funding = Field(
        default_factory=lambda: Funding.model_validate({}),
        description="money that services are paid from, and what binds it",
    )
    parameters: dict[str, Finite] = Field(
        default_factory=dict, description="process.name: value, in place of the evidence"
    )

    @model_serializer(mode="wrap")
    def _plain(self, written: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out money that nothing limits and benefits that nothing changes: written as it ever was."""
        plain: dict[str, Any] = written(self)
        if self.funding.regime == NO_REGIME:
            plain.pop("funding", None)
        if not self.benefits:
            plain.pop("benefits", None)
        return plain


NOT_INHERITED = ("name", "title", "description", "kind", "extends", "context")
"""Keys that say what one file is, so that a file which extends it does not take them over."""
CONTEXT_KEYS = ("labour_demand", "minimum_wage", "parameters")
"""What a context may set, beside its own name, title, description and `extends`."""
FILE_ONLY_KEYS = ("extends", "context", "subsidy_defaults")
"""Keys of a file that are used up in resolving it."""
TOP_KEYS = (*Scenario.model_fields, *FILE_ONLY_KEYS)
SUBSIDY_KEYS = tuple(Subsidy.model_fields)
NAMED: dict[str, tuple[str, ...]] = {"subsidies": SUBSIDY_KEYS, INCENTIVES: INCENTIVE_KEYS}
"""Sections that are lists of entries with a name -> the keys of an entry."""
ENTRY_WORDS = {"subsidies": "subsidy", INCENTIVES: "incentive"}
"""Section -> what its entries are called."""
HORIZON_KEYS = tuple(Horizon.model_fields)
EXCLUSIVE = (("end", "window_months"), ("length", "length_months"))
"""Keys of a subsidy that say the same thing: the nearer file's choice replaces the other's."""
