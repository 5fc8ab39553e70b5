"""The areas that results are given for: Places, area groups and the region; leaves out areas outside the region."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from evidence.model import Region


@dataclass(frozen=True)
class Area:
    """One area of the output and the Places it is made of."""

    code: str
    name: str
    level: str
    """`place`, `group` or `region`"""
    places: NDArray[np.intp]
    """indexes of the Places that make it up"""


@dataclass(frozen=True)
class Geography:
    """All areas of the output, Places first in the order of the region's file, then groups, then the region."""

    region: str
    title: str
    areas: tuple[Area, ...]

    @property
    def places(self) -> tuple[Area, ...]:
        """Return the Places in the order of their index."""
        return tuple(area for area in self.areas if area.level == "place")

    @property
    def groups(self) -> tuple[Area, ...]:
        """Return the area groups."""
        return tuple(area for area in self.areas if area.level == "group")

    @property
    def whole(self) -> Area:
        """Return the region as an area."""
        return self.areas[-1]

    def find(self, text: str) -> Area:
        """Return the area with this code or name; `region` is the whole.

        Raises
        ------
        KeyError
            If there is none; the message lists those there are.
        """
        for area in self.areas:
            if text in (area.code, area.name) or (text == area.level == "region"):
                return area
        known = ", ".join(area.name for area in self.areas)
        raise KeyError(f"no area '{text}' in {self.title}; areas: {known}")


def slug(text: str) -> str:
    """Return the text in lower case with everything but letters and digits turned into hyphens."""
    parts = "".join(c if c.isalnum() else " " for c in text.lower().replace("&", " and ")).split()
    return "-".join(parts)


def build(
    region: str, title: str, places: list[tuple[str, str]], groups: dict[str, tuple[str, ...]] | None = None
) -> Geography:
    """Return the areas of a region.

    Parameters
    ----------
    region : str
        The region's folder name; the code of the whole region in the output.
    title : str
        Its name for readers.
    places : list of (code, name)
        The Places by index.
    groups : dict, optional
        Group name -> names of its Places. A group's code is its name in lower case with hyphens.
    """
    index = {name: i for i, (_, name) in enumerate(places)}
    areas = [Area(code, name, "place", np.array([i], np.intp)) for i, (code, name) in enumerate(places)]
    for name, members in (groups or {}).items():
        rows = np.array(sorted(index[member] for member in members), np.intp)
        areas.append(Area(slug(name), name, "group", rows))
    areas.append(Area(region, title, "region", np.arange(len(places), dtype=np.intp)))
    return Geography(region, title, tuple(areas))


def geography_of(region: Region) -> Geography:
    """Return the areas of a region of the evidence."""
    places = [(place.code, place.name) for place in region.places]
    return build(region.name, region.title, places, dict(region.groups))
