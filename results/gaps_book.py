"""The workbook of the service map: a sheet per view, one table each, small counts flagged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from results.access import CAUSES
from results.display import SMALL
from results.gaps import ALL, DIMENSIONS, ServiceMap
from results.gaps_data import STATUS, MapFacts
from results.gaps_frame import DELIVERED, LOW, NOT_LOW, RUN_MEASURES, dictionary, tidy
from results.gaps_story import who_could
from results.workbook import NOT_A_NUMBER, book_bytes
from scenarios.programme_words import CHANNELS, KINDS, LEADS, PILLARS

if TYPE_CHECKING:
    from pandas import DataFrame

STANDING = ("in_need", "eligible_for_something", "eligible_for_several", "eligible_for_nothing")


def gaps_book(found: ServiceMap, facts: MapFacts) -> bytes:
    """Return the workbook; the same map gives the same bytes."""
    title = f"Service map of {found.geography.title}"
    cover = [
        ("Region", found.geography.title),
        ("Population", facts.population),
        ("Sample", f"1:{facts.sample}"),
        ("Status", STATUS),
        ("Map", facts.run_id),
        ("Command", facts.command),
    ]
    if found.delivery is not None:
        cover.append(("Run", found.delivery.facts.where))
    return book_bytes(title, cover, notes_of(found), sheets_of(found, facts.run_id), STATUS)


def notes_of(found: ServiceMap) -> list[tuple[str, str]]:
    """Return the notes: subject, text."""
    order = "; ".join(CAUSES.values())
    return [
        ("What it shows", who_could(found)),
        ("Status", f"These figures are {STATUS}."),
        ("Room", "A rule that lets somebody in says nothing of room: services hold far fewer than they are open to."),
        (
            "Services",
            "The catalogue holds what the documents name; a Place of which they say little may look emptier.",
        ),
        ("Cohorts", "A resident may stand in several cohorts, so their rows do not add up to the region."),
        ("Causes", f"Who is eligible for nothing is counted once, under the first cause that applies: {order}."),
        ("Shorthand", f"{LOW}: a count of people below {SMALL}. {NOT_A_NUMBER}: not available or not defined."),
    ]


def sheets_of(found: ServiceMap, run_id: str) -> dict[str, tuple[str, DataFrame]]:
    """Return sheet name -> (title, table)."""
    table = tidy(found, run_id).drop(columns=["run_id", "unit"])
    cut_free = (table[list(DIMENSIONS)] == ALL).all(axis=1)
    sheets = {"Cohorts": ("People in need by cohort and area, all services", standing(table[cut_free], ()))}
    for dimension in DIMENSIONS:
        words = f"People in need by cohort, area and {dimension.replace('_', ' ')} of the services counted"
        sheets[f"By {dimension.replace('_', ' ')}"] = (words, standing(table[table[dimension] != ALL], (dimension,)))
    where = ["geography_name", "cohort"]
    if found.delivery is not None:
        sheets["Reached"] = ("Reached, waiting and started in the run, by area, cut and service", delivered(table))
        started = table[table["measure"] == "started_in_need"][["cohort", "value", "small_number"]]
        if not started.empty:
            sheets["Started in need"] = ("Residents in need who started in the run, whole region", started)
    table = table[~table["measure"].isin(RUN_MEASURES)].astype({"value": int})
    causes = table[table["measure"] == "shut_out"][[*where, *DIMENSIONS, "cause", "value", "small_number"]]
    lifted = table[table["measure"] == "let_in_if_lifted"][[*where, "cause", "value", "small_number"]]
    could = table[table["measure"] == "could_get_in"][[*where, "programme", "value", "small_number"]]
    return {
        **sheets,
        "Shut out": ("People eligible for nothing, by the cause that shuts them out", causes),
        "Rules lifted": ("People eligible for nothing whom the lifting of one kind of rule would let in", lifted),
        "Services": ("Every running service", services(found)),
        "Could get in": ("People whom each service would take, by area and cohort", could),
        "Needs": ("Who counts as in need", needs(found)),
        "Dictionary": ("Every column, measure and cause", dictionary(with_run=found.delivery is not None)),
    }


def standing(table: DataFrame, keys: tuple[str, ...]) -> DataFrame:
    """Return one row a cohort, area and cut with its counts side by side and the share eligible for nothing.

    Parameters
    ----------
    table : DataFrame
        Rows of the tidy table.
    keys : tuple of str
        Dimensions that tell the rows apart beside area and cohort.
    """
    import pandas as pd

    index = ["geography_name", "cohort", *keys]
    counted = table[table["measure"].isin(STANDING) & (table["cohort"] != ALL)]
    if counted.empty:
        return pd.DataFrame(columns=[*index, *STANDING, "share_eligible_for_nothing", "small_number"])
    wide = counted.pivot_table(
        index=index, columns="measure", values="value", sort=False, aggfunc="first"
    ).reset_index()
    wide["in_need"] = wide["eligible_for_something"] + wide["eligible_for_nothing"]
    wide["share_eligible_for_nothing"] = wide["eligible_for_nothing"] / wide["in_need"].where(wide["in_need"] > 0)
    counts = wide[list(STANDING)]
    small = ((counts > 0) & (counts < SMALL)).any(axis=1)
    wide["small_number"] = small.map({True: LOW, False: NOT_LOW})
    out: DataFrame = pd.DataFrame(wide[[*index, *STANDING, "share_eligible_for_nothing", "small_number"]])
    out.columns.name = None
    return out.astype(dict.fromkeys(STANDING, int))


def delivered(table: DataFrame) -> DataFrame:
    """Return one row an area and cut or service, with reached, waiting and started side by side.

    Parameters
    ----------
    table : DataFrame
        Rows of the tidy table.
    """
    import pandas as pd

    index = ["geography_name", *DIMENSIONS, "programme"]
    rows = table[table["measure"].isin(DELIVERED)]
    wide = rows.pivot_table(index=index, columns="measure", values="value", sort=False, aggfunc="first", fill_value=0)
    counts = wide.reset_index()
    small = ((counts[list(DELIVERED)] > 0) & (counts[list(DELIVERED)] < SMALL)).any(axis=1)
    counts["small_number"] = small.map({True: LOW, False: NOT_LOW})
    out: DataFrame = pd.DataFrame(counts[[*index, *DELIVERED, "small_number"]])
    out.columns.name = None
    return out


def services(found: ServiceMap) -> DataFrame:
    """Return one row a running service: what it is, its rules in English, who pays, and how many could get in."""
    import pandas as pd

    rows, more = [], DELIVERED if found.delivery else ()
    for k, p in enumerate(found.programmes):
        could = int(found.open_to[k, 0].sum())
        funders = "; ".join(found.catalogue.funders[name].english() for name in p.funders)
        where = "every Place" if p.place_ids is None else ", ".join(p.place_words)
        shut = "; ".join(exclusion.english() for exclusion in p.exclusions) or "nobody"
        words = (p.name, KINDS[p.kind].title, p.status, where, p.tier, LEADS[p.lead], PILLARS[p.pillar])
        doors = ", ".join(CHANNELS[channel] for channel in p.channels)
        counts = (could, *(found.delivery.of((k,), found.geography.whole.places) if found.delivery else ()))
        small = LOW if any(0 < count < SMALL for count in counts) else NOT_LOW
        rows.append((*words, p.eligibility.english(), shut, doors, funders, *counts, small))
    heads = (
        "service",
        "kind",
        "status",
        "places",
        "tier",
        "led_by",
        "pillar",
        "takes_residents",
        "shuts_out",
        "ways_in",
    )
    return pd.DataFrame(rows, columns=[*heads, "paid_by", "could_get_in", *more, "small_number"])


def needs(found: ServiceMap) -> DataFrame:
    """Return one row a cohort: who of it is in need, and why; or why that is not computed."""
    import pandas as pd

    rows = [
        (need.slug, need.name, need.rule.english() if need.rule else f"not computed: {need.not_computed}", need.reason)
        for need in found.needs
    ]
    return pd.DataFrame(rows, columns=["cohort", "name", "in_need_are_residents", "reason"])
