"""Saturation: what the untreated lose is worked out rightly, and no constant of displacement stands anywhere."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from ruamel.yaml import YAML

from evidence import replications
from experiments.markets import settled_in
from experiments.saturation import (
    SATURATIONS,
    TRIAL_MONTHS,
    SeedResult,
    findings,
    losses,
    one_seed,
    probability_positive,
    run_markets,
    shares_by_place,
    slopes,
    table,
)
from simulation.start import Start
from tests.worlds import baseline, model_of, start_of, world

ROOT = Path(__file__).parents[3]
HARM = re.compile(r"displac|crowd(?:ing|ed)_?out|spill_?over|substitution_(?:rate|share)", re.IGNORECASE)


@pytest.fixture(scope="module")
def start() -> Start:
    return start_of(world(4000, 200, 6, vacancies=0.02, seed=3))


def seed_result(slope: float, level: float = -1.0, heads: int = 100) -> SeedResult:
    untreated = level + slope * np.array(SATURATIONS)
    untreated[-1] = np.nan  # nobody is untreated where all are treated
    treated = np.array([np.nan, 5.0, 5.0, 5.0, 5.0])
    change = np.stack([untreated, treated], axis=1)
    return SeedResult(change, np.where(np.isnan(change), 0, heads).astype(np.int64), 5.0)


def test_the_slope_and_the_loss_are_those_that_were_put_in() -> None:
    found = [seed_result(-2.0), seed_result(-1.0)]
    np.testing.assert_allclose(slopes(found), [-2.0, -1.0])
    np.testing.assert_allclose(losses(found), [1.0 + 2.0 * 0.375, 1.0 + 0.375])


def test_levels_with_more_people_weigh_more() -> None:
    result = seed_result(0.0)
    result.change[1, 0] = -3.0
    result.residents[1, 0] = 300
    assert losses([result])[0] == pytest.approx((100 * 3 * 1.0 + 300 * 3.0) / 600)


def test_the_probability_is_students() -> None:
    """With n values t = mean / se has n - 1 degrees of freedom: a t of 2.0150 at 5 of them leaves 5 percent."""
    values = np.array([-1.0, 1.0, -1.0, 1.0, -1.0, 1.0])
    shift = 2.01505 * values.std(ddof=1) / np.sqrt(6)
    probability, mean, _ = probability_positive(values + shift)
    assert probability == pytest.approx(0.95, abs=1e-5)
    assert mean == pytest.approx(shift)
    assert probability_positive(np.append(values, np.nan))[0] == pytest.approx(0.5)


def test_one_seed_says_nothing_of_chance() -> None:
    with pytest.raises(ValueError, match="run more seeds"):
        probability_positive(np.array([1.0, np.nan]))


def test_findings_say_no_where_the_harm_does_not_grow_or_is_no_larger_in_the_slack_market() -> None:
    wiggle = (-0.2, -0.1, 0.0, 0.1, 0.2)
    growing = [seed_result(-2.0 + w, -1.0 + w) for w in wiggle]
    falling = [seed_result(2.0 + w, -1.0 - 2.0 * w) for w in wiggle]
    rows = findings({"slack": growing, "tight": falling}, "slack", "tight").set_index("finding")["probability"]
    assert rows["harm grows with saturation (slack)"] > 0.99
    assert rows["harm grows with saturation (tight)"] < 0.01
    assert rows["the untreated lose more (slack against tight)"] > 0.99
    turned = findings({"slack": falling, "tight": growing}, "slack", "tight").set_index("finding")["probability"]
    assert turned["the untreated lose more (slack against tight)"] < 0.01


def test_the_table_has_every_group_that_holds_somebody() -> None:
    rows = table({"slack": [seed_result(-2.0), seed_result(-1.0)]})
    assert len(rows) == 2 * len(SATURATIONS) - 2
    half = rows[(rows["saturation"] == 0.5) & (rows["group"] == "untreated")].iloc[0]
    assert half["change"] == pytest.approx(-1.75)
    assert half["se"] == pytest.approx(0.25)


def test_every_saturation_is_dealt_to_some_place_and_the_draw_decides(start: Start) -> None:
    dealt = set()
    for seed in range(8):
        model = model_of(start, months=1, seed=seed)
        shares = shares_by_place(model)
        assert set(shares) == set(SATURATIONS)
        dealt.add(tuple(shares))
        model.release()
    assert len(dealt) > 1


def test_help_without_effect_changes_nobody(start: Start) -> None:
    result = one_seed(start, settled_in(baseline(), (), TRIAL_MONTHS), 1.0, seed=1)
    known = result.residents > 0
    assert known.sum() >= len(SATURATIONS)
    assert (result.change[known] == 0.0).all()


def test_the_same_seed_gives_the_same_result_and_help_brings_the_helped_into_work(start: Start) -> None:
    value = replications()["saturation_looks_ratio"]
    first, again = (run_markets(start, baseline(), {"usual": 1.0}, value, (1, 2, 3)) for _ in range(2))
    for a, b in zip(first["usual"], again["usual"], strict=True):
        np.testing.assert_array_equal(a.change, b.change)
    treated = np.nanmean([r.change[:, 1] for r in first["usual"]])
    assert treated > 0.0


def keys_of(content: object) -> Iterator[str]:
    if isinstance(content, dict):
        for name, inner in content.items():
            yield str(name)
            yield from keys_of(inner)
    elif isinstance(content, list):
        for inner in content:
            yield from keys_of(inner)


def test_no_displacement_constant_stands_in_the_data() -> None:
    files = [*(ROOT / "evidence").rglob("*.yaml"), *(ROOT / "scenarios").rglob("*.yaml")]
    assert len(files) > 50
    found = [
        f"{path.name}: {name}"
        for path in files
        for name in keys_of(YAML(typ="safe").load(path.read_text(encoding="utf-8")))
        if HARM.search(name)
    ]
    assert not found


def numbers_named(tree: ast.AST) -> Iterator[str]:
    """Yield names of harm that are given a number: assigned, as a keyword, a default or an entry of a dictionary."""
    for node in ast.walk(tree):
        pairs: list[tuple[str, ast.AST | None]] = []
        if isinstance(node, ast.Assign):
            pairs = [(ast.unparse(target), node.value) for target in node.targets]
        elif isinstance(node, ast.AnnAssign):
            pairs = [(ast.unparse(node.target), node.value)]
        elif isinstance(node, ast.keyword):
            pairs = [(node.arg or "", node.value)]
        elif isinstance(node, ast.arguments):
            given = zip(reversed([*node.posonlyargs, *node.args]), reversed(node.defaults), strict=False)
            pairs = [(a.arg, d) for a, d in given]
            pairs += [(a.arg, d) for a, d in zip(node.kwonlyargs, node.kw_defaults, strict=True)]
        elif isinstance(node, ast.Dict):
            pairs = [
                (str(k.value), v) for k, v in zip(node.keys, node.values, strict=True) if isinstance(k, ast.Constant)
            ]
        for name, value in pairs:
            number = isinstance(value, ast.Constant) and isinstance(value.value, int | float)
            if number and not isinstance(value.value, bool) and HARM.search(name):  # type: ignore[union-attr]
                yield name


def test_no_displacement_constant_stands_in_the_code() -> None:
    assert list(numbers_named(ast.parse("displacement_share: float = 0.3")))
    assert list(numbers_named(ast.parse("f(displaced=0.3)")))
    packages = ("evidence", "scenarios", "simulation", "results", "experiments", "calibration", "workability")
    files = [path for package in packages for path in (ROOT / package).rglob("*.py")]
    assert len(files) > 200
    found = [f"{p.name}: {name}" for p in files for name in numbers_named(ast.parse(p.read_text(encoding="utf-8")))]
    assert not found
