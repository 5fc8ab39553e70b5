"""Turns the `services` section of a scenario into what the engine takes, and refuses what contradicts itself.

The engine runs the months before the policy on the baseline's services, so whatever a scenario changes holds from
its own start on; capacity alone may change later, and come back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scenarios.eligibility import AllOf, Rule
from scenarios.errors import Spot
from scenarios.programme_entries import check_words
from scenarios.programme_specs import Catalogue, Programme, as_number
from scenarios.programme_words import CHANNELS, EXCLUSION_REASONS
from scenarios.programmes import load_catalogue
from scenarios.quantities import MONTHS_A_YEAR
from scenarios.region_names import programme_effects, regions_with_services
from scenarios.service_capacity import Steps, check_change, factors, peak, window
from scenarios.service_keys import SECTION
from scenarios.service_schema import PROGRAMMES, ProgrammeChange, Services
from scenarios.service_specs import ServiceSpec, ServicesSpec
from scenarios.vocabulary import parse_month

if TYPE_CHECKING:
    from evidence.model import Parameter
    from scenarios.schema import Horizon, Scenario

SpotOf = Callable[[str], Spot]
"""Dotted key of the scenario -> where its value was written."""
Effects = Mapping[str, Mapping[str, "Parameter"]]
"""Kind of programme -> name of an effect -> its sourced number."""
UNCHANGED = ProgrammeChange.model_validate({})
PENCE = 100


def services_in(scenario: Scenario, spot_of: SpotOf) -> ServicesSpec | None:
    """Return the services of a scenario in its region, None if it has none.

    Raises
    ------
    ScenarioError
        If the section or the region's catalogue cannot be used.
    """
    if scenario.services.catalogue == "none":
        _check_none(scenario, spot_of)
        return None
    return services_of(
        scenario.services, scenario.horizon, load_catalogue(scenario.region), programme_effects(), spot_of
    )


def services_of(
    section: Services, horizon: Horizon, catalogue: Catalogue, effects: Effects, spot_of: SpotOf
) -> ServicesSpec | None:
    """Return the engine's form of a section, its desks sorted by name; None for the catalogue `none`.

    Parameters
    ----------
    section
        Validated key by key.
    horizon
        The scenario's own.
    catalogue
        Of its region.
    effects
        Of every kind of programme.
    spot_of
        Where each key was written.

    Raises
    ------
    ScenarioError
        If the region has no catalogue, a name is unknown, or keys contradict each other or the horizon.
    """
    if section.catalogue == "none":
        return None
    if not catalogue.programmes:
        raise spot_of(f"{SECTION}.catalogue").error(
            f"the region '{catalogue.region}' has no catalogue of services",
            f"'today' in {', '.join(regions_with_services())}; 'none' elsewhere",
            "Write 'catalogue: none', or choose another region",
        )
    slugs = [programme.slug for programme in catalogue.programmes]
    for slug in section.programmes:
        if slug not in slugs:
            raise _spot(spot_of, slug).unknown(slug, f"programme of the region '{catalogue.region}'", slugs)
    check_words(section.lift, "reason", EXCLUSION_REASONS, spot_of(f"{SECTION}.lift"), none_allowed=True)
    open_spot = spot_of(f"{SECTION}.open_channels")
    check_words(section.open_channels, "channel", CHANNELS, open_spot, none_allowed=True)
    desks = []
    for programme in catalogue.programmes:
        change = section.programmes.get(programme.slug, UNCHANGED)
        opened = _opened(programme, change, section, horizon, catalogue, spot_of)
        desks += _desks(opened, effects)
    return ServicesSpec(
        services=tuple(sorted(desks, key=lambda desk: desk.name)),
        delivery=section.delivery,
        front_door=section.front_door,
        contacts=tuple(section.contacts.get(channel, 1.0) for channel in CHANNELS),
        reach=tuple(section.hard_to_reach.get(channel, 1.0) for channel in CHANNELS),
        absence_help_from=section.absence_help_from_months,
        treatment_wait=section.treatment_wait,
    )


def _check_none(scenario: Scenario, spot_of: SpotOf) -> None:
    """Refuse changes of services where there are none: they would have no effect."""
    untouched = Services.model_validate({})
    for key in Services.model_fields:
        if getattr(scenario.services, key) != getattr(untouched, key):
            raise spot_of(f"{SECTION}.{key}").error(
                f"'{scenario.name}' has no services, so '{key}' would have no effect",
                "changes of services only with 'catalogue: today'",
                f"Set {SECTION}.catalogue to today, which holds for the baseline too when it is set with --set",
            )


def _spot(spot_of: SpotOf, slug: str, key: str = "") -> Spot:
    return spot_of(".".join(part for part in (SECTION, PROGRAMMES, slug, key) if part))


@dataclass(frozen=True)
class _Opened:
    """A programme as the scenario has it.

    Parameters
    ----------
    takes, money
        Whom it takes, and on whom its money may be spent, after what is lifted.
    length_months
        Usual length of help.
    channels
        Bit mask of the ways in.
    steps
        (run month, multiplier of its capacity from then on).
    most
        Highest multiplier in the policy's months.
    is_open
        Whether it has capacity in any month of the run.
    payer
        Kind of its first funder.
    """

    programme: Programme
    change: ProgrammeChange
    takes: Rule
    money: Rule | None
    length_months: float
    channels: int
    steps: Steps
    most: float
    is_open: bool
    payer: str


def _opened(
    programme: Programme,
    change: ProgrammeChange,
    section: Services,
    horizon: Horizon,
    catalogue: Catalogue,
    spot_of: SpotOf,
) -> _Opened:
    """Return a programme as the scenario has it.

    Parameters
    ----------
    programme, change
        The programme and what the scenario changes of it.
    section, horizon
        The scenario's own.
    catalogue
        Of its region.
    spot_of
        Where each key was written.

    Raises
    ------
    ScenarioError
        If a change is not allowed.
    """

    def spot(key: str) -> Spot:
        return _spot(spot_of, programme.slug, key)

    check_change(programme, change, spot)
    first = parse_month(horizon.start)
    steps = factors(programme.is_running, change, window(change, horizon, spot))
    channels = programme.channels if change.channels is None else change.channels
    length = as_number(programme.length_months) if change.length_months is None else change.length_months
    return _Opened(
        programme,
        change,
        programme.taking({*section.lift, *change.lift}),
        None if section.lift_funders_rules else catalogue.money(programme.slug),
        length,
        sum(1 << list(CHANNELS).index(channel) for channel in {*channels, *section.open_channels}),
        steps,
        peak(steps, first),
        peak(steps, 0) > 0,
        catalogue.funders[programme.funders[0]].kind,
    )


def _desks(opened: _Opened, effects: Effects) -> list[ServiceSpec]:
    """Return the desks of a programme: one for all, and one for each group with places of its own.

    Places kept for a group are starts a year, of which `length_months` of starts are helped at once. They come out of
    the programme's capacity and cap, and are cut evenly where it cannot hold them all.
    """
    programme = opened.programme
    capacity = as_number(programme.caseworkers) * as_number(programme.caseload)
    starts = [as_number(kept.places) for kept in programme.reserved]
    held = [each * opened.length_months / MONTHS_A_YEAR for each in starts]
    if sum(held) > capacity:
        held = [each * capacity / sum(held) for each in held]
    caps = [_whole(each * opened.most) for each in starts]
    cap = None if programme.cap is None else max(0, _whole(as_number(programme.cap) * opened.most) - sum(caps))
    desks = [_desk(opened, effects, programme.slug, programme.name, opened.takes, max(0.0, capacity - sum(held)), cap)]
    for k, (kept, places, most) in enumerate(zip(programme.reserved, held, caps, strict=True), 1):
        title = f"{programme.name}, places kept for residents: {kept.rule.english()}"
        rule = AllOf((opened.takes, kept.rule))
        desks.append(_desk(opened, effects, f"{programme.slug}+{k}", title, rule, places, most))
    return [desk for desk in desks if opened.is_open and desk.capacity > 0]


def _desk(
    opened: _Opened, effects: Effects, name: str, title: str, rule: Rule, capacity: float, cap: int | None
) -> ServiceSpec:
    """Return one desk of a programme.

    Parameters
    ----------
    opened
        The programme as the scenario has it.
    effects
        Of every kind of programme.
    name, title
        Of the desk.
    rule
        Whom it takes.
    capacity
        People helped at once.
    cap
        Most starts a year; None without a cap.
    """
    programme, change = opened.programme, opened.change
    pence = {basis: _whole(as_number(cost) * PENCE) for basis, cost in programme.costs.items()}
    return ServiceSpec(
        name=name,
        programme=programme.slug,
        title=title,
        kind=programme.kind,
        rule=rule,
        money=opened.money,
        place_ids=programme.place_ids,
        priority=programme.priority_cohorts,
        channels=opened.channels,
        capacity=capacity,
        steps=opened.steps,
        length_months=opened.length_months,
        cap_year=cap,
        effects=tuple(sorted((effect, as_number(number)) for effect, number in effects[programme.kind].items())),
        take_up=1.0 if change.take_up is None else change.take_up,
        awareness=change.awareness,
        start_pence=pence.get("per_start", 0),
        month_pence=pence.get("per_month", 0),
        outcome_pence=pence.get("per_outcome", 0),
        payer=opened.payer,
    )


def _whole(number: float) -> int:
    """Return the nearest whole number, halves up."""
    return int(number + 0.5)
