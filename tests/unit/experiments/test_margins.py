"""The population beside its targets: what the table and the sentence on the worst differences say."""

from __future__ import annotations

import pandas as pd
import pytest

from experiments.margins import MarginTable, margins_of


def table(*differences: float) -> MarginTable:
    rows = [("Upton", f"margin {i}", "all", 10.0, 10.0 + d, d) for i, d in enumerate(differences)]
    return MarginTable(pd.DataFrame(rows, columns=["place", "margin", "category", "target", "drawn", "difference"]), 50)


def test_a_population_that_meets_every_target_says_so() -> None:
    assert table(0, 1e-12).words() == "With one resident in 50, 2 of 2 targets are met to within a person."


def test_the_worst_differences_are_named_with_their_sign_and_place() -> None:
    words = table(0.5, 0, -2, 1).words()
    assert "2 of 4 targets" in words
    assert words.index("margin 2 -2.00 people (all, Upton)") < words.index("margin 3 +1.00 people")


def test_the_population_of_the_sample_that_was_asked_for_is_shown() -> None:
    found = margins_of("eskermere", 20)
    frame = found.frame()
    residents = frame.loc[frame["Margin"] == "sex", "Population"].sum()
    whole = margins_of("eskermere", 5).rows
    assert whole.loc[whole["margin"] == "sex", "drawn"].sum() == pytest.approx(4 * residents, abs=8)
    assert (found.rows["difference"].abs() < 3).all()
