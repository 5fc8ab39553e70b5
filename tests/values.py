"""Round parameter values and rules for worlds made by hand: no test rests on the figures the project ships."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from evidence import parameters as shipped

VALUES: dict[str, dict[str, Any]] = {
    "sickness_absence": {
        "onset": 0.003,
        "onset_by_severity": (1.0, 2.0, 3.0, 4.0),
        "onset_by_conditions": (1.0, 1.2, 1.4, 1.6, 1.8, 2.0),
        "health_gradient": 1.0,
        "onset_by_sex": (1.2, 0.8),
        "return_first_month": 0.4,
        "return_decay": 0.3,
        "return_by_severity": (1.1, 0.9, 0.7, 0.5),
        "job_loss": 0.02,
        "to_long_term_sick": 0.03,
        "to_long_term_sick_by_severity": (0.5, 1.0, 1.5, 2.0),
        "short_absence_hours": (0.01, 0.02),
    },
    "separation": {
        "separation": 0.01,
        "by_age_band": (1.8, 1.6, 1.4, 1.0, 0.8, 0.8, 0.7),
        "by_qualification": (1.4, 1.2, 1.0, 0.8),
        "by_severity": (1.0, 1.2, 1.4, 1.6),
        "by_conditions": (0.9, 1.0, 1.1, 1.1, 1.2, 1.3),
        "health_gradient": 1.0,
        "tenure_decay": 0.08,
        "tenure_floor": 0.4,
        "insecure_ratio": 2.0,
        "slot_closes": 0.4,
    },
    "participation": {
        "employed_to_student": (0.006, 0.005, 0.003, 0.001, 0.0005, 0.0002, 0.0),
        "employed_to_caring": (0.001, 0.001, 0.002, 0.002, 0.001, 0.001, 0.001),
        "employed_to_retired": (0.0, 0.0, 0.0, 0.0, 0.0005, 0.001, 0.005),
        "employed_to_other_inactive": (0.004, 0.003, 0.002, 0.001, 0.001, 0.001, 0.002),
        "unemployed_ratio": 8.0,
        "caring_by_sex": (1.5, 0.5),
        "giving_up_build_up": 0.5,
        "exit_by_severity": (1.0, 1.2, 1.4, 1.6),
        "student_to_unemployed": (0.02, 0.04, 0.06, 0.08, 0.07, 0.06, 0.04),
        "caring_to_unemployed": (0.02, 0.03, 0.04, 0.03, 0.03, 0.02, 0.01),
        "retired_to_unemployed": (0.0, 0.0, 0.0, 0.0, 0.01, 0.005, 0.002),
        "other_inactive_to_unemployed": (0.06, 0.07, 0.07, 0.06, 0.05, 0.03, 0.01),
        "return_by_qualification": (0.8, 1.0, 1.1, 1.2),
        "inactive_decay": 0.01,
    },
    "long_term_sickness": {
        "from_work": 0.001,
        "from_unemployment": 0.002,
        "from_inactivity": 0.002,
        "by_severity": (0.2, 1.0, 2.0, 4.0),
        "by_conditions": (0.3, 0.8, 1.0, 1.5, 2.5, 2.5),
        "health_gradient": 1.0,
        "by_age_band": (0.6, 0.7, 0.8, 0.9, 1.0, 1.2, 1.5),
        "by_qualification": (1.5, 1.1, 0.9, 0.7),
        "to_unemployed": 0.01,
        "to_other_inactive": 0.008,
        "exit_by_severity": (2.0, 1.5, 1.0, 0.5),
        "exit_decay": 0.3,
    },
    "search": {
        "on_the_job": 0.04,
        "on_the_job_by_age_band": (1.5, 1.5, 1.4, 1.2, 0.9, 0.6, 0.4),
        "on_the_job_tenure_decay": 0.03,
        "long_term_sick": 0.02,
        "long_term_sick_by_severity": (2.0, 1.5, 1.0, 0.5),
        "student": (0.05, 0.12, 0.15, 0.12, 0.1, 0.08, 0.05),
        "caring": (0.03, 0.06, 0.08, 0.08, 0.07, 0.04, 0.02),
        "retired": (0.0, 0.0, 0.0, 0.0, 0.02, 0.01, 0.005),
        "other_inactive": (0.1, 0.15, 0.15, 0.12, 0.1, 0.05, 0.02),
        "by_qualification": (0.8, 1.0, 1.05, 1.1),
        "inactive_decay": 0.01,
        "looks": (3, 0, 6, 3, 3, 3, 3, 3),
        "looks_by_cohort": (-1, -1, 0, -1, 1, -1, 0, -1, 0, 0),
        "own_sector": 0.3,
    },
    "health": {
        "recovery": (0.03, 0.006, 0.02, 0.004, 0.004, 0.0, 0.015, 0.02),
        "onset_ratio": ((1.0, 1.1, 1.4, 1.5, 1.1),) * 4
        + ((1.0, 1.0, 1.0, 1.0, 1.0),) * 2
        + ((0.9, 1.2, 1.6, 1.6, 1.2),) * 2,
        "recovery_ratio": ((1.05, 0.95, 0.8, 0.6, 0.95),) * 4
        + ((1.0, 1.0, 1.0, 1.0, 1.0),) * 2
        + ((1.1, 0.9, 0.7, 0.7, 0.9),) * 2,
        "limiting_on_onset": (0.25, 0.7, 0.3, 0.25, 0.3, 0.8, 0.4, 0.2),
        "worsening": (0.01, 0.02, 0.015, 0.0),
        "improvement": (0.0, 0.03, 0.02, 0.01),
        "worsening_ratio": (0.9, 1.1, 1.3, 1.4, 1.05),
        "improvement_ratio": (1.1, 1.0, 0.85, 0.55, 0.95),
        "diagnosis": 0.03,
        "declared_share": 0.5,
        "treatment_wait_months": 5,
        "treated_recovery_ratio": 1.3,
        "long_unemployment_months": 6,
    },
    "progression": {
        "median_hourly_pence": 1700.0,
        "pay_by_qualification": (0.8, 0.9, 1.0, 1.3),
        "pay_by_age_band": (0.5, 0.7, 0.9, 1.0, 1.1, 1.1, 1.0),
        "pay_by_ability": 0.2,
        "rise_per_month": 0.01,
        "rise_by_age_band": (1.5, 1.5, 1.4, 1.2, 0.9, 0.6, 0.5),
        "rise_share": 0.05,
        "full_time_hours": 37,
        "part_time_hours": 18,
    },
    "employer_choice": {
        "ability_weight": 0.6,
        "qualification_points": (-40, -10, 10, 40),
        "severity_penalty": (0, 20, 50, 90),
        "condition_penalty": (0, 5, 20, 10, 20, 40),
        "inclusive_discount": 0.5,
        "duration_penalty": 4,
        "duration_cap_months": 24,
        "history_points": 2,
        "cohort_penalty": (20, 30, 5, 15, 0, 35, 15, 10, 20, 10),
        "standard_shift": 20,
        "subsidy_points": 200.0,
        "keep_bonus": 60,
        "refill_rate": 0.1,
        "close_rate": 0.06,
        "tightness_elasticity": 0.5,
        "cost_elasticity": 0.5,
        "tightness_smoothing": 0.9,
        "rate_cap": 0.5,
        "low_paid_share": (0.2,) * 18,
        "establishment_slots": 20,
        "adviser_looks": 16,
        "transport_refusal": 0.5,
        "childcare_refusal": 0.35,
    },
    "wellbeing": {
        "mean": 7.5,
        "standard_deviation": 1.7,
        "by_state": (0.0, -0.4, -0.6, -0.9, 0.0, -0.2, 0.1, -0.3),
        "by_severity": (0.0, -0.3, -0.7, -1.2),
        "on_programme": 0.1,
    },
    "claiming": {
        "take_up": 0.75,
        "must_look_inactive": 0.4,
        "pip_by_severity": (0.0, 0.2, 0.5, 0.8),
        "pip_levels": (0.05, 0.05, 0.15, 0.1, 0.1, 0.15, 0.1, 0.3),
        "contributory_take_up": 0.4,
        "contribution_months": 12,
        "jobseekers_months": 6,
        "carer_element_share": 0.6,
        "formal_childcare": 0.5,
        "childcare_age": 5,
        "childcare_pounds": 500.0,
        "keeps_health_element": 0.5,
        "health_element_months": 9,
        "local_allowance": 0.9,
        "council_tax_support_pounds": 90.0,
        "council_tax_support_taper": 0.2,
        "child_benefit_take_up": 0.9,
        "claim_pounds": 20.0,
        "new_claim_pounds": 300.0,
    },
    "gain_from_work": {
        "search_elasticity": 0.3,
        "acceptance_elasticity": 0.1,
        "usual_kept": 0.65,
        "least_kept": 0.1,
        "part_time_reach": 0.4,
    },
    "demography": {"smoothing_years": 7},
    "public_services": {
        "gp_consultations_level": 1.1,
        "emergency_attendances_level": 0.9,
        "inpatient_episodes_level": 1.0,
        "outpatient_attendances_level": 1.0,
        "therapy_sessions_level": 1.0,
        "mental_health_contacts_level": 1.2,
        "mental_health_bed_days_level": 1.0,
        "social_care_years_level": 1.0,
        "base": (3.0, 0.2, 0.1, 0.5, 0.0, 0.0, 0.0, 0.02),
        "by_condition": (
            (2.0, 3.0, 2.0, 1.0, 2.0),
            (0.1, 0.4, 0.1, 0.1, 0.5),
            (0.0, 0.1, 0.1, 0.0, 0.2),
            (0.2, 0.3, 1.0, 0.5, 0.3),
            (1.5, 0.0, 0.0, 0.0, 0.0),
            (0.2, 10.0, 0.0, 0.3, 1.0),
            (0.0, 3.0, 0.0, 0.0, 0.1),
            (0.0, 0.1, 0.0, 0.2, 0.0),
        ),
        "untreated_ratio": (0.8, 1.1, 1.0, 0.5, 0.0, 0.3, 1.0, 1.0),
        "severity_ratio": ((1.0, 1.2, 1.5, 2.0),) * 7 + ((0.0, 0.0, 0.2, 1.0),),
        "situation_ratio": ((1.0, 1.5, 1.1, 1.3, 1.05),) * 7 + ((1.0, 1.0, 1.0, 1.1, 1.0),),
        "homeless_ratio": (1.0, 3.0, 2.0, 1.0, 1.0, 1.5, 2.0, 1.0),
        "homelessness_applications": 0.5,
        "homelessness_by_situation": (0.6, 0.8, 1.0, 1.2, 1.0),
        "reoffending_rate": 0.25,
        "offences_per_reoffender": 3.0,
        "offending_recent_share": 0.4,
        "offending_by_situation": (0.6, 0.8, 1.3, 1.1, 1.2),
        "gp_consultation_cost": 40.0,
        "emergency_attendance_cost": 110.0,
        "inpatient_episode_cost": 1800.0,
        "outpatient_attendance_cost": 110.0,
        "therapy_session_cost": 120.0,
        "mental_health_contact_cost": 150.0,
        "mental_health_bed_day_cost": 430.0,
        "social_care_year_cost": 20000.0,
        "homelessness_application_cost": 2500.0,
        "arrest_cost": 600.0,
        "arrests_per_offence": 1.2,
        "court_cost_per_offence": 1000.0,
        "prison_year_cost": 34000.0,
        "prison_years_per_offence": 0.05,
        "probation_cost_per_offence": 500.0,
        "price_factor": (1.6, 1.5, 1.45, 1.4, 1.35, 1.0),
        "price_rise_since_2024": 1.05,
    },
}

_RULES: dict[str, dict[str, Any]] = {
    "income_tax": {
        "personal_allowance": 12000,
        "allowance_taper_threshold": 100000,
        "allowance_taper_rate": 50,
        "basic_rate_upper": 50000,
        "higher_rate_upper": 125000,
        "basic_rate": 20,
        "higher_rate": 40,
        "additional_rate": 45,
    },
    "employee_national_insurance": {
        "lower_earnings_limit": 125,
        "primary_threshold": 12000,
        "upper_earnings_limit": 50000,
        "main_rate": 8,
        "upper_rate": 2,
    },
    "employer_national_insurance": {
        "rate": 15,
        "secondary_threshold": 5000,
        "under_21_relief_threshold": 50000,
        "relief_age": 21,
        "employment_allowance": 10000,
    },
    "universal_credit": {
        "standard_single_under_25": 320.0,
        "standard_single_25_plus": 400.0,
        "standard_couple_under_25": 500.0,
        "standard_couple_25_plus": 630.0,
        "lcwra_existing": 420.0,
        "lcwra_new": 220.0,
        "work_allowance_with_housing": 410,
        "work_allowance_without_housing": 680,
        "taper": 55,
        "lcw": 160.0,
        "carer": 200.0,
        "child_first_protected": 340.0,
        "child": 290.0,
        "child_limit": 2,
        "child_protected_before": "2017-04-06",
        "child_disabled_lower": 160.0,
        "child_disabled_higher": 500.0,
        "childcare_share": 85,
        "childcare_one_child": 1000.0,
        "childcare_more_children": 1800.0,
        "minimum_age": 18,
    },
    "benefit_cap": {"families": 24000, "single": 15000, "earnings_threshold": 850},
    "new_style_benefits": {
        "personal_under_25": 75.0,
        "personal_25_plus": 90.0,
        "support_component": 50.0,
        "work_related_component": 35.0,
    },
    "personal_independence_payment": {
        "daily_living_standard": 75.0,
        "daily_living_enhanced": 110.0,
        "mobility_standard": 30.0,
        "mobility_enhanced": 75.0,
    },
    "child_benefit": {
        "eldest": 26.0,
        "other": 17.0,
        "age_limit": 20,
        "charge_from": 60000,
        "charge_full_at": 80000,
        "charge_step": 1,
    },
    "statutory_sick_pay": {
        "weekly_rate": 120.0,
        "lower_earnings_limit": 125,
        "earnings_share": 80,
        "waiting_days": 3,
        "weeks_maximum": 28,
    },
    "minimum_wage": {"age_21_plus": 12.0, "age_18_20": 10.0, "age_16_17": 7.5, "apprentice": 7.5},
    "pension": {
        "employer_minimum": 3,
        "qualifying_earnings_lower": 6000,
        "qualifying_earnings_upper": 50000,
        "earnings_trigger": 10000,
        "enrolment_age": 22,
    },
    "scorecard": {"real_living_wage": 13.0, "low_income_line": 60, "couple_needs": 1.5},
}


def _held(value: Any) -> SimpleNamespace:
    return SimpleNamespace(value=value)


def values(**changes: Any) -> dict[str, dict[str, SimpleNamespace]]:
    """Return process -> name -> holder of a value; `process__name=value` changes one.

    A process or name that VALUES does not know (new in the model) keeps the shipped value.
    """
    out = {process: {name: _held(p.value) for name, p in part.items()} for process, part in shipped().items()}
    for process, part in VALUES.items():
        out.setdefault(process, {}).update({name: _held(value) for name, value in part.items()})
    for key, value in changes.items():
        process, name = key.split("__")
        assert name in out[process], key
        out[process][name] = _held(value)
    return out


def scaled(value: Any, factor: float) -> Any:
    """Return a number or nested tuple of numbers times a factor."""
    return tuple(scaled(v, factor) for v in value) if isinstance(value, tuple) else value * factor


def rules() -> dict[str, dict[str, dict[str, SimpleNamespace]]]:
    """Return two financial years of round rules; in the second, benefits and minimum wages are 5% higher."""
    first = {group: {name: _held(value) for name, value in part.items()} for group, part in _RULES.items()}
    second = {group: dict(part) for group, part in first.items()}
    for group, names in (
        ("minimum_wage", _RULES["minimum_wage"]),
        ("universal_credit", list(_RULES["universal_credit"])[:4]),
    ):
        for name in names:
            second[group][name] = _held(round(_RULES[group][name] * 1.05, 2))
    return {"2025/26": first, "2026/27": second}
