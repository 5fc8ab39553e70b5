"""All rules in one pass: the same answer as each rule's own mask, whatever the rules, their number or the threads."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from scenarios.columns import COLUMNS
from scenarios.eligibility import AllOf, AnyOf, Compare, Not, Rule
from scenarios.errors import ScenarioError
from scenarios.needs import load_needs
from scenarios.programmes import load_catalogue
from simulation.columns import columns_of
from simulation.doors import READERS
from simulation.eligibility_pass import BLOCK_ROWS, WORD, bits_of, compile_rules, has_bit, masks, resident_masks
from tests.unit.scenarios.test_eligibility import N_ROWS, TREES, parsed, rows
from tests.worlds import world

REGION = "cheshire-merseyside"
FEMALE = Compare("sex", "is", (0,), ("female",))


def rule_of(tree: Any) -> Rule | None:
    try:
        return parsed(tree)
    except ScenarioError:
        return None


def wide(seed: int, n: int) -> dict[str, NDArray[Any]]:
    """Return columns of more than one block: random rows repeated in random order."""
    chosen = np.random.Generator(np.random.PCG64(seed)).integers(0, N_ROWS, n)
    return {name: column[chosen] for name, column in rows(seed).items()}


def catalogue_rules() -> list[Rule]:
    catalogue = load_catalogue(REGION)
    found: list[Rule] = []
    for programme in catalogue.programmes:
        money = catalogue.money(programme.slug)
        found += [programme.takes, programme.eligibility, *(e.rule for e in programme.exclusions)]
        found += [kept.rule for kept in programme.reserved] + ([money] if money is not None else [])
    return found + [need.rule for need in load_needs(REGION) if need.rule is not None]


@settings(max_examples=200, deadline=None)
@given(st.lists(TREES, min_size=1, max_size=6), st.integers(0, 2**32))
def test_the_pass_agrees_with_the_mask_of_every_random_rule(trees: list[Any], seed: int) -> None:
    rules = [rule_of(tree) for tree in trees]
    columns = rows(seed)
    found = masks(compile_rules(rules), columns)
    for k, rule in enumerate(rules):
        expected = np.zeros(N_ROWS, bool) if rule is None else rule.mask(columns)
        assert (has_bit(found, k) == expected).all(), trees[k]


def test_the_pass_agrees_with_every_rule_of_the_catalogue_over_several_blocks() -> None:
    rules = catalogue_rules()
    compiled = compile_rules(rules)
    assert compiled.n_words == -(-len(rules) // WORD) > 1
    columns = wide(3, 2 * BLOCK_ROWS + 17)
    columns["place"] = columns["place"] % 9
    found = masks(compiled, columns)
    assert found.shape == (2 * BLOCK_ROWS + 17, compiled.n_words)
    for k, rule in enumerate(rules):
        assert (has_bit(found, k) == rule.mask(columns)).all(), rule.english()


def test_residents_are_read_as_for_a_single_rule_whatever_the_threads() -> None:
    c = columns_of(world(n_residents=3 * BLOCK_ROWS + 5, n_places=9).residents)
    rules = catalogue_rules()
    compiled = compile_rules(rules)
    found = resident_masks(compiled, c, 7)
    assert (resident_masks(compiled, c, 7, threads=3) == found).all()
    everybody = np.arange(len(c.id), dtype=np.uint32)
    columns = {name: READERS[name](c, everybody, 7) for name in compiled.columns}
    for k, rule in enumerate(rules):
        assert (has_bit(found, k) == rule.mask(columns)).all(), rule.english()


def test_a_rule_that_is_none_is_met_by_nobody_and_no_rules_make_no_words() -> None:
    found = masks(compile_rules([None, FEMALE, None]), {"sex": np.array([0, 1, 0], np.uint8)})
    assert found.tolist() == [[2], [0], [2]]
    assert masks(compile_rules([]), {"sex": np.zeros(4, np.uint8)}).shape == (4, 0)
    assert masks(compile_rules([FEMALE]), {"sex": np.zeros(0, np.uint8)}).shape == (0, 1)


def test_words_beyond_the_first_hold_the_later_rules() -> None:
    rules: list[Rule | None] = [None] * 130
    rules[63] = rules[64] = rules[129] = FEMALE
    found = masks(compile_rules(rules), {"sex": np.array([0, 1], np.uint8)})
    assert (found[0] == bits_of([63, 64, 129], 3)).all() and not found[1].any()


def test_a_deep_rule_needs_no_more_than_its_depth() -> None:
    rule: Rule = FEMALE
    for _ in range(40):
        rule = AllOf((FEMALE, AnyOf((Not(FEMALE), rule))))
    columns = {"sex": np.array([0, 1], np.uint8)}
    assert masks(compile_rules([rule]), columns)[:, 0].astype(bool).tolist() == rule.mask(columns).tolist()


@pytest.mark.parametrize("rule", [AllOf(()), AnyOf(())])
def test_an_empty_rule_is_refused(rule: Rule) -> None:
    with pytest.raises(ValueError, match="empty"):
        compile_rules([rule])


def test_a_strange_rule_is_refused() -> None:
    with pytest.raises(TypeError, match="Rule"):
        compile_rules([Rule()])


def test_every_column_of_the_grammar_has_a_reader() -> None:
    assert set(READERS) == set(COLUMNS)


def test_a_list_of_nothing_has_no_member() -> None:
    columns = {"place": np.arange(5)}
    rule = Compare("place", "in", (), ())
    assert not rule.mask(columns).any()
    assert not masks(compile_rules([rule]), columns).any()
