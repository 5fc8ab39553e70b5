"""How the engine reads the columns of eligibility rules: pay and contract count only while there is a job."""

from __future__ import annotations

import numpy as np
import pytest

from scenarios.columns import COLUMNS, HOURLY_PAY_MAX_PENCE
from scenarios.vocabulary import State
from simulation.columns import columns_of
from simulation.doors import READERS
from tests.worlds import world

EVERYBODY = slice(None)


@pytest.fixture
def columns():
    c = columns_of(world(n_residents=400).residents)
    c.insecure[:] = 1
    c.pay[:] = np.linspace(500, 60_000, len(c.id)).astype(np.uint16)
    return c


def test_pay_and_contract_of_the_last_job_do_not_count_out_of_work(columns):
    in_work = np.isin(columns.state, [State.EMPLOYED, State.ABSENT])
    assert in_work.any() and not in_work.all()
    assert (READERS["insecure"](columns, EVERYBODY, 0) == in_work).all()
    pay = READERS["hourly_pay_pence"](columns, EVERYBODY, 0)
    assert (pay[~in_work] == 0).all() and (pay[in_work] >= 500).all()


def test_pay_stays_within_what_a_rule_may_ask_for(columns):
    pay = READERS["hourly_pay_pence"](columns, EVERYBODY, 0)
    assert pay.max() == HOURLY_PAY_MAX_PENCE == COLUMNS["hourly_pay_pence"].high


def test_a_range_of_rows_reads_as_the_rows_of_it(columns):
    rows = np.arange(50, 90, dtype=np.uint32)
    for name, read in READERS.items():
        assert (read(columns, slice(50, 90), 5) == read(columns, rows, 5)).all(), name
