"""Registered measures of one arm: what is counted each month, its unit and which direction is better.

A measure is one function of a view of the arm. Charts, the report, the store and calibration find it by name.
Measures that need one resident's history (spells, exits after twelve months) belong to the engine's observers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from results.panel import DIMENSIONS, Floats, Panel, View
from results.registry import MEASURES as MEASURES
from results.registry import Measure, Quantity, measure
from scenarios.vocabulary import IN_WORK, INACTIVE_OTHER, State
from simulation.ledger import AGENCIES, LINE_INDEX, LINES
from simulation.output import FLOW_ITEMS, SUBSIDY_ITEMS

if TYPE_CHECKING:
    from results.geography import Area

INACTIVE = (State.LONG_TERM_SICK, *INACTIVE_OTHER)
GROUPS_OF_STATES = {"E": IN_WORK, "U": (State.UNEMPLOYED,), "I": INACTIVE}
"""In work (sickness absence included), unemployed, inactive."""
ALL_DIMENSIONS = tuple(DIMENSIONS)


# --- stocks and rates ------------------------------------------------------------------------------------------


@measure("residents", "neither", ALL_DIMENSIONS)
def population(x: View) -> Quantity:
    """Residents aged 16 to 64."""
    return Quantity(x.stock())


@measure("residents", "higher", ALL_DIMENSIONS)
def in_work(x: View) -> Quantity:
    """Residents in work, those on sickness absence included."""
    return Quantity(x.stock(*IN_WORK))


@measure("residents", "lower", ALL_DIMENSIONS)
def signed_off(x: View) -> Quantity:
    """Residents in work and signed off sick at the month's end."""
    return Quantity(x.stock(State.ABSENT))


@measure("residents", "lower", ALL_DIMENSIONS)
def unemployed(x: View) -> Quantity:
    """Residents without work who look for it (the survey definition)."""
    return Quantity(x.stock(State.UNEMPLOYED))


@measure("residents", "lower", ("all", "age_band"))
def claimants(x: View) -> Quantity:
    """Residents on Universal Credit who must look for work (the claimant-count definition)."""
    return Quantity(x.claimants())


@measure("residents", "lower", ALL_DIMENSIONS)
def long_term_sick(x: View) -> Quantity:
    """Residents out of the labour force because of long-term sickness."""
    return Quantity(x.stock(State.LONG_TERM_SICK))


@measure("residents", "lower", ALL_DIMENSIONS)
def inactive(x: View) -> Quantity:
    """Residents out of the labour force for any reason."""
    return Quantity(x.stock(*INACTIVE))


@measure("residents", "neither", ALL_DIMENSIONS)
def inactive_other(x: View) -> Quantity:
    """Residents out of the labour force for other reasons than long-term sickness."""
    return Quantity(x.stock(*INACTIVE_OTHER))


@measure("share of residents", "higher", ALL_DIMENSIONS)
def employment_rate(x: View) -> Quantity:
    """Residents in work over all residents aged 16 to 64."""
    return Quantity(x.stock(*IN_WORK), x.stock())


@measure("share of residents", "higher", ALL_DIMENSIONS)
def employed_share(x: View) -> Quantity:
    """Residents in work over heads; the same figure as the employment rate, under the target table's name."""
    return employment_rate(x)


@measure("share of the labour force", "lower", ALL_DIMENSIONS)
def unemployment_rate(x: View) -> Quantity:
    """Unemployed residents over those in work or unemployed."""
    return Quantity(x.stock(State.UNEMPLOYED), x.stock(*IN_WORK, State.UNEMPLOYED))


@measure("share of residents", "lower", ALL_DIMENSIONS)
def inactivity_rate(x: View) -> Quantity:
    """Residents out of the labour force over all residents."""
    return Quantity(x.stock(*INACTIVE), x.stock())


@measure("share of residents", "lower", ALL_DIMENSIONS)
def long_term_sick_rate(x: View) -> Quantity:
    """Long-term sick residents over all residents."""
    return Quantity(x.stock(State.LONG_TERM_SICK), x.stock())


@measure("share of residents in work", "lower", ALL_DIMENSIONS)
def absence_rate(x: View) -> Quantity:
    """Residents signed off sick over residents in work."""
    return Quantity(x.stock(State.ABSENT), x.stock(*IN_WORK))


def rate_by_health(x: View, label: str) -> Quantity:
    """Return the employment rate of residents of one health group."""
    by_health = x.panel.view("health")
    column = slice(DIMENSIONS["health"].index(label), DIMENSIONS["health"].index(label) + 1)
    return Quantity(by_health.stock(*IN_WORK)[..., column], by_health.stock()[..., column])


@measure("share of residents", "higher")
def employment_rate_disabled(x: View) -> Quantity:
    """Employment rate of residents with a work-limiting condition."""
    return rate_by_health(x, "work_limiting_condition")


@measure("share of residents", "lower")
def employment_gap_disabled(x: View) -> Quantity:
    """Employment rate without a work-limiting condition less the rate with one."""
    without = rate_by_health(x, "no_work_limiting_condition")
    return Quantity(without.numerator, without.denominator, less=rate_by_health(x, "work_limiting_condition"))


# --- jobs --------------------------------------------------------------------------------------------------------


@measure("slots", "neither")
def jobs(x: View) -> Quantity:
    """Ordinary job slots at employers in the area, filled or vacant."""
    return Quantity(x.slots(0))


@measure("slots", "neither")
def vacancies(x: View) -> Quantity:
    """Ordinary job slots that are vacant at the month's end, at employers in the area."""
    return Quantity(x.slots(0) - x.slots(1))


@measure("places", "neither")
def programme_places(x: View) -> Quantity:
    """Programme places at employers in the area, filled or vacant."""
    return Quantity(x.programme_places(0))


@measure("vacancies per unemployed resident", "higher")
def vacancies_per_unemployed(x: View) -> Quantity:
    """Vacant ordinary slots over unemployed residents."""
    whole = x.panel.view()
    return Quantity(x.slots(0) - x.slots(1), whole.stock(State.UNEMPLOYED))


@measure("points on the 0-10 scale", "higher")
def life_satisfaction(x: View) -> Quantity:
    """Mean life satisfaction."""
    return Quantity(x.satisfaction(), x.panel.view().stock())


# --- flows ---------------------------------------------------------------------------------------------------------


def register_flows() -> None:
    """Register a count for every flow item, every move between in work, unemployed and inactive, and its hazard."""
    for item in FLOW_ITEMS:
        words = item.replace("_", " ").capitalize()

        def count(x: View, item: str = item) -> Quantity:
            return Quantity(x.flow(item))

        count.__doc__ = f"{words} in the month."
        measure("events per month", "neither", name=item)(count)
    for origin, origins in GROUPS_OF_STATES.items():
        for target, targets in GROUPS_OF_STATES.items():
            if origin != target:
                register_move(origin + target, origins, targets)
    for item in SUBSIDY_ITEMS:
        words = item.replace("_", " ")

        def subsidised(x: View, item: str = item) -> Quantity:
            return Quantity(x.subsidy(item))

        subsidised.__doc__ = f"Subsidies, all together: {words} in the month."
        measure("residents", "neither", name=f"subsidy_{item}")(subsidised)


def register_move(pair: str, origins: tuple[State, ...], targets: tuple[State, ...]) -> None:
    """Register the count and the monthly hazard of one kind of move."""

    def moves(x: View) -> Quantity:
        return Quantity(x.moves(origins, targets))

    def hazard(x: View) -> Quantity:
        at_risk = x.panel.view().at_risk(*origins)
        counted = np.where(np.isnan(at_risk), np.nan, x.moves(origins, targets))
        return Quantity(counted, np.nan_to_num(at_risk))

    words = {"E": "work", "U": "unemployment", "I": "inactivity"}
    moves.__doc__ = f"Moves from {words[pair[0]]} to {words[pair[1]]} in the month."
    hazard.__doc__ = f"Moves from {words[pair[0]]} to {words[pair[1]]} over those at risk at the month's start."
    measure("residents per month", "neither", name=f"moves_{pair}")(moves)
    measure("share per month", "neither", name=f"hazard_{pair}")(hazard)


register_flows()


# --- services ------------------------------------------------------------------------------------------------------


@measure("starts", "neither", of_services=True)
def service_starts(x: View) -> Quantity:
    """Residents who start with a service in the month."""
    return Quantity(x.service("started"))


@measure("residents", "neither", of_services=True)
def people_helped(x: View) -> Quantity:
    """Residents whom a service is helping at the month's end."""
    return Quantity(x.service("active"))


@measure("residents", "lower", of_services=True)
def people_waiting(x: View) -> Quantity:
    """Residents on the waiting list of a service at the month's end."""
    return Quantity(x.service("waiting"))


@measure("referrals", "lower", of_services=True)
def referrals_lost(x: View) -> Quantity:
    """Residents sent to a service that could not take them, and not referred on."""
    return Quantity(x.service("lost"))


@measure("days", "lower", of_services=True)
def mean_days_waited(x: View) -> Quantity:
    """Mean wait in days of those who start with a service in the month."""
    return Quantity(x.service("days_waited"), x.service("started"))


# --- public services -------------------------------------------------------------------------------------------------

USE_OF_SERVICES = {
    "gp_consultations": ("contacts per month", "Expected consultations in general practice in the month."),
    "emergency_attendances": ("contacts per month", "Expected attendances at accident and emergency in the month."),
    "inpatient_episodes": ("contacts per month", "Expected inpatient episodes in the month."),
    "outpatient_attendances": ("contacts per month", "Expected outpatient attendances in the month."),
    "therapy_sessions": ("contacts per month", "Expected sessions of talking therapies in the month."),
    "mental_health_contacts": ("contacts per month", "Expected contacts with secondary mental health services."),
    "mental_health_bed_days": ("days per month", "Expected bed days in mental health wards in the month."),
    "homelessness_applications": ("applications per month", "Expected homelessness applications in the month."),
    "further_offences": ("offences per month", "Expected further offences of people with justice experience."),
}
"""Kind of contact -> unit and label of its measure; years of social care are given as people on a package."""


def register_use_of_services() -> None:
    """Register the expected contacts of residents with the NHS, councils and justice, by kind."""
    for contact, (unit, label) in USE_OF_SERVICES.items():

        def used(x: View, contact: str = contact) -> Quantity:
            return Quantity(x.service_use(contact))

        used.__doc__ = label
        measure(unit, "neither", name=contact)(used)


register_use_of_services()


@measure("residents", "neither")
def social_care_packages(x: View) -> Quantity:
    """Residents expected on a package of social care in the month."""
    return Quantity(x.service_use("social_care_years") * 12)


# --- money ---------------------------------------------------------------------------------------------------------

PROGRAMME_LINES = tuple(line.name for line in LINES if "subsidy_" in line.name)
"""Ledger lines that are spending on a subsidy."""


def purse_lines(agency: str | None = None) -> dict[int, int]:
    """Return ledger line -> +1 where the public purse (or one agency) receives, -1 where it pays."""
    inside = AGENCIES if agency is None else (agency,)
    signs = {LINE_INDEX[line.name]: (line.payee in inside) - (line.payer in inside) for line in LINES}
    return {index: sign for index, sign in signs.items() if sign}


@measure("pounds", "neither")
def programme_cost(x: View) -> Quantity:
    """Public spending on subsidies: wages, payments for a start, support, administration, incentives."""
    return Quantity(x.pounds({LINE_INDEX[name]: 1 for name in PROGRAMME_LINES}))


SERVICE_LINES = (*(line.name for line in LINES if line.name.startswith("service_")), "advice_income")
"""Ledger lines that pay for services, and what clients claim after advice."""


@measure("pounds", "neither", of_services=True)
def service_cost(x: View) -> Quantity:
    """Spending on services by whoever pays, and benefits claimed after advice."""
    return Quantity(x.pounds({LINE_INDEX[name]: 1 for name in SERVICE_LINES}))


@measure("pounds", "higher")
def net_public_flow(x: View) -> Quantity:
    """Receipts less payments of all public agencies in the ledger."""
    return Quantity(x.pounds(purse_lines()))


def register_agencies() -> None:
    """Register the net flow of every public agency."""
    for agency in AGENCIES:

        def net(x: View, agency: str = agency) -> Quantity:
            return Quantity(x.pounds(purse_lines(agency)))

        net.__doc__ = f"Receipts less payments of {agency.replace('_', ' ')}."
        measure("pounds", "higher", name=f"net_flow_{agency}")(net)


register_agencies()


# --- evaluation ------------------------------------------------------------------------------------------------------


def named(name: str) -> Measure:
    """Return the registered measure of this name.

    Raises
    ------
    KeyError
        If there is none; the message lists those there are.
    """
    if name not in MEASURES:
        raise KeyError(f"no measure '{name}'; measures: {', '.join(sorted(MEASURES))}")
    return MEASURES[name]


def series(name: str, panel: Panel, places: NDArray[np.intp] | None = None) -> Floats:
    """Return a measure by month, shape (T,), over some Places (all by default).

    Parameters
    ----------
    name : str
        A registered measure.
    panel : Panel
        One arm of one run.
    places : intp array, optional
        Indexes of the Places.
    """
    rows = np.arange(panel.n_places, dtype=np.intp) if places is None else places
    return named(name).function(panel.view()).over(rows)[:, 0]


def evaluate(name: str, panel: Panel, area: Area, first: int, last: int) -> float:
    """Return the mean of a measure over months.

    Parameters
    ----------
    name : str
        A registered measure.
    panel : Panel
        One arm of one run.
    area : Area
        Where.
    first, last : int
        Month numbers of the run, both included.
    """
    inside = (panel.months >= first) & (panel.months <= last)
    values = series(name, panel, area.places)[inside]
    values = values[~np.isnan(values)]
    return float(values.mean()) if len(values) else float("nan")
