"""The starting population of a region: residents, employers and the table that compares every margin.

It leaves out pay, benefits, programmes and life satisfaction, which the model sets, and spells' own stationary
law, which its run-in gives.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation.employers import Employers
from simulation.employment import LookTables, place_workers
from simulation.households import Homes, form_units, homes_of
from simulation.population_health import set_barriers, set_cohorts, set_conditions
from simulation.population_joint import BANDS, draw_cells, people, place_edges, single_years
from simulation.population_margins import compare
from simulation.population_targets import AGES, Numbers, PopulationError, read_targets
from simulation.raking import stream
from simulation.residents import Residents
from simulation.spells import set_spells

if TYPE_CHECKING:
    from pandas import DataFrame

    from evidence.model import Parameter, Region

__all__ = ["LARGEST_SAMPLE", "LookTables", "Population", "PopulationError", "build"]

LARGEST_SAMPLE = 1000


@dataclass(frozen=True)
class Population:
    """A region's people and employers at month 0.

    `margins` has one row a margin's category and Place: place, margin, category, target, drawn, difference. `homes` is
    what benefit units are formed by, again after the run-in; None leaves them as they are.
    """

    residents: Residents
    employers: Employers
    looks: LookTables
    margins: DataFrame
    homes: Homes | None = None


def build(
    region: Region,
    parameters: Mapping[str, Mapping[str, Parameter]],
    sample: int = 1,
    variant: str | None = None,
) -> Population:
    """Return the synthetic population of a region, the same bytes for the same inputs.

    A sample is raked and rounded at its own scale, not picked from the full population: every margin then holds to
    the person, couples are whole and every worker has his slot, down to 1:1000.

    Parameters
    ----------
    region
        The region's tables.
    parameters
        All parameters by process; `population` is read.
    sample
        One resident stands for this many; 1 is the full region, 1000 the smallest draft. Nothing is rescaled.
    variant
        Name of another reading of the evidence in `Region.variants`, or None.

    Raises
    ------
    PopulationError
        If the sample is out of range or the region lacks a table, a row or the variant.
    """
    if not 1 <= sample <= LARGEST_SAMPLE:
        raise PopulationError(f"sample is {sample}; allowed are whole numbers from 1 (all residents) to 1000 (1:1000)")
    numbers = Numbers(parameters)
    targets = read_targets(region, numbers, sample, variant)
    codes = people(draw_cells(numbers, targets), targets)
    edges = place_edges(targets)
    residents = Residents.empty(int(edges[-1]))
    for name in ("place", "sex", "ethnicity", "qualification", "deprivation", "tenure", "state", "severity"):
        getattr(residents, name)[:] = codes[name]
    age = single_years(codes, numbers, targets)
    residents.birth[:] = -(age.astype(np.int16) * 12 + stream("birth").integers(0, 12, len(age), np.int16))
    band = BANDS[age - np.uint8(AGES[0])].astype(np.uint8)
    homes = homes_of(numbers, targets)
    form_units(residents, homes, band)
    set_conditions(residents, numbers, targets, band, edges)
    set_cohorts(residents, numbers, targets, age, edges)
    set_barriers(residents, numbers)
    set_spells(residents, numbers)
    employers, looks = place_workers(region, numbers, targets, residents, age)
    margins = compare(region, numbers, targets, residents, employers, looks.commuting, age)
    return Population(partners_side_by_side(residents), employers, looks, margins, homes)


def partners_side_by_side(residents: Residents) -> Residents:
    """Return the residents in the order of their benefit units, ids being rows again.

    Money is reckoned for whole units, so partners in neighbouring rows are found in the same cache line.
    """
    order = np.lexsort((np.arange(len(residents)), residents.unit, residents.place))
    row = np.empty(len(order), np.int32)
    row[order] = np.arange(len(order), dtype=np.int32)
    columns: dict[str, Any] = {name: column[order] for name, column in residents.columns().items()}
    out = Residents(**columns)
    out.partner[:] = np.where(out.partner >= 0, row[out.partner], out.partner)
    out.id[:] = np.arange(len(out), dtype=np.uint32)
    return out
