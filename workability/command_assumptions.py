"""The command `assumptions`: what the model takes for granted, ranked by how much it matters."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING, Annotated

import typer

from workability import options as o
from workability.guard import guarded

if TYPE_CHECKING:
    from pandas import DataFrame

LONGEST = 40
"""Characters of a cell that are shown; the file has all."""


@guarded
def assumptions(
    region: Annotated[
        str, typer.Option("--region", help="A region under evidence/regions.", metavar="NAME")
    ] = "cheshire-merseyside",
    output: Annotated[
        list[str] | None,
        typer.Option("--output", help="Rank by this target only. Repeat for more.", metavar="TARGET"),
    ] = None,
    top: Annotated[int, typer.Option("--top", min=1, help="How many to show; the file has all.", metavar="N")] = 30,
    out: Annotated[Path | None, typer.Option("--out", help="CSV file to write.", metavar="FILE.csv")] = None,
    as_json: o.JsonOption = False,
    verbose: o.VerboseOption = False,
    no_colour: o.NoColourOption = False,
) -> None:
    """List every value that rests on a judgement, a proxy or weak evidence, the most influential first.

    Example: workability assumptions --top 20

    Where a calibration has left its designs, values are ranked by what they move; before, by how wide their interval
    is. The register says which.
    """
    from experiments.assumptions import region_register, write_register
    from experiments.taxben import check_out
    from workability import terminal

    if out is not None:
        check_out(out)
    frame = region_register(region, tuple(output or ()))
    if out is not None:
        write_register(frame, out)
    if as_json:
        terminal.data(json.dumps(frame.to_dict(orient="records"), ensure_ascii=False))
        return
    _show(frame, top, not no_colour)
    if out is not None:
        terminal.data(out.as_posix())


def _show(frame: DataFrame, top: int, colour: bool) -> None:
    """Print the first rows and what they are ranked by."""
    from results.assumption_register import ranking_words
    from workability import terminal

    heads = ("rank", "parameter", "influence", "moves most", "value", "unit", "95% interval", "confidence")
    names = ("rank", "parameter", "influence", "most_moved", "value", "unit", "interval_95", "confidence")
    rows = [
        tuple(f"{row[name]:.2f}" if name == "influence" else shorten(str(row[name]), LONGEST) for name in names)
        for row in frame.head(top).to_dict(orient="records")
    ]
    terminal.table(f"Assumptions: {min(top, len(frame))} of {len(frame)}", heads, rows, right=(0, 2), colour=colour)
    terminal.data(ranking_words(frame))
