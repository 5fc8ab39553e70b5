"""What can go wrong in running many, each with the exit code a command ends with."""

from __future__ import annotations


class RunError(Exception):
    """A run that cannot start or go on; the message says what, why and how to mend it."""

    exit_code = 1


class InvalidRequest(RunError):
    """An option that cannot be, contradicts another, or asks for more than this machine has."""

    exit_code = 2


class UnfitScenarios(InvalidRequest):
    """Scenarios, with what was set in them, that cannot be compared."""

    exit_code = 3


class InvalidData(RunError):
    """A user's own file of figures that cannot be used."""

    exit_code = 3


class UnusableOutput(InvalidRequest):
    """A folder for output that cannot be written to."""


class MissingData(RunError):
    """A run folder or a file of it that is not there, or is not what was written."""

    exit_code = 4


class BusyFolder(UnusableOutput):
    """Another process is writing to the same run folder."""


class Differs(RunError):
    """A repeated run whose results are not the same bytes."""

    exit_code = 6


class ValidationFails(RunError):
    """The scorecard of a posterior fails; it is written all the same."""

    exit_code = 6


class SomeRunsFailed(RunError):
    """The study finished, but some seeds did not; the others are kept."""

    exit_code = 5


class DiskFull(SomeRunsFailed):
    """No room for what is to be written; finished seeds are kept."""


class Interrupted(RunError):
    """The user stopped the study; finished seeds are kept."""

    exit_code = 130
