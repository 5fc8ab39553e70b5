"""The tidy table of services: every monthly count by desk and Place; leaves out counts of zero."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from results.geography import Geography
from results.long import LongTable
from results.panel import Panel
from results.services import unit_of
from results.tidy import ALL, COLUMNS, identity_of
from scenarios.vocabulary import month_name
from simulation.output import SERVICE_ITEMS

if TYPE_CHECKING:
    from pandas import DataFrame


def service_table(panels: Sequence[Panel], geography: Geography, content_hash: str) -> DataFrame:
    """Return every monthly count of services of some arms, by service and Place; counts of zero are left out.

    A service is one desk: places that a programme keeps for a group are one of their own. `service_places` is
    region-wide, and `service_waiting` and `service_active` are counts at the month's end.

    Parameters
    ----------
    panels : sequence of Panel
        Arms of runs.
    geography : Geography
        The areas.
    content_hash : str
        Hash of everything that decides the figures.
    """
    table = LongTable(COLUMNS[:-1], ALL)
    places = geography.places
    where = {"geography_code": tuple(a.code for a in places), "geography_name": tuple(a.name for a in places)}
    items = {
        "measure": tuple(f"service_{item}" for item in SERVICE_ITEMS),
        "unit": tuple(unit_of(item) for item in SERVICE_ITEMS),
    }
    for panel in panels:
        identity = identity_of(panel, content_hash)
        month = {"period": tuple(month_name(int(m)) for m in panel.months)}
        for j, service in enumerate(panel.service_names):
            counts = panel.services[:, j].astype(np.float64)
            table.add(np.where(counts == 0, np.nan, counts), (month, where, items), programme=service, **identity)
        held = np.where(panel.service_places == 0, np.nan, panel.service_places.astype(np.float64))
        whole = {"geography_code": geography.whole.code, "geography_name": geography.whole.name}
        words = {"measure": "service_places", "unit": "places", **whole}
        table.add(held, (month, {"programme": panel.service_names}), **words, **identity)
    return table.frame()
