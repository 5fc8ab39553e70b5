"""What a run adds to the page of the service map: tables and words of whom services reached, who waits and started."""

from __future__ import annotations

from collections.abc import Sequence

from results.display import SMALL
from results.gaps import ServiceMap
from results.gaps_run import Delivery, Positions
from results.gaps_story import count_text, share_text
from results.report import capital
from results.tables import Table, table_of
from scenarios.programme_words import LEADS, PILLARS

HEADS = ("Reached a year", "Waiting", "Started a year")
NO_COHORTS = "The run kept no starters by cohort, so cohorts are told by eligibility alone."
DIMENSION_HEADS = {"pillar": "Pillar", "tier": "Tier", "lead": "Leading sector"}


def cells(delivery: Delivery, programmes: Sequence[int], places: Positions) -> list[str]:
    """Return reached, waiting and started as readers see them."""
    return [count_text(value) for value in delivery.of(programmes, places)]


def run_tables(found: ServiceMap, delivery: Delivery) -> list[Table]:
    """Return the tables: by pillar, tier and leading sector, by Place, and by cohort where the run kept it."""
    every = range(len(found.programmes))
    whole = found.geography.whole
    titles = {"pillar": PILLARS, "lead": LEADS}
    tables = []
    for dimension, head in DIMENSION_HEADS.items():
        cuts = [cut for cut in found.cuts if cut.dimension == dimension]
        rows = [
            [
                capital(titles.get(dimension, {}).get(cut.value, cut.value)),
                str(len(cut.programmes)),
                *cells(delivery, cut.programmes, whole.places),
            ]
            for cut in cuts
        ]
        caption = f"By {head.lower()}: reached, waiting and started in the run, whole region"
        tables.append(table_of(caption, [head, "Services", *HEADS], rows, range(1, 5)))
    rows = [[area.name, *cells(delivery, every, area.places)] for area in (whole, *found.geography.places)]
    tables.append(table_of("By Place: reached, waiting and started in the run", ["Place", *HEADS], rows, range(1, 4)))
    return [*tables, *_cohort_table(found, delivery)]


def _cohort_table(found: ServiceMap, delivery: Delivery) -> list[Table]:
    """Return the starters by cohort; nothing where the run kept none."""
    rows = []
    for i in found.rows:
        need = found.needs[i]
        if need.slug in delivery.cohorts:
            in_need, started = delivery.cohorts[need.slug]
            rows.append([need.name, count_text(in_need), count_text(started), started_share(started, in_need)])
    if not rows:
        return []
    caption = (
        "By cohort: residents in need when the policy of the run began, and those of them who started in any programme "
        f"in its {delivery.facts.months} months, whole region"
    )
    return [table_of(caption, ["Cohort", "In need", "Started", "Share"], rows, range(1, 4))]


def started_share(started: float, in_need: float) -> str:
    """Return the share of a cohort that started; nothing is told of a share that rests on few people."""
    return "too few to tell" if 0 < started < SMALL else share_text(started, in_need)


def run_notes(found: ServiceMap, delivery: Delivery, sample: int) -> list[str]:
    """Return what must be known of the counts of the run.

    Parameters
    ----------
    found : ServiceMap
        The map.
    delivery : Delivery
        What the run did.
    sample : int
        One resident in so many stands on the map.
    """
    out = []
    if delivery.facts.sample != sample:
        scales = [f"one resident in {n}" if n > 1 else "every resident" for n in (delivery.facts.sample, sample)]
        out.append(
            f"The run counts {scales[0]} and the map {scales[1]}, so their counts do not stand on the same scale."
        )
    if delivery.others:
        out.append(f"Not on the map, and not counted here: {', '.join(delivery.others)}.")
    if not any(need.slug in delivery.cohorts for need in found.needs):
        out.append(NO_COHORTS)
    return out
