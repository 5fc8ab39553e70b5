"""Command `targets`: published figures beside the model, newer ones taken in, contradictions between them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workability import options as o
from workability.guard import CHECK_FAILED, guarded

if TYPE_CHECKING:
    from calibration.nomis_import import Imported

REGION = "cheshire-merseyside"
MOST_LEFT = 12
"""Reasons for leaving rows that are told one by one."""
READ_ONLY = "Output: on standard output; nothing is written."
RegionOption = Annotated[str, typer.Option("--region", help="A region under evidence/regions.", metavar="NAME")]

app = typer.Typer(
    name="targets",
    rich_markup_mode=None,
    add_completion=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)


@app.callback(invoke_without_command=True, epilog=READ_ONLY)
@guarded
def listing(
    context: typer.Context,
    region: RegionOption = REGION,
    afresh: Annotated[
        bool, typer.Option("--measure", help="Run the baseline and measure it now, in place of the stored table.")
    ] = False,
    margins: Annotated[
        bool, typer.Option("--margins", help="The starting population beside every figure it was drawn to.")
    ] = False,
    sample: o.SampleOption = "1:1",
    threads: o.ThreadsOption = None,
    as_json: o.JsonOption = False,
    verbose: o.VerboseOption = False,
    no_colour: o.NoColourOption = False,
) -> None:
    """Set the baseline beside every published figure it should agree with, as it was measured last.

    Example: workability targets --measure --sample 1:20

    With --margins it is the starting population that is set beside its targets, Place by Place, in people at the
    scale of the sample.

    Newer figures: workability targets import FILE. Whether they contradict each other: workability targets check
    """
    if context.invoked_subcommand is not None:
        return
    from experiments.requests import check_threads, parse_sample, usable_cores
    from experiments.target_table import TargetTable, stored
    from workability import terminal

    check_threads(threads)
    if margins:
        if afresh:
            raise typer.BadParameter("--margins and --measure are two different tables; keep one.")
        _margins(region, parse_sample(sample), as_json, not no_colour)
        return
    if afresh:
        from calibration.fitted import measure_region

        cores = threads or usable_cores()
        found = TargetTable(*measure_region(region, sample=parse_sample(sample), threads=cores))
    else:
        found = stored(region)
    if as_json:
        terminal.data(found.rows.to_json(orient="records", indent=2, force_ascii=False))
        return
    frame = found.frame().drop(columns=["Confidence", "Source"])  # --json has them
    numeric = [i for i, name in enumerate(frame.columns) if frame[name].dtype.kind in "if"]
    rows = [[_cell(value) for value in row] for row in frame.itertuples(index=False)]
    title = f"{region}: published figures and the model (not calibrated)"
    terminal.table(title, list(frame.columns), rows, right=numeric, colour=not no_colour)
    terminal.data(found.words())


def _margins(region: str, sample: int, as_json: bool, colour: bool) -> None:
    """Print the population beside its targets."""
    from experiments.margins import margins_of
    from workability import terminal

    found = margins_of(region, sample)
    if as_json:
        terminal.data(found.rows.to_json(orient="records", indent=2, force_ascii=False))
        return
    frame = found.frame()
    rows = [(*row[:3], *(f"{value:,.10g}" for value in row[3:])) for row in frame.itertuples(index=False, name=None)]
    terminal.table(
        f"{region}: the starting population and its targets", list(frame.columns), rows, right=(3, 4, 5), colour=colour
    )
    terminal.data(found.words())


def _cell(value: object) -> str:
    """Return a table's cell as text: whole numbers grouped, others with three figures."""
    if isinstance(value, float):
        if value != value:
            return "-"
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


@app.command(
    name="import", epilog="Output: the region's targets.yaml and sources.yaml, or the file of --out FILE.yaml."
)
@guarded
def take(
    file: Annotated[Path, typer.Argument(help="A CSV file as downloaded from Nomis.", metavar="FILE")],
    region: RegionOption = REGION,
    role: Annotated[
        str,
        typer.Option("--role", help="fit: the model is fitted to them; holdout: only judged by them.", metavar="ROLE"),
    ] = "fit",
    replace: Annotated[
        bool, typer.Option("--replace", help="Let a target of the same measure, area and period go for the new one.")
    ] = False,
    supersede: Annotated[
        bool, typer.Option("--supersede", help="Let the fitted targets of earlier periods go as well.")
    ] = False,
    all_periods: Annotated[
        bool, typer.Option("--all-periods", help="To fit, take every period of the file, not only the latest.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write a new file in place of the region's own.", metavar="FILE")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be taken and left; write nothing.")
    ] = False,
    as_json: o.JsonOption = False,
    verbose: o.VerboseOption = False,
    no_colour: o.NoColourOption = False,
) -> None:
    """Take newer figures from a CSV file as downloaded from Nomis, with their standard errors.

    Example: workability targets import nomis.csv --dry-run

    The file is a query of the Annual Population Survey, the list of the interface, or a labour market profile. It says
    what it took and what it left, line by line; a figure that is a target already is replaced only with --replace.
    """
    from calibration.nomis_import import Wish, import_targets
    from workability import terminal

    found = import_targets(
        Wish(
            file, region, role, replace=replace, supersede=supersede, all_periods=all_periods, dry_run=dry_run, out=out
        )
    )
    if as_json:
        terminal.data(json.dumps(_as_json(found), indent=2, ensure_ascii=False))
        return
    rows = [
        (name, figure.period, f"{figure.value:g}", f"{figure.se:g}", str(figure.line), figure.note)
        for figure, name in found.taken
    ]
    title = f"Taken from '{found.title}', retrieved {found.retrieved}, as {role} (source {found.source})"
    heads = ("target", "period", "percent", "SE", "line", "how")
    terminal.table(title, heads, rows, right=(2, 3, 4), colour=not no_colour)
    for line in _words(found, region, role, dry_run, out):
        terminal.message(line)
    for path in found.written:
        terminal.data(path)


def _as_json(found: Imported) -> dict[str, object]:
    """Return an import as JSON has it."""
    return {
        "title": found.title,
        "retrieved": found.retrieved,
        "source": found.source,
        "taken": [{"target": name, **vars(figure)} for figure, name in found.taken],
        "left": [vars(item) for item in found.left],
        "there": [{"target": name, **vars(figure)} for figure, name in found.there],
        "removed": list(found.removed),
        "older": list(found.older),
        "conflicts": [conflict.message for conflict in found.conflicts],
        "written": list(found.written),
    }


def _words(found: Imported, region: str, role: str, dry_run: bool, out: Path | None) -> list[str]:
    """Return what an import says beside its table.

    Parameters
    ----------
    found : what was taken and left.
    region, role, dry_run, out : as asked.
    """
    lines = [f"Left: {words}" for words in _reasons(found)]
    lines += [
        f"There already: {name} ({figure.period}); the file has {figure.value:g} on line {figure.line}. Add --replace."
        for figure, name in found.there
    ]
    lines += [f"Removed: {name}" for name in found.removed]
    if found.older:
        n = len(found.older)
        lines.append(
            f"{n} fitted figures of earlier periods stay and are weighed with the new ones: "
            f"{', '.join(found.older[:4])}{' ...' if n > 4 else ''}. Add --supersede to let them go."
        )
    lines += [f"Contradiction: {conflict.message}" for conflict in found.conflicts]
    if found.conflicts:
        lines.append(f"Mend them before a fit: workability targets check --region {region}")
    if dry_run:
        lines.append("Nothing was written (--dry-run).")
    elif not found.written:
        lines.append("Nothing new: nothing was written.")
    elif out is None:
        fit = f"run workability calibrate {region}" if role == "fit" else f"run workability validate --region {region}"
        lines.append(f"Figures changed: {fit}")
    return lines


def _reasons(found: Imported) -> list[str]:
    """Return why rows were left: those of the region's own line by line, those of other areas and measures counted."""
    by_reason: dict[str, list[str]] = {}
    for item in found.left:
        by_reason.setdefault(item.reason, []).append(f"line {item.line} ({item.what})")
    out = []
    for reason, where in sorted(by_reason.items(), key=lambda pair: len(pair[1])):
        told = (
            where
            if len(where) <= MOST_LEFT // 4
            else [*where[: MOST_LEFT // 4], f"and {len(where) - MOST_LEFT // 4} more"]
        )
        out.append(f"{reason}: {'; '.join(told)}")
    return (
        out if len(out) <= MOST_LEFT else [*out[:MOST_LEFT], f"{len(out) - MOST_LEFT} reasons more; --json lists all"]
    )


@app.command(epilog=READ_ONLY)
@guarded
def check(
    region: RegionOption = REGION,
    as_json: o.JsonOption = False,
    verbose: o.VerboseOption = False,
    no_colour: o.NoColourOption = False,
) -> None:
    """Say which of a region's targets contradict each other beyond their standard errors.

    Example: workability targets check

    A contradiction that the region names as known is listed and accepted; any other ends with code 6, and stops a fit.
    """
    from calibration.consistency import check_targets, readable_region
    from workability import terminal

    found = check_targets(readable_region(region))
    unknown = [conflict for conflict in found if not conflict.known]
    if as_json:
        terminal.data(json.dumps([vars(conflict) for conflict in found], indent=2, ensure_ascii=False))
    elif not found:
        terminal.data(f"{region}: no target contradicts another beyond 3 joint standard errors.")
    else:
        rows = [(c.kind, c.message, c.known or "NOT ACCEPTED") for c in found]
        terminal.table(
            f"{region}: targets that contradict each other", ("kind", "what", "known"), rows, colour=not no_colour
        )
    if unknown:
        terminal.message(
            f"{len(unknown)} contradictions are not accepted: mend the figure that is wrong, give it role holdout or a "
            f"wider se, or name the contradiction with its reason in evidence/regions/{region}/known_conflicts.yaml."
        )
        raise SystemExit(CHECK_FAILED)
