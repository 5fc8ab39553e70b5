"""Small made-up pairs of runs whose counts, records and ledger agree with each other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from results.equity import Questions
from results.geography import Geography, build
from scenarios.eligibility import Compare
from scenarios.vocabulary import (
    AGE_BANDS,
    COHORTS,
    CONDITIONS,
    DEPRIVATION,
    ETHNICITIES,
    HEALTH,
    QUALIFICATIONS,
    SEXES,
    STATES,
    State,
)
from simulation.ledger import LINE_INDEX, LINES
from simulation.output import FLOW_ITEMS, SCORE_ITEMS, SERVICE_ITEMS, SUBSIDY_ITEMS, ResidentRecord, RunOutput, Scores
from simulation.processes.public_services import CONTACTS

POLICY_MONTH = 15
SUBSIDY = "Six-month job for young people"
OUT_OF_WORK = Compare("state", "in", (2, 3), ("unemployed", "long-term sick"))
QUESTIONS = Questions(
    {"out-of-work": "All residents out of work", "young": "Young people out of work"},
    (SUBSIDY,),
    (OUT_OF_WORK, OUT_OF_WORK, OUT_OF_WORK),
)
"""Two needs and the subsidy's own rule; the made-up people hold the bits, the rules are only counted."""
SERVICES = ("advice", "coaching", "coaching+1")
"""Desks of two programmes; one of them keeps places for a group."""


def three_places() -> Geography:
    places = [("E01", "Northport"), ("E02", "Midham"), ("E03", "Southby")]
    return build("testland", "Testland", places, {"Coast & Hills": ("Northport", "Midham"), "Plain": ("Southby",)})


def words(months: np.ndarray) -> np.ndarray:
    """Return bits of a boolean (residents, months) array as uint64 (residents, words)."""
    n, horizon = months.shape
    out = np.zeros((n, -(-horizon // 64)), np.uint64)
    for t in range(horizon):
        out[:, t // 64] |= months[:, t].astype(np.uint64) << np.uint64(t % 64)
    return out


def run_output(
    arm: str,
    states: np.ndarray,
    subsidised: np.ndarray,
    people: dict[str, np.ndarray],
    *,
    seed: int = 1,
    history: int = POLICY_MONTH,
    left: np.ndarray | None = None,
    n_places: int = 3,
    sample: int = 1,
) -> RunOutput:
    """Return a run in which residents have these states (residents, months) and subsidised months."""
    n, n_months = states.shape
    horizon = n_months - history
    cells = (people["age_band"], people["sex"], people["ethnicity"], people["health"])
    shape = (n_places, len(AGE_BANDS), len(SEXES), len(ETHNICITIES), len(HEALTH), len(STATES))
    stocks = np.zeros((n_months, *shape), np.int32)
    moves = np.zeros((n_months, n_places, len(STATES), len(STATES)), np.int32)
    for t in range(n_months):
        np.add.at(stocks[t], (people["place"], *cells, states[:, t]), 1)
        if t:
            changed = states[:, t] != states[:, t - 1]
            where = people["place"][changed], states[changed, t - 1], states[changed, t]
            np.add.at(moves[t], where, 1)
    in_work = states <= State.ABSENT
    ledger = np.zeros((n_months, n_places, len(LINES)), np.int64)
    paid = np.concatenate([np.zeros((n, history), bool), subsidised], axis=1)
    amounts = {"wages": (in_work, 210_000), "income_tax": (in_work, 21_003), "employee_ni": (in_work, 8_001)}
    amounts |= {"uc_standard": (states == State.UNEMPLOYED, 40_089), "subsidy_wage": (paid, 132_257)}
    counts = np.zeros((n_months, 1, n_places, len(SUBSIDY_ITEMS)), np.int64)
    starts = paid & ~np.concatenate([np.zeros((n, 1), bool), paid[:, :-1]], axis=1)
    ends = ~paid & np.concatenate([np.zeros((n, 1), bool), paid[:, :-1]], axis=1)
    amounts["subsidy_grant"] = (starts, 150_000)
    for t in range(n_months):
        for line, (flag, pence) in amounts.items():
            heads = np.bincount(people["place"][flag[:, t]], minlength=n_places)
            ledger[t, :, LINE_INDEX[line]] = heads * pence
        if t < history:
            continue
        eligible = (states[:, t] == State.UNEMPLOYED) & (people["age_band"] < 3)
        flags = {"eligible": eligible, "started": starts[:, t], "active": paid[:, t], "finished": ends[:, t]}
        flags |= {"reached": starts[:, t], "kept": ends[:, t] & in_work[:, t], "months_paid": paid[:, t]}
        for item, flag in flags.items():
            counts[t, 0, :, SUBSIDY_ITEMS.index(item)] = np.bincount(people["place"][flag], minlength=n_places)
    first = np.where(subsidised.any(axis=1), subsidised.argmax(axis=1), -1).astype(np.int16)
    bits = states[:, history:]
    names = () if arm == "baseline" else (SUBSIDY,)
    record = ResidentRecord(
        work=words(bits <= State.ABSENT),
        unemployed=words(bits == State.UNEMPLOYED),
        subsidised=words(subsidised),
        left=np.full(n, horizon, np.int16) if left is None else left.astype(np.int16),
        first_start=first,
        start_subsidy=np.zeros(n, np.uint8),
        first_help=np.full(n, -1, np.int16),
        help_service=np.zeros(n, np.uint8),
        groups=dict(people),
    )
    claimants = np.zeros((n_months, n_places, len(AGE_BANDS)), np.int32)
    for t in range(n_months):
        who = states[:, t] == State.UNEMPLOYED
        np.add.at(claimants[t], (people["place"][who], people["age_band"][who]), 1)
    filled = np.stack([np.bincount(people["place"][in_work[:, t]], minlength=n_places + 1) for t in range(n_months)])
    return RunOutput(
        arm=arm,
        seed=seed,
        draw=0,
        months=np.arange(n_months, dtype=np.int16) + POLICY_MONTH - history,
        policy_month=POLICY_MONTH,
        sample=sample,
        stocks=stocks,
        moves=moves,
        flows=np.ones((n_months, n_places, len(FLOW_ITEMS)), np.int32),
        claimants=claimants,
        slots=np.stack([filled + 2, filled], axis=-1).astype(np.int64),
        places=np.zeros((n_months, n_places + 1, 2), np.int64),
        satisfaction=np.full((n_months, n_places), 75 * n // n_places, np.int64),
        subsidies=counts[:, : len(names)],
        subsidy_names=names,
        services=np.zeros((n_months, 0, n_places, len(SERVICE_ITEMS)), np.int32),
        service_places=np.zeros((n_months, 0), np.int32),
        service_names=(),
        ledger=ledger,
        service_use=np.zeros((n_months, n_places, len(CONTACTS)), np.int64),
        state_hash=np.array([hash_of(states[:, t]) for t in range(n_months)], np.uint64),
        records=record,
        seconds=0.1,
        scores=scores_of(states, people, np.arange(history - 1, n_months, 12), n_places),
    )


def with_services(
    output: RunOutput, rng: np.random.Generator, arrivals: float = 3.0, names: tuple[str, ...] = SERVICES
) -> RunOutput:
    """Return the run with services in which everybody referred is rejected, waits, gives up or starts."""
    n_months, n_places = output.satisfaction.shape
    counts = np.zeros((n_months, len(names), n_places, len(SERVICE_ITEMS)), np.int32)
    item = {name: counts[..., i] for i, name in enumerate(SERVICE_ITEMS)}
    waiting, active = (np.zeros((len(names), n_places), np.int64) for _ in range(2))
    for t in range(n_months):
        new = rng.poisson(arrivals, waiting.shape)
        for name, share in (
            ("rejected_rules", 0.2),
            ("rejected_money", 0.1),
            ("rejected_full", 0.1),
            ("rejected_triage", 0.05),
        ):
            item[name][t] = rng.binomial(new, share)
        rejected = sum(
            item[name][t] for name in ("rejected_rules", "rejected_money", "rejected_full", "rejected_triage")
        )
        item["referred"][t] = new + rejected
        item["lost"][t] = rng.binomial(item["rejected_rules"][t], 0.5)
        waiting += new
        for name, share in (("withdrawn", 0.1), ("no_longer_eligible", 0.05), ("left_waiting", 0.02), ("started", 0.3)):
            item[name][t] = rng.binomial(waiting, share)
            waiting -= item[name][t]
        active += item["started"][t]
        item["days_waited"][t] = 30 * item["started"][t]
        for name, share in (
            ("finished", 0.1),
            ("into_work", 0.1),
            ("dropped_out", 0.05),
            ("moved_on", 0.01),
            ("left", 0.01),
        ):
            item[name][t] = rng.binomial(active, share)
            active -= item[name][t]
        item["waiting"][t], item["active"][t] = waiting, active
    ledger = output.ledger.copy()
    ledger[..., LINE_INDEX["service_DWP"]] = 100_000 * item["started"].sum(axis=1)
    ledger[..., LINE_INDEX["advice_income"]] = 5_000 * item["finished"].sum(axis=1)
    places = np.full((n_months, len(names)), 40, np.int32)
    return replace(output, services=counts, service_places=places, service_names=names, ledger=ledger)


def service_pair(
    seed: int = 1, horizon: int = 36, n: int = 600, subsidised: bool = False
) -> tuple[RunOutput, RunOutput]:
    """Return (policy, baseline) that share their history of services, then refer more under the policy."""
    made = pair(n=n, seed=seed, horizon=horizon)
    both = [
        with_services(arm, np.random.default_rng([seed, 7]), rate) for arm, rate in zip(made, (3.0, 2.0), strict=True)
    ]
    early = slice(0, POLICY_MONTH)
    for name in ("services", "service_places", "ledger"):
        getattr(both[1], name)[early] = getattr(both[0], name)[early]
    policy, baseline = (settled(arm) for arm in both)
    if subsidised:
        return policy, baseline
    none = {"subsidies": policy.subsidies[:, :0], "subsidy_names": ()}
    record = replace(
        policy.records, subsidised=np.zeros_like(policy.records.subsidised), first_start=np.full(n, -1, np.int16)
    )
    ledger = policy.ledger.copy()
    ledger[..., [LINE_INDEX["subsidy_wage"], LINE_INDEX["subsidy_grant"]]] = 0
    return replace(policy, arm="open-doors", records=record, ledger=ledger, **none), replace(
        baseline, arm="services-today"
    )


def settled(output: RunOutput) -> RunOutput:
    """Return the run with lists and clients counted anew from who came and went; nobody fewer than none."""
    counts = output.services.astype(np.int64)
    item = {name: counts[..., i] for i, name in enumerate(SERVICE_ITEMS)}
    for stock, into, out in (
        ("waiting", item["referred"] - sum(item[name] for name in SERVICE_ITEMS if name.startswith("rejected_")),
         ("withdrawn", "no_longer_eligible", "left_waiting", "started")),
        ("active", item["started"], ("finished", "into_work", "dropped_out", "moved_on", "left")),
    ):  # fmt: skip
        level = np.zeros(counts.shape[1:3], np.int64)
        for t in range(len(counts)):
            level += into[t]
            for name in out:
                item[name][t] = np.minimum(item[name][t], level)
                level -= item[name][t]
            item[stock][t] = level
    return replace(output, services=counts.astype(np.int32))


def scores_of(states: np.ndarray, people: dict[str, np.ndarray], rows: np.ndarray, n_places: int) -> Scores:
    """Return snapshots of residents at these rows of months: every third in work has a secure job."""
    works, ill = states <= State.ABSENT, (people["health"] == 1)[:, None] & np.ones(states.shape, bool)
    young, everybody = (people["age_band"] < 3)[:, None] & ~ill | ill, np.ones(states.shape, bool)
    third = (np.arange(len(states)) % 3 == 0)[:, None]
    pairs = {
        "employed_disabled": (works, ill),
        "employed_others": (works, ~ill),
        "neet": (~works & (states != State.STUDENT), young),
        "employed_learning_disability": (works, third & everybody),
        "secure_living_wage": (works & third, works),
        "long_term_sick": (states == State.LONG_TERM_SICK, everybody),
        "low_income": (~works, everybody),
    }
    counts = np.zeros((len(rows), n_places, len(SCORE_ITEMS), 2), np.int64)
    for i, item in enumerate(SCORE_ITEMS):
        for side, mask in enumerate((pairs[item][0] & pairs[item][1], pairs[item][1])):
            for k, row in enumerate(rows):
                counts[k, :, i, side] = np.bincount(people["place"][mask[:, row]], minlength=n_places)
    months = (rows + POLICY_MONTH - rows[0] - 1).astype(np.int16)
    return Scores(months, counts, np.full(len(rows), 1300, np.int64), 90_000, 0.6, 1.5)


def hash_of(column: np.ndarray) -> int:
    weights = np.arange(1, len(column) + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    return int((weights * (column.astype(np.uint64) + np.uint64(1))).sum())


def people_of(n: int, rng: np.random.Generator, n_places: int = 3) -> dict[str, np.ndarray]:
    return {
        "place": rng.integers(0, n_places, n).astype(np.uint8),
        "age_band": rng.integers(0, len(AGE_BANDS), n).astype(np.uint8),
        "sex": rng.integers(0, 2, n).astype(np.uint8),
        "ethnicity": rng.integers(0, len(ETHNICITIES), n).astype(np.uint8),
        "health": rng.integers(0, 2, n).astype(np.uint8),
        "cohort": (rng.integers(0, 1 << len(COHORTS), n) & rng.integers(0, 1 << len(COHORTS), n)).astype(np.uint16),
        "deprivation": rng.integers(0, len(DEPRIVATION), n).astype(np.uint8),
    }


def asked(people: dict[str, np.ndarray], seed: int) -> dict[str, np.ndarray]:
    """Return groups with what the questions of equity need beside them: the bits of the two needs and of the rule."""
    rng, n = np.random.default_rng([seed, 7]), len(people["state"])
    out, young = people["state"] > State.ABSENT, people["age_band"] < 3
    unemployed = people["state"] == State.UNEMPLOYED
    bits = out + 2 * (out & young) + 4 * (unemployed & young)
    return {
        **people,
        "qualification": rng.integers(0, len(QUALIFICATIONS), n).astype(np.uint8),
        "conditions": (rng.integers(0, 1 << len(CONDITIONS), n) * people["health"]).astype(np.uint8),
        "meets": bits.astype(np.uint64)[:, None],
    }


def paths(n: int, n_months: int, rng: np.random.Generator) -> np.ndarray:
    """Return states of people who lose and find work by their own draws."""
    draws = rng.random((n, n_months))
    state = np.where(rng.random(n) < 0.7, State.EMPLOYED, State.UNEMPLOYED).astype(np.int64)
    state[rng.random(n) < 0.15] = State.LONG_TERM_SICK
    out = np.zeros((n, n_months), np.uint8)
    for t in range(n_months):
        lose, find = (
            (state == State.EMPLOYED) & (draws[:, t] < 0.01),
            (state == State.UNEMPLOYED) & (draws[:, t] > 0.94),
        )
        state = np.where(lose, State.UNEMPLOYED, np.where(find, State.EMPLOYED, state))
        out[:, t] = state
    return out


def pair(
    n: int = 600, seed: int = 1, horizon: int = 60, n_places: int = 3, null: bool = False, sample: int = 1
) -> tuple[RunOutput, RunOutput]:
    """Return (policy, baseline): young unemployed residents get six-month jobs, a few others lose theirs."""
    rng = np.random.default_rng(seed)
    people = people_of(n, rng, n_places)
    base = paths(n, POLICY_MONTH + horizon, rng)
    policy, subsidised = base.copy(), np.zeros((n, horizon), bool)
    people["state"] = base[:, POLICY_MONTH - 1].copy()
    people["unemployed_months"] = np.where(people["state"] == State.UNEMPLOYED, rng.integers(0, 30, n), 0)
    people = asked(people, seed)
    if not null:
        give_jobs(policy, base, subsidised, people, rng, horizon)
    left = np.where(rng.random(n) < 0.1, rng.integers(0, horizon, n), horizon)
    options = {"seed": seed, "left": left, "n_places": n_places, "sample": sample}
    none = np.zeros_like(subsidised)
    return run_output("kickstart", policy, subsidised, people, **options), run_output(
        "baseline", base, none, people, **options
    )


def give_jobs(policy, base, subsidised, people, rng, horizon) -> None:
    young = people["age_band"] < 3
    looking = base == State.UNEMPLOYED
    for t in range(min(24, horizon)):
        month = POLICY_MONTH + t
        can = young & looking[:, month] & (policy[:, month] == State.UNEMPLOYED) & ~subsidised.any(axis=1)
        for i in np.flatnonzero(can & (rng.random(len(young)) < 0.2)):
            stay = 6 + (rng.integers(0, 12) if rng.random() < 0.6 else 0)
            policy[i, month : month + stay] = State.EMPLOYED
            subsidised[i, t : t + 6] = True
            if rng.random() < 0.4:
                others = np.flatnonzero(~young & (base[:, month] == State.EMPLOYED) & (base[:, month - 1] > 1))
                if len(others):
                    loser = rng.choice(others)
                    policy[loser, month : month + 5] = State.UNEMPLOYED
