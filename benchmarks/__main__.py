"""The benchmark driver: children measured in turn, one table, ratios from the same run; nothing is asserted on time."""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks import bm1, c_reference, table
from benchmarks.turns import Child, Subject, take_turns

FULL, QUICK = 1_600_000, 200_000
MONTHS = {"fast": (120, 48), "columns": (12, 6), "agents": (3, 2)}
"""Months of one repetition, in full and with --quick, by kind of implementation."""
PEERS = (
    ("Mesa with NumPy columns", "peers.mesa_numpy", "columns"),
    ("starsim", "peers.starsim_module", "columns"),
    ("pandas", "peers.pandas_frame", "columns"),
    ("Mesa agents", "peers.mesa_agents", "agents"),
)


def options() -> argparse.Namespace:
    """Return the options of the command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--peers", action="store_true", help="also BM1 in Mesa, pandas and starsim")
    parser.add_argument("--peers-python", default=sys.executable, help="the interpreter that has them")
    parser.add_argument("--only", choices=("bm1", "model", "services", "rules", "start"), help="one part of the table")
    parser.add_argument("--quick", action="store_true", help="small populations and few repetitions")
    parser.add_argument(
        "--repetitions", type=int, default=0, help="repetitions of each row (default 5; 2 with --quick)"
    )
    parser.add_argument("--json", action="store_true", help="the figures as JSON on standard output")
    return parser.parse_args()


def bm1_subjects(o: argparse.Namespace) -> list[Subject]:
    """Return the rows of the common workload."""
    n = QUICK if o.quick else FULL

    def row(title: str, module: str, size: str, threads: int, python: str) -> Subject:
        months = MONTHS[size][1 if o.quick else 0]
        return Subject(title, "bm1", {"module": module, "n": n, "months": months, "threads": threads}, python)

    rows = []
    for threads in (2, 1):
        if c_reference.available():
            rows.append(
                row(f"C with AVX-512, {table.threads(threads)}", "c_reference", "fast", threads, sys.executable)
            )
        rows.append(row(f"our pass, {table.threads(threads)}", "passes", "fast", threads, sys.executable))
    if o.peers:
        rows += [row(title, module, size, 1, o.peers_python) for title, module, size in PEERS]
    return rows


def model_subjects(o: argparse.Namespace) -> list[Subject]:
    """Return the rows of the whole model."""
    sample, small = (20, 200) if o.quick else (1, 50)
    rows = [
        Subject(
            f"full model 1:{sample}, {table.threads(n)}", "paired", {"sample": sample, "threads": n}, sys.executable
        )
        for n in (2, 1)
    ]
    rows.append(Subject(f"1:{small} run of 60 months", "single", {"sample": small}, sys.executable))
    rows.append(Subject(f"8 runs at 1:{small} on workers", "workers", {"sample": small}, sys.executable))
    return rows


def services_subjects(o: argparse.Namespace) -> list[Subject]:
    """Return the rows of what the catalogue of services costs."""
    sample = 20 if o.quick else 1
    return [
        Subject(
            f"today's services 1:{sample}, {table.threads(n)}",
            "services",
            {"sample": sample, "threads": n},
            sys.executable,
        )
        for n in (2, 1)
    ]


def rules_subjects(o: argparse.Namespace) -> list[Subject]:
    """Return the rows of who may enter which programme."""
    sample = 20 if o.quick else 1
    return [
        Subject(
            f"40 programmes 1:{sample}, {table.threads(n)}",
            "eligibility",
            {"sample": sample, "threads": n},
            sys.executable,
        )
        for n in (2, 1)
    ]


def start_subjects(o: argparse.Namespace) -> list[Subject]:
    """Return the rows of starting up."""
    rows = [Subject("workability --help", "help_text", {}, sys.executable)]
    if not o.quick:
        rows.append(Subject("first and second run on a machine", "compiling", {}, sys.executable, once=True))
    return rows


def gate(children: list[Child]) -> dict[str, list[str]]:
    """Return what is wrong with each implementation of BM1, by title; empty lists where nothing is."""
    runs = bm1.reference(range(bm1.GATE_RUNS))
    return {child.subject.title: bm1.gate(child.said["gate"], runs) for child in children if "gate" in child.said}


def small_timings(root: Path) -> None:
    """Run the timings of `tests/benchmarks`, where pytest-benchmark is installed."""
    if importlib.util.find_spec("pytest_benchmark") is None:
        return
    command = [
        sys.executable,
        "-m",
        "pytest",
        "tests/benchmarks",
        "--benchmark-only",
        "--quiet",
        "-p",
        "no:cacheprovider",
    ]
    subprocess.run(command, cwd=root, env={**os.environ, "WORKABILITY_BENCH": "1"}, check=False)


def main() -> int:
    """Run the benchmarks; return 1 if an implementation of BM1 computes something else."""
    o = options()
    repetitions = o.repetitions or (2 if o.quick else 5)
    root = Path(__file__).resolve().parent.parent
    parts = {
        "bm1": bm1_subjects,
        "model": model_subjects,
        "services": services_subjects,
        "rules": rules_subjects,
        "start": start_subjects,
    }
    report: dict[str, Any] = {}
    wrong: dict[str, list[str]] = {}
    for name, subjects in parts.items():
        if o.only not in (None, name):
            continue
        children = take_turns(subjects(o), repetitions, root)
        report[name] = [child.result() for child in children]
        wrong.update(gate(children))
        if not o.json:
            print(getattr(table, f"{name}_table")(report[name]), flush=True)
    if o.only is None and not o.json:
        small_timings(root)
    failed = {title: problems for title, problems in wrong.items() if problems}
    if o.json:
        print(json.dumps({**report, "gate_failures": failed, "machine": table.machine()}, indent=2))
    for title, problems in failed.items():
        print(f"BM1's gate: '{title}' does not compute the common workload: {'; '.join(problems)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
