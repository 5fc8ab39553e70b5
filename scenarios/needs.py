"""Who is in need of help with work: the cohort rows of the service map, read from `needs.yaml`; counts nobody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

from scenarios import safe_yaml
from scenarios.eligibility import Rule
from scenarios.errors import Spot, shown
from scenarios.programme_schema import Slug
from scenarios.quantities import NAME_RULE, scenario_name
from scenarios.region_names import RegionNames, publications, region_names
from scenarios.rule_grammar import parse_rule
from scenarios.safe_yaml import Document
from scenarios.schema_types import Text, Title
from scenarios.translate import entry

if TYPE_CHECKING:
    from evidence.model import Source

NEEDS = Path(__file__).parent / "needs.yaml"
LABEL = "scenarios/needs.yaml"
MAX_NEEDS = 64
"""Rows that one word of a resident's mask can hold."""


class NeedEntry(BaseModel):
    """One row as it is written."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=False)

    name: Title = Field(description="words for people, one line, at most 120 characters")
    need: dict[str, Any] | None = Field(None, description="rule: all, any, not, or a comparison with 'column'")
    not_computed: Text | None = Field(None, description="why no rule can say it")
    reason: Title = Field(description="why they are meant, one line")
    source: Slug | None = Field(None, description="id of the publication of a number in the rule")


@dataclass(frozen=True)
class Need:
    """One cohort: `rule` says who of it is in need, None where `not_computed` says why it can't be told."""

    slug: str
    name: str
    rule: Rule | None
    reason: str
    not_computed: str
    source: str | None


@cache
def load_needs(region: str) -> tuple[Need, ...]:
    """Return the rows of the service map in the order of the file.

    Raises
    ------
    ScenarioError
        If a row is not allowed, or there is no such region.
    """
    return needs_of(safe_yaml.read(NEEDS, LABEL), region_names(region), publications())


def needs_of(document: Document, region: RegionNames, sources: Mapping[str, Source]) -> tuple[Need, ...]:
    """Return the rows that a file describes, in its order.

    Parameters
    ----------
    document
        The file.
    region
        Names of its Places.
    sources
        All publications by id.

    Raises
    ------
    ScenarioError
        For the first row that is not allowed.
    """
    if len(document.data) > MAX_NEEDS:
        raise document.spot.error(f"{len(document.data)} rows", f"at most {MAX_NEEDS}", "Delete some")
    rows: dict[str, Need] = {}
    for slug, data in document.data.items():
        rows[slug] = found = _need(slug, data, region, sources, document.spot / slug)
        twin = next((row for row in rows.values() if row.name.casefold() == found.name.casefold()), found)
        if twin is not found:
            raise (document.spot / slug / "name").error(
                f"'{found.name}' is already the name of '{twin.slug}'", "each name once", "Rename one of the two"
            )
    return tuple(rows.values())


def _need(slug: str, data: Any, region: RegionNames, sources: Mapping[str, Source], spot: Spot) -> Need:
    """Return one row.

    Parameters
    ----------
    slug, data
        Its key and what stands under it.
    region, sources
        What it may name.
    spot
        Where it was written.
    """
    try:
        scenario_name(slug)
    except ValueError:
        raise spot.error(f"{shown(slug)} cannot be a name", NAME_RULE, "Rename the entry") from None
    read = entry(NeedEntry, data, spot)
    if (read.need is None) == (not read.not_computed):
        raise spot.error("a row is either computed or not", "either 'need' or 'not_computed'", "Write one of the two")
    if read.source is not None and read.source not in sources:
        raise (spot / "source").unknown(read.source, "source", sources)
    rule = None if read.need is None else parse_rule(read.need, region, spot / "need")
    return Need(slug, read.name, rule, read.reason, read.not_computed or "", read.source)
