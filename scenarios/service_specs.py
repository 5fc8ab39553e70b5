"""Services of an arm as the engine takes them: frozen, in run months, whole pence and codes; no files, no text."""

from __future__ import annotations

from dataclasses import dataclass, field

from scenarios.eligibility import Rule
from scenarios.programme_words import CHANNELS

N_CHANNELS = len(CHANNELS)
SAME = (1.0,) * N_CHANNELS


@dataclass(frozen=True)
class ServiceSpec:
    """One desk: a service, or the places that it keeps for one group. Shares in [0, 1].

    Parameters
    ----------
    name
        Identifier, unique in the arm: the programme's slug, with `+` and a number for reserved places.
    programme, title, kind
        Slug of the programme, its words for people, and its kind (`programme_words.KINDS`).
    rule
        Whom the service itself takes: its Places, its eligibility, none of its exclusions.
    money
        On whom its funders may spend; None where one of them sets no rule.
    place_ids
        Places whose residents it serves, which `rule` repeats; None = all.
    priority
        Bit mask over `vocabulary.COHORTS`: served first; 0 = nobody first.
    channels
        Bit mask over `programme_words.CHANNELS`: the ways in.
    capacity
        People helped at once in the whole region: caseworkers times caseload.
    steps
        (run month, multiplier of the capacity from that month on), in order of time; before the first it is 1.
    length_months
        Usual length of help.
    cap_year
        Most starts in any calendar year of the run, whole region; None = no cap.
    effects
        (name, value) of the kind's effects (`evidence.known.PROGRAMME_EFFECTS`), sorted by name.
    take_up
        Share of those offered it who accept, relative to the door's own take-up.
    awareness
        Share of residents and doors that know of it; None for the region's usual share.
    start_pence, month_pence, outcome_pence
        Cost per start, per month of help, and per client who leaves for a job.
    payer
        Account that pays (`simulation.ledger.ACCOUNTS` or a funder's kind).
    """

    name: str
    programme: str
    title: str
    kind: str
    rule: Rule
    money: Rule | None
    place_ids: tuple[int, ...] | None
    priority: int
    channels: int
    capacity: float
    steps: tuple[tuple[int, float], ...]
    length_months: float
    cap_year: int | None
    effects: tuple[tuple[str, float], ...]
    take_up: float = 1.0
    awareness: float | None = None
    start_pence: int = 0
    month_pence: int = 0
    outcome_pence: int = 0
    payer: str = ""

    @property
    def effect(self) -> dict[str, float]:
        """Name of an effect -> value."""
        return dict(self.effects)


@dataclass(frozen=True)
class ServicesSpec:
    """All services of an arm, and what stands at their doors.

    Parameters
    ----------
    services
        Sorted by name; services without capacity in any month are left out.
    delivery
        `array` or `queue` (client by client in salabim).
    front_door
        Share of contacts that come to a single front door, which refers to whatever fits.
    contacts, reach
        Multiplier of contacts by channel, of everybody and of the hard to reach.
    absence_help_from
        Completed months off sick from which employers and primary care speak of work; None as the evidence has it.
    treatment_wait
        Multiplier of the wait for treatment.
    """

    services: tuple[ServiceSpec, ...] = field(default=())
    delivery: str = "array"
    front_door: float = 0.0
    contacts: tuple[float, ...] = SAME
    reach: tuple[float, ...] = SAME
    absence_help_from: int | None = None
    treatment_wait: float = 1.0
