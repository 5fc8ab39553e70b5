"""What is known about the region and from where; it computes nothing and imports nothing of ours."""

from evidence.errors import EvidenceError
from evidence.model import Parameter, Place, Region, ScoreTarget, Source, Target, UnitCost
from evidence.registry import (
    citations,
    deflators,
    distance,
    fund_file,
    funding,
    load_region,
    parameters,
    programme_effects,
    regions,
    rule_years,
    rules,
    service_files,
    sources,
    unit_costs,
    uprating,
    verify,
)

__all__ = [
    "EvidenceError",
    "Parameter",
    "Place",
    "Region",
    "ScoreTarget",
    "Source",
    "Target",
    "UnitCost",
    "citations",
    "deflators",
    "distance",
    "fund_file",
    "funding",
    "load_region",
    "parameters",
    "programme_effects",
    "regions",
    "rule_years",
    "rules",
    "service_files",
    "sources",
    "unit_costs",
    "uprating",
    "verify",
]
