"""The command `taxben`: exit codes, tables, files, and one clear message for every refusal."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from workability.cli import app


def workability(*words: str) -> Result:
    return CliRunner().invoke(app, ["taxben", *words])


@pytest.fixture
def households(tmp_path: Path) -> Path:
    path = tmp_path / "households.csv"
    path.write_text(workability("--template").stdout, encoding="utf-8")
    return path


def test_a_table_is_printed_and_nothing_written(households: Path) -> None:
    done = workability(str(households), "--year", "2025/26")
    assert done.exit_code == 0
    assert "rates of 2025/26" in done.stdout
    assert "lone parent" in done.stdout
    assert "18,112.08" in done.stdout  # 12 x (400.14 + 585.62 + 650 + 255) - 55% of (13,254 - 4,932)
    assert "Note: 1 household(s) rent privately" in done.stderr
    assert [path.name for path in households.parent.iterdir()] == ["households.csv"]


def test_a_file_is_written_with_every_part(households: Path, tmp_path: Path) -> None:
    out = tmp_path / "result.csv"
    done = workability(str(households), "--year", "2026/27", "--out", str(out), "--quiet")
    assert (done.exit_code, done.stdout.strip(), done.stderr) == (0, out.as_posix(), "")
    table = pd.read_csv(out)
    assert len(table) == 5
    assert {"uc_standard", "uc_taken_by_cap", "net_exchequer", "rules"} <= set(table.columns)
    assert (table["rules"] == "2026/27").all()


def test_json_has_the_same_content(households: Path) -> None:
    done = workability(str(households), "--json", "--quiet")
    rows = json.loads(done.stdout)
    assert rows[0]["id"] == "single out of work"
    assert rows[0]["universal_credit"] == pytest.approx(12 * 850.14)


def test_an_extrapolated_year_says_so(households: Path) -> None:
    done = workability(str(households), "--year", "2030/31", "--quiet")
    assert "2026/27 uprated to 2030/31" in done.stdout
    assert "Warning: Rates of 2030/31 are not law" in done.stderr


REFUSALS = [
    (("--year", "2019/20"), 2, "Held: 2024/25, 2025/26, 2026/27"),
    (("--year", "soon"), 2, "no financial year"),
    (("--out", "."), 2, "is a folder"),
]


@pytest.mark.parametrize(("words", "code", "text"), REFUSALS)
def test_a_bad_option_ends_with_2(households: Path, words: tuple[str, ...], code: int, text: str) -> None:
    done = workability(str(households), *words)
    assert done.exit_code == code
    assert text in done.stderr
    assert "Traceback" not in done.stderr


def test_no_file_named_a_file_missing_and_a_household_that_cannot_be(households: Path, tmp_path: Path) -> None:
    assert workability().exit_code == 2
    assert workability(str(tmp_path / "none.csv")).exit_code == 4
    households.write_text(households.read_text(encoding="utf-8").replace("employed,35,12.60", "employed,35,-1"))
    done = workability(str(households))
    assert done.exit_code == 3
    assert "'households.csv', line 10: adult1_hourly_pay is '-1'." in done.stderr
    assert "Allowed: pounds an hour from 0 to 10,000" in done.stderr


def test_a_long_table_is_cut_on_the_screen_only(households: Path, tmp_path: Path) -> None:
    lines = households.read_text(encoding="utf-8").splitlines()
    first = next(line for line in lines if line.startswith("single out of work"))
    heads = next(line for line in lines if line.startswith("id,"))
    body = [first.replace("single out of work", f"h{i}") for i in range(45)]
    households.write_text("\n".join([heads, *body]) + "\n", encoding="utf-8")
    assert "and 5 more" in workability(str(households)).stdout
    assert workability(str(households), "--out", str(tmp_path / "all.csv")).exit_code == 0
    assert len(pd.read_csv(tmp_path / "all.csv")) == 45


def test_a_notebook_gets_the_same_by_month_and_by_year(households: Path) -> None:
    import workability as w
    from experiments.errors import InvalidRequest

    table = pd.read_csv(households, comment="#")
    year, month = w.taxben(table), w.taxben(table, "2025/26", per="month")
    assert year["universal_credit"].to_numpy() == pytest.approx(12 * month["universal_credit"].to_numpy())
    assert year["universal_credit"].iloc[0] == pytest.approx(12 * 850.14)
    with pytest.raises(InvalidRequest, match="neither 'year' nor 'month'"):
        w.taxben(table, per="week")
