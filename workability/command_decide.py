"""The command `decide`: which of several scenarios to choose, how surely, and what it would be worth to know more."""

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

    from experiments.decision import DecisionStudy

DEFAULT_OUT, RUNS = Path("decide"), Path("runs")

Options = Annotated[
    list[str],
    typer.Argument(help="Scenarios by name or YAML file; doing nothing is always among them.", metavar="SCENARIO..."),
]
Value = Annotated[
    str, typer.Option("--value", help="What options are judged by: exchequer, society or society-wellbeing.")
]
Weights = Annotated[
    str | None,
    typer.Option("--weights", help="Of jobs, fiscal, equity, wellbeing: jobs=2,fiscal=1; others 0. Default: equal."),
]
Runs = Annotated[Path, typer.Option("--runs", help="Folder under which runs are kept and found.", metavar="DIR")]
Out = Annotated[Path, typer.Option("--out", help="Folder under which decisions are kept.", metavar="DIR")]


@guarded
def decide(
    options: Options,
    value: Value = "exchequer",
    weights: Weights = None,
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
    set_: o.SetOption = [],  # noqa: B006  typer copies it
    runs: Runs = RUNS,
    out: Out = DEFAULT_OUT,
    dry_run: o.DryRunOption = False,
    as_json: o.JsonOption = False,
    quiet: o.QuietOption = False,
    verbose: o.VerboseOption = False,
    no_colour: o.NoColourOption = False,
) -> None:
    """Decide between scenarios, or for one against doing nothing.

    Example: workability decide kickstart jobs-guarantee --draws 200 --sample 1:10

    Each option is run against the same baseline on the same draws and seeds; runs that `workability run` has finished
    are used, and none is repeated. It tells what each is worth, how often it is best, what choosing it may give up,
    what it would be worth to know more, and when it pays back.
    """
    from experiments.decision import decide as decided
    from experiments.decision import decision_study
    from experiments.decision_request import DecisionRequest, parse_weights
    from experiments.requests import Request, parse_draws, parse_overrides, parse_sample
    from workability import terminal

    study = Request(
        options[0],
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
        out=runs,
    )
    request = DecisionRequest(tuple(options), study, value, parse_weights(weights), out)
    if dry_run:
        _show_plan(decision_study(request), as_json, not no_colour)
        return
    found = decided(request, terminal.listener(quiet, verbose, not no_colour))
    if as_json:
        terminal.data(json.dumps(found.as_dict(), ensure_ascii=False))
        return
    _show(found.content, not no_colour)
    terminal.data(found.page.as_posix())


def _show_plan(study: DecisionStudy, as_json: bool, colour: bool) -> None:
    """Print what would run for each option, and at what cost."""
    from experiments.estimate import spoken_seconds
    from workability import terminal

    plan = study.as_dict()
    if as_json:
        terminal.data(json.dumps(plan, ensure_ascii=False))
        return
    rows = [
        [one["name"], f"{one['runs']:,}", "finished" if one["finished"] else spoken_seconds(one["seconds"]),
         one["folder"]]
        for one in plan["options"]
    ]  # fmt: skip
    title = f"Options against {plan['baseline']}, and doing nothing"
    terminal.table(title, ("Option", "Runs", "Expected", "Folder"), rows, right=(1,), colour=colour)
    terminal.data(study.sentence())
    terminal.data(f"Nothing was run. The decision would be in {plan['folder']}")


def _show(content: Mapping[str, Any], colour: bool) -> None:
    """Print the card's table, the ranking, the findings, and what must be known."""
    from results.decision_card import card_table
    from results.decision_page import information_table, score_table
    from workability import terminal

    for table in (card_table(content), information_table(content), score_table(content)):
        if table is not None:
            heads = [column.heading for column in table.columns]
            numbers = [i for i, column in enumerate(table.columns) if column.is_number]
            terminal.table(table.caption, heads, table.rows, right=numbers, colour=colour)
    boxes = dict.fromkeys(box["finding"] for box in content["boxes"])  # outcomes and parameters may say the same
    for text in (*content["findings"], *boxes, *content["criteria_findings"]):
        terminal.data(f"{text}.")
    terminal.data(content["status"])
    for text in content["caveats"]:
        terminal.data(text)
