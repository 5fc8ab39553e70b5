"""The command `sensitivity`: which assumptions move what a scenario adds."""

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

    from calibration.sensitivity_study import SensitivityStudy

DEFAULT_OUT = Path("sensitivity")


Method = Annotated[str, typer.Option("--method", help="morris (screening) or sobol (shares of variance).")]
Samples = Annotated[
    int | None,
    typer.Option("--samples", help="Trajectories (20), base samples (64), or vectors to learn from.", metavar="N"),
]
Budget = Annotated[
    int | None,
    typer.Option("--budget", help="Most runs; Sobol doubles its samples while it allows.", metavar="RUNS"),
]
Groups = Annotated[
    str, typer.Option("--groups", help="policy: the groups of the evidence; or a YAML file.", metavar="WHICH")
]
Vary = Annotated[
    list[str], typer.Option("--vary", help="Vary one value more, or over another range.", metavar="NAME[=LOW..HIGH]")
]
Choose = Annotated[list[str], typer.Option("--choose", help="A discrete choice as a factor.", metavar="KEY=A,B")]
Only = Annotated[list[str], typer.Option("--only", help="Only these factors, patterns or groups.", metavar="NAME")]
Output = Annotated[list[str], typer.Option("--output", help="Figures to analyse, the headline first.", metavar="NAME")]
Within = Annotated[str, typer.Option("--within", help="Ranges of the prior, or of the posterior.")]
LevelsOption = Annotated[
    str | None, typer.Option("--levels", help="rule: stocks stay at their figures; held: levels stay.")
]
SecondOrder = Annotated[bool, typer.Option("--second-order", help="Interactions of pairs too (sobol).")]
Emulator = Annotated[bool, typer.Option("--emulator", help="Learn from the runs, and take indices there (sobol).")]
Seeds = Annotated[int | None, typer.Option("--seeds", help="Seeds of each vector (1).", metavar="N")]
Out = Annotated[Path, typer.Option("--out", help="Folder under which answers are kept.", metavar="DIR")]


@guarded
def sensitivity(
    scenario: o.ScenarioArgument,
    method: Method,
    samples: Samples = None,
    budget: Budget = None,
    groups: Groups = "",
    vary: Vary = [],  # noqa: B006  typer copies it
    choose: Choose = [],  # noqa: B006
    only: Only = [],  # noqa: B006
    output: Output = [],  # noqa: B006
    within: Within = "prior",
    levels: LevelsOption = None,
    second_order: SecondOrder = False,
    emulator: Emulator = False,
    seeds: Seeds = None,
    seed: o.SeedOption = 1,
    sample: o.SampleOption = "1:50",
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
    """Find which assumptions move what a scenario adds to its baseline.

    Example: workability sensitivity kickstart --method morris --months 36

    Every vector of assumptions is run with and without the policy on the same random numbers. What is finished is
    kept, so that the same command goes on where it was stopped.
    """
    from calibration.sensitivity import analyse_sensitivity
    from calibration.sensitivity_request import SensitivityRequest
    from calibration.sensitivity_study import sensitivity_study
    from experiments.requests import Request, parse_overrides, parse_sample
    from workability import terminal

    study = Request(
        scenario,
        n_seeds=seeds,
        draws=(0,),
        seed=seed,
        sample=parse_sample(sample),
        start=start,
        months=months,
        overrides=parse_overrides(set_),
        environment=dict(os.environ),
        threads=threads,
        workers=workers,
        out=out,
    )
    request = SensitivityRequest(
        study, method, samples, budget, groups, tuple(vary), tuple(choose), _words(only), _words(output), within,
        levels, second_order, emulator,
    )  # fmt: skip
    if dry_run:
        _show_plan(sensitivity_study(request), as_json, not no_colour)
        return
    found = analyse_sensitivity(request, terminal.listener(quiet, verbose, not no_colour))
    if as_json:
        terminal.data(json.dumps(found.as_dict(), ensure_ascii=False))
        return
    _show(found.content, not no_colour)
    terminal.data(found.page.as_posix())


def _words(options: list[str]) -> tuple[str, ...]:
    """Return the words of repeated options that may hold several, comma between."""
    return tuple(word.strip() for option in options for word in option.split(",") if word.strip())


def _show_plan(study: SensitivityStudy, as_json: bool, colour: bool) -> None:
    """Print what would run: factors, number of runs, time, memory and disk."""
    from workability import terminal

    plan = study.as_dict()
    if as_json:
        terminal.data(json.dumps(plan, ensure_ascii=False))
        return
    rows = [[f["name"], f["group"], f["law"], f["range"]] for f in plan["factors"]]
    terminal.table(
        f"Factors of {study.request.study.scenario}", ("Factor", "Group", "Law", "Range"), rows, colour=colour
    )
    terminal.data(f"{plan['vectors']:,} vectors, {plan['runs']:,} runs of both arms; {study.estimate.sentence()}.")
    terminal.data(f"Nothing was run. The answer would be in {plan['folder']}")


def _show(content: Mapping[str, Any], colour: bool) -> None:
    """Print each output's table of indices, its finding, and what must be known."""
    from results.sensitivity_words import headings, index_rows
    from workability import terminal

    heads = headings(content)
    for output in content["outputs"]:
        terminal.table(
            output["label"], heads, index_rows(content, output), right=range(1, len(heads) - 1), colour=colour
        )
        terminal.data(f"{output['finding']}. {output['chance_words']}")
    for text in (content["stop_words"], *content["notes"]):
        terminal.data(text)
