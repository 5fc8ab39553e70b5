"""Taking a later edition of the unit costs: what is taken and left, and that nothing hostile gets anywhere."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import pytest

from evidence.errors import EvidenceError
from evidence.unit_cost_editions import read_edition
from results import unit_cost_cells
from results.unit_cost_cells import UnitCostFileError
from results.unit_cost_import import edition_text, import_unit_costs, write_edition

HEADINGS = (
    None, "Category", "Code", "Cost/Saving detail", "Unit", "Agency bearing the cost / making the fiscal saving",
    "Agency detail", "Estimated Cost / Saving", "Year", "Updated cost", "Economic value", "Social value",
)  # fmt: skip
FORMULA = '=IF(H3>0,(H3*VLOOKUP(Lookups!$K$11,Lookups!$M$10:$P$40,4,0)),"")'
ROWS = (
    ("EMPLOYMENT & ECONOMY", "E&E2.0", "Allowance\nclaimant enters work", "Per claimant per year", "Multiple", "DWP",
     9999, "2021/22", 100, None),
    ("EMPLOYMENT & ECONOMY", "E&E2.0.1", "benefits", "Per claimant per year", "DWP", "HM Treasury", 8000.0, "2021-22",
     None, None),
    ("EMPLOYMENT & ECONOMY", "E&E2.0.2", "health", "Per claimant per year", "NHS", None, 1999.0, "2021/22", None, None),
    ("EMPLOYMENT & ECONOMY", "E&E2.1", "=cmd|' /C calc'!A0", "Per week", "DWP", None, 101.15, 2024, None, None),
    ("EMPLOYMENT & ECONOMY", "E&E2.2", "by formula", "Per week", "DWP", None, "=H3*2", "2021/22", None, None),
    ("EMPLOYMENT & ECONOMY", "E&E2.0", "twice", "Per week", "DWP", None, 1, "2021/22", None, None),
    ("EMPLOYMENT & ECONOMY", "E&E2.3", "no year", "Per week", "DWP", None, 1, "soon", None, None),
    ("EMPLOYMENT & ECONOMY", "E&E2.4", "no cost", "Per week", "DWP", None, "about ten", "2021/22", None, None),
    ("EMPLOYMENT & ECONOMY", "second", "no code", "Per week", "DWP", None, 1, "2021/22", None, None),
    ("EMPLOYMENT & ECONOMY", "E&E2.5", "not two years", "Per week", "DWP", None, 1, "2021/25", None, None),
    ("EMPLOYMENT & ECONOMY", "E&E2.6", "below nought", "Per week", "DWP", None, -5, "2021/22", None, None),
    ("A heading without a code", None, None, None, None, None, None, None, None, None),
)  # fmt: skip


def workbook(path: Path, edition: str = "Unit Cost Database v3.0 (2026)") -> Path:
    """Write a workbook of the database's shape: an introduction, lookups, and a sheet a theme below two title rows."""
    book = openpyxl.Workbook()
    book.active.title = "Introduction"
    book.active["B2"] = edition
    book.create_sheet("Lookups").append([None, "GDP deflator", 2021, 100.0])
    sheet = book.create_sheet("Employment & Economy ")
    sheet.append([None, "EMPLOYMENT & ECONOMY"])
    sheet.append(list(HEADINGS))
    for category, code, detail, unit, agency, second, value, year, economic, social in ROWS:
        sheet.append([None, category, code, detail, unit, agency, second, value, year, FORMULA, economic, social])
    crime = book.create_sheet("Crime")
    crime.append(list(HEADINGS))
    crime.append(
        [None, "CRIME", "CR2.0", "Abuse, fiscal", "Per incident", "Multiple", None, 2836.5, "2016/17", FORMULA]
    )
    book.save(path)
    return path


@pytest.fixture
def found(tmp_path):
    return import_unit_costs(workbook(tmp_path / "database.xlsx"))


def test_a_workbook_of_the_databases_shape_is_taken(found):
    assert found.edition == "v3.0" and list(found.columns) == ["Employment & Economy ", "Crime"]
    assert sorted(found.costs) == ["CR2.0", "E&E2.0", "E&E2.0.1", "E&E2.0.2", "E&E2.1"]
    cost = found.costs["E&E2.0"]
    assert (cost.value, cost.price_year, cost.unit) == (9999, "2021/22", "Per claimant per year")
    assert cost.title == "Allowance claimant enters work" and (cost.economic, cost.social) == (100, None)
    assert found.costs["E&E2.0.1"].price_year == "2021/22" and found.costs["E&E2.1"].price_year == "2024"


def test_the_split_comes_from_parts_that_add_up(found):
    assert found.costs["E&E2.0"].agencies == {"DWP": 8000, "NHS": 1999}
    assert found.costs["E&E2.0.2"].agencies == {"NHS": 1999}
    assert found.costs["CR2.0"].agencies == {}


def test_what_is_left_is_told_row_by_row(found):
    reasons = " | ".join(f"{item.where}: {item.reason}" for item in found.left)
    assert len(found.left) == 7
    for words in (
        "row 7: E&E2.2: cost or year is a formula", "row 8: E&E2.0 stands there twice", "E&E2.3: the price year",
        "E&E2.4: the cost", "'SECOND' is no cost code", "E&E2.5: the price year", "E&E2.6: the cost",
    ):  # fmt: skip
        assert words in reasons, words


def test_columns_are_told_by_the_headings_they_were_read_from(found):
    columns = found.columns["Crime"]
    assert columns["value"] == "Estimated Cost / Saving" and columns["title"] == "Cost/Saving detail"
    assert columns["price_year"] == "Year" and columns["code"] == "Code"


def test_no_formula_gets_into_what_is_written(found, tmp_path):
    text = edition_text(found)
    assert "=cmd" not in text and "VLOOKUP" not in text
    write_edition(found, tmp_path / "v3.yaml")
    back = read_edition(tmp_path / "v3.yaml")
    assert dict(back.costs) == dict(found.costs) and (back.name, back.file) == ("v3.0", "database.xlsx")
    assert not back.costs["E&E2.1"].title.startswith(("=", "+", "-", "@"))


CSV = (
    "Code,Cost/Saving detail,Unit,Agency,Estimated Cost / Saving,Year\n"
    'E&E2.0,"Into work, =all",Per year,Multiple,"£9,800.50",2012/13\n'
)


def test_a_csv_with_other_headings_and_pounds_is_taken(tmp_path):
    path = tmp_path / "ucd_v2.3.1.csv"
    path.write_text(CSV, encoding="utf-8-sig")
    found = import_unit_costs(path)
    assert found.edition == "v2.3.1" and found.costs["E&E2.0"].value == 9800.50
    path.write_text("Reference,Description,Fiscal cost,Price year\nHE1.0,x,12,2019\n", encoding="utf-8")
    cost = import_unit_costs(path).costs["HE1.0"]
    assert (cost.value, cost.unit, cost.agencies) == (12, "not stated", {})


def test_headings_in_two_rows_and_the_better_of_two_titles_are_found(tmp_path):
    path = tmp_path / "ucd_v2.3.csv"
    rows = ("Notes,,,,", "Code,Detail,Description,,Year", ",,,Estimated cost,", "HE1.0,ALCOHOL,Dependency,12,2019")
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    found = import_unit_costs(path)
    assert found.costs["HE1.0"].title == "Dependency" and found.costs["HE1.0"].value == 12
    assert found.columns[path.name]["value"] == "Estimated cost" and found.columns[path.name]["code"] == "Code"
    assert found.left == ()


def test_an_edition_that_nothing_names_is_asked_for(tmp_path):
    path = tmp_path / "costs.csv"
    path.write_text(CSV, encoding="utf-8")
    with pytest.raises(UnitCostFileError, match="--edition"):
        import_unit_costs(path)
    assert import_unit_costs(path, "my own").edition == "my own"


REFUSED = [
    ("a.csv", b"Name,Age\nAnn,3\n", "no table of unit costs"),
    ("a.csv", b"Code,Cost,Year\n", "no row could be taken"),
    ("a.csv", b"Code,Cost,Year\nE&E2.0,=1+1,2012/13\n", "formula, which is not worked out"),
    ("a.csv", b"Code,Cost\xff,Year\n", "UTF-8"),
    ("a.csv", b"Code,Cost\0,Year\n", "no text file"),
    ("a.csv", b'Code,Cost,Year\n"E&E2.0,1,2012\n', "no sound CSV"),
    ("a.csv", b"", "no table of unit costs"),
    ("a.xls", b"\xd0\xcf\x11\xe0", "neither .xlsx nor .csv"),
    ("a.xlsm", b"PK", "neither .xlsx nor .csv"),
    ("a.xlsx", b"no zip at all", "cannot be opened as a workbook"),
    ("a.xlsx", b"", "cannot be opened as a workbook"),
]


@pytest.mark.parametrize(("name", "content", "words"), REFUSED)
def test_files_that_cannot_be_used_are_refused(name, content, words, tmp_path):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UnitCostFileError, match=words):
        import_unit_costs(path, "v3.0")


def packed(path: Path, **parts: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name.replace("__", "/").replace("_DOT_", "."), content)
    return path


def test_macros_entities_bombs_and_other_packages_are_refused(tmp_path, monkeypatch):
    path = tmp_path / "a.xlsx"
    with pytest.raises(UnitCostFileError, match="macros"):
        import_unit_costs(packed(path, xl__vbaProject_DOT_bin=b"x"))
    with pytest.raises(UnitCostFileError, match="entities"):
        import_unit_costs(packed(path, xl__workbook_DOT_xml=b"<?xml?><!doctype x [<!ENTITY a 'b'>]>"))
    with pytest.raises(UnitCostFileError, match="no Excel workbook"):
        import_unit_costs(packed(path, word__document_DOT_xml=b"<x/>"))
    monkeypatch.setattr(unit_cost_cells, "MAX_UNPACKED", 1000)
    with pytest.raises(UnitCostFileError, match="unpacks to far more"):
        import_unit_costs(packed(path, xl__workbook_DOT_xml=b" " * 2000))


def test_a_workbook_that_is_not_sound_is_refused(tmp_path):
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("[Content_Types].xml", "<Types>")
    with pytest.raises(UnitCostFileError, match="no sound workbook"):
        import_unit_costs(path)


def test_too_much_is_refused_before_it_is_read(tmp_path, monkeypatch):
    path = workbook(tmp_path / "a.xlsx")
    monkeypatch.setattr(unit_cost_cells, "MAX_ROWS", 5)
    with pytest.raises(UnitCostFileError, match="more than 5 rows"):
        import_unit_costs(path)
    monkeypatch.setattr(unit_cost_cells, "MAX_SHEETS", 2)
    with pytest.raises(UnitCostFileError, match="has 4 sheets"):
        import_unit_costs(path)
    monkeypatch.setattr(unit_cost_cells, "MAX_BYTES", 10)
    with pytest.raises(UnitCostFileError, match="MB"):
        import_unit_costs(path)
    (tmp_path / "a.csv").write_text("x\n" * 4, encoding="utf-8")
    monkeypatch.setattr(unit_cost_cells, "MAX_BYTES", 1000)
    monkeypatch.setattr(unit_cost_cells, "MAX_ROWS", 3)
    with pytest.raises(UnitCostFileError, match="more than 3 rows"):
        import_unit_costs(tmp_path / "a.csv")


BROKEN = [
    ("E&E2.0", "no code here", "no cost code"),
    ('"2012/13"', '"soon"', "year"),
    ("9800.5", "-1", "pounds are allowed"),
    ("9800.5", "many", "finite number"),
    ("title:", "titel:", "Did you mean 'title'"),
    ("edition:", "edtion:", "Did you mean 'edition'"),
]


@pytest.mark.parametrize(("text", "instead", "words"), BROKEN)
def test_an_imported_edition_that_was_changed_badly_is_refused(text, instead, words, tmp_path):
    source, path = tmp_path / "ucd_v2.3.csv", tmp_path / "v2.yaml"
    source.write_text(CSV, encoding="utf-8")
    write_edition(import_unit_costs(source), path)
    whole = path.read_text(encoding="utf-8")
    assert text in whole
    path.write_text(whole.replace(text, instead, 1), encoding="utf-8")
    with pytest.raises(EvidenceError, match=words):
        read_edition(path)


def test_agencies_above_the_cost_are_refused(tmp_path):
    path = tmp_path / "v.yaml"
    path.write_text(
        'edition: "v3"\nfile: "f"\nsha256: "0"\ncosts:\n'
        '  "HE1.0": {title: "t", value: 10, unit: "u", price_year: "2019", agencies: {NHS: 20}}\n',
        encoding="utf-8",
    )
    with pytest.raises(EvidenceError, match="above the cost"):
        read_edition(path)
