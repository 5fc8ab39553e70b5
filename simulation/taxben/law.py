"""The tax and benefit law of one person or benefit unit in a month, rule by rule, in whole pence (England).

Each function is one rule and can be called from Python and from compiled passes; the rates of a year are `rates.Rates`
or, in passes, their record.
Left out: savings and unearned income other than benefits, self-employment's minimum income floor, sanctions,
deductions, waiting times and grace periods, transitional protection, and deductions for non-dependants and spare rooms.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from simulation.compiling import rule, scalar

NEVER = -32768
"""Month of birth where there is no child."""
NO_HEALTH, LIMITED, HEALTH_EXISTING, HEALTH_NEW = 0, 1, 2, 3
"""Health of a claim: none; limited capability for work (claims before April 2017); also for work-related activity,
in claims from before April 2026 (or protected ones), and in later claims."""
OWNER, SOCIAL_RENT, PRIVATE_RENT = 0, 1, 2
NO_PIP, STANDARD, ENHANCED = 0, 1, 2
PERSONAL_ONLY, SUPPORT, WORK_RELATED = 0, 1, 2
"""Components of a new-style benefit beside the personal rate."""
NO_LOCAL_ALLOWANCE = -1
"""Local allowance where none is known: a private rent then counts in full."""
NAMES_OF_AWARD = (
    "standard", "health", "child", "carer", "housing", "childcare", "taken_for_income", "taken_by_cap",
)  # fmt: skip
"""Parts of an award in the order of `award`: the elements, then what is taken off them."""


Whole = int | np.int64


class Claim(NamedTuple):
    """Facts of one benefit unit that Universal Credit looks at in a month; money in pence a month, flags 0 or 1.

    `over_25`: one of the claimants is 25 or older. `health`: one of NO_HEALTH ... HEALTH_NEW. `carers`: people with the
    carer element. `rent`, `child`, `childcare`: the elements themselves. `housing`: whether rent is part of the award
    at all. `earned`: earnings of the unit after tax, National Insurance and pension contributions. `other_income`:
    new-style benefits, taken pound for pound. `child_benefit` counts towards the cap. `cap_exempt`: a benefit for
    disability or care lifts the cap (health and carer elements lift it without this flag).
    """

    couple: Whole
    over_25: Whole
    has_child: Whole
    health: Whole
    carers: Whole
    rent: Whole
    child: Whole
    childcare: Whole
    housing: Whole
    earned: Whole
    other_income: Whole
    child_benefit: Whole
    cap_exempt: Whole


@rule
def income_tax(gross: Any, r: Any) -> Any:
    """Return income tax, pence a month, on a monthly gross (England)."""
    allowance = r.allowance
    if gross > r.allowance_taper_from:
        allowance = max(np.int64(0), allowance - (gross - r.allowance_taper_from) // 2)
    basic_width = r.basic_to - r.allowance
    taxable = max(np.int64(0), gross - allowance)
    basic = min(taxable, basic_width)
    higher = min(max(np.int64(0), taxable - basic_width), r.higher_to - basic_width)
    top = max(np.int64(0), taxable - r.higher_to)
    return (basic * r.basic_rate + higher * r.higher_rate + top * r.additional_rate) // 10000


@rule
def employee_ni(gross: Any, r: Any) -> Any:
    """Return the employee's National Insurance, pence a month."""
    main = max(np.int64(0), min(gross, r.ni_to) - r.ni_from)
    upper = max(np.int64(0), gross - r.ni_to)
    return (main * r.ni_rate + upper * r.ni_upper_rate) // 10000


@rule
def employer_ni(gross: Any, young: Any, r: Any) -> Any:
    """Return the employer's National Insurance, pence a month; nothing on the young up to their threshold.

    Parameters
    ----------
    gross : pence a month.
    young : whether the worker is under the age of the relief.
    r : rates of the year.
    """
    start = r.young_relief_to if young else r.employer_ni_from
    return max(np.int64(0), gross - start) * r.employer_ni_rate // 10000


@rule
def sick_pay(gross_month: Any, r: Any) -> Any:
    """Return Statutory Sick Pay of a whole month, pence: a flat rate or a share of usual pay, whichever is less.

    Nothing below the earnings limit (of years that have one). The days waited at the start are the caller's.
    """
    if gross_month < r.sick_pay_from:
        return np.int64(0)
    return min(np.int64(r.sick_pay), gross_month * r.sick_pay_share // 10000)


@rule
def new_style(over_25: Any, component: Any, r: Any) -> Any:
    """Return new-style Jobseeker's or Employment and Support Allowance, pence a month.

    Parameters
    ----------
    over_25 : whether 25 or older; of no account once a component is paid.
    component : PERSONAL_ONLY, SUPPORT or WORK_RELATED.
    r : rates of the year.
    """
    if component == SUPPORT:
        return np.int64(r.new_style + r.new_style_support)
    if component == WORK_RELATED:
        return np.int64(r.new_style + r.new_style_work_related)
    return np.int64(r.new_style if over_25 else r.new_style_young)


@rule
def pip_pence(daily: Any, mobility: Any, r: Any) -> Any:
    """Return Personal Independence Payment, pence a month.

    Parameters
    ----------
    daily, mobility : NO_PIP, STANDARD or ENHANCED.
    r : rates of the year.
    """
    pence = np.int64(0)
    if daily == STANDARD:
        pence += r.pip_daily_standard
    elif daily == ENHANCED:
        pence += r.pip_daily_enhanced
    if mobility == STANDARD:
        pence += r.pip_mobility_standard
    elif mobility == ENHANCED:
        pence += r.pip_mobility_enhanced
    return pence


@rule
def child_benefit(n: Any, r: Any) -> Any:
    """Return Child Benefit for n children, pence a month."""
    if n <= 0:
        return np.int64(0)
    return np.int64(r.child_benefit_eldest + (n - 1) * r.child_benefit_other)


@rule
def child_benefit_charge(benefit: Any, income_month_highest: Any, r: Any) -> Any:
    """Return the High Income Child Benefit Charge, pence a month: a share of the benefit in whole steps of income.

    Parameters
    ----------
    benefit : Child Benefit, pence a month.
    income_month_highest : gross income of the adult who has more of it, pence a month.
    r : rates of the year.
    """
    # a year's income loses up to a penny a month when divided by twelve, which must not lose it a whole step
    above = max(np.int64(0), income_month_highest + 1 - r.charge_from)
    steps = min(above * r.charge_steps // (r.charge_full_at - r.charge_from), np.int64(r.charge_steps))
    return benefit * steps // r.charge_steps


@rule
def children_at(births: Any, today: Any, under_years: Any) -> Any:
    """Return how many children are under an age.

    Parameters
    ----------
    births : months of birth, NEVER where there is no child.
    today : month number.
    under_years : age, years.
    """
    n = np.int64(0)
    for i in range(births.shape[0]):
        born = np.int64(births[i])
        if born != NEVER and born <= today and today - born < under_years * 12:
            n += 1
    return n


@rule
def child_elements(births: Any, today: Any, r: Any) -> Any:
    """Return the child elements of Universal Credit, pence a month, without additions for disability.

    The limit counts from the eldest; children born before its date are paid for whatever their number, and the eldest
    of them, if the eldest of all, at the higher rate.

    Parameters
    ----------
    births : months of birth, eldest first, NEVER where there is no child.
    today : month number.
    r : rates of the year.
    """
    pence = np.int64(0)
    n = np.int64(0)
    for i in range(births.shape[0]):
        born = np.int64(births[i])
        if born != NEVER and born <= today and today - born < r.child_age * 12:
            n += 1
            protected = born < r.child_protected_before
            if n == 1 and protected:
                pence += r.child_first
            elif n <= r.child_limit or protected:
                pence += r.child
    return pence


@rule
def disabled_child_additions(n_lower: Any, n_higher: Any, r: Any) -> Any:
    """Return what disabled children add to the child elements, pence a month.

    Parameters
    ----------
    n_lower, n_higher : children with the lower and with the higher addition.
    r : rates of the year.
    """
    return np.int64(n_lower * r.child_disabled_lower + n_higher * r.child_disabled_higher)


@rule
def standard_allowance(couple: Any, over_25: Any, r: Any) -> Any:
    """Return the standard allowance, pence a month.

    Parameters
    ----------
    couple : whether two people claim jointly.
    over_25 : whether one of them is 25 or older.
    r : rates of the year.
    """
    return r.standard[(2 if couple else 0) + (1 if over_25 else 0)]


@rule
def health_element(kind: Any, r: Any) -> Any:
    """Return the health element, pence a month, once a unit; kind is one of NO_HEALTH ... HEALTH_NEW."""
    if kind == HEALTH_EXISTING:
        return np.int64(r.health_existing)
    if kind == HEALTH_NEW:
        return np.int64(r.health_new)
    if kind == LIMITED:
        return np.int64(r.lcw)
    return np.int64(0)


@rule
def housing_element(tenure: Any, rent: Any, local_allowance: Any) -> Any:
    """Return the housing element, pence a month: nothing for owners, a private rent up to the local allowance.

    Parameters
    ----------
    tenure : OWNER, SOCIAL_RENT or PRIVATE_RENT.
    rent : pence a month.
    local_allowance : pence a month; NO_LOCAL_ALLOWANCE leaves a private rent as it is.
    """
    if tenure == SOCIAL_RENT or (tenure == PRIVATE_RENT and local_allowance < 0):
        return np.int64(rent)
    if tenure == PRIVATE_RENT:
        return min(np.int64(rent), np.int64(local_allowance))
    return np.int64(0)


@rule
def childcare_element(cost: Any, n_children: Any, r: Any) -> Any:
    """Return the childcare element, pence a month, of a unit whose adults all work.

    Parameters
    ----------
    cost : paid for childcare, pence a month.
    n_children : children.
    r : rates of the year.
    """
    if n_children <= 0:
        return np.int64(0)
    return min(cost * r.childcare_share // 10000, np.int64(r.childcare_one if n_children == 1 else r.childcare_more))


@rule
def work_allowance(has_child_or_limited: Any, housing: Any, r: Any) -> Any:
    """Return net earnings a month that leave the award alone, pence.

    Parameters
    ----------
    has_child_or_limited : whether there is a child, or a limited capability for work.
    housing : whether rent is part of the award.
    r : rates of the year.
    """
    if not has_child_or_limited:
        return np.int64(0)
    return np.int64(r.work_allowance_housing if housing else r.work_allowance)


@rule
def cap_of(family: Any, r: Any) -> Any:
    """Return the benefit cap outside London, pence a month; a family is a couple, or anybody with a child."""
    return np.int64(r.cap_families if family else r.cap_single)


@scalar
def with_earnings(claim: Any, earned: Any) -> Any:
    """Return a claim at other net earnings, pence a month."""
    return Claim(
        claim.couple,
        claim.over_25,
        claim.has_child,
        claim.health,
        claim.carers,
        claim.rent,
        claim.child,
        claim.childcare,
        claim.housing,
        earned,
        claim.other_income,
        claim.child_benefit,
        claim.cap_exempt,
    )


@rule
def award(claim: Any, r: Any) -> Any:
    """Return a unit's Universal Credit as eight parts, pence a month: six elements, then what income and the cap take.

    The award is the six less the two. All eight are 0 where nothing is payable.

    Parameters
    ----------
    claim : the unit's facts.
    r : rates of the year.
    """
    standard = np.int64(standard_allowance(claim.couple, claim.over_25, r))
    health = health_element(claim.health, r)
    carer = np.int64(claim.carers * r.carer)
    child, rent, childcare = np.int64(claim.child), np.int64(claim.rent), np.int64(claim.childcare)
    free = work_allowance(claim.has_child or claim.health != NO_HEALTH, claim.housing, r)
    taken = max(np.int64(0), claim.earned - free) * r.taper // 10000 + claim.other_income
    left = max(np.int64(0), standard + health + child + carer + rent + childcare - taken)
    capped = np.int64(0)
    if not (claim.cap_exempt or claim.health >= HEALTH_EXISTING or claim.carers or claim.earned >= r.cap_earnings):
        # the law takes the excess over the cap less the childcare element, which so stays outside the cap
        excess = left + claim.child_benefit + claim.other_income - cap_of(claim.couple or claim.has_child, r)
        capped = min(left, max(np.int64(0), excess - childcare))
    if left == capped:
        standard = health = child = carer = rent = childcare = taken = capped = np.int64(0)
    return standard, health, child, carer, rent, childcare, taken, capped
