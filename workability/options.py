"""The options that commands share, each written once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

SeedsOption = Annotated[
    int | None, typer.Option("--seeds", help="How many seeds to run; with --draw(s), for each draw.", metavar="N")
]
SeedOption = Annotated[int, typer.Option("--seed", help="The first seed; the others follow it.", metavar="S")]
DrawsOption = Annotated[
    int | None,
    typer.Option(
        "--draws", help="Draws 1 to N of the posterior. Default: one a seed, where the region has one.", metavar="N"
    ),
]
DrawOption = Annotated[
    list[str],
    typer.Option(
        "--draw", help="Exactly these draws: 3 or 1,5,9; 0 is the evidence's own values, not calibrated.", metavar="K"
    ),
]
SampleOption = Annotated[
    str,
    typer.Option("--sample", help="1:1 for every resident, 1:50 (also 50 or 0.02) for a labelled draft.", metavar="F"),
]
StartOption = Annotated[
    str | None, typer.Option("--start", help="Month in which the policy begins.", metavar="YYYY-MM")
]
MonthsOption = Annotated[int | None, typer.Option("--months", help="Months of both arms after the start.", metavar="N")]
ThreadsOption = Annotated[
    int | None, typer.Option("--threads", help="Threads of each process; results do not depend on it.", metavar="N")
]
WorkersOption = Annotated[
    int | None, typer.Option("--workers", help="Processes; results do not depend on it.", metavar="N")
]
ClusterOption = Annotated[
    str | None,
    typer.Option(
        "--cluster",
        help="Compute on Dask workers: 'local', or a scheduler's address. Results do not depend on it.",
        metavar="ADDRESS",
    ),
]
CopyOption = Annotated[
    str | None,
    typer.Option(
        "--copy-to",
        help="Copy results as they are made to an object store or folder; what is there is fetched, not run again.",
        metavar="URL",
    ),
]
SetOption = Annotated[
    list[str],
    typer.Option("--set", help="Change one value: key=value. Repeat for more.", metavar="KEY=VALUE"),
]
OutOption = Annotated[Path, typer.Option("--out", help="Folder under which run folders are made.", metavar="DIR")]
JsonOption = Annotated[bool, typer.Option("--json", help="Write the same content as JSON.")]
DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Show what would run, with time, memory and disk; write nothing.")
]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="No messages but warnings and errors.")]
VerboseOption = Annotated[bool, typer.Option("--verbose", "-v", help="More messages, and where an error happened.")]
NoColourOption = Annotated[bool, typer.Option("--no-colour", "--no-color", help="Plain text (also NO_COLOR=1).")]
FreshOption = Annotated[
    bool, typer.Option("--fresh", help="Run again what is finished and compare with what is there.")
]
EventsOption = Annotated[
    bool,
    typer.Option("--events", help="Keep every change of a payment in the run folder's events/ (docs/events.md)."),
]
RunArgument = Annotated[
    str, typer.Argument(help="A run folder, or a scenario's name for its latest run.", metavar="RUN")
]
ScenarioArgument = Annotated[
    str, typer.Argument(help="A scenario's name in the library, or a YAML file.", metavar="SCENARIO")
]
