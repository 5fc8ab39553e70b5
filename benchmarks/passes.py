"""Our pass on the common workload: the two stages of `simulation.monthly_pass` with BM1's rules.

Residents hold the month they were born and the month their spell began, so nobody is written in a month in which
nothing happens to him. The look compares one keyed draw with a bound that belongs to the resident's class; the
visit applies exact hazards to those it found, which makes the thinning exact. One thread, or several Python
threads on ranges of residents; the result does not depend on how many.
"""

# mypy: disable-error-code="untyped-decorator"
from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks import bm1
from simulation.compiling import kernel
from simulation.streams import GOLDEN, U64, _mix_py, mix

CHUNK = 1024
N_SEGMENTS, SEGMENT_BITS = 16, 28
"""Segments of a 32-bit draw: each destination owns some of them for good, by state."""
_EXIT, _HEALTH, _DUE = 1, 2, 4
_NB, _NH, _NQ, _NS = bm1.N_BANDS, bm1.N_HEALTH, bm1.N_QUALIFICATIONS, bm1.N_STATES
_FIRST, _LAST, _CAP, _OTHER = bm1.FIRST_MONTH, bm1.LAST_MONTH, bm1.SPELL_CAP, bm1.INACTIVE_OTHER
_HEALTH_HALF = 8
"""First segment of getting better; those before it belong to getting worse."""
_MOVE, _BENEFIT, _ARRIVAL = 0, 1, 2
_AHEAD = 1 << 31


class Columns(NamedTuple):
    """Residents: what BM1 asks for, and the classes and timer that the look reads."""

    place: NDArray[np.uint8]
    born: NDArray[np.int16]
    health: NDArray[np.uint8]
    qualification: NDArray[np.uint8]
    state: NDArray[np.uint8]
    since: NDArray[np.int16]
    benefit: NDArray[np.uint8]
    exit_class: NDArray[np.uint16]
    health_class: NDArray[np.uint8]
    timer: NDArray[np.int16]


class Tables(NamedTuple):
    """Thresholds: exact ones of 32 bits for the visit, bounds of 16 bits by class and segment for the look."""

    exit_bound: NDArray[np.uint16]
    health_bound: NDArray[np.uint16]
    destination: NDArray[np.int8]
    offset: NDArray[np.int64]
    width: NDArray[np.float64]
    decay: NDArray[np.float64]
    worse: NDArray[np.int64]
    better: NDArray[np.int64]
    on_benefit: NDArray[np.int64]
    qualification: NDArray[np.int64]
    band: NDArray[np.uint8]
    next_band: NDArray[np.int16]


class Work(NamedTuple):
    """Working space of one thread: the draws and hits of a chunk, and its list of visits."""

    draws: NDArray[np.uint64]
    hits: NDArray[np.uint8]
    rows: NDArray[np.int32]


def _bound(width: NDArray[np.float64]) -> NDArray[np.uint16]:
    """Return the 16-bit bound that no position below a 28-bit threshold exceeds."""
    return np.minimum(np.ceil(np.clip(width, 0, 2.0**SEGMENT_BITS) / 2.0**12), 65535).astype(np.uint16)


def tables() -> Tables:
    """Return the thresholds of BM1."""
    width = bm1.HAZARD * 2.0**32
    destination = np.full((_NS, N_SEGMENTS), -1, np.int8)
    offset = np.zeros((_NS, _NS), np.int64)
    bound = np.zeros((*bm1.HAZARD.shape[:-1], N_SEGMENTS))
    for s in range(_NS):
        first = 0
        for d in range(_NS):
            n = int(np.ceil(bm1.HAZARD[s, ..., d].max() * N_SEGMENTS))
            destination[s, first : first + n] = d
            offset[s, d] = first << SEGMENT_BITS
            for k in range(n):
                bound[s, ..., first + k] = width[s, ..., d] - k * 2.0**SEGMENT_BITS
            first += n
        if first > N_SEGMENTS:
            raise ValueError(f"the hazards out of BM1's state {s} need {first} segments; there are {N_SEGMENTS}")
    health = np.zeros((_NB, _NH, N_SEGMENTS))
    health[..., 0], health[..., _HEALTH_HALF] = bm1.WORSE * 2.0**32, bm1.BETTER * 2.0**32
    edges = np.append(bm1.BAND_STARTS[1:], _LAST)
    whole = 2.0**32
    return Tables(
        exit_bound=_bound(bound).ravel(),
        health_bound=_bound(health).ravel(),
        destination=destination,
        offset=offset,
        width=width.reshape(-1, _NS),
        decay=bm1.DECAY,
        worse=np.rint(bm1.WORSE * whole).astype(np.int64),
        better=np.rint(bm1.BETTER * whole).astype(np.int64),
        on_benefit=np.rint(bm1.ON_BENEFIT * whole).astype(np.int64),
        qualification=np.rint(bm1.QUALIFICATION * whole).astype(np.int64),
        band=bm1.BAND,
        next_band=edges.astype(np.int16),
    )


@kernel
def look(c: Any, t: Any, k: Any, month: Any, start: Any, m: Any, work: Any) -> Any:
    """List the rows of [start, start + m) that must be visited; return how many. Plain loops: they vectorise."""
    exit_bound, health_bound = t.exit_bound, t.health_bound
    exit_class, health_class = c.exit_class[start : start + m], c.health_class[start : start + m]
    timer = c.timer[start : start + m]
    draws, hits, rows = work.draws, work.hits, work.rows
    first = k + U64(start) * GOLDEN
    for j in range(m):
        draws[j] = mix(first + U64(j) * GOLDEN)
    for j in range(m):
        h = draws[j]
        exit_row = (U64(exit_class[j]) << U64(4)) | ((h >> U64(28)) & U64(15))
        health_row = (U64(health_class[j]) << U64(4)) | (h >> U64(60))
        may_exit = np.uint8(np.uint16(h >> U64(12)) <= exit_bound[exit_row])
        may_change = np.uint8(np.uint16(h >> U64(44)) <= health_bound[health_row])
        hits[j] = may_exit | (may_change << 1) | (np.uint8(timer[j] <= month) << 2)
    n = np.int64(0)
    for j in range(m):
        rows[n] = j
        n += np.int64(hits[j] != 0)
    return n


@kernel
def visit(c: Any, t: Any, keys: Any, month: Any, start: Any, n: Any, work: Any, counts: Any) -> None:
    """Apply exact probabilities to the n rows of the list: health, then the labour state, then age."""
    for e in range(n):
        j = np.int64(work.rows[e])
        i, h, hit = start + j, work.draws[j], work.hits[j]
        age = np.int64(month) - c.born[i]
        band, health, s = np.int64(t.band[age]), np.int64(c.health[i]), np.int64(c.state[i])
        q, z = np.int64(c.qualification[i]), np.int64(c.place[i]) * _NS
        if hit & _HEALTH:
            u = np.int64(h >> U64(32))
            if u < t.worse[band, health]:
                health += 1
            elif u >= _AHEAD and u - _AHEAD < t.better[band, health]:
                health -= 1
            c.health[i] = health
        row = ((s * _NB + band) * _NH + health) * _NQ + q
        u = np.int64(h & U64(0xFFFFFFFF))
        d = np.int64(t.destination[s, u >> SEGMENT_BITS])
        if d >= 0:
            spell = min(np.int64(month) - c.since[i], _CAP)
            if u - t.offset[s, d] < t.width[row, d] * t.decay[s, spell]:
                counts[z + s] -= 1
                counts[z + d] += 1
                s = d
                c.state[i] = d
                c.since[i] = month + 1
                c.benefit[i] = np.int64(mix(keys[_BENEFIT] + U64(i) * GOLDEN) >> U64(32)) < t.on_benefit[d, health]
        if hit & _DUE:
            if age + 1 >= _LAST:
                u = np.int64(mix(keys[_ARRIVAL] + U64(i) * GOLDEN) >> U64(32))
                q = np.int64(0)
                while u >= t.qualification[q]:
                    q += 1
                counts[z + s] -= 1
                counts[z + _OTHER] += 1
                age, health, s = np.int64(_FIRST - 1), np.int64(0), np.int64(_OTHER)
                c.born[i], c.health[i], c.qualification[i] = month + 1 - _FIRST, 0, q
                c.state[i], c.since[i], c.benefit[i] = _OTHER, month + 1, 0
            band = np.int64(t.band[age + 1])
            c.timer[i] = c.born[i] + t.next_band[band] - 1
        c.exit_class[i] = ((s * _NB + band) * _NH + health) * _NQ + q
        c.health_class[i] = band * _NH + health


@kernel
def step(c: Any, t: Any, keys: Any, month: Any, lo: Any, hi: Any, work: Any, counts: Any) -> None:
    """Run one month of rows lo..hi-1; keep the counts by place and state up to date."""
    for start in range(lo, hi, CHUNK):
        n = look(c, t, keys[_MOVE], month, start, min(CHUNK, hi - start), work)
        visit(c, t, keys, month, start, n, work, counts)


def month_keys(seed: int, months: int) -> NDArray[np.uint64]:
    """Return the keys of each month's three purposes, shape (months, 3)."""
    g = int(GOLDEN)
    rows = [[_mix_py(_mix_py(seed + g * (t + 1)) + g * (k + 1)) for k in range(3)] for t in range(months)]
    return np.array(rows, np.uint64).reshape(months, 3)


class Model:
    """BM1 by our pass."""

    def __init__(self, p: bm1.Population, months: int, seed: int, threads: int = 1) -> None:
        self.months, self.threads, self.n = months, threads, len(p["age"])
        self.t, self.keys = tables(), month_keys(seed, months)
        band = bm1.BAND[p["age"]].astype(np.int64)
        row = ((p["state"].astype(np.int64) * _NB + band) * _NH + p["health"]) * _NQ + p["qual"]
        born = -p["age"].astype(np.int64)
        self.c = Columns(
            place=p["place"].copy(),
            born=born.astype(np.int16),
            health=p["health"].copy(),
            qualification=p["qual"].copy(),
            state=p["state"].copy(),
            since=-p["dur"].astype(np.int16),
            benefit=p["ben"].copy(),
            exit_class=row.astype(np.uint16),
            health_class=(band * _NH + p["health"]).astype(np.uint8),
            timer=(born + self.t.next_band[band] - 1).astype(np.int16),
        )
        self._counts = np.zeros((threads, months, bm1.N_PLACES * _NS), np.int64)

    def _run_range(self, lane: int) -> None:
        lo, hi = self.n * lane // self.threads, self.n * (lane + 1) // self.threads
        work = Work(np.zeros(CHUNK, np.uint64), np.zeros(CHUNK, np.uint8), np.zeros(CHUNK + 1, np.int32))
        now = np.bincount(
            self.c.place[lo:hi].astype(np.int64) * _NS + self.c.state[lo:hi], minlength=bm1.N_PLACES * _NS
        )
        for month in range(self.months):
            step(self.c, self.t, self.keys[month], np.int16(month), lo, hi, work, now)
            self._counts[lane, month] = now

    def run(self) -> None:
        """Step all months."""
        if self.threads == 1:
            self._run_range(0)
            return
        with ThreadPoolExecutor(self.threads) as pool:
            list(pool.map(self._run_range, range(self.threads)))

    def counts(self) -> NDArray[np.int64]:
        """Return residents by month, place and state."""
        out: NDArray[np.int64] = self._counts.sum(axis=0).reshape(self.months, bm1.N_PLACES, _NS)
        return out

    def final(self) -> dict[str, NDArray[Any]]:
        """Return the columns that BM1's statistics read."""
        c = self.c
        dur = np.minimum(self.months - c.since.astype(np.int64), _CAP)
        age = self.months - c.born.astype(np.int64)
        return {"state": c.state, "health": c.health, "dur": dur, "ben": c.benefit, "age": age, "qual": c.qualification}
