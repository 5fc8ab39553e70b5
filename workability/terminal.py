"""The terminal: data to standard output, messages and progress to standard error, colour only where it is wanted."""

from __future__ import annotations

import io
import os
import sys
import time
from collections.abc import Sequence
from typing import IO, TYPE_CHECKING

from experiments.estimate import spoken_seconds
from experiments.events import Events

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, TaskID

PLAIN_WIDTH = 150
"""Columns of a table that is not written to a terminal."""
PLAIN_EVERY_SECONDS = 5.0
"""How often progress is told where there is no terminal to draw it on."""


def console(stream: IO[str], colour: bool = True) -> Console:
    """Return a rich console on a stream; `NO_COLOR` and pipes get plain text."""
    from rich.console import Console

    plain = not colour or bool(os.environ.get("NO_COLOR")) or not stream.isatty()
    width = None if stream.isatty() else PLAIN_WIDTH
    return Console(file=stream, no_color=plain, highlight=False, width=width, soft_wrap=False, emoji=False)


def message(text: str) -> None:
    """Write a message to standard error."""
    print(text, file=sys.stderr, flush=True)


def data(text: str) -> None:
    """Write data to standard output."""
    print(text, flush=True)


def table(
    title: str, heads: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int] = (), colour: bool = True
) -> None:
    """Write a table to standard output.

    Parameters
    ----------
    title : str
        Line above it.
    heads : Sequence[str]
        Column heads.
    rows : Sequence[Sequence[str]]
        Cells as text.
    right : Sequence[int]
        Columns set to the right.
    colour : bool
        Whether colour is allowed at all.
    """
    from rich import box
    from rich.table import Table
    from rich.text import Text

    shown = Table(title=Text(title, style="bold"), title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for i, head in enumerate(heads):
        shown.add_column(Text(head), justify="right" if i in right else "left", overflow="fold")
    for row in rows:
        shown.add_row(*(Text(cell) for cell in row))
    if sys.stdout.isatty():
        console(sys.stdout, colour).print(shown)
        return
    paper = io.StringIO()
    console(paper, False).print(shown)
    data("\n".join(line.rstrip() for line in paper.getvalue().splitlines()))


class Silent(Events):
    """Tells only warnings and failures."""

    def warn(self, text: str) -> None:
        """Write the warning."""
        message(f"Warning: {text}")

    def failed(self, name: str, reason: str, trace: str) -> None:
        """Write which run failed and why."""
        message(f"Failed: {name}: {reason}")


class Lines(Silent):
    """Tells stages, and progress as plain lines now and then."""

    def __init__(self, verbose: bool = False) -> None:
        self._verbose = verbose
        self._n_tasks = self._n_done = self._n_here = 0
        self._began = self._told = time.monotonic()

    def stage(self, text: str) -> None:
        """Write the stage."""
        message(text)

    def begin(self, n_tasks: int, n_done: int) -> None:
        """Note the size of the study and say what is already there."""
        self._n_tasks, self._n_done, self._n_here = n_tasks, n_done, 0
        self._began = self._told = time.monotonic()
        if n_done:
            message(f"{n_done} of {n_tasks} runs are already on disk and are not repeated.")

    def finished(self, name: str, seconds: float) -> None:
        """Count the run; write how far the study is, not more often than every few seconds."""
        self._n_done += 1
        self._n_here += 1
        if self._verbose:
            message(f"{name}: saved after {seconds:.1f} s")
        elif time.monotonic() - self._told > PLAIN_EVERY_SECONDS:
            self._told = time.monotonic()
            message(f"{self._n_done} of {self._n_tasks} runs saved{self._left()}")

    def failed(self, name: str, reason: str, trace: str) -> None:
        """Count and tell; the trace only when asked to be verbose."""
        self._n_done += 1
        super().failed(name, reason, trace)
        if self._verbose and trace:
            message(trace.rstrip())

    def _left(self) -> str:
        """Return the time left in words, measured on the runs made so far."""
        each = (time.monotonic() - self._began) / max(1, self._n_here)
        left = each * (self._n_tasks - self._n_done)
        return f", about {spoken_seconds(left)} left" if left > 0 else ""


class Bar(Lines):
    """Draws a progress bar on a terminal."""

    def __init__(self, verbose: bool, colour: bool) -> None:
        super().__init__(verbose)
        self._console = console(sys.stderr, colour)
        self._progress: Progress | None = None
        self._bar: TaskID | None = None

    def begin(self, n_tasks: int, n_done: int) -> None:
        """Draw the bar."""
        super().begin(n_tasks, n_done)
        if n_done >= n_tasks:
            return
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        columns = (TextColumn("Runs"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
        self._progress = Progress(*columns, console=self._console, transient=True)
        self._progress.start()
        self._bar = self._progress.add_task("", total=n_tasks, completed=n_done)

    def tick(self, stage: str, done: int, total: int) -> None:
        """Move the bar within a run."""
        if self._progress is not None and self._bar is not None and total:
            inside = min(1.0, done / total)
            self._progress.update(self._bar, completed=self._n_done + inside, description=stage)

    def finished(self, name: str, seconds: float) -> None:
        """Move the bar by one run."""
        self._n_done += 1
        self._n_here += 1
        if self._progress is not None and self._bar is not None:
            self._progress.update(self._bar, completed=self._n_done, description=self._left().lstrip(", "))

    def end(self) -> None:
        """Take the bar away."""
        if self._progress is not None:
            self._progress.stop()
            self._progress = None


def listener(quiet: bool, verbose: bool, colour: bool) -> Events:
    """Return who tells the user of a study: nobody but for warnings, a bar, or lines."""
    if quiet:
        return Silent()
    return Bar(verbose, colour) if sys.stderr.isatty() else Lines(verbose)
