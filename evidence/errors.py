"""The one error that evidence raises; it leaves out everything about runs and scenarios."""

from __future__ import annotations


class EvidenceError(ValueError):
    """A file of evidence that cannot be used, with the file, the key and how to mend it.

    Attributes
    ----------
    file
        Path of the file, relative to the evidence folder.
    key
        Dotted path of the entry inside the file; empty when the whole file is meant.
    message
        What was found, what is allowed and what to do.
    """

    def __init__(self, file: str, key: str, message: str) -> None:
        self.file = file
        self.key = key
        self.message = message
        super().__init__(f"{file}: '{key}': {message}" if key else f"{file}: {message}")

    def __reduce__(self) -> tuple[type[EvidenceError], tuple[str, str, str]]:
        """Return what pickle needs, so that the error survives a worker process."""
        return type(self), (self.file, self.key, self.message)
