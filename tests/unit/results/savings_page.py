"""A page of an appraisal of made-up pairs."""

from __future__ import annotations

from results.appraisal import appraise
from results.appraisal_page import SavingsPage
from results.appraisal_terms import Choices
from results.geography import build
from results.summary import summarise
from tests.unit.results.sample_run import seeds

PLACES = [("E06000006", "Halton"), ("E08000012", "Liverpool"), ("E06000049", "Cheshire East")]
HERE = build("here", "Here & there", PLACES, {"Coast <1>": ("Halton", "Liverpool")})


def savings_page(choices: Choices | None = None, n_seeds: int = 4) -> SavingsPage:
    runs = seeds(n_seeds, n=300, horizon=24)
    headline = summarise(runs, HERE)
    return SavingsPage(headline, appraise(runs, HERE, choices), "abc123", "workability run <x>\nworkability savings x")
