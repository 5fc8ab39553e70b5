"""A small whole run kept to the byte: it changes only through `make golden`, with a line in the changelog.

The file holds figures that a reader can follow from version to version, and a hash of every array.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scenarios.vocabulary import STATES
from simulation.ledger import LINES
from simulation.output import FLOW_ITEMS, SUBSIDY_ITEMS, RunOutput
from simulation.run import simulate
from simulation.version import MODEL
from tests.worlds import arrays_of, baseline, living_in, start_of, subsidy, with_subsidies, world

FILE = Path(__file__).with_name("made_world.json")
HISTORY, MONTHS = 6, 24


def outputs() -> tuple[RunOutput, ...]:
    """Return the runs: a baseline, a subsidy of vacancies and extra places, two subsidies in a weaker market."""
    start = start_of(world(600, 60), run_in=12)
    arms = (
        baseline(HISTORY, MONTHS),
        with_subsidies(subsidy(places="both", months=4), policy_month=HISTORY, months=MONTHS),
        with_subsidies(
            subsidy("north", living_in(0), months=3, cap_active=6, payer="combined_authority"),
            subsidy("rest", living_in(1, 2), places="additional", wage_share=0.5, budget_pence=30_000_000),
            policy_month=HISTORY, months=MONTHS, demand=((HISTORY, 0.95),),
        ),
    )  # fmt: skip
    return simulate(start, arms, seed=2025, hashing=True)


def summary(output: RunOutput) -> dict[str, Any]:
    """Return a run's figures by name, and a hash of every array."""
    ends = {"first": 0, "policy": HISTORY, "last": -1}
    by_state = output.stocks.sum(axis=(1, 2, 3, 4, 5))
    return {
        "stocks": {end: dict(zip(STATES, by_state[t].tolist(), strict=True)) for end, t in ends.items()},
        "flows": dict(zip(FLOW_ITEMS, output.flows.sum(axis=(0, 1)).tolist(), strict=True)),
        "pence": dict(zip((line.name for line in LINES), output.ledger.sum(axis=(0, 1)).tolist(), strict=True)),
        "slots": {end: output.slots[t].sum(axis=0).tolist() for end, t in ends.items()},
        "subsidies": {
            name: dict(zip(SUBSIDY_ITEMS, output.subsidies[:, k].sum(axis=(0, 1)).tolist(), strict=True))
            for k, name in enumerate(output.subsidy_names)
        },
        "arrays": {
            name: hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()[:16]
            for name, array in sorted(arrays_of(output).items())
        },
    }


def renewed(kept: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    """Return the file's new content.

    Raises
    ------
    AssertionError
        If figures moved and the model has the number it had: posteriors made before would still be used.
    """
    moved = [name for name in found if found[name] != kept.get(name)]
    assert not moved or kept["model"] != MODEL, (
        f"{', '.join(moved)} moved, but the model is still number {MODEL}: raise MODEL in simulation/version.py"
    )
    return {"model": MODEL, **found}


def test_figures_that_moved_are_not_written_under_the_number_they_had() -> None:
    kept = {"model": MODEL, "baseline": {"flows": 1}}
    assert renewed(kept, {"baseline": {"flows": 1}}) == kept
    with pytest.raises(AssertionError, match="raise MODEL"):
        renewed(kept, {"baseline": {"flows": 2}})
    assert renewed({**kept, "model": MODEL - 1}, {"baseline": {"flows": 2}})["model"] == MODEL


def test_the_made_world_s_run_is_the_one_on_file(update_golden: bool) -> None:
    names = ("baseline", "one subsidy", "two subsidies in a weaker market")
    found = {name: summary(output) for name, output in zip(names, outputs(), strict=True)}
    if update_golden:
        before = json.loads(FILE.read_text(encoding="utf-8"))
        FILE.write_text(json.dumps(renewed(before, found), indent=2) + "\n", encoding="utf-8")
    kept = json.loads(FILE.read_text(encoding="utf-8"))
    assert kept["model"] == MODEL, "the file is of another model; run `make golden` and say why"
    for name in names:
        for part in kept[name]:
            assert found[name][part] == kept[name][part], (
                f"{name}: {part} moved; if meant, run `make golden` and say why"
            )
