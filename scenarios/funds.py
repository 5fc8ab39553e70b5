"""The pots of a region, read from its file and checked as a whole against its catalogue; runs nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from scenarios import safe_yaml
from scenarios.eligibility import AllOf
from scenarios.errors import Spot, listing, shown
from scenarios.fund_entries import Fund, fund
from scenarios.fund_schema import ALL
from scenarios.programme_entries import Known, check_words
from scenarios.programme_specs import Catalogue, Programme, as_number
from scenarios.programmes import load_catalogue
from scenarios.quantities import MONTHS_A_YEAR
from scenarios.region_names import fund_file, publications, region_names
from scenarios.rule_grammar import contradiction
from scenarios.safe_yaml import Document

if TYPE_CHECKING:
    from evidence.model import Source
    from scenarios.region_names import RegionNames

__all__ = ["Fund", "check_payable", "funds_of", "load_funds", "planned", "yearly_pounds"]
TOLERANCE = 1e-9


@cache
def load_funds(region: str) -> tuple[Fund, ...]:
    """Return the pots of a shipped region by name, none if it has no such file.

    Raises
    ------
    ScenarioError
        If the file, or the region's catalogue, cannot be used.
    """
    found = fund_file(region)
    if found is None:
        return ()
    path, shown_as = found
    return funds_of(safe_yaml.read(path, shown_as), load_catalogue(region), region_names(region), publications())


def funds_of(
    document: Document, catalogue: Catalogue, region: RegionNames, sources: Mapping[str, Source]
) -> tuple[Fund, ...]:
    """Return the pots that a file describes, by name.

    Parameters
    ----------
    document
        The file.
    catalogue
        Programmes and funders of the region.
    region
        Names of its Places.
    sources
        All publications by id.

    Raises
    ------
    ScenarioError
        For the first entry that is not allowed, pot that pays for nothing, or running programme that none may pay for.
    """
    known = Known(region, sources)
    found = []
    names: dict[str, str] = {}
    for slug in sorted(document.data):
        data, spot = document.data[slug], document.spot / slug
        each = fund(slug, data, catalogue, known, spot)
        if (name := each.name.casefold()) in names:
            raise (spot / "name").error(f"'{each.name}' is already the name of '{names[name]}'", mend="Rename one")
        names[name] = slug
        each = replace(each, programmes=_programmes(each, data.get("programmes"), catalogue, spot))
        _check_lines(each, catalogue, spot / "lines")
        found.append(each)
    check_payable(found, catalogue.running, region.places, document.spot)
    return tuple(found)


def _programmes(found: Fund, written: Any, catalogue: Catalogue, spot: Spot) -> tuple[str, ...] | None:
    """Return the programmes that a pot may pay for, None for any; refuse one that pays for nothing that runs."""
    if written == ALL:
        return None
    here = spot / "programmes"
    slugs = [programme.slug for programme in catalogue.programmes]
    if written is None:
        wanted = [p.slug for p in catalogue.programmes if found.funder in p.funders and _clash(found, p) is None]
    else:
        if not isinstance(written, list) or not all(isinstance(word, str) for word in written):
            raise here.error(f"{shown(written)} is no list of programmes", f"'{ALL}', or a list", "List them")
        check_words(tuple(written), "programme", slugs, here)
        wanted = written
        for i, slug in enumerate(wanted):
            what = _clash(found, catalogue[slug])
            if what is not None:
                raise (here / i).error(
                    f"'{found.slug}' may help nobody whom '{slug}' takes (see {what})",
                    mend="Change whom or where the fund may help, or delete the programme",
                )
    if not any(catalogue[slug].is_running for slug in wanted):
        raise (spot if written is None else here).error(
            f"the fund '{found.slug}' pays for nothing: "
            + (
                f"no running programme there names the funder '{found.funder}'"
                if written is None
                else "none of these runs"
            ),
            "a fund that pays for at least one running programme",
            "Add 'programmes', correct its Places, or delete the fund",
        )
    return tuple(sorted(wanted))


def _clash(found: Fund, programme: Programme) -> str | None:
    """Return the column on which a pot's bonds and a programme's rule contradict each other."""
    return contradiction(AllOf((programme.takes, *found.bonds)))


def _check_lines(found: Fund, catalogue: Catalogue, spot: Spot) -> None:
    """Refuse lines outside the earmark, and lines that do not add up to the whole."""
    if not found.lines:
        return
    allowed = [p.slug for p in catalogue.programmes] if found.programmes is None else found.programmes
    for slug in found.lines:
        if slug not in allowed:
            raise (spot / slug).unknown(slug, f"programme of the fund '{found.slug}'", allowed)
    total = sum(as_number(share) for share in found.lines.values())
    if abs(total - 1) > TOLERANCE:
        raise spot.error(f"the shares add up to {total:.4g}", "shares that add up to 1", "Correct one of them")


def check_payable(funds: Iterable[Fund], programmes: Iterable[Programme], places: Collection[str], spot: Spot) -> None:
    """Refuse a programme that no pot may pay for, in any of the Places that it serves.

    Parameters
    ----------
    funds
        The pots as documented.
    programmes
        Those that have to be paid for.
    places
        The region's Places in the order of their codes.
    spot
        Where the refusal points to.

    Raises
    ------
    ScenarioError
        For the first of them.
    """
    pots = list(funds)
    everywhere = set(range(len(places)))
    names = list(places)
    for programme in programmes:
        if not any(as_number(cost) for cost in programme.costs.values()):
            continue
        payers = [pot for pot in pots if pot.programmes is None or programme.slug in pot.programmes]
        served = everywhere if programme.place_ids is None else set(programme.place_ids)
        paid: set[int] = set()
        for pot in payers:
            paid |= everywhere if pot.place_ids is None else set(pot.place_ids)
        if served - paid:
            where = "" if not payers else " in " + ", ".join(names[i] for i in sorted(served - paid))
            raise spot.error(
                f"no fund may pay for '{programme.slug}'{where} (its funders: {', '.join(programme.funders)})",
                f"at least one fund for every programme that runs: {listing(pot.slug for pot in pots)}",
                f"Add '{programme.slug}' to the 'programmes' of a fund, or a fund of its funder",
            )


def yearly_pounds(programme: Programme, job_share: float) -> float:
    """Return what a programme costs a year when it is full, as its catalogue entry has it, pounds.

    Parameters
    ----------
    programme
        The programme.
    job_share
        Share of starts that end in a job, which payments by outcome are planned with.
    """
    length = as_number(programme.length_months)
    starts = as_number(programme.caseworkers) * as_number(programme.caseload) * MONTHS_A_YEAR / length
    if programme.cap is not None:
        starts = min(starts, as_number(programme.cap))
    times = {"per_start": 1.0, "per_month": length, "per_outcome": job_share}
    return starts * sum(as_number(cost) * times[basis] for basis, cost in programme.costs.items())


def planned(
    found: Fund, catalogue: Catalogue, opened: Collection[str], job_share: float
) -> tuple[tuple[str, float], ...]:
    """Return (programme, share of a pot's money planned for it), sorted; by cost when full if its entry has no lines.

    Parameters
    ----------
    found
        The pot.
    catalogue
        Of its region.
    opened
        Programmes that a scenario opens beside those that run.
    job_share
        Share of starts that end in a job, which payments by outcome are planned with.
    """
    if found.lines:
        return tuple(sorted((slug, as_number(share)) for slug, share in found.lines.items()))
    costs = {
        programme.slug: yearly_pounds(programme, job_share)
        for programme in catalogue.programmes
        if (programme.is_running or programme.slug in opened)
        and (found.programmes is None or programme.slug in found.programmes)
    }
    whole = sum(costs.values())
    if not whole:
        return tuple((slug, 1 / len(costs)) for slug in sorted(costs))
    return tuple((slug, costs[slug] / whole) for slug in sorted(costs))
