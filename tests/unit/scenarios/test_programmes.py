"""The shipped catalogue of services: every item placed once, every number sourced, every rule readable."""

from __future__ import annotations

import re

import numpy as np
import pytest

import evidence
from evidence import known
from evidence.registry import PACKAGED
from scenarios import programme_words as words
from scenarios.columns import COLUMNS
from scenarios.eligibility import AnyOf, Rule
from scenarios.programmes import Catalogue, catalogue_of, load_catalogue
from scenarios.region_names import publications, region_names, service_files
from scenarios.safe_yaml import read
from tests.unit.scenarios.test_eligibility import N_ROWS, rows

REGION = "cheshire-merseyside"
ITEMS = tuple(f"SP{number:03d}" for number in range(1, 145))
TREATED = {"programme": 80, "channel": 13, "employer_attribute": 6, "fund": 9, "subsidy": 3, "not_simulated": 33}
FOLDER = PACKAGED / "regions" / REGION / "services"
LINES_PER_FILE = 400


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue(REGION)


def rules_of(catalogue: Catalogue) -> list[tuple[str, Rule]]:
    found: list[tuple[str, Rule]] = []
    for programme in catalogue.programmes:
        found.append((programme.slug, programme.eligibility))
        found += [(programme.slug, exclusion.rule) for exclusion in programme.exclusions]
        found += [(programme.slug, kept.rule) for kept in programme.reserved]
    found += [(f.slug, f.eligibility) for f in catalogue.funders.values() if f.eligibility is not None]
    return found


def test_every_item_of_the_documents_is_placed_exactly_once(catalogue: Catalogue) -> None:
    placed = [item for programme in catalogue.programmes for item in programme.items]
    placed += [item.id for item in catalogue.inventory]
    assert sorted(placed) == list(ITEMS)
    assert catalogue.ids == ITEMS


def test_items_by_treatment(catalogue: Catalogue) -> None:
    assert catalogue.n_by_treatment == TREATED
    assert sum(TREATED.values()) == len(ITEMS)


def test_what_is_not_simulated_says_why_and_the_rest_says_what_stands_for_it(catalogue: Catalogue) -> None:
    for item in catalogue.inventory:
        assert bool(item.reason) == (item.treatment == "not_simulated"), item.id
        assert bool(item.target) != bool(item.reason), item.id


def test_every_kind_is_used_or_explained_and_has_effects(catalogue: Catalogue) -> None:
    used = {programme.kind for programme in catalogue.programmes}
    assert used | set(catalogue.unused_kinds) == set(words.KINDS)
    assert not used & set(catalogue.unused_kinds)
    assert set(words.KINDS) == set(evidence.programme_effects())


def test_every_number_has_its_unit_an_interval_and_a_publication(catalogue: Catalogue) -> None:
    published = evidence.sources()
    for programme in catalogue.programmes:
        for key, number in programme.numbers():
            where = f"{programme.slug}.{key}"
            assert number.unit and number.interval_95 is not None, where
            assert {number.source, *number.also} <= set(published), where
            if number.confidence == known.ASSUMPTION:
                low, high = number.interval_95  # type: ignore[misc]
                assert high > low, where
    assert catalogue.sources <= set(published)


def test_every_rule_reads_as_english(catalogue: Catalogue) -> None:
    for slug, rule in rules_of(catalogue):
        text = rule.english()
        assert text and "_" not in text and "{" not in text, slug
    for programme in catalogue.programmes:
        text = catalogue.english(programme.slug)
        assert text.startswith(programme.name) and text.endswith("."), programme.slug
        assert "_" not in text.removeprefix(programme.name), text


def test_every_service_can_take_somebody_and_shuts_out_whom_it_says(catalogue: Catalogue) -> None:
    columns = rows(7)
    columns["place"] = columns["place"] % len(region_names(REGION).places)
    for programme in catalogue.programmes:
        taken = programme.takes.mask(columns)
        assert taken.shape == (N_ROWS,) and taken.dtype == np.bool_
        assert not (taken & ~programme.eligibility.mask(columns)).any(), programme.slug
        for exclusion in programme.exclusions:
            assert not (taken & exclusion.rule.mask(columns)).any(), programme.slug
        if programme.place_ids is not None:
            assert set(columns["place"][taken]) <= set(programme.place_ids), programme.slug


def test_every_funder_pays_for_something(catalogue: Catalogue) -> None:
    used = {name for programme in catalogue.programmes for name in programme.funders}
    used |= {item.target for item in catalogue.inventory if item.treatment == "fund" and item.target}
    assert used == set(catalogue.funders)


def test_the_fund_and_not_the_service_keeps_the_unemployed_out_of_liverpool_in_work(catalogue: Catalogue) -> None:
    service, money = catalogue["liverpool-in-work"], catalogue.funders["ukspf-lcr"].eligibility
    assert money is not None
    columns = {name: np.zeros(1, np.int16) for name in COLUMNS}
    columns["age_years"][:] = 40
    columns["place"][:] = region_names(REGION).places.index("Liverpool")
    columns["state"][:] = COLUMNS["state"].names.index("unemployed")
    assert service.takes.mask(columns).all()
    assert not money.mask(columns).any()
    assert catalogue.money("liverpool-in-work") is None  # the council's own money has no such rule
    assert catalogue.money("st-helens-ways-to-work") == money


def test_rules_of_several_funders_are_alternatives(catalogue: Catalogue) -> None:
    for programme in catalogue.programmes:
        rule = catalogue.money(programme.slug)
        if rule is not None and len(programme.funders) > 1:
            assert isinstance(rule, AnyOf) and len(rule.parts) == len(programme.funders)


def test_knowsley_keeps_ten_and_ten_places_within_its_cap(catalogue: Catalogue) -> None:
    service = catalogue["knowsley-works-apprenticeships"]
    assert [kept.places.value for kept in service.reserved] == [10, 10]
    assert service.cap is not None and isinstance(service.cap.value, int) and service.cap.value >= 20


def test_every_place_has_a_service_of_its_own_and_every_channel_leads_somewhere(catalogue: Catalogue) -> None:
    places = range(len(region_names(REGION).places))
    local = {code for p in catalogue.running if p.tier == "local" for code in p.place_ids or ()}
    assert local == set(places)
    assert {channel for p in catalogue.running for channel in p.channels} == set(words.CHANNELS)
    assert {p.pillar for p in catalogue.running} == set(words.PILLARS)


def test_only_running_services_and_pilots_take_clients_now(catalogue: Catalogue) -> None:
    assert {programme.status for programme in catalogue.running} == set(words.RUNNING)
    assert not catalogue["work-and-health-programme"].is_running


def test_priority_is_a_mask_of_cohorts(catalogue: Catalogue) -> None:
    assert catalogue["sefton-at-work"].priority_cohorts == 1 << COLUMNS["cohort"].names.index("neet")
    assert catalogue["knowsley-works"].priority_cohorts == 0


def test_the_order_of_the_files_does_not_matter(catalogue: Catalogue) -> None:
    documents = [read(path, shown_as) for path, shown_as in service_files(REGION)]
    assert catalogue_of(reversed(documents), region_names(REGION), publications()) == catalogue
    assert [p.slug for p in catalogue.programmes] == sorted(p.slug for p in catalogue.programmes)


def test_a_region_without_services_has_an_empty_catalogue() -> None:
    empty = load_catalogue("eskermere")
    assert (empty.region, empty.programmes, empty.inventory, dict(empty.funders)) == ("eskermere", (), (), {})
    assert set(empty.n_by_treatment.values()) == {0}


def test_files_stay_short_enough_to_read_and_name_nobody() -> None:
    files = [*FOLDER.glob("*.yaml"), *(PACKAGED / "parameters" / "programmes").glob("*.yaml")]
    assert len(files) > 30
    for path in files:
        text = path.read_text(encoding="utf-8")
        assert len(text.splitlines()) <= LINES_PER_FILE, path.name
        assert not re.search(r"[\w.]+@\w+\.\w|\b(?:Mr|Mrs|Ms|Dr|Cllr)\b", text), path.name
