"""Tables of households: what is read, in which words, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from experiments.errors import InvalidData, InvalidRequest, MissingData, UnusableOutput
from experiments.taxben import assess, assess_file, check_out, template, write_table, year_rates
from results import household_file
from results.household_money import COLUMNS
from tests.unit.simulation.taxben_examples import ALONE, partner, rents, works

COUPLE = {**works(35, 15), **partner(32), **works(20, 13, 2), **rents(700), "child_ages": "3 7"}


def frame(**facts: Any) -> pd.DataFrame:
    return pd.DataFrame([{"id": "first", **ALONE}, {"id": "second", **ALONE, **COUPLE, **facts}])


REFUSALS = [
    ("adult1_age", 15, "whole years from 16 to 64"),
    ("adult1_age", 65, "whole years from 16 to 64"),
    ("adult1_age", 30.5, "whole years from 16 to 64"),
    ("adult1_age", "", "whole years from 16 to 64"),
    ("adult1_age", "thirty", "whole years from 16 to 64"),
    ("adult1_status", "", "Every household has a first adult"),
    ("adult1_status", "employd", "Did you mean 'employed'"),
    ("adult1_hours_week", 0, "Give hours and pay above 0"),
    ("adult1_hours_week", "", "Give hours and pay above 0"),
    ("adult1_hours_week", 169, "hours a week from 0 to 168"),
    ("adult1_hourly_pay", 0, "Give hours and pay above 0"),
    ("adult1_hourly_pay", -12.21, "pounds an hour from 0 to 10,000"),
    ("adult1_hourly_pay", "£12.21", "Write a number"),
    ("adult1_hourly_pay", "1_000", "Write a number"),
    ("adult1_hourly_pay", "inf", "Write a number"),
    ("adult1_hourly_pay", "1e99", "pounds an hour from 0 to 10,000"),
    ("adult2_status", "", "Fill in all four adult2 columns"),
    ("adult2_age", "", "whole years from 16 to 64"),
    ("adult2_hourly_pay", "", "Give hours and pay above 0"),
    ("child_ages", "20", "whole years from 0 to 19"),
    ("child_ages", "3,7", "separated by spaces"),
    ("child_ages", "-1", "whole years from 0 to 19"),
    ("child_ages", " ".join(["3"] * 21), "at most 20 children"),
    ("tenure", "", "owner, social_rent, private_rent"),
    ("tenure", "social", "Did you mean 'social_rent'"),
    ("tenure", "owner", "An owner pays no rent"),
    ("rent_month", "", "A tenant has a rent"),
    ("rent_month", -5, "pounds a month from 0 to 1,000,000"),
    ("pip_daily_living", "high", "none, standard, enhanced"),
    ("pip_mobility", "enhnced", "Did you mean 'enhanced'"),
    ("childcare_month", "lots", "Write a number"),
    ("carers", 3, "whole carers from 0 to 2"),
    ("health_claim", "old", "existing, new"),
    ("new_style_1", "personal", "An employed adult has no new-style benefit"),
    ("new_style_2", "support", "for people with a status of lcwra"),
    ("disabled_children_lower", 3, "not that many children"),
    ("id", "", "Give every household one"),
    ("id", "first", "The id stands twice"),
]


@pytest.mark.parametrize(("column", "value", "allowed"), REFUSALS)
def test_a_cell_that_cannot_be_is_refused_with_row_column_value_and_what_is_allowed(
    column: str, value: object, allowed: str
) -> None:
    with pytest.raises(InvalidData) as refusal:
        assess(frame(**{column: value}), "2025/26")
    text = str(refusal.value)
    assert "row 2" in text
    assert allowed in text
    if column not in ("adult2_status", "tenure"):
        assert f"{column} is " in text


CONTRADICTIONS: list[tuple[dict[str, Any], str, str]] = [
    ({"adult1_status": "unemployed"}, "adult1_hours_week", "does not work"),
    ({"adult1_status": "lcwra", "adult1_hours_week": 3}, "adult1_hours_week", "does not work"),
    ({"adult1_age": 18, "adult2_age": 18, "child_ages": "18"}, "child_ages", "younger than the older adult"),
    ({"child_ages": "", "childcare_month": 5}, "childcare_month", "There is no child"),
    ({**ALONE, "pip_2_mobility": "standard"}, "pip_2_mobility", "There is no second adult"),
    ({**ALONE, "new_style_2": "personal"}, "new_style_2", "There is no second adult"),
    ({**ALONE, "carers": 2}, "carers", "not that many adults"),
    ({"adult1_status": "lcwra_working", "new_style_1": "work_related"}, "new_style_1", "status of lcw or"),
    ({"disabled_children_lower": 1, "disabled_children_higher": 2}, "disabled_children_higher", "not that many"),
]


@pytest.mark.parametrize(("facts", "column", "reason"), CONTRADICTIONS)
def test_a_household_that_cannot_exist_is_refused(facts: dict[str, Any], column: str, reason: str) -> None:
    with pytest.raises(InvalidData, match=f"row 2: {column} is .*{reason}"):
        assess(frame(**facts), "2025/26")


@pytest.mark.parametrize("year", ["2023/24", "2041/42", "2025", "2025/27", "25/26", "next"])
def test_a_year_without_rates_is_refused_with_the_years_held(year: str) -> None:
    with pytest.raises(InvalidRequest, match=r"Held: 2024/25, 2025/26, 2026/27; later years to 2040/41"):
        year_rates(year)


def test_words_in_any_case_numbers_as_text_and_missing_cells_are_read_alike() -> None:
    plain = assess(frame(), "2025/26")
    text = frame().map(lambda cell: f" {cell} ".upper())
    text.loc[0, [name for name in text.columns if name.startswith("adult2")]] = "NaN"
    missing = frame().replace("", np.nan)
    floats = frame().map(lambda cell: float(cell) if isinstance(cell, int) else cell)
    money = list(COLUMNS[1:])
    for other in (text, missing, floats):
        pd.testing.assert_frame_equal(assess(other, "2025-26")[money], plain[money])


def test_columns_of_a_second_adult_may_be_left_out_altogether_but_not_in_part() -> None:
    alone = frame().iloc[:1]
    expected = assess(alone, "2025/26")
    without = alone.drop(columns=[name for name in alone.columns if name.startswith("adult2")])
    pd.testing.assert_frame_equal(assess(without, "2025/26"), expected)
    with pytest.raises(InvalidData, match="no column 'adult2_age'"):
        assess(alone.drop(columns="adult2_age"), "2025/26")


def test_a_column_that_means_nothing_here_is_left_out_and_told(tmp_path: Path) -> None:
    path = tmp_path / "households.csv"
    frame(shoe_size=43).to_csv(path, index=False)
    found = assess_file(path, "2025/26")
    pd.testing.assert_frame_equal(found.frame, assess(frame(), "2025/26"))
    assert any("'shoe_size'" in note for note in found.notes)


def test_a_missing_doubled_or_misspelt_column_is_refused() -> None:
    with pytest.raises(InvalidData, match=r"no column 'rent_month'. Is 'rent_mnth' meant"):
        assess(frame().rename(columns={"rent_month": "rent_mnth"}), "2025/26")
    with pytest.raises(InvalidData, match=r"unknown column 'carer'. Did you mean 'carers'"):
        assess(frame(carer=1), "2025/26")
    doubled = pd.concat([frame(), frame()[["tenure"]]], axis=1)
    with pytest.raises(InvalidData, match="stands twice"):
        assess(doubled, "2025/26")


def test_the_template_is_a_file_that_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "households.csv"
    path.write_text(template(), encoding="utf-8")
    found = assess_file(path, "2025/26")
    assert tuple(found.frame.columns) == COLUMNS
    assert len(found.frame) == 5
    assert [note for note in found.notes if "1 household(s) rent privately" in note]


def test_an_extrapolated_year_is_flagged_in_message_and_rows(tmp_path: Path) -> None:
    path = tmp_path / "households.csv"
    path.write_text(template(), encoding="utf-8")
    found = assess_file(path, "2028/29")
    assert set(found.frame["rules"]) == {"2026/27 uprated to 2028/29"}
    assert any("are not law" in note for note in found.warnings)


def test_what_is_written_is_read_back_to_the_penny(tmp_path: Path) -> None:
    result = assess(frame(), "2025/26")
    write_table(result, tmp_path / "made" / "result.csv")
    back = pd.read_csv(tmp_path / "made" / "result.csv")
    pd.testing.assert_frame_equal(back, result, check_exact=False, atol=0.001, check_dtype=False)
    assert [path.name for path in (tmp_path / "made").iterdir()] == ["result.csv"]


def test_no_result_is_written_over_a_folder_or_the_households(tmp_path: Path) -> None:
    path = tmp_path / "households.csv"
    path.write_text(template(), encoding="utf-8")
    for out in (path, tmp_path / "x" / ".." / "households.csv", tmp_path):
        (tmp_path / "x").mkdir(exist_ok=True)
        with pytest.raises(UnusableOutput, match="Name a"):
            check_out(out, path)
    with pytest.raises(UnusableOutput, match="cannot be written"):
        write_table(assess(frame(), "2025/26"), path / "result.csv")


BROKEN = [
    (b"\xff\xfe\x00", "not text in UTF-8"),
    (b"id,tenure\n\0,owner\n", "no text file"),
    (b"# only a note\nid,tenure\n", "holds no households"),
    (b'id,tenure\n"a,owner\n', "no sound CSV"),
    (b'id,tenure\n"a\nb",owner\n', "over a line's end"),
    (b"# note\nid,tenure\na,owner,3\n", "line 3: 3 cells under 2 headings"),
    (b"id,tenure\n" + b"a" * 300 + b",owner\n", "more than 200 characters"),
]


@pytest.mark.parametrize(("content", "reason"), BROKEN)
def test_a_file_that_is_no_table_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "households.csv"
    path.write_bytes(content)
    with pytest.raises(InvalidData, match=reason):
        assess_file(path, "2025/26")


def test_a_file_of_too_many_bytes_or_rows_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "households.csv"
    path.write_text(template(), encoding="utf-8")
    monkeypatch.setattr(household_file, "MAX_ROWS", 4)
    with pytest.raises(InvalidData, match="5 rows; at most 4"):
        assess_file(path, "2025/26")
    monkeypatch.setattr(household_file, "MAX_BYTES", 100)
    with pytest.raises(InvalidData, match="larger than"):
        assess_file(path, "2025/26")


def test_a_file_that_is_not_there_is_missing_data() -> None:
    with pytest.raises(MissingData, match="taxben --template"):
        assess_file(Path("nowhere.csv"), "2025/26")


def test_no_households_have_no_results() -> None:
    assert assess(frame().iloc[:0], "2025/26").empty
