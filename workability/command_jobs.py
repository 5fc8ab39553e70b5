"""The command `jobs`: what one more job is worth to the exchequer, by who takes it and its hours."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workability import options as o
from workability.guard import guarded

if TYPE_CHECKING:
    from pandas import DataFrame


@guarded
def jobs(
    scenario: Annotated[
        str, typer.Argument(help="A scenario, for its region and start.", metavar="SCENARIO")
    ] = "baseline",
    hours: Annotated[
        str, typer.Option("--hours", help="Weekly hours, with commas between.", metavar="H,H")
    ] = "16,25,37",
    sample: o.SampleOption = "1:10",
    threads: o.ThreadsOption = None,
    out: Annotated[Path | None, typer.Option("--out", help="CSV file to write.", metavar="FILE.csv")] = None,
    as_json: o.JsonOption = False,
    quiet: o.QuietOption = False,
    verbose: o.VerboseOption = False,
    no_colour: o.NoColourOption = False,
) -> None:
    """Work out what one more job is worth to the exchequer, by who takes it and its hours, in pounds a year.

    Example: workability jobs --hours 16,25,37

    For every resident out of work: the taxes of a job at the market's pay for him, and what falls of his unit's
    benefits and of services. It is no forecast: nobody is displaced in it, and nobody says who would get the job.
    """
    from experiments.job_values import ValueRequest, parse_hours, values
    from experiments.requests import parse_sample
    from experiments.taxben import check_out, write_table
    from workability import terminal

    if out is not None:
        check_out(out)
    request = ValueRequest(scenario, parse_sample(sample), parse_hours(hours), threads=threads)
    frame = values(request, terminal.listener(quiet, verbose, not no_colour))
    if out is not None:
        write_table(frame, out)
    if as_json:
        terminal.data(json.dumps(frame.to_dict(orient="records"), ensure_ascii=False))
        return
    _show(frame, not no_colour)
    if out is not None:
        terminal.data(out.as_posix())


def _show(frame: DataFrame, colour: bool) -> None:
    """Print the worth by state and hours, and by trait at the middle hours."""
    from results.job_value_tables import EVERYBODY, WORDS
    from results.lookup import records
    from workability import terminal

    heads = ("before the job", "hours", "residents", "exchequer", "10% to 90% of them", "taxes", "benefits", "services",
             "kept of pay")  # fmt: skip
    whole = frame[frame["trait"] == EVERYBODY]
    rows = [_row(WORDS[str(r["prior_state"])], r) for r in records(whole)]
    title = "What one more job is worth to the exchequer, pounds a year (not calibrated)"
    terminal.table(title, heads, rows, right=range(1, len(heads)), colour=colour)
    hours = sorted(set(frame["hours_week"]))
    usual = hours[len(hours) // 2]
    by_trait = frame[
        (frame["prior_state"] == EVERYBODY) & (frame["hours_week"] == usual) & (frame["trait"] != EVERYBODY)
    ]
    rows = [_row(str(r["trait"]).replace("_", " "), r) for r in records(by_trait)]
    title = f"What drives it: everybody out of work, {usual} hours"
    terminal.table(title, heads, rows, right=range(1, len(heads)), colour=colour)
    terminal.data(
        "At the rates of the scenario's start and the market's pay for each. Nobody else's job is counted, so a job "
        "that displaces somebody is worth less; a run measures that (workability run)."
    )


def _row(name: str, r: dict[str, Any]) -> tuple[str, ...]:
    def pounds(*items: str) -> str:
        total = sum(float(r[item]) for item in items)
        return f"{'−' if total < 0 else ''}£{abs(total):,.0f}"

    benefits = ("universal_credit", "new_style_benefits", "child_benefit_charge", "council_tax_support")
    kept = r["kept"] / r["wages"]
    return (
        name, str(r["hours_week"]), f"{int(str(r['residents'])):,}", pounds("exchequer"),
        f"{pounds('exchequer_p10')} to {pounds('exchequer_p90')}", pounds("income_tax", "employee_ni", "employer_ni"),
        pounds(*benefits), pounds("services"), f"{kept:.0%}",
    )  # fmt: skip
