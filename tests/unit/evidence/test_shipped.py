"""What must hold of every number the package ships."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import evidence
from evidence import entries, known, registry
from evidence.model import Parameter, Region

LINES_PER_FILE = 400


def shipped_parameters() -> Iterator[tuple[str, Parameter]]:
    for process, group in evidence.parameters().items():
        for name, parameter in group.items():
            yield f"{process}.{name}", parameter
    for year in evidence.rule_years():
        for group_name, rules in evidence.rules(year).items():
            for name, parameter in rules.items():
                yield f"{year}.{group_name}.{name}", parameter


@pytest.fixture(scope="module", params=evidence.regions())
def region(request: pytest.FixtureRequest) -> Region:
    return evidence.load_region(request.param)


def test_everything_loads() -> None:
    evidence.verify()


def test_every_parameter_and_rate_cites_a_publication() -> None:
    published = evidence.sources()
    for name, parameter in shipped_parameters():
        assert {parameter.source, *parameter.also} <= set(published), name


def test_an_assumption_is_the_only_value_without_a_publication() -> None:
    for name, parameter in shipped_parameters():
        if parameter.confidence == known.ASSUMPTION:
            assert parameter.source == known.ASSUMPTION, name
            if entries.numbers(parameter.value):
                assert parameter.interval_95 is not None or parameter.interval_ratio_95 is not None, name


def test_every_interval_contains_its_value() -> None:
    for name, parameter in shipped_parameters():
        if parameter.interval_95 is not None:
            entries.check_interval(parameter.value, parameter.interval_95, "", name)


def test_every_parameter_states_its_spread_or_is_a_definition() -> None:
    for process, group in evidence.parameters().items():
        for name, parameter in group.items():
            spread = parameter.interval_95 is not None or parameter.interval_ratio_95 is not None
            definition = parameter.confidence == known.DEFINITION
            assert spread or definition or not entries.numbers(parameter.value), f"{process}.{name}"


def test_every_publication_says_what_it_is_and_under_which_licence() -> None:
    for source in evidence.sources().values():
        assert source.title and source.publisher and source.date and source.licence and source.retrieved, source.id


def test_no_publication_points_into_a_machine() -> None:
    for source in evidence.sources().values():
        assert source.url == "" or source.url.startswith(("http://", "https://")), source.id


def test_every_financial_year_has_the_same_rates_with_the_same_units() -> None:
    shapes = [
        {(group, name): rate.unit for group, rates in evidence.rules(year).items() for name, rate in rates.items()}
        for year in evidence.rule_years()
    ]
    assert len(shapes) >= 3
    assert all(shape == shapes[0] for shape in shapes)


def test_amounts_that_law_uprates_never_fall() -> None:
    years = [evidence.rules(year) for year in evidence.rule_years()]
    for group, names in {
        "minimum_wage": list(years[0]["minimum_wage"]),
        "universal_credit": ["standard_single_under_25", "standard_couple_25_plus", "lcwra_existing"],
        "statutory_sick_pay": ["weekly_rate"],
    }.items():
        for name in names:
            values = [float(str(year[group][name].value)) for year in years]
            assert values == sorted(values), f"{group}.{name}"


def test_the_price_index_is_one_hundred_in_its_base_year_and_has_no_gap() -> None:
    table = evidence.deflators()
    assert table.loc[table["year"] == 2024, "index"].item() == 100
    assert (table["year"].diff().dropna() == 1).all()
    assert (table["index"] > 0).all()


def test_no_agency_bears_more_than_a_unit_cost() -> None:
    for cost in evidence.unit_costs().values():
        assert sum(cost.agencies.values()) <= cost.value + 1, cost.name
        assert cost.price_year, cost.name


def test_every_target_cites_a_publication_and_has_noise(region: Region) -> None:
    published = evidence.sources()
    names = {known.REGION, *region.groups, *(place.name for place in region.places)}
    for target in region.targets:
        assert target.source in published, target.name
        assert target.se > 0, target.name
        assert target.area in names, target.name
        assert target.measure in known.MEASURES, target.name


def test_no_figure_is_both_fitted_and_held_out(region: Region) -> None:
    roles: dict[tuple[str, str, str, str], set[str]] = {}
    for target in region.targets:
        roles.setdefault((target.measure, target.area, target.period, target.source), set()).add(target.role)
    assert all(len(found) == 1 for found in roles.values())


def test_the_regional_targets_of_the_evidence_are_all_there() -> None:
    targets = {target.name: target for target in evidence.load_region("cheshire-merseyside").targets}
    assert targets["unemployed"].value == 45_000
    assert targets["long_term_sick"].value == 97_000
    assert targets["employment_rate[St Helens]"].value == 75.4
    assert targets["unemployment_duration_share[5y+]"].measure == "unemployment_duration_share[5y+]"
    assert targets["long_term_sick_rate_holdout[St Helens, 2014-12]"].role == "holdout"
    derived = {"economic_activity_rate", "unemployment_rate"}  # a region may have them; they say what others say
    assert {target.measure for target in targets.values() if target.role == "fit"} == set(known.MEASURES) - derived


def test_durations_of_unemployment_share_out_the_unemployed() -> None:
    shares = [t.value for t in evidence.load_region("cheshire-merseyside").targets if "duration_share" in t.measure]
    assert len(shares) == len(known.DURATION_BANDS)
    assert abs(sum(shares) - 100) < 0.5


def test_heads_of_the_places_are_the_heads_of_the_region() -> None:
    targets = evidence.load_region("cheshire-merseyside").targets
    heads = {target.area: target.value for target in targets if target.measure == "population"}
    assert sum(value for area, value in heads.items() if area != known.REGION) == heads[known.REGION]


def test_the_two_readings_of_the_inactive_are_both_held() -> None:
    region = evidence.load_region("cheshire-merseyside")
    literal = region.variants["further_inactive"]["overrides"]
    assert isinstance(literal, dict)
    central = next(target for target in region.targets if target.name == "inactive_other")
    assert literal["inactive_other"]["value"] == central.value + 97_000


def imported_packages(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module.split(".")[0])
    return found


def test_evidence_imports_nothing_of_the_floors_above() -> None:
    above = {"scenarios", "simulation", "results", "experiments", "calibration", "workability"}
    for path in registry.PACKAGED.glob("*.py"):
        assert not imported_packages(path) & above, path.name


def test_files_stay_short_enough_to_read() -> None:
    for path in registry.PACKAGED.glob("*.py"):
        assert len(path.read_text(encoding="utf-8").splitlines()) <= LINES_PER_FILE, path.name
