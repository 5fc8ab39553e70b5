"""One month of the mean-field twin, in a run's order: ageing, health, exits, hiring, the passing of time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from calibration.twin_cells import CONTRACTS, KINDS, N_HEALTH, N_STATES, Floats, Resolution
from calibration.twin_market import Group, Market
from calibration.twin_seekers import Seekers
from calibration.twin_sums import by_bin, by_cell, by_health, by_place, by_trait, passing, times
from calibration.twin_tables import LEADS_TO, RISE, SEARCH, TwinTables
from scenarios.vocabulary import State
from simulation.processes.health import GROUPS
from simulation.thresholds import DESTINATIONS

_SHORT, _LONG = GROUPS.index("unemployed_short"), GROUPS.index("unemployed_long")
_GROUP = {
    State.EMPLOYED: GROUPS.index("in_work"),
    State.ABSENT: GROUPS.index("in_work"),
    State.UNEMPLOYED: _SHORT,
    State.LONG_TERM_SICK: GROUPS.index("long_term_sick"),
}


@dataclass(frozen=True)
class Setting:
    """What is the same every month.

    `mix`: share of each kind of seeker among people who become unemployed, shape (KINDS,); `insecure`: share of new
    jobs with an insecure contract.
    """

    tables: TwinTables
    resolution: Resolution
    seekers: Seekers
    mix: Floats
    insecure: float


class Month:
    """One month of one set of people: ageing, health and exits when made; then hiring; then the passing of time."""

    def __init__(self, setting: Setting, people: list[Floats]) -> None:
        self.setting, self.tables, self.resolution = setting, setting.tables, setting.resolution
        self.people = [self._aged_and_healthy(state, x) for state, x in enumerate(people)]
        self.before = [by_bin(x) for x in self.people]
        self.at_work = by_health(by_cell(self.people[State.EMPLOYED]) + by_cell(self.people[State.ABSENT]))
        shape = people[0].shape[:-1]
        self.fresh = [np.zeros(shape) for _ in range(N_STATES)]
        self.unemployed = {"work": np.zeros(shape), "inactive": np.zeros(shape)}
        self.between, self.to_sickness, self.hires = np.zeros((3, 3)), 0.0, 0.0
        self.looking: dict[int, Floats] = {}
        self.left_work = np.zeros(N_HEALTH)
        self.left_for_good = np.zeros(N_HEALTH)
        self.found: Floats = np.zeros(0)
        self.chance: Mapping[int, Floats] = {}
        self.chance_fresh: Floats = np.zeros(0)
        self.hired: Floats = np.zeros(shape)
        self.entered: Floats = np.zeros((*shape, KINDS))
        for state in range(N_STATES):
            self._exit(state)

    def heads(self) -> Floats:
        """Return residents left by Place, shape (places,)."""
        return np.asarray(sum(by_place(x) for x in (*self.people, *self.fresh)), np.float64)

    def _aged_and_healthy(self, state: int, x: Floats) -> Floats:
        """Return a state's people a month older, leavers taken out, after this month's changes of health."""
        n_places, n_types = x.shape[:2]
        out = np.matmul(self.tables.ageing, x.reshape(n_places, n_types, -1)).reshape(x.shape)
        if state != State.UNEMPLOYED:
            group = _GROUP.get(State(state), len(GROUPS) - 1)
            return np.asarray(np.matmul(self.tables.health[None, :, group, None], out), np.float64)
        short = int((~self.tables.long_unemployed).sum()) * KINDS
        parts = (out[..., :short], _SHORT), (out[..., short:], _LONG)
        return np.concatenate([np.matmul(self.tables.health[None, :, g, None], part) for part, g in parts], axis=-1)

    def _exit(self, state: int) -> None:
        """Take this month's exits of a state out of it, and note where they go and who looks for a job."""
        exits, x = self.tables.exits[state], self.people[state]
        flows = times(x, exits.shape) * exits.width
        at_work = state <= State.ABSENT
        for k, column in enumerate(exits.columns):
            flow = flows[..., k]
            if column == SEARCH:
                returns = state == State.ABSENT  # the column of search is that of the return to work
                self.looking[state] = flow if returns else x * (exits.width[..., k, None] * exits.shape[:, k])
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
        left = by_health(flow)
        self.left_work += left
        if to != State.UNEMPLOYED:
            self.left_for_good += left
            self.between[0, 2] += left.sum()
        if to == State.LONG_TERM_SICK:
            self.to_sickness += float(left.sum())

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
        heads = by_cell(jobs)
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
        seekers, spells = self.setting.seekers, self.resolution.spells
        idle = self.people[State.UNEMPLOYED].sum(axis=0).sum(axis=1)
        points = seekers.spell[State.UNEMPLOYED]
        begins = np.array(spells[State.UNEMPLOYED])
        new = points[:1] + self.tables.parameters.employer_choice.duration_penalty  # not a month out yet
        fresh = (self.fresh[State.UNEMPLOYED] + arriving).sum(axis=0).sum(axis=1)[..., None] * self.setting.mix
        groups = [self._idle(by_trait(idle), points[begins]), self._idle(by_trait(fresh), new)]
        for state, flow in self.looking.items():
            heads = by_trait(by_cell(flow).sum(axis=0).sum(axis=1)[..., None])
            points = seekers.spell[state][np.array(spells[state])]
            mean = float(np.average(np.resize(points, flow.shape[-1]), weights=by_bin(flow) + 1e-12))
            value = seekers.values(state, np.array([mean]))
            groups.append(Group(heads, value, np.full(heads.shape, seekers.looks[state] * seekers.takes[state])))
        movers = [False, False, *(state == State.EMPLOYED for state in self.looking)]
        idle_chance, fresh_chance, *others = (self._by_type(c) for c in market.chances(groups, movers))
        chance = dict(zip(self.looking, others, strict=True)) | {int(State.UNEMPLOYED): idle_chance}
        self.hire_at(chance, fresh_chance, arriving)

    def _idle(self, heads: Floats, points: Floats) -> Group:
        """Return unemployed seekers by qualification, health, and bin and kind."""
        seekers = self.setting.seekers
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
        self.found = by_bin(hired).reshape(-1, KINDS).sum(axis=1)
        self.between[1, 0] += self.found.sum()
        mean = times(fresh, self.setting.mix[:, None])[..., 0]
        entering = self.fresh[State.UNEMPLOYED] + arriving
        self.entered = entering[..., None] * (self.setting.mix * (1.0 - fresh))
        into = by_cell(hired) + entering * mean
        for origin, group in (("work", 0), ("inactive", 2)):
            lucky = self.unemployed[origin] * mean
            unlucky = self.unemployed[origin] - lucky
            self.between[group, 1] += unlucky.sum()
            if group == 2:
                self.between[2, 0] += lucky.sum()
            else:
                self.left_for_good += by_health(unlucky)
        for state, flow in self.looking.items():
            hired = flow * chance[state]
            self.people[state] -= hired
            taken = by_cell(hired)
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
                x[..., 0] += self.hired * (1.0 - self.setting.insecure)
                x[..., n] += self.hired * self.setting.insecure
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
        rate = 1.0 - by_bin(x) / np.maximum(self.before[state], 1e-300)
        passed = np.zeros(x.shape[-1])
        step = KINDS if state == State.UNEMPLOYED else 1
        for at in range(x.shape[-1]):
            k = at // step % width.size
            passed[at] = passing(float(np.clip(rate[at], 0.0, 1.0 - 1e-12)), float(width[k]))
        return times(x, np.diag(1.0 - passed) + np.diag(passed, step)[: x.shape[-1], : x.shape[-1]])
