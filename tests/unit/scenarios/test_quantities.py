"""Money, shares, months, durations and names as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios import quantities as q


@given(st.integers(0, q.MONEY_MAX_PENCE))
def test_money_written_out_reads_back(pence: int) -> None:
    assert q.pence(q.money_text(pence)) == pence


@pytest.mark.parametrize(
    ("text", "pence"),
    [
        ("£1,500", 150_000),
        ("£1500", 150_000),
        ("£4.5m", 450_000_000),
        ("£250k", 25_000_000),
        ("£0", 0),
        ("£1.26bn", 126_000_000_000),
        ("£12.71", 1_271),
        ("£ 3,000", 300_000),
    ],
)
def test_money_is_read_with_its_unit(text: str, pence: int) -> None:
    assert q.pence(text) == pence


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (1500, "has no unit"),
        (1500.0, "has no unit"),
        (True, "not an amount"),
        ("1500", "not an amount"),
        ("$1500", "another unit"),
        ("1500 EUR", "another unit"),
        ("€1500", "another unit"),
        ("50p", "another unit"),
        ("-£5", "negative"),
        ("£-5", "negative"),
        ("£1,50", "comma"),
        ("£0.001", "whole number of pence"),
        ("￡1500", "FULLWIDTH POUND SIGN".lower()),
        ("£9999bn", "more than £100bn"),
        ("£" + "9" * 400, "more than £100bn"),
        ("£1e9", "not an amount"),
        (None, "not an amount"),
        ([1], "not an amount"),
    ],
)
def test_other_money_is_refused_with_the_reason(value: object, says: str) -> None:
    with pytest.raises(ValueError, match=r"£1,500|£0|£100bn|pence") as found:
        q.pence(value)
    assert says in str(found.value)


@pytest.mark.parametrize(
    ("value", "says"), [(30, "write 0.30"), ("30%", "write 0.30"), (-0.1, "outside"), (101, "outside")]
)
def test_shares_beyond_one_are_refused(value: object, says: str) -> None:
    with pytest.raises(ValueError, match="share") as found:
        q.share(value)
    assert says in str(found.value)


@pytest.mark.parametrize("value", [True, "0.3", None, [0.3]])
def test_shares_are_numbers(value: object) -> None:
    with pytest.raises(ValueError, match="not a number"):
        q.share(value)


@given(st.integers(1, 9999))
def test_weeks_become_the_nearest_whole_months(weeks: int) -> None:
    assert abs(q.duration_months(f"{weeks} weeks") - weeks * 12 / 52) <= 0.5 or weeks * 12 / 52 < 0.5


@pytest.mark.parametrize(
    ("text", "months"), [("6 months", 6), ("26 weeks", 6), ("1 month", 1), ("13 weeks", 3), ("1 week", 1)]
)
def test_durations(text: str, months: int) -> None:
    assert q.duration_months(text) == months


@pytest.mark.parametrize("value", [6, "6", "six months", "0 months", "-6 months", "6 years", None, "99999 weeks"])
def test_durations_without_a_unit_are_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"26 weeks"):
        q.duration_months(value)


@pytest.mark.parametrize(
    "value", ["2026-13", "2026-4", "April 2026", "2026-04-01", 2026, 2026.04, "２０２６-04", None, "2026-00"]
)
def test_months_are_calendar_months(value: object) -> None:
    with pytest.raises(ValueError, match=r"month"):
        q.month(value)


@pytest.mark.parametrize(
    "value", ["", "-a", "A", "a b", "a/b", "..", "../x", "a.b", "a" * 65, "а-cyrillic", "a\n", "con\x00", 5, None]
)
def test_names_cannot_leave_their_folder(value: object) -> None:
    with pytest.raises(ValueError, match="cannot be a name"):
        q.scenario_name(value)
