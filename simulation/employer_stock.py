"""The employers at the start: enterprises, branches, public bodies, self-employment and workplaces outside.

Sizes come from the business counts by band and are closed to the jobs that residents of the region hold; it
leaves out who works where, which `employment` decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from scenarios.vocabulary import SECTORS, EmployerKind
from simulation.employers import Employers
from simulation.population_targets import Numbers, PopulationError
from simulation.raking import Floats, Ints, largest_remainder, stream

if TYPE_CHECKING:
    from evidence.model import Region

SIZE_BANDS = ("0-9", "10-49", "50-249", "250+")
PUBLIC_SECTORS = ("public_administration", "education", "health")


@dataclass(frozen=True)
class Demand:
    """Jobs of residents by where and what they are, at the scale of the sample.

    `filled` (areas + Places, sectors): residents in work by pseudo area, that is each Place's employers, then the
    areas outside, then the self-employment of each Place. `vacant` has the same shape.
    """

    n_places: int
    n_outside: int
    filled: Ints
    vacant: Ints

    def kind(self, pseudo: int) -> EmployerKind:
        """Return what the rows of a pseudo area are (an enterprise may also turn out a public body)."""
        if pseudo < self.n_places:
            return EmployerKind.ENTERPRISE
        return EmployerKind.OUTSIDE if pseudo < self.n_places + self.n_outside else EmployerKind.SELF_EMPLOYMENT

    def area(self, pseudo: int) -> int:
        """Return the area code of a pseudo area."""
        inside = self.n_places + self.n_outside
        return pseudo if pseudo < inside else pseudo - inside


def employer_table(region: Region, measure: str) -> Floats:
    """Return `jobs` (P, 18) or `enterprises` (P, 18, 4) by Place and sector from the region's employers.

    Raises
    ------
    PopulationError
        If a Place, sector or size band has no row.
    """
    table = region.employers[region.employers["measure"] == measure]
    bands = ("all",) if measure == "jobs" else SIZE_BANDS
    found = {
        (code, sector, band): value
        for code, sector, band, value in zip(
            table["area_code"], table["sector"], table["size_band"], table["value"], strict=True
        )
    }
    out = np.zeros((len(region.places), len(SECTORS), len(bands)))
    for row, place in enumerate(region.places):
        for column, sector in enumerate(SECTORS):
            for depth, band in enumerate(bands):
                if (place.code, sector, band) not in found:
                    where = f"evidence/regions/{region.name}/employers.csv"
                    raise PopulationError(f"{where}: no {measure} of {place.name}, {sector}, {band}; add the row")
                out[row, column, depth] = found[place.code, sector, band]
    return out[:, :, 0] if measure == "jobs" else out


def power_law(n: int, low: float, high: float, exponent: float) -> Floats:
    """Return n sizes at the even quantiles of a power law between two sizes, smallest first.

    Parameters
    ----------
    n
        How many.
    low, high
        Smallest and largest size.
    exponent
        The density falls as size to the minus exponent.
    """
    share = (np.arange(n) + 0.5) / max(n, 1)
    power = 1.0 - exponent
    if abs(power) < 1e-9:
        return np.asarray(low * (high / low) ** share, np.float64)
    return np.asarray((low**power + share * (high**power - low**power)) ** (1.0 / power), np.float64)


def mean_size(low: float, high: float, exponent: float) -> float:
    """Return the mean size of the power law, from its quantiles.

    Parameters
    ----------
    low, high
        Smallest and largest size.
    exponent
        Exponent of the law.
    """
    return float(power_law(2000, low, high, exponent).mean())


def closed_sizes(sizes: Floats, total: int, cap: int) -> Ints:
    """Return whole sizes of at least 1 and at most `cap` in the proportions given, adding to `total`.

    Parameters
    ----------
    sizes
        Wanted sizes; some are dropped if there are more of them than jobs, some added if the cap is too tight.
    total
        Jobs to hand out.
    cap
        Largest size allowed.
    """
    if total == 0:
        return np.zeros(0, np.int64)
    if len(sizes) > total:
        sizes = sizes[np.linspace(0, len(sizes) - 1, total).astype(int)]
    if len(sizes) * cap < total:
        sizes = np.concatenate([sizes, np.full(-(-total // cap) - len(sizes), float(cap))])
    out = np.ones(len(sizes), np.int64)
    spare = total - len(sizes)
    while spare > 0:
        room = cap - out
        add = np.minimum(largest_remainder(np.where(room > 0, np.maximum(sizes - 1, 0.01), 0.0), spare), room)
        out += add
        spare -= int(add.sum())
    return out


class _Builder:
    """Collects rows of employers sector by sector."""

    def __init__(self, region: Region, numbers: Numbers, demand: Demand, sample: int) -> None:
        self.numbers, self.demand = numbers, demand
        counts = employer_table(region, "enterprises")
        flat = largest_remainder(counts.ravel(), round(counts.sum() / sample))
        self.counts = flat.reshape(counts.shape)
        self.bounds = numbers.array("enterprise_size_bounds")
        self.exponents = numbers.array("enterprise_size_exponent")
        self.branch = numbers.array("branch_size")
        self.public = dict(zip(PUBLIC_SECTORS, numbers.array("public_body_size"), strict=True))
        self.outside = numbers.array("outside_size")
        self.rows: list[tuple[int, int, int, Ints]] = []

    def add(self, pseudo: int, sector: int, cap: int) -> None:
        """Add the employers of one sector of one pseudo area."""
        slots = int(self.demand.filled[pseudo, sector] + self.demand.vacant[pseudo, sector])
        kind = self.demand.kind(pseudo)
        if slots == 0:
            return
        if kind == EmployerKind.ENTERPRISE:
            self._add_place(pseudo, sector, slots, cap)
        elif kind == EmployerKind.OUTSIDE:
            n = max(1, round(slots / mean_size(*self.outside)))
            self._keep(pseudo, sector, kind, closed_sizes(power_law(n, *self.outside), slots, cap))
        else:
            n = -(-slots // int(self.numbers.number("self_employed_slots")))
            self._keep(pseudo, sector, kind, closed_sizes(np.ones(n), slots, cap))

    def _add_place(self, place: int, sector: int, slots: int, cap: int) -> None:
        """Add enterprises by size band, then branches or public bodies until the jobs of the sector are reached."""
        laws = zip(self.counts[place, sector], self.bounds, self.exponents, strict=True)
        sizes = np.concatenate([power_law(int(n), low, high, power) for n, (low, high), power in laws])
        sizes = np.clip(np.round(sizes), 1, cap)
        rest = slots - int(sizes.sum())
        if rest <= 0:
            self._keep(place, sector, EmployerKind.ENTERPRISE, closed_sizes(sizes, slots, cap))
            return
        if len(sizes):
            self._keep(place, sector, EmployerKind.ENTERPRISE, sizes.astype(np.int64))
        name = SECTORS[sector]
        law = self.public.get(name, self.branch)
        kind = EmployerKind.PUBLIC_BODY if name in self.public else EmployerKind.ENTERPRISE
        n = max(1, round(rest / min(mean_size(*law), cap)))
        self._keep(place, sector, kind, closed_sizes(power_law(n, *law), rest, cap))

    def _keep(self, pseudo: int, sector: int, kind: EmployerKind, sizes: Ints) -> None:
        self.rows.append((pseudo, sector, int(kind), sizes))


def build_stock(region: Region, numbers: Numbers, demand: Demand, sample: int) -> tuple[Employers, NDArray[np.int64]]:
    """Return all employers with their slots, and the pseudo area of each row (rows of a pseudo area are adjacent).

    Parameters
    ----------
    region
        The region's tables.
    numbers
        The parameters of the population.
    demand
        Filled and vacant slots wanted by pseudo area and sector.
    sample
        Scale 1:`sample`, which thins the business counts.
    """
    builder = _Builder(region, numbers, demand, sample)
    share = numbers.number("employer_cap_share")
    for pseudo in range(len(demand.filled)):
        cap = max(2, int(share * demand.filled[pseudo].sum()))
        for sector in range(len(SECTORS)):
            builder.add(pseudo, sector, cap)
    lengths = np.array([len(sizes) for *_, sizes in builder.rows])
    head = np.array([row[:3] for row in builder.rows])
    pseudo, sector, kind = np.repeat(head, lengths, axis=0).T
    out = Employers.empty(int(lengths.sum()))
    out.area[:] = np.array([demand.area(p) for p in range(len(demand.filled))])[pseudo]
    out.sector[:] = sector
    out.kind[:] = kind
    out.size[:] = np.concatenate([sizes for *_, sizes in builder.rows])
    out.slots[:] = out.size
    out.filled[:] = out.size - _vacancies(out.size, pseudo * len(SECTORS) + sector, demand)
    _describe(out, numbers)
    return out, pseudo


def _vacancies(size: NDArray[np.int32], key: Ints, demand: Demand) -> Ints:
    """Return vacant slots by employer, spread evenly over the slots of each pseudo area and sector."""
    out = np.zeros(len(size), np.int64)
    edges = np.searchsorted(key, np.arange(demand.vacant.size + 1))
    for cell in np.flatnonzero(demand.vacant.ravel()):
        rows = slice(edges[cell], edges[cell + 1])
        upto = np.cumsum(size[rows])
        n = int(demand.vacant.ravel()[cell])
        at = np.searchsorted(upto, (np.arange(n) + 0.5) / n * upto[-1], side="right")
        out[rows] = np.bincount(at, minlength=edges[cell + 1] - edges[cell])
    return out


def _describe(out: Employers, numbers: Numbers) -> None:
    """Fill hiring standard, pay premium, inclusiveness, part-time and insecure shares, in place."""
    rng = stream("employers")
    n = len(out)
    mean, spread = numbers.number("hiring_standard_mean"), numbers.number("hiring_standard_sd")
    out.standard[:] = np.round(rng.normal(mean, spread, n))
    out.premium[:] = np.round(rng.normal(0.0, numbers.number("pay_premium_sd"), n))
    public = out.kind == EmployerKind.PUBLIC_BODY
    out.inclusive[:] = public | (rng.random(n) < numbers.number("inclusive_share"))
    own = out.kind == EmployerKind.SELF_EMPLOYMENT
    out.part_time[:] = numbers.array("part_time_share")[out.sector]
    out.insecure[:] = numbers.array("insecure_share")[out.sector]
    out.part_time[own] = numbers.number("self_employed_part_time")
    out.insecure[own] = numbers.number("self_employed_insecure")
