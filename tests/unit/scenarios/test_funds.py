"""The region's funds: what ships is whole and sourced, and every entry that cannot be is refused."""

from __future__ import annotations

import pytest

from scenarios.eligibility import AllOf, AnyOf, Compare, Not
from scenarios.errors import ScenarioError
from scenarios.fund_entries import Fund, split_states, year_of
from scenarios.funds import funds_of, load_funds, planned, yearly_pounds
from scenarios.programme_specs import as_number
from scenarios.programmes import load_catalogue
from scenarios.region_names import fund_file, publications, region_list, region_names
from scenarios.safe_yaml import read
from scenarios.vocabulary import State, month_index
from tests.unit.scenarios.conftest import Write

REGION = "cheshire-merseyside"
POTS = {
    *("apprenticeship-levy", "connect-to-work-cw", "connect-to-work-lcr", "developer-obligations", "dwp", "employers"),
    *("health-and-growth", "lcrca", "nhs", "not-stated", "public-health-grant", "ukspf-cheshire-and-warrington"),
    *("ukspf-halton", "ukspf-knowsley", "ukspf-liverpool", "ukspf-st-helens", "ukspf-wirral"),
    *("young-persons-guarantee", "youth-guarantee-trailblazer", "council-knowsley", "council-liverpool"),
}
INACTIVE = tuple(range(State.LONG_TERM_SICK, State.OTHER_INACTIVE + 1))
AMOUNT = "unit: pounds per year, interval_95: [0, 9000000], source: assumption, confidence: assumption"
SHARE = "unit: share, interval_95: [0, 1], source: assumption, confidence: assumption"

MONTHS = SHARE.replace("share", "months").replace(", 1]", ", 12]")


def text() -> str:
    found = fund_file(REGION)
    assert found is not None
    return found[0].read_text(encoding="utf-8")


def fund(slug: str) -> Fund:
    return next(each for each in load_funds(REGION) if each.slug == slug)


def entry(body: str, name: str = "extra", amount: int = 1000) -> str:
    """Return one more fund beside those that ship; `body` states what is unusual of it."""
    usual = {
        "name": "Extra",
        "funder": "dwp",
        "amounts": f"{{later: {{value: {amount}, {AMOUNT}}}}}",
        "lapses": "true",
        "source": "assumption",
    }
    written = {line.split(":")[0] for line in body.splitlines()}
    lines = [*(f"{key}: {value}" for key, value in usual.items() if key not in written), *body.splitlines()]
    return f"{name}:\n" + "".join(f"  {line}\n" for line in lines)


@pytest.fixture
def funds(write: Write):
    def _funds(content: str) -> tuple[Fund, ...]:
        path = write(content, "funds.yaml")
        return funds_of(read(path, "funds.yaml"), load_catalogue(REGION), region_names(REGION), publications())

    return _funds


def test_the_regions_pots_ship() -> None:
    assert {each.slug for each in load_funds(REGION)} >= POTS
    assert [each.slug for each in load_funds(REGION)] == sorted(each.slug for each in load_funds(REGION))
    assert load_funds("eskermere") == ()
    assert REGION in region_list()


@pytest.mark.parametrize("each", load_funds(REGION), ids=lambda each: each.slug)
def test_every_number_is_sourced(each: Fund) -> None:
    numbers = dict(each.numbers())
    assert "amounts.later" in numbers and each.source in publications()
    for key, number in numbers.items():
        assert number.source in publications() and number.interval_95 is not None, key
        assert number.confidence


@pytest.mark.parametrize("each", load_funds(REGION), ids=lambda each: each.slug)
def test_lines_add_up_and_stay_inside_the_earmark(each: Fund) -> None:
    lines = planned(each, load_catalogue(REGION), (), 0.3)
    assert lines == tuple(sorted(lines)) and all(share > 0 for _, share in lines)
    assert sum(share for _, share in lines) == pytest.approx(1, abs=1e-12)
    assert each.programmes is None or {slug for slug, _ in lines} <= set(each.programmes)


def test_every_running_programme_is_payable_in_all_its_places() -> None:
    for programme in load_catalogue(REGION).running:
        payers = [each for each in load_funds(REGION) if each.programmes and programme.slug in each.programmes]
        served = set(range(9)) if programme.place_ids is None else set(programme.place_ids)
        paid = {place for each in payers for place in (range(9) if each.place_ids is None else each.place_ids)}
        assert served <= paid, programme.slug


def test_assumed_amounts_are_what_the_services_cost_when_full() -> None:
    cost = sum(yearly_pounds(programme, 0.3) for programme in load_catalogue(REGION).running)
    assert sum(as_number(each.later) for each in load_funds(REGION)) == pytest.approx(cost, rel=0.05)


def test_published_amounts() -> None:
    assert [as_number(fund(f"connect-to-work-{part}").later) for part in ("lcr", "cw")] == [14e6, 4.5e6]
    assert dict(fund("youth-guarantee-trailblazer").amounts)[2025].value == 5_000_000
    guarantee = dict(fund("young-persons-guarantee").amounts)[2025]
    assert 3 * as_number(guarantee) == 795_000 and guarantee.source == "ypg_lcr_2025"


def test_whom_the_prosperity_fund_may_help_differs_by_place() -> None:
    assert [fund(f"ukspf-{place}").state_ids for place in ("liverpool", "wirral", "halton")] == [INACTIVE] * 3
    assert fund("ukspf-knowsley").state_ids is None
    assert fund("ukspf-st-helens").state_ids == (State.UNEMPLOYED, *INACTIVE)
    assert all(fund(f"ukspf-{place}").rule is None for place in ("liverpool", "knowsley"))
    assert ["states" in fund(f"ukspf-{place}").uncertain for place in ("liverpool", "wirral")] == [False, True]


def test_cycles_open_when_they_are_won() -> None:
    first, end = month_index(2026, 4), month_index(2031, 4)
    assert fund("nhs").opens(first, end) == ((first, end),)
    gap = fund("ukspf-liverpool").opens(first, end)
    assert gap == ((month_index(2026, 10), month_index(2029, 4)), (month_index(2029, 10), end))
    yearly = fund("youth-guarantee-trailblazer").opens(first, end)
    assert len(yearly) == 5 and yearly[0] == (first + 2, first + 12)
    # What is already won has no gap, and keeps the month in which it opened.
    assert fund("connect-to-work-lcr").opens(first, end)[0] == (month_index(2025, 6), month_index(2030, 4))
    assert fund("ukspf-liverpool").opens(month_index(2025, 4), first) == ((month_index(2025, 4), first),)
    assert [year_of(month_index(2026, month)) for month in (3, 4)] == [2025, 2026]


def test_states_are_split_from_the_rest_of_a_rule() -> None:
    state = Compare("state", "in", (2, 3), ("a", "b"))
    age = Compare("age_years", "at_least", (18,), ("18",))
    assert split_states(None) == (None, None)
    assert split_states(state) == ((2, 3), None)
    assert split_states(age) == (None, age)
    assert split_states(AllOf((state, age))) == ((2, 3), age)
    assert split_states(AllOf((Not(state), age, age))) == ((0, 1, 4, 5, 6, 7), AllOf((age, age)))
    mixed = AnyOf((state, age))
    assert split_states(mixed) == (None, mixed)


def test_lines_that_are_written_replace_the_computed_ones(funds) -> None:
    share = f"{{value: 0.25, {SHARE}}}, retention-service: {{value: 0.75, {SHARE}}}"
    (found,) = [each for each in funds(text() + entry(f"lines: {{access-to-work: {share}}}")) if each.slug == "extra"]
    assert planned(found, load_catalogue(REGION), (), 0.3) == (("access-to-work", 0.25), ("retention-service", 0.75))


def years(*written: str) -> str:
    return "amounts: {" + ", ".join(f"{year}: {{value: 5, {AMOUNT}}}" for year in written) + "}"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("funder: dpw", ["'extra.funder'", "Did you mean 'dwp'?"]),
        ("kind: stat", ["'extra.kind'", "kind of funder"]),
        ("source: nobody", ["'extra.source'", "not a known source"]),
        ("name: National Health Service", ["already the name of"]),
        ("colour: red", ["'colour' is not a known key here"]),
        ("lapses: 1", ["'extra.lapses'", "true or false"]),
        ("funder: health-foundation", ["pays for nothing", "'health-foundation'"]),
        ("places: [Wirral]\nfunder: ukspf-cw", ["pays for nothing", "'ukspf-cw'"]),
        ("programmes: [widening-access]", ["pays for nothing", "none of these runs"]),
        ("programmes: [acces-to-work]", ["'extra.programmes[0]'", "Did you mean 'access-to-work'?"]),
        ("programmes: [ips, ips]", ["stands here twice"]),
        ("programmes: []", ["names no programme"]),
        ("programmes: ips", ["no list of programmes"]),
        ("places: [Wiral]", ["'extra.places[0]'", "Did you mean 'Wirral'?"]),
        ("places: [Wirral, Liverpool City Region]", ["stands here twice"]),
        ("programmes: [work-zones]\nplaces: [Wirral]", ["may help nobody whom 'work-zones' takes", "'place'"]),
        ("programmes: [work-zones]\nstates: [employed]", ["may help nobody whom 'work-zones' takes", "'state'"]),
        ("states: [inactive]", ["'extra.states[0]'", "state"]),
        ("states: unemployed", ["no list of states"]),
        ("eligibility: {column: cohort, has: [veterans]}", ["Did you mean 'veteran'?"]),
        ("eligibility: {column: height, at_least: 1}", ["'height'"]),
        ("states: [employed]\neligibility: {column: state, is: student}", ["'state'", "let nobody in"]),
        ("amounts: {}", ["no amount is given"]),
        (years("2025/26"), ["'later' is missing", "2025/26"]),
        (years("2025/26", "2027/28", "later"), ["the year 2026/27 is missing", "between 2025/26 and 2027/28"]),
        (years("2025/27", "later"), ["'2025/27' is not a financial year"]),
        (years("later").replace("value: 5", "value: -5"), ["amounts.later", "[0, 9000000"]),
        (years("later").replace("pounds per year", "pounds"), ["not the unit", "pounds per year"]),
        ("cycles: []", ["no list of cycles"]),
        ("cycles: monthly", ["'monthly' is no list of cycles", "yearly"]),
        ("cycles: [{from: 2026-13}]", ["'2026-13' is not a month"]),
        ("cycles: [{from: 2026-04, until: 2026-03}]", ["ends in 2026-03, before it begins in 2026-04"]),
        (
            "cycles: [{from: 2026-04, until: 2027-03}, {from: 2027-03}]",
            ["begins in 2027-03", "lasts until 2027-03", "do not overlap"],
        ),
        ("cycles: [{from: 2026-04}, {from: 2027-04}]", ["the one before it has no end"]),
        ("cycles: [{from: 2026-04, until: 2027-03}]", ["no cycle is open in 2027/28", "£1,000"]),
        (f"decision_months: {{value: 2, {MONTHS}}}", ["has none"]),
        (
            f"cycles: yearly\ndecision_months: {{value: 12, {MONTHS}}}",
            ["over before it is won", "less than 12"],
        ),
        (
            f"cycles: [{{from: 2026-04, until: 2026-05}}, {{from: 2026-06}}]\ndecision_months: {{value: 3, {MONTHS}}}",
            ["'extra.cycles[0]'", "over before it is won in 2026-07"],
        ),
        (f"virement: {{value: 1.2, {SHARE.replace(', 1]', ', 2]')}}}", ["'extra.virement", "out of range", "0 to 1"]),
        ("virement: 0.1", ["'extra.virement'", "keys and values"]),
        (f"lines: {{ips: {{value: 1, {SHARE}}}}}", ["'extra.lines.ips'", "programme of the fund 'extra'"]),
        (f"lines: {{access-to-work: {{value: 0.4, {SHARE}}}}}", ["add up to 0.4"]),
        ("uncertain: [amount]", ["Did you mean 'amounts'?"]),
    ],
)
def test_entries_that_cannot_be_are_refused(funds, body: str, words: list[str]) -> None:
    with pytest.raises(ScenarioError) as found:
        funds(text() + entry(body))
    message = str(found.value)
    assert "\n" not in message and "funds.yaml" in message
    for word in words:
        assert word in message, message


def test_a_key_that_is_no_name_and_one_that_stands_twice_are_refused(funds) -> None:
    with pytest.raises(ScenarioError, match="cannot be a name"):
        funds(text() + entry("", name="Extra"))
    with pytest.raises(ScenarioError, match=r"twice|repeated|already"):
        funds(text() + entry("name: Other", name="nhs"))


def test_a_running_programme_without_a_fund_is_refused(funds) -> None:
    without = text().replace("places: [Sefton]", "places: [Sefton]\n  programmes: [sefton-at-work]")
    with pytest.raises(ScenarioError, match="no fund may pay for 'sefton-first-refusal'") as found:
        funds(without)
    assert "developer-obligations" in str(found.value)
    narrow = text().replace("name: Department for Work and Pensions", "name: DWP\n  places: [Liverpool City Region]")
    with pytest.raises(ScenarioError, match="no fund may pay for 'access-to-work' in Cheshire West and Chester"):
        funds(narrow)
