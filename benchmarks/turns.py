"""Children that wait, and the rounds in which each is asked once: what makes figures of one run comparable."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Subject:
    """What one row measures: a kind of `benchmarks.child` with its options, and the interpreter that runs it."""

    title: str
    kind: str
    options: dict[str, Any]
    python: str
    once: bool = False


@dataclass
class Child:
    """A subject's process and what it has said so far."""

    subject: Subject
    process: subprocess.Popen[str]
    said: dict[str, Any] = field(default_factory=dict)
    turns: list[dict[str, Any]] = field(default_factory=list)
    memory: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def begin(cls, subject: Subject, root: Path) -> Child:
        """Return a child that is getting ready."""
        command = [subject.python, "-m", "benchmarks.child", subject.kind, json.dumps(subject.options)]
        pipe = subprocess.PIPE
        return cls(subject, subprocess.Popen(command, cwd=root, stdin=pipe, stdout=pipe, text=True))

    def hear(self) -> dict[str, Any]:
        """Return the child's next answer.

        Raises
        ------
        RuntimeError
            If it ended instead.
        """
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"the benchmark '{self.subject.title}' ended without an answer; its error is above")
        out: dict[str, Any] = json.loads(line)
        return out

    def tell(self, word: str) -> None:
        """Send `go` or `end`."""
        assert self.process.stdin is not None
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()

    def finish(self) -> None:
        """End the child and keep its peak memory."""
        self.tell("end")
        self.memory = self.hear()
        self.process.wait()

    def result(self) -> dict[str, Any]:
        """Return everything that was measured, for the table and for JSON."""
        said = {name: value for name, value in self.said.items() if name != "gate"}
        return {
            "title": self.subject.title, "kind": self.subject.kind, **self.subject.options, **said, **self.memory,
            "turns": self.turns,
        }  # fmt: skip


def take_turns(subjects: list[Subject], repetitions: int, root: Path) -> list[Child]:
    """Return the children of all subjects after their turns; those whose framework is missing are left out.

    Parameters
    ----------
    subjects : what to measure.
    repetitions : rounds; in each, every subject is asked once, and never two at a time.
    root : folder from which `benchmarks` can be imported.
    """
    children = []
    try:
        for subject in subjects:
            print(f"preparing: {subject.title}", file=sys.stderr, flush=True)
            child = Child.begin(subject, root)
            children.append(child)
            child.said = child.hear()
            if "missing" in child.said:
                print(f"left out: {subject.title} ({child.said['missing']}); see `make bench-peers`", file=sys.stderr)
                child.process.wait()
                children.pop()
        for turn in range(repetitions):
            print(f"round {turn + 1} of {repetitions}", file=sys.stderr, flush=True)
            for child in children:
                if turn and child.subject.once:
                    continue
                child.tell("go")
                child.turns.append(child.hear())
        for child in children:
            child.finish()
    finally:
        for child in children:
            if child.process.poll() is None:
                child.process.kill()
    return children
