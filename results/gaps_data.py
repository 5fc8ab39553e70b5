"""The service map as plain values: for JSON, and for the script of its page."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from results.access import CAUSES, LIFTS, SHORT
from results.gaps import FIRST_CAUSE, ONE, ServiceMap
from results.gaps_run import ITEMS, Delivery
from results.gaps_story import findings, who_could
from scenarios.programme_specs import Programme
from scenarios.programme_words import CHANNELS

STATUS = "not calibrated"


@dataclass(frozen=True)
class MapFacts:
    """What the map was made from: its hash, the population in words, one resident in so many, and the command."""

    run_id: str
    population: str
    sample: int
    command: str


def plain(found: ServiceMap, facts: MapFacts) -> dict[str, Any]:
    """Return the whole map as plain values; counts are exact.

    `status` holds by cohort, area and cut the residents eligible for one, for several and for nothing; `causes` by
    cohort, area and cut those shut out by each cause; areas and cuts are numbered from 0 in the order listed.
    """
    areas, cuts = found.geography.areas, range(len(found.cuts))
    cohorts: list[dict[str, Any]] = []
    for i in found.rows:
        need = found.needs[i]
        standing = [[found.of(i, area, j) for j in cuts] for area in areas]
        cohorts.append(
            {
                "slug": need.slug,
                "name": need.name,
                "rule": need.rule.english() if need.rule else "",
                "reason": need.reason,
                "status": [[[int(s.counts[ONE]), s.several, s.nothing] for s in row] for row in standing],
                "causes": [[s.counts[FIRST_CAUSE:].tolist() for s in row] for row in standing],
                "lifted": [found.lifted[i, area.places].sum(axis=0).tolist() for area in areas],
            }
        )
    run = {} if found.delivery is None else {"run": _run(found.delivery)}
    return {
        **run,
        "run_id": facts.run_id,
        "region": found.geography.region,
        "title": found.geography.title,
        "calibrated": False,
        "population": facts.population,
        "sample": facts.sample,
        "command": facts.command,
        "what": who_could(found),
        "findings": findings(found),
        "areas": [
            {"code": a.code, "name": a.name, "level": a.level, "residents": int(found.residents[a.places].sum())}
            for a in areas
        ],
        "cuts": [
            {"key": c.key, "dimension": c.dimension, "title": c.title, "programmes": list(c.programmes)}
            for c in found.cuts
        ],
        "causes": [{"name": name, "words": words, "short": SHORT[name]} for name, words in CAUSES.items()],
        "lifts": list(LIFTS),
        "cohorts": cohorts,
        "not_computed": [
            {"slug": need.slug, "name": need.name, "why": need.not_computed} for need in found.needs if not need.rule
        ],
        "programmes": [_programme(found, k, programme) for k, programme in enumerate(found.programmes)],
    }


def _run(delivery: Delivery) -> dict[str, Any]:
    """Return which run the counts of reached, waiting and started come from, and its starters by cohort."""
    facts = asdict(delivery.facts) | {"seeds": list(delivery.facts.seeds)}
    names = ("in_need", "started")
    cohorts = {slug: dict(zip(names, counts, strict=True)) for slug, counts in delivery.cohorts.items()}
    return {**facts, "cohorts": cohorts, "programmes_not_on_the_map": list(delivery.others)}


def _programme(found: ServiceMap, k: int, programme: Programme) -> dict[str, Any]:
    """Return one running service with its counts by Place: of everybody, and of those in need by each cohort."""
    open_to = found.open_to[k]
    done = {} if found.delivery is None else dict(zip(ITEMS, found.delivery.counts[k].T.tolist(), strict=True))
    return {
        **done,
        "slug": programme.slug,
        "name": programme.name,
        "kind": programme.kind,
        "status": programme.status,
        "places": list(programme.place_ids) if programme.place_ids is not None else "all",
        "tier": programme.tier,
        "lead": programme.lead,
        "pillar": programme.pillar,
        "channels": [CHANNELS[channel] for channel in programme.channels],
        "funders": [found.catalogue.funders[name].english() for name in programme.funders],
        "english": found.catalogue.english(programme.slug),
        "could_get_in": open_to[0].tolist(),
        "could_get_in_by_cohort": [open_to[1 + i].tolist() for i in found.rows],
    }
