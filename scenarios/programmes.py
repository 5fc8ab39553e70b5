"""The catalogue of a region's services, read from its files and checked as a whole; runs nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from scenarios import programme_entries as entries
from scenarios import programme_words as w
from scenarios import safe_yaml
from scenarios.chain import DEFAULTS, library_names
from scenarios.eligibility import AllOf
from scenarios.errors import Spot, listing
from scenarios.programme_schema import InventoryFile
from scenarios.programme_specs import Catalogue, Exclusion, Funder, InventoryItem, Programme, Reservation
from scenarios.region_names import RegionNames, publications, region_list, region_names, service_files
from scenarios.rule_grammar import contradiction
from scenarios.safe_yaml import Document
from scenarios.translate import entry

if TYPE_CHECKING:
    from evidence.model import Source

__all__ = [
    "Catalogue",
    "Exclusion",
    "Funder",
    "InventoryItem",
    "Programme",
    "Reservation",
    "catalogue_of",
    "load_catalogue",
]
FUNDERS, INVENTORY = "funders.yaml", "inventory.yaml"


@cache
def load_catalogue(region: str) -> Catalogue:
    """Return the catalogue of a shipped region, empty if it has no services.

    Raises
    ------
    ScenarioError
        If there is no such region, or a file of its services cannot be used.
    """
    if region not in region_list():
        raise Spot("region").unknown(region, "region", region_list())
    documents = [safe_yaml.read(path, shown_as) for path, shown_as in service_files(region)]
    return catalogue_of(documents, region_names(region), publications())


def catalogue_of(documents: Iterable[Document], region: RegionNames, sources: Mapping[str, Source]) -> Catalogue:
    """Return the catalogue that the files of a region's services describe, whatever their order.

    Parameters
    ----------
    documents
        The files: funders, inventory, and any number of others with programmes.
    region
        Names of its Places.
    sources
        All publications by id.

    Raises
    ------
    ScenarioError
        For the first entry that is not allowed, or that contradicts another.
    """
    files = {document.file.rpartition("/")[2]: document for document in sorted(documents, key=lambda d: d.file)}
    if not files:
        return Catalogue(region.name)
    folder = next(iter(files.values())).file.rpartition("/")[0]
    for name in (FUNDERS, INVENTORY):
        if name not in files:
            raise Spot(f"{folder}/{name}".lstrip("/")).error("the file is missing", mend="Add it beside the services")
    known = entries.Known(region, sources)
    pots = files.pop(FUNDERS)
    funders = {slug: entries.funder(slug, data, known, pots.spot / slug) for slug, data in pots.data.items()}
    inventory = files.pop(INVENTORY)
    spots: dict[str, Spot] = {}
    programmes: dict[str, Programme] = {}
    for document in files.values():
        for slug, data in document.data.items():
            spot = document.spot / slug
            if slug in programmes:
                raise spot.error(f"'{slug}' already stands in {spots[slug].where}", "each name once", "Rename one")
            programmes[slug], spots[slug] = entries.programme(slug, data, known, spot), spot
    for slug, found in programmes.items():
        _check_money(found, funders, spots[slug])
    _check_twins(programmes, spots)
    return _with_inventory(region.name, programmes, funders, inventory, spots)


def _check_money(programme: Programme, funders: Mapping[str, Funder], spot: Spot) -> None:
    """Refuse a funder that is not declared, and one whose money may go to nobody whom the service takes."""
    for i, name in enumerate(programme.funders):
        here = spot / "funders" / i
        if name not in funders:
            raise here.unknown(name, "funder", funders, f"Add it to {FUNDERS}, or correct the name")
        rule = funders[name].eligibility
        what = None if rule is None else contradiction(AllOf((programme.takes, rule)))
        if what is not None:
            raise here.error(
                f"the money of '{name}' may go to nobody whom '{programme.slug}' takes (see {what})",
                mend="Change the eligibility of one of them, or the funder",
            )


def _check_twins(programmes: Mapping[str, Programme], spots: Mapping[str, Spot]) -> None:
    """Refuse two programmes of one name, or alike in kind, Places, rules, lead and funders."""
    seen: dict[Any, str] = {}
    for slug, found in programmes.items():
        name = found.name.casefold()
        if name in seen:
            raise (spots[slug] / "name").error(
                f"'{found.name}' is already the name of '{seen[name]}' in {spots[seen[name]].where}",
                "each name once",
                "Rename or delete one of the two",
            )
        alike = (found.kind, found.place_ids, found.eligibility, found.exclusions, found.lead, found.funders)
        if alike in seen:
            raise spots[slug].error(
                f"'{slug}' repeats '{seen[alike]}' in {spots[seen[alike]].where}: same kind, Places, rules, lead and"
                " funders",
                mend="Put the items of both under one of them, or say how they differ",
            )
        seen[name] = seen[alike] = slug


def _with_inventory(
    region: str,
    programmes: Mapping[str, Programme],
    funders: Mapping[str, Funder],
    document: Document,
    spots: Mapping[str, Spot],
) -> Catalogue:
    """Return the whole catalogue after placing every item of the documents exactly once.

    Parameters
    ----------
    region
        Its name.
    programmes, funders
        By slug.
    document
        The inventory.
    spots
        Where each programme was written.
    """
    read = entry(InventoryFile, document.data, document.spot)
    spot = document.spot / "items"
    _check_ids(read.ids, document.spot / "ids")
    targets: dict[str, Sequence[str]] = {
        "channel": (*w.CHANNELS, w.EVERY_CHANNEL),
        "employer_attribute": tuple(w.EMPLOYER_ATTRIBUTES),
        "fund": tuple(funders),
        "subsidy": tuple(name for name in library_names() if name != DEFAULTS),
    }
    placed: dict[str, Spot] = {}
    for slug in sorted(programmes):
        for i, id_ in enumerate(programmes[slug].items):
            _place(id_, read.ids, placed, spots[slug] / "items" / i)
    for id_ in read.items:
        _place(id_, read.ids, placed, spot / id_)
    lost = [id_ for id_ in read.ids if id_ not in placed]
    if lost:
        raise (document.spot / "ids").error(
            f"not placed: {listing(lost)}",
            "each id once, under 'items' here or in a programme",
            "Place them, with the reason if they are not simulated",
        )
    used = {programme.kind for programme in programmes.values()}
    for kind in read.unused_kinds:
        here = document.spot / "unused_kinds" / kind
        if kind not in w.KINDS:
            raise here.unknown(kind, "kind", w.KINDS)
        if kind in used:
            raise here.error(f"'{kind}' is used by a programme", "kinds that no programme is of", "Delete the line")
    return Catalogue(
        region,
        tuple(programmes[slug] for slug in sorted(programmes)),
        {slug: funders[slug] for slug in sorted(funders)},
        tuple(entries.inventory_item(id_, item, targets, spot / id_) for id_, item in sorted(read.items.items())),
        read.ids,
        dict(read.unused_kinds),
    )


def _check_ids(ids: Sequence[str], spot: Spot) -> None:
    for i, id_ in enumerate(ids):
        if id_ in ids[:i]:
            raise (spot / i).error(f"the id '{id_}' stands here twice", "each id once", "Delete one of the two")


def _place(id_: str, ids: Sequence[str], placed: dict[str, Spot], spot: Spot) -> None:
    if id_ not in ids:
        raise spot.unknown(id_, "item", ids, f"Correct it, or add it to 'ids' of {INVENTORY}")
    if id_ in placed:
        raise spot.error(
            f"the item '{id_}' is already placed in {placed[id_].where} ('{placed[id_].key}')",
            "each item once",
            "Delete one of the two",
        )
    placed[id_] = spot
