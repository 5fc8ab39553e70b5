"""What an experiment on flexible against ring-fenced money found: plain tables and what they were made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from results.geography import Geography

if TYPE_CHECKING:
    from pandas import DataFrame

STATUS = "not calibrated"


@dataclass(frozen=True)
class FundingStudy:
    """Arms of the same money, and the value of flexibility between them.

    Parameters
    ----------
    arms
        One row an arm, seed, draw, measure, area and group: the arm's own value.
    value
        Statistic of flexible less ring-fenced by allocator, measure, area and group.
    attribution
        Statistic of each constraint's Shapley value by allocator and measure, with its `first` and `last` effects.
    funds
        Pounds by allocator, arm, fund, financial year and item; means over seeds.
    flows
        Starts and pounds by allocator, arm, fund, programme and group; means over seeds.
    shadow
        Gain at the margin by allocator, constraint and fund, with unit and interval.
    constraints
        Those that were varied, in the order of the bits of a mask.
    allocators
        Those that were run, the one of the headline first.
    geography
        The areas.
    months, sample
        Policy months; one resident in so many.
    seeds
        Seeds of the runs.
    fund_titles, programme_titles
        Names for readers.
    assumptions
        What the answer rests on, the gravest first.
    run_id, command
        Hash of everything that decides the figures; the command that makes them again.
    calibrated
        Whether the model's parameters are fitted to the region.
    totals
        Pounds granted by allocator, mask and financial year: the same in every arm; None where they were not kept.
    scenario, first_month
        The scenario asked about; the policy's first month as YYYY-MM.
    """

    arms: DataFrame
    value: DataFrame
    attribution: DataFrame
    funds: DataFrame
    flows: DataFrame
    shadow: DataFrame
    constraints: tuple[str, ...]
    allocators: tuple[str, ...]
    geography: Geography
    months: int
    sample: int
    seeds: tuple[int, ...]
    fund_titles: Mapping[str, str]
    programme_titles: Mapping[str, str]
    assumptions: Sequence[str]
    run_id: str
    command: str
    calibrated: bool = False
    totals: DataFrame | None = None
    scenario: str = ""
    first_month: str = ""
