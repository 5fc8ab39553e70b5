"""Steps 5 to 7 of the month: employers open and close slots, subsidies make offers, seekers look, employers choose."""

from __future__ import annotations

import math
import zlib
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation.processes import progression
from simulation.processes.employer_choice import opening_rate
from simulation.streams import Purpose
from tests.plain.draws import STEP, high, low, mix, noise
from tests.plain.money import ABSENT, EMPLOYED, UNEMPLOYED
from tests.plain.people import health_seen, move, value, worked
from tests.plain.tables import Person, band_of, fraction, ten_digits, threshold

if TYPE_CHECKING:
    from tests.plain.model import PlainModel

SMALL_KINDS = (0, 1)
Node = tuple[str, int]


def where_looks_go(model: PlainModel, commuting: Any) -> None:
    """Write the area of each tenth bit pattern of a look, and employers by size in each area and industry."""
    model.area_of = []
    for row in commuting:
        share = row / row.sum()
        areas = sorted(range(len(row)), key=lambda area, share=share: -share[area])  # type: ignore[misc]
        bounds = [round(x * 1024) for x in np.cumsum(share[areas])]
        model.area_of.append([areas[min(sum(b <= bits for b in bounds), len(row) - 1)] for bits in range(1024)])
    n_areas = commuting.shape[1]
    model.base = [[[] for _ in range(18)] for _ in range(n_areas)]
    for e, employer in enumerate(model.employers):
        model.base[employer["area"]][employer["sector"]] += [e] * employer["size"]
    model.whole = [[e for sector in area for e in sector] for area in model.base]


def look(model: PlainModel, h: int, person: Person) -> int | None:
    """Return the employer that a draw looks at."""
    area = model.area_of[person["place"]][h & 1023]
    own, share = model.base[area][person["sector"]], round(model.start.parameters.search.own_sector * 1024)
    chosen = own if (h >> 10) & 1023 < share and own else model.whole[area]
    return chosen[high(h) * len(chosen) >> 32] if chosen else None


def number(model: PlainModel, k: int) -> int:
    """Return the number under which subsidy k draws: a checksum of its name, whatever its place in the list."""
    return zlib.crc32(model.arm.subsidies[k].name.encode()) or 1


def own_key(model: PlainModel, k: int, month: int, purpose: Purpose) -> int:
    """Return the key of subsidy k's own draws."""
    return mix(model.draws.key(month, purpose) + number(model, k) * STEP)


def part_taken(model: PlainModel, k: int, e: int) -> int:
    """Return the share of an employer's establishments that take part in subsidy k, of 65535."""
    spec, employer = model.arm.subsidies[k], model.employers[e]
    if employer["kind"] not in SMALL_KINDS:
        return 0
    if spec.place_ids is not None and employer["area"] not in spec.place_ids:
        return 0
    if spec.sector_ids is not None and employer["sector"] not in spec.sector_ids:
        return 0
    h = mix(own_key(model, k, 0, Purpose.PARTICIPATION) + e * STEP)
    sites = max(1, -(-employer["size"] // model.start.parameters.employer_choice.establishment_slots))
    return round(min(1.0, math.floor(sites * spec.employer_take_up + low(h) / 2**32) / sites) * 65535)


def open_and_close(model: PlainModel, month: int) -> None:
    """Step 5: vacant slots close, missing ones open, rounded by a draw each."""
    p = model.start.parameters.employer_choice
    rates = opening_rate(np.array(model.tightness), model.start.tightness, p)
    for e, employer in enumerate(model.employers):
        h = model.draws.of(month, Purpose.CLOSE, e)
        vacant = employer["slots"] - employer["filled"]
        if vacant > 0:
            gone = min(vacant, vacant * round(p.close_rate * 2**32) + low(h) >> 32)
            employer["slots"] -= min(vacant, max(gone, employer["slots"] - employer["target"]))
        gap = employer["target"] - employer["slots"]
        if gap > 0:
            employer["slots"] += gap * round(float(rates[employer["area"]]) * 2**32) + high(h) >> 32
        employer["open"] = employer["slots"] > employer["filled"]


def open_places(model: PlainModel, month: int) -> None:
    """Step 6, second part: places for slots still missing, in answer to the cost, only while offers are made."""
    p = model.start.parameters.employer_choice
    for k, spec in enumerate(model.arm.subsidies):
        adds = spec.places != "any_vacancy" and model.is_open(k, month)
        offers = any(q["offer"] == k + 1 for q in model.people)
        answer = Fraction(round(p.cost_elasticity * model.share[k] * 65536), 65536) if offers else Fraction(0)
        for e, employer in enumerate(model.employers):
            spare = employer["places"][k] - employer["places_filled"][k]
            if not adds:
                employer["places"][k] -= spare
            elif employer["joins"][k]:
                g = mix(own_key(model, k, month, Purpose.PLACES) + e * STEP)
                employer["places"][k] -= min(spare, spare * round(p.close_rate * 2**32) + high(g) >> 32)
                share = Fraction(employer["joins"][k], 65535) * answer * Fraction(round(p.refill_rate * 2**32), 2**32)
                gap = max(employer["target"] - employer["slots"], 0)
                employer["places"][k] += math.floor(gap * share + Fraction(low(g), 2**32))


def offer(model: PlainModel, seekers: list[Person], month: int) -> None:
    """Step 6: each subsidy offers its places to eligible seekers who would take part, by lot where they are short."""
    for person in model.people:
        person["offer"] = 0
    for k, spec in enumerate(model.arm.subsidies):
        if not model.is_open(k, month):
            continue
        rule = model.rules_of_offers[k]
        able = [q for q in seekers if not q["offer"] and not q["programme"] and rule(q, month)]
        bound = round(spec.participant_take_up * 2**32)
        take_up = own_key(model, k, 0, Purpose.TAKE_UP)
        able = [q for q in able if low(mix(take_up + q["id"] * STEP)) < bound]
        able.sort(
            key=lambda q: (
                not q["cohort"] & spec.priority_cohorts,
                model.draws.of(month, Purpose.LOTTERY, q["id"]),
                q["id"],
            )
        )
        for person in able[: model.room(k)]:
            person["offer"] = k + 1


def pays_here(model: PlainModel, k: int, e: int, person: Person) -> bool:
    """Return whether subsidy k pays for an ordinary vacancy of an employer that this resident applies to."""
    spec, employer = model.arm.subsidies[k], model.employers[e]
    if spec.places == "additional":
        return False
    if spec.place_ids is not None and employer["area"] not in spec.place_ids:
        return False
    if spec.sector_ids is not None and employer["sector"] not in spec.sector_ids:
        return False
    share = employer["joins"][k]
    return share == 65535 or (share > 0 and model.draws.of(0, Purpose.PARTICIPATION, e, person["id"]) >> 48 < share)


def applications(model: PlainModel, person: Person, month: int) -> list[tuple[Node, int, int]]:
    """Return a seeker's applications in order: node, value, tie-break."""
    p = model.start.parameters.employer_choice
    search, k = model.start.parameters.search, person["offer"] - 1
    worth, health = value(model, person, month), health_seen(model, person)
    out: list[tuple[Node, int, int]] = []
    h0 = model.draws.of(month, Purpose.LOOK, person["id"])

    def rank(e: int, node: int, extra: int) -> tuple[int, int] | None:
        employer = model.employers[e]
        z = model.draws.of(month, Purpose.VALUE, person["id"], node)
        penalty = health * fraction(p.inclusive_discount) >> 16 if employer["inclusive"] else health
        offered = worth - penalty + extra + noise(z)
        return None if offered < employer["standard"] + p.standard_shift else (offered, mix(z) >> 33)

    if k >= 0 and model.arm.subsidies[k].places != "any_vacancy":
        for j in range(p.adviser_looks):
            e = look(model, mix(h0 + (1000 + j) * STEP), person)
            if e is None or model.employers[e]["places"][k] <= model.employers[e]["places_filled"][k]:
                continue
            found = rank(e, e + (number(model, k) << 32), model.points[k])
            if found:
                out.append(((f"place {k}", e), *found))
            break
    n_looks = max(
        1,
        search.looks[person["state"]]
        + sum(x for b, x in enumerate(search.looks_by_cohort) if person["cohort"] >> b & 1),
    )
    if person["state"] == UNEMPLOYED and (ratio := model.hazards.search_ratio(person["keep"])) != 65536:
        rounding = high(model.draws.of(month, Purpose.PLACEMENT, person["id"])) >> 16
        n_looks = min(63, n_looks * ratio + rounding >> 16)
    for j in range(n_looks):
        e = look(model, mix(h0 + (j + 1) * STEP), person)
        if e is None or len(out) >= 16 or not model.employers[e]["open"] or e == person["employer"]:
            continue
        if ("slot", e) in [node for node, _, _ in out] or refused(model, person, e, month):
            continue
        found = rank(e, e, model.points[k] if k >= 0 and pays_here(model, k, e, person) else 0)
        if found:
            out.append((("slot", e), *found))
    return out


def refused(model: PlainModel, person: Person, e: int, month: int) -> bool:
    """Return whether transport, childcare or too little left of the pay keeps a seeker from a job."""
    p, barriers = model.start.parameters.employer_choice, person["barriers"]
    cost = model.draws.of(month, Purpose.ACCEPT, person["id"], e)
    far = barriers & 1 and model.employers[e]["area"] != person["place"] and low(cost) < threshold(p.transport_refusal)
    if far or (barriers & 2 and high(cost) < threshold(p.childcare_refusal)):
        return True
    too_little = model.hazards.refusal(person["keep"])
    return too_little > 0 and low(model.draws.of(month, Purpose.GAIN, person["id"], e)) < too_little


def match(model: PlainModel, seekers: list[Person], month: int) -> list[tuple[Person, Node]]:
    """Return who gets which slot: seekers propose in their order, employers keep the best (deferred acceptance)."""
    lists = {q["id"]: applications(model, q, month) for q in seekers}
    by_id = {q["id"]: q for q in seekers}
    held: dict[Node, list[tuple[int, int, int]]] = {}
    waiting = [q["id"] for q in seekers]
    while waiting:
        who = waiting.pop()
        if not lists[who]:
            continue
        node, worth, tie = lists[who].pop(0)
        employer = model.employers[node[1]]
        if node[0] == "slot":
            room = employer["slots"] - employer["filled"]
        else:
            k = int(node[0].split()[1])
            room = employer["places"][k] - employer["places_filled"][k]
        best = sorted([*held.get(node, []), (-worth, -tie, who)])
        held[node] = best[:room]
        waiting += [loser for _, _, loser in best[room:]]
    return [(by_id[who], node) for node, winners in held.items() for _, _, who in winners]


def hire(model: PlainModel, matches: list[tuple[Person, Node]], month: int) -> None:
    """Step 7, last part: turn matches into jobs; movers free the slot they had."""
    for person, (kind, e) in matches:
        if person["state"] == EMPLOYED:
            model.employers[person["employer"]]["filled"] -= 1
        else:
            person["work_history"], person["work_since"] = worked(person, month), month
            assert person["state"] > ABSENT
            move(model, person, EMPLOYED, month, closes=False)
        employer, person["slot"] = model.employers[e], 0
        if kind == "slot":
            employer["filled"] += 1
        else:
            employer["places_filled"][int(kind.split()[1])] += 1
        take_job(model, person, e, month)
        k = person["offer"] - 1
        if k >= 0 and (kind != "slot" or pays_here(model, k, e, person)):
            begin_placement(model, person, k, kind != "slot", month)
        person["offer"] = 0


def take_job(model: PlainModel, person: Person, e: int, month: int) -> None:
    """Set what a new job pays, its hours and its contract."""
    p, employer = model.start.parameters.progression, model.employers[e]
    age = month - person["birth"]
    market = round(float(progression.market_pay(p)[person["qualification"], band_of(age)]))
    factor = fraction(float(progression.ability_factor(p)[person["ability"] + 400]))
    wage = market * factor * (1000 + employer["premium"]) // (1000 * 65536)
    h = model.draws.of(month, Purpose.PAY, person["id"])
    person.update(
        pay=min(60000, max(wage, model.law.minimum[age // 12])),
        hours=p.part_time_hours if high(h) * 100 >> 32 < employer["part_time"] else p.full_time_hours,
        insecure=int(low(h) * 100 >> 32 < employer["insecure"]),
        sector=employer["sector"], employer=e, hired=month,
    )  # fmt: skip


def begin_placement(model: PlainModel, person: Person, k: int, extra_place: bool, month: int) -> None:
    """Make a new job a subsidised one."""
    person.update(slot=k + 1 if extra_place else 0, programme=k + 1, programme_since=month)
    model.count("started", person)


def share_paid(model: PlainModel, k: int) -> float:
    """Return the share of a placement's employment cost that subsidy k pays, at the age of 21."""
    spec, law = model.arm.subsidies[k], model.law
    gross = law.minimum[21] * spec.hours_week * 52 // 12
    paid = spec.months * law.placement(spec, 21) + spec.start_pence + spec.end_pence
    return ten_digits(paid / (spec.months * (gross + law.boss_insurance(gross, False))))
