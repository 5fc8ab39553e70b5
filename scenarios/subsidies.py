"""Turns one subsidy of a resolved scenario into what the engine takes, and refuses what contradicts itself."""

from __future__ import annotations

from collections.abc import Callable

from scenarios.arm import SubsidySpec
from scenarios.errors import Spot, shown
from scenarios.quantities import MONTHS_A_YEAR, WEEKS_A_YEAR, money_text
from scenarios.region_names import RegionNames, lowest_minimum_wage_pence
from scenarios.rule_grammar import parse_rule
from scenarios.schema import Horizon, Subsidy
from scenarios.vocabulary import COHORTS, SECTORS, month_name, parse_month

SpotOf = Callable[[str], Spot]
"""Key of a subsidy -> where its value was written."""


def specification(subsidy: Subsidy, horizon: Horizon, region: RegionNames, spot_of: SpotOf) -> SubsidySpec:
    """Return the engine's form of a subsidy.

    Parameters
    ----------
    subsidy
        With every default in place.
    horizon
        The scenario's own.
    region
        Names of its Places.
    spot_of
        Where each key was written.

    Raises
    ------
    ScenarioError
        If names are unknown, or if keys contradict each other or the horizon.
    """
    start, end = _window(subsidy, horizon, spot_of)
    months = _length(subsidy, spot_of)
    _check_covers(subsidy, spot_of)
    _check_caps(subsidy, spot_of)
    _check_budget(subsidy, months, spot_of)
    return SubsidySpec(
        name=subsidy.name,
        title=subsidy.title or subsidy.name,
        payer=subsidy.payer,
        eligibility=parse_rule(subsidy.eligibility, region, spot_of("eligibility")),
        start_month=start,
        end_month=end,
        months=months,
        hours_week=subsidy.hours_week,
        wage_share=subsidy.wage_share,
        covers_employment_cost=subsidy.covers == "employment_cost",
        monthly_pence=subsidy.monthly_payment,
        start_pence=subsidy.start_payment,
        end_pence=subsidy.completion_payment,
        support_pence=subsidy.support,
        administration_pence=subsidy.administration,
        places=subsidy.places,
        marginal_only=subsidy.marginal_only,
        cap_starts=subsidy.cap_starts,
        cap_starts_month=subsidy.cap_starts_month,
        cap_active=subsidy.cap_active,
        budget_pence=subsidy.budget,
        place_ids=_place_ids(subsidy, region, spot_of),
        sector_ids=_sector_ids(subsidy, spot_of),
        employer_take_up=subsidy.employer_take_up,
        participant_take_up=subsidy.participant_take_up,
        drop_out=subsidy.drop_out,
        keep_bonus=subsidy.keep_bonus,
        priority_cohorts=_cohort_bits(subsidy, spot_of),
    )


def _window(subsidy: Subsidy, horizon: Horizon, spot_of: SpotOf) -> tuple[int, int]:
    """Return the first month in which a job can start and the month after the last, as run months."""
    first = parse_month(horizon.start)
    after = first + horizon.months
    span = f"the horizon runs from {month_name(first)} to {month_name(after - 1)}"
    start = parse_month(subsidy.start) if subsidy.start else first
    if start < first:
        raise spot_of("start").error(
            f"{shown(subsidy.start)} is before the policy begins ({span})",
            f"{month_name(first)} or later",
            "Move 'start', or 'horizon.start' before it",
        )
    if start >= after:
        raise spot_of("start").error(
            f"{shown(subsidy.start)} is after the end of the run ({span})",
            f"{month_name(first)} to {month_name(after - 1)}",
            "Move 'start', or raise 'horizon.months'",
        )
    if subsidy.end and subsidy.window_months:
        raise spot_of("end").error("'end' and 'window_months' say the same thing", "one of them", "Delete one")
    if subsidy.window_months:
        return start, start + subsidy.window_months
    if not subsidy.end:
        return start, after
    end = parse_month(subsidy.end) + 1
    if end <= start:
        raise spot_of("end").error(
            f"{shown(subsidy.end)} is before the first month, {month_name(start)}",
            f"{month_name(start)} or later",
            "'end' is the last month in which a job can start: correct it, or 'start'",
        )
    return start, end


def _length(subsidy: Subsidy, spot_of: SpotOf) -> int:
    if subsidy.length and subsidy.length_months:
        raise spot_of("length").error("'length' and 'length_months' say the same thing", "one of them", "Delete one")
    months = subsidy.length or subsidy.length_months
    if not months:
        raise spot_of("length_months").error(
            "the length of a placement is missing", "'length_months: 6' or 'length: 26 weeks'", "Add one of them"
        )
    if months > 60:
        raise spot_of("length").error(f"a placement of {months} months is too long", "1 to 60 months", "Shorten it")
    return months


def _check_covers(subsidy: Subsidy, spot_of: SpotOf) -> None:
    pays_wage = subsidy.wage_share > 0
    if subsidy.covers == "nothing" and pays_wage:
        raise spot_of("wage_share").error(
            f"wage_share is {subsidy.wage_share:g} while 'covers' is nothing",
            "wage_share 0 with covers nothing; above 0 with wage or employment_cost",
            "Write 'covers: wage' or 'covers: employment_cost', or 'wage_share: 0'",
        )
    if subsidy.covers != "nothing" and not pays_wage:
        raise spot_of("covers").error(
            f"'covers' is {subsidy.covers} while wage_share is 0, so no cost would be covered",
            "a share above 0, for example 1.0",
            "Write the share that is paid, or 'covers: nothing'",
        )


def _check_caps(subsidy: Subsidy, spot_of: SpotOf) -> None:
    whole = subsidy.cap_starts
    if whole is None:
        return
    for key, what in (("cap_starts_month", "in one month"), ("cap_active", "at once")):
        part = getattr(subsidy, key)
        if part is not None and part > whole:
            raise spot_of(key).error(
                f"{part} people {what} are more than the {whole} starts of the whole life (cap_starts)",
                f"at most {whole}",
                f"Lower '{key}', raise 'cap_starts', or leave one of them out",
            )


def _check_budget(subsidy: Subsidy, months: int, spot_of: SpotOf) -> None:
    """Refuse a budget that cannot pay one placement; a budget of £0 is a subsidy that never pays, and allowed."""
    if not subsidy.budget:
        return
    wage = int(
        subsidy.wage_share * subsidy.hours_week * lowest_minimum_wage_pence() * months * WEEKS_A_YEAR / MONTHS_A_YEAR
    )
    flat = subsidy.start_payment + subsidy.completion_payment + subsidy.monthly_payment * months
    cost = wage + flat + subsidy.support + subsidy.administration
    if subsidy.budget < cost:
        raise spot_of("budget").error(
            f"{money_text(subsidy.budget)} does not pay for one placement, which costs at least {money_text(cost)}",
            f"{money_text(cost)} or more, or £0 for none",
            "Check the unit of the budget (£, £k, £m)",
        )


def _place_ids(subsidy: Subsidy, region: RegionNames, spot_of: SpotOf) -> tuple[int, ...] | None:
    if subsidy.employer_places is None:
        return None
    spot = spot_of("employer_places")
    if not subsidy.employer_places:
        raise spot.error(
            "the list of Places is empty, so no employer could take part", "Places or area groups", "Add one"
        )
    codes = [code for name in subsidy.employer_places for code in region.place_codes(name, spot)]
    return tuple(sorted(set(codes)))


def _sector_ids(subsidy: Subsidy, spot_of: SpotOf) -> tuple[int, ...] | None:
    if subsidy.employer_sectors is None:
        return None
    spot = spot_of("employer_sectors")
    if not subsidy.employer_sectors:
        raise spot.error("the list of sectors is empty, so no employer could take part", "sectors", "Add one")
    for name in subsidy.employer_sectors:
        if name not in SECTORS:
            raise spot.unknown(name, "sector", SECTORS)
    return tuple(sorted({SECTORS.index(name) for name in subsidy.employer_sectors}))


def _cohort_bits(subsidy: Subsidy, spot_of: SpotOf) -> int:
    for name in subsidy.priority_cohorts:
        if name not in COHORTS:
            raise spot_of("priority_cohorts").unknown(name, "cohort", COHORTS)
    return sum(1 << COHORTS.index(name) for name in set(subsidy.priority_cohorts))
