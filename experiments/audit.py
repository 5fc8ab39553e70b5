"""The audit of a service's client counts against the synthetic population in need, kept in a folder of its own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.answers import is_finished
from experiments.cache import hash_of
from experiments.errors import InvalidData, InvalidRequest, MissingData
from experiments.events import Events
from experiments.folders import only_writer, usable_folder
from experiments.plans import shipped_region
from experiments.requests import usable_cores
from experiments.service_map import MapRequest, facts_of, start_for
from results.audit_file import Clients, ClientsError, read_clients, template
from results.equity import PLACE, group_names, members
from results.store import RunFolder
from scenarios.eligibility import AllOf, Rule
from scenarios.errors import listing, nearest, shown

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from evidence.model import Region
    from results.audit import InNeed
    from simulation.start import Start

FORMAT = 1
"""Raise it when the same inputs would fill a folder with other content."""
PAGE, CONTENT = "audit.html", "audit.json"


@dataclass(frozen=True)
class AuditRequest:
    """Which file, against whose need in which region: a row of the needs, or whom a programme takes."""

    clients: Path
    region: str
    need: str | None = None
    programme: str | None = None
    sample: int = 1
    out: Path = Path("audits")
    threads: int | None = None

    def __post_init__(self) -> None:
        """Refuse two needs at once, and what no map could be made of."""
        if self.need is not None and self.programme is not None:
            raise InvalidRequest("--need and --programme both say who is in need; keep one.")
        _ = self.population

    @property
    def population(self) -> MapRequest:
        """The request of the population."""
        return MapRequest(self.region, self.sample, self.out, self.threads)

    @cached_property
    def who(self) -> tuple[str, str, Rule]:
        """Key, words and rule of those in need."""
        from scenarios.needs import load_needs
        from scenarios.programmes import load_catalogue

        if self.programme is not None:
            catalogue = load_catalogue(self.region)
            known = [programme.slug for programme in catalogue.programmes]
            if self.programme not in known:
                raise _unknown("--programme", self.programme, "programme of the catalogue", known)
            found, money = catalogue[self.programme], catalogue.money(self.programme)
            taken: Rule = found.takes if money is None else AllOf((found.takes, money))
            return self.programme, f"residents whom the rules of {found.name} and of its funders take", taken
        rows = {need.slug: need for need in load_needs(self.region) if need.rule is not None}
        slug = self.need or next(iter(rows))
        if slug not in rows:
            raise _unknown("--need", slug, "computed need", rows)
        rule = rows[slug].rule
        assert rule is not None  # rows without one were left out
        return slug, rows[slug].name, rule


def _unknown(option: str, word: str, kind: str, known: Any) -> InvalidRequest:
    hint = nearest(word, known)
    return InvalidRequest(
        f"{option} {shown(word)}: no {kind} of this region has this name.{hint} Known: {listing(known)}."
    )


@dataclass(frozen=True)
class FinishedAudit:
    """An audit on disk: its folder and its content as plain values."""

    folder: Path
    content: dict[str, Any]

    @property
    def page(self) -> Path:
        """Return the page."""
        return self.folder / PAGE

    def as_dict(self) -> dict[str, Any]:
        """Return where the audit is kept, and its content."""
        return {"folder": self.folder.as_posix(), "page": self.page.as_posix(), **self.content}


def template_of(region: str) -> str:
    """Return the template of client counts for a region, as CSV text with notes."""
    return template([place.name for place in shipped_region(region).places])


def make_audit(request: AuditRequest, events: Events | None = None) -> FinishedAudit:
    """Return the finished audit that a request asks for; one that is there is read, not made again.

    Parameters
    ----------
    request : AuditRequest
        What is asked.
    events : Events or None
        Who hears of progress.

    Raises
    ------
    RunError, ScenarioError, EvidenceError
        If the file, the need, the region or the folder cannot be used, or a finished audit is not as it was written.
    """
    from results.audit_pages import write_audit

    heard = events or Events()
    region = shipped_region(request.region)
    key, words, rule = request.who
    clients = _clients(request.clients, region)
    content_hash = hash_of("audit", FORMAT, request.population.content_hash, key, repr(rule), repr(clients))
    folder = RunFolder(request.out, request.region, content_hash)
    if is_finished(folder.path, "audit", heard):
        return FinishedAudit(folder.path, json.loads((folder.path / CONTENT).read_text(encoding="utf-8")))
    usable_folder(folder.path)
    with only_writer(folder.path):
        start = start_for(request.population, region, heard)
        need = in_need(request, start, region, clients, words, rule)
        facts = {
            "run_id": content_hash,
            "region": region.title,
            "need": key,
            "sample": request.sample,
            "rule": rule.english(),
            "population": facts_of(request.population, region, start.n).population,
        }
        content = write_audit(folder, clients, need, facts)
    return FinishedAudit(folder.path, content)


def _clients(path: Path, region: Region) -> Clients:
    """Return the counts of the file that a user named."""
    try:
        if not path.is_file():
            raise MissingData(
                f"No file {shown(str(path))}. Make one from the template: workability audit --template > clients.csv."
            )
        return read_clients(path, [place.name for place in region.places], [place.code for place in region.places])
    except ClientsError as problem:
        raise InvalidData(str(problem)) from None
    except OSError as problem:
        raise MissingData(f"{shown(path.name)} can't be read: {problem.strerror}. Check its rights.") from None


def in_need(request: AuditRequest, start: Start, region: Region, clients: Clients, words: str, rule: Rule) -> InNeed:
    """Return the population in need, of the Places that the file lists, by group.

    Parameters
    ----------
    request : AuditRequest
        What is asked.
    start : Start
        The start that every run of the region shares.
    region : Region
        The region.
    clients : Clients
        The file's counts.
    words : str
        Who is in need.
    rule : Rule
        The rule of it.
    """
    from results.audit import InNeed
    from simulation.eligibility_pass import compile_rules, has_bit, resident_masks

    c, names = start.columns, tuple(place.name for place in region.places)
    rule_met = has_bit(resident_masks(compile_rules([rule]), c, 0, request.threads or usable_cores()), 0)
    listed = [int(label) for label in clients.cells.get(PLACE, {}) if label.isdigit()]
    chosen = np.flatnonzero(rule_met & np.isin(c.place, listed) if listed else rule_met)
    groups: Mapping[str, NDArray[Any]] = {
        PLACE: c.place[chosen],
        "age_band": start.tables.band[np.minimum(-c.birth[chosen].astype(np.int64), 779)],
        "sex": c.sex[chosen],
        "ethnicity": c.ethnicity[chosen],
        "deprivation": c.deprivation[chosen],
        "qualification": c.qualification[chosen],
        "health": (c.severity[chosen] > 0).astype(np.uint8),
        "conditions": c.conditions[chosen],
    }
    sums = members(groups, len(names)).sum(axis=0, dtype=np.float64)
    counts: dict[str, dict[str, int]] = {}
    for (dimension, label), value in zip(group_names(len(names)), sums, strict=True):
        counts.setdefault(dimension, {})[label] = int(value)
    return InNeed(words, counts, len(chosen), request.sample, names)
