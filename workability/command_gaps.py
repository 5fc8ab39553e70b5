"""The command `gaps`: the service map of a region as data and picture."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workability import options as o
from workability.guard import guarded

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_OUT = Path("gaps")
RUNS = Path("runs")


@guarded
def gaps(
    region: Annotated[
        str, typer.Option("--region", help="A region under evidence/regions.", metavar="NAME")
    ] = "cheshire-merseyside",
    sample: o.SampleOption = "1:1",
    run: Annotated[
        str | None,
        typer.Option("--run", help="A run folder, or a scenario's name for its latest run.", metavar="RUN"),
    ] = None,
    runs: Annotated[Path, typer.Option("--runs", help="Folder under which runs are found.", metavar="DIR")] = RUNS,
    threads: o.ThreadsOption = None,
    out: Annotated[Path, typer.Option("--out", help="Folder under which maps are kept.", metavar="DIR")] = DEFAULT_OUT,
    as_json: o.JsonOption = False,
    quiet: o.QuietOption = False,
    verbose: o.VerboseOption = False,
    no_colour: o.NoColourOption = False,
) -> None:
    """Map who is in need in a region, which running services would take them, and what shuts out the rest.

    Example: workability gaps --sample 1:50

    With a finished run beside it: workability gaps --run services-today

    It shows who could get in by the rules; a run adds whom services reached, who waits and who started.
    A map that is finished is read, not made again.
    """
    from experiments.requests import parse_sample
    from experiments.service_map import MapRequest, make_map
    from workability import terminal

    request = MapRequest(region, parse_sample(sample), out, threads, run, runs)
    found = make_map(request, terminal.listener(quiet, verbose, not no_colour))
    if as_json:
        terminal.data(json.dumps(found.as_dict(), ensure_ascii=False))
        return
    _table(found.content, not no_colour)
    terminal.data(found.page.as_posix())


def _table(content: Mapping[str, Any], colour: bool) -> None:
    """Print one row a cohort for the whole region, and what the figures are."""
    from results.gaps_story import count_text, share_text
    from workability import terminal

    rows = []
    for cohort in content["cohorts"]:
        one, several, nothing = cohort["status"][-1][0]
        in_need, causes = one + several + nothing, cohort["causes"][-1][0]
        cause = content["causes"][causes.index(max(causes))]["short"] if nothing else "-"
        counts = (in_need, several, nothing)
        rows.append((cohort["name"], *map(count_text, counts), share_text(nothing, in_need), cause))
    rows += [(row["name"], *["not computed"] * 4, "-") for row in content["not_computed"]]
    heads = ("cohort", "in need", "eligible for several", "for nothing", "share", "shut out mostly by")
    title = f"{content['title']}: who could get into the {len(content['programmes'])} running services (not calibrated)"
    terminal.table(title, heads, rows, right=range(1, 5), colour=colour)
    terminal.data(f"{content['population']} {content['what']}")
