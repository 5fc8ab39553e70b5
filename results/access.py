"""Which running programme would take which resident, and what shuts him out of the others; counts nobody.

Bit k of a resident's masks stands for the k-th running programme of the catalogue. A programme takes a resident whose
Place it serves, who meets its own eligibility, none of its exclusions and the rule of at least one of its funders.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenarios.eligibility import AnyOf, Compare, Rule
from scenarios.needs import Need
from scenarios.programme_specs import Catalogue, Programme
from scenarios.programme_words import EXCLUSION_REASONS
from simulation.columns import Columns
from simulation.eligibility_pass import WORD, Masks, bits_of, compile_rules, has_bit, resident_masks

MONEY, PLACE, OWN = "money", "another_place", "own_eligibility"
NO_SERVICE, SEVERAL_RULES = "no_service", "several_rules"
CAUSES: dict[str, str] = {
    NO_SERVICE: "no service of this kind in the Place",
    MONEY: "only the funders' rules",
    **{f"excluded_{name}": f"only an exclusion: {words}" for name, words in EXCLUSION_REASONS.items()},
    PLACE: "only the Place: a service elsewhere would take them",
    OWN: "only the services' own eligibility",
    SEVERAL_RULES: "more than one rule of every service",
}
"""What shuts out a resident whom nothing takes, in the order of attribution: the first that applies is the cause."""
SHORT: dict[str, str] = {
    name: {
        NO_SERVICE: "no service",
        MONEY: "funders' rules",
        PLACE: "the Place",
        OWN: "services' own rules",
        SEVERAL_RULES: "several rules",
    }.get(name, words.removeprefix("only an exclusion: "))
    for name, words in CAUSES.items()
}
"""The causes in two or three words."""
LIFTS = tuple(name for name in CAUSES if name not in (NO_SERVICE, SEVERAL_RULES))
"""Causes that are the lifting of one kind of rule."""


@dataclass(frozen=True)
class Access:
    """Masks of every resident, shape (residents, words).

    `serves`: programmes that serve his Place. `takes`: those that would take him. `lifted`: those that would if one
    kind of rule were lifted, by kind; kinds that change nothing for anybody are left out. `in_need`: bit per row of
    the needs.
    """

    programmes: tuple[Programme, ...]
    needs: tuple[Need, ...]
    serves: Masks
    takes: Masks
    lifted: dict[str, Masks]
    in_need: Masks

    def any_of(self, masks: Masks, chosen: Sequence[int]) -> NDArray[np.bool_]:
        """Return who has at least one of some programmes in a set of masks, shape (residents,)."""
        return np.asarray((masks & bits_of(chosen, masks.shape[1])).any(axis=1))

    def number_of(self, chosen: Sequence[int]) -> NDArray[np.int64]:
        """Return how many of some programmes would take each resident, shape (residents,)."""
        taken = self.takes & bits_of(chosen, self.takes.shape[1])
        return np.asarray(np.bitwise_count(taken).sum(axis=1, dtype=np.int64))

    def needy(self, row: int) -> NDArray[np.bool_]:
        """Return who is in need by a row of the needs, shape (residents,)."""
        return has_bit(self.in_need, row)


def access_of(c: Columns, month: int, catalogue: Catalogue, needs: Sequence[Need], threads: int = 1) -> Access:
    """Return who is in need and which running programmes would take whom, all rules in one pass.

    Parameters
    ----------
    c : residents' columns.
    month : month number.
    catalogue : the region's services and their funders.
    needs : the cohorts.
    threads : threads; the result does not depend on it.
    """
    running = catalogue.running
    reasons = [r for r in EXCLUSION_REASONS if any(e.reason == r for p in running for e in p.exclusions)]
    n_words = max(1, -(-len(running) // WORD))
    money = [catalogue.money(p.slug) for p in running]
    groups: list[list[Rule | None]] = [
        [_place_rule(p) for p in running],
        [p.eligibility for p in running],
        list(money),
        *([_excluded(p, reason) for p in running] for reason in reasons),
        [need.rule for need in needs],
    ]
    width = n_words * WORD
    padded = [rule for group in groups for rule in (*group, *[None] * (width - len(group)))]
    found = resident_masks(compile_rules(padded), c, month, threads)
    place, own, paid, *shut, in_need = (found[:, i : i + n_words] for i in range(0, found.shape[1], n_words))
    every = bits_of(range(len(running)), n_words)
    place = place | bits_of([k for k, p in enumerate(running) if p.place_ids is None], n_words)
    paid = paid | bits_of([k for k, rule in enumerate(money) if rule is None], n_words)
    excluded = np.bitwise_or.reduce(shut) if shut else np.zeros_like(place)
    takes = place & own & paid & ~excluded
    lifted = {MONEY: place & own & ~excluded, PLACE: own & paid & ~excluded, OWN: place & paid & ~excluded}
    for k, reason in enumerate(reasons):
        others = [mask for i, mask in enumerate(shut) if i != k]
        rest = np.bitwise_or.reduce(others) if others else np.zeros_like(place)
        lifted[f"excluded_{reason}"] = place & own & paid & ~rest
    kept = {name: lifted[name] & every for name in LIFTS if name in lifted}
    return Access(running, tuple(needs), place & every, takes & every, kept, in_need)


def _place_rule(programme: Programme) -> Rule | None:
    """Return the rule of living where a programme serves, None if it serves everywhere."""
    if programme.place_ids is None:
        return None
    return Compare("place", "in", programme.place_ids, programme.place_words)


def _excluded(programme: Programme, reason: str) -> Rule | None:
    """Return whom a programme shuts out for one reason, None if for that reason nobody."""
    rules = tuple(exclusion.rule for exclusion in programme.exclusions if exclusion.reason == reason)
    return None if not rules else rules[0] if len(rules) == 1 else AnyOf(rules)
