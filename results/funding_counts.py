"""What one arm of a funding study leaves behind: whole counts by Place, cohort, fund and year, small enough to keep.

Every figure is an integer in its own smallest unit (people, pence, a tenth of a point for a month), so that differences
between arms, and sums over Places, are exact.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from results.bits import as_rows, at, before, count
from results.files import digest, write_bytes
from results.groups import FIXED_LABELS
from results.measures import SERVICE_LINES, purse_lines
from results.metrics import milestones
from results.money import financial_year
from results.partial import DIGEST_BYTES, archive
from scenarios.vocabulary import COHORTS, IN_WORK
from simulation.funding.purses import FUND_ITEMS
from simulation.ledger import LINE_INDEX
from simulation.output import SERVICE_ITEMS, RunOutput

Ints = NDArray[np.int64]
PENCE = 100
POINT_YEARS = 120
"""Tenths of a point over months in a point over a year."""
FLOWS_OF_MONEY = ("granted", "administration", "promised", "paid", "returned", "lapsed")
BOUNCED = ("rejected_rules", "rejected_money", "rejected_full", "rejected_triage")
COHORT_NAMES = FIXED_LABELS["cohort"]
"""Cohorts of the policy's start, then those in none."""
VERSION = 1
"""Raise it when the content of a file of arms changes; older files are then redone."""


@dataclass(frozen=True)
class FundingMeasure:
    """One measure of an arm: words, unit, which way is better, and how many of its smallest units are one."""

    label: str
    unit: str
    better: str
    scale: int = 1


def place_measures(horizon: int) -> dict[str, FundingMeasure]:
    """Return the measures that are counted by Place, for a policy of so many months, in the order of reports."""
    out = {
        f"in_work_{m}": FundingMeasure(f"Residents in work at month {m}", "residents", "higher")
        for m in milestones(horizon)
    }
    return out | {
        "months_in_work": FundingMeasure("Months in work", "person-months", "higher"),
        "months_out_of_work": FundingMeasure("Months out of work", "person-months", "lower"),
        "wellbeing": FundingMeasure("Life satisfaction", "points x years", "higher", POINT_YEARS),
        "purse": FundingMeasure("Public purse: receipts less payments", "pounds", "higher", PENCE),
        "service_cost": FundingMeasure("Spending on services", "pounds", "neither", PENCE),
        "starts": FundingMeasure("Starts with services", "starts", "neither"),
        "jobs_found": FundingMeasure("Clients of services into work", "people", "higher"),
        "shut_out": FundingMeasure("In line, and no fund may pay", "person-months", "lower"),
        "no_money": FundingMeasure("In line, and no fund has money", "person-months", "lower"),
        "lost": FundingMeasure("Referrals lost at a wrong door", "referrals", "lower"),
        "bounced": FundingMeasure("Referrals turned away", "referrals", "lower"),
        "waiting": FundingMeasure("People waiting at the end", "people", "lower"),
    }


MONEY_MEASURES = {
    "granted": FundingMeasure("Money granted to the funds", "pounds", "neither", PENCE),
    "administration": FundingMeasure("Spent on running funds and bidding", "pounds", "lower", PENCE),
    "promised": FundingMeasure("Promised to those who start", "pounds", "neither", PENCE),
    "paid": FundingMeasure("Paid for services", "pounds", "neither", PENCE),
    "returned": FundingMeasure("Promised and not needed", "pounds", "neither", PENCE),
    "lapsed": FundingMeasure("Lost at the end of a year", "pounds", "lower", PENCE),
    "left": FundingMeasure("Left in the funds at the end", "pounds", "lower", PENCE),
    "outstanding": FundingMeasure("Promised and not paid yet at the end", "pounds", "neither", PENCE),
}
"""Measures of all funds together, for the whole region."""


def measures_of(horizon: int) -> dict[str, FundingMeasure]:
    """Return every measure of a funding study by name."""
    return place_measures(horizon) | MONEY_MEASURES


def cohort_measures(horizon: int) -> tuple[str, ...]:
    """Return the measures that are counted for cohorts of the policy's start."""
    return (*(f"in_work_{m}" for m in milestones(horizon)), "months_in_work")


@dataclass(frozen=True)
class ArmCounts:
    """What an arm of one seed came to.

    Shapes: M measures of `place_measures`, P Places, Y financial years, F funds, I items of FUND_ITEMS, G groups of
    `simulation.funding.cells`, C cohorts and those in none, K programmes.

    `place`: (M, P); `starts`: by Place and group, (P, G); `cohort`: (measures of `cohort_measures`, C); `money`: pence,
    flows of the year and stocks at its end, (Y, F, I); `flows`: starts and pence promised, (2, F, K, G), or nothing
    where they were not kept.
    """

    allocator: str
    mask: int
    seed: int
    draw: int
    place: Ints
    starts: Ints
    cohort: Ints
    money: Ints
    flows: Ints


ARRAYS = ("place", "starts", "cohort", "money", "flows")


def counts_of(output: RunOutput, allocator: str, mask: int, programmes: Sequence[str], *, flows: bool) -> ArmCounts:
    """Return the counts of a finished arm.

    Parameters
    ----------
    output : RunOutput
        The arm, with records and funds.
    allocator, mask : str, int
        Which arm it is.
    programmes : sequence of str
        Programme of each of the arm's services.
    flows : bool
        Whether to keep who was paid for by which fund.

    Raises
    ------
    ValueError
        If the run kept no records or had no funds.
    """
    if output.funding is None:
        raise ValueError(f"{output.arm}: no funds bind its services, so there is nothing to count")
    start = int(np.searchsorted(output.months, output.policy_month))
    return ArmCounts(
        allocator,
        mask,
        output.seed,
        output.draw,
        place=_by_place(output, start),
        starts=_starts(output),
        cohort=_by_cohort(output, len(output.months) - start),
        money=_by_year(output, start),
        flows=_flows(output, programmes) if flows else np.zeros((2, 0, 0, 0), np.int64),
    )


def _by_place(output: RunOutput, start: int) -> Ints:
    funding = output.funding
    assert funding is not None
    horizon = len(output.months) - start
    residents = output.stocks[start:].sum(axis=tuple(range(2, output.stocks.ndim - 1)), dtype=np.int64)
    in_work = residents[:, :, list(IN_WORK)].sum(axis=2)
    ledger = output.ledger[start:].sum(axis=0, dtype=np.int64)
    services = output.services[start:].sum(axis=(0, 1), dtype=np.int64)

    def item(name: str) -> Ints:
        return np.asarray(services[:, SERVICE_ITEMS.index(name)], np.int64)

    purse = sum(sign * ledger[:, line] for line, sign in purse_lines().items())
    found: dict[str, Any] = {f"in_work_{m}": in_work[m - 1] for m in milestones(horizon)}
    found |= {
        "months_in_work": in_work.sum(axis=0),
        "months_out_of_work": residents.sum(axis=(0, 2)) - in_work.sum(axis=0),
        "wellbeing": output.satisfaction[start:].sum(axis=0),
        "purse": purse,
        "service_cost": ledger[:, [LINE_INDEX[name] for name in SERVICE_LINES]].sum(axis=1),
        "starts": item("started"),
        "jobs_found": item("into_work"),
        "shut_out": funding.shut_out.sum(axis=(0, 1), dtype=np.int64),
        "no_money": funding.no_money.sum(axis=(0, 1), dtype=np.int64),
        "lost": item("lost"),
        "bounced": sum(item(name) for name in BOUNCED),
        "waiting": output.services[-1, :, :, SERVICE_ITEMS.index("waiting")].sum(axis=0, dtype=np.int64),
    }
    return np.stack([np.asarray(found[name], np.int64) for name in place_measures(horizon)])


def _starts(output: RunOutput) -> Ints:
    """Return all starts by Place and group, shape (P, G), those that cost nothing too."""
    funding = output.funding
    assert funding is not None
    _, n_services, n_places, n_groups = funding.starts.shape
    return np.asarray(funding.data.started.sum(axis=0).reshape(n_services, n_places, n_groups).sum(axis=0), np.int64)


def _by_cohort(output: RunOutput, horizon: int) -> Ints:
    """Return residents and months in work of those who were there at the policy's start."""
    record = output.records
    if record is None:
        raise ValueError(f"{output.arm}: the run kept no records of residents")
    work = as_rows(record.work, len(record.left))
    own = work & before(record.left, work.shape[1]) & before(np.array([horizon]), work.shape[1])
    per_person = [at(own, np.full(len(own), m - 1)).astype(np.int64) for m in milestones(horizon)] + [count(own)]
    flags = np.asarray(record.groups["cohort"]).astype(np.int64)
    members = [(flags >> bit) & 1 == 1 for bit in range(len(COHORTS))] + [flags == 0]
    return np.array([[each[who].sum() for who in members] for each in per_person], np.int64)


def years_of(months: Sequence[int]) -> tuple[str, ...]:
    """Return the financial years that months lie in, in order."""
    return tuple(dict.fromkeys(financial_year(int(month)) for month in months))


def _by_year(output: RunOutput, start: int) -> Ints:
    funding = output.funding
    assert funding is not None
    year_of = [financial_year(int(month)) for month in output.months[start:]]
    years = tuple(dict.fromkeys(year_of))
    out = np.zeros((len(years), len(funding.names), len(FUND_ITEMS)), np.int64)
    flowing = [FUND_ITEMS.index(name) for name in FLOWS_OF_MONEY]
    for y, year in enumerate(years):
        inside = funding.items[np.array([year == each for each in year_of])]
        out[y] = inside[-1]
        out[y][:, flowing] = inside[:, :, flowing].sum(axis=0)
    return out


def _flows(output: RunOutput, programmes: Sequence[str]) -> Ints:
    funding = output.funding
    assert funding is not None
    names = sorted(set(programmes))
    n_funds, _, _, n_groups = funding.starts.shape
    out = np.zeros((2, n_funds, len(names), n_groups), np.int64)
    for i, values in enumerate((funding.starts, funding.promised)):
        for s, programme in enumerate(programmes):
            out[i, :, names.index(programme)] += values[:, s].sum(axis=1)
    return out


# ---------------------------------------------------------------- on disk
def part_path(folder: Path, draw: int, seed: int, part: int) -> Path:
    """Return where some arms of one seed are kept inside the study's folder."""
    return folder / "seeds" / f"{draw}-{seed}-{part}.npz"


def save_arms(path: Path, arms: Sequence[ArmCounts]) -> None:
    """Write some arms of one seed, whole or not at all; the same arms give the same bytes."""
    facts = [{"allocator": arm.allocator, "mask": arm.mask, "seed": arm.seed, "draw": arm.draw} for arm in arms]
    text = json.dumps({"version": VERSION, "arms": facts}).encode()
    arrays: dict[str, Any] = {"facts": np.frombuffer(text, np.uint8)}
    arrays |= {f"{i}.{name}": getattr(arm, name) for i, arm in enumerate(arms) for name in ARRAYS}
    content = archive(arrays)
    write_bytes(path, bytes.fromhex(digest(content)) + content)


def read_arms(path: Path) -> tuple[ArmCounts, ...]:
    """Return arms of one seed.

    Raises
    ------
    ValueError
        If the file is damaged or was written by another version.
    """
    raw = path.read_bytes()
    if len(raw) <= DIGEST_BYTES or raw[:DIGEST_BYTES].hex() != digest(raw[DIGEST_BYTES:]):
        raise ValueError("its checksum does not match its content")
    with np.load(io.BytesIO(raw[DIGEST_BYTES:]), allow_pickle=False) as bundle:
        arrays: Mapping[str, Any] = {name: bundle[name] for name in bundle.files}
    facts = json.loads(arrays["facts"].tobytes())
    if facts.get("version") != VERSION:
        raise ValueError(f"it has version {facts.get('version')}; this code writes version {VERSION}")
    return tuple(
        ArmCounts(**each, **{name: arrays[f"{i}.{name}"] for name in ARRAYS}) for i, each in enumerate(facts["arms"])
    )
