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
        slots, people = model.rows.slots[model.month - model.first_month], model.n_unemployed
        if self.index < model.start.n_places:
            vacancies = slots[self.index, 0] - slots[self.index, 1]
            unemployed = people[self.index]
        else:
            vacancies = slots[:, 0].sum() - slots[:, 1].sum()
            unemployed = people.sum()
        return float((vacancies + 1.0) / (unemployed + 1.0))

    def step(self) -> None:
        """Bring the smoothed tightness of the area up to date."""
        model: RegionModel = self.model
        smoothing = model.start.parameters.employer_choice.tightness_smoothing
        before, now = float(model.tightness[self.index]), self.tightness()
        model.tightness[self.index] = smoothing * before + (1.0 - smoothing) * now if before > 0 else now
