"""The service map as one tidy table, with a dictionary of its columns; counts are exact, so small ones are marked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from results.access import CAUSES, LIFTS
from results.display import SMALL
from results.gaps import ALL, DIMENSIONS, Cut, ServiceMap
from results.gaps_run import UNITS

if TYPE_CHECKING:
    from pandas import DataFrame

Row = tuple[str, ...]
KEYS = ("geography_code", "geography_name", "cohort", *DIMENSIONS, "programme", "cause")
"""What tells the rows of one measure apart; what a run adds stands under the same keys."""
COLUMNS = ("run_id", *KEYS, "measure", "unit", "value", "small_number")
LOW, NOT_LOW = "[low]", "none"
MEASURES: dict[str, str] = {
    "residents": "Residents aged 16 to 64.",
    "in_need": "Residents in need by the row of the cohort.",
    "eligible_for_something": "Residents in need whom at least one of the services would take, by rules and by money.",
    "eligible_for_several": "Residents in need whom two or more of the services would take.",
    "eligible_for_nothing": "Residents in need whom none of the services would take.",
    "shut_out": "Residents whom none would take, by one cause each: the first in the stated order that applies.",
    "let_in_if_lifted": "Residents whom none would take, and one would without rules of this kind; they overlap.",
    "could_get_in": "Residents whom the service would take, by rules and by money.",
}
RUN_MEASURES: dict[str, str] = {
    "reached": "Referrals to the services in the run, those included whom they then could not take.",
    "waiting": "Residents on the services' waiting lists at the end of the run's last month.",
    "started": "Starts in the services in the run.",
    "started_in_need": "Residents in need by the row of the cohort at the policy's start in the run who started in any "
    "programme over its months.",
}
"""What a run adds: means over its seeds and draws, of its sample and not scaled up; zeros of single services are left
out."""
DELIVERED = tuple(UNITS)
COLUMN_WORDS: dict[str, str] = {
    "run_id": "Hash of everything that decides the figures.",
    "geography_code": "ONS code of a Place; a short name of a group of Places or of the region.",
    "geography_name": "Name of the area.",
    "cohort": "Row of the needs; all: every resident.",
    "pillar": "Pillar of the services counted; all: every pillar.",
    "tier": "Tier that commissions the services counted; all: every tier.",
    "lead": "Sector that leads the services counted; all: every sector.",
    "way_in": "not_employer_only: services with a way in besides the employer; all: every service.",
    "programme": "The one service counted; all: every service of the cut.",
    "cause": "What shuts out, or the kind of rule lifted; all: every cause.",
    "measure": "What is counted.",
    "unit": "Unit of the value.",
    "value": "Count of residents, or of the sample's residents; zeros of shut_out, let_in_if_lifted and could_get_in "
    "are left out.",
    "small_number": f"{LOW}: a count between 0 and {SMALL}.",
}


def tidy(found: ServiceMap, run_id: str) -> DataFrame:
    """Return every count of the map, one a row; absent dimensions hold `all`."""
    import pandas as pd

    return pd.DataFrame([(run_id, *row) for row in (*_rows(found), *_delivered(found))], columns=list(COLUMNS))


def dictionary(*, with_run: bool = False) -> DataFrame:
    """Return what every column, measure and cause means; `with_run` those that a run adds, too."""
    import pandas as pd

    rows = [("column", name, words) for name, words in COLUMN_WORDS.items()]
    rows += [("measure", name, words) for name, words in (MEASURES | (RUN_MEASURES if with_run else {})).items()]
    rows += [("cause", name, f"{words}.") for name, words in CAUSES.items()]
    return pd.DataFrame(rows, columns=["kind", "name", "description"])


def _row(where: tuple[str, str], measure: str, value: float, **dimensions: str) -> tuple[str | float, ...]:
    """Return one row of the table.

    Parameters
    ----------
    where : code and name of the area.
    measure, value : what is counted, and the count.
    **dimensions : dimensions that are not `all`.
    """
    keys = [dimensions.get(name, ALL) for name in KEYS[2:]]
    return (*where, *keys, measure, UNITS.get(measure, "residents"), value, LOW if 0 < value < SMALL else NOT_LOW)


def _of_cut(cut: Cut) -> dict[str, str]:
    return {} if cut.dimension == ALL else {cut.dimension: cut.value}


def _rows(found: ServiceMap) -> Iterator[tuple[str | float, ...]]:
    for area in found.geography.areas:
        where = (area.code, area.name)
        yield _row(where, "residents", int(found.residents[area.places].sum()))
        for i in found.rows:
            cohort = found.needs[i].slug
            yield _row(where, "in_need", found.of(i, area).in_need, cohort=cohort)
            for j, cut in enumerate(found.cuts):
                standing, chosen = found.of(i, area, j), {"cohort": cohort, **_of_cut(cut)}
                yield _row(where, "eligible_for_something", standing.something, **chosen)
                yield _row(where, "eligible_for_several", standing.several, **chosen)
                yield _row(where, "eligible_for_nothing", standing.nothing, **chosen)
                for cause, count in standing.causes.items():
                    if count:
                        yield _row(where, "shut_out", count, cause=cause, **chosen)
            for cause, count in zip(LIFTS, found.lifted[i, area.places].sum(axis=0).tolist(), strict=True):
                if count:
                    yield _row(where, "let_in_if_lifted", count, cohort=cohort, cause=cause)
        for k, programme in enumerate(found.programmes):
            for i, count in enumerate(found.open_to[k][:, area.places].sum(axis=1).tolist()):
                if count:
                    cohort = ALL if i == 0 else found.needs[i - 1].slug
                    yield _row(where, "could_get_in", count, cohort=cohort, programme=programme.slug)


def _delivered(found: ServiceMap) -> Iterator[tuple[str | float, ...]]:
    """Return the rows that a run adds: by area and cut, by area and service, and by cohort over the region."""
    if found.delivery is None:
        return
    for area in found.geography.areas:
        where = (area.code, area.name)
        for cut in found.cuts:
            for name, value in zip(DELIVERED, found.delivery.of(cut.programmes, area.places), strict=True):
                yield _row(where, name, value, **_of_cut(cut))
        for k, programme in enumerate(found.programmes):
            for name, value in zip(DELIVERED, found.delivery.of((k,), area.places), strict=True):
                if value:
                    yield _row(where, name, value, programme=programme.slug)
    whole = (found.geography.whole.code, found.geography.whole.name)
    for i in found.rows:
        cohort = found.needs[i].slug
        if cohort in found.delivery.cohorts:
            yield _row(whole, "started_in_need", found.delivery.cohorts[cohort][1], cohort=cohort)
