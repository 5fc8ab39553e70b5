"""Reading a stranger's CSV of households into a table of text; what the cells mean is in `household_columns`."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

from results.household_columns import HouseholdsError, Table
from scenarios.errors import shown

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MAX_BYTES, MAX_ROWS, MAX_CELL = 64 << 20, 500_000, 200
TEMPLATE = """\
# Households for: workability taxben HOUSEHOLDS.csv --year 2025/26. One row a benefit unit: a single adult or a couple
# with the children who depend on them. Lines with # are notes. Pounds; rent and childcare a month, pay an hour.
# adult1_status, adult2_status: employed, unemployed, lcwra, lcwra_working, lcw, lcw_working. No second adult: leave all
# four adult2 columns empty. child_ages: separated by spaces. tenure: owner, social_rent, private_rent.
# pip_daily_living, pip_mobility (of the first adult): none, standard, enhanced.
# You may add: local_allowance_month, health_claim (existing, new), carers, pip_2_daily_living, pip_2_mobility,
# new_style_1, new_style_2 (personal, support, work_related), disabled_children_lower, disabled_children_higher.
id,adult1_age,adult1_status,adult1_hours_week,adult1_hourly_pay,adult2_age,adult2_status,adult2_hours_week,\
adult2_hourly_pay,child_ages,tenure,rent_month,pip_daily_living,pip_mobility,childcare_month
single out of work,30,unemployed,0,0,,,,,,social_rent,450,none,none,0
single in work,30,employed,35,12.60,,,,,,social_rent,450,none,none,0
health and some hours,45,lcwra_working,12,12.60,,,,,,social_rent,450,standard,none,0
lone parent,28,employed,20,13,,,,,3 7,private_rent,650,none,none,300
couple with one earner,40,employed,37.5,16,38,unemployed,0,0,5 9 14,owner,0,none,none,0
"""
"""An example of every kind of row, with notes."""


def read_households(path: Path) -> Table:
    """Return the table of a file: its cells as text, and the line of each row.

    Raises
    ------
    HouseholdsError
        If it is too large, no text, no sound CSV, or has no rows.
    """
    name = shown(path.name)
    with path.open("rb") as stream:
        raw = stream.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        raise HouseholdsError(f"{name} is larger than {MAX_BYTES >> 20} MB. Split it and give the parts one by one.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise HouseholdsError(f"{name} is not text in UTF-8. Save it as 'CSV UTF-8' and give that file.") from None
    if "\0" in text:
        raise HouseholdsError(f"{name} is no text file. Save the table as CSV (UTF-8) and give that file.")
    lines = [(i, line) for i, line in enumerate(text.splitlines(), 1) if line.strip() and not line.startswith("#")]
    if len(lines) < 2:
        raise HouseholdsError(f"{name} holds no households. Write the headings, then one row a household.")
    if len(lines) - 1 > MAX_ROWS:
        raise HouseholdsError(f"{name} has {len(lines) - 1:,} rows; at most {MAX_ROWS:,} are read. Split the file.")
    try:
        rows = list(csv.reader(io.StringIO("\n".join(line for _, line in lines)), strict=True))
    except csv.Error as problem:
        raise HouseholdsError(f"{name} is no sound CSV: {problem}. Save the table as CSV again.") from None
    if len(rows) != len(lines):
        raise HouseholdsError(f"{name}: a cell goes over a line's end. Write each row on one line.")
    numbers = [number for number, _ in lines[1:]]
    heads, body = [head.strip() for head in rows[0]], rows[1:]
    for number, row in zip(numbers, body, strict=True):
        if len(row) != len(heads):
            raise HouseholdsError(
                f"{name}, line {number}: {len(row)} cells under {len(heads)} headings. Write one cell a column."
            )
        if any(len(cell) > MAX_CELL for cell in row):
            raise HouseholdsError(f"{name}, line {number}: a cell has more than {MAX_CELL} characters. Shorten it.")
    return Table(name, heads, [_column(cells) for cells in zip(*body, strict=True)], numbers, "line")


def _column(cells: tuple[str, ...]) -> NDArray[np.object_]:
    """Return one column's cells as an array of text."""
    import numpy as np

    column = np.empty(len(cells), object)
    column[:] = cells
    return column
