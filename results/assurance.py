"""The assurance log of a validation, in the manner of the Aqua Book: each check with threshold, result and evidence.

It judges nothing anew: it sets down what the scorecard, the calibration's own checks and the tests say. Whoever signs
fills in the last column.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Protocol

from evidence.verification import GROUPS
from results.store import QA_COLUMNS

if TYPE_CHECKING:
    from pandas import DataFrame

    from evidence.model import Target
    from evidence.verification import Property

VERIFICATION, VALIDATION = "verification", "validation"
PASS, FAIL, DOUBT, REPORTED, UNTESTED = "pass", "FAIL", "doubtful", "reported", "NOT TESTED"
SEVERITY = {PASS: "none", REPORTED: "none", DOUBT: "medium", UNTESTED: "medium", FAIL: "high"}
RESULT_OF_VERDICT = {"agrees": PASS, "doubtful": DOUBT, "fails": FAIL, "not measured": UNTESTED}
"""Verdict of the scorecard -> how the log puts it."""
CHECK_KEYS = ("result", "threshold", "passed")
"""Keys of a calibration's check that is more than a number or a text."""
PROGRAM = "the program"


class Row(Protocol):
    """What the log needs of a row of the scorecard: the figure, the verdict and the 90% interval predicted."""

    @property
    def target(self) -> Target:
        """Return the published figure."""

    @property
    def verdict(self) -> str:
        """Return the verdict, one of RESULT_OF_VERDICT."""

    @property
    def p05(self) -> float:
        """Return the lower end of the interval."""

    @property
    def p95(self) -> float:
        """Return its upper end."""


class Demand(Protocol):
    """What the log needs of a demand on the whole scorecard; `is_met` is None where it could not be looked at."""

    @property
    def name(self) -> str:
        """Return what is demanded."""

    @property
    def wanted(self) -> str:
        """Return the threshold."""

    @property
    def found(self) -> str:
        """Return what came out."""

    @property
    def is_met(self) -> bool | None:
        """Return whether it is met."""


def assurance_log(
    rows: Iterable[Row],
    demands: Iterable[Demand],
    checks: Mapping[str, object],
    properties: Iterable[Property],
    *,
    outcomes: Mapping[str, bool] | None = None,
    when: str = "with the validation",
    who: str = PROGRAM,
) -> DataFrame:
    """Return the log by `results.store.QA_COLUMNS`: demands, published figures, the fit's checks, tests.

    Parameters
    ----------
    rows, demands : iterable
        Of the scorecard: every target and hold-out, and what is demanded of all together.
    checks : mapping
        Name -> number or text as `posterior.yaml` has them, or a mapping of CHECK_KEYS where a check can fail.
    properties : iterable of Property
        What the model must be able to show, and its tests.
    outcomes : mapping, optional
        Id of a test -> whether it passed; those of a test with parameters stand under its name alone. Without it the
        log says which tests there are and that they did not run here.
    when, who : str
        The day of the validation, from its manifest or the user, and who ran it. No clock is read, so the same
        validation gives the same log.

    Raises
    ------
    ValueError
        If a check has keys other than CHECK_KEYS, or a verdict is unknown.
    """
    import pandas as pd

    log = [
        *(_demand_row(demand, n) for n, demand in enumerate(demands, start=1)),
        *(_target_row(row) for row in rows),
        *(_check_row(name, check) for name, check in sorted(checks.items())),
        *(_property_row(item, outcomes) for item in properties),
    ]
    table = [{**row, "who": who, "when": when, "sign_off": ""} for row in log]
    return pd.DataFrame(table, columns=list(QA_COLUMNS))


def _row(name: str, check: str, kind: str, threshold: str, state: str, result: str, evidence: str) -> dict[str, str]:
    return {
        "id": name,
        "check": check,
        "type": kind,
        "threshold": threshold,
        "result": f"{state}: {result}",
        "evidence": evidence,
        "severity": SEVERITY[state],
    }


def _demand_row(demand: Demand, number: int) -> dict[str, str]:
    state = UNTESTED if demand.is_met is None else PASS if demand.is_met else FAIL
    return _row(f"demand-{number}", demand.name, VALIDATION, demand.wanted, state, demand.found, "scorecard.csv")


def _target_row(row: Row) -> dict[str, str]:
    target = row.target
    if row.verdict not in RESULT_OF_VERDICT:
        raise ValueError(f"verdict '{row.verdict}' of {target.name} is not one of {', '.join(RESULT_OF_VERDICT)}")
    state = RESULT_OF_VERDICT[row.verdict]
    said = f"published {target.value:.4g} {target.unit}"
    if state != UNTESTED:
        said = f"predicted {row.p05:.4g} to {row.p95:.4g}, {said}"
    role = "held out of the fit" if target.role == "holdout" else "fitted to"
    check = f"{target.measure} of {target.area}, {target.period}, {role}"
    return _row(target.name, check, VALIDATION, "inside the 90% interval predicted", state, said, "scorecard.csv")


def _check_row(name: str, check: object) -> dict[str, str]:
    threshold, state, result = "none stated", REPORTED, check
    if isinstance(check, Mapping):
        unknown = [str(key) for key in check if key not in CHECK_KEYS]
        if unknown or "result" not in check:
            raise ValueError(f"check '{name}' of the posterior has {', '.join(map(str, check))}; allowed: {CHECK_KEYS}")
        result, threshold = check["result"], str(check.get("threshold", threshold))
        passed = check.get("passed")
        state = PASS if passed is True else FAIL if passed is False else REPORTED
    text = f"{result:.4g}" if isinstance(result, float) else str(result)
    words = f"The fit's own check: {name.replace('_', ' ')}"
    return _row(f"fit-{name}", words, VERIFICATION, threshold, state, text, "posterior.yaml")


def _property_row(item: Property, outcomes: Mapping[str, bool] | None) -> dict[str, str]:
    files = " ".join(dict.fromkeys(test.partition("::")[0] for test in item.tests))
    ran = {test: outcomes[test] for test in item.tests if outcomes is not None and test in outcomes}
    broken = [test for test, passed in ran.items() if not passed]
    if broken:
        state, result = FAIL, ", ".join(broken)
    elif item.tests and len(ran) == len(item.tests):
        state, result = PASS, f"{len(ran)} tests"
    elif item.tests:
        state, result = REPORTED, f"{len(item.tests)} tests, of which {len(ran)} ran with this validation"
    else:
        state, result = UNTESTED, item.note
    if item.tests and item.note:
        result = f"{result}; {item.note}"
    check = f"{GROUPS[item.group]}: {item.what}"
    return _row(f"property-{item.number:02d}", check, VERIFICATION, "its tests pass", state, result, files)


def outcomes_of(junit: str) -> dict[str, bool]:
    """Return id of a test -> whether it passed, from a report that pytest writes with --junit-xml.

    Tests with parameters count as one, which passes if all do; those that were skipped are left out.

    Raises
    ------
    ValueError
        If the text is not such a report.
    """
    from xml.etree import ElementTree

    if "<!DOCTYPE" in junit or "<!ENTITY" in junit:
        raise ValueError("a report of tests declares no entities; write it with pytest --junit-xml")
    try:
        root = ElementTree.fromstring(junit)
    except ElementTree.ParseError as error:
        raise ValueError(f"not a report of tests ({error}); write one with pytest --junit-xml=FILE") from None
    out: dict[str, bool] = {}
    for case in root.iter("testcase"):
        if case.find("skipped") is not None:
            continue
        module = str(case.get("classname", "")).replace(".", "/")
        test = f"{module}.py::{str(case.get('name', '')).partition('[')[0]}"
        out[test] = out.get(test, True) and case.find("failure") is None and case.find("error") is None
    return out
