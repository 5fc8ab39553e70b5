"""An audit on disk: page, table and workbook in a folder of its own, complete only with its marker."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from results.audit import AUDIT_COLUMNS, CAUTION, HEADINGS, HIDING, METHOD, InNeed, audit, sentence, table_rows
from results.audit_file import Clients
from results.equity import DIMENSION_TITLES, PLACE
from results.files import write_bytes, write_json, write_text
from results.plain import plain
from results.report import capital, render
from results.store import COMPLETE, RunFolder, checksums, csv_text
from results.tables import table_of
from results.workbook import book_bytes

if TYPE_CHECKING:
    from pandas import DataFrame

STATUS = "not calibrated"
SECTIONS = (("answer", "The answer"), ("groups", "Every group"), ("method", "How it is counted"))


def write_audit(folder: RunFolder, clients: Clients, need: InNeed, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Write every artefact of an audit, then its marker; return the audit as plain values.

    Parameters
    ----------
    folder : where it is kept.
    clients, need : the counts of the file, and the population in need.
    facts : run id, region, need, sample, the need's rule in English, the population in words.

    Raises
    ------
    StoreError
        If the folder is already complete.
    """
    path, rows = folder.unwritten(), audit(clients, need)
    content = {
        **facts,
        "calibrated": False,
        "title": f"{facts['region']}: clients against {need.name[:1].lower()}{need.name[1:]}",
        "sentence": sentence(rows, need),
        "area": area_words(clients, need),
        "caution": CAUTION,
        "method": METHOD,
        "hiding": HIDING,
        "groups": plain(rows),
        "table": table_rows(rows),
    }
    write_text(path / "audit.csv", csv_text(rows))
    write_bytes(path / "audit.xlsx", book(rows, content))
    write_text(path / "audit.json", json.dumps(content, sort_keys=True, ensure_ascii=False, indent=1) + "\n")
    write_text(path / "audit.html", page(rows, content))
    write_json(path / COMPLETE, checksums(path))
    return content


def area_words(clients: Clients, need: InNeed) -> str:
    """Return where need was counted."""
    listed = [need.places[int(label)] for label in clients.cells.get(PLACE, {}) if label.isdigit()]
    where = f"in the Places of the file ({', '.join(listed)})" if listed else "in the whole region"
    unit = "residents" if need.sample == 1 else f"residents of the 1:{need.sample} sample"
    return f"Need is counted {where}: {need.total:,} {unit}."


def book(rows: DataFrame, content: Mapping[str, Any]) -> bytes:
    """Return the workbook of an audit."""
    cover = [("Region", content["region"]), ("Need", content["need"]), ("Audit", content["run_id"])]
    cover += [("Sample", f"1:{content['sample']}"), ("Status", STATUS)]
    notes = [("Finding", content["sentence"]), ("Area", content["area"]), ("Caution", CAUTION), ("Method", METHOD)]
    notes += [("Small counts", HIDING), ("Population", content["population"])]
    sheets = {"Audit": ("Clients against need, by group, with 95% intervals", rows[list(AUDIT_COLUMNS)])}
    return book_bytes(content["title"], cover, notes, sheets, STATUS)


def page(rows: DataFrame, content: Mapping[str, Any]) -> str:
    """Return the page of an audit; the same audit gives the same text."""
    tables, shown = [], content["table"]
    dimensions = rows["dimension"].tolist()
    for dimension in dict.fromkeys(dimensions):
        inside = [[row[0], *row[2:]] for row, of in zip(shown, dimensions, strict=True) if of == dimension]
        heads = [HEADINGS[0], *HEADINGS[2:]]
        caption = f"Clients against need, by {DIMENSION_TITLES[dimension]}, with 95% intervals"
        tables.append(table_of(caption, heads, inside, (1, 2, 3, 4, 6)))
    context = {
        "title": content["title"],
        "subtitle": "A service's own client counts by group, against the synthetic population in need.",
        "status": f"{capital(STATUS)}.",
        "caveats": [CAUTION],
        "sections": SECTIONS,
        "sentence": content["sentence"],
        "area": content["area"],
        "tables": tables,
        "hiding": HIDING,
        "method": METHOD,
        "need_words": f"In need are residents {content['rule']}.",
        "population": content["population"],
    }
    return render("audit.html", context)
