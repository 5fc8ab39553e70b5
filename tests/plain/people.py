"""Steps 1 to 4 of the month for one resident after another: age, health, exits, ends of subsidies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulation.columns import NO_GAIN
from simulation.residents import ID_GENERATION, NEVER
from simulation.streams import Purpose
from tests.plain.draws import high, low, noise
from tests.plain.money import ABSENT, EMPLOYED, NONE, SICK, UNEMPLOYED
from tests.plain.tables import Person, band_of, class_of, fraction, threshold

if TYPE_CHECKING:
    from tests.plain.model import PlainModel

UNSET = int(NEVER)
STATES = {
    "long_term_sick": SICK, "sickness_absence": ABSENT, "unemployed": UNEMPLOYED, "student": 4, "caring": 5,
    "retired": 6,
    "other_inactive": 7,
}  # fmt: skip
INHERITED = (
    "sex", "ethnicity", "qualification", "deprivation", "barriers", "tenure", "conditions", "diagnosed", "declared",
    "severity", "sector", "cohort", "ability", "rent", "work_history",
)  # fmt: skip


def worked(person: Person, month: int) -> int:
    """Return the last 24 months in work as bits, the latest lowest."""
    months = min(24, month - person["work_since"])
    bits = person["work_history"] << months
    if person["state"] in (EMPLOYED, ABSENT):
        bits |= (1 << months) - 1
    return bits & 0xFFFFFF


def value(model: PlainModel, person: Person, month: int) -> int:
    """Return what an employer sees in somebody before health and noise, points."""
    p = model.start.parameters.employer_choice
    points = person["ability"] * fraction(p.ability_weight) >> 16
    points += p.qualification_points[person["qualification"]] + p.history_points * worked(person, month).bit_count()
    points -= sum(penalty for k, penalty in enumerate(p.cohort_penalty) if person["cohort"] >> k & 1)
    if person["state"] not in (EMPLOYED, ABSENT):
        begun = person["since"] if person["state"] == UNEMPLOYED else person["work_since"]
        points -= p.duration_penalty * min(month - begun, p.duration_cap_months)
    return int(points)


def replace(model: PlainModel, person: Person, month: int) -> None:
    """Put an arrival in the place of somebody who left: a donor of the starting population, out of work."""
    h = model.draws.of(month, Purpose.ARRIVAL, person["id"])
    years = model.hazards.arrival[person["place"]]
    year = next((y for y in range(48) if low(h) < years[y]), 48)
    group = model.donors[person["place"]][year]
    donor = group[high(h) * len(group) >> 32]
    person["id"] += ID_GENERATION
    person["birth"] = month - (16 + year) * 12 - (high(h) % 12 if year else 0)
    person.update({name: donor[name] for name in INHERITED})
    person["state"] = donor["state"] if donor["state"] >= SICK else UNEMPLOYED
    person.update(
        since=month,
        work_since=month,
        child_until=UNSET,
        child_birth=[UNSET] * 4,
        limited=0,
        keep=NO_GAIN,
        treatment=UNSET,
        employer=-1,
        programme=0,
        completed=0,
        slot=0,
        benefit=NONE,
    )
    partner = person["partner"]
    person["partner"] = -1
    if partner >= 0:
        model.people[partner]["partner"] = -1


def grow_older(model: PlainModel, person: Person, month: int) -> bool:
    """Step 1: return whether the resident left and was replaced."""
    months = month - person["birth"]
    u = high(model.draws.of(month, Purpose.MONTH, person["id"]))
    place = person["place"]
    leaves = months >= 780 or 0 <= u - (14 << 28) < model.hazards.leave[place][min(48, months // 12 - 16)]
    if leaves:
        if person["programme"]:
            model.count("dropped_out", person)
        if person["employer"] >= 0:
            vacate(model, person, closes=False)
        replace(model, person, month)
        return True
    band = band_of(months)
    if band != band_of(months - 1):
        bound = model.hazards.promotion.get((place, band, person["qualification"]), 0)
        if low(model.draws.of(month, Purpose.SKILL, person["id"])) < bound:
            person["qualification"] += 1
    return False


def change_health(model: PlainModel, person: Person, month: int) -> None:
    """Step 2: at most one change, named by the draw's sixteenth."""
    p, hazards = model.start.parameters.health, model.hazards
    u = high(model.draws.of(month, Purpose.MONTH, person["id"]))
    sixteenth, treatment = u >> 28, model.draws.of(month, Purpose.TREATMENT, person["id"])
    state, spell = person["state"], month - person["since"]
    group = 0 if state <= ABSENT else 3 if state == SICK else 4
    if state == UNEMPLOYED:
        group = 2 if spell >= p.long_unemployment_months else 1
    if sixteenth < 8:
        bit, behind = 1 << sixteenth, u - (sixteenth << 28)
        if person["conditions"] & bit:
            width = hazards.recovery[sixteenth][group]
            if person["treatment"] != UNSET and person["treatment"] <= month:
                width = width * fraction(p.treated_recovery_ratio) >> 16
            if behind < width:
                for name in ("conditions", "diagnosed", "declared"):
                    person[name] &= ~bit
                if not person["conditions"]:
                    person["severity"], person["treatment"] = 0, UNSET
        elif behind < hazards.onset[sixteenth][band_of(month - person["birth"])][group]:
            person["conditions"] |= bit
            if person["severity"] < 3 and high(treatment) < threshold(p.limiting_on_onset[sixteenth]):
                person["severity"] += 1
    elif not person["conditions"]:
        return
    elif sixteenth < 10:
        if person["severity"] < 3 and u - (8 << 28) < hazards.worse[person["severity"]][group]:
            person["severity"] += 1
    elif sixteenth < 12:
        if person["severity"] > 0 and u - (10 << 28) < hazards.better[person["severity"]][group]:
            person["severity"] -= 1
    elif sixteenth == 12 and person["diagnosed"] != person["conditions"] and u - (12 << 28) < threshold(p.diagnosis):
        person["diagnosed"] = person["conditions"]
        person["treatment"] = month + (low(treatment) * (2 * int(p.treatment_wait_months) + 1) >> 32)
        if low(model.draws.of(0, Purpose.DISCLOSURE, person["id"])) < threshold(p.declared_share):
            person["declared"] = person["diagnosed"]


def vacate(model: PlainModel, person: Person, closes: bool) -> None:
    """Take somebody out of his slot; a programme place goes with him, an ordinary slot if it closes."""
    employer, kind = model.employers[person["employer"]], person["slot"]
    if kind:
        employer["places"][kind - 1] -= 1
        employer["places_filled"][kind - 1] -= 1
    else:
        employer["filled"] -= 1
        employer["slots"] -= int(closes)
    person["employer"], person["slot"], person["programme"] = -1, 0, 0


def end_of_subsidy(model: PlainModel, person: Person, month: int) -> bool:
    """Step 4: return whether somebody in a subsidised job leaves it, early or because he is not kept."""
    spec = model.arm.subsidies[person["programme"] - 1]
    if high(model.draws.of(month, Purpose.FATE, person["id"])) < threshold(spec.drop_out):
        model.count("dropped_out", person)
        return True
    if month - person["programme_since"] < spec.months:
        return False
    model.count("finished", person)
    person["completed"] |= 1 << (person["programme"] - 1 & 7)
    employer, choice = model.employers[person["employer"]], model.start.parameters.employer_choice
    chance = noise(model.draws.of(month, Purpose.KEEP, person["id"], person["employer"]))
    offered = value(model, person, month) + choice.keep_bonus + spec.keep_bonus + chance
    if offered < employer["standard"] + choice.standard_shift:
        return True
    model.count("kept", person)
    if person["slot"]:
        k = person["slot"] - 1
        employer["places"][k] -= 1
        employer["places_filled"][k] -= 1
        employer["slots"] += 1
        employer["filled"] += 1
    person["programme"], person["slot"] = 0, 0
    return False


def leave_or_look(model: PlainModel, person: Person, month: int, replaced: bool) -> bool:
    """Steps 3 and 4: apply this month's exit; return whether the resident looks for a job."""
    p, state, placed = model.start.parameters, person["state"], person["programme"] > 0
    to: int | None = None
    looks = False
    if not replaced:
        u = low(model.draws.of(month, Purpose.MONTH, person["id"]))
        destination = model.hazards.exit(person, u, month, fraction(p.separation.insecure_ratio))
        if destination == "pay_rise":
            person["pay"] = min(60000, person["pay"] * fraction(1.0 + p.progression.rise_share) >> 16)
            person["insecure"] = 0
        elif destination == "return_to_work":
            to = EMPLOYED
        elif destination == "search":
            looks = True
        elif destination is not None:
            to = STATES[destination]
    if state <= ABSENT and to is not None and to > ABSENT:
        if person["programme"]:
            model.count("dropped_out", person)
        closes = low(model.draws.of(month, Purpose.FATE, person["id"])) < threshold(p.separation.slot_closes)
        move(model, person, to, month, closes)
    elif person["programme"] and end_of_subsidy(model, person, month):
        to = UNEMPLOYED
        move(model, person, to, month, closes=False)
    elif to is not None and to != state:
        move(model, person, to, month, closes=False)
    return person["state"] == UNEMPLOYED or (looks and to is None and not placed)


def move(model: PlainModel, person: Person, to: int, month: int, closes: bool) -> None:
    """Change a resident's state; leaving work frees the slot and begins a new stretch of history."""
    if person["state"] <= ABSENT < to:
        person["work_history"], person["work_since"] = worked(person, month), month
        vacate(model, person, closes)
    person["state"], person["since"] = to, month


def health_seen(model: PlainModel, person: Person) -> int:
    """Return the health penalty that employers see, points: in steps of four, at most 508; 0 if not declared."""
    p = model.start.parameters.employer_choice
    if not person["declared"]:
        return 0
    points = p.severity_penalty[person["severity"]] + p.condition_penalty[class_of(person["declared"])]
    return int(min(points // 4, 127) * 4)
