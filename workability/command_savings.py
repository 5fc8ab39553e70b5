"""The command `savings`: what a finished run is worth, to whom, when, and how surely."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workability import options as o
from workability.guard import guarded

if TYPE_CHECKING:
    from results.appraisal import Appraisal

DEFAULT_OUT, RUNS = Path("savings"), Path("runs")


@guarded
def savings(
    run: o.RunArgument,
    rulebook: Annotated[
        str | None, typer.Option("--rulebook", help="green-book-2022 or green-book-2026.", metavar="NAME")
    ] = None,
    persistence: Annotated[
        int, typer.Option("--persistence", help="Years for which effects outlast the run, fading.", metavar="YEARS")
    ] = 0,
    weights: Annotated[
        float | None,
        typer.Option(
            "--weights", help="Weigh residents' pounds by income of their Place: 1.3, or 0.8, 2.", metavar="E"
        ),
    ] = None,
    no_employer_ni: Annotated[
        bool, typer.Option("--no-employer-ni", help="Leave employer National Insurance out of the exchequer.")
    ] = False,
    employment_allowance: Annotated[
        bool, typer.Option("--employment-allowance", help="Let part of it fall within the Employment Allowance.")
    ] = False,
    optimism: Annotated[
        bool, typer.Option("--optimism", help="Put costs up and benefits down by the grade of evidence.")
    ] = False,
    excess_burden: Annotated[
        bool, typer.Option("--excess-burden", help="Charge society for raising public money (green-book-2022).")
    ] = False,
    subsidies_as_transfers: Annotated[
        bool, typer.Option("--subsidies-as-transfers", help="Let subsidies to employers use nothing up.")
    ] = False,
    base_year: Annotated[
        str | None, typer.Option("--base-year", help="Financial year of real prices.", metavar="YYYY/YY")
    ] = None,
    runs: Annotated[Path, typer.Option("--runs", help="Folder under which runs are found.", metavar="DIR")] = RUNS,
    out: Annotated[
        Path, typer.Option("--out", help="Folder under which answers are kept.", metavar="DIR")
    ] = DEFAULT_OUT,
    as_json: o.JsonOption = False,
    verbose: o.VerboseOption = False,
    no_colour: o.NoColourOption = False,
) -> None:
    """Appraise a finished run: who pays, who gains, when the money is back, and how sure that is.

    Example: workability savings kickstart

    It reads the run's two ledgers and runs nothing. Deadweight and displacement are what the run measured. The central
    case has every switch off; the page shows each of them beside it.
    """
    from experiments.savings import SavingsRequest, appraise_run
    from results.appraisal_terms import DEFAULT_RULEBOOK, Choices
    from workability import terminal

    choices = Choices(
        rulebook=rulebook or DEFAULT_RULEBOOK,
        base_year=base_year or "",
        persistence_years=persistence,
        weights=weights,
        employer_ni=not no_employer_ni,
        employment_allowance=employment_allowance,
        optimism=optimism,
        excess_burden=excess_burden,
        subsidies_are_transfers=subsidies_as_transfers,
    )
    flags = {
        "--no-employer-ni": no_employer_ni, "--employment-allowance": employment_allowance, "--optimism": optimism,
        "--excess-burden": excess_burden, "--subsidies-as-transfers": subsidies_as_transfers,
    }  # fmt: skip
    values = {
        "--rulebook": rulebook,
        "--persistence": persistence or None,
        "--weights": weights,
        "--base-year": base_year,
    }
    typed = [f"{name} {value}" for name, value in values.items() if value is not None]
    typed += [name for name, is_on in flags.items() if is_on]
    found = appraise_run(SavingsRequest(run, choices, runs, out, tuple(typed)))
    if as_json:
        terminal.data(json.dumps(found.as_dict(), ensure_ascii=False))
        return
    show(found.page.appraisal, found.page.headline.caution, not no_colour)
    terminal.data(next(iter(found.files.values())))


def show(appraisal: Appraisal, caution: str, colour: bool) -> None:
    """Print who pays and who gains, then what it comes to, and what must be known.

    Parameters
    ----------
    appraisal : Appraisal
        The figures.
    caution : str
        Status of the run.
    colour : bool
        Whether colour is allowed at all.
    """
    from results.appraisal_tables import cost_table, ratio_table
    from results.appraisal_words import (
        caveats,
        choice_lines,
        payback_sentence,
        ratio_sentence,
        value_sentence,
        wellbeing_sentence,
        who_sentence,
    )
    from workability import terminal
    from workability.show import show_who

    title = f"Who pays and who gains: {appraisal.policy} against {appraisal.baseline}" + (
        f" [{caution}]" if caution else ""
    )
    show_who(appraisal, title, colour)
    for table, kept in ((ratio_table(appraisal), (0, 1, 3, 4)), (cost_table(appraisal), (0, 1, 3))):
        heads = tuple(table.columns[i].heading for i in kept)
        lines = [tuple(row[i] for i in kept) for row in table.rows]
        terminal.table(table.caption, heads, lines, right=range(1, len(kept)), colour=colour)
    for text in (
        f"{who_sentence(appraisal)}.",
        value_sentence(appraisal),
        payback_sentence(appraisal),
        ratio_sentence(appraisal),
        wellbeing_sentence(appraisal),
        *choice_lines(appraisal),
        *caveats(appraisal, caution),
    ):
        terminal.data(text)
