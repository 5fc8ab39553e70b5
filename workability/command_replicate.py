"""The command `replicate`: published evaluations run again, and the saturation experiment."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workability import options as o
from workability.guard import guarded

if TYPE_CHECKING:
    from pandas import DataFrame

SATURATION = "saturation"


@guarded
def replicate(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            help="future-jobs-fund, kickstart, ips-lite, key-worker, or saturation alone.", metavar="[NAME]..."
        ),
    ] = None,
    region: Annotated[
        str, typer.Option("--region", help="Whose people and jobs.", metavar="REGION")
    ] = "cheshire-merseyside",
    sample: o.SampleOption = "1:20",
    seeds: Annotated[int, typer.Option("--seeds", help="Random seeds, shared among the draws.", metavar="N")] = 40,
    seed: o.SeedOption = 1,
    draws: Annotated[
        int, typer.Option("--draws", help="Draws of the posterior; 0, or no posterior, for the evidence's own values.")
    ] = 20,
    threads: o.ThreadsOption = None,
    out: Annotated[Path | None, typer.Option("--out", help="CSV file to write.", metavar="FILE.csv")] = None,
    as_json: o.JsonOption = False,
    quiet: o.QuietOption = False,
    verbose: o.VerboseOption = False,
    no_colour: o.NoColourOption = False,
) -> None:
    """Run published evaluations again in the market of their period, and say whether the model agrees.

    Example: workability replicate kickstart

    Nothing is refitted: a verdict may be "fails", and then it says so. `workability replicate saturation` helps none to
    all of the unemployed of randomly chosen Places to search, and shows what becomes of the rest.
    """
    from calibration.replications import REPLICATIONS, Request
    from calibration.replications import replicate as run
    from experiments.errors import InvalidRequest
    from experiments.requests import parse_sample
    from experiments.saturation import experiment
    from experiments.taxben import check_out, write_table
    from workability import terminal

    if out is not None:
        check_out(out)
    say = None if quiet else terminal.message
    wanted = tuple(names or REPLICATIONS)
    if SATURATION in wanted:
        if len(wanted) > 1:
            raise InvalidRequest("saturation is an experiment of its own; ask for it without other names.")
        if seeds < 2:
            raise InvalidRequest(f"--seeds is {seeds}; two at least are needed to know the error of chance.")
        frame, found = experiment(
            region, sample=parse_sample(sample), n_seeds=seeds, seed=seed, threads=threads or 1, progress=say
        )
        shown = {"table": frame, "findings": found}
    else:
        request = Request(wanted, region, draws, seeds, seed, parse_sample(sample), threads or 1)
        frame = run(request, say)
        shown = {"replications": frame}
    if out is not None:
        write_table(frame, out)
    if as_json:
        content = {name: json.loads(each.to_json(orient="records")) for name, each in shown.items()}
        terminal.data(json.dumps(content, ensure_ascii=False))
        return
    if SATURATION in wanted:
        _show_saturation(frame, found, not no_colour)
    else:
        _show(frame, not no_colour)
    if out is not None:
        terminal.data(out.as_posix())


def _show(frame: DataFrame, colour: bool) -> None:
    """Print a row a published figure, those that fail first."""
    from results.lookup import records
    from workability import terminal

    heads = ("figure", "period", "published", "error", "model", "5% to 95%", "unit", "verdict")
    order = sorted(records(frame), key=lambda r: str(r["verdict"]) == "agrees")
    rows = [
        (
            str(r["figure"]), str(r["period"]), f"{r['observed']:.3g}", f"{r['se']:.2g}", f"{r['mean']:.3g}",
            f"{r['p05']:.3g} to {r['p95']:.3g}", str(r["unit"]), str(r["verdict"]),
        )
        for r in order
    ]  # fmt: skip
    terminal.table("Published evaluations, run again", heads, rows, right=(2, 3, 4, 5), colour=colour)
    left_out = int(frame["n_unreachable"].max())
    if left_out:
        terminal.data(
            f"Up to {left_out} draws are left out of a figure: no labour demand gives the market of its period."
        )
    n = int((frame["verdict"] == "agrees").sum())
    terminal.data(
        f"{n} of {len(frame)} published figures agree with the model. A figure is undecided where only the chance of "
        "the model's own seeds lets it agree: run more seeds."
    )


def _show_saturation(frame: DataFrame, found: DataFrame, colour: bool) -> None:
    """Print what became of treated and untreated, and how sure that is."""
    from results.lookup import records
    from workability import terminal

    heads = ("market", "saturation", "group", "change", "error", "residents")
    rows = [
        (
            str(r["market"]), f"{r['saturation']:.0%}", str(r["group"]), f"{r['change']:+.2f}", f"{r['se']:.2f}",
            f"{r['residents']:.0f}",
        )
        for r in records(frame)
    ]  # fmt: skip
    title = "In work in months 7 to 9, of those unemployed at the start, against their twins (percentage points)"
    terminal.table(title, heads, rows, right=(1, 3, 4, 5), colour=colour)
    lines = [
        (str(r["finding"]), f"{r['probability']:.3f}", f"{r['mean']:+.2f}", f"{r['se']:.2f}") for r in records(found)
    ]
    terminal.table("How sure", ("finding", "probability", "points", "error"), lines, right=(1, 2, 3), colour=colour)
