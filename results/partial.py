"""One finished seed on disk, so that a killed run resumes; a damaged file counts as not there."""

from __future__ import annotations

import io
import json
import logging
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from results.equity import EquityCounts
from results.files import digest, write_bytes
from results.pairing import PairedSeed
from results.panel import ARRAYS, Panel
from results.shelf import Arrays, shelved
from simulation.output import Scores

LOG = logging.getLogger(__name__)
SEEDS = "seeds"
VERSION = 7
"""Raise it when the content of a seed file changes; older files are then redone."""
DIGEST_BYTES = 32
SCORE_ARRAYS = ("months", "counts", "living_wage_pence")
SCORE_TERMS = ("line_pence", "line_share", "couple_needs")


def seed_path(folder: Path, seed: int, draw: int = 0) -> Path:
    """Return where a finished seed is kept inside a run folder."""
    return folder / SEEDS / (f"{seed}.npz" if draw == 0 else f"{draw}-{seed}.npz")


def panel_arrays(prefix: str, panel: Panel) -> dict[str, Any]:
    """Return a panel's arrays under names with a prefix."""
    out: dict[str, Any] = {f"{prefix}.{name}": getattr(panel, name) for name in ARRAYS}
    out.update({f"{prefix}.stocks.{name}": values for name, values in panel.stocks.items()})
    if panel.scores is not None:
        out.update({f"{prefix}.scores.{name}": getattr(panel.scores, name) for name in SCORE_ARRAYS})
    return out


def panel_facts(panel: Panel) -> dict[str, Any]:
    """Return a panel's plain fields."""
    names = ("arm", "seed", "draw", "sample", "policy_month")
    facts: dict[str, Any] = {name: getattr(panel, name) for name in names}
    terms = {} if panel.scores is None else {name: getattr(panel.scores, name) for name in SCORE_TERMS}
    names_of = {"subsidy_names": list(panel.subsidy_names), "service_names": list(panel.service_names)}
    return facts | names_of | {"scores": terms}


def save_seed(folder: Path, seed: PairedSeed) -> Path:
    """Write one finished seed into a run folder, whole or not at all, and return its path.

    The file is a checksum followed by a NumPy archive; the same seed gives the same bytes.
    """
    arrays = panel_arrays("policy", seed.policy) | panel_arrays("baseline", seed.baseline)
    arrays |= {f"groups.{name}": table for name, table in seed.groups.items()}
    equity = seed.equity
    if equity is not None:
        arrays["equity"] = equity.counts
    facts = {
        "version": VERSION,
        "policy": panel_facts(seed.policy),
        "baseline": panel_facts(seed.baseline),
        "metrics": seed.metrics,
        "stocks": list(seed.policy.stocks),
        "groups": list(seed.groups),
        "equity": None
        if equity is None
        else {"pairs": equity.pairs, "groups": equity.groups, "needs": list(equity.needs.items())},
    }
    arrays["facts"] = np.frombuffer(json.dumps(facts, sort_keys=False).encode(), np.uint8)
    content = archive(arrays)
    path = seed_path(folder, seed.seed, seed.draw)
    write_bytes(path, bytes.fromhex(digest(content)) + content)
    return path


def archive(arrays: dict[str, Any]) -> bytes:
    """Return a NumPy archive with fixed dates, so that its bytes depend on its content alone."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, values in arrays.items():
            part = io.BytesIO()
            np.lib.format.write_array(part, np.ascontiguousarray(values), allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            bundle.writestr(entry, part.getvalue())
    return buffer.getvalue()


def read_seed(path: Path) -> PairedSeed:
    """Return one finished seed.

    Raises
    ------
    ValueError
        If the file is damaged or was written by another version.
    """
    return _seed_of(*_content(path))


def read_seeds(paths: Iterable[Path], folder: Path) -> list[PairedSeed]:
    """Return finished seeds whose arrays the system may drop from memory, as many as there are.

    Parameters
    ----------
    paths : iterable of Path
        Where they were saved.
    folder : Path
        On whose disk their arrays are held until the last seed is let go.

    Raises
    ------
    ValueError
        If a file is damaged or was written by another version.
    """
    facts: list[dict[str, Any]] = []

    def arrays() -> Iterator[Arrays]:
        for path in paths:
            said, held = _content(path)
            facts.append(said)
            yield held

    return [_seed_of(*both) for both in zip(facts, shelved(arrays(), folder), strict=True)]


def _content(path: Path) -> tuple[dict[str, Any], Arrays]:
    """Return the plain facts and the arrays of a saved seed, or raise ValueError."""
    raw = path.read_bytes()
    if len(raw) <= DIGEST_BYTES or raw[:DIGEST_BYTES].hex() != digest(raw[DIGEST_BYTES:]):
        raise ValueError("its checksum does not match its content")
    with np.load(io.BytesIO(raw[DIGEST_BYTES:]), allow_pickle=False) as bundle:
        arrays = {name: bundle[name] for name in bundle.files}
    facts: dict[str, Any] = json.loads(arrays.pop("facts").tobytes())
    if facts.get("version") != VERSION:
        raise ValueError(f"it has version {facts.get('version')}; this code writes version {VERSION}")
    return facts, arrays


def _seed_of(facts: dict[str, Any], arrays: dict[str, Any]) -> PairedSeed:
    """Return the seed of some facts and arrays."""

    def panel(prefix: str) -> Panel:
        plain = facts[prefix] | {name: tuple(facts[prefix][name]) for name in ("subsidy_names", "service_names")}
        terms = plain.pop("scores")
        scores = (
            Scores(**terms, **{name: arrays[f"{prefix}.scores.{name}"] for name in SCORE_ARRAYS}) if terms else None
        )
        stocks = {name: arrays[f"{prefix}.stocks.{name}"] for name in facts["stocks"]}
        kept = {name: arrays[f"{prefix}.{name}"] for name in ARRAYS}
        return Panel(**plain, stocks=stocks, scores=scores, **kept)

    groups = {name: arrays[f"groups.{name}"] for name in facts["groups"]}
    return PairedSeed(
        panel("policy"), panel("baseline"), facts["metrics"], groups, equity_of(facts["equity"], arrays.get("equity"))
    )


def equity_of(facts: dict[str, Any] | None, counts: Any) -> EquityCounts | None:
    """Return who started against who was in need, None where a seed holds nothing of it."""
    if facts is None:
        return None
    pairs, groups = (tuple((str(a), str(b)) for a, b in facts[name]) for name in ("pairs", "groups"))
    return EquityCounts(pairs, groups, dict(facts["needs"]), counts)


def load_seeds(folder: Path, wanted: Iterable[int] | None = None, draw: int = 0) -> dict[int, PairedSeed]:
    """Return the finished seeds of a run folder by seed; damaged files are left out with a warning.

    Parameters
    ----------
    folder : Path
        A run folder.
    wanted : iterable of int, optional
        The seeds to look for; all that are there by default.
    draw : int
        Draw of uncertain parameters.
    """
    if wanted is None:
        paths = sorted((folder / SEEDS).glob("*.npz")) if (folder / SEEDS).is_dir() else []
    else:
        paths = [path for path in (seed_path(folder, seed, draw) for seed in wanted) if path.exists()]
    sound = [path for path in paths if _is_sound(path)]
    found = {seed.seed: seed for seed in read_seeds(sound, folder) if seed.draw == draw}
    return dict(sorted(found.items()))


def _is_sound(path: Path) -> bool:
    """Return whether a saved seed can be read; say where it cannot."""
    try:
        _content(path)
    except (ValueError, OSError, KeyError, TypeError, zipfile.BadZipFile) as problem:
        LOG.warning("%s/%s is ignored and its seed is run again: %s", SEEDS, path.name, problem)
        return False
    return True
