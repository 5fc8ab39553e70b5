"""The command `calibrate`: fit a region to its figures and ship the result with it."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from workability import options as o
from workability.guard import guarded


@guarded
def calibrate(
    region: Annotated[
        str, typer.Argument(help="A folder of evidence/regions.", metavar="REGION")
    ] = "cheshire-merseyside",
    sample: Annotated[
        str | None, typer.Option("--sample", help="Scale of the designs, as 1:N; the evidence's own if left out.")
    ] = None,
    waves: Annotated[
        str | None, typer.Option("--waves", help="Designs of each wave, as N,N,...", metavar="N,N")
    ] = None,
    draws: Annotated[int | None, typer.Option("--draws", help="Draws to ship, 500 at least.", metavar="N")] = None,
    full_scale: Annotated[
        int | None, typer.Option("--full-scale", help="Draws run with every resident; 0 for none.", metavar="N")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Seed of the fit.", metavar="N")] = 1,
    workers: o.WorkersOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what it would do and how long; run nothing.")] = False,
    as_json: o.JsonOption = False,
    quiet: o.QuietOption = False,
    verbose: o.VerboseOption = False,
    no_colour: o.NoColourOption = False,
) -> None:
    """Fit a region to its figures: waves of designs, emulators, a posterior, 500 draws of it, each run.

    Example: workability calibrate cheshire-merseyside --dry-run

    The result goes into the region's folder: evidence/regions/REGION/fitted/. It takes most of an hour on two cores; a
    fit that is stopped goes on where it was when the same command is given again.
    """
    from calibration.fitting import plan_fit, ship
    from workability import terminal

    planned = plan_fit(region, sample, waves, draws, full_scale, seed, workers)
    if not quiet and not as_json:
        terminal.message(planned.words)
    if not dry_run:
        found = ship(planned, terminal.listener(quiet, verbose, not no_colour))
    if as_json:
        terminal.data(json.dumps(planned.as_dict() if dry_run else found.as_dict(), ensure_ascii=False))
    elif not dry_run:
        terminal.data(found.words)
