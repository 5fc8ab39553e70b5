"""The command `capacity`: how many caseworkers a programme needs for a short wait."""

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

DEFAULT_OUT = Path("capacity")


@guarded
def capacity(
    scenario: o.ScenarioArgument,
    programme: Annotated[
        str, typer.Option("--programme", help="A programme of the region's catalogue.", metavar="SLUG")
    ],
    weeks: Annotated[int, typer.Option("--weeks", help="Longest wait that counts as in time.", metavar="N")] = 4,
    share: Annotated[
        float, typer.Option("--share", help="Share of those referred that should start in time.", metavar="F")
    ] = 0.9,
    delivery: Annotated[
        str, typer.Option("--delivery", help="array, or queue: also client by client in salabim.", metavar="HOW")
    ] = "array",
    seeds: o.SeedsOption = None,
    seed: o.SeedOption = 1,
    sample: o.SampleOption = "1:1",
    start: o.StartOption = None,
    months: o.MonthsOption = None,
    threads: o.ThreadsOption = None,
    workers: o.WorkersOption = None,
    set_: o.SetOption = [],  # noqa: B006  typer copies it
    out: Annotated[
        Path, typer.Option("--out", help="Folder under which answers are kept.", metavar="DIR")
    ] = DEFAULT_OUT,
    as_json: o.JsonOption = False,
    quiet: o.QuietOption = False,
    verbose: o.VerboseOption = False,
    no_colour: o.NoColourOption = False,
) -> None:
    """Find how many caseworkers a programme needs so that most of those referred start within N weeks.

    Example: workability capacity services-today --programme life-rooms --sample 1:20 --seeds 4

    It records once who is referred, serves the same people with other numbers of caseworkers, and checks the number
    found by full runs. A finished answer is read, not made again.
    """
    from experiments.capacity import CapacityRequest, find_capacity
    from experiments.requests import DEFAULT_SEEDS, Request, parse_overrides, parse_sample
    from workability import terminal

    study = Request(
        scenario,
        n_seeds=DEFAULT_SEEDS if seeds is None else seeds,
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
    request = CapacityRequest(study, programme, weeks, share, delivery)
    found = find_capacity(request, terminal.listener(quiet, verbose, not no_colour))
    if as_json:
        terminal.data(json.dumps(found.as_dict(), ensure_ascii=False))
        return
    _show(found.content, not no_colour)
    terminal.data(found.page.as_posix())


def _show(content: Mapping[str, Any], colour: bool) -> None:
    """Print the table of numbers, the answer, the check and what must be known."""
    from results.capacity_page import queue_words
    from results.capacity_words import headings, notes, number_rows
    from workability import terminal

    heads, rows = headings(content), number_rows(content, interval=False)
    title = f"{content['title']} in {content['scenario']} (not calibrated)"
    terminal.table(title, heads, rows, right=range(1, len(heads)), colour=colour)
    for text in (content["answer"], content["check_words"], queue_words(content), *notes(content)):
        if text:
            terminal.data(text)
