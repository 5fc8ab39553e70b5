"""One implementation in a process of its own: it gets ready, then repeats its measurement whenever it is told to.

The driver keeps all children waiting and asks them in turn, so that every repetition of one implementation has
repetitions of the others beside it and a busy moment of the machine hits them alike. Lines of JSON on standard
output answer `go` and `end` on standard input; anything else that a framework prints goes to standard error.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks import bm1

Measure = Callable[[], dict[str, Any]]
GATE_SEEDS = (101, 102)


def bm1_ready(module: str, n: int, months: int, threads: int) -> tuple[dict[str, Any], Measure]:
    """Return the gate's statistics of one implementation of BM1, and the measurement.

    Parameters
    ----------
    module : module under `benchmarks` that defines `Model`.
    n, months, threads : residents, months of one repetition, threads.
    """
    begun = time.perf_counter()
    model: Any = importlib.import_module(f"benchmarks.{module}").Model
    imported = time.perf_counter() - begun
    found = []
    for seed in GATE_SEEDS:
        one = model(bm1.population(bm1.GATE_RESIDENTS, bm1.GATE_SEED), bm1.GATE_MONTHS, seed, threads)
        one.run()
        bm1.check_counts(np.asarray(one.counts()), bm1.GATE_RESIDENTS, bm1.GATE_MONTHS)
        found.append(bm1.statistics(one.final()))
    people = bm1.population(n, 1)
    seeds = iter(range(1, 1_000_000))

    def measure() -> dict[str, Any]:
        built = time.perf_counter()
        one = model({name: values.copy() for name, values in people.items()}, months, next(seeds), threads)
        start = time.perf_counter()
        one.run()
        seconds = time.perf_counter() - start
        bm1.check_counts(np.asarray(one.counts()), n, months)
        return {"rates": [n * months / seconds], "built_s": start - built}

    return {"imported_s": imported, "gate": found}, measure


def ready(kind: str, options: dict[str, Any]) -> tuple[dict[str, Any], Measure]:
    """Return what a child says when it is ready, and its measurement."""
    if kind == "bm1":
        return bm1_ready(**options)
    if kind == "eligibility":
        from benchmarks.eligibility import eligibility

        return eligibility(**options)
    if kind == "services":
        from benchmarks.services import services

        return services(**options)
    from benchmarks import full_model

    prepare: Callable[..., tuple[dict[str, Any], Measure]] = getattr(full_model, kind)
    return prepare(**options)


def main() -> None:
    """Answer the driver until it says `end`."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)

    def say(**what: Any) -> None:
        print(json.dumps(what), file=answers, flush=True)

    kind, options = sys.argv[1], json.loads(sys.argv[2])
    try:
        said, measure = ready(kind, options)
    except ImportError as error:
        say(missing=str(error))
        return
    say(**said)
    for line in sys.stdin:
        if line.strip() == "end":
            break
        say(**measure())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    below = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    say(peak_mb=peak / 1024, below_mb=below / 1024)


if __name__ == "__main__":
    main()
