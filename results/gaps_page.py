"""The page of the service map: self-contained, whole as plain tables, with filters where scripts may run."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from results.access import CAUSES, LIFTS, SHORT
from results.gaps import Cut, ServiceMap
from results.gaps_data import STATUS, MapFacts, plain
from results.gaps_run_tables import HEADS, cells, run_notes, run_tables
from results.gaps_story import count_text, findings, nothing_text, share_text, who_could
from results.geography import Area, slug
from results.report import capital, render
from results.tables import Table, table_of
from scenarios.programme_specs import Programme
from scenarios.programme_words import CHANNELS, KINDS, LEADS, PILLARS, TIERS

SECTIONS = (
    ("answer", "The answer"),
    ("map", "Services by Place"),
    ("cohorts", "Who is left with nothing"),
    ("causes", "What shuts them out"),
    ("services", "Every service"),
    ("needs", "Who counts as in need"),
    ("method", "How it is counted"),
)
REACHED = ("reached", "Who is reached, waits and starts")
EXCLUSIONS = "only an exclusion (by reason, in the order of the columns)"
NO_BREAK = "\u00a0"
STEPS = (0.0, 0.05, 0.15, 0.35, 0.65)
"""Shares above which a cell takes the next shade; the first shade is nobody."""
SHADES = ("nobody", "up to 5%", "5-15%", "15-35%", "35-65%", "over 65%")


def shade(part: int, whole: int) -> int:
    """Return the shade of a share, 0 (nobody) to 5."""
    return 0 if whole == 0 else sum(part / whole > step for step in STEPS)


def build_page(found: ServiceMap, facts: MapFacts, tiles: Sequence[Sequence[str]]) -> str:
    """Return the page as HTML text; the same map gives the same text.

    Parameters
    ----------
    found : ServiceMap
        The counts.
    facts : MapFacts
        What they were made from.
    tiles : sequence of sequences of str
        Rows of the schematic map: names of Places, empty where none stands.
    """
    return render("gaps.html", context_of(found, facts, tiles))


def context_of(found: ServiceMap, facts: MapFacts, tiles: Sequence[Sequence[str]]) -> dict[str, Any]:
    """Return every value the page's template reads."""
    title = f"Who can get in: the services of {found.geography.title}"
    first = found.needs[found.rows[0]]
    return {
        "title": title,
        "subtitle": (
            f"Which running services would take which residents of {found.geography.title}, by the services' own rules "
            f"and by the rules of their funders, {len(found.geography.places)} Places, {len(found.rows)} cohorts."
        ),
        "status": f"{capital(STATUS)}.",
        "caveats": caveats(found, facts),
        "sections": sections_of(found),
        "cards": cards_of(found),
        "findings": findings(found),
        "who_could": who_could(found),
        "run": run_of(found, facts),
        "first": first.name,
        "cuts": found.cuts,
        "cohorts": [found.needs[i] for i in found.rows],
        "shades": list(enumerate(SHADES)),
        "matrix": matrix_of(found),
        "pillars": cut_matrix(found, "pillar", "pillar", capital_of(PILLARS)),
        "tiers": cut_matrix(found, "tier", "tier", {name: name for name in TIERS}),
        "leads": cut_matrix(found, "lead", "leading sector", LEADS),
        "causes": causes_of(found),
        "lifted_table": lifted_table(found),
        "tiles": tiles_of(found, tiles),
        "n_tile_columns": len(tiles[0]) if tiles else 1,
        "supply_table": supply_table(found),
        "leads_table": leads_table(found),
        "places": [place_list(found, i) for i in range(len(found.geography.places))],
        "services": [service_of(found, k) for k in range(len(found.programmes))],
        "other_table": other_table(found),
        "needs_table": needs_table(found),
        "order": order_words(),
        "population": facts.population,
        "command": facts.command,
        "run_id": facts.run_id,
        "data": json.dumps(plain(found, facts), ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c"),
    }


def sections_of(found: ServiceMap) -> tuple[tuple[str, str], ...]:
    """Return anchor and heading of every section; what a run adds stands before the services one by one."""
    at = [anchor for anchor, _ in SECTIONS].index("services")
    return (*SECTIONS[:at], *([REACHED] if found.delivery else []), *SECTIONS[at:])


def run_of(found: ServiceMap, facts: MapFacts) -> dict[str, Any] | None:
    """Return what a run adds to the page, None where none was named."""
    if found.delivery is None:
        return None
    delivery, heading = found.delivery, REACHED[1]
    notes = [delivery.facts.sentence(), *run_notes(found, delivery, facts.sample)]
    return {"heading": heading, "heads": HEADS, "notes": notes, "tables": run_tables(found, delivery)}


def capital_of(words: dict[str, str]) -> dict[str, str]:
    """Return the same names with their words in upper case at the start."""
    return {name: capital(text) for name, text in words.items()}


def caveats(found: ServiceMap, facts: MapFacts) -> list[str]:
    """Return what must be known before any figure, the gravest first."""
    out = [
        who_could(found),
        "A rule that lets somebody in says nothing of room: many services hold a few hundred people and are open to "
        "many thousands.",
        "Rules are as the documents state them, and a judgement where they state none; health, cohorts and benefits of "
        "the residents are synthetic, drawn to published figures.",
    ]
    national = [p for p in found.programmes if p.tier == "national"]
    partly = sum(p.place_ids is not None for p in national)
    if partly:
        out.append(
            f"The catalogue holds what the documents name: {partly} of {len(national)} national services stand in it "
            "for some Places only, so a Place of which the documents say little may look emptier than it is."
        )
    if facts.sample > 1:
        out.append(f"This is a draft on one resident in {facts.sample}; counts are those of the sample, not scaled up.")
    if found.programmes:
        out.append("Nobody is on a programme at the start, so rules about another programme shut nobody out yet.")
    return out


def cards_of(found: ServiceMap) -> list[dict[str, str]]:
    """Return the headline cards: label, value, range."""
    first = found.rows[0]
    now = found.of(first, found.geography.whole)
    name = found.needs[first].name
    pillars = {p.pillar for p in found.programmes}
    return [
        {"label": "Running services", "value": str(len(found.programmes)), "range": f"in {len(pillars)} pillars"},
        {
            "label": name,
            "value": count_text(now.in_need),
            "range": f"of {count_text(int(found.residents.sum()))} residents aged 16 to 64",
        },
        {"label": "Eligible for nothing", "value": count_text(now.nothing), "range": f"{nothing_text(now)} of them"},
        {
            "label": "Eligible for several",
            "value": count_text(now.several),
            "range": f"{share_text(now.several, now.in_need)} of them",
        },
    ]


def order_words() -> list[str]:
    """Return the causes in the order of attribution, all exclusions as one."""
    words = [text if not name.startswith("excluded_") else EXCLUSIONS for name, text in CAUSES.items()]
    return list(dict.fromkeys(words))


def heat(found: ServiceMap, need: int, area: Area, cut: int) -> dict[str, Any]:
    """Return one cell of a heat table: text and shade.

    Parameters
    ----------
    found : ServiceMap
        The counts.
    need : int
        Row of the needs.
    area : Area
        The area.
    cut : int
        Which services count.
    """
    now = found.of(need, area, cut)
    text = "none" if not now.in_need else nothing_text(now)
    return {"text": text, "shade": shade(now.nothing, now.in_need), "count": count_text(now.in_need)}


def matrix_of(found: ServiceMap) -> dict[str, Any]:
    """Return cohort by area: the share of those in need whom no running service takes."""
    areas = [found.geography.whole, *found.geography.places]
    return {
        "id": "matrix",
        "caption": "Share of those in need who are eligible for nothing, by cohort and Place",
        "heads": ["Region", *(area.name for area in areas[1:])],
        "areas": [found.geography.areas.index(area) for area in areas],
        "rows": [(found.needs[i].name, [heat(found, i, area, 0) for area in areas]) for i in found.rows],
    }


def cut_matrix(found: ServiceMap, dimension: str, word: str, titles: dict[str, str]) -> dict[str, Any]:
    """Return cohort by a cut of the services, whole region: the share of those in need whom none of them takes.

    Parameters
    ----------
    found : ServiceMap
        The counts.
    dimension : str
        Pillar, tier or lead.
    word : str
        Its name in the caption.
    titles : dict
        Value of the dimension -> heading.
    """
    chosen = [(j, cut) for j, cut in enumerate(found.cuts) if cut.dimension == dimension]
    whole = found.geography.whole
    return {
        "id": f"by-{dimension}",
        "caption": f"Share of those in need whom no service of the {word} takes, whole region",
        "heads": [heading_of(cut, titles) for _, cut in chosen],
        "areas": [],
        "rows": [(found.needs[i].name, [heat(found, i, whole, j) for j, _ in chosen]) for i in found.rows],
    }


def heading_of(cut: Cut, titles: dict[str, str]) -> str:
    """Return a cut's heading with the number of its services."""
    n = len(cut.programmes)
    return f"{capital(titles[cut.value])} ({n}{NO_BREAK}{'service' if n == 1 else 'services'})"


def causes_of(found: ServiceMap) -> dict[str, Any]:
    """Return cohort by cause, whole region; columns that stay empty under every cut are left out."""
    whole = found.geography.whole
    kept = [
        name
        for name in CAUSES
        if any(found.of(i, whole, j).causes[name] for i in found.rows for j in range(len(found.cuts)))
    ]
    rows = []
    for i in found.rows:
        now = found.of(i, whole)
        cells = [count_text(now.nothing), *(count_text(now.causes[name]) for name in kept)]
        rows.append((found.needs[i].name, cells))
    return {
        "caption": "People in need who are eligible for nothing, by what shuts them out, whole region",
        "heads": ["Eligible for nothing", *(capital(SHORT[name]) for name in kept)],
        "keys": [list(CAUSES).index(name) for name in kept],
        "rows": rows,
    }


def lifted_table(found: ServiceMap) -> Table | None:
    """Return whom the lifting of one kind of rule would let in, None if it would let in nobody."""
    totals = found.lifted.sum(axis=1)
    kept = [j for j in range(len(LIFTS)) if totals[:, j].any()]
    if not kept:
        return None
    rows = [[found.needs[i].name, *(count_text(int(totals[i, j])) for j in kept)] for i in found.rows]
    heads = [capital(SHORT[LIFTS[j]]) for j in kept]
    caption = "People eligible for nothing whom a service would take if one kind of rule were lifted (they overlap)"
    return table_of(caption, ["Cohort", *heads], rows, range(1, 1 + len(kept)))


def supply_words(found: ServiceMap, place: int) -> str:
    """Return how many services of each tier serve a Place."""
    programmes = [found.programmes[k] for k in found.served_by(place)]
    return " · ".join(f"{sum(p.tier == tier for p in programmes)}{NO_BREAK}{tier}" for tier in TIERS)


def tiles_of(found: ServiceMap, tiles: Sequence[Sequence[str]]) -> list[dict[str, Any]]:
    """Return the Places of the schematic map, each with its row and column, in the order of the map."""
    names = [area.name for area in found.geography.places]
    out = []
    for row, line in enumerate(tiles):
        for column, name in enumerate(line):
            if not name:
                continue
            place = names.index(name)
            now = found.of(found.rows[0], found.geography.places[place])
            out.append(
                {
                    "place": place,
                    "name": name,
                    "anchor": f"place-{slug(name)}",
                    "row": row + 1,
                    "column": column + 1,
                    "text": nothing_text(now),
                    "shade": shade(now.nothing, now.in_need),
                    "n_services": len(found.served_by(place)),
                    "supply": supply_words(found, place),
                }
            )
    return out


def supply_table(found: ServiceMap) -> Table:
    """Return how many running services serve each Place, by tier and pillar."""
    rows = []
    for place, area in enumerate(found.geography.places):
        here = [found.programmes[k] for k in found.served_by(place)]
        counts = [len(here), *(sum(p.tier == t for p in here) for t in TIERS)]
        rows.append([area.name, *map(str, [*counts, *(sum(p.pillar == name for p in here) for name in PILLARS)])])
    heads = ["Place", "Services", *map(capital, TIERS), *map(capital, PILLARS.values())]
    return table_of("Running services that serve each Place, by tier and pillar", heads, rows, range(1, len(heads)))


def leads_table(found: ServiceMap) -> Table | None:
    """Return how many running services serve each Place by leading sector, None if there are none."""
    leads = [cut.value for cut in found.cuts if cut.dimension == "lead"]
    rows = []
    for place, area in enumerate(found.geography.places):
        here = [found.programmes[k] for k in found.served_by(place)]
        rows.append([area.name, *(str(sum(p.lead == name for p in here)) for name in leads)])
    heads = ["Place", *(capital(LEADS[name].removeprefix("the ").removeprefix("a ")) for name in leads)]
    caption = "Running services that serve each Place, by leading sector"
    return table_of(caption, heads, rows, range(1, len(heads))) if leads else None


def place_list(found: ServiceMap, place: int) -> dict[str, Any]:
    """Return a Place with its services and whom of the reference cohort each would take."""
    area = found.geography.places[place]
    column = 1 + found.rows[0]
    rows = []
    for k in found.served_by(place):
        p = found.programmes[k]
        words = (p.tier, LEADS[p.lead], PILLARS[p.pillar])
        count = count_text(int(found.open_to[k, column, place]))
        done = cells(found.delivery, (k,), [place]) if found.delivery else []
        rows.append({"k": k, "name": p.name, "words": words, "count": count, "done": done})
    now = found.of(found.rows[0], area)
    return {
        "name": area.name,
        "anchor": f"place-{slug(area.name)}",
        "index": place,
        "rows": rows,
        "in_need": count_text(now.in_need),
    }


def service_of(found: ServiceMap, k: int) -> dict[str, Any]:
    """Return one running service in words, with how many people could get in."""
    p = found.programmes[k]
    where = "every Place" if p.place_ids is None else ", ".join(p.place_words)
    return {
        "k": k,
        "name": p.name,
        "kind": capital(KINDS[p.kind].title),
        "words": f"{p.status}, {p.tier}, {PILLARS[p.pillar]}, led by {LEADS[p.lead]}, in {where}",
        "facts": facts_of(found, p),
        "everybody": count_text(int(found.open_to[k, 0].sum())),
        "count": count_text(int(found.open_to[k, 1 + found.rows[0]].sum())),
        "done": cells(found.delivery, (k,), found.geography.whole.places) if found.delivery else [],
    }


def facts_of(found: ServiceMap, programme: Programme) -> list[tuple[str, str]]:
    """Return heading and text of what a reader should know of a service: rules, ways in, who pays."""
    out = [("Takes residents", f"{programme.eligibility.english()}.")]
    out += [("Shuts out residents", f"{exclusion.english()}.") for exclusion in programme.exclusions]
    out.append(("Ways in", f"{', '.join(CHANNELS[channel] for channel in programme.channels)}."))
    out.append(("Paid by", f"{'; '.join(found.catalogue.funders[name].english() for name in programme.funders)}."))
    if programme.note:
        out.append(("Note", capital(programme.note.rstrip(".")) + "."))
    return out


def other_table(found: ServiceMap) -> Table | None:
    """Return the programmes that take nobody now, None if there are none."""
    rows = [
        [
            p.name,
            p.status,
            capital(KINDS[p.kind].title),
            "every Place" if p.place_ids is None else ", ".join(p.place_words),
        ]
        for p in found.catalogue.programmes
        if not p.is_running
    ]
    return (
        table_of("Programmes that are planned or have ended", ["Name", "Status", "Kind", "Where"], rows)
        if rows
        else None
    )


def needs_table(found: ServiceMap) -> Table:
    """Return who counts as in need by each row, and why."""
    rows = []
    for i, need in enumerate(found.needs):
        rule = f"{capital(need.rule.english())}." if need.rule else f"Not computed: {need.not_computed}."
        count = count_text(found.of(i, found.geography.whole).in_need) if need.rule else "not computed"
        rows.append([need.name, rule, f"{capital(need.reason)}.", count])
    heads = ["Cohort", "In need are residents", "Why", "In need"]
    return table_of("Residents in need by cohort, and why", heads, rows, (3,))
