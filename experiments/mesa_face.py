"""The model for Mesa's own tools: a constructor of plain values that `batch_run` and `DataCollector` can drive.

Meant for samples; a full-scale run goes through `experiments.paired`.
"""

from __future__ import annotations

from functools import lru_cache

from mesa.datacollection import DataCollector

from evidence import load_region, parameters, rule_years, rules
from scenarios.arm import arm
from scenarios.resolve import resolve
from scenarios.vocabulary import STATES, State
from simulation.model import RegionModel
from simulation.population import build
from simulation.run import levels_of, prepare
from simulation.start import Start

COLLECTED = ("employed", "unemployed", "long_term_sick", "vacancies", "subsidised")


@lru_cache(maxsize=4)
def _start(region: str, sample: int, run_in: int) -> Start:
    folder, values = load_region(region), parameters()
    return prepare(
        build(folder, values, sample),
        values,
        levels_of(folder.levels, tuple(place.name for place in folder.places)),
        {year: rules(year) for year in rule_years()},
        arm(resolve("baseline", {"region": region})),
        sample=sample,
        run_in=run_in,
    )


class SampleRegion(RegionModel):
    """A region at sample scale as a Mesa model with a DataCollector, running one scenario from month 0."""

    def __init__(
        self,
        scenario: str = "baseline",
        region: str = "cheshire-merseyside",
        sample: int = 1000,
        months: int = 24,
        run_in: int = 24,
        rng: int | None = 0,
    ) -> None:
        chosen = arm(resolve(scenario, {"region": region}))
        super().__init__(_start(region, sample, run_in), chosen, seed=0 if rng is None else rng, months=months)
        self.horizon = months
        self.initialise()
        self.settle_everybody()
        self.datacollector = DataCollector(model_reporters={name: name for name in COLLECTED})

    def _in_state(self, *states: State) -> int:
        shaped = self.cells.reshape(-1, len(STATES))
        return int(sum(shaped[:, state].sum() for state in states))

    @property
    def employed(self) -> int:
        """Residents in work, sickness absence included."""
        return self._in_state(State.EMPLOYED, State.ABSENT)

    @property
    def unemployed(self) -> int:
        """Unemployed residents."""
        return self._in_state(State.UNEMPLOYED)

    @property
    def long_term_sick(self) -> int:
        """Long-term sick residents."""
        return self._in_state(State.LONG_TERM_SICK)

    @property
    def vacancies(self) -> int:
        """Open ordinary slots."""
        return int((self.firms.slots - self.firms.filled).sum())

    @property
    def subsidised(self) -> int:
        """Residents in a subsidised job."""
        return int((self.columns.programme > 0).sum())

    def step(self) -> None:
        """Run one month and collect it; stop at the horizon."""
        super().step()
        self.datacollector.collect(self)
        self.running = self.month < self.horizon
