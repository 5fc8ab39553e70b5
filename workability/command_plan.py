"""Commands about a plan's savings: `plan`, `gm-export` and `unit-costs`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from workability import options as o
from workability.guard import guarded

RUNS = Path("runs")
PLANS = Path("plans")
IMPORT = "import"
TRAP_WORDS = 160
"""Characters of what to watch that a row of the terminal's table shows; the page has all of it."""
MOST_LEFT = 10
"""Rows left that are told one by one."""

RunsOption = Annotated[Path, typer.Option("--runs", help="Folder under which runs are found.", metavar="DIR")]
CostsOption = Annotated[
    Path | None,
    typer.Option("--unit-costs", help="An edition that unit-costs import wrote, in place of v1.4.", metavar="FILE"),
]


@guarded
def plan(
    name: Annotated[str, typer.Argument(help="A plan held, such as cheshire-warrington-2018.", metavar="PLAN")],
    run: Annotated[
        str | None,
        typer.Argument(
            help="A run folder, or a scenario's name for its latest run, to stand beside it.", metavar="RUN"
        ),
    ] = None,
    runs: RunsOption = RUNS,
    unit_costs: CostsOption = None,
    threads: o.ThreadsOption = None,
    out: Annotated[Path, typer.Option("--out", help="Folder under which pages are kept.", metavar="DIR")] = PLANS,
    as_json: o.JsonOption = False,
    quiet: o.QuietOption = False,
    verbose: o.VerboseOption = False,
    no_colour: o.NoColourOption = False,
) -> None:
    """Reproduce what a plan says it saves, claim by claim, with what to watch and the model's own figure.

    Example: workability plan cheshire-warrington-2018

    Beside a finished run: workability plan cheshire-warrington-2018 health-barriers
    """
    from experiments.savings_plan import PlanRequest, make_plan
    from workability import terminal

    request = PlanRequest(name, run, runs, out, unit_costs, threads)
    found = make_plan(request, terminal.listener(quiet, verbose, not no_colour))
    if as_json:
        terminal.data(json.dumps(found.as_dict(), ensure_ascii=False))
        return
    _table(found.content, not no_colour)
    terminal.data(found.page.as_posix())


def _table(content: Mapping[str, Any], colour: bool) -> None:
    """Print one row a claim, the warnings in full, and where the model's figures are."""
    from results.plan_data import shown_rows
    from workability import terminal

    heads = ("claim", "published", "reproduced", "difference", "trap")
    title = f"{content['title']}: {content['area']}, {content['period']}, and nowhere else"
    terminal.table(title, heads, shown_rows(content, TRAP_WORDS), right=range(1, 4), colour=colour)
    for claim in content["claims"]:
        if claim["warning"]:
            terminal.data(f"{claim['title']}: {claim['warning']}")
    if content["run"] is None:
        terminal.data(
            f"The model's own figures: workability run health-barriers, then workability plan {content['plan']} "
            "health-barriers"
        )
        return
    title = f"The model, run {content['run']} ({content['status']})"
    of_model = ("claim", "the model's own figure", "area", "value (90% interval)")
    terminal.table(title, of_model, shown_rows(content, TRAP_WORDS, of_model=True), colour=colour)


@guarded
def gm_export(
    run: o.RunArgument,
    file: Annotated[Path, typer.Argument(help="File to write, ending in .csv or .xlsx.", metavar="FILE")] = Path(
        "gm-export.csv"
    ),
    runs: RunsOption = RUNS,
    unit_costs: CostsOption = None,
    as_json: o.JsonOption = False,
    verbose: o.VerboseOption = False,
) -> None:
    """Write a finished run in the order of the Greater Manchester cost-benefit tool, deadweight as measured.

    Example: workability gm-export health-barriers health-barriers.xlsx
    """
    from experiments.run_folder import pairs_of
    from experiments.savings_plan import export_gm, run_of
    from results.store import calibration_of
    from workability.terminal import data

    folder, manifest = run_of(run, runs)
    table = export_gm(pairs_of(folder), file, unit_costs, calibration_of(manifest))
    if as_json:
        data(json.dumps({"run_id": folder.name, "file": file.as_posix(), "rows": len(table)}))
    else:
        data(f"{file.as_posix()}: {len(table)} rows of benefits")


@guarded
def unit_costs(
    words: Annotated[
        list[str] | None, typer.Argument(help="Nothing to list what is held, or: import FILE.", metavar="[import FILE]")
    ] = None,
    edition: Annotated[
        str, typer.Option("--edition", help="What to call it; found in the file if left out.", metavar="NAME")
    ] = "",
    out: Annotated[Path, typer.Option("--out", help="File to write, for --unit-costs.", metavar="FILE")] = Path(
        "unit_costs.yaml"
    ),
    as_json: o.JsonOption = False,
    verbose: o.VerboseOption = False,
    no_colour: o.NoColourOption = False,
) -> None:
    """List the unit costs held (edition v1.4), or take those of a later edition from your own copy of the database.

    Example: workability unit-costs import gmca-unit-cost-database-v3-0-final.xlsx --out v3.yaml

    Then: workability plan cheshire-warrington-2018 --unit-costs v3.yaml. No formula is worked out, nothing is fetched.
    """
    from experiments.errors import InvalidRequest
    from experiments.savings_plan import held_unit_costs, import_edition
    from workability import terminal

    if not words:
        held, rows = held_unit_costs()
        if as_json:
            terminal.data(json.dumps({"edition": held, "costs": rows}, ensure_ascii=False))
        else:
            terminal.table(f"Unit costs, edition {held}", ("cost", "value", "prices of"), rows, colour=not no_colour)
        return
    if words[0] != IMPORT or len(words) != 2:
        raise InvalidRequest(f"unit-costs {' '.join(words)[:80]}: write 'unit-costs import FILE', or nothing to list.")
    found = import_edition(Path(words[1]), out, edition)
    left = [f"{item.where}: {item.reason}" for item in found.left]
    if as_json:
        taken = {"edition": found.edition, "file": out.as_posix(), "taken": sorted(found.costs), "left": left,
                 "columns": {sheet: dict(columns) for sheet, columns in found.columns.items()}}  # fmt: skip
        terminal.data(json.dumps(taken, ensure_ascii=False))
        return
    for sheet, columns in found.columns.items():
        terminal.message(f"{sheet.strip()}: " + "; ".join(f"{name} from '{head}'" for name, head in columns.items()))
    for line in left[:MOST_LEFT]:
        terminal.message(f"Left: {line}")
    if len(left) > MOST_LEFT:
        terminal.message(f"Left: {len(left) - MOST_LEFT} rows more; --json lists all.")
    terminal.data(f"{out.as_posix()}: {len(found.costs)} unit costs of edition {found.edition}; {len(left)} rows left")
