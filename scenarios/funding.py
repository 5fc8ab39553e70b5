"""Turns the `funding` section of a scenario into what the engine takes, and refuses what contradicts itself.

Money is limited from the policy's start on; the months before it are shared history, in which nothing limits it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING

from scenarios.errors import ScenarioError, Spot
from scenarios.fund_entries import APRIL, Fund, year_name, year_of
from scenarios.fund_specs import ALLOCATORS, CONSTRAINTS, FundingSpec, FundSpec
from scenarios.funding_keys import SECTION
from scenarios.funding_schema import FLEXIBLE, FUNDS, NO_REGIME, REGIME_KEY, Funding
from scenarios.funds import check_payable, load_funds, planned
from scenarios.programme_entries import check_words
from scenarios.programme_specs import Catalogue, as_number
from scenarios.programmes import load_catalogue
from scenarios.quantities import MONTHS_A_YEAR, money_text
from scenarios.region_names import funding_defaults, region_names, regions_with_funds
from scenarios.service_keys import SECTION as SERVICES
from scenarios.service_schema import PROGRAMMES
from scenarios.vocabulary import month_index, month_name, parse_month

if TYPE_CHECKING:
    from evidence.model import Parameter
    from scenarios.schema import Horizon, Scenario
    from scenarios.service_specs import ServicesSpec

SpotOf = Callable[[str], Spot]
"""Dotted key of the scenario -> where its value was written."""
Defaults = Mapping[str, "Parameter"]
PENCE = 100


def funding_in(scenario: Scenario, services: ServicesSpec | None, spot_of: SpotOf) -> FundingSpec | None:
    """Return the money of a scenario's services, None where nothing limits it.

    Parameters
    ----------
    scenario
        Validated key by key.
    services
        As the engine takes them.
    spot_of
        Where each key was written.

    Raises
    ------
    ScenarioError
        If the section or the region's funds cannot be used.
    """
    section = scenario.funding
    if section.regime == NO_REGIME:
        _check_none(scenario, spot_of)
        return None
    _check_regime(scenario, services, spot_of)
    funds, catalogue = load_funds(scenario.region), load_catalogue(scenario.region)
    if not funds:
        raise spot_of(REGIME_KEY).error(
            f"the region '{scenario.region}' has no funds",
            f"a regime in {', '.join(regions_with_funds())}; 'none' elsewhere",
            f"Write 'regime: {NO_REGIME}', or choose another region",
        )
    for slug in section.funds:
        if slug not in (known := [each.slug for each in funds]):
            raise spot_of(f"{SECTION}.{FUNDS}.{slug}").unknown(slug, f"fund of the region '{scenario.region}'", known)
    opened = frozenset(desk.programme for desk in services.services) if services else frozenset()
    places = region_names(scenario.region).places
    for slug in sorted(opened):
        check_payable(funds, [catalogue[slug]], places, spot_of(f"{SERVICES}.{PROGRAMMES}.{slug}"))
    return funding_of(section, scenario.horizon, funds, catalogue, opened, funding_defaults(), spot_of)


def funding_of(
    section: Funding,
    horizon: Horizon,
    funds: Collection[Fund],
    catalogue: Catalogue,
    opened: Collection[str],
    defaults: Defaults,
    spot_of: SpotOf,
) -> FundingSpec:
    """Return the engine's form of a section with a regime.

    Parameters
    ----------
    section
        Validated key by key.
    horizon
        The scenario's own.
    funds
        Of its region.
    catalogue
        Of its region.
    opened
        Programmes that take clients in the scenario.
    defaults
        How services follow money, and what a fund has by default.
    spot_of
        Where each key was written.
    """

    def of(key: str, own: float | None) -> float:
        return as_number(defaults[key]) if own is None else own

    first = parse_month(horizon.start)
    end = first + horizon.months
    kept = frozenset() if section.regime == FLEXIBLE else frozenset(CONSTRAINTS) - set(section.drop)
    prior = as_number(defaults["job_entry_prior"])
    specs = [
        _fund(each, section, first, end, planned(each, catalogue, opened, prior), defaults, spot_of) for each in funds
    ]
    return FundingSpec(
        funds=tuple(sorted(specs, key=lambda spec: spec.name)),
        constraints=kept,
        allocator=section.allocator,
        stretch=of("staff_stretch", section.staff_stretch),
        leave=of("staff_leave", section.staff_leave),
        ramp_months=int(of("staff_ramp_months", section.staff_ramp_months)),
        prior_success=prior,
        prior_starts=as_number(defaults["job_entry_prior_starts"]),
    )


def _check_none(scenario: Scenario, spot_of: SpotOf) -> None:
    """Refuse what is said of money where nothing limits it: it would have no effect."""
    untouched = Funding.model_validate({})
    for key in Funding.model_fields:
        if getattr(scenario.funding, key) != getattr(untouched, key):
            raise spot_of(f"{SECTION}.{key}").error(
                f"nothing limits the money in '{scenario.name}', so '{key}' would have no effect",
                f"keys of '{SECTION}' only with a regime",
                f"Set {REGIME_KEY} to ring-fenced or flexible, or delete '{key}'",
            )


def _check_regime(scenario: Scenario, services: ServicesSpec | None, spot_of: SpotOf) -> None:
    """Refuse a regime without services to pay for, and words of the section that contradict each other."""
    section = scenario.funding
    if services is None:
        raise spot_of(REGIME_KEY).error(
            f"'{scenario.name}' has no services that money could pay for",
            "a regime with services.catalogue today",
            "Set services.catalogue to today, or extend 'services-today'",
        )
    if scenario.services.lift_funders_rules:
        raise spot_of("services.lift_funders_rules").error(
            "the rules of funders are lifted beside a regime, which says what binds their money",
            f"one of the two: {SECTION}.drop with eligibility and state does the same",
            "Delete 'lift_funders_rules'",
        )
    check_words(section.drop, "constraint", CONSTRAINTS, spot_of(f"{SECTION}.drop"), none_allowed=True)
    if section.drop and section.regime == FLEXIBLE:
        raise spot_of(f"{SECTION}.drop").error(
            "nothing binds flexible money, so nothing can be dropped",
            "'drop' with the regime ring-fenced",
            "Delete 'drop', or write 'regime: ring-fenced'",
        )
    if section.allocator not in ALLOCATORS:
        raise spot_of(f"{SECTION}.allocator").unknown(section.allocator, "allocator", ALLOCATORS)


def _fund(
    found: Fund,
    section: Funding,
    first: int,
    end: int,
    lines: tuple[tuple[str, float], ...],
    defaults: Defaults,
    spot_of: SpotOf,
) -> FundSpec:
    """Return the engine's form of one pot.

    Parameters
    ----------
    found
        As its documents have it.
    section
        Of the scenario.
    first, end
        Run months of the arm, the end not included.
    lines
        Planned shares by programme.
    defaults
        What a fund has by default.
    spot_of
        Where each key was written.
    """
    change = section.funds.get(found.slug)
    times = section.amount * (1.0 if change is None or change.amount is None else change.amount)
    costs = section.administration == "evidence"

    def share(key: str) -> float:
        return as_number(found.shares[key] if key in found.shares else defaults[key])

    bids = costs and (found.is_yearly or found.cycles is not None)
    return FundSpec(
        name=found.slug,
        title=found.name,
        kind=found.kind,
        amounts=_amounts(found, times, first, end, spot_of),
        opens=found.opens(first, end),
        programmes=found.programmes,
        place_ids=found.place_ids,
        state_ids=found.state_ids,
        rule=found.rule,
        lines=lines,
        virement=share("virement"),
        lapses=found.lapses,
        match=as_number(found.shares["match"]) if "match" in found.shares else 0.0,
        administration=share("administration") if costs else 0.0,
        bid_pence=_pence(as_number(found.later) * times * share("bid_share")) if bids else 0,
    )


def _amounts(found: Fund, times: float, first: int, end: int, spot_of: SpotOf) -> tuple[tuple[int, int], ...]:
    """Return (run month, pence) of each financial year of the arm.

    A year that began before the arm gives its part by months. The last year is whole even where the arm ends within
    it: what a fund has to spend does not depend on how long one looks.

    Parameters
    ----------
    found
        The pot.
    times
        Multiplier of its money.
    first, end
        Run months of the arm, the end not included.
    spot_of
        Where each key was written.
    """
    amounts = []
    for year in range(year_of(first), year_of(end - 1) + 1):
        pounds = found.of_year(year)
        if pounds is None:
            raise spot_of("horizon.start").error(
                f"the fund '{found.slug}' has no amount for {year_name(year)}, in which the policy begins",
                f"a start in {month_name(month_index(found.amounts[0][0], APRIL))} or later",
                "Move the start, or add the year to the fund",
            )
        begin = month_index(year, APRIL)
        part = min(MONTHS_A_YEAR, begin + MONTHS_A_YEAR - first)
        amounts.append((max(begin, first), _pence(as_number(pounds) * times * part / MONTHS_A_YEAR)))
    return tuple(amounts)


def _pence(pounds: float) -> int:
    """Return the nearest whole pence, halves up."""
    return int(pounds * PENCE + 0.5)


def check_equal_totals(a: FundingSpec | None, b: FundingSpec | None, names: tuple[str, str] = ("a", "b")) -> None:
    """Refuse arms whose money differs in any financial year, whoever holds it.

    Parameters
    ----------
    a, b
        Of each arm; None where nothing limits the money.
    names
        Of the two scenarios.

    Raises
    ------
    ScenarioError
        With the difference in pounds.
    """
    if a is None and b is None:
        return
    if a is None or b is None:
        free, bound = names if a is None else names[::-1]
        raise ScenarioError(
            f"'{bound}' limits the money of services and '{free}' does not, so more is spent in one arm than in the "
            f"other. Set one regime for both with --set {REGIME_KEY}=ring-fenced, or name another baseline."
        )
    totals: list[dict[int, int]] = []
    for spec in (a, b):
        years: dict[int, int] = {}
        for pot in spec.funds:
            for month, pence in pot.amounts:
                years[month] = years.get(month, 0) + pence
        totals.append(years)
    for month in sorted({*totals[0], *totals[1]}):
        mine, other = (total.get(month, 0) for total in totals)
        if mine != other:
            whole = [sum(total.values()) for total in totals]
            raise ScenarioError(
                f"'{names[0]}' has {money_text(mine)} for services in the financial year from {month_name(month)} and "
                f"'{names[1]}' has {money_text(other)}: a difference of {money_text(abs(mine - other))}, and of "
                f"{money_text(abs(whole[0] - whole[1]))} over all years. The arms of a comparison share the same money "
                f"to the penny. Set {SECTION}.amount and {SECTION}.{FUNDS}.<fund>.amount for both with --set, or "
                "delete them in one of the scenarios."
            )


def english(spec: FundingSpec) -> str:
    """Return how much money there is, what binds it and who shares it out, in two sentences."""
    years = sorted({month for pot in spec.funds for month, _ in pot.amounts})
    total = sum(pence for pot in spec.funds for month, pence in pot.amounts if month == years[0])
    kept = "; ".join(words for name, words in CONSTRAINTS.items() if name in spec.constraints)
    dropped = "; ".join(words for name, words in CONSTRAINTS.items() if name not in spec.constraints)
    binds = f"It is bound by: {kept}." if kept else "Nothing binds it."
    freed = f" No longer by: {dropped}." if kept and dropped else ""
    return (
        f"Services are paid from {len(spec.funds)} funds, {money_text(total)} in the financial year from "
        f"{month_name(years[0])}, shared out {ALLOCATORS[spec.allocator]}. {binds}{freed}"
    )


def funding_numbers(region: str) -> dict[str, Mapping[str, Parameter]]:
    """Return the sourced numbers that decide the money of a region's services: `funding`, and `funds.<slug>` each."""
    return {
        SECTION: funding_defaults(),
        **{f"{FUNDS}.{each.slug}": dict(each.numbers()) for each in load_funds(region)},
    }


def changed_numbers(section: Funding) -> dict[str, float]:
    """Return `funding.<name>` -> the value that a scenario sets in place of the evidence's."""
    own = {key: getattr(section, key) for key in ("staff_stretch", "staff_leave", "staff_ramp_months")}
    return {f"{SECTION}.{key}": float(value) for key, value in own.items() if value is not None}
