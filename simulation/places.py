"""Places as Mesa agents: each watches its own labour market once a month."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesa import Agent

if TYPE_CHECKING:
    from simulation.model import RegionModel


class Place(Agent):  # type: ignore[misc]  # Mesa ships without types
    """A Place, or an area outside the region: what employers there know of vacancies and job seekers.

    Employers answer a smoothed tightness: the month's own value swings with chance, and answering it would
    spread a small difference between two runs over everybody.
    """

    def __init__(self, model: RegionModel, index: int) -> None:
        super().__init__(model)
        self.index = index

    def tightness(self) -> float:
        """Return vacancies per unemployed resident at the month's end; outside the region, the region's own."""
        model: RegionModel = self.model
        vacant, idle = model.n_vacant, model.n_unemployed
        here = self.index < model.start.n_places
        vacancies = vacant[self.index] if here else sum(vacant)
        unemployed = idle[self.index] if here else sum(idle)
        return (vacancies + 1.0) / (unemployed + 1.0)

    def step(self) -> None:
        """Bring the smoothed tightness of the area up to date."""
        model: RegionModel = self.model
        smoothing = model.start.parameters.employer_choice.tightness_smoothing
        before, now = float(model.tightness[self.index]), self.tightness()
        model.tightness[self.index] = smoothing * before + (1.0 - smoothing) * now if before > 0 else now
