"""Reading plans of savings: published inputs, named steps and the claims they give back; it computes none of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from evidence import entries, loading
from evidence.errors import EvidenceError
from evidence.model import Source

PLANS = "plans"
OPERATIONS: Mapping[str, tuple[int, int]] = {
    "sum": (1, 20),
    "product": (2, 20),
    "sum_of_products": (2, 20),
    "less_share": (2, 2),
    "restated": (1, 1),
    "yearly": (2, 20),
    "yearly_sum": (2, 20),
    "at_once": (3, 3),
    "even_ramp": (3, 3),
}
"""What a step may do, and the least and most inputs it takes; `results.plan_claims` does it."""
MECHANISMS = (
    "sickness_to_work",
    "pay_of_work",
    "sickness_spending",
    "mental_health",
    "reoffending",
    "pay_progression",
    "low_pay",
    "none",
)
"""What the model has to set beside a claim; `none` where a claim is arithmetic only."""
BOUNDS = ("exactly", "up to", "more than")
COLUMNS = ("fiscal", "fiscal and economic", "people")
PLAN_KEYS = ("title", "source", "group", "period", "about", "inputs", "steps", "claims")
INPUT_REQUIRED = ("value", "unit", "period", "source", "confidence")
INPUT_OPTIONAL = ("price_year", "interval_95", "implied", "note")
CLAIM_REQUIRED = (
    "name",
    "short",
    "title",
    "published",
    "within",
    "unit",
    "column",
    "step",
    "mechanism",
    "right",
    "trap",
)
CLAIM_OPTIONAL = ("bound", "warning", "code", "scenario", "variants")
OUTCOME_KEYS = ("title", "states", "unit_cost", "code", "confidence", "note")


@dataclass(frozen=True)
class PlanInput:
    """One published figure of a plan; `implied` where nobody published it and a claim presupposes it."""

    name: str
    value: float
    unit: str
    period: str
    price_year: str
    source: str
    confidence: str
    interval_95: tuple[float, float] | None
    is_implied: bool
    note: str


@dataclass(frozen=True)
class PlanStep:
    """One named operation over inputs and earlier steps; the years are calendar years of a price index, or None."""

    name: str
    operation: str
    inputs: tuple[str, ...]
    from_year: int | None
    to_year: int | None


@dataclass(frozen=True)
class Variant:
    """The same claim counted in another way."""

    title: str
    step: str
    note: str


@dataclass(frozen=True)
class Claim:
    """One figure that a plan publishes, with what is right about it and what to watch.

    `within`: half the published rounding, in the claim's unit. `code`: its unit cost in the Greater Manchester
    database, empty where it has none. `short`: its name on charts. `scenario`: the shipped
    scenario whose run asks the nearest question, empty where there is none.
    """

    name: str
    short: str
    title: str
    published: float
    within: float
    unit: str
    bound: str
    column: str
    step: str
    mechanism: str
    right: str
    trap: str
    warning: str
    code: str
    scenario: str
    variants: tuple[Variant, ...]


@dataclass(frozen=True)
class SavingsPlan:
    """A plan's claims, with the inputs and steps that give them back; they hold for one group of Places and period."""

    name: str
    title: str
    source: Source
    group: str
    period: str
    about: str
    inputs: Mapping[str, PlanInput]
    steps: Mapping[str, PlanStep]
    claims: tuple[Claim, ...]


@dataclass(frozen=True)
class GmOutcome:
    """One outcome of a run and the published unit cost that belongs to it; states are those at the policy's start."""

    name: str
    title: str
    states: tuple[str, ...]
    unit_cost: str
    code: str
    confidence: str
    note: str


def plan_names(root: Path) -> tuple[str, ...]:
    """Return the names of the plans held, sorted."""
    return tuple(sorted(path.stem for path in (root / PLANS).glob("*.yaml")))


def read_plan(root: Path, name: str, sources: Mapping[str, Source]) -> SavingsPlan:
    """Return one plan.

    Raises
    ------
    EvidenceError
        If none has that name, or an entry is broken.
    """
    held = plan_names(root)
    if name not in held:
        hint = loading.nearest(name, held)
        raise EvidenceError(PLANS, name[:80], f"no plan has this name; held are {', '.join(held) or 'none'}.{hint}")
    path = root / PLANS / f"{name}.yaml"
    file = loading.show(root, path)
    raw = loading.mapping(loading.read_yaml(root, path), file, "")
    loading.check_keys(raw, file, "", PLAN_KEYS)
    text = {key: loading.text(raw, key, file, "") for key in ("title", "group", "period", "about")}
    source = sources[entries.check_source(loading.text(raw, "source", file, ""), sources, file, "source")]
    inputs = {
        key: _input(key, loading.mapping(item, file, f"inputs.{key}"), sources, file)
        for key, item in loading.mapping(raw["inputs"], file, "inputs").items()
    }
    steps: dict[str, PlanStep] = {}
    for key, item in loading.mapping(raw["steps"], file, "steps").items():
        steps[key] = _step(key, loading.mapping(item, file, f"steps.{key}"), (*inputs, *steps), file)
    claims: dict[str, Claim] = {}
    for i, item in enumerate(loading.sequence(raw["claims"], file, "claims")):
        claim = _claim(loading.mapping(item, file, f"claims[{i}]"), f"claims[{i}]", steps, file)
        if claim.name in claims:
            raise EvidenceError(file, f"claims.{claim.name}", "the claim stands twice; keep one or rename it")
        claims[claim.name] = claim
    return SavingsPlan(name, source=source, inputs=inputs, steps=steps, claims=tuple(claims.values()), **text)


def _input(name: str, entry: Mapping[str, object], sources: Mapping[str, Source], file: str) -> PlanInput:
    """Return one checked input.

    Parameters
    ----------
    name, entry : its name and what was read.
    sources : all publications by id.
    file : for messages.
    """
    key = f"inputs.{name}"
    loading.check_keys(entry, file, key, INPUT_REQUIRED, INPUT_OPTIONAL)
    text = {
        field: loading.text(entry, field, file, key)
        for field in ("unit", "period", "price_year", "source", "confidence", "note")
    }
    value = float(loading.number(entry["value"], file, f"{key}.value"))
    loading.unit(text["unit"], file, f"{key}.unit")
    entries.check_source(text["source"], sources, file, f"{key}.source")
    entries.check_grade(text["confidence"], text["source"], file, key)
    interval = None
    if entry.get("interval_95") is not None:
        pair = loading.value(entry["interval_95"], file, f"{key}.interval_95")
        entries.check_interval(value, pair, file, f"{key}.interval_95")
        lower, upper = entries.numbers(pair)
        interval = (lower, upper)
    if text["confidence"] == "assumption" and interval is None:
        raise EvidenceError(file, f"{key}.interval_95", "is missing; an assumption needs a wide interval")
    implied = entry.get("implied", False)
    if not isinstance(implied, bool):
        raise EvidenceError(file, f"{key}.implied", f"found {implied!r}; write true or false")
    return PlanInput(name=name, value=value, interval_95=interval, is_implied=implied, **text)


def _step(name: str, entry: Mapping[str, object], known: tuple[str, ...], file: str) -> PlanStep:
    """Return one checked step.

    Parameters
    ----------
    name, entry : its name and what was read.
    known : names of inputs and of the steps before it.
    file : for messages.
    """
    key = f"steps.{name}"
    loading.check_keys(entry, file, key, ("operation", "inputs"), ("from_year", "to_year"))
    if name in known:
        raise EvidenceError(file, key, "the name is taken by an input or an earlier step; choose another")
    operation = loading.one_of(loading.text(entry, "operation", file, key), tuple(OPERATIONS), file, f"{key}.operation")
    names = tuple(str(item) for item in loading.sequence(entry["inputs"], file, f"{key}.inputs"))
    for item in names:
        loading.one_of(item, known, file, f"{key}.inputs")
    least, most = OPERATIONS[operation]
    if not least <= len(names) <= most or (operation == "sum_of_products" and len(names) % 2):
        wanted = "pairs" if operation == "sum_of_products" else f"{least} to {most}"
        raise EvidenceError(file, f"{key}.inputs", f"found {len(names)}; '{operation}' takes {wanted}")
    years = [entry.get("from_year"), entry.get("to_year")]
    if (operation == "restated") != all(isinstance(year, int) and not isinstance(year, bool) for year in years):
        message = "calendar years from_year and to_year belong to 'restated', both of them, and to nothing else"
        raise EvidenceError(file, f"{key}.from_year", message)
    first, last = (year if isinstance(year, int) else None for year in years)
    return PlanStep(name, operation, names, first, last)


def _claim(entry: Mapping[str, object], key: str, steps: Mapping[str, PlanStep], file: str) -> Claim:
    """Return one checked claim.

    Parameters
    ----------
    entry : what was read.
    key : where it stands.
    steps : all steps by name.
    file : for messages.
    """
    loading.check_keys(entry, file, key, CLAIM_REQUIRED, CLAIM_OPTIONAL)
    words = [*CLAIM_REQUIRED, *CLAIM_OPTIONAL]
    numbers = ("published", "within", "bound", "variants")
    text = {field: loading.text(entry, field, file, key) for field in words if field not in numbers}
    bound = loading.text(entry, "bound", file, key) or BOUNDS[0]
    for field, word, allowed in (
        ("column", text["column"], COLUMNS),
        ("step", text["step"], tuple(steps)),
        ("mechanism", text["mechanism"], MECHANISMS),
        ("bound", bound, BOUNDS),
    ):
        loading.one_of(word, allowed, file, f"{key}.{field}")
    loading.unit(text["unit"], file, f"{key}.unit")
    published = float(loading.number(entry["published"], file, f"{key}.published"))
    within = float(loading.number(entry["within"], file, f"{key}.within"))
    if within <= 0:
        raise EvidenceError(file, f"{key}.within", f"found {within}; give half the published rounding, above 0")
    variants = []
    for i, raw in enumerate(loading.sequence(entry.get("variants") or (), file, f"{key}.variants")):
        spot = f"{key}.variants[{i}]"
        item = loading.mapping(raw, file, spot)
        loading.check_keys(item, file, spot, ("title", "step", "note"))
        fields = {field: loading.text(item, field, file, spot) for field in ("title", "step", "note")}
        loading.one_of(fields["step"], tuple(steps), file, f"{spot}.step")
        variants.append(Variant(**fields))
    return Claim(published=published, within=within, bound=bound, variants=tuple(variants), **text)


def read_outcomes(root: Path) -> tuple[GmOutcome, ...]:
    """Return which unit cost belongs to which outcome, from `gm_tool/outcomes.yaml`; states are checked by the user.

    Raises
    ------
    EvidenceError
        If an entry is broken or a state belongs to two outcomes.
    """
    path = root / "gm_tool" / "outcomes.yaml"
    file = loading.show(root, path)
    found: list[GmOutcome] = []
    for name, raw in loading.mapping(loading.read_yaml(root, path), file, "").items():
        entry = loading.mapping(raw, file, name)
        loading.check_keys(entry, file, name, OUTCOME_KEYS)
        text = {key: loading.text(entry, key, file, name) for key in OUTCOME_KEYS if key != "states"}
        entries.check_grade(text["confidence"], "", file, name)
        states = tuple(str(item) for item in loading.sequence(entry["states"], file, f"{name}.states"))
        twice = [state for other in found for state in other.states if state in states]
        if twice:
            raise EvidenceError(file, f"{name}.states", f"'{twice[0]}' stands in another outcome too; keep it in one")
        found.append(GmOutcome(name=name, states=states, **text))
    return tuple(found)
