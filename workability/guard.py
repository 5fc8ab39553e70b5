"""Every command ends in one of the documented exit codes, with one clear message and no traceback."""

from __future__ import annotations

import functools
import os
import shlex
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from typing import NoReturn, ParamSpec, TypeVar

import typer

from workability.terminal import message

P = ParamSpec("P")
R = TypeVar("R")

DONE, UNEXPECTED, BAD_USAGE, INVALID, MISSING, SOME_FAILED, CHECK_FAILED, INTERRUPTED = 0, 1, 2, 3, 4, 5, 6, 130
EXIT_CODES = (
    (DONE, "done"),
    (UNEXPECTED, "unexpected error"),
    (BAD_USAGE, "bad usage: an option that cannot be used (also a folder for --out)"),
    (INVALID, "invalid scenario, parameters (also by --set) or file of client counts or of households"),
    (MISSING, "data missing or stale"),
    (SOME_FAILED, "finished with some failed runs, or stopped by a full disk"),
    (CHECK_FAILED, "a check failed"),
    (INTERRUPTED, "interrupted and saved"),
)
"""Every code that a command can end with, and what it means."""


def this_command() -> str:
    """Return the command line that was typed, without --fresh, so that typing it again resumes."""
    return shlex.join(["workability", *(word for word in sys.argv[1:] if word != "--fresh")])


def _exit_code(error: BaseException) -> int:
    """Return the documented code of an error, UNEXPECTED for one that nobody foresaw."""
    from evidence.errors import EvidenceError
    from experiments.errors import RunError
    from scenarios.errors import ScenarioError

    if isinstance(error, RunError):
        return error.exit_code
    if isinstance(error, ScenarioError):
        return INVALID
    if isinstance(error, EvidenceError):
        return MISSING
    if _is_about_room(error):
        return SOME_FAILED
    return UNEXPECTED


def _is_about_room(error: BaseException) -> bool:
    """Return whether the system had no room for a file."""
    from experiments.runner import NO_ROOM

    return isinstance(error, OSError) and error.errno in NO_ROOM


def _end(error: BaseException, verbose: bool) -> NoReturn:
    """Tell the error and end the process with its code."""
    if isinstance(error, KeyboardInterrupt):
        message("Interrupted; nothing was left half-written.")
        raise SystemExit(INTERRUPTED) from None
    if isinstance(error, BrokenPipeError):
        # The reader of a pipe went away: not an error. Python would complain again when it closes the stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(DONE) from None
    code = _exit_code(error)
    if verbose:
        message("".join(traceback.format_exception(error)).rstrip())
    if code == UNEXPECTED and not _is_foreseen(error):
        message(f"Unexpected error: {type(error).__name__}: {error}")
        if not verbose:
            message("Add --verbose to see where it happened.")
    elif _is_about_room(error):
        message(
            "Error: the disk is full, and what was being written was taken back. Make room, and give the same "
            "command again: what is finished is kept."
        )
    else:
        message(f"Error: {error}" if code != INTERRUPTED else str(error))
    if code == INTERRUPTED:
        message(f"To go on: {this_command()}")
    raise SystemExit(code) from None


def _is_foreseen(error: BaseException) -> bool:
    """Return whether the message was written for a person."""
    from experiments.errors import RunError

    return isinstance(error, RunError)


def _as_interrupt(signum: int, frame: object) -> NoReturn:
    raise KeyboardInterrupt


def guarded(command: Callable[P, R]) -> Callable[P, R]:
    """Return the command so that any error ends in a message and a documented exit code."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, _as_interrupt)
        try:
            return command(*args, **kwargs)
        except (typer.BadParameter, typer.Exit):
            raise
        except (Exception, KeyboardInterrupt) as error:
            _end(error, bool(kwargs.get("verbose")))

    return run
