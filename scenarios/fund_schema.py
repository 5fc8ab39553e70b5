"""What an entry of a region's funds may say; frozen, unknown keys refused.

Sourced numbers and rules are plain data here; `scenarios.fund_entries` reads them.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from scenarios.programme_schema import Slug, Sourced
from scenarios.schema_types import Frozen, Month, Text, Title

_NUMBER = "a sourced number: value, unit, interval_95, source, confidence, and a note if wanted"
YEARLY = "yearly"
ALL = "all"


class CycleEntry(Frozen):
    """Months for which money is given at once."""

    month: Month = Field(alias="from", description="first month of the cycle, YYYY-MM")
    until: Month | None = Field(None, description="last month of the cycle, YYYY-MM; no end if left out")


class FundEntry(Frozen):
    """One pot: how much, when, and what binds it."""

    name: Title = Field(description="words for people, one line, at most 120 characters")
    funder: Slug | None = Field(
        None, description="name of funders.yaml, whose kind and rule it has; its own if left out"
    )
    kind: Slug | None = Field(None, description="kind of funder, in place of its funder's")
    amounts: dict[str, Sourced] = Field(description="financial year (2025/26) or 'later': " + _NUMBER)
    cycles: Any = Field(None, description="'yearly', or a list of {from, until}; open in every month if left out")
    decision_months: Sourced | None = Field(
        None, description="months from a cycle's beginning until it is won: " + _NUMBER
    )
    places: Any = Field(ALL, description="'all', or a list of Places or area groups whose residents it may help")
    programmes: Any = Field(
        None, description="'all', or a list of programmes; those of the catalogue that name its funder if left out"
    )
    states: Any = Field(None, description="'all', or a list of states, in place of its funder's rule on them")
    eligibility: dict[str, Any] | None = Field(None, description="a rule that holds beside its funder's")
    lines: dict[str, Sourced] = Field(
        default_factory=dict,
        description="programme: share of the amount planned for it; by what each costs when full if left out",
    )
    virement: Sourced | None = Field(None, description="share that may go beyond the lines: " + _NUMBER)
    lapses: Annotated[bool, Field(strict=True)] = Field(
        description="whether what is not committed by the end of a financial year is lost"
    )
    match: Sourced | None = Field(None, description="share of every commitment that another fund pays: " + _NUMBER)
    administration: Sourced | None = Field(None, description="share of the amount that running it costs: " + _NUMBER)
    bid_share: Sourced | None = Field(None, description="cost of a bid over the amount of a year: " + _NUMBER)
    source: Slug = Field(description="id of the publication that states its bonds, or assumption")
    uncertain: tuple[Slug, ...] = Field((), description="keys on which the documents are silent")
    note: Text = Field("", description="what else a reader should know")
