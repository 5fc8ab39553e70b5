"""What the model must be able to show, and the tests that show it; it runs none of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from evidence import loading
from evidence.errors import EvidenceError

FILE = "verification_map.csv"
COLUMNS = ("property", "group", "what", "tests", "note")
N_PROPERTIES = 56
GROUPS = {
    "A": "Determinism and randomness",
    "B": "Conservation",
    "C": "Extreme and metamorphic",
    "D": "Analytic and cross-implementation",
    "E": "Queues",
    "F": "Calibration",
    "G": "Policy experiments",
    "H": "Reliability and security",
}


@dataclass(frozen=True)
class Property:
    """One property: its number, its group, what it says, the ids of its tests, and what they leave out or why none."""

    number: int
    group: str
    what: str
    tests: tuple[str, ...]
    note: str


def properties(root: Path | None = None) -> tuple[Property, ...]:
    """Return every property in order, from `verification_map.csv`.

    Raises
    ------
    EvidenceError
        If one is missing or stands twice, has an unknown group, or has neither a test nor a reason.
    """
    root = root or Path(__file__).parent
    path = root / FILE
    name, found = loading.show(root, path), []
    table = loading.read_csv(root, path, COLUMNS)
    for at, row in enumerate(table.to_dict(orient="records")):
        where, number = f"row {at + 2}", str(row["property"])
        if number != str(at + 1):
            raise EvidenceError(name, f"{where}.property", f"found {number}; rows go from 1 to {N_PROPERTIES} in order")
        group = loading.one_of(str(row["group"]), tuple(GROUPS), name, f"{where}.group")
        tests, note = tuple(str(row["tests"]).split()), str(row["note"]).strip()
        if not tests and not note:
            raise EvidenceError(
                name, f"{where}.note", "there is no test; name one under tests, or say why there is none"
            )
        if any("::" not in test for test in tests):
            raise EvidenceError(name, f"{where}.tests", "write each test as file.py::name, with a blank between them")
        found.append(Property(at + 1, group, str(row["what"]), tests, note))
    if len(found) != N_PROPERTIES:
        raise EvidenceError(
            name, "property", f"there are {len(found)} rows; every property 1 to {N_PROPERTIES} needs one"
        )
    return tuple(found)
