"""What happens during a study, told to whoever listens: the terminal, the log, a notebook; decides nothing."""

from __future__ import annotations

import json
import logging
import time
from pathlib import Path


class Events:
    """Hears about a study and does nothing; listeners override what they need."""

    def stage(self, text: str) -> None:
        """Hear that a stage begins, in words for a person."""

    def warn(self, text: str) -> None:
        """Hear of something that changes how a result should be read."""

    def begin(self, n_tasks: int, n_done: int) -> None:
        """Hear how many runs the study has and how many of them are already on disk."""

    def tick(self, stage: str, done: int, total: int) -> None:
        """Hear how far the present run is, in months."""

    def finished(self, name: str, seconds: float) -> None:
        """Hear that a run is saved."""

    def failed(self, name: str, reason: str, trace: str) -> None:
        """Hear that a run failed and why; `trace` is for the log."""

    def end(self) -> None:
        """Hear that no more runs follow."""


class Log(Events):
    """Passes everything on and keeps it as JSON lines in a run folder's log."""

    def __init__(self, path: Path, run_id: str, listener: Events) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path, self._run_id, self._listener = path, run_id, listener

    def _write(self, level: int, event: str, **facts: object) -> None:
        line = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
            "level": logging.getLevelName(level),
            "run_id": self._run_id,
            "event": event,
            **facts,
        }
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")

    def stage(self, text: str) -> None:
        """Log and pass on."""
        self._write(logging.INFO, "stage", text=text)
        self._listener.stage(text)

    def warn(self, text: str) -> None:
        """Log and pass on."""
        self._write(logging.WARNING, "warning", text=text)
        self._listener.warn(text)

    def begin(self, n_tasks: int, n_done: int) -> None:
        """Log and pass on."""
        self._write(logging.INFO, "begin", runs=n_tasks, already_done=n_done)
        self._listener.begin(n_tasks, n_done)

    def tick(self, stage: str, done: int, total: int) -> None:
        """Pass on only: a line a month would drown the log."""
        self._listener.tick(stage, done, total)

    def finished(self, name: str, seconds: float) -> None:
        """Log and pass on."""
        self._write(logging.INFO, "run_saved", run=name, seconds=round(seconds, 3))
        self._listener.finished(name, seconds)

    def failed(self, name: str, reason: str, trace: str) -> None:
        """Log with the trace and pass on."""
        self._write(logging.ERROR, "run_failed", run=name, reason=reason, trace=trace)
        self._listener.failed(name, reason, trace)

    def end(self) -> None:
        """Log and pass on."""
        self._write(logging.INFO, "end")
        self._listener.end()
