"""The command `validate`: the scorecard of a region's posterior, which can say that it fails."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workability import options as o
from workability.guard import guarded

if TYPE_CHECKING:
    from results.validation_page import ValidationPage

DEFAULT_OUT = Path("validation")


@guarded
def validate(
    region: Annotated[
        str, typer.Option("--region", help="A region under evidence/regions.", metavar="NAME")
    ] = "cheshire-merseyside",
    out: Annotated[
        Path, typer.Option("--out", help="Folder under which validations are kept.", metavar="DIR")
    ] = DEFAULT_OUT,
    no_fail: Annotated[
        bool, typer.Option("--no-fail", help="End with exit code 0 also where the scorecard fails.")
    ] = False,
    open_page: Annotated[bool, typer.Option("--open", help="Open the scorecard in the browser.")] = False,
    as_json: o.JsonOption = False,
    verbose: o.VerboseOption = False,
    no_colour: o.NoColourOption = False,
) -> None:
    """Judge a region's fitted model by every published figure, fitted and held out, and say so where it fails.

    Example: workability validate

    It reads the posterior that ships with the region and runs nothing. Each figure agrees, is doubtful or fails; where
    one fails, or a demand on the whole is not met, the exit code is 6.
    """
    from experiments.validation import ValidationRequest, validate_region
    from results.validation_store import paths_of
    from workability import terminal

    done = validate_region(ValidationRequest(region, out))
    paths = paths_of(done.folder)
    if as_json:
        terminal.data(json.dumps(done.as_dict(), ensure_ascii=False))
    else:
        show(done.page, not no_colour)
        for name in ("scorecard", "diagnostics", "table"):
            terminal.data(paths[name])
    if open_page:
        import webbrowser

        if not webbrowser.open(Path(paths["scorecard"]).resolve().as_uri()):
            terminal.message(f"No browser was found; open {paths['scorecard']} yourself.")
    if not no_fail:
        done.raise_if_failed()


def show(page: ValidationPage, colour: bool) -> None:
    """Print the verdict, what it rests on, the demands, and the figures that do not agree.

    Parameters
    ----------
    page : ValidationPage
        The validation.
    colour : bool
        Whether colour is allowed at all.
    """
    from results.validation_tables import demand_table, reason_table
    from results.validation_words import coverage_sentence, first_lines
    from workability import terminal

    terminal.data(page.verdict)
    for line in (*first_lines(page.found), *page.beside_failing, *page.departures):
        terminal.data(f"- {line}")
    terminal.data(coverage_sentence(page.found))
    demands = demand_table(page.found)
    heads = [column.heading for column in demands.columns]
    terminal.table(demands.caption, heads, demands.rows, colour=colour)
    reasons = reason_table(page.found)
    if reasons is not None:
        kept = (0, 1, 2, 3, 4, 5)  # reasons and remedies stand on the page, and those of failing figures above
        lines = [[row[k] for k in kept] for row in reasons.rows]
        heads = [reasons.columns[k].heading for k in kept]
        terminal.table(reasons.caption, heads, lines, right=(2, 3, 4), colour=colour)
