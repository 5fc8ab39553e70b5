"""Commands that run the model: `run` a scenario against its baseline, `compare` two scenarios."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from workability import options as o
from workability.guard import guarded

if TYPE_CHECKING:
    from experiments.requests import Request

DEFAULT_OUT = Path("runs")


@guarded
def run(
    scenario: o.ScenarioArgument,
    seeds: o.SeedsOption = None,
    seed: o.SeedOption = 1,
    draws: o.DrawsOption = None,
    draw: o.DrawOption = [],  # noqa: B006  typer copies it
    sample: o.SampleOption = "1:1",
    start: o.StartOption = None,
    months: o.MonthsOption = None,
    threads: o.ThreadsOption = None,
    workers: o.WorkersOption = None,
    cluster: o.ClusterOption = None,
    copy_to: o.CopyOption = None,
    set_: o.SetOption = [],  # noqa: B006  typer copies it
    out: o.OutOption = DEFAULT_OUT,
    as_json: o.JsonOption = False,
    dry_run: o.DryRunOption = False,
    fresh: o.FreshOption = False,
    events: o.EventsOption = False,
    quiet: o.QuietOption = False,
    verbose: o.VerboseOption = False,
    no_colour: o.NoColourOption = False,
) -> None:
    """Run a scenario and its baseline on the same draws and print what differs.

    Example: workability run kickstart --sample 1:50 --seeds 4

    Both arms share every random number, so a difference is what the scenario caused. What is finished is not
    repeated; a run that was stopped goes on where it was when the same command is given again. Where the region is
    calibrated, run t takes draw t of the posterior and seed t, so that intervals hold what is not known and chance.
    """
    from experiments.requests import Request, parse_draws, parse_overrides, parse_sample

    request = Request(
        scenario,
        n_seeds=seeds,
        seed=seed,
        n_draws=draws,
        draws=parse_draws(draw),
        sample=parse_sample(sample),
        start=start,
        months=months,
        overrides=parse_overrides(set_),
        environment=dict(os.environ),
        threads=threads,
        workers=workers,
        cluster=cluster,
        copy_to=copy_to,
        out=out,
        event_log=events,
    )
    _answer(request, as_json=as_json, dry_run=dry_run, fresh=fresh, quiet=quiet, verbose=verbose, colour=not no_colour)


@guarded
def compare(
    first: o.ScenarioArgument,
    second: o.ScenarioArgument,
    seeds: o.SeedsOption = None,
    seed: o.SeedOption = 1,
    draws: o.DrawsOption = None,
    draw: o.DrawOption = [],  # noqa: B006  typer copies it
    sample: o.SampleOption = "1:1",
    start: o.StartOption = None,
    months: o.MonthsOption = None,
    threads: o.ThreadsOption = None,
    workers: o.WorkersOption = None,
    cluster: o.ClusterOption = None,
    copy_to: o.CopyOption = None,
    set_: o.SetOption = [],  # noqa: B006  typer copies it
    out: o.OutOption = DEFAULT_OUT,
    as_json: o.JsonOption = False,
    dry_run: o.DryRunOption = False,
    fresh: o.FreshOption = False,
    events: o.EventsOption = False,
    quiet: o.QuietOption = False,
    verbose: o.VerboseOption = False,
    no_colour: o.NoColourOption = False,
) -> None:
    """Run two scenarios on the same draws and print the second less the first.

    Example: workability compare kickstart jobs-guarantee --sample 1:50 --seeds 4
    """
    from experiments.requests import Request, parse_draws, parse_overrides, parse_sample

    request = Request(
        second,
        against=first,
        n_seeds=seeds,
        seed=seed,
        n_draws=draws,
        draws=parse_draws(draw),
        sample=parse_sample(sample),
        start=start,
        months=months,
        overrides=parse_overrides(set_),
        environment=dict(os.environ),
        threads=threads,
        workers=workers,
        cluster=cluster,
        copy_to=copy_to,
        out=out,
        event_log=events,
    )
    _answer(request, as_json=as_json, dry_run=dry_run, fresh=fresh, quiet=quiet, verbose=verbose, colour=not no_colour)


def _answer(
    request: Request, *, as_json: bool, dry_run: bool, fresh: bool, quiet: bool, verbose: bool, colour: bool
) -> None:
    """Plan, run and print one paired study."""
    import json

    from experiments import paired
    from workability.show import show_headline, show_plan
    from workability.terminal import data, listener, message

    if dry_run:
        plan = paired.plan(request)
        if as_json:
            data(json.dumps(plan.as_dict(), indent=2, ensure_ascii=False))
        else:
            show_plan(plan, colour)
        return
    finished = paired.run(request, listener(quiet, verbose, colour), fresh=fresh)
    if as_json:
        data(json.dumps(finished.as_dict(), indent=2, ensure_ascii=False))
    else:
        show_headline(finished.headline, colour)
    if not quiet:
        message(f"Report: {finished.folder / 'report.html'}")
    finished.raise_if_some_failed()
