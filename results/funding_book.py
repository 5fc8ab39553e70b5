"""The workbook of a funding study: a sheet per table, small counts flagged; and the dictionary of its columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from results.display import SMALL
from results.funding_data import STATUS, FundingStudy
from results.funding_measures import UNSURE, allocator_words, good, measure_of
from results.funding_read import FLEXIBLE, REST, RING_FENCED, SUMS, Figures
from results.funding_tables import measures_of, totals_words
from results.funding_words import buys_words, depends_words, lose_words, ring_words, rings_of, sure_words
from results.lookup import records, stat_of
from results.statistics import STAT_COLUMNS, STAT_WORDS, Stat
from results.workbook import NO_FLAG, NOT_A_NUMBER, SMALL_FLAG, book_bytes
from scenarios.fund_specs import ALLOCATORS, CONSTRAINTS

if TYPE_CHECKING:
    from pandas import DataFrame, Series

PEOPLE = ("starts", "jobs_found", "waiting", "lost", "bounced")
COLUMN_WORDS = {
    "allocator": "Who shares the money out.",
    "measure": "What is measured.",
    "geography_code": "ONS code of a Place; a short name of a group of Places or of the region.",
    "geography_name": "Name of the area.",
    "group": "all; what people did at the start of help, by age; or a cohort of the policy's start.",
    "constraint": "What binds money.",
    "effect": "shapley: averaged over all orders of dropping; first: dropped alone; last: dropped after all others.",
    "told": f"gain, loss, more, less or no change where the interval leaves out zero; else: {UNSURE}.",
    "arm": f"{RING_FENCED}: every constraint in force; {FLEXIBLE}: none.",
    "mask": "Constraints in force as a number: bit i is set where the i-th is; -1: none at all.",
    "in_force": "Constraints in force, joined by +.",
    "fund": "Identifier of the fund, or all.",
    "fund_title": "Name of the fund.",
    "programme": "Identifier of the programme.",
    "programme_title": "Name of the programme.",
    "year": "Financial year.",
    "item": "What became of the money; left and outstanding are what stands at the year's end.",
    "pounds": "Pounds, mean over runs.",
    "starts": "Starts paid for, mean over runs.",
    "unit": "Unit of the gain at the margin.",
    "method": "How the gain at the margin was found.",
    "assumption": "What the answer rests on.",
    "small_number": f"{SMALL_FLAG}: a count of people between 0 and {SMALL}.",
    "n_runs": "Runs behind the figure.",
}


def funding_book(study: FundingStudy) -> bytes:
    """Return the workbook; the same study gives the same bytes."""
    figures = Figures(study)
    status = "calibrated" if study.calibrated else STATUS
    cover = [
        ("Region", study.geography.title),
        ("Months", str(study.months)),
        ("Sample", f"1:{study.sample}"),
        ("Runs", str(len(figures.runs))),
        ("Money allocated", allocator_words(figures.main)),
        ("Status", status),
        ("Study", study.run_id),
        ("Command", study.command),
    ]
    title = f"Flexible against ring-fenced money: {study.geography.title}"
    return book_bytes(title, cover, notes_of(figures), sheets_of(figures), status)


def notes_of(figures: Figures) -> list[tuple[str, str]]:
    """Return the notes: subject, text."""
    rings = "; ".join(f"{name}: {what}" for name, what in rings_of(figures.study.constraints))
    return [
        ("What flexibility buys", " ".join(buys_words(figures))),
        ("How sure", sure_words(figures)),
        ("Which ring costs most", ring_words(figures)),
        ("Who would lose", " ".join(lose_words(figures))),
        ("What it depends on", " ".join(depends_words(figures))),
        ("The same money", totals_words(figures)),
        ("Intervals", f"p05 to p95: {figures.interval_words}. A count below {SMALL} is flagged."),
        ("Rings", rings),
        ("Shorthand", f"{SMALL_FLAG}: a count of people below {SMALL}. {NOT_A_NUMBER}: not available or not defined."),
    ]


def sheets_of(figures: Figures) -> dict[str, tuple[str, DataFrame]]:
    """Return sheet name -> (title, table)."""
    study = figures.study
    return {
        "Headline": ("Flexible less ring-fenced, whole region, allocator of the headline", headline(figures)),
        "Value": ("Flexible less ring-fenced by allocator, measure, area and group", value(figures)),
        "Rings": ("What each constraint costs: Shapley value, first and last effects", rings(figures)),
        "Arms": ("Every arm's own value, whole region, means over runs", arms(figures)),
        "Funds": ("Pounds by allocator, arm, fund, year and item, means over runs", funds(study)),
        "Flows": ("Starts and pounds from fund through programme to group, means over runs", flows(study)),
        "At the margin": ("What easing each ring a little gains", shadow(study)),
        "Assumptions": ("What the answer rests on", assumptions(figures)),
        "Dictionary": ("Every column and measure", dictionary(study)),
    }


def flag(frame: DataFrame, column: str, is_people: Series | None = None) -> DataFrame:
    """Return a table with a column that flags counts of people below ten.

    Parameters
    ----------
    frame : DataFrame
        A table.
    column : str
        The column of counts.
    is_people : Series, optional
        Which rows count people; every row unless given.
    """
    size = frame[column].abs()
    small = (size > 0) & (size < SMALL)
    if is_people is not None:
        small &= is_people
    return frame.assign(small_number=small.map({True: SMALL_FLAG, False: NO_FLAG}).to_numpy(object))


def _counts_people(names: Series) -> Series:
    return names.isin(PEOPLE) | names.str.startswith("in_work_")


def _told(frame: DataFrame) -> list[str]:
    return [good(stat_of(row), str(row["measure"])) for row in records(frame)]


def headline(figures: Figures) -> DataFrame:
    """Return each measure of the whole region with the sums that the page shows."""
    import pandas as pd

    rows = []
    for name in measures_of(figures):
        stat = figures.value(name)
        if stat is not None:
            rows.append(
                {"measure": name, "description": measure_of(name).label, "told": good(stat, name), **_plain(stat)}
            )
    out = pd.DataFrame(rows, columns=["measure", "description", "told", *STAT_COLUMNS])
    return flag(out, "mean", _counts_people(out["measure"]))


def _plain(stat: Stat) -> dict[str, float | int | str]:
    return {name: getattr(stat, name) for name in STAT_COLUMNS}


def value(figures: Figures) -> DataFrame:
    """Return the whole table of values with names of areas and what can be told."""
    frame = figures.study.value
    names = {area.code: area.name for area in figures.study.geography.areas}
    where = frame["geography_code"].map(lambda code: names.get(code, code))
    out = frame[["allocator", "measure", "geography_code", "group", *STAT_COLUMNS]].copy()
    out.insert(3, "geography_name", where)
    out.insert(5, "told", _told(frame))
    return flag(out, "mean", _counts_people(out["measure"]))


def rings(figures: Figures) -> DataFrame:
    """Return Shapley values, and the effects of dropping a constraint first and last, one statistic a row."""
    import pandas as pd

    rows = []
    for allocator, measure, constraint in figures.parts:
        effects = {"shapley": figures.parts[allocator, measure, constraint]}
        for which, found in (("first", figures.first), ("last", figures.last)):
            stat = found(measure, constraint, allocator)
            if stat is not None:
                effects[which] = stat
        for effect, stat in effects.items():
            terms = {"allocator": allocator, "measure": measure, "constraint": constraint, "effect": effect}
            rows.append({**terms, "told": good(stat, measure), **_plain(stat)})
    out = pd.DataFrame(rows, columns=["allocator", "measure", "constraint", "effect", "told", *STAT_COLUMNS])
    return flag(out, "mean", _counts_people(out["measure"]))


def arms(figures: Figures) -> DataFrame:
    """Return the mean of each arm's own values for the whole region."""
    keys = ["allocator", "mask", "in_force", "measure"]
    grouped = figures.region.groupby(keys, sort=False)["value"]
    out = grouped.agg(["mean", "count"]).reset_index().rename(columns={"count": "n_runs"})
    return flag(out, "mean", _counts_people(out["measure"]))


def funds(study: FundingStudy) -> DataFrame:
    """Return the money by fund and year with the funds' names."""
    out = study.funds.copy()
    out.insert(3, "fund_title", out["fund"].map(lambda name: study.fund_titles.get(name, name)))
    return out


def flows(study: FundingStudy) -> DataFrame:
    """Return the flows with names of funds and programmes."""
    out = study.flows.copy()
    out.insert(3, "fund_title", out["fund"].map(lambda name: study.fund_titles.get(name, name)))
    at = list(out.columns).index("programme") + 1
    out.insert(at, "programme_title", out["programme"].map(lambda name: study.programme_titles.get(name, name)))
    return flag(out, "starts")


def shadow(study: FundingStudy) -> DataFrame:
    """Return the gains at the margin with the funds' names."""
    out = study.shadow.copy()
    names = {**study.fund_titles, "all": "all funds"}
    out.insert(3, "fund_title", out["fund"].map(lambda name: names.get(name, name)))
    return out


def assumptions(figures: Figures) -> DataFrame:
    """Return the assumptions, one a row."""
    import pandas as pd

    from results.funding_words import assumption_texts

    return pd.DataFrame({"assumption": assumption_texts(figures.study.assumptions)})


def dictionary(study: FundingStudy) -> DataFrame:
    """Return what every column, measure, constraint and allocator means."""
    import pandas as pd

    rows = [("column", name, words) for name, words in {**COLUMN_WORDS, **STAT_WORDS}.items()]
    names = list(dict.fromkeys([*SUMS, *(str(name) for name in study.value["measure"])]))
    rows += [("measure", name, f"{measure_of(name).label}. {measure_of(name).what}") for name in names]
    rows += [("constraint", name, words) for name, words in CONSTRAINTS.items()]
    rows.append(("constraint", REST, "constraints that the study did not vary, dropped together after the others"))
    rows += [("allocator", name, words) for name, words in ALLOCATORS.items()]
    return pd.DataFrame(rows, columns=["kind", "name", "description"])
