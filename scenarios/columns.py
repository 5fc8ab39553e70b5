"""The columns that eligibility rules may read: their kind, range, names and English; holds no people.

The engine offers these arrays to `Rule.mask` (one entry a resident):

- number: whole numbers in the stated unit; `deprivation` runs from 1 (most deprived fifth) to 5, `hourly_pay_pence`
  is 0 out of work;
- name: the code of the name, which is its position in the vocabulary (Places: order of `places.yaml`);
- mask: bit k set where the resident has the k-th name of the vocabulary;
- flag: false or true.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from scenarios import vocabulary as v

Kind = Literal["number", "name", "mask", "flag"]
MONTHS_MAX = 600
"""Longest duration a rule may ask for, months: the whole of working life."""
HOURLY_PAY_MAX_PENCE = 30_000
"""Highest pay that a rule may ask for, pence an hour; whoever earns more counts as earning this."""


@dataclass(frozen=True)
class Column:
    """One column: what it holds and how it reads.

    `phrase` has a `{}` for the value (a flag has `phrase` for true, `otherwise` for false). `titles` are the names
    for people, where they differ. `unit` follows a number. `ordered` names may be compared by `at_least` and the like.
    """

    name: str
    kind: Kind
    phrase: str
    names: tuple[str, ...] = ()
    low: int = 0
    high: int = 1
    unit: str = ""
    ordered: bool = False
    otherwise: str = ""
    titles: tuple[str, ...] = ()

    def title(self, name: str) -> str:
        """Return a name of this column as people read it."""
        return self.titles[self.names.index(name)] if self.titles else name.replace("_", " ")

    @property
    def holds(self) -> str:
        """What a value may be, for messages."""
        if self.kind == "number":
            return f"whole numbers from {self.low} to {self.high}" + (f" ({self.unit})" if self.unit else "")
        if self.kind == "flag":
            return "true, false"
        return ", ".join(self.names) if self.names else "the region's Places and area groups"


_STATES = (
    "employed",
    "off work sick",
    "unemployed",
    "long-term sick",
    "studying",
    "caring",
    "retired",
    "otherwise inactive",
)
_BENEFITS = (
    "on no benefit",
    "on Universal Credit and looking for work",
    "on Universal Credit with limited capability for work",
    "on Universal Credit while working",
    "on Universal Credit for another reason",
)
_QUALIFICATIONS = ("no qualification", "level 1 or 2", "level 3", "level 4 or above")
_COLUMNS = (
    Column("age_years", "number", "aged {}", low=v.AGE_MIN_YEARS, high=v.AGE_MAX_YEARS),
    Column("age_months", "number", "aged {}", low=12 * v.AGE_MIN_YEARS, high=12 * v.AGE_MAX_YEARS, unit="months"),
    Column("sex", "name", "{}", v.SEXES),
    Column("ethnicity", "name", "of {} ethnicity", v.ETHNICITIES),
    Column("qualification", "name", "qualified to {}", v.QUALIFICATIONS, ordered=True, titles=_QUALIFICATIONS),
    Column("deprivation", "number", "in deprivation fifth {} (1 is the most deprived)", low=1, high=5),
    Column("place", "name", "living in {}"),
    Column("state", "name", "{}", v.STATES, titles=_STATES),
    Column("insecure", "flag", "in an insecure job", otherwise="not in an insecure job"),
    Column("hourly_pay_pence", "number", "paid {}", high=HOURLY_PAY_MAX_PENCE, unit="pence an hour"),
    Column("spell_months", "number", "for {}", high=MONTHS_MAX, unit="months"),
    Column("months_worked_24", "number", "having worked {} of the last 24", high=24, unit="months"),
    Column("on_universal_credit", "flag", "on Universal Credit", otherwise="not on Universal Credit"),
    Column("benefit", "name", "{}", v.BENEFITS, titles=_BENEFITS),
    Column("claim_months", "number", "claiming for {}", high=MONTHS_MAX, unit="months"),
    Column("n_conditions", "number", "with {}", high=len(v.CONDITIONS), unit="health conditions"),
    Column("has_condition", "mask", "with a health condition ({})", v.CONDITIONS),
    Column("diagnosed", "mask", "with a diagnosed condition ({})", v.CONDITIONS),
    Column("declared", "mask", "with a declared condition ({})", v.CONDITIONS),
    Column("severity", "name", "with a work limitation ({})", v.SEVERITIES, ordered=True),
    Column("cohort", "mask", "in a cohort ({})", v.COHORTS),
    Column("barriers", "mask", "with a barrier ({})", v.BARRIERS),
    Column("on_programme", "flag", "on a programme", otherwise="not on a programme"),
    Column("completed", "flag", "having completed a programme", otherwise="without a completed programme"),
    Column("is_parent", "flag", "a parent", otherwise="not a parent"),
)
COLUMNS: dict[str, Column] = {column.name: column for column in _COLUMNS}
"""Name -> column, in the order of the documentation."""
