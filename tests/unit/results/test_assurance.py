"""The assurance log: every check stands in it with what came out, and nothing in it depends on the day."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from evidence.model import Target
from evidence.verification import Property
from results.assurance import assurance_log, outcomes_of
from results.store import QA_COLUMNS

TESTS = ("tests/property/test_a.py::test_one", "tests/property/test_a.py::test_two")
PROPERTIES = (
    Property(1, "A", "Same inputs, same bytes", TESTS, ""),
    Property(2, "F", "Recovery", (), "comes later"),
)


@dataclass(frozen=True)
class Row:
    target: Target
    verdict: str
    p05: float = 1.0
    p95: float = 2.0


@dataclass(frozen=True)
class Demand:
    name: str
    wanted: str
    found: str
    is_met: bool | None


def row(name: str, verdict: str, role: str = "fit") -> Row:
    target = Target(name, "hazard_EU", "region", "2013", 1.5, 0.1, "percent", role, "lfs", "high", "")
    return Row(target, verdict)


ROWS = (row("a", "agrees"), row("b", "doubtful", "holdout"), row("c", "fails"), row("d", "not measured"))
DEMANDS = (Demand("coverage", "at least 80%", "70%", False), Demand("score", "lower", "no rival", None))
CHECKS = {"fresh_seed_loss": 0.0312345, "cross_check": {"result": 0.1, "threshold": "0.25 SD", "passed": True}}


def test_every_check_stands_in_it_with_its_result_and_severity() -> None:
    log = assurance_log(ROWS, DEMANDS, CHECKS, PROPERTIES).set_index("id")
    assert list(log.reset_index().columns) == list(QA_COLUMNS)
    assert log["result"].to_dict() == {
        "demand-1": "FAIL: 70%",
        "demand-2": "NOT TESTED: no rival",
        "a": "pass: predicted 1 to 2, published 1.5 percent",
        "b": "doubtful: predicted 1 to 2, published 1.5 percent",
        "c": "FAIL: predicted 1 to 2, published 1.5 percent",
        "d": "NOT TESTED: published 1.5 percent",
        "fit-cross_check": "pass: 0.1",
        "fit-fresh_seed_loss": "reported: 0.03123",
        "property-01": "reported: 2 tests, of which 0 ran with this validation",
        "property-02": "NOT TESTED: comes later",
    }
    assert list(log["severity"]) == [
        "high",
        "medium",
        "none",
        "medium",
        "high",
        "medium",
        "none",
        "none",
        "none",
        "medium",
    ]
    assert "held out" in log.loc["b", "check"]
    assert set(log["type"][:6]) == {"validation"}
    assert set(log["type"][6:]) == {"verification"}
    assert log["sign_off"].eq("").all()


def test_the_tests_results_count_where_they_are_known() -> None:
    passed = assurance_log((), (), {}, PROPERTIES, outcomes=dict.fromkeys(TESTS, True))
    assert passed["result"][0] == "pass: 2 tests"
    broken = assurance_log((), (), {}, PROPERTIES, outcomes={TESTS[0]: True, TESTS[1]: False})
    assert broken["result"][0] == f"FAIL: {TESTS[1]}"
    assert broken["severity"][0] == "high"
    part = assurance_log((), (), {}, PROPERTIES, outcomes={TESTS[0]: True})
    assert part["result"][0].startswith("reported: 2 tests, of which 1 ran")


def test_it_knows_the_day_only_from_who_asks() -> None:
    a, b = (assurance_log(ROWS, DEMANDS, CHECKS, PROPERTIES) for _ in range(2))
    assert a.equals(b)
    dated = assurance_log(ROWS, (), {}, (), when="2026-11-22", who="A. Analyst")
    assert set(dated["when"]) == {"2026-11-22"}
    assert set(dated["who"]) == {"A. Analyst"}


def test_what_cannot_be_read_is_refused() -> None:
    with pytest.raises(ValueError, match="check 'x' of the posterior has value"):
        assurance_log((), (), {"x": {"value": 1}}, ())
    with pytest.raises(ValueError, match="verdict 'fine' of a is not one of agrees"):
        assurance_log((row("a", "fine"),), (), {}, ())


REPORT = """<testsuites><testsuite>
<testcase classname="tests.property.test_a" name="test_one[1]" />
<testcase classname="tests.property.test_a" name="test_one[2]"><failure /></testcase>
<testcase classname="tests.property.test_a" name="test_two" />
<testcase classname="tests.property.test_a" name="test_three"><skipped /></testcase>
</testsuite></testsuites>"""


def test_results_are_read_from_the_report_of_pytest() -> None:
    assert outcomes_of(REPORT) == {TESTS[0]: False, TESTS[1]: True}


@pytest.mark.parametrize("text", ["no report", '<!DOCTYPE x [<!ENTITY a "b">]><testsuites/>'])
def test_a_text_that_is_no_report_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="junit-xml"):
        outcomes_of(text)
