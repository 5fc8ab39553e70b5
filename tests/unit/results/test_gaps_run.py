"""The service map beside a run: made-up counts joined by hand, and told with run, sample and seeds."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace

import numpy as np
import openpyxl
import pandas as pd
import pytest

from results.equity import EVERYTHING, OWN_RULE
from results.gaps_book import gaps_book
from results.gaps_data import plain
from results.gaps_frame import COLUMNS, DELIVERED, MEASURES, RUN_MEASURES, tidy
from results.gaps_page import build_page
from results.gaps_run import Delivery, RunFacts, cohorts_of, delivered
from results.gaps_run_tables import NO_COHORTS
from results.gaps_story import WHO_COULD
from tests.property.test_service_map import GEOGRAPHY, REGION, SLUGS, WHOLE, mapped, residents
from tests.unit.results.test_gaps import FACTS, TILES
from tests.unit.results.test_report import Page

FIRST, SECOND = SLUGS[:2]
RUN = RunFacts("feedfacefeedface", "services-today", REGION, 20, (1, 2), 1, 2, 15, 24)
"""Two seeds; a policy of 24 months from 2026-04."""
ROWS = [
    ("2026-03", "X0", FIRST, "service_referred", 1000),  # before the policy
    ("2026-04", "X0", FIRST, "service_referred", 40),
    ("2028-03", "X0", FIRST, "service_referred", 60),
    ("2028-03", "X1", FIRST, "service_referred", 8),
    ("2027-01", "X0", f"{FIRST}+1", "service_referred", 4),  # places kept for a group count to their programme
    ("2027-01", "X0", FIRST, "service_waiting", 500),
    ("2028-03", "X0", FIRST, "service_waiting", 30),
    ("2026-05", "X1", SECOND, "service_started", 12),
    ("2026-05", "X1", "closed-since", "service_started", 12),
]
TABLE = pd.DataFrame(ROWS, columns=["period", "geography_code", "programme", "measure", "value"])
COHORTS = {"out-of-work": (4000.0, 250.0), "care-leavers": (30.0, 3.5)}


@pytest.fixture(scope="module")
def counts():
    return delivered(TABLE, RUN, SLUGS, GEOGRAPHY, {f"{FIRST}+1": FIRST})


@pytest.fixture(scope="module")
def found(counts):
    return replace(mapped(residents(11, 4000), WHOLE)[1], delivery=Delivery(RUN, *counts, COHORTS))


@pytest.fixture(scope="module")
def text(found):
    return build_page(found, FACTS, TILES)


def test_counts_are_a_year_and_mean_over_seeds_and_waiting_is_that_of_the_last_month(counts):
    values, others = counts
    expected = np.zeros((len(SLUGS), len(GEOGRAPHY.places), 3))
    expected[0, 0] = (40 + 60 + 4) / 2 / 2, 30 / 2, 0
    expected[0, 1, 0] = 8 / 2 / 2
    expected[1, 1, 2] = 12 / 2 / 2
    assert (values == expected).all()
    assert others == ("closed-since",)


def test_the_table_joins_them_by_pillar_tier_and_lead_of_the_catalogue(found):
    table = tidy(found, "run")
    added = table[table["measure"].isin(RUN_MEASURES)]
    assert not table.duplicated(list(COLUMNS[:-3])).any()
    whole = added[added["geography_code"] == GEOGRAPHY.region]
    programme = found.programmes[0]
    for dimension in ("pillar", "tier", "lead"):
        rows = whole[(whole[dimension] == getattr(programme, dimension)) & (whole["measure"] == "reached")]
        assert rows["value"].tolist() == [28.0] and rows["unit"].tolist() == ["referrals a year"]
        parts = whole[(whole[dimension] != "all") & (whole["measure"] == "started")]["value"]
        assert parts.sum() == 3
    one = added[(added["programme"] == FIRST) & (added["geography_code"] == "X0")].set_index("measure")["value"]
    assert one.to_dict() == {"reached": 26.0, "waiting": 15.0}
    started = whole[whole["measure"] == "started_in_need"].set_index("cohort")
    assert started["value"].to_dict() == {"out-of-work": 250.0, "care-leavers": 3.5}
    assert started["small_number"].to_dict() == {"out-of-work": "none", "care-leavers": "[low]"}


def test_a_run_changes_nothing_that_the_map_counts_itself(found):
    bare = tidy(replace(found, delivery=None), "run")
    both = tidy(found, "run")
    kept = both[both["measure"].isin(MEASURES)].reset_index(drop=True)
    pd.testing.assert_frame_equal(kept.astype({"value": int}), bare.astype({"value": int}))
    assert not set(bare["measure"]) & set(RUN_MEASURES)


def test_cohorts_count_starters_who_were_in_that_need():
    rows = [
        (EVERYTHING, "neet", "all", "all", 700, 900.0),
        (EVERYTHING, "neet", "need", "neet", 700, 110.5),
        (EVERYTHING, "neet", "need", "carers", 300, 40.0),
        (FIRST, OWN_RULE, "need", "neet", 50, 20.0),
    ]
    equity = pd.DataFrame(rows, columns=["programme", "need", "dimension", "group", "in_need", "starters"])
    assert cohorts_of(equity) == {"neet": (700, 110.5)}
    assert cohorts_of(equity[:1]) == {}


def test_the_page_names_run_sample_and_seeds_and_shows_the_counts(text, found):
    still = re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)
    for words in (RUN.run_id, "one resident in 20, not scaled up", "mean over 2 seeds", "24 months from 2026-04"):
        assert words in still
    assert "not on the map" in still.lower() and "closed-since" in still and "do not stand on the same scale" in still
    assert WHO_COULD not in still and NO_COHORTS not in still and "too few to tell" in still
    assert still.count("Reached a year</th>") == len(GEOGRAPHY.places) + 4
    page = Page(text)
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert page.open == [] and len(ids) == len(set(ids)) and "#reached" in [a["href"] for a in page.all("a")]
    assert json.loads(json.dumps(plain(found, FACTS)))["programmes"][0]["reached"][:3] == [26.0, 2.0, 0.0]


def test_without_starters_by_cohort_the_page_says_so_and_without_a_run_how_to_add_one(found):
    assert NO_COHORTS in build_page(replace(found, delivery=replace(found.delivery, cohorts={})), FACTS, TILES)
    page = build_page(replace(found, delivery=None), FACTS, TILES)
    assert f"{FACTS.command} --run services-today" in page and 'id="reached"' not in page


def test_the_workbook_holds_them_without_a_blank(found):
    book = openpyxl.load_workbook(io.BytesIO(gaps_book(found, FACTS)))
    for sheet in book:
        table = next(iter(sheet.tables.values()))
        assert all(cell.value not in (None, "") for row in sheet[table.ref] for cell in row), sheet.title
    for name in ("Reached", "Services"):
        heads = [cell.value for cell in book[name][2]]
        assert set(DELIVERED) <= set(heads)
    assert "Started in need" in book.sheetnames
