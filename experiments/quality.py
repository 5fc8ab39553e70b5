"""Rows of a run's quality-assurance log: what was checked on its own figures, and what came out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from results.panel import Panel
from results.services import unaccounted

if TYPE_CHECKING:
    from experiments.target_table import TargetTable
    from results.pairing import PairedSeed
    from results.summary import Headline


def quality_rows(
    pairs: Sequence[PairedSeed], headline: Headline, n_wanted: int, targets: TargetTable | None
) -> list[dict[str, str]]:
    """Return the rows, in the columns of `results.store.QA_COLUMNS` but for those a person fills in.

    Parameters
    ----------
    pairs : Sequence[PairedSeed]
        The finished seeds.
    headline : Headline
        The comparison over them.
    n_wanted : int
        Number of runs that were asked for.
    targets : TargetTable or None
        The region's table of the baseline against published figures, where it has one.
    """
    panels = [panel for pair in pairs for panel in (pair.policy, pair.baseline)]
    apart = sum(_months_apart(pair) for pair in pairs)
    lost = sum(_residents_lost(panel) for panel in panels)
    overfull = sum(_overfull(panel) for panel in panels)
    astray = sum(unaccounted(panel) for panel in panels)
    beside = " ".join([*targets.departures, targets.tally()]) if targets else "the region has no table yet"
    return [
        _row("runs", "Every run that was asked for is in the figures", f"{n_wanted} runs", f"{len(pairs)} runs",
             len(pairs) == n_wanted, "circumstances.json"),
        _row("history", "Every count and payment of both arms is the same before the policy begins", "0 months apart",
             f"{apart} months apart", apart == 0, "results/monthly.parquet"),
        _row("residents", "Nobody is lost or made: each Place's residents are the same every month", "0 residents",
             f"{lost} residents", lost == 0, "results/monthly.parquet"),
        _row("slots", "No area has more filled slots than slots", "0 area-months", f"{overfull} area-months",
             overfull == 0, "results/monthly.parquet"),
        *(
            []
            if headline.services is None
            else [
                _row("clients", "Everybody referred is rejected, waits, gave up or started; everybody started is "
                     "accounted for", "0 clients", f"{astray} clients", astray == 0, "results/services.parquet")
            ]
        ),
        _row("group_sums", "Individual measures and sums over groups agree", "within what chance allows",
             headline.alarm.text, not headline.alarm.exceeds, "headline.json"),
        _row("calibration", "The parameters rest on a posterior", "calibrated", headline.caution or "calibrated",
             headline.calibrated, "manifest.json", kind="validation"),
        _row("targets", "The baseline was set beside published figures with the parameters of this run",
             "a table of these parameters", beside, targets is not None and not targets.departures, "target_table.csv",
             kind="validation"),
    ]  # fmt: skip


def _row(
    name: str, check: str, threshold: str, result: str, passed: bool, evidence: str, kind: str = "verification"
) -> dict[str, str]:
    return {
        "id": name,
        "check": check,
        "type": kind,
        "threshold": threshold,
        "result": f"{'pass' if passed else 'FAIL'}: {result}",
        "evidence": evidence,
        "severity": "none" if passed else "high",
        "who": "the program",
        "when": "at the end of the run",
        "sign_off": "",
    }


def _months_apart(pair: PairedSeed) -> int:
    """Return the months of history in which any count or payment of the two arms differs."""
    start = pair.policy.start
    apart = np.zeros(start, bool)
    for name in ("moves", "flows", "claimants", "slots", "ledger", "state_hash"):
        ours, theirs = getattr(pair.policy, name)[:start], getattr(pair.baseline, name)[:start]
        apart |= (ours != theirs).reshape(start, -1).any(axis=1)
    return int(apart.sum())


def _residents_lost(panel: Panel) -> int:
    counts = panel.stocks["all"].sum(axis=(2, 3))
    return int(np.abs(counts - counts[0]).sum())


def _overfull(panel: Panel) -> int:
    return int((panel.slots[..., 1] > panel.slots[..., 0]).sum() + (panel.places[..., 1] > panel.places[..., 0]).sum())
