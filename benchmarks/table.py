"""The figures as text: best and median of each row, and ratios between rows of the same run."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from statistics import median
from typing import Any

Row = dict[str, Any]


def threads(n: int) -> str:
    """Return '1 thread' or 'n threads'."""
    return "1 thread" if n == 1 else f"{n} threads"


def machine() -> dict[str, Any]:
    """Return what the figures were taken on."""
    packages = {name: version(name) for name in ("numba", "numpy")}
    return {"processor": platform.processor() or platform.machine(), "cores": os.cpu_count(), **packages}


def rates(row: Row) -> list[float]:
    """Return a row's rates, million resident-months a second."""
    return [rate / 1e6 for turn in row["turns"] for rate in turn["rates"]]


def _lines(heads: list[str], rows: list[list[str]]) -> str:
    widths = [max(len(row[k]) for row in [heads, *rows]) for k in range(len(heads))]

    def line(cells: list[str]) -> str:
        rest = (cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=True))
        return "  ".join([cells[0].ljust(widths[0]), *rest]).rstrip()

    return "\n".join([line(heads), line(["-" * width for width in widths]), *(line(row) for row in rows)])


def _ratio(row: Row, other: Row | None) -> str:
    """Return the median over rounds of a row's rate over another's in the same round."""
    if other is None:
        return ""
    return f"{median(a / b for a, b in zip(rates(row), rates(other), strict=True)):.2f}"


def _find(rows: list[Row], **what: Any) -> Row | None:
    found = [row for row in rows if all(row.get(name) == value for name, value in what.items())]
    return found[0] if found else None


def bm1_table(rows: list[Row]) -> str:
    """Return the table of the common workload."""
    best_of_ours = _find(rows, module="passes", threads=2)
    cells = []
    for row in rows:
        c = _find(rows, module="c_reference", threads=row["threads"])
        one = _find(rows, module=row["module"], threads=1) if row["threads"] > 1 else None
        mine = rates(row)
        speed_up = "" if best_of_ours is None else f"{max(rates(best_of_ours)) / max(mine):.1f}"
        cells.append(
            [row["title"], f"{max(mine):.1f}", f"{median(mine):.1f}", _ratio(row, c), _ratio(row, one), speed_up,
             f"{row['peak_mb']:.0f}"]
        )  # fmt: skip
    n = rows[0]["n"] if rows else 0
    title = f"\nThe common workload BM1, {n:,} residents, million resident-months a second"
    heads = ["", "best", "median", "of C", "over 1 thread", "ours is x times", "peak MB"]
    return f"{title}\n{_lines(heads, cells)}\n"


def _times(row: Row, name: str) -> list[float]:
    return [turn[name] for turn in row["turns"]]


def model_table(rows: list[Row]) -> str:
    """Return the table of the whole model."""
    out = ["\nThe full model: all processes, hiring, ledger, observation"]
    paired = [row for row in rows if row["kind"] == "paired"]
    one = _find(paired, threads=1)
    cells = [
        [
            row["title"], f"{max(rates(row)):.1f}", f"{median(rates(row)):.1f}",
            _ratio(row, one) if row["threads"] > 1 else "",
            f"{min(_times(row, 'whole_s')):.2f}", f"{row['start_s']:.1f}", f"{row['peak_mb']:.0f}",
        ]
        for row in paired
    ]  # fmt: skip
    heads = ["M resident-months/s of two arms", "best", "median", "over 1 thread", "all months s", "start s", "peak MB"]
    out.append(_lines(heads, cells))
    for row in rows:
        if row["kind"] == "single":
            times = [time for turn in row["turns"] for time in turn["milliseconds"]]
            out.append(f"{row['title']}: best {min(times):.0f} ms, median {median(times):.0f} ms of {len(times)}")
        elif row["kind"] == "workers":
            ones, twos = _times(row, "one_worker_s"), _times(row, "two_workers_s")
            gain = median(a / b for a, b in zip(ones, twos, strict=True))
            out.append(
                f"{row['title']}: 1 worker {min(ones):.2f} s, 2 workers {min(twos):.2f} s: {gain:.2f} times the work"
            )
    return "\n".join(out) + "\n"


def services_table(rows: list[Row]) -> str:
    """Return the table of what the catalogue of services costs."""
    cells = []
    for row in rows:
        without, served = ([s for turn in row["turns"] for s in turn[name]] for name in ("without_s", "with_s"))
        times = [f"{1000 * median(seconds):.0f}" for seconds in (without, served)]
        ratios = [f"{middle(served) / middle(without):.2f}" for middle in (median, min)]
        cells.append([row["title"], *times, *ratios])
    heads = ["", "without ms/month", "with ms/month", "ratio of medians", "ratio of the best"]
    return f"\nThe whole catalogue of services\n{_lines(heads, cells)}\n"


def rules_table(rows: list[Row]) -> str:
    """Return the table of who may enter which programme."""
    cells = []
    for row in rows:
        ours = _times(row, "pass_s")
        masks = [_times(row, name) for name in ("masks_s", "reading_masks_s")]
        times = [f"{min(seconds):.3f}" for seconds in (ours, *masks)]
        ratios = [f"{median(b / a for a, b in zip(ours, other, strict=True)):.1f}" for other in masks]
        cells.append([row["title"], *times, *ratios])
    heads = ["", "one pass s", "masks s", "masks that read s", "masks / pass", "masks that read / pass"]
    return f"\nWho may enter which programme\n{_lines(heads, cells)}\n"


def start_table(rows: list[Row]) -> str:
    """Return the lines about starting up."""
    out = ["\nStarting"]
    for row in rows:
        if row["kind"] == "help_text":
            times = _times(row, "seconds")
            out.append(f"{row['title']}: best {min(times):.2f} s, median {median(times):.2f} s")
        else:
            turn = row["turns"][0]
            out.append(
                f"{row['title']}: {turn['first_s']:.1f} s with compiling, {turn['second_s']:.1f} s from the cache"
            )
    return "\n".join(out) + "\n"
