"""The mean-field twin of a baseline: expected residents by cell, month after month, without a draw.

The same hazards as a run (its integer thresholds, `twin_tables`) move expected numbers in place of people. What it
gives is a starting point, the directions that targets cannot see (`fisher`), and a rival for the scorecard.

Approximations, beside those of hiring (`twin_market`) and of health (`twin_health`):
- within an age group, ages are spread as in the population, so people leave it at a steady share a month;
- within a bin of a spell, the share that passes to the next is the one of a steady stock at the bin's mean exit rate;
- people who return from absence have the tenure and contract of those at work in their cell;
- what people would keep of pay, and so how they search and what they turn down, is as among the starting residents.
Without hiring, at monthly bins, with health as it is and nobody crossing an age band, it is exact.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from calibration.twin_cells import CONTRACTS, KINDS, N_HEALTH, N_STATES, N_TRAITS, Floats, Resolution, counted
from calibration.twin_health import condition_counts
from calibration.twin_market import Group, Market, market_of
from calibration.twin_seekers import Seekers, kinds_of, seekers_of
from calibration.twin_tables import LEADS_TO, RISE, SEARCH, TwinTables, parameters_with, twin_tables
from scenarios.vocabulary import State
from simulation.processes.health import GROUPS
from simulation.start import Levels, Start
from simulation.thresholds import DESTINATIONS

_OUT_OF_WORK = tuple(s for s in range(N_STATES) if s > State.ABSENT)
_INACTIVE = tuple(s for s in range(N_STATES) if s > State.UNEMPLOYED)
_SHORT, _LONG = GROUPS.index("unemployed_short"), GROUPS.index("unemployed_long")
_GROUP = {
    State.EMPLOYED: GROUPS.index("in_work"),
    State.ABSENT: GROUPS.index("in_work"),
    State.UNEMPLOYED: _SHORT,
    State.LONG_TERM_SICK: GROUPS.index("long_term_sick"),
}


@dataclass(frozen=True)
class Flows:
    """Expected moves of one month by those who stay in the region, before and after hiring.

    `between`: from and to in work, unemployed and inactive, months' ends compared, shape (3, 3), diagonal zero;
    `found`: unemployed people hired by bin of their spell, shape (bins,); `idle`: unemployed by bin at the month's
    start; `left_work`: leaving work by health cell, and `at_work` those who could, shape (health,); `to_sickness`:
    from work into long-term sickness; `hires`: all hires, job to job included; `left_idleness`: leaving unemployment,
    or the region from it, by kind, shape (KINDS,).
    """

    between: Floats
    found: Floats
    idle: Floats
    left_work: Floats
    at_work: Floats
    to_sickness: float
    hires: float
    left_idleness: Floats


class Twin:
    """Expected residents by cell; `step` is a month.

    Parameters
    ----------
    start : the start; its residents at month 0 are what the twin begins from.
    levels : what fits hazards, slots and hiring standards to the region.
    overrides : 'process.name' -> value, as in `simulation.parameters.build`.
    resolution : ages and spells.
    mix : share of each kind among people who become unemployed, shape (KINDS,), from `mix_of_entrants`.
    """

    def __init__(
        self,
        start: Start,
        levels: Levels,
        overrides: Mapping[str, float] | None = None,
        resolution: Resolution | None = None,
        mix: Floats | None = None,
    ) -> None:
        self.resolution = resolution or Resolution()
        self.n_places = start.n_places
        parameters = parameters_with(start, overrides or {})
        self.tables: TwinTables = twin_tables(start, parameters, levels, self.resolution)
        kind = kinds_of(start)
        self.seekers: Seekers = seekers_of(start, parameters, kind)
        self.market: Market = market_of(start, parameters, levels, self.seekers)
        self.condition_counts = condition_counts(start.columns)
        self.people: list[Floats] = counted(start.columns, start.n_places, self.resolution, kind)
        weights = start.firms.size / max(start.firms.size.sum(), 1)
        self.insecure = float((weights * start.firms.insecure).sum()) / 100.0
        self._tagged: list[Floats] | None = None
        self.mix: Floats = mix_of_entrants(start, self.resolution) if mix is None else mix

    def go_on_from(self, other: Twin) -> None:
        """Take over the people and slots of a twin of the same start and resolution, for other parameters."""
        self.people = [x.copy() for x in other.people]
        self.market.slots, self.market.filled = other.market.slots.copy(), other.market.filled.copy()
        self.market.cutoff = other.market.cutoff + (self.market.base - other.market.base)

    @property
    def stocks(self) -> Floats:
        """Expected residents by Place and state, shape (places, states)."""
        return np.stack([_by_place(x) for x in self.people], axis=1)

    def tag(self) -> None:
        """Begin to follow those who are long-term sick now, apart from the rest."""
        self._tagged = [np.zeros_like(x) for x in self.people]
        self._tagged[State.LONG_TERM_SICK] = self.people[State.LONG_TERM_SICK].copy()

    @property
    def tagged(self) -> Floats:
        """Expected number by state of those tagged who have not left the region, shape (states,)."""
        return np.array([x.sum() for x in self._tagged or []])

    def step(self) -> Flows:
        """Run one month and return its moves."""
        before = [x.sum() for x in self.people]
        heads = self.stocks.sum(axis=1)
        idle = _by_bin(self.people[State.UNEMPLOYED]).reshape(-1, KINDS)
        month = _Month(self, self.people)
        arrivals = (heads - month.heads())[:, None, None, None, None] * self.tables.arrivals
        departures = sum(before[: State.ABSENT + 1]) - month.at_work.sum()
        self.market.leave(float(month.left_work.sum()), float(departures))
        month.hire(self.market, arrivals[..., State.UNEMPLOYED])
        if self._tagged is not None:
            tagged = _Month(self, self._tagged)
            tagged.hire_at(month.chance, month.chance_fresh, np.zeros_like(arrivals[..., 0]))
            self._tagged = tagged.finish(None)
        left = idle.sum(axis=0) - _by_bin(month.people[State.UNEMPLOYED]).reshape(-1, KINDS).sum(axis=0)
        self.people = month.finish(arrivals)
        return Flows(
            between=month.between,
            found=month.found,
            idle=idle.sum(axis=1),
            left_work=month.left_for_good,
            at_work=month.at_work,
            to_sickness=month.to_sickness,
            hires=month.hires,
            left_idleness=left,
        )


class _Month:
    """One month of one set of people: ageing, health and exits when made; then hiring; then the passing of time."""

    def __init__(self, twin: Twin, people: list[Floats]) -> None:
        self.twin, self.tables, self.resolution = twin, twin.tables, twin.resolution
        self.people = [self._aged_and_healthy(state, x) for state, x in enumerate(people)]
        self.before = [_by_bin(x) for x in self.people]
        self.at_work = sum(_by_health(_cells(x)) for x in self.people[: State.ABSENT + 1])
        shape = self.resolution.shape(twin.n_places, 0)[:-1]
        self.fresh = [np.zeros(shape) for _ in range(N_STATES)]
        self.unemployed = {"work": np.zeros(shape), "inactive": np.zeros(shape)}
        self.between, self.to_sickness, self.hires = np.zeros((3, 3)), 0.0, 0.0
        self.looking: dict[int, Floats] = {}
        self.left_work = np.zeros(N_HEALTH)
        self.left_for_good = np.zeros(N_HEALTH)
        self.found: Floats = np.zeros(0)
        self.chance: Mapping[int, Floats] = {}
        self.chance_fresh: Floats = np.zeros(0)
        for state in range(N_STATES):
            self._exit(state)

    def heads(self) -> Floats:
        """Return residents left by Place, shape (places,)."""
        return np.asarray(sum(_by_place(x) for x in (*self.people, *self.fresh)), np.float64)

    def _aged_and_healthy(self, state: int, x: Floats) -> Floats:
        """Return a state's people a month older, leavers taken out, after this month's changes of health."""
        n_places, n_types = x.shape[:2]
        out = np.matmul(self.tables.ageing, x.reshape(n_places, n_types, -1)).reshape(x.shape)
        if state != State.UNEMPLOYED:
            group = _GROUP.get(State(state), len(GROUPS) - 1)
            return np.asarray(np.matmul(self.tables.health[None, :, group, None], out), np.float64)
        first = int(np.argmax(self.tables.long_unemployed)) if self.tables.long_unemployed.any() else x.shape[-1] // KINDS
        parts = (out[..., : first * KINDS], _SHORT), (out[..., first * KINDS :], _LONG)
        return np.concatenate([np.matmul(self.tables.health[None, :, g, None], part) for part, g in parts], axis=-1)

    def _exit(self, state: int) -> None:
        """Take this month's exits of a state out of it, and note where they go and who looks for a job."""
        exits, x = self.tables.exits[state], self.people[state]
        flows = _times(x, exits.shape) * exits.width
        at_work = state <= State.ABSENT
        for k, column in enumerate(exits.columns):
            flow = flows[..., k]
            if column == SEARCH:
                self.looking[state] = flow if state == State.ABSENT else x * (exits.width[..., k, None] * exits.shape[:, k])
            elif column != RISE:
                to = LEADS_TO[DESTINATIONS[column]]
                self.fresh[to] += flow
                if to == State.UNEMPLOYED:
                    self.unemployed["work" if at_work else "inactive"] += flow
                if at_work and to > State.ABSENT:
                    self._note_leavers(to, flow)
                if state == State.UNEMPLOYED:
                    self.between[1, 2] += flow.sum()
        risen = self._risen(x) if state == State.EMPLOYED else None
        x *= exits.stays
        if risen is not None:
            n = risen.shape[-1]
            x[..., n:] -= risen
            x[..., :n] += risen
        returned = self.looking.pop(State.ABSENT, None)
        if returned is not None:
            self._return(returned)

    def _note_leavers(self, to: int, flow: Floats) -> None:
        """Count people who leave work for a state; those who become unemployed may yet be hired in the month."""
        by_health = _by_health(flow)
        self.left_work += by_health
        if to != State.UNEMPLOYED:
            self.left_for_good += by_health
            self.between[0, 2] += by_health.sum()
        if to == State.LONG_TERM_SICK:
            self.to_sickness += float(by_health.sum())

    def _risen(self, x: Floats) -> Floats | None:
        """Return the people by bin whose insecure jobs become secure with a rise of pay, None if there is no such."""
        part = self.tables.exits[State.EMPLOYED].part(RISE)
        if part is None:
            return None
        width, shape = part
        n = x.shape[-1] // CONTRACTS
        return np.asarray(x[..., n:] * (width[..., None] * shape[n:]), np.float64)

    def _return(self, back: Floats) -> None:
        """Put people back to work, spread over jobs as those at work in their cell are."""
        jobs = self.people[State.EMPLOYED]
        heads = _cells(jobs)
        some = heads > 0
        jobs *= 1.0 + np.where(some, back / np.where(some, heads, 1.0), 0.0)[..., None]
        longest = jobs.shape[-1] // CONTRACTS - 1
        jobs[..., longest] += np.where(some, 0.0, back)

    def hire(self, market: Market, arriving: Floats) -> None:
        """Let the month's seekers look for jobs: those unemployed, those newly so, and those who look from elsewhere.

        Parameters
        ----------
        market : written.
        arriving : arrivals who look for work, by cell.
        """
        seekers, resolution = self.twin.seekers, self.resolution
        seekers, spells = self.twin.seekers, self.resolution.spells
        idle = self.people[State.UNEMPLOYED].sum(axis=0).sum(axis=1)
        points = seekers.spell[State.UNEMPLOYED]
        begins = np.array(spells[State.UNEMPLOYED])
        new = points[:1] + self.tables.parameters.employer_choice.duration_penalty  # not a month out yet
        fresh = (self.fresh[State.UNEMPLOYED] + arriving).sum(axis=0).sum(axis=1)[..., None] * self.twin.mix
        groups = [self._idle(_by_trait(idle), points[begins]), self._idle(_by_trait(fresh), new)]
        for state, flow in self.looking.items():
            heads = _by_trait(_cells(flow).sum(axis=0).sum(axis=1)[..., None])
            points = seekers.spell[state][np.array(spells[state])]
            mean = float(np.average(np.resize(points, flow.shape[-1]), weights=_by_bin(flow) + 1e-12))
            value = seekers.values(state, np.array([mean]))
            groups.append(Group(heads, value, np.full(heads.shape, seekers.looks[state] * seekers.takes[state])))
        movers = [False, False, *(state == State.EMPLOYED for state in self.looking)]
        idle_chance, fresh_chance, *others = (self._by_type(c) for c in market.chances(groups, movers))
        chance = dict(zip(self.looking, others, strict=True)) | {int(State.UNEMPLOYED): idle_chance}
        self.hire_at(chance, fresh_chance, arriving)

    def _idle(self, heads: Floats, points: Floats) -> Group:
        """Return unemployed seekers by qualification, health, and bin and kind."""
        seekers = self.twin.seekers
        by_bin = (points[:, None] + seekers.kind_own).ravel()
        looks = np.tile(seekers.kind_looks * seekers.kind_takes, len(points))
        return Group(heads, seekers.values(State.UNEMPLOYED, by_bin), np.broadcast_to(looks, heads.shape))

    def _by_type(self, chance: Floats) -> Floats:
        """Return chances by qualification, health and bin laid out over types, shape (types, 1, health, bins)."""
        return np.tile(chance, (self.resolution.n_ages, 1, 1))[:, None]

    def hire_at(self, chance: Mapping[int, Floats], fresh: Floats, arriving: Floats) -> None:
        """Move the expected hires into jobs at given chances.

        Parameters
        ----------
        chance : by state, of those who look; of the unemployed by bin and kind.
        fresh : of those newly unemployed, by kind.
        arriving : arrivals who look for work, by cell; they join those newly unemployed.
        """
        self.chance, self.chance_fresh = chance, fresh
        x = self.people[State.UNEMPLOYED]
        hired = x * chance[State.UNEMPLOYED]
        x -= hired
        self.found = _by_bin(hired).reshape(-1, KINDS).sum(axis=1)
        self.between[1, 0] += self.found.sum()
        mean = _times(fresh, self.twin.mix[:, None])[..., 0]
        entering = self.fresh[State.UNEMPLOYED] + arriving
        self.entered = entering[..., None] * (self.twin.mix * (1.0 - fresh))
        into = _cells(hired) + entering * mean
        for origin, group in (("work", 0), ("inactive", 2)):
            lucky = self.unemployed[origin] * mean
            unlucky = self.unemployed[origin] - lucky
            self.between[group, 1] += unlucky.sum()
            if group == 2:
                self.between[2, 0] += lucky.sum()
            else:
                self.left_for_good += _by_health(unlucky)
        for state, flow in self.looking.items():
            hired = flow * chance[state]
            self.people[state] -= hired
            taken = _cells(hired)
            into += taken
            if state != State.EMPLOYED:
                self.between[2, 0] += taken.sum()
        self.hires = float(into.sum())
        self.hired = into

    def finish(self, arrivals: Floats | None) -> list[Floats]:
        """Return the people at the month's end: spells a month longer, those who moved at the start of theirs.

        Parameters
        ----------
        arrivals : by cell and state, or None; those unemployed have looked for work already.
        """
        out = []
        for state, x in enumerate(self.people):
            x = self._a_month_longer(state, x)
            if state == State.EMPLOYED:
                n = x.shape[-1] // CONTRACTS
                x[..., 0] += self.hired * (1.0 - self.twin.insecure)
                x[..., n] += self.hired * self.twin.insecure
            elif state == State.UNEMPLOYED:
                x[..., :KINDS] += self.entered
            else:
                x[..., 0] += self.fresh[state]
                if arrivals is not None and state > State.ABSENT:
                    x[..., 0] += arrivals[..., state]
            out.append(x)
        return out

    def _a_month_longer(self, state: int, x: Floats) -> Floats:
        """Return a state's people after a month in their bins; a share of each passes to the next."""
        width = self.resolution.widths(state)
        rate = 1.0 - _by_bin(x) / np.maximum(self.before[state], 1e-300)
        passed = np.zeros(x.shape[-1])
        step = KINDS if state == State.UNEMPLOYED else 1
        for at in range(x.shape[-1]):
            k = at // step % width.size
            passed[at] = _passing(float(np.clip(rate[at], 0.0, 1.0 - 1e-12)), float(width[k]))
        return _times(x, np.diag(1.0 - passed) + np.diag(passed, step)[: x.shape[-1], : x.shape[-1]])


def _passing(rate: float, width: float) -> float:
    """Return the share of a bin in its last month: of a steady stock from which a constant share leaves a month.

    Parameters
    ----------
    rate : share that leaves in a month.
    width : months of the bin; infinite for the last.
    """
    if np.isinf(width):
        return 0.0
    stay = 1.0 - rate
    if rate < 1e-9:
        return 1.0 / width
    return float(stay ** (width - 1.0) * rate / (1.0 - stay**width))


def _cells(x: Floats) -> Floats:
    """Return heads added up over bins; a matrix product, because it is many times faster than a sum."""
    return _times(x, np.ones((x.shape[-1], 1)))[..., 0]


def _times(x: Floats, matrix: Floats) -> Floats:
    """Return the product of a matrix with the last axis of an array, as one product of matrices."""
    out: Floats = (x.reshape(-1, x.shape[-1]) @ matrix).reshape(*x.shape[:-1], -1)
    return out


def _by_bin(x: Floats) -> Floats:
    """Return heads by bin, shape (bins,)."""
    flat = x.reshape(-1, x.shape[-1])
    out: Floats = np.ones(len(flat)) @ flat
    return out


def _by_place(x: Floats) -> Floats:
    """Return heads by Place, shape (places,)."""
    out: Floats = x.reshape(len(x), -1).sum(axis=1)
    return out


def _by_health(x: Floats) -> Floats:
    """Return heads of a state's cells by health, shape (health,)."""
    flat = x.reshape(-1, N_HEALTH)
    out: Floats = np.ones(len(flat)) @ flat
    return out


def _by_trait(x: Floats) -> Floats:
    """Return heads by type, health and bin added up over ages, shape (qualifications, health, bins)."""
    out: Floats = x.reshape(-1, N_TRAITS, N_HEALTH, x.shape[-1]).sum(axis=0)
    return out


def mix_of_entrants(start: Start, resolution: Resolution | None = None) -> Floats:
    """Return the share of each kind of seeker among people who become unemployed, shape (KINDS,).

    In a steady state as many of a kind become unemployed as cease to be; so it is what leaves unemployment in a
    month of the start's own parameters and levels.

    Parameters
    ----------
    start : a stationary start.
    resolution : ages and spells.
    """
    twin = Twin(start, start.levels, None, resolution, mix=np.full(KINDS, 1.0 / KINDS))
    left: Floats = twin.step().left_idleness
    return left / left.sum() if left.sum() > 0 else np.full(KINDS, 1.0 / KINDS)


def path(
    start: Start,
    levels: Levels,
    overrides: Mapping[str, float] | None = None,
    months: int = 60,
    resolution: Resolution | None = None,
) -> Floats:
    """Return expected residents at each month's end, at the sample's scale, shape (months, places, states).

    Parameters
    ----------
    start, levels, overrides : as for `Twin`.
    months : how many.
    resolution : ages and spells.
    """
    twin = Twin(start, levels, overrides, resolution)
    out = np.zeros((months, start.n_places, N_STATES))
    for month in range(months):
        twin.step()
        out[month] = twin.stocks
    return out

