"""Random valid configurations of a small region: sizes, parameters, policy, calendar (`verification.md`, 26)."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from evidence.known import PROGRAMME_EFFECTS
from scenarios.arm import ArmSpec, SubsidySpec
from scenarios.eligibility import AllOf, AnyOf, Compare, Not, Rule
from scenarios.fund_specs import ALLOCATORS, CONSTRAINTS, FundingSpec, FundSpec
from scenarios.programme_words import FUNDER_KINDS, KINDS
from scenarios.service_specs import ServiceSpec, ServicesSpec
from tests.checks import run_checked
from tests.services import service
from tests.values import VALUES, scaled
from tests.worlds import UNEMPLOYED, baseline, model_of, start_of, subsidy, world

WORDS = ("a value",)
LEAVES = st.one_of(
    st.just(UNEMPLOYED),
    st.builds(
        lambda a, b: Compare("age_years", "between", (a, a + b), WORDS * 2), st.integers(16, 60), st.integers(0, 30)
    ),
    st.builds(lambda m: Compare("spell_months", "at_least", (m,), WORDS), st.integers(0, 18)),
    st.builds(lambda b: Compare("benefit", "is", (b,), WORDS), st.integers(0, 4)),
    st.builds(lambda p: Compare("place", "in", tuple(p), WORDS), st.lists(st.integers(0, 4), min_size=1, max_size=3)),
    st.builds(lambda b: Compare("cohort", "has", (b,), WORDS), st.integers(0, 9)),
    st.builds(lambda s: Compare("severity", "at_least", (s,), WORDS), st.integers(0, 3)),
    st.builds(lambda n: Compare("months_worked_24", "below", (n,), WORDS), st.integers(0, 24)),
    st.builds(lambda f: Compare("is_parent", "is", (int(f),), WORDS), st.booleans()),
)
RULES: st.SearchStrategy[Rule] = st.recursive(
    LEAVES,
    lambda parts: st.one_of(
        st.builds(lambda p: AllOf(tuple(p)), st.lists(parts, min_size=1, max_size=3)),
        st.builds(lambda p: AnyOf(tuple(p)), st.lists(parts, min_size=1, max_size=3)),
        st.builds(Not, parts),
    ),
    max_leaves=5,
)
SHARES = st.one_of(st.just(0.0), st.floats(1e-6, 1.0))
PENCE = st.integers(0, 500_000)


def _limit(strategy: st.SearchStrategy[int]) -> st.SearchStrategy[int | None]:
    return st.one_of(st.none(), strategy)


@st.composite
def subsidies(draw: Any, name: str) -> SubsidySpec:
    """Draw any subsidy that the schema could hold."""
    begins = draw(st.integers(0, 12))
    return subsidy(
        name,
        draw(RULES),
        payer=draw(st.sampled_from(["DWP", "combined_authority"])),
        start_month=begins,
        end_month=begins + draw(st.integers(0, 12)),
        months=draw(st.integers(1, 9)),
        hours_week=draw(st.integers(1, 48)),
        wage_share=draw(SHARES),
        covers_employment_cost=draw(st.booleans()),
        monthly_pence=draw(PENCE),
        start_pence=draw(PENCE),
        end_pence=draw(PENCE),
        support_pence=draw(PENCE),
        administration_pence=draw(PENCE),
        places=draw(st.sampled_from(["additional", "any_vacancy", "both"])),
        marginal_only=draw(st.booleans()),
        cap_starts=draw(_limit(st.integers(0, 40))),
        cap_starts_month=draw(_limit(st.integers(0, 10))),
        cap_active=draw(_limit(st.integers(0, 20))),
        budget_pence=draw(_limit(st.integers(0, 20_000_000))),
        place_ids=draw(st.one_of(st.none(), st.lists(st.integers(0, 5), max_size=3).map(tuple))),
        sector_ids=draw(st.one_of(st.none(), st.lists(st.integers(0, 17), max_size=6).map(tuple))),
        employer_take_up=draw(SHARES),
        participant_take_up=draw(SHARES),
        drop_out=draw(SHARES) / 2,
        keep_bonus=draw(st.integers(-500, 500)),
        priority_cohorts=draw(st.integers(0, 1023)),
    )


@st.composite
def services(draw: Any, name: str) -> ServiceSpec:
    """Draw any service that a catalogue could hold."""
    bounds = {effect: (low, high) for effect, (_, low, high) in PROGRAMME_EFFECTS.items()}
    names = draw(st.lists(st.sampled_from(sorted(bounds)), max_size=6, unique=True))
    step = st.tuples(st.integers(0, 12), st.floats(0.0, 3.0))
    return service(
        name,
        draw(RULES),
        kind=draw(st.sampled_from(sorted(KINDS))),
        money=draw(st.one_of(st.none(), RULES)),
        place_ids=draw(st.one_of(st.none(), st.lists(st.integers(0, 4), max_size=3).map(tuple))),
        priority=draw(st.integers(0, 1023)),
        channels=draw(st.integers(1, 63)),
        capacity=draw(st.floats(0.0, 60.0)),
        steps=draw(st.lists(step, max_size=2).map(lambda steps: tuple(sorted(steps)))),
        length_months=draw(st.floats(0.03, 20.0)),
        cap_year=draw(_limit(st.integers(0, 40))),
        effects={effect: draw(st.floats(*bounds[effect])) for effect in names},
        take_up=draw(SHARES),
        awareness=draw(st.one_of(st.none(), SHARES)),
        start_pence=draw(PENCE),
        month_pence=draw(PENCE),
        outcome_pence=draw(PENCE),
        payer=draw(st.sampled_from(FUNDER_KINDS)),
    )


CHANNEL_RATIOS = st.lists(st.floats(0.0, 20.0), min_size=6, max_size=6).map(tuple)


@st.composite
def catalogues(draw: Any) -> ServicesSpec | None:
    """Draw no services, or up to four of them and what stands at their doors."""
    n = draw(st.integers(0, 4))
    if n == 0:
        return None
    return ServicesSpec(
        services=tuple(draw(services(f"service-{i}")) for i in range(n)),
        delivery=draw(st.sampled_from(["array", "array", "queue"])),
        front_door=draw(SHARES),
        contacts=draw(CHANNEL_RATIOS),
        reach=draw(CHANNEL_RATIOS),
        absence_help_from=draw(_limit(st.integers(0, 24))),
        treatment_wait=draw(st.floats(0.0, 5.0)),
    )


@st.composite
def funds(draw: Any, name: str) -> FundSpec:
    """Draw any fund that a region could hold."""
    edges = sorted(draw(st.lists(st.integers(0, 24), min_size=2, max_size=4, unique=True)))
    lines = {f"service-{i}": draw(st.floats(0.0, 1.0)) for i in draw(st.sets(st.integers(0, 3)))}
    whole = sum(lines.values())
    return FundSpec(
        name=name,
        title=name,
        kind=draw(st.sampled_from(FUNDER_KINDS)),
        amounts=tuple((12 * year, draw(st.integers(0, 50_000_000))) for year in range(2)),
        opens=tuple(zip(edges[::2], edges[1::2], strict=False)),
        programmes=draw(st.one_of(st.none(), st.sets(st.integers(0, 3)).map(_names))),
        place_ids=draw(st.one_of(st.none(), st.lists(st.integers(0, 4), max_size=3).map(tuple))),
        state_ids=draw(st.one_of(st.none(), st.sets(st.integers(0, 7), min_size=1).map(sorted).map(tuple))),
        rule=draw(st.one_of(st.none(), RULES)),
        lines=tuple(sorted((k, share / whole) for k, share in lines.items())) if whole > 0 else (),
        virement=draw(SHARES),
        lapses=draw(st.booleans()),
        match=draw(SHARES),
        administration=draw(SHARES),
        bid_pence=draw(PENCE),
    )


def _names(numbers: set[int]) -> tuple[str, ...]:
    return tuple(f"service-{i}" for i in sorted(numbers))


@st.composite
def fundings(draw: Any) -> FundingSpec:
    """Draw one to four funds, a regime and an allocator."""
    return FundingSpec(
        funds=tuple(draw(funds(f"fund-{i}")) for i in range(draw(st.integers(1, 4)))),
        constraints=frozenset(draw(st.sets(st.sampled_from(sorted(CONSTRAINTS))))),
        allocator=draw(st.sampled_from(sorted(set(ALLOCATORS) - {"hindsight"}))),
        stretch=draw(st.floats(0.0, 3.0)),
        leave=draw(SHARES),
        ramp_months=draw(st.integers(0, 12)),
        prior_success=draw(SHARES),
        prior_starts=draw(st.floats(0.1, 100.0)),
    )


def _steps(low: float, high: float) -> st.SearchStrategy[tuple[tuple[int, float], ...]]:
    step = st.tuples(st.integers(0, 12), st.floats(low, high))
    return st.lists(step, max_size=2).map(lambda steps: tuple(sorted(steps)))


@st.composite
def arms(draw: Any) -> ArmSpec:
    """Draw an arm with up to three subsidies, up to four services, steps of demand and of the minimum wage."""
    offers = tuple(draw(subsidies(f"s{i}")) for i in range(draw(st.integers(0, 3))))
    steps = {"demand": draw(_steps(0.5, 1.5)), "minimum_wage": draw(_steps(0.8, 1.5))}
    catalogue = draw(catalogues())
    if catalogue is not None and draw(st.booleans()):  # money begins with the policy
        steps |= {"policy_month": 0, "months": 20, "funding": draw(fundings())}
    return baseline(name="any", subsidies=offers, services=catalogue, **steps)


LOWERED = (
    "sickness_absence__onset", "separation__separation", "separation__slot_closes",
    "long_term_sickness__from_unemployment",
    "search__on_the_job", "search__other_inactive", "health__recovery", "health__worsening", "health__diagnosis",
    "employer_choice__refill_rate", "employer_choice__close_rate", "employer_choice__cost_elasticity",
    "employer_choice__tightness_elasticity", "employer_choice__transport_refusal", "claiming__take_up",
    "participation__employed_to_retired", "participation__student_to_unemployed", "search__own_sector",
)  # fmt: skip
"""Parameters that may be anything from nothing to a little over their usual value."""


@st.composite
def parameter_changes(draw: Any) -> dict[str, Any]:
    """Draw changes of some parameters, each within its range."""
    out: dict[str, Any] = {}
    for name in draw(st.lists(st.sampled_from(LOWERED), max_size=5, unique=True)):
        process, value = name.split("__")
        out[name] = scaled(VALUES[process][value], draw(st.one_of(st.just(0.0), st.floats(0.001, 1.05))))
    out["employer_choice__standard_shift"] = draw(st.integers(-400, 400))
    out["search__looks"] = tuple(draw(st.lists(st.integers(0, 20), min_size=8, max_size=8)))
    out["employer_choice__establishment_slots"] = draw(st.integers(1, 60))
    return out


@st.composite
def configurations(draw: Any) -> dict[str, Any]:
    """Draw a whole configuration."""
    n_places = draw(st.integers(1, 5))
    return {
        "world": {
            "n_residents": draw(st.integers(40, 300)),
            "n_employers": draw(st.integers(1, 40)),
            "n_places": n_places,
            "n_outside": draw(st.integers(0, 2)),
            "vacancies": draw(st.floats(0.0, 0.3)),
            "seed": draw(st.integers(0, 2**32 - 1)),
        },
        "arm": draw(arms()),
        "changes": draw(parameter_changes()),
        "run_in": draw(st.sampled_from([0, 0, 5])),
        "seed": draw(st.integers(0, 2**62)),
        "threads": draw(st.sampled_from([1, 1, 2])),
        "months": draw(st.integers(1, 20)),
    }


def try_out(configuration: dict[str, Any]) -> None:
    """Run a configuration and check that nothing is made or lost."""
    start = start_of(world(**configuration["world"]), run_in=configuration["run_in"], **configuration["changes"])
    months = configuration["months"]
    model = model_of(
        start,
        configuration["arm"],
        months=months,
        seed=configuration["seed"],
        threads=configuration["threads"],
        recording=True,
    )
    try:
        run_checked(model, months, every=5)
    finally:
        model.lanes.close()
