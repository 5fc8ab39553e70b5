"""The command `audit`: a service's own client counts against the population in need."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from workability import options as o
from workability.guard import guarded

DEFAULT_OUT = Path("audits")


@guarded
def audit(
    clients: Annotated[
        Path | None, typer.Argument(help="Client counts by group, as the template has them.", metavar="CLIENTS.csv")
    ] = None,
    region: Annotated[
        str, typer.Option("--region", help="A region under evidence/regions.", metavar="NAME")
    ] = "cheshire-merseyside",
    need: Annotated[
        str | None, typer.Option("--need", help="Who is in need: a cohort of the service map.", metavar="NAME")
    ] = None,
    programme: Annotated[
        str | None, typer.Option("--programme", help="Or: whom this programme's rules take.", metavar="SLUG")
    ] = None,
    template: Annotated[
        bool, typer.Option("--template", help="Print the template, with notes on how to fill it, and stop.")
    ] = False,
    sample: o.SampleOption = "1:1",
    threads: o.ThreadsOption = None,
    out: Annotated[
        Path, typer.Option("--out", help="Folder under which audits are kept.", metavar="DIR")
    ] = DEFAULT_OUT,
    as_json: o.JsonOption = False,
    quiet: o.QuietOption = False,
    verbose: o.VerboseOption = False,
    no_colour: o.NoColourOption = False,
) -> None:
    """Compare who a service's clients are, by group, with who is in need of it: representation with intervals.

    Example: workability audit --template > clients.csv

    Fill the counts in, then: workability audit clients.csv --sample 1:10. Counts only: nothing personal is asked for.
    Without --need or --programme the need is everybody out of work.
    """
    from experiments.audit import AuditRequest, make_audit, template_of
    from experiments.errors import InvalidRequest
    from experiments.requests import parse_sample
    from results.audit import HEADINGS
    from workability import terminal

    if template:
        terminal.data(template_of(region).rstrip("\n"))
        return
    if clients is None:
        raise InvalidRequest("Name a file of client counts; its template: workability audit --template > clients.csv.")
    request = AuditRequest(clients, region, need, programme, parse_sample(sample), out, threads)
    found = make_audit(request, terminal.listener(quiet, verbose, not no_colour))
    if as_json:
        terminal.data(json.dumps(found.as_dict(), ensure_ascii=False))
        return
    content = found.content
    title, colour = f"{content['title']} (not calibrated)", not no_colour
    terminal.table(title, HEADINGS, content["table"], right=range(2, 6), colour=colour)
    for name in ("sentence", "area", "caution", "hiding"):
        terminal.data(content[name])
    terminal.data(found.page.as_posix())
