"""Households that cannot exist: what each cell allows by itself, but not beside the others."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from results.household_columns import FIRST, SECOND, TENURES, Facts, Reader
from scenarios.vocabulary import AGE_MAX_YEARS, AGE_MIN_YEARS
from simulation.taxben.households import NOBODY, WORK, WORK_AND_ACTIVITY
from simulation.taxben.law import PERSONAL_ONLY, SUPPORT, WORK_RELATED

Flags = NDArray[np.bool_]


def check_households(reader: Reader, facts: Facts, present: Flags) -> None:
    """Raise a HouseholdsError for the first household that cannot exist.

    Parameters
    ----------
    reader : the table, for messages.
    facts : what the cells say.
    present : (n, 2), whether each adult has a status.
    """
    _check_adults(reader, facts, present)
    _check_work(reader, facts, present)
    _check_children(reader, facts)
    _check_home(reader, facts)
    _check_benefits(reader, facts, present)


def _check_adults(reader: Reader, facts: Facts, present: Flags) -> None:
    """Check who is there and how old they are; parameters as in `check_households`."""
    reader.refuse_any(~present[:, 0], FIRST[1], "Every household has a first adult. Give the status.")
    alone = ~present[:, 1]
    half = "There is no second adult without adult2_status. Fill in all four adult2 columns, or leave all empty."
    for name, filled in (
        (SECOND[0], facts.age[:, 1] > 0),
        (SECOND[2], facts.hours[:, 1] > 0),
        (SECOND[3], facts.pay[:, 1] > 0),
    ):
        reader.refuse_any(alone & filled, name, half)
    allowed = f"Allowed: whole years from {AGE_MIN_YEARS} to {AGE_MAX_YEARS - 1}. Correct it."
    for a, name in enumerate((FIRST[0], SECOND[0])):
        reader.refuse_any(present[:, a] & (facts.age[:, a] < AGE_MIN_YEARS), name, allowed)


def _check_work(reader: Reader, facts: Facts, present: Flags) -> None:
    """Check that those who work have hours and pay, and the others no hours; parameters as in `check_households`."""
    for a, names in enumerate((FIRST, SECOND)):
        here = present[:, a]
        needs = f"{names[1]} says that this adult works. Give hours and pay above 0, or correct the status."
        reader.refuse_any(here & facts.works[:, a] & (facts.hours[:, a] <= 0), names[2], needs)
        reader.refuse_any(here & facts.works[:, a] & (facts.pay[:, a] <= 0), names[3], needs)
        idle = f"{names[1]} says that this adult does not work. Give 0 hours, or correct the status."
        reader.refuse_any(here & ~facts.works[:, a] & (facts.hours[:, a] > 0), names[2], idle)


def _check_children(reader: Reader, facts: Facts) -> None:
    """Check children against their parents, childcare and disability; parameters as in `check_households`."""
    eldest, number = facts.children[:, 0], (facts.children >= 0).sum(axis=1)
    reader.refuse_any(
        eldest >= facts.age.max(axis=1),
        "child_ages",
        "A child is younger than the older adult of the household. Correct the child's or the adult's age.",
    )
    reader.refuse_any(
        (facts.childcare > 0) & (number == 0), "childcare_month", "There is no child. Give 0, or the child's age."
    )
    for k, name in enumerate(("disabled_children_lower", "disabled_children_higher")):
        reader.refuse_any(
            facts.disabled[:, : k + 1].sum(axis=1) > number,
            name,
            "The household has not that many children. Count each disabled child once, under one of the two rates.",
        )


def _check_home(reader: Reader, facts: Facts) -> None:
    """Check that tenants have a rent and owners none; parameters as in `check_households`."""
    owner = facts.tenure == TENURES["owner"]
    reader.refuse_any(owner & (facts.rent > 0), "rent_month", "An owner pays no rent. Give 0, or correct the tenure.")
    reader.refuse_any(
        ~owner & (facts.rent < 0), "rent_month", "A tenant has a rent. Give it in pounds a month, 0 if nothing is paid."
    )


def _check_benefits(reader: Reader, facts: Facts, present: Flags) -> None:
    """Check benefits against who is there and their health; parameters as in `check_households`."""
    reader.refuse_any(
        facts.carers > present.sum(axis=1), "carers", "There are not that many adults. Count adults who care."
    )
    alone, nobody = ~present[:, 1], "There is no second adult. Leave the cell empty, or fill in the adult2 columns."
    for name, given in (
        ("pip_2_daily_living", facts.daily[:, 1] > 0),
        ("pip_2_mobility", facts.mobility[:, 1] > 0),
        ("new_style_2", facts.new_style[:, 1] != NOBODY),
    ):
        reader.refuse_any(alone & given, name, nobody)
    for a, name in enumerate(("new_style_1", "new_style_2")):
        component, limited = facts.new_style[:, a], facts.limited[:, a]
        reader.refuse_any(
            (component == SUPPORT) & (limited != WORK_AND_ACTIVITY),
            name,
            "The support component is for people with a status of lcwra or lcwra_working. Correct one of the two.",
        )
        reader.refuse_any(
            (component == WORK_RELATED) & (limited != WORK),
            name,
            "The work-related component is for people with a status of lcw or lcw_working. Correct one of the two.",
        )
        reader.refuse_any(
            (component == PERSONAL_ONLY) & facts.works[:, a] & (limited == 0),
            name,
            "An employed adult has no new-style benefit. Leave the cell empty, or correct the status.",
        )
