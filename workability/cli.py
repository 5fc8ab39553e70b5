"""The command `workability`: one application, its commands in files of their own, each one call into a lower floor."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from experiments.version import __version__
from workability.command_assumptions import assumptions
from workability.command_audit import audit
from workability.command_calibrate import calibrate
from workability.command_capacity import capacity
from workability.command_decide import decide
from workability.command_doctor import doctor
from workability.command_funding import funding
from workability.command_gaps import gaps
from workability.command_jobs import jobs
from workability.command_plan import gm_export, plan, unit_costs
from workability.command_replicate import replicate
from workability.command_results import explain, report, reproduce
from workability.command_run import compare, run
from workability.command_savings import savings
from workability.command_scenarios import check, scenarios
from workability.command_seek import seek
from workability.command_sensitivity import sensitivity
from workability.command_targets import app as targets
from workability.command_taxben import taxben
from workability.command_validate import validate
from workability.guard import EXIT_CODES, INTERRUPTED
from workability.terminal import data

QUESTIONS = """Which question do you have?

  What would a subsidy do, for whom, at whose cost?    workability run kickstart
  Just a quick draft, one resident in fifty?           workability run kickstart --sample 1:50 --seeds 4
  Which of two schemes does more?                      workability compare kickstart jobs-guarantee --sample 1:50
  Which to choose, how surely; what would it be        workability decide kickstart jobs-guarantee --sample 1:50
  worth to know more first?
  What schemes are there, and what is in one?          workability scenarios
                                                       workability scenarios kickstart
  Is my own scenario right?                            workability check my-scheme.yaml
  Through which steps does it work?                    workability explain kickstart
  Where is the report of my last run?                  workability report kickstart
  Can somebody else get the same figures?              workability reproduce kickstart
  Who falls between the region's services?             workability gaps --sample 1:50
  Are a service's clients those who need it?           workability audit --template
  How many caseworkers for a short wait?               workability capacity services-today --programme life-rooms
  What does it save, for whom, when, how surely?       workability savings kickstart
  What is one more job worth, by who takes it?         workability jobs --sample 1:50
  What do ring-fences around money cost?               workability funding --sample 1:100 --seeds 2
  Do a plan's promised savings hold up?                workability plan cheshire-warrington-2018
  The run in the order of Greater Manchester's tool?   workability gm-export kickstart kickstart.xlsx
  Which unit costs are used, and how to renew them?    workability unit-costs
  What do tax and benefits leave of a job's pay?       workability taxben --template
  How far is the baseline from what is published?      workability targets
  How do I take in newer figures from Nomis?           workability targets import nomis.csv --dry-run
  Does the fitted model agree with what is published?  workability validate
  Does it find what published evaluations found?       workability replicate
  Is the population like the region it stands for?     workability targets --margins
  What is assumed, and what of it matters most?        workability assumptions
  Which assumptions move what a scheme adds?           workability sensitivity kickstart --method morris
  What would reach a target, at what cost?             workability seek kickstart --target "+in_work=500"
                                                         --vary subsidies.kickstart.participant_take_up=40%..70%
  Is this machine fit for it?                          workability doctor

Each command explains itself: workability run --help. Every output says whether its figures are calibrated."""

app = typer.Typer(
    name="workability",
    help="Test an employment programme on every resident of a region before anyone pays for it.",
    epilog="Data goes to standard output, messages to standard error. Exit codes: "
    + ", ".join(f"{code} {meaning}" for code, meaning in EXIT_CODES)
    + ".",
    rich_markup_mode=None,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"], "max_content_width": 110},
)

REPORT_TO = (
    "Output: run folders under runs/ (or --out DIR), the headline on standard output, messages on standard error."
)
READ_ONLY = "Output: on standard output; nothing is written."


def _version(wanted: bool) -> None:
    """Print the version and stop."""
    if wanted:
        data(f"workability {__version__}")
        raise typer.Exit


def _no_command(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Ask which question the user has where no command was given."""
    if context.invoked_subcommand is None:
        data(QUESTIONS)


app.callback(
    invoke_without_command=True,
    help="Test an employment programme on every resident of a region before anyone pays for it.",
)(_no_command)
app.command(epilog=REPORT_TO)(run)
app.command(epilog=REPORT_TO)(compare)
app.command(epilog=READ_ONLY)(scenarios)
app.command(epilog=READ_ONLY)(check)
app.command(epilog="Output: the verdict on standard output; the run folder stays as it is.")(reproduce)
app.command(epilog=READ_ONLY)(explain)
app.command(epilog="Output: the report's path on standard output; nothing is written.")(report)
app.command(epilog="Output: a folder under gaps/ (or --out DIR), a table and the page's path on standard output.")(gaps)
app.command(epilog="Output: a folder under audits/ (or --out DIR), a table and the page's path on standard output.")(
    audit
)
app.command(epilog="Output: files in evidence/regions/REGION/fitted, named on standard output.")(calibrate)
app.command(epilog="Output: a folder under capacity/ (or --out DIR), a table and the page's path on standard output.")(
    capacity
)
app.command(epilog="Output: a folder under runs/ (or --out DIR), tables and the page's path on standard output.")(
    funding
)
app.command(epilog="Output: a folder under plans/ (or --out DIR), a table and the page's path on standard output.")(
    plan
)
app.command(epilog="Output: the file named (gm-export.csv if none is), for a .csv also its costs in FILE-costs.csv.")(
    gm_export
)
app.command(epilog="Output: a list on standard output, or the file of --out (unit_costs.yaml) after an import.")(
    unit_costs
)
app.command(epilog="Output: a table on standard output, or the CSV file of --out FILE.csv.")(taxben)
app.command(epilog="Output: tables on standard output, and the CSV file of --out FILE.csv.")(jobs)
app.command(epilog="Output: a folder under savings/ (or --out DIR), tables and the page's path on standard output.")(
    savings
)
app.command(epilog="Output: a table on standard output, and the whole register in the CSV file of --out FILE.csv.")(
    assumptions
)
app.command(
    epilog="Output: a folder under sensitivity/ (or --out DIR), tables and the page's path on standard output."
)(sensitivity)
app.command(epilog="Output: a folder under decide/ (or --out DIR), tables and the page's path on standard output.")(
    decide
)
app.command(epilog="Output: a folder under seek/ (or --out DIR), tables and the page's path on standard output.")(seek)
app.add_typer(targets)
app.command(
    epilog="Output: a folder under validation/ (or --out DIR), the verdict and the pages' paths on standard output."
)(validate)
app.command(epilog="Output: a table on standard output, and the CSV file of --out FILE.csv.")(replicate)
app.command(epilog=READ_ONLY)(doctor)


def main() -> None:
    """Run the command line and end the process with a documented exit code."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")
    try:
        app()
    except SystemExit as end:
        if end.code == INTERRUPTED:
            # Ctrl-C may strike inside a library's lock; Python's orderly shutdown would then wait for it for ever.
            # Whatever is saved was renamed into place long before this line.
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(INTERRUPTED)
        raise


if __name__ == "__main__":
    main()
