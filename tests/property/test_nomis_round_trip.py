"""Whatever a Nomis table says of the region's Places comes back from the targets that were written."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import evidence
from calibration.nomis_forms import period_of
from calibration.nomis_import import Wish, import_targets
from calibration.nomis_measures import HALF_WIDTH_IN_SE
from evidence import entries
from evidence.known import REGION as WHOLE
from experiments.errors import InvalidData
from tests.unit.evidence.conftest import FILES

PLACES = {"X1": "Upton", "X2": "Lowton"}
ELSEWHERE = {"E08000003": "Manchester", "E12000002": "North West", "E92000001": "England"}
ITEMS = {
    "Employment rate - aged 16-64": "employment_rate",
    "% who are economically inactive - aged 16-64": "inactivity_rate",
    "Unemployment rate - aged 16-64": "unemployment_rate",
}
MONTHS = ("Jan", "Apr", "Jul", "Oct")
ENDS = {"Jan": ("Dec", 0), "Apr": ("Mar", 1), "Jul": ("Jun", 1), "Oct": ("Sep", 1)}
SUPPRESSED = st.sampled_from(["!", "*", "-", "~", "#", ""])
TENTHS = st.integers(1, 999).map(lambda n: f"{n / 10:.1f}")

cells = st.tuples(st.one_of(TENTHS, TENTHS, SUPPRESSED), TENTHS)
tables = st.fixed_dictionaries(
    {
        "month": st.sampled_from(MONTHS),
        "year": st.integers(2025, 2040),  # later than any target that ships
        "areas": st.lists(st.sampled_from([*PLACES, *ELSEWHERE]), min_size=1, unique=True),
        "items": st.lists(st.sampled_from(list(ITEMS)), min_size=1, unique=True),
        "values": st.lists(st.lists(cells, min_size=3, max_size=3), min_size=5, max_size=5),
        "two_lines": st.booleans(),
        "mnemonic": st.booleans(),
        "mark": st.booleans(),
        "prefix": st.booleans(),
        "ending": st.sampled_from(["\n", "\r\n"]),
    }
)


def written(table: dict) -> tuple[bytes, str, dict[tuple[str, str], tuple[float, float]]]:
    """A table as Nomis writes it, its period, and what it says of the Places."""
    end, later = ENDS[table["month"]]
    date = f"{table['month']} {table['year']}-{end} {table['year'] + later}"
    paper = io.StringIO()
    lines = csv.writer(paper, quoting=csv.QUOTE_NONNUMERIC, lineterminator=table["ending"])
    lines.writerow(["annual population survey"])
    lines.writerow(["ONS Crown Copyright Reserved [from Nomis on 1 September 2026]"])
    paper.write(table["ending"])
    lines.writerow(["date        :", date])
    paper.write(table["ending"])
    head, sub = ["local authority: district / unitary (as of April 2023)"], [""]
    if table["mnemonic"]:
        head, sub = [*head, "mnemonic"], [*sub, ""]
    for item in table["items"]:
        head += [item, "", "", ""] if table["two_lines"] else [item, "Conf"]
        sub += ["numerator", "denominator", "percent", "conf"]
    lines.writerow(head)
    if table["two_lines"]:
        lines.writerow(sub)
    paper.write(table["ending"])
    said = {}
    for code, row in zip(table["areas"], table["values"], strict=False):
        name = PLACES.get(code) or ELSEWHERE[code]
        line = [f"ualad23:{name}" if table["prefix"] else name, *([code] if table["mnemonic"] else [])]
        for item, (percent, conf) in zip(table["items"], row, strict=False):
            line += ["1,234", "5,678", percent, conf] if table["two_lines"] else [percent, conf]
            if code in PLACES and percent[:1].isdigit():
                said[ITEMS[item], PLACES[code]] = (float(percent), float(conf))
        lines.writerow(line)
    paper.write(table["ending"])
    lines.writerow(
        ["! Estimate and confidence interval not available since the group sample size is zero or disclosive."]
    )
    return paper.getvalue().encode("utf-8-sig" if table["mark"] else "utf-8"), period_of(date) or "", said


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small whole evidence folder, which reads fast."""
    folder = tmp_path_factory.mktemp("evidence")
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.lstrip("\n"), encoding="utf-8")
    return folder


@given(table=tables)
@settings(deadline=None, max_examples=40)
def test_any_table_comes_back_from_the_targets_that_it_was_written_to(root: Path, table: dict) -> None:
    content, period, said = written(table)
    region = evidence.load_region("vale", root)
    with tempfile.TemporaryDirectory() as scratch:
        path, out = Path(scratch) / "nomis.csv", Path(scratch) / "targets.yaml"
        path.write_bytes(content)
        if not said:
            with pytest.raises(InvalidData, match="nothing in it can be a target"):
                import_targets(Wish(path, "vale", out=out, root=root))
            assert not out.exists()
            return
        found = import_targets(Wish(path, "vale", out=out, root=root))
        sources = {
            **evidence.sources(root),
            **entries.read_sources(Path(scratch), Path(scratch) / "targets-sources.yaml"),
        }
        areas = [WHOLE, *PLACES.values(), *region.groups]
        targets = entries.read_targets(Path(scratch), out, sources, areas)
    assert targets[: len(region.targets)] == region.targets
    new = {(t.measure, t.area): t for t in targets[len(region.targets) :]}
    assert set(new) == set(said)
    for key, (value, half) in said.items():
        assert new[key].value == value and new[key].period == period and new[key].role == "fit"
        assert abs(new[key].se - half / HALF_WIDTH_IN_SE) <= 0.0005 + 1e-12
    assert len(found.taken) == len(said)
    elsewhere = [code for code, _ in zip(table["areas"], table["values"], strict=False) if code in ELSEWHERE]
    assert sum("no Place" in item.reason for item in found.left) == len(elsewhere) * len(table["items"])
