"""What the service map finds, in sentences; says nothing that its counts do not."""

from __future__ import annotations

from results.access import CAUSES, MONEY, PLACE
from results.display import SMALL, number, share
from results.gaps import ServiceMap, Standing
from results.geography import Area
from scenarios.programme_words import EXCLUSION_REASONS, PILLARS

UNDER = f"under {SMALL}"
EXCLUSIONS_TOLD = 3
WHO_COULD = (
    "The map shows who could get in by the rules, not who did: whom services reach, who waits and who starts needs a "
    "run with delivery."
)


def who_could(found: ServiceMap) -> str:
    """Return what the map shows, and from which run what rules do not tell."""
    if found.delivery is None:
        return WHO_COULD
    return f"The map shows who could get in by the rules, not who did. {found.delivery.facts.sentence()}"


def count_text(value: float) -> str:
    """Return a count as readers see it: to the nearest 10, small ones as such."""
    return UNDER if 0 < value < SMALL else number(value, 1 if value < SMALL else SMALL)


def share_text(part: float, whole: float) -> str:
    """Return a share of a group as readers see it; of a very small group nothing is said."""
    if whole == 0:
        return "nobody in need"
    if whole < SMALL:
        return f"{UNDER} in need"
    if 0 < part / whole < 0.0005:
        return "under 0.1%"
    return "over 99%" if 0.995 <= part / whole < 1 else share(part / whole)


def nothing_text(standing: Standing) -> str:
    """Return the share of those in need whom nothing takes."""
    return share_text(standing.nothing, standing.in_need)


def findings(found: ServiceMap) -> list[str]:
    """Return the findings, the widest first."""
    if not found.programmes:
        return [
            "The catalogue of this region holds no running service, so everybody in need is eligible for nothing, and "
            "the cause is always that there is no service in the Place."
        ]
    out = [_on_everybody(found), _on_places(found), *_on_pillars(found), _on_cohort(found)]
    out += [*_on_employers(found), *_on_exclusion(found), *_on_money(found), _on_overlap(found)]
    return out


def _whole(found: ServiceMap, need: int, cut: int = 0) -> Standing:
    return found.of(need, found.geography.whole, cut)


def _name(found: ServiceMap, need: int) -> str:
    """Return a cohort's name inside a sentence."""
    name = found.needs[need].name
    return name[:1].lower() + name[1:] if not name.startswith("All ") else name[4:]


def _listed(words: list[str]) -> str:
    return ", ".join(words[:-1]) + (" and " if len(words) > 1 else "") + words[-1]


def _on_everybody(found: ServiceMap) -> str:
    first = found.rows[0]
    now = _whole(found, first)
    return (
        f"Of {count_text(now.in_need)} {_name(found, first)}, {count_text(now.nothing)} ({nothing_text(now)}) are "
        f"eligible for none of the {len(found.programmes)} running services, by the services' own rules and by the "
        f"rules of the money; {share_text(now.several, now.in_need)} are eligible for several."
    )


def _on_places(found: ServiceMap) -> str:
    first = found.rows[0]
    standing = {area.name: found.of(first, area) for area in found.geography.places}
    shares = {name: now.nothing / now.in_need if now.in_need else 0.0 for name, now in standing.items()}
    order = sorted(shares, key=lambda name: (-shares[name], name))
    if not shares[order[0]]:
        return f"In no Place is any of the {_name(found, first)} eligible for nothing."
    rest = [name for name in order if not shares[name]]
    gaps = [f"{name} ({nothing_text(standing[name])})" for name in order[:3] if shares[name]]
    tail = f"; in {len(rest)} of {len(order)} Places everybody is eligible for something" if rest else ""
    return f"The share of {_name(found, first)} who are eligible for nothing is highest in {_listed(gaps)}{tail}."


def _on_pillars(found: ServiceMap) -> list[str]:
    first = found.rows[0]
    cuts = {cut.value: j for j, cut in enumerate(found.cuts) if cut.dimension == "pillar"}
    parts = []
    for name in sorted(cuts, key=lambda value: -_whole(found, first, cuts[value]).nothing):
        j = cuts[name]
        served = sum(bool(found.served_by(place, j)) for place in range(len(found.geography.places)))
        where = "no Place has one" if not served else f"offered in {served} of {len(found.geography.places)} Places"
        parts.append(f"{PILLARS[name]} {nothing_text(_whole(found, first, j))} ({where})")
    return [f"By pillar, the share of {_name(found, first)} without a service that takes them: {_listed(parts)}."]


def _on_cohort(found: ServiceMap) -> str:
    """Return the cohort whom rules leave out most, and where."""
    standing = {i: _whole(found, i) for i in found.rows if _whole(found, i).in_need >= SMALL}
    if not standing:
        return f"No cohort has {SMALL} or more people in need."
    worst = max(standing, key=lambda i: (standing[i].nothing / standing[i].in_need, -i))
    if not standing[worst].nothing:
        return "In every cohort everybody in need is eligible for something."
    at, most = _worst_place(found, worst)
    covered = sum(not now.nothing for now in standing.values())
    return (
        f"Of the {len(standing)} cohorts, {_name(found, worst)} are left with nothing most often "
        f"({nothing_text(standing[worst])}; {nothing_text(most)} in {at.name}); in {covered} cohorts everybody in need "
        "is eligible for something."
    )


def _worst_place(found: ServiceMap, need: int, cut: int = 0) -> tuple[Area, Standing]:
    """Return the Place where the largest share of a cohort is eligible for nothing."""
    places = [(area, found.of(need, area, cut)) for area in found.geography.places]
    return max(places, key=lambda item: item[1].nothing / max(1, item[1].in_need))


def _on_employers(found: ServiceMap) -> list[str]:
    """Return whom only services behind an employer's door would take."""
    cut = len(found.cuts) - 1
    extra = {i: _whole(found, i, cut).nothing - _whole(found, i).nothing for i in found.rows}
    most = max(extra, key=lambda i: extra[i])
    hidden = len(found.programmes) - len(found.cuts[cut].programmes)
    if not extra[most]:
        return []
    return [
        f"{hidden} services can be entered through an employer only, and no rule sees whether one's own employer "
        f"offers them. Without them, {nothing_text(_whole(found, most, cut))} of {_name(found, most)} are eligible for "
        f"nothing instead of {nothing_text(_whole(found, most))}."
    ]


def _on_exclusion(found: ServiceMap) -> list[str]:
    """Return the exclusions that shut most people out of a pillar, each with the cohort that it strikes most."""
    best: dict[str, tuple[int, int, int]] = {}
    for j, cut in enumerate(found.cuts):
        if cut.dimension != "pillar":
            continue
        for i in found.rows:
            causes = _whole(found, i, j).causes
            for reason in EXCLUSION_REASONS:
                best[reason] = max(best.get(reason, (0, 0, 0)), (causes[f"excluded_{reason}"], -i, j))
    order = sorted((r for r in best if best[r][0]), key=lambda r: -best[r][0])[:EXCLUSIONS_TOLD]
    parts = []
    for reason in order:
        count, i, j = best[reason][0], -best[reason][1], best[reason][2]
        whole = f"{count_text(_whole(found, i).in_need)} {_name(found, i)}"
        parts.append(
            f"'{EXCLUSION_REASONS[reason]}' ({count_text(count)} of {whole}, in {PILLARS[found.cuts[j].value]})"
        )
    if not parts:
        return []
    return [f"Of single exclusions, these alone keep most people from every service of a pillar: {_listed(parts)}."]


def _on_money(found: ServiceMap) -> list[str]:
    """Return whom only the rules of the money shut out."""
    first = found.rows[0]
    causes = _whole(found, first).causes
    if not causes[MONEY]:
        return []
    at = max(found.geography.places, key=lambda area: found.of(first, area).causes[MONEY])
    return [
        f"{count_text(causes[MONEY])} {_name(found, first)} are wanted by a service of their Place and shut out by "
        f"{CAUSES[MONEY].removeprefix('only ')} alone, most of them in {at.name}; {count_text(causes[PLACE])} would be "
        "taken by a service that serves other Places only."
    ]


def _on_overlap(found: ServiceMap) -> str:
    first = found.rows[0]
    places = [(area, found.of(first, area)) for area in found.geography.places]
    area, most = max(places, key=lambda item: item[1].several / max(1, item[1].in_need))
    low, least = min(places, key=lambda item: item[1].several / max(1, item[1].in_need))
    return (
        f"Overlap is widest in {area.name}, where {share_text(most.several, most.in_need)} of {_name(found, first)} "
        f"are eligible for several services, and narrowest in {low.name} ({share_text(least.several, least.in_need)})."
    )
