"""Services and doors turned into the integer tables that the kernels read, once before an arm."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scenarios.eligibility import Rule
from scenarios.programme_words import KINDS
from scenarios.service_specs import ServiceSpec, ServicesSpec
from scenarios.vocabulary import COHORTS
from simulation.contacts import RACE_BITS, RACE_ONE, Doors, Offers
from simulation.covariates import ten_digits
from simulation.delivery.desk import TICKS_A_MONTH
from simulation.eligibility_pass import CompiledRules, compile_rules
from simulation.ledger import LINE_INDEX, OTHER_FUNDERS, SERVICE_PAYERS
from simulation.looks import LookParameters
from simulation.processes.contact import DoorParameters, contact_hazard, joint
from simulation.processes.help_effects import RATIOS, RECOVERY, REFUSAL, ratios, wait_quantiles
from simulation.streams import FIXED, Purpose, draws, key, key_of, stream_of
from simulation.thresholds import ONE, threshold
from simulation.visit import Visit

HELP_MONTHS = 121
"""Months since help began that the table of effects holds; in the last there is no effect left."""
WAIT_STEPS = 1 << 12
ENDLESS = np.int64(1) << 37
"""Ticks of a wait that nothing ends."""
_PIECES_SD = 65536 / 3**0.5
"""Standard deviation of the sum of four even 16-bit numbers, which is close to normal."""
_FIRST_REFUSAL = "first_refusal_vacancies"


class Terms(NamedTuple):
    """Integers of delivery by service.

    `length`: usual ticks of help; `patience`, `drop_out`: quantiles of the ticks until a client gives up waiting, or
    drops out, shape (services, WAIT_STEPS); `placed`, `level`, `sector`: 32-bit thresholds of being placed in a job,
    of gaining a level and of changing sector; `placed_at_start`, `keeps_workers`: flags; `priority`: bits of cohorts;
    whole pence per start, per month of help, per job found, and a month that clients who finish receive for a year;
    `line` of the ledger that pays for the service.
    """

    length: NDArray[np.int64]
    patience: NDArray[np.int64]
    drop_out: NDArray[np.int64]
    placed: NDArray[np.int64]
    level: NDArray[np.int64]
    sector: NDArray[np.int64]
    placed_at_start: NDArray[np.bool_]
    keeps_workers: NDArray[np.bool_]
    priority: NDArray[np.int64]
    start_pence: NDArray[np.int64]
    month_pence: NDArray[np.int64]
    outcome_pence: NDArray[np.int64]
    income_pence: NDArray[np.int64]
    line: NDArray[np.int64]


def _whole(share: NDArray[np.float64] | Sequence[float]) -> NDArray[np.int64]:
    return threshold(np.asarray(share, float)).astype(np.int64)


def doors_of(p: DoorParameters, spec: ServicesSpec) -> Doors:
    """Return the integers of the doors of an arm.

    Parameters
    ----------
    p, spec : parameters of the doors, services of the arm.
    """
    chance = joint(contact_hazard(p, spec.contacts, spec.reach))
    table = _whole(chance.reshape(-1, chance.shape[-1]))
    share = (np.arange(1 << RACE_BITS) + 0.5) / (1 << RACE_BITS)
    since = p.absence_help_from if spec.absence_help_from is None else spec.absence_help_from
    return Doors(
        chance=table,
        top=int(table.max()),
        hard_to_reach=sum(1 << k for k in range(len(COHORTS)) if p.hard_to_reach_cohorts[k]),
        absence_from=int(since),
        take_up=_whole(p.take_up),
        knows=_whole(p.knows_rules),
        lost=int(_whole([p.lost])[0]),
        front=int(_whole([spec.front_door])[0]),
        race=np.rint(ten_digits(-np.log(share)) * RACE_ONE).astype(np.int64),
    )


def offers_of(
    services: Sequence[ServiceSpec], awareness: float, n_places: int, further: Sequence[Rule | None] = ()
) -> tuple[Offers, CompiledRules, NDArray[np.int64]]:
    """Return what doors need of each service, the compiled rules, and the numbers of further rules, -1 for None.

    Services' own rules come first, then their funders', then the further ones.

    Parameters
    ----------
    services : services of the arm.
    awareness : share that knows of a service unless it says otherwise.
    n_places : number of Places.
    further : rules to compile beside them.
    """
    rules: list[Rule] = [s.rule for s in services]
    money: dict[str, int] = {}
    number = []
    for s in services:
        if s.money is None:
            number.append(-1)
            continue
        known = money.setdefault(repr(s.money), len(rules))
        if known == len(rules):
            rules.append(s.money)
        number.append(known)
    known_by = [awareness if s.awareness is None else s.awareness for s in services]
    serves = [np.ones(n_places) if s.place_ids is None else np.isin(np.arange(n_places), s.place_ids) for s in services]
    offers = Offers(
        stream=np.array([stream_of(s.name) for s in services], np.uint64),
        channels=np.array([s.channels for s in services], np.int64),
        places=np.zeros(len(services), np.int64),
        aware=np.rint(np.array(known_by) * ONE).astype(np.int64),
        take_up=np.array([round(s.take_up * ONE) for s in services], np.int64),
        serves=np.array(serves, np.uint8).reshape(len(services), n_places),
        money=np.array(number, np.int64),
        is_open=np.ones(len(services), np.uint8),
    )
    wanted = []
    for rule in further:
        wanted.append(-1 if rule is None else len(rules))
        rules += [] if rule is None else [rule]
    return offers, compile_rules(rules), np.array(wanted, np.int64)


def _waits(rates: Sequence[float]) -> NDArray[np.int64]:
    out = np.full((len(rates), WAIT_STEPS), ENDLESS, np.int64)
    for row, rate in zip(out, rates, strict=True):
        if rate > 0.0:
            waits = np.minimum(wait_quantiles(rate, TICKS_A_MONTH, WAIT_STEPS), 2.0 * ENDLESS)  # some are infinite
            ticks = np.ceil(ten_digits(waits))
            row[:] = np.clip(ticks, 1.0, float(ENDLESS))
    return out


def terms_of(services: Sequence[ServiceSpec]) -> Terms:
    """Return the integers of delivery of some services."""

    def of(name: str) -> list[float]:
        return [s.effect.get(name, 0.0) for s in services]

    def pence(name: str) -> NDArray[np.int64]:
        return np.array([getattr(s, name) for s in services], np.int64)

    kinds = [KINDS[s.kind] for s in services]
    return Terms(
        length=np.maximum(1, np.rint(np.array([s.length_months for s in services]) * TICKS_A_MONTH)).astype(np.int64),
        patience=_waits(of("attrition_waiting")),
        drop_out=_waits(of("drop_out")),
        placed=_whole(of("conversion")),
        level=_whole(of("qualification_gain")),
        sector=_whole(of("sector_change")),
        placed_at_start=np.array([kind.job == "start" for kind in kinds], np.bool_),
        keeps_workers=np.array([kind.keeps_workers for kind in kinds], np.bool_),
        priority=pence("priority"),
        start_pence=pence("start_pence"),
        month_pence=pence("month_pence"),
        outcome_pence=pence("outcome_pence"),
        income_pence=np.rint(100 * np.array(of("income_pounds_month"))).astype(np.int64),
        line=np.array(
            [LINE_INDEX[f"service_{SERVICE_PAYERS.get(s.payer, OTHER_FUNDERS)}"] for s in services], np.int64
        ),
    )


def help_table(services: Sequence[ServiceSpec], n_places: int, root: int) -> NDArray[np.uint32]:
    """Return what help multiplies hazards with, 16-bit fixed point, shape (services, Places, HELP_MONTHS, len(RATIOS)).

    Parameters
    ----------
    services : services of the arm.
    n_places : number of Places.
    root : root of the run's keys: sites differ by seed and draw, kind and Place.
    """
    k = key(root, FIXED, Purpose.SITE)
    months = np.arange(HELP_MONTHS, dtype=float)
    out = np.full((len(services), n_places, HELP_MONTHS, len(RATIOS)), ONE, np.uint32)
    for row, s in zip(out, services, strict=True):
        h = draws(key_of(k, s.kind), np.arange(n_places))
        pieces = [(h >> np.uint64(shift) & np.uint64(0xFFFF)).astype(float) for shift in (0, 16, 32, 48)]
        site = (np.sum(pieces, axis=0) - 131070) / _PIECES_SD
        row[:, :-1] = np.rint(ten_digits(ratios(s.effect, months[:-1], s.length_months, site)) * ONE)
    return out


def with_services(visit: Visit, services: Sequence[ServiceSpec], n_places: int, root: int) -> Visit:
    """Return the visit's parameters for an arm with these services.

    Parameters
    ----------
    visit : parameters of the visit without services.
    services, n_places, root : as for `help_table`.
    """
    table = help_table(services, n_places, root)
    acts = (table != ONE).any(axis=(1, 3))
    until = np.where(acts.any(axis=1), HELP_MONTHS - np.argmax(acts[:, ::-1], axis=1), 0)
    return visit._replace(
        help_ratio=table,
        lock_in=np.array([round(s.effect.get("looks_ratio_while_on", 1.0) * ONE) for s in services], np.int64),
        help_until=until.astype(np.int64),
        help_satisfaction=np.array([round(10 * s.effect.get("wellbeing_points", 0.0)) for s in services], np.int64),
    )


def looks_with_services(
    p: LookParameters, services: Sequence[ServiceSpec], table: NDArray[np.uint32]
) -> LookParameters:
    """Return the integers of looks for an arm with these services.

    Parameters
    ----------
    p : integers of looks without services.
    services : services of the arm.
    table : from `help_table`.
    """
    return p._replace(
        refusal=np.ascontiguousarray(table[:, 0, :, REFUSAL]),
        ranking=np.array([round(s.effect.get("ranking_points", 0.0)) for s in services], np.int64),
        health_seen=np.array([round(s.effect.get("health_penalty_ratio", 1.0) * ONE) for s in services], np.int64),
        at_home=np.array([s.kind == _FIRST_REFUSAL for s in services], np.uint8),
    )


def highest_recovery(table: NDArray[np.uint32]) -> float:
    """Return the highest ratio on recovery from a condition in a table of `help_table`, at least 1."""
    return max(1.0, float(table[..., RECOVERY].max(initial=ONE)) / ONE)
