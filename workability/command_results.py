"""Commands about runs that are finished: `explain`, `report`, `reproduce`."""

from __future__ import annotations

import json
from pathlib import Path

from workability import options as o
from workability.guard import guarded

DEFAULT_OUT = Path("runs")


@guarded
def explain(
    run: o.RunArgument,
    out: o.OutOption = DEFAULT_OUT,
    as_json: o.JsonOption = False,
    verbose: o.VerboseOption = False,
) -> None:
    """Explain a finished run step by step: eligible or referred, started, finished, in work, pounds.

    Example: workability explain kickstart
    """
    from experiments import run_folder
    from results.explain import chain_table, chain_text
    from workability.terminal import data

    headline = run_folder.headline_of(run_folder.find(run, out))
    if as_json:
        data(chain_table(headline).to_json(orient="records", indent=2, force_ascii=False))
    else:
        data(chain_text(headline).rstrip())


@guarded
def report(
    run: o.RunArgument,
    out: o.OutOption = DEFAULT_OUT,
    as_json: o.JsonOption = False,
    verbose: o.VerboseOption = False,
) -> None:
    """Name the report of a finished run, after checking that the run is as it was written.

    Example: workability report kickstart
    """
    from experiments import run_folder
    from workability.terminal import data

    folder = run_folder.find(run, out)
    run_folder.refuse_if_altered(folder)
    path = folder / "report.html"
    data(json.dumps({"run_id": folder.name, "report": path.as_posix()}) if as_json else path.as_posix())


@guarded
def reproduce(
    run: o.RunArgument,
    out: o.OutOption = DEFAULT_OUT,
    threads: o.ThreadsOption = None,
    workers: o.WorkersOption = None,
    as_json: o.JsonOption = False,
    quiet: o.QuietOption = False,
    verbose: o.VerboseOption = False,
    no_colour: o.NoColourOption = False,
) -> None:
    """Run a finished run again from its manifest and compare every byte of its results.

    Example: workability reproduce kickstart
    """
    from experiments import reproduce as again
    from experiments import run_folder
    from workability.terminal import data, listener

    folder = run_folder.find(run, out)
    verdict = again.reproduce(folder, listener(quiet, verbose, not no_colour), threads=threads, workers=workers)
    data(json.dumps(verdict.as_dict(), indent=2) if as_json else verdict.sentence())
    verdict.raise_if_different()
