"""The employers section: what it becomes, how it is inherited and overridden, and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest

from scenarios.arm import arm
from scenarios.incentive_specs import IncentiveSpec
from scenarios.render import difference, to_yaml
from scenarios.resolve import baseline_of, resolve
from tests.unit.scenarios.conftest import Refused, Write


def with_(*entries: str) -> str:
    return "extends: baseline\nemployers:\n" + "".join(f"  - {{{entry}}}\n" for entry in entries)


PLAIN = "name: trial, offers: adjustments, payment: £30"


def only(resolved: Any) -> IncentiveSpec:
    (spec,) = arm(resolved).employers
    return spec


def test_an_incentive_is_for_every_employer_and_month_unless_it_says_otherwise(write: Write) -> None:
    spec = only(resolve(write(with_(PLAIN))))
    assert spec == IncentiveSpec("trial", "trial", "adjustments", "combined_authority", 3000, None, 15, 75, (0, 1))
    assert "a share by the evidence of enterprises and public bodies adjust work" in spec.english()


def test_every_key_reaches_the_engine(write: Write) -> None:
    more = (
        "take_up: 0.2, from: 2027-01, until: 2027-12, employer_kinds: [enterprise], employer_places: [Halton], "
        "employer_sectors: [retail], size_at_least: 10, size_at_most: 249, payer: local_authorities, title: A trial"
    )
    spec = only(resolve(write(with_(f"{PLAIN}, {more}"))))
    assert (spec.take_up, spec.start_month, spec.end_month) == (0.2, 24, 36)
    assert (spec.kind_ids, spec.place_ids, spec.sector_ids) == ((0,), (0,), (6,))
    assert (spec.size_at_least, spec.size_at_most, spec.payer) == (10, 249, "local_authorities")
    assert spec.english() == (
        "A trial: from 2027-01 to 2027-12, 20% of enterprises of 10 to 249 jobs in retail in 1 of the Places adjust "
        "work beyond what they do today, paid £30 a month by councils for each worker with a declared condition."
    )


def test_scenarios_without_the_section_have_no_incentives() -> None:
    assert arm(resolve("kickstart")).employers == ()
    assert "employers" not in to_yaml(resolve("kickstart")).replace("employer", "")


def test_an_incentive_is_overridden_and_inherited_by_name(write: Write) -> None:
    changed = resolve("sme-incentives", {"employers.flexible-hours.payment": "£100"})
    assert [spec.pence_per_month for spec in arm(changed).employers] == [4000, 10000]
    path = write("extends: sme-incentives\nemployers:\n  - {name: adjustments, take_up: 0.5}\n")
    assert [spec.take_up for spec in arm(resolve(path)).employers] == [0.5, None]


def test_the_baseline_has_none_of_it() -> None:
    assert arm(baseline_of(resolve("sme-incentives"))).employers == ()


def test_written_and_read_again_it_is_the_same(write: Write) -> None:
    first = resolve("sme-incentives", {"employers.adjustments.from": "2027-04"})
    again = resolve(write(to_yaml(first)))
    assert again.scenario == first.scenario
    assert arm(again) == arm(first)
    keys = {change.key for change in difference(baseline_of(first), first)}
    assert {"employers.adjustments.payment", "employers.adjustments.from", "employers.flexible-hours.offers"} <= keys


def test_the_order_of_the_file_is_no_matter(write: Write) -> None:
    entries = PLAIN, "name: hours, offers: flexible_hours, payment: £0"
    a, b = (arm(resolve(write(with_(*order)))) for order in (entries, entries[::-1]))
    assert a.employers == b.employers
    assert "unpaid" in a.employers[0].english()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (with_(f"{PLAIN}, paiment: £3"), ["'employers.trial.paiment'", "Did you mean 'payment'?"]),
        (with_("name: trial, offers: adjustments"), ["'employers.trial.payment'", "missing"]),
        (with_("offers: adjustments"), ["the incentive has no name"]),
        (with_(PLAIN, PLAIN), ["a second incentive is called 'trial'"]),
        (with_("name: trial, offers: flexible, payment: £3"), ["adjustments, flexible_hours"]),
        (with_("name: trial, offers: adjustments, payment: 30"), ["'30' has no unit"]),
        (with_("name: trial, offers: adjustments, payment: '-£3'"), ["is negative"]),
        (with_(f"{PLAIN}, take_up: 1.5"), ["'employers.trial.take_up'", "'1.5'"]),
        (with_(f"{PLAIN}, payer: NHS"), ["'NHS'", "combined_authority"]),
        (with_(f"{PLAIN}, employer_sectors: [retial]"), ["'employers.trial.employer_sectors[0]'", "'retail'"]),
        (with_(f"{PLAIN}, employer_sectors: []"), ["the list is empty"]),
        (with_(f"{PLAIN}, employer_places: [Haltn]"), ["Did you mean 'Halton'?"]),
        (with_(f"{PLAIN}, employer_kinds: [outside]"), ["enterprise, public_body"]),
        (with_(f"{PLAIN}, size_at_most: 0"), ["'0' is out of range"]),
        (with_(f"{PLAIN}, size_at_least: 10, size_at_most: 9"), ["10 is more than size_at_most, 9"]),
        (with_(f"{PLAIN}, from: 2026-03"), ["'2026-03' is outside the horizon", "2026-04 to 2031-03"]),
        (with_(f"{PLAIN}, from: 2027-02, until: 2027-01"), ["before the first month, 2027-02"]),
        (with_(PLAIN, "name: more, offers: adjustments, payment: £3"), ["'more' and 'trial' pay some employers"]),
        ("employers: {name: trial}\n", ["'employers' holds", "a list of incentives"]),
        ("kind: context\nemployers: [{name: trial, offers: adjustments}]\n", ["a context cannot set 'employers'"]),
    ],
)
def test_refusals_name_the_key_and_the_mend(refused: Refused, text: str, words: list[str]) -> None:
    message = refused(text)
    for word in words:
        assert word in message, message


@pytest.mark.parametrize(
    ("mine", "other"),
    [
        ("size_at_most: 49", "size_at_least: 50"),
        ("until: 2027-03", "from: 2027-04"),
        ("employer_kinds: [enterprise]", "employer_kinds: [public_body]"),
        ("employer_places: [Halton]", "employer_places: [Sefton]"),
        ("employer_sectors: [retail]", "employer_sectors: [health]"),
    ],
)
def test_incentives_for_one_offer_may_share_no_employer_at_a_time(write: Write, mine: str, other: str) -> None:
    parted = with_(f"{PLAIN}, {mine}", f"name: more, offers: adjustments, payment: £3, {other}")
    assert len(arm(resolve(write(parted))).employers) == 2
