"""Newer figures from files of the shapes Nomis writes: what is taken, what is left and why, and what is refused.

The files in tests/data/nomis have the shape of real downloads; their figures are invented.
"""

from __future__ import annotations

import shutil
import time
from math import hypot
from pathlib import Path

import pytest

import evidence
from calibration import nomis_cells
from calibration.consistency import readable_region
from calibration.nomis_cells import cell
from calibration.nomis_forms import period_of
from calibration.nomis_import import Imported, Wish, import_targets, sources_beside
from calibration.nomis_measures import HALF_WIDTH_IN_SE
from evidence.registry import PACKAGED
from experiments.errors import InvalidData, InvalidRequest, UnusableOutput

DATA = Path(__file__).parents[2] / "data" / "nomis"
REGION = "cheshire-merseyside"
YEAR = "2024-01/2024-12"


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pristine") / "evidence"
    shutil.copytree(PACKAGED, folder)
    return folder


@pytest.fixture
def root(pristine: Path, tmp_path: Path) -> Path:
    """A copy of the evidence that may be written to."""
    return Path(shutil.copytree(pristine, tmp_path / "evidence"))


def dry(file: Path | str, **more: object) -> Imported:
    path = DATA / file if isinstance(file, str) else file
    return import_targets(Wish(path, REGION, dry_run=True, **more))  # type: ignore[arg-type]


def taken(found: Imported) -> dict[tuple[str, str, str], tuple[float, float]]:
    return {(f.measure, f.area, f.period): (f.value, f.se) for f, _ in found.taken}


def reasons(found: Imported, line: int) -> str:
    return " | ".join(f"{item.what}: {item.reason}" for item in found.left if item.line == line)


def test_a_query_with_numbers_percentages_and_intervals_is_taken() -> None:
    found = dry("aps_variables.csv")
    figures = taken(found)
    assert found.title == "annual population survey" and found.retrieved == "2025-04-15"
    assert figures["employment_rate", "Halton", YEAR] == (76.5, round(4.1 / HALF_WIDTH_IN_SE, 3))
    assert figures["inactivity_rate", "St Helens", YEAR][0] == 23.3  # Nomis writes St. Helens
    assert {area for _, area, _ in figures} == {place.name for place in evidence.load_region(REGION).places}
    assert len(figures) == 8 + 9 + 7


def test_long_term_sickness_is_a_share_of_the_inactive_times_their_rate() -> None:
    value, se = taken(dry("aps_variables.csv"))["long_term_sick_rate", "Halton", YEAR]
    assert value == pytest.approx(40.0 * 20.6 / 100, abs=0.005)
    assert se == pytest.approx(hypot(40.0 * 3.9, 20.6 * 8.2) / 100 / HALF_WIDTH_IN_SE, abs=0.0005)


def test_suppressed_cells_other_areas_and_other_measures_are_left_with_their_line_and_reason() -> None:
    found = dry("aps_variables.csv")
    assert "Employment rate - aged 16-64, St. Helens, Jan 2024-Dec 2024: suppressed: these figures are" in reasons(
        found, 15
    )
    assert "long-term sick, Cheshire West and Chester" in reasons(found, 12) and "disclosive (0-2)" in reasons(
        found, 12
    )
    assert "long_term_sick_rate, Cheshire East, 2024-01/2024-12: marked unreliable" in reasons(found, 11)
    for line, area in ((18, "Manchester"), (19, "North West"), (20, "England")):
        assert f"{area}, Jan 2024-Dec 2024: the area is no Place of this region" in reasons(found, line)
    assert "RQF4+" in reasons(found, 9) and "no measure" in reasons(found, 9)
    assert found.written == () and found.conflicts == ()


def test_to_fit_the_latest_of_several_dates_is_taken_and_for_hold_outs_all() -> None:
    found = dry("aps_two_dates.csv")
    assert {period for _, _, period in taken(found)} == {"2024-10/2025-09"}
    assert "--all-periods" in reasons(found, 8)
    every = taken(dry("aps_two_dates.csv", all_periods=True))
    assert every == taken(dry("aps_two_dates.csv", role="holdout"))
    assert every["employment_rate", "Halton", "2023-10/2024-09"] == (75.1, round(4.3 / HALF_WIDTH_IN_SE, 3))


def test_the_unemployment_rate_is_that_of_people_of_16_to_64_where_the_file_has_it() -> None:
    found = dry("aps_two_dates.csv")
    assert taken(found)["unemployment_rate", "Halton", "2024-10/2025-09"][0] == 4.7
    assert "16 to 64, which was taken" in reasons(found, 16)
    assert "suppressed: unreliable" in reasons(found, 17)


def test_a_table_of_numbers_and_percentages_takes_its_measure_from_the_lines_above() -> None:
    found = dry("aps_number_percent.csv")
    assert taken(found)["employment_rate", "Halton", YEAR] == (76.5, round(4.1 / HALF_WIDTH_IN_SE, 3))
    (sefton,) = [f for f, _ in found.taken if f.area == "Sefton"]
    assert sefton.is_unreliable and sefton.value == 74.5 and "unreliable" in sefton.note
    assert "too small for a reliable estimate" in reasons(found, 11)


def test_two_counts_make_a_rate_with_the_error_of_a_part_within_its_whole() -> None:
    value, se = taken(dry("aps_counts.csv"))["employment_rate", "Halton", YEAR]
    share = 61_300 / 80_100
    assert value == pytest.approx(100 * share, abs=0.005)
    part, whole = 3_900 / HALF_WIDTH_IN_SE, 3_100 / HALF_WIDTH_IN_SE
    assert se == pytest.approx(100 * (part**2 - (share * whole) ** 2) ** 0.5 / 80_100, abs=0.0005)
    assert "Males" in reasons(dry("aps_counts.csv"), 8)


def test_one_area_with_a_date_a_row_is_taken() -> None:
    assert taken(dry("aps_one_area.csv"))["inactivity_rate", "Halton", YEAR][0] == 20.6
    every = dry("aps_one_area.csv", all_periods=True)
    assert len(every.taken) == 5
    assert [name for _, name in every.there] == ["inactivity_rate_rolling[Halton, 2023-04/2024-03]"]


DATES_ACROSS = """"annual population survey"
"ONS Crown Copyright Reserved [from Nomis on 15 April 2025]"

"variable    :","Employment rate - aged 16-64"

"local authority: county / unitary (as of April 2023)","mnemonic","Jan 2023-Dec 2023","Conf","Jan 2024-Dec 2024","Conf"

"Halton","E06000006",74.0,4.2,76.5,4.1
"""
ITEMS_DOWN = """"annual population survey"
"ONS Crown Copyright Reserved [from Nomis on 15 April 2025]"

"date        :","Jan 2024-Dec 2024"
"geography   :","ualad23:Halton"

"Variable","numerator","denominator","percent","conf"

"Employment rate - aged 16-64","61,300","80,100",76.5,4.1
"Employment rate males - aged 16-64","31,000","40,000",77.5,5.1
"""


@pytest.mark.parametrize("content", [DATES_ACROSS, ITEMS_DOWN])
def test_dates_may_stand_across_and_items_down(content: str, tmp_path: Path) -> None:
    path = tmp_path / "nomis.csv"
    path.write_text(content, encoding="utf-8")
    assert taken(dry(path)) == {("employment_rate", "Halton", YEAR): (76.5, round(4.1 / HALF_WIDTH_IN_SE, 3))}


def test_the_list_of_the_interface_is_joined_and_its_status_is_heeded() -> None:
    found = dry("api_variables.csv")
    assert taken(found)["employment_rate", "Halton", YEAR] == (76.5, round(4.1 / HALF_WIDTH_IN_SE, 3))
    (sick,) = [f for f, _ in found.taken if f.measure == "long_term_sick_rate"]
    assert sick.is_unreliable and sick.value == 8.24
    assert "suppressed" in reasons(found, 14) and "males" in reasons(found, 18)
    assert "no Place" in reasons(found, 22)


def test_a_profile_has_no_intervals_and_takes_the_regions_usual_standard_errors() -> None:
    found = dry("profile_halton.csv")
    assert taken(found) == {
        ("employment_rate", "Halton", YEAR): (76.5, 2.5),
        ("inactivity_rate", "Halton", YEAR): (20.6, 2.5),
        ("long_term_sick_rate", "Halton", YEAR): (8.24, 1.0),
    }
    assert all("usual standard error" in figure.note for figure, _ in found.taken)
    assert "inactivity rate of line 28" in reasons(found, 13)  # would count the same answers twice
    assert "no confidence interval" in reasons(found, 17) and "about males" in reasons(found, 20)


def test_what_is_written_is_read_back_and_everything_else_stays_as_it_was(root: Path) -> None:
    folder = root / "regions" / REGION
    before, old = (folder / "targets.yaml").read_text(encoding="utf-8"), evidence.load_region(REGION, root)
    found = import_targets(Wish(DATA / "aps_variables.csv", REGION, root=root))
    after = (folder / "targets.yaml").read_text(encoding="utf-8")
    assert after.startswith(before.rstrip("\n"))
    region = readable_region(REGION, root)
    assert region.targets[: len(old.targets)] == old.targets and region.folder_hash != old.folder_hash
    new = {target.name: target for target in region.targets[len(old.targets) :]}
    assert set(new) == {name for _, name in found.taken}
    for figure, name in found.taken:
        written = new[name]
        assert (written.value, written.se, written.period) == (figure.value, figure.se, figure.period)
        assert (written.unit, written.role, written.source) == ("percent", "fit", "nomis_aps_2025_04_15")
    source = evidence.sources(root)["nomis_aps_2025_04_15"]
    assert source.retrieved == "2025-04-15" and source.date == "2024-12" and "aps_variables.csv" in source.table
    assert found.written == (f"evidence/regions/{REGION}/targets.yaml", f"evidence/regions/{REGION}/sources.yaml")
    evidence.verify(root)


def test_a_second_import_changes_nothing_and_lists_what_is_there(root: Path) -> None:
    wish = Wish(DATA / "aps_variables.csv", REGION, root=root)
    first = import_targets(wish)
    text = (root / "regions" / REGION / "targets.yaml").read_bytes()
    again = import_targets(wish)
    assert again.taken == () and again.written == ()
    assert {name for _, name in again.there} == {name for _, name in first.taken}
    assert (root / "regions" / REGION / "targets.yaml").read_bytes() == text


def changed(file: str, old: str, new: str, folder: Path) -> Path:
    """A fixture file with one text replaced."""
    content = (DATA / file).read_bytes()
    assert old.encode() in content, old
    path = folder / file
    path.write_bytes(content.replace(old.encode(), new.encode(), 1))
    return path


def test_only_replace_lets_a_figure_of_the_same_period_go(root: Path, tmp_path: Path) -> None:
    import_targets(Wish(DATA / "aps_one_area.csv", REGION, root=root))
    newer = changed("aps_one_area.csv", "76.5,4.1", "71.0,4.0", tmp_path)
    kept = import_targets(Wish(newer, REGION, root=root))
    assert kept.written == () and len(kept.there) == 2
    found = import_targets(Wish(newer, REGION, root=root, replace=True))
    assert len(found.taken) == 2 and len(found.removed) == 2 and found.there == ()
    region = readable_region(REGION, root)
    (halton,) = [t for t in region.targets if (t.measure, t.area, t.period) == ("employment_rate", "Halton", YEAR)]
    assert halton.value == 71.0 and halton.source == "nomis_aps_2025_04_15_2"  # another file of the same day


def test_superseding_removes_earlier_fitted_figures_and_no_others(root: Path) -> None:
    folder = root / "regions" / REGION
    before = evidence.load_region(REGION, root)
    comments = [line for line in (folder / "targets.yaml").read_text().splitlines() if line.startswith("#")]
    found = import_targets(Wish(DATA / "aps_number_percent.csv", REGION, root=root, supersede=True))
    assert set(found.removed) == {"employment_rate[Halton]", "employment_rate[Sefton]"} and found.older == ()
    after = readable_region(REGION, root)
    old, new = ({t.name: t for t in region.targets} for region in (before, after))
    assert set(old) - set(new) == set(found.removed)
    assert all(new[name] == old[name] for name in set(old) & set(new))
    text = (folder / "targets.yaml").read_text()
    assert all(line in text.splitlines() for line in comments)


def test_earlier_fitted_figures_that_stay_are_named() -> None:
    assert dry("aps_number_percent.csv").older == ("employment_rate[Halton]", "employment_rate[Sefton]")
    assert dry("aps_number_percent.csv", role="holdout").older == ()


def test_contradictions_with_the_regions_figures_are_told_before_a_fit(tmp_path: Path) -> None:
    found = dry(changed("aps_number_percent.csv", "76.5,4.1", "46.5,4.1", tmp_path))
    assert any("employment_rate[Halton]" in conflict.message for conflict in found.conflicts)


def test_hold_outs_are_written_as_such_and_to_a_file_of_their_own(root: Path, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    out = tmp_path / "new.yaml"
    found = import_targets(Wish(DATA / "aps_variables.csv", REGION, role="holdout", out=out, root=root))
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before
    assert found.written == (out.as_posix(), sources_beside(out).as_posix())
    assert "role: holdout" in out.read_text() and "nomis_aps_2025_04_15:" in sources_beside(out).read_text()
    with pytest.raises(UnusableOutput, match="there already"):
        Wish(DATA / "aps_variables.csv", REGION, out=out)


def test_an_output_may_be_no_link_and_no_other_kind_of_file(tmp_path: Path) -> None:
    (tmp_path / "link.yaml").symlink_to(tmp_path / "elsewhere.yaml")
    with pytest.raises(UnusableOutput, match="there already"):
        Wish(DATA / "aps_variables.csv", REGION, out=tmp_path / "link.yaml")
    with pytest.raises(InvalidRequest, match=r"ends in \.yaml"):
        Wish(DATA / "aps_variables.csv", REGION, out=tmp_path / "x.py")
    with pytest.raises(InvalidRequest, match="fit or holdout"):
        Wish(DATA / "aps_variables.csv", REGION, role="both")
    with pytest.raises(UnusableOutput, match="cannot be written"):
        (tmp_path / "file").write_text("")
        import_targets(Wish(DATA / "aps_variables.csv", REGION, out=tmp_path / "file" / "x.yaml"))


def test_targets_that_cannot_be_written_leave_the_sources_as_they_were(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from calibration import nomis_import

    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    whole = nomis_import.write_text

    def full_disk(path: Path, content: str) -> None:
        if path.name == "targets.yaml":
            raise OSError(28, "No space left on device")
        whole(path, content)

    monkeypatch.setattr(nomis_import, "write_text", full_disk)
    with pytest.raises(UnusableOutput, match="No space left"):
        import_targets(Wish(DATA / "aps_variables.csv", REGION, root=root))
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before


def test_a_target_that_a_variant_overrides_does_not_go(root: Path) -> None:
    variants = root / "regions" / REGION / "variants.yaml"
    variants.write_text(
        variants.read_text()
        + "halton: {description: another reading, overrides: {'employment_rate[Halton]': {value: 70}}}\n"
    )
    with pytest.raises(InvalidData, match=r"'halton' overrides employment_rate\[Halton\]"):
        import_targets(Wish(DATA / "aps_number_percent.csv", REGION, root=root, supersede=True))


REFUSED = [
    # file, text, its replacement, words of the message
    ("aps_number_percent.csv", "76.5,4.1", "176.5,4.1", "line 9: percent of T01:28.*found 176.5.*from 0 to 100"),
    ("aps_number_percent.csv", "76.5,4.1", "-6.5,4.1", "line 9: percent of .*found -6.5.*from 0 to 100"),
    ("aps_number_percent.csv", "76.5,4.1", "76.5,-4.1", "line 9: conf of .*found -4.1"),
    ("aps_number_percent.csv", "76.5,4.1", "76.5,0.0", "line 9: the interval .*standard error would be 0"),
    ("aps_number_percent.csv", "76.5,4.1", "=1+1,4.1", "line 9: percent of .*found '=1.1'.*formulas are not"),
    ("aps_number_percent.csv", "76.5,4.1", "many,4.1", "found 'many', which is no figure"),
    ("aps_number_percent.csv", "76.5,4.1", "nan,4.1", "found 'nan', which is no figure"),
    ("aps_number_percent.csv", "76.5,4.1", "7.65e1,4.1", "is no figure"),
    ("aps_number_percent.csv", '"Sefton","E08000014"', '"Halton","E06000006"', "lines 9 and 10 both give .*Halton"),
    ("aps_number_percent.csv", '"Halton","E06000006"', '"Halton","E08000014"', "code E08000014 beside Halton is that"),
    ("aps_number_percent.csv", "Jan 2024-Dec 2024", "Dec 2024-Jan 2024", "'Dec 2024-Jan 2024' is no period"),
    ("aps_number_percent.csv", "Jan 2024-Dec 2024", "Foo 2024-Dec 2024", "is no period"),
    ("aps_number_percent.csv", "In employment : All", "In employment : Males", "the model has no measure"),
    ("aps_number_percent.csv", '"cell        :"', '"sex         :"', "nothing in it can be a target"),
    ("api_variables.csv", ",DATE_NAME,", ",DATE_NAMES,", "the column DATE_NAME is missing"),
    ("api_variables.csv", ",MEASURES_NAME,", ",MEASURE,", "the column MEASURES_NAME is missing"),
    ("api_variables.csv", '21001,"Numerator",61300', '20599,"Variable",61300', "lines 2 and 3 both give Variable"),
    ("profile_halton.csv", "62,000", "62,000\"x", "no sound CSV"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "words"), REFUSED)
def test_a_broken_file_is_refused_with_line_and_cell(file: str, old: str, new: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidData, match=words) as stop:
        dry(changed(file, old, new, tmp_path))
    assert stop.value.exit_code == 3 and str(tmp_path) not in str(stop.value)


NO_DOWNLOAD = [
    (b"", "is empty"),
    (b"\n\n\n", "is empty"),
    (b"name,age\nAnn,3\n", "no download from Nomis that is known here; it begins 'name,age'"),
    (b"PK\x03\x04rest", "a workbook"),
    (b"\xd0\xcf\x11\xe0rest", "old Excel"),
    (b"<!DOCTYPE html><p>Nomis</p>", "a web page"),
    (b'{"obs": []}', "JSON"),
    (b"%PDF-1.7", "a PDF"),
    (b"a\0b", "zero bytes"),
    (b'"annual population survey\n', "no sound CSV"),
    (b'"Area","mnemonic","Employment rate - aged 16-64"\n', "no download from Nomis"),
    (b"," * 5000, "columns"),
    (b'"' + b"a" * 200_000 + b'"', "no sound CSV"),
]


@pytest.mark.parametrize(("content", "words"), NO_DOWNLOAD)
def test_what_is_no_download_is_refused_and_says_what_it_is(content: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    begun = time.perf_counter()
    with pytest.raises(InvalidData, match=words):
        dry(path)
    assert time.perf_counter() - begun < 2.0


def test_files_that_are_missing_folders_or_too_large_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InvalidData, match="cannot be read"):
        dry(tmp_path / "none.csv")
    with pytest.raises(InvalidData, match="is no file"):
        dry(tmp_path)
    path = tmp_path / "file.csv"
    path.write_text("a\n" * 20)
    monkeypatch.setattr(nomis_cells, "MAX_LINES", 10)
    with pytest.raises(InvalidData, match="more than 10 lines"):
        dry(path)
    monkeypatch.setattr(nomis_cells, "MAX_BYTES", 10)
    with pytest.raises(InvalidData, match="more than 10 bytes"):
        dry(path)


def test_hostile_words_of_a_file_reach_neither_the_targets_nor_the_terminal(root: Path, tmp_path: Path) -> None:
    path = changed("aps_number_percent.csv", '"Bolton"', "\"=cmd|\x1b[31m'/C calc'!A0 !!python/object\"", tmp_path)
    text = path.read_bytes().replace(b'"annual population survey"', b'"annual: {population: *x} # survey"', 1)
    path.write_bytes(text)
    found = import_targets(Wish(path, REGION, root=root))
    assert all("\x1b" not in item.what for item in found.left)
    assert "=cmd" not in (root / "regions" / REGION / "targets.yaml").read_text()
    assert evidence.sources(root)[found.source].table.startswith("annual: {population: *x} # survey (")


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("Jan 2024-Dec 2024", YEAR), ("January 2024 - December 2024", YEAR), ("Jan 2024 to Dec 2024", YEAR),
        ("12 months to March 2025", "2024-04/2025-03"), ("year ending Dec 2024", YEAR), ("2024", "2024"),
        ("Mar 2024", "2024-03"), ("March 2024", "2024-03"), ("2024-13", None), ("", None), ("soon", None),
    ],
)  # fmt: skip
def test_periods_are_those_that_nomis_writes(text: str, period: str | None) -> None:
    assert period_of(text) == period


@pytest.mark.parametrize(
    ("text", "value", "missing", "unreliable"),
    [
        ("61,300", 61300.0, False, False), ("76.5", 76.5, False, False), ("76.5*", 76.5, False, True),
        ("12.0 #", 12.0, False, True), ("2,700†", 2700.0, False, False), ("!", None, True, False),
        ("*", None, True, True), ("-", None, True, False), ("~", None, True, False), ("", None, True, False),
    ],
)  # fmt: skip
def test_a_cell_is_a_number_or_says_why_it_is_none(
    text: str, value: float | None, missing: bool, unreliable: bool
) -> None:
    found = cell(text)
    assert (found.value, bool(found.missing), found.unreliable, found.wrong) == (value, missing, unreliable, "")


@pytest.mark.parametrize("text", ["1,23", "1.2.3", "1e5", "=1", "0x10", "١٢"])
def test_what_only_looks_like_a_number_is_none(text: str) -> None:
    assert cell(text).wrong == text
