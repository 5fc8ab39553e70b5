"""Spells in work that last: counted as a reader of a calendar would."""

from __future__ import annotations

import numpy as np

from results.job_spells import LENGTHS, spells_lasting
from results.pairing import compare_arms
from tests.unit.results.synthetic import pair, words


def by_hand(works: np.ndarray, left: np.ndarray, before: np.ndarray, months: int) -> np.ndarray:
    """Return spells of the length by month, resident by resident and month by month."""
    out = np.zeros(works.shape[1], np.int64)
    for person, calendar in enumerate(works):
        spell, is_new = 0, not before[person]
        for month, is_in in enumerate(calendar):
            if not is_in or month >= left[person]:
                spell, is_new = 0, True
                continue
            spell += 1
            if is_new and spell == months:
                out[month:] += 1
    return out


def test_spells_of_every_length_are_those_of_a_calendar_across_words() -> None:
    rng = np.random.default_rng(4)
    works = rng.random((60, 90)) < 0.8
    left = np.where(rng.random(60) < 0.3, rng.integers(0, 90, 60), 90)
    before = rng.random(60) < 0.5
    found = spells_lasting(words(works), left, before, 90)
    for name, months in LENGTHS.items():
        assert (found[name] == by_hand(works, left, before, months)).all(), name
        assert found[name][-1] > 0, name


def test_a_job_held_when_the_policy_begins_is_no_start_until_it_is_lost() -> None:
    works = np.array([[1, 1, 0, 1, 1, 1]], bool)
    found = spells_lasting(words(works), np.array([6]), np.array([True]), 6)
    assert found["job_starts"].tolist() == [0, 0, 0, 1, 1, 1]
    assert found["jobs_13_weeks"].tolist() == [0, 0, 0, 0, 0, 1]


def test_the_difference_of_the_arms_is_that_of_all_residents() -> None:
    policy, baseline = pair(n=300, seed=3, horizon=30)
    found = compare_arms(policy, baseline).metrics
    for name in LENGTHS:
        counts = []
        for arm in (policy, baseline):
            record = arm.records
            assert record is not None
            in_work = np.asarray(record.groups["state"]) <= 1
            counts.append(spells_lasting(record.work, record.left, in_work, 30)[name][-1])
        assert found[f"{name}_30"] == counts[0] - counts[1]
    assert any(found[f"{name}_30"] for name in LENGTHS)
