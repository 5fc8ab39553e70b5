"""Who may enter which programme, three ways on the same residents: the one pass against a mask a rule.

Each way starts from the columns of the residents and ends with the same answer for 40 programmes: their Places,
eligibility and exclusions. The start of the region is not timed.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.full_model import REGION, start_of
from scenarios.programmes import load_catalogue
from simulation.doors import READERS
from simulation.eligibility_pass import compile_rules, has_bit, resident_masks

if TYPE_CHECKING:
    from benchmarks.child import Measure
    from scenarios.eligibility import Rule
    from simulation.columns import Columns

PROGRAMMES = 40


def one_by_one(rules: list[Rule], c: Columns, read_once: bool) -> list[NDArray[np.bool_]]:
    """Return a mask a rule, shape (residents,) each, by `Rule.mask`.

    Parameters
    ----------
    rules : the rules.
    c : residents' columns.
    read_once : whether the columns are read once for all rules, or by each rule for itself.
    """
    everybody = np.arange(len(c.id), dtype=np.uint32)
    if read_once:
        names = set().union(*(rule.columns() for rule in rules))
        columns = {name: READERS[name](c, everybody, 0) for name in names}
        return [rule.mask(columns) for rule in rules]
    return [rule.mask({name: READERS[name](c, everybody, 0) for name in rule.columns()}) for rule in rules]


def eligibility(sample: int, threads: int) -> tuple[dict[str, Any], Measure]:
    """Return the measurement: seconds of the pass, of masks over columns read once, and of masks that read their own.

    Parameters
    ----------
    sample, threads : 1 for every resident, and threads of the pass; masks have one.
    """
    c = start_of(sample, threads).columns
    rules = [programme.takes for programme in load_catalogue(REGION).running[:PROGRAMMES]]
    compiled = compile_rules(rules)
    found = resident_masks(compiled, c, 0, threads)
    for k, mask in enumerate(one_by_one(rules, c, read_once=True)):
        if not np.array_equal(has_bit(found, k), mask):
            raise AssertionError(f"the pass and the mask of rule {k} differ")

    def measure() -> dict[str, Any]:
        at = [time.perf_counter()]
        resident_masks(compiled, c, 0, threads)
        at.append(time.perf_counter())
        one_by_one(rules, c, read_once=True)
        at.append(time.perf_counter())
        one_by_one(rules, c, read_once=False)
        at.append(time.perf_counter())
        one_pass, read_once, read_each = np.diff(at).tolist()
        return {"pass_s": one_pass, "masks_s": read_once, "reading_masks_s": read_each}

    return {"residents": len(c.id), "programmes": len(rules)}, measure
