"""The tables of the model's description (ODD), made from code and evidence, so that they cannot tell another story."""

from __future__ import annotations

import inspect
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, partial
from typing import TYPE_CHECKING, get_args, get_type_hints

import numpy as np

from evidence import registry
from evidence.known import ROLES
from results.assumptions import interval_of, value_text
from results.odd_words import EMPLOYER_WORDS, RESIDENT_WORDS
from scenarios import vocabulary
from simulation.columns import Columns, Firms
from simulation.employers import COLUMNS as EMPLOYER_COLUMNS
from simulation.ledger import LINES
from simulation.registry import PROCESSES
from simulation.residents import COLUMNS as RESIDENT_COLUMNS
from simulation.streams import Purpose
from simulation.thresholds import LEVELS, SEGMENTS

if TYPE_CHECKING:
    from evidence.model import Parameter, Source

BEGIN = re.compile(r"<!-- table: (?P<name>[\w.\-]+) -->\n")
END = "<!-- end of table -->\n"
REGION = "cheshire-merseyside"
"""Region whose targets stand for the patterns that the model is judged by."""
CODES: dict[str, Sequence[str]] = {
    "state": vocabulary.STATES,
    "age_band": vocabulary.AGE_BANDS,
    "sex": vocabulary.SEXES,
    "ethnicity": vocabulary.ETHNICITIES,
    "qualification": vocabulary.QUALIFICATIONS,
    "severity": vocabulary.SEVERITIES,
    "deprivation": vocabulary.DEPRIVATION,
    "tenure": vocabulary.TENURES,
    "condition": vocabulary.CONDITIONS,
    "cohort": vocabulary.COHORTS,
    "barrier": vocabulary.BARRIERS,
    "benefit": vocabulary.BENEFITS,
    "sector": vocabulary.SECTORS,
    "level of the fit": LEVELS,
}
UNIFORM = "uniform"
"""Distribution that is told beside an interval: the others taper beyond its ends."""
PARAMETER_HEADS = ("Parameter", "Value", "Unit", "95% interval", "Confidence", "Source", "Note")


class OddError(ValueError):
    """A page whose marks for tables are wrong; the text says which and how to mend it."""


def markdown(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown; bars and line ends inside cells are made harmless."""
    lines = [heads, ["---"] * len(heads), *rows]
    clean = [[re.sub(r"\s+", " ", cell).strip().replace("|", "\\|") for cell in line] for line in lines]
    return "\n".join(f"| {' | '.join(line)} |" for line in clean) + "\n"


def _parameters(items: Mapping[str, Parameter], sources: Mapping[str, Source]) -> str:
    rows = []
    for name, item in items.items():
        value = value_text(item.value)
        if item.by:
            value = f"by {' and '.join(axis.replace('_', ' ') for axis in item.by)}: {value}"
        cited = []
        for source_id in (item.source, *item.also):
            source = sources.get(source_id)
            cited.append(f"{source.title} ({source.publisher}, {source.date})" if source else source_id)
        interval = interval_of(item) + (", uniform" if item.distribution == UNIFORM else "")
        rows.append((f"`{name}`", value, item.unit, interval, item.confidence, "; ".join(cited), item.note))
    return markdown(PARAMETER_HEADS, rows)


def _columns(names: Sequence[str], types: Mapping[str, object], words: Mapping[str, str], drawn: Iterable[str]) -> str:
    own = set(drawn)
    rows = [(f"`{name}`", words[name], _type_text(types[name]), "yes" if name in own else "no") for name in names]
    return markdown(("Variable", "Meaning", "Stored as", "In the starting population"), rows)


def _type_text(hint: object) -> str:
    """Return the dtype inside an annotation such as `NDArray[np.uint8]`."""
    for part in get_args(hint):
        if isinstance(part, type) and issubclass(part, np.generic):
            return part.__name__
        if get_args(part) and (inner := _type_text(part)):
            return inner
    return ""


def residents() -> str:
    """Return the table of the residents' columns."""
    return _columns(Columns._fields, get_type_hints(Columns), RESIDENT_WORDS, RESIDENT_COLUMNS)


def employers() -> str:
    """Return the table of the employers' columns."""
    return _columns(Firms._fields, get_type_hints(Firms), EMPLOYER_WORDS, EMPLOYER_COLUMNS)


def codes() -> str:
    """Return the table of codes, in order from 0."""
    return markdown(("Axis or code", "Values, in order"), [(name, ", ".join(values)) for name, values in CODES.items()])


def _hazard_words(function: Callable[..., object]) -> str:
    """Return the first sentence of a hazard's description, with what a partial function fixes."""
    inner = function.func if isinstance(function, partial) else function
    first = (inspect.getdoc(inner) or "").split("\n\n")[0].replace("\n", " ")
    fixed = f" ({', '.join(map(str, function.args))})" if isinstance(function, partial) else ""
    return f"{first.removeprefix('Return ')}{fixed}"


def transitions() -> str:
    """Return the table of every move between states, with its hazard, its shape over the spell and its level."""
    rows = []
    for process, module in PROCESSES.items():
        for move in module.TRANSITIONS:
            first, end = SEGMENTS[move.destination]
            shape = _hazard_words(move.shape) if move.shape is not None else "constant"
            rows.append(
                (
                    f"`{move.name}`", process, vocabulary.STATES[move.origin], move.destination,
                    _hazard_words(move.hazard), shape, move.level or "none", f"{(end - first)}/16",
                )
            )  # fmt: skip
    heads = ("Transition", "Process", "From", "To", "Hazard", "By length of the spell", "Level", "Highest a month")
    return markdown(heads, rows)


def draws() -> str:
    """Return the table of purposes: one hash a month and person each, every half for one decision."""
    found = re.findall(r"^    ([A-Z_]+) = (\d+)  # (.+)$", inspect.getsource(Purpose), re.MULTILINE)
    if [name for name, _, _ in found] != [purpose.name for purpose in Purpose]:
        raise OddError("simulation/streams.py: each purpose needs a comment behind it that says what it decides")
    return markdown(("Number", "Purpose", "What it decides"), [(n, name.lower(), words) for name, n, words in found])


def patterns() -> str:
    """Return the measures of the region's published figures, and how many are fitted to and held out."""
    found = Counter((target.measure, target.role) for target in registry.load_region(REGION).targets)
    measures = list(dict.fromkeys(measure for measure, _ in found))
    rows = [
        (measure.replace("_", " "), str(found[measure, "fit"]), str(found[measure, "holdout"])) for measure in measures
    ]
    fit, holdout = (sum(n for (_, r), n in found.items() if r == role) for role in ROLES)
    rows.append(("all", str(fit), str(holdout)))
    return markdown(("Measure", "Fitted to", "Held out"), rows)


def ledger() -> str:
    """Return the lines of the ledger: who pays whom, and whether it is cash to the public purse."""
    rows = [(line.label, line.payer, line.payee, "yes" if line.cashable else "no") for line in LINES]
    return markdown(("Line", "Payer", "Payee", "Cash of the public purse"), rows)


@cache
def tables() -> dict[str, Callable[[], str]]:
    """Return name -> what makes the table, for every table that a page may hold; the shipped evidence is read once."""
    groups = {f"parameters.{process}": items for process, items in registry.parameters().items()}
    groups |= {f"programmes.{kind}": items for kind, items in registry.programme_effects().items()}
    groups |= {"parameters.funding": registry.funding(), "parameters.distance": registry.distance()}
    sources = registry.sources()
    return {
        "residents": residents, "employers": employers, "codes": codes, "transitions": transitions, "draws": draws,
        "patterns": patterns, "ledger": ledger,
        **{name: partial(_parameters, items, sources) for name, items in groups.items()},
    }  # fmt: skip


def filled(text: str, page: str) -> str:
    """Return a page with every table between its marks made anew.

    Parameters
    ----------
    text, page : str
        The page in Markdown, and its name for messages.

    Raises
    ------
    OddError
        If a mark names no table or is not closed.
    """
    parts: list[str] = []
    at = 0
    while (mark := BEGIN.search(text, at)) is not None:
        name, known = mark["name"], tables()
        if name not in known:
            raise OddError(f"{page}: there is no table '{name}'. Tables: {', '.join(known)}.")
        end = text.find(END, mark.end())
        next_mark = BEGIN.search(text, mark.end())
        if end < 0 or (next_mark is not None and next_mark.start() < end):
            raise OddError(f"{page}: table '{name}' is not closed; put '{END.strip()}' on a line below it.")
        parts += [text[at : mark.end()], "\n", known[name](), "\n"]
        at = end
    return "".join([*parts, text[at:]])


def names_in(text: str) -> list[str]:
    """Return the names of the tables that a page holds, in order."""
    return [mark["name"] for mark in BEGIN.finditer(text)]
