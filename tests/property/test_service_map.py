"""The service map: who counts, what lets in and what shuts out, for any catalogue over any residents."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from results.access import CAUSES, LIFTS, MONEY, NO_SERVICE, OWN, PLACE, Access, access_of
from results.gaps import FIRST_CAUSE, ServiceMap, service_map, statuses
from results.geography import Geography, build
from scenarios.columns import COLUMNS
from scenarios.needs import load_needs
from scenarios.programme_specs import Catalogue
from scenarios.programmes import catalogue_of, load_catalogue
from scenarios.region_names import publications, region_names, service_files
from scenarios.safe_yaml import read
from simulation.columns import Columns, columns_of
from simulation.doors import READERS
from simulation.eligibility_pass import has_bit
from tests.worlds import world

REGION = "cheshire-merseyside"
NAMES = region_names(REGION).places
GEOGRAPHY: Geography = build(REGION, "Test", [(f"X{i}", name) for i, name in enumerate(NAMES)], {})
NEEDS = load_needs(REGION)
WHOLE = load_catalogue(REGION)
SLUGS = tuple(p.slug for p in WHOLE.running)


def residents(seed: int, n: int = 900) -> Columns:
    """Return residents of every kind, on benefits and on programmes too."""
    c = columns_of(world(n_residents=n, n_places=len(NAMES), seed=seed).residents)
    rng = np.random.Generator(np.random.PCG64(seed))
    c.benefit[:], c.programme[:] = rng.integers(0, 5, n), rng.integers(0, 2, n)
    c.pay[:], c.insecure[:] = rng.integers(800, 3000, n), rng.integers(0, 2, n)
    return c


def only(*slugs: str) -> Catalogue:
    return replace(WHOLE, programmes=tuple(p for p in WHOLE.programmes if p.slug in slugs))


def mapped(c: Columns, catalogue: Catalogue) -> tuple[Access, ServiceMap]:
    access = access_of(c, 0, catalogue, NEEDS)
    return access, service_map(access, c.place, GEOGRAPHY, catalogue)


def plain_columns(c: Columns) -> dict[str, np.ndarray]:
    everybody = np.arange(len(c.id), dtype=np.uint32)
    return {name: READERS[name](c, everybody, 0) for name in COLUMNS}


catalogues = st.lists(st.sampled_from(SLUGS), unique=True, max_size=8).map(lambda slugs: only(*slugs))
seeds = st.integers(0, 2**16)


@settings(max_examples=25, deadline=None)
@given(seeds, catalogues)
def test_a_resident_is_eligible_for_something_iff_rules_and_money_of_one_service_hold(
    seed: int, catalogue: Catalogue
) -> None:
    c = residents(seed)
    access, columns = access_of(c, 0, catalogue, NEEDS), plain_columns(c)
    number = np.zeros(len(c.id), np.int64)
    for k, programme in enumerate(catalogue.running):
        money = catalogue.money(programme.slug)
        expected = programme.takes.mask(columns) & (True if money is None else money.mask(columns))
        assert (has_bit(access.takes, k) == expected).all(), programme.slug
        number += expected
    assert (access.number_of(range(len(catalogue.running))) == number).all()


@settings(max_examples=15, deadline=None)
@given(seeds, catalogues)
def test_counts_add_up_over_places_cuts_and_causes(seed: int, catalogue: Catalogue) -> None:
    c = residents(seed)
    access, found = mapped(c, catalogue)
    whole = GEOGRAPHY.whole
    for i in found.rows:
        assert found.of(i, whole).in_need == access.needy(i).sum() <= len(c.id)
        for j in range(len(found.cuts)):
            now = found.of(i, whole, j)
            assert now.in_need == sum(found.of(i, area, j).in_need for area in GEOGRAPHY.places)
            assert now.in_need == found.of(i, whole).in_need
            assert now.nothing == sum(now.causes.values()) == now.in_need - now.something
            assert now.something >= now.several
            assert now.something <= found.of(i, whole).something
    assert found.residents.sum() == len(c.id)
    assert (found.open_to[:, 1:].max(axis=1, initial=0) <= found.open_to[:, 0]).all()
    assert not found.status[[i for i, need in enumerate(NEEDS) if need.rule is None]].any()


@settings(max_examples=25, deadline=None)
@given(seeds, catalogues, st.sampled_from(SLUGS))
def test_another_service_never_leaves_fewer_eligible(seed: int, catalogue: Catalogue, slug: str) -> None:
    c = residents(seed)
    more = only(slug, *(p.slug for p in catalogue.programmes))
    before = access_of(c, 0, catalogue, NEEDS).number_of(range(len(catalogue.running)))
    after = access_of(c, 0, more, NEEDS).number_of(range(len(more.running)))
    assert (after >= before).all()


@settings(max_examples=25, deadline=None)
@given(seeds, catalogues, st.sampled_from(["exclusions", "money", "places"]))
def test_fewer_rules_never_shut_out_more(seed: int, catalogue: Catalogue, lifted: str) -> None:
    c = residents(seed)
    programmes, funders = catalogue.programmes, catalogue.funders
    if lifted == "exclusions":
        programmes = tuple(replace(p, exclusions=p.exclusions[1:]) for p in programmes)
    elif lifted == "places":
        programmes = tuple(replace(p, place_ids=None, place_words=()) for p in programmes)
    else:
        funders = {slug: replace(funder, eligibility=None) for slug, funder in funders.items()}
    _, before = mapped(c, catalogue)
    _, after = mapped(c, replace(catalogue, programmes=programmes, funders=funders))
    for i in before.rows:
        for area in GEOGRAPHY.areas:
            assert after.of(i, area).nothing <= before.of(i, area).nothing


@settings(max_examples=25, deadline=None)
@given(seeds, catalogues)
def test_the_cause_is_the_first_whose_lifting_alone_lets_the_resident_in(seed: int, catalogue: Catalogue) -> None:
    c = residents(seed)
    access, columns, running = access_of(c, 0, catalogue, NEEDS), plain_columns(c), catalogue.running
    found = statuses(access, range(len(running)))
    names = list(CAUSES)
    for row in range(0, len(c.id), 11):
        one = {name: column[row : row + 1] for name, column in columns.items()}
        opens: set[str] = set()
        serves = False
        for programme in running:
            money = catalogue.money(programme.slug)
            here = programme.place_ids is None or int(one["place"][0]) in programme.place_ids
            serves |= here
            failing = set() if here else {PLACE}
            failing |= set() if money is None or money.mask(one)[0] else {MONEY}
            failing |= set() if programme.eligibility.mask(one)[0] else {OWN}
            failing |= {f"excluded_{e.reason}" for e in programme.exclusions if e.rule.mask(one)[0]}
            if not failing:
                opens.add("")
            elif len(failing) == 1:
                opens |= failing
        if "" in opens:
            assert found[row] < FIRST_CAUSE
            continue
        first = next((name for name in LIFTS if name in opens), "several_rules")
        assert names[found[row] - FIRST_CAUSE] == (first if serves else NO_SERVICE)


def test_without_services_everybody_in_need_is_eligible_for_nothing_for_want_of_one() -> None:
    c = residents(1)
    empty = Catalogue(REGION)
    _, found = mapped(c, empty)
    for i in found.rows:
        for j in range(len(found.cuts)):
            now = found.of(i, GEOGRAPHY.whole, j)
            assert now.nothing == now.in_need == now.causes[NO_SERVICE]
    assert not found.lifted.any() and found.open_to.shape[0] == 0


def test_the_order_of_the_files_does_not_matter() -> None:
    c = residents(2)
    documents = [read(path, shown_as) for path, shown_as in service_files(REGION)]
    turned = catalogue_of(reversed(documents), region_names(REGION), publications())
    (_, one), (_, other) = mapped(c, WHOLE), mapped(c, turned)
    assert (one.status == other.status).all() and (one.open_to == other.open_to).all()


def test_need_is_the_rule_of_the_row_and_nothing_else() -> None:
    c = residents(3)
    access, columns = access_of(c, 0, WHOLE, NEEDS), plain_columns(c)
    for i, need in enumerate(NEEDS):
        expected = np.zeros(len(c.id), bool) if need.rule is None else need.rule.mask(columns)
        assert (access.needy(i) == expected).all(), need.slug


def test_every_cut_is_part_of_all_services_and_each_dimension_covers_them() -> None:
    _, found = mapped(residents(4), WHOLE)
    everything = set(found.cuts[0].programmes)
    for dimension in ("pillar", "tier", "lead"):
        parts = [set(cut.programmes) for cut in found.cuts if cut.dimension == dimension]
        assert set().union(*parts) == everything and sum(map(len, parts)) == len(everything)
    assert len({cut.key for cut in found.cuts}) == len(found.cuts)
    assert all(found.programmes[k].channels == ("employer",) for k in everything - set(found.cuts[-1].programmes))


def test_the_fund_and_not_the_service_shuts_the_unemployed_out_in_st_helens() -> None:
    c = residents(5)
    catalogue = only("st-helens-ways-to-work")
    access = access_of(c, 0, catalogue, NEEDS)
    st_helens, unemployed = c.place == NAMES.index("St Helens"), c.state == COLUMNS["state"].names.index("unemployed")
    age = READERS["age_years"](c, slice(None), 0)
    at_work_age = st_helens & unemployed & (age >= 16) & (c.programme == 0)
    found = statuses(access, [0])[at_work_age]
    assert at_work_age.any() and (found == FIRST_CAUSE + list(CAUSES).index(MONEY)).all()
