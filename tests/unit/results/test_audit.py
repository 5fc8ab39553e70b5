"""The audit of a service's client counts: ratios, suppressed counts, and every refusal."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from results.audit import HIDDEN_MARK, SMALL_MARK, InNeed, audit, sentence, table_rows
from results.audit_file import CLIENTS, MAX_BYTES, NOT_KNOWN, Cell, Clients, ClientsError, read_clients, template
from results.equity import LABELS, PLACE
from results.equity_frame import UNDER

PLACES = ("Northport", "Midham", "Southby")
CODES = ("E01", "E02", "E03")
HEAD = "dimension,group,clients\n"
SEX = "sex,female,60\nsex,male,40\n"


def need_of(counts: dict[str, dict[str, int]], sample: int = 1) -> InNeed:
    whole = sum(counts["sex"].values())
    return InNeed("All residents out of work", counts, whole, sample, PLACES)


def even(n: int = 6000) -> dict[str, dict[str, int]]:
    """Return a population in need in which every group of a dimension is as large as any other."""
    found = {dimension: {label: n // len(labels) for label in labels} for dimension, labels in LABELS.items()}
    return {PLACE: {str(i): n // 3 for i in range(3)}, **found}


def clients_of(counts: dict[str, dict[str, int]]) -> Clients:
    cells = {d: {k: Cell((v, v), None) for k, v in groups.items()} for d, groups in counts.items()}
    total = sum(counts["sex"].values())
    return Clients(cells, (total, total))


def written(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "clients.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def read(tmp_path: Path, text: str | bytes) -> Clients:
    return read_clients(written(tmp_path, text), PLACES, CODES)


@pytest.mark.parametrize("sample", [1, 10])
def test_clients_like_those_in_need_give_a_ratio_of_one(sample: int) -> None:
    rows = audit(clients_of(even()), need_of(even(), sample))
    assert (rows["ratio"] == 1).all()
    assert ((rows["ratio_low"] < 1) & (rows["ratio_high"] > 1)).all()
    words = sentence(rows, need_of(even()))
    assert "no group is clearly under-represented" in words and "cannot be told" in words


def test_shares_sum_to_one_and_a_sample_widens_intervals() -> None:
    rows, drafted = (audit(clients_of(even(600)), need_of(even(), sample)) for sample in (1, 10))
    for dimension, found in rows.groupby("dimension"):
        if dimension != "condition":
            assert found["share_clients"].sum() == pytest.approx(1, abs=0.03)
    assert (drafted["ratio_low"] <= rows["ratio_low"]).all() and (drafted["ratio_high"] >= rows["ratio_high"]).all()


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 4), st.integers(20, 400), st.integers(20, 400))
def test_a_small_count_can_be_told_from_nothing_that_is_shown(small: int, second: int, third: int) -> None:
    counts = {"sex": {"female": small + second, "male": third}, PLACE: {"0": small, "1": second, "2": third}}
    rows = audit(clients_of(counts), need_of(even())).set_index(["dimension", "title"])
    places = rows.loc[PLACE]
    assert places.loc["Northport", "clients"] == SMALL_MARK and np.isnan(places.loc["Northport", "ratio"])
    hidden = "Midham" if second <= third else "Southby"
    assert places.loc[hidden, "clients"] == HIDDEN_MARK and places.loc[hidden, ["ratio", "ratio_low"]].isna().all()
    suppressed = Clients(
        {**clients_of(counts).cells, PLACE: clients_of(counts).cells[PLACE] | {"0": Cell((1, 4), None)}},
        clients_of(counts).total,
    )
    again = audit(suppressed, need_of(even())).set_index(["dimension", "title"])
    assert again.loc[PLACE].equals(places)  # a given small count says no more than a suppressed one


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 4), st.integers(30, 300))
def test_a_suppressed_interval_holds_those_of_both_ends(small: int, rest: int) -> None:
    need = need_of(even())

    def ends(count: int | None) -> tuple[float, float]:
        cell = Cell((1, 4) if count is None else (count, count), None)
        cells = {"sex": {"female": cell, "male": Cell((rest, rest), None), NOT_KNOWN: Cell((1, 4), None)}}
        row = audit(Clients(cells, (rest + 2, rest + 8)), need).iloc[0]
        return row["ratio_low"], row["ratio_high"]

    assert ends(None) == ends(small)
    low, high = ends(None)
    assert low <= 2 / (rest + 4) and high >= round(2 * 4 / (rest + 1), 2) - 0.01


def test_the_group_that_is_left_out_is_named() -> None:
    counts = {"sex": {"female": 20, "male": 380}}
    rows = audit(clients_of(counts), need_of(even()))
    assert rows.iloc[0]["verdict"] == UNDER and rows.iloc[0]["ratio"] == 0.1
    assert "is female (sex): representation ratio 0.10 (95% interval" in sentence(rows, need_of(even()))
    assert table_rows(rows)[0][2] == "20"


def test_outcomes_give_rates_but_not_where_few_stand_on_either_side(tmp_path: Path) -> None:
    text = "dimension,group,clients,starts_or_outcomes\nsex,female,60,30\nsex,male,40,38\n"
    rows = audit(read(tmp_path, text), need_of(even()))
    assert rows["starts_or_outcomes"].tolist() == [HIDDEN_MARK, HIDDEN_MARK] and rows["rate"].isna().all()
    rows = audit(read(tmp_path, text.replace("38", "10")), need_of(even()))
    assert rows["rate"].tolist() == [0.5, 0.25] and (rows["rate_low"] < rows["rate"]).all()


def test_the_order_of_rows_and_the_writing_of_places_change_nothing(tmp_path: Path) -> None:
    one = read(tmp_path, HEAD + SEX + "place,Northport,50\nplace,Midham,30\nplace,E03,20\n")
    other = read(tmp_path, HEAD + "place,southby,20\nPLACE,E01,50\nplace,E02,30\nsex,male,40\nsex,female,60\n")
    assert {d: dict(sorted(c.items())) for d, c in sorted(one.cells.items())} == {
        d: dict(sorted(c.items())) for d, c in sorted(other.cells.items())
    }


def test_the_template_is_read_once_it_is_filled_and_refused_while_it_is_empty(tmp_path: Path) -> None:
    text = template(PLACES)
    with pytest.raises(ClientsError, match="no group has 5 clients"):
        read(tmp_path, text)
    rows = [line.replace(",,", ",7,2") if line.endswith(",,") else line for line in text.splitlines()]
    kept = [line for line in rows if line.startswith(("#", "dimension", "sex", "condition"))]
    found = read(tmp_path, "\n".join(kept))
    assert found.total == (21, 21) and found.cells["sex"]["female"] == Cell((7, 7), (2, 2))


@pytest.mark.parametrize("mark", ["<5", "*", "", " "])
def test_suppressed_counts_are_one_to_four(tmp_path: Path, mark: str) -> None:
    found = read(tmp_path, HEAD + f"sex,female,60\nsex,male,{mark}\n")
    assert found.cells["sex"]["male"].clients == (1, 4) and found.total == (61, 64)


REFUSED = {
    "unknown column.*Did you mean 'clients'": "dimension,group,client\n" + SEX,
    "no column 'clients'": "dimension,group\nsex,female\nsex,male\n",
    "unknown dimension 'sexx'.*Did you mean 'sex'": HEAD + "sexx,female,60\n",
    "unknown group 'femal'.*Did you mean 'female'": HEAD + "sex,femal,60\n",
    "below nought": HEAD + "sex,female,-3\nsex,male,40\n",
    "no whole number": HEAD + "sex,female,2.5\nsex,male,40\n",
    "no count": HEAD + "sex,female,=1+1\nsex,male,40\n",
    "at most 10,000,000": HEAD + "sex,female,99999999\nsex,male,40\n",
    "stands twice. Keep one row": HEAD + SEX + "sex,male,40\n",
    "column 'clients' stands twice": "dimension,group,clients,clients\nsex,female,1,1\n",
    "lacks the group 'male'": HEAD + "sex,female,60\n",
    "more apart than suppressed": HEAD + SEX + "place,Northport,50\nplace,Midham,20\n",
    "groups overlap": HEAD + "".join(f"condition,{label},9\n" for label in LABELS["condition"]),
    "more clients than there are": HEAD + SEX + "".join(f"condition,{label},900\n" for label in LABELS["condition"]),
    "no group has 5 clients": HEAD + "sex,female,<5\nsex,male,0\n",
    "more than the 40 clients": "dimension,group,clients,starts_or_outcomes\nsex,female,60,1\nsex,male,40,41\n",
    "holds no counts": "# nothing\n" + HEAD,
    "2 cells under 3 headings": HEAD + "sex,female\n",
    "goes over a line's end": HEAD + 'sex,"fem\nale",4\n',
    "no text file": HEAD + "sex,female\0,4\n",
    "not text in UTF-8": b"dimension,group,clients\nsex,female\xff,4\n",
    "larger than 1 MB": b"#" * (MAX_BYTES + 1),
    "at most 1000": HEAD + SEX * 600,
}


@pytest.mark.parametrize("message", REFUSED)
def test_a_file_that_cannot_be_used_is_refused(tmp_path: Path, message: str) -> None:
    with pytest.raises(ClientsError, match=f"(?s)clients.csv.*{message}"):
        read(tmp_path, REFUSED[message])


@pytest.mark.parametrize(
    "head", ["Name", "client_name", "insurance no", "nino", "Date of birth", "DOB", "Postcode", "email", "client id"]
)
def test_a_column_that_looks_personal_is_refused_and_not_repeated(tmp_path: Path, head: str) -> None:
    with pytest.raises(ClientsError, match="looks personal") as refused:
        read(tmp_path, f"dimension,group,{CLIENTS},{head}\nsex,female,60,Zebedee\n")
    assert "Zebedee" not in str(refused.value)


@pytest.mark.parametrize(
    "cell", ["QQ 12 34 56 C", "AB123456C", "L1 8JQ", "zebedee@example.org", "03/04/1971", "1971-04-03"]
)
def test_a_cell_that_looks_personal_is_refused_and_not_repeated(tmp_path: Path, cell: str) -> None:
    with pytest.raises(ClientsError, match=r"line 2.*personal detail") as refused:
        read(tmp_path, f"{HEAD}sex,{cell},60\n")
    assert cell not in str(refused.value)
