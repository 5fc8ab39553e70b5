"""The command `seek`: what would reach a target, at what cost, and how surely."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workability import options as o
from workability.guard import guarded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from experiments.seek_study import SeekStudy

DEFAULT_OUT = Path("seek")

Target = Annotated[
    str, typer.Option("--target", help="A figure and its value: 'long_term_sick_rate[St Helens]=7.3%'.", metavar="TEXT")
]
Vary = Annotated[
    list[str], typer.Option("--vary", help="A lever and its range. Repeat for more.", metavar="KEY=LOW..HIGH")
]
Least = Annotated[
    str, typer.Option("--least", help="What should be least with several levers: a figure or a lever.", metavar="NAME")
]
Budget = Annotated[
    int | None, typer.Option("--budget", help="Most points tried (one lever 16, several 40).", metavar="N")
]
Persistence = Annotated[
    int | None, typer.Option("--persistence", help="Years for which effects outlast the run, fading.", metavar="YEARS")
]
Out = Annotated[Path, typer.Option("--out", help="Folder under which answers are kept.", metavar="DIR")]


@guarded
def seek(
    scenario: o.ScenarioArgument,
    target: Target,
    vary: Vary = [],  # noqa: B006  typer copies it
    least: Least = "",
    budget: Budget = None,
    persistence: Persistence = None,
    seeds: o.SeedsOption = None,
    seed: o.SeedOption = 1,
    draws: o.DrawsOption = None,
    draw: o.DrawOption = [],  # noqa: B006
    sample: o.SampleOption = "1:20",
    start: o.StartOption = None,
    months: o.MonthsOption = None,
    threads: o.ThreadsOption = None,
    workers: o.WorkersOption = None,
    set_: o.SetOption = [],  # noqa: B006
    out: Out = DEFAULT_OUT,
    dry_run: o.DryRunOption = False,
    as_json: o.JsonOption = False,
    quiet: o.QuietOption = False,
    verbose: o.VerboseOption = False,
    no_colour: o.NoColourOption = False,
) -> None:
    """Find what would reach a target: a value of one lever, or the cheapest of several, with cost and uncertainty.

    Example: workability seek kickstart --target "+in_work=500" --vary subsidies.kickstart.participant_take_up=40%..70%

    It tries values on the same random numbers and checks the answer on fresh ones. Runs are kept, so that the same
    command goes on where it was stopped.
    """
    from experiments.requests import Request, parse_draws, parse_overrides, parse_sample
    from experiments.seek import seek as answer
    from experiments.seek_study import SeekRequest, seek_study
    from workability import terminal

    study = Request(
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
        out=out,
    )
    request = SeekRequest(study, target, tuple(vary), least, budget, persistence)
    if dry_run:
        _show_plan(seek_study(request), as_json, not no_colour)
        return
    found = answer(request, terminal.listener(quiet, verbose, not no_colour))
    if as_json:
        terminal.data(json.dumps(found.as_dict(), ensure_ascii=False))
        return
    _show(found.content, not no_colour)
    terminal.data(found.page.as_posix())


def _show_plan(study: SeekStudy, as_json: bool, colour: bool) -> None:
    """Print what would be tried: levers, number of points and runs, time, memory and disk."""
    from workability import terminal

    plan = study.as_dict()
    if as_json:
        terminal.data(json.dumps(plan, ensure_ascii=False))
        return
    rows = [[lever.key, lever.text(lever.low), lever.text(lever.high), lever.form] for lever in study.levers]
    terminal.table(f"Levers for {plan['target']['text']}", ("Lever", "From", "To", "Written as"), rows, colour=colour)
    target = plan["target"]
    terminal.data(f"Target: {target['label']}, {target['area']}, to policy month {target['month']}.")
    terminal.data(
        f"At most {plan['budget']} points, {plan['runs']:,} runs of the policy, those on fresh seeds among them; "
        f"{study.estimate.sentence()}."
    )
    terminal.data(f"Nothing was run. The answer would be in {plan['folder']}")


def _show(content: Mapping[str, Any], colour: bool) -> None:
    """Print every point tried, the answer, its cost, and what must be known."""
    from results.seek_words import cost_rows, headings, point_rows
    from workability import terminal

    heads = headings(content)
    status = content["calibration"] or "not calibrated"
    title = f"{content['target']['text']} in {content['scenario']} ({status})"
    terminal.table(title, heads, point_rows(content), right=range(len(heads)), colour=colour)
    costs = f"At the answer, {content['check']['n_runs']} fresh run(s)"
    terminal.table(costs, ("Figure", "Value with its 90% interval"), cost_rows(content), right=(1,), colour=colour)
    sentences = [content[name] for name in ("nearest_words", "without_words", "check_words", "draw_words")]
    for text in (f"{content['finding']}.", *sentences, *content["notes"]):
        if text:
            terminal.data(text)
