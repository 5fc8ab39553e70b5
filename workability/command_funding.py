"""The command `funding`: what ring-fences around money cost, and which of them costs most."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workability import options as o
from workability.guard import guarded

if TYPE_CHECKING:
    from experiments.funding import FundingPlan
    from results.funding_data import FundingStudy

DEFAULT_SEEDS = 4
DEFAULT_OUT = Path("runs")


@guarded
def funding(
    scenario: Annotated[
        str, typer.Argument(help="A scenario with ring-fenced money, or a YAML file.", metavar="SCENARIO")
    ] = "ring-fenced",
    constraints: Annotated[
        str | None,
        typer.Option("--constraints", help="Constraints to vary, by commas; all seven if left out.", metavar="A,B"),
    ] = None,
    allocators: Annotated[
        str | None,
        typer.Option(
            "--allocators", help="Who shares money out: every arm for the first, ends for more.", metavar="A,B"
        ),
    ] = None,
    ends: Annotated[
        bool, typer.Option("--ends", "--no-attribution", help="Ring-fenced and flexible only; nothing is attributed.")
    ] = False,
    region: Annotated[
        str | None, typer.Option("--region", help="A region with funds; the scenario's if left out.", metavar="NAME")
    ] = None,
    seeds: o.SeedsOption = DEFAULT_SEEDS,
    seed: o.SeedOption = 1,
    sample: o.SampleOption = "1:20",
    start: o.StartOption = None,
    months: o.MonthsOption = None,
    threads: o.ThreadsOption = None,
    workers: o.WorkersOption = None,
    set_: o.SetOption = [],  # noqa: B006  typer copies it
    out: o.OutOption = DEFAULT_OUT,
    as_json: o.JsonOption = False,
    dry_run: o.DryRunOption = False,
    quiet: o.QuietOption = False,
    verbose: o.VerboseOption = False,
    no_colour: o.NoColourOption = False,
) -> None:
    """Measure what ring-fences cost: the same money, people and draws with every set of constraints on it.

    Example: workability funding ring-fenced --constraints place,lapse --sample 1:100 --seeds 2

    Only what binds the money differs between the arms. The value of flexible money is shared out over the constraints
    by their Shapley values. What is finished is not repeated.
    """
    from experiments.errors import InvalidRequest
    from experiments.funding import FundingRequest, funding_plan, run_funding
    from experiments.requests import Request, parse_overrides, parse_sample
    from scenarios.fund_specs import CONSTRAINTS
    from workability import terminal

    overrides = parse_overrides(set_)
    if region is not None:
        if "region" in overrides:
            raise InvalidRequest("--set region and --region say the same thing; keep one.")
        overrides["region"] = region
    study = Request(
        scenario, n_seeds=seeds, seed=seed, draws=(0,), sample=parse_sample(sample), start=start, months=months,
        overrides=overrides, environment=dict(os.environ), threads=threads, workers=workers, out=out,
    )  # fmt: skip
    varied = tuple(CONSTRAINTS) if constraints is None else _split(constraints)
    request = FundingRequest(study, varied, None if allocators is None else _split(allocators), ends)
    if dry_run:
        planned = funding_plan(request)
        if as_json:
            terminal.data(json.dumps(planned.as_dict(), indent=2, ensure_ascii=False))
        else:
            _show_plan(planned, not no_colour)
        return
    finished = run_funding(request, terminal.listener(quiet, verbose, not no_colour))
    if as_json:
        terminal.data(json.dumps(finished.as_dict(), indent=2, ensure_ascii=False))
        return
    _show(finished.study, not no_colour)
    terminal.data(finished.page.as_posix())


def _split(text: str) -> tuple[str, ...]:
    """Return the words of a list with commas."""
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _show_plan(planned: FundingPlan, colour: bool) -> None:
    """Print what would run, and at what cost."""
    from workability import terminal

    request = planned.request.study
    sample = request.sample
    rows = [
        ("scenario", planned.plan.policy.scenario.title),
        ("varied", ", ".join(planned.request.factors) if not planned.request.ends_only else "nothing: the two ends"),
        ("not varied", ", ".join(planned.rest) or "nothing"),
        ("allocators", ", ".join(planned.allocators)),
        ("arms", f"{len(planned.arms)}, each on {request.seeds} seed(s)"),
        ("residents", f"{planned.plan.n_residents:,}" + ("" if sample == 1 else f" (a 1:{sample} sample: a draft)")),
        ("processes", f"{planned.workers} of {planned.threads} thread(s)"),
        ("expected", planned.estimate.sentence()),
        ("folder", planned.folder.path.as_posix()),
        ("status", "not calibrated"),
    ]
    terminal.table("What would run", ("", ""), rows, colour=colour)


def _show(study: FundingStudy, colour: bool) -> None:
    """Print what flexible money is worth, to what that is owed, and who loses."""
    from results.funding_lines import loser_rows, share_rows, value_rows
    from workability import terminal

    for name in study.allocators:
        title = f"Flexible less ring-fenced money, {name}, {study.geography.title} (1:{study.sample}, not calibrated)"
        terminal.table(
            title, ("", "mean", "90% interval", "unit"), value_rows(study, name), right=(1, 2), colour=colour
        )
    shares = share_rows(study)
    if shares:
        parts = ("dropped", "months in work", "90% interval", "alone, first", "last")
        terminal.table("To which constraint that is owed (Shapley)", parts, shares, right=(1, 2, 3, 4), colour=colour)
    losers = loser_rows(study)
    if losers:
        heads = ("area", "group", "months in work", "90% interval")
        terminal.table("Who has fewer months in work under flexible money", heads, losers, right=(2, 3), colour=colour)
