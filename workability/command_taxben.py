"""The command `taxben`: tax and benefits of the user's own households."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workability import options as o
from workability.guard import guarded

if TYPE_CHECKING:
    from pandas import DataFrame

SHOWN_ROWS = 40
SHOWN_COLUMNS = (
    "income_tax", "employee_ni", "employer_ni", "universal_credit", "child_benefit", "pip", "net_household_income",
    "net_exchequer",
)  # fmt: skip


@guarded
def taxben(
    households: Annotated[
        Path | None, typer.Argument(help="One row a household, as the template has them.", metavar="HOUSEHOLDS.csv")
    ] = None,
    year: Annotated[str, typer.Option("--year", help="Financial year of the rates.", metavar="YYYY/YY")] = "2025/26",
    out: Annotated[
        Path | None, typer.Option("--out", help="CSV file to write, in pounds a year.", metavar="FILE.csv")
    ] = None,
    template: Annotated[
        bool, typer.Option("--template", help="Print an example file, with notes on its columns, and stop.")
    ] = False,
    as_json: o.JsonOption = False,
    quiet: o.QuietOption = False,
    verbose: o.VerboseOption = False,
    no_colour: o.NoColourOption = False,
) -> None:
    """Work out tax and benefits of your own households, part by part, in pounds a year.

    Example: workability taxben --template > households.csv

    Put your own households in, then: workability taxben households.csv --year 2025/26 --out result.csv

    Income tax, National Insurance, Universal Credit with its elements and the benefit cap, Child Benefit with its
    charge, and Personal Independence Payment, by published rates; later years are extrapolated and say so.
    """
    from experiments import taxben as engine
    from experiments.errors import InvalidRequest
    from workability import terminal

    if template:
        terminal.data(engine.template().rstrip("\n"))
        return
    if households is None:
        raise InvalidRequest("Name a file of households; an example: workability taxben --template > households.csv.")
    if out is not None:
        engine.check_out(out, households)
    found = engine.assess_file(households, year)
    for text in found.warnings:
        terminal.message(f"Warning: {text}")
    for text in () if quiet else found.notes:
        terminal.message(f"Note: {text}")
    if out is not None:
        engine.write_table(found.frame, out)
    if as_json:
        terminal.data(json.dumps(found.frame.to_dict(orient="records"), ensure_ascii=False))
    elif out is not None:
        terminal.data(out.as_posix())
    else:
        _show(found.frame, not no_colour)


def _show(frame: DataFrame, colour: bool) -> None:
    """Print the first households with what they pay and get."""
    from workability import terminal

    heads = ("household", *(name.replace("_", " ") for name in SHOWN_COLUMNS))
    first = frame.head(SHOWN_ROWS)
    rows = [
        (str(row["id"]), *(f"{row[name]:,.2f}" for name in SHOWN_COLUMNS)) for row in first.to_dict(orient="records")
    ]
    title = f"Pounds a year, rates of {frame['rules'].iloc[0]}"
    terminal.table(title, heads, rows, right=range(1, len(heads)), colour=colour)
    if len(frame) > SHOWN_ROWS:
        terminal.data(f"and {len(frame) - SHOWN_ROWS:,} more; --out FILE.csv writes all, with every part.")
