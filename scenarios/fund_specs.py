"""Funds and regimes of an arm as the engine takes them: frozen, in run months, whole pence and codes; no text of files.

A fund says what its documents bind its money to. A regime is the set of those bonds that are in force: all of them is
ring-fenced money, none is one flexible pot. Amounts are the same under every regime.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from scenarios.eligibility import Rule

CONSTRAINTS: Mapping[str, str] = {
    "eligibility": "whom the fund's rules name: ages, cohorts, conditions",
    "state": "what people do: out of work, inactive, in work",
    "place": "where people live",
    "programme": "which programmes it may pay for",
    "lapse": "what is not committed by the end of the financial year is lost",
    "cycle": "months without money between one cycle and the next",
    "virement": "how much may move from the programmes that it was planned for to others",
}
"""What binds money -> in words; the order is that of reports."""
ALLOCATORS: Mapping[str, str] = {
    "first_come": "first come, first served",
    "proportional": "in proportion to need",
    "greedy": "by estimated value for money",
    "linear_program": "a linear program on forecasts",
    "exploring": "exploration sampling",
    "hindsight": "a linear program that knows what will come, for regret only",
}


@dataclass(frozen=True)
class FundSpec:
    """One pot as its documents have it. Shares in [0, 1].

    Parameters
    ----------
    name, title
        Identifier, and the words for people.
    kind
        Kind of funder (`programme_words.FUNDER_KINDS`): decides which account pays.
    amounts
        (run month in which a financial year begins, pence of that year), in order of time, one for every year.
    opens
        (first run month, month after the last) of each cycle, in order; starts are committed only inside one.
    programmes
        Slugs of the programmes that it may pay for; None = any.
    place_ids
        Places whose residents it may pay for; None = all.
    state_ids
        Codes of `vocabulary.State` that it may pay for; None = all.
    rule
        Whom else its rules require; None = nobody in particular.
    lines
        (programme, share of the amount planned for it), sorted; the shares add up to 1.
    virement
        Share of a year's amount that may be committed beyond the lines, all programmes together.
    lapses
        Whether money not committed by the end of a financial year is lost; otherwise it is carried on.
    match
        Share of every commitment that another fund must pay.
    administration
        Share of a year's amount that running the fund costs, taken from the amount when it comes.
    bid_pence
        Cost of bidding for each cycle, taken from the amount of the year in which the cycle begins.
    """

    name: str
    title: str
    kind: str
    amounts: tuple[tuple[int, int], ...]
    opens: tuple[tuple[int, int], ...]
    programmes: tuple[str, ...] | None = None
    place_ids: tuple[int, ...] | None = None
    state_ids: tuple[int, ...] | None = None
    rule: Rule | None = None
    lines: tuple[tuple[str, float], ...] = ()
    virement: float = 1.0
    lapses: bool = False
    match: float = 0.0
    administration: float = 0.0
    bid_pence: int = 0


@dataclass(frozen=True)
class FundingSpec:
    """The money of an arm, and what binds it.

    Parameters
    ----------
    funds
        Sorted by name.
    constraints
        Those of CONSTRAINTS that are in force.
    allocator
        One of ALLOCATORS.
    stretch
        How many times its catalogued places a service may staff when money pays for them.
    leave
        Share of its staff that a service without money loses a month.
    ramp_months
        Months in which a service that has money again takes on its whole staff, evenly.
    prior_success, prior_starts
        Share of starts that end in a job as allocators expect it of any service before they see data, and how many
        starts that expectation weighs.
    """

    funds: tuple[FundSpec, ...]
    constraints: frozenset[str] = field(default=frozenset(CONSTRAINTS))
    allocator: str = "first_come"
    stretch: float = 1.0
    leave: float = 0.5
    ramp_months: int = 6
    prior_success: float = 0.3
    prior_starts: float = 20.0


def in_force(fund: FundSpec, constraints: frozenset[str], first: int, end: int) -> FundSpec:
    """Return a fund with only those bonds that a regime keeps; its amounts stay.

    Parameters
    ----------
    fund
        As its documents have it.
    constraints
        Those in force.
    first, end
        Run months of the arm, the end not included: a fund without cycles is open in all of them.
    """
    free: dict[str, dict[str, object]] = {
        "eligibility": {"rule": None},
        "state": {"state_ids": None},
        "place": {"place_ids": None},
        "programme": {"programmes": None},
        "lapse": {"lapses": False},
        "cycle": {"opens": ((first, end),), "bid_pence": 0},
        "virement": {"virement": 1.0},
    }
    changes = {key: value for name, part in free.items() if name not in constraints for key, value in part.items()}
    return replace(fund, **changes)  # type: ignore[arg-type]
