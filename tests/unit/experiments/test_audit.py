"""The audit as a study: need counted by group, kept whole, refused where it cannot be made."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from experiments.audit import AuditRequest, FinishedAudit, make_audit, template_of
from experiments.errors import InvalidData, InvalidRequest, MissingData
from results.store import altered
from workability.guard import INVALID, MISSING

REGION = "eskermere"
TEXT = "dimension,group,clients\nsex,female,60\nsex,male,40\n"


def request(folder: Path, text: str = TEXT, **options: str) -> AuditRequest:
    path = folder / "clients.csv"
    path.write_text(text)
    return AuditRequest(path, REGION, sample=100, out=folder / "audits", threads=1, **options)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> FinishedAudit:
    return make_audit(request(tmp_path_factory.mktemp("audits")))


def test_the_folder_is_whole_and_lies_under_the_output_folder(made: FinishedAudit) -> None:
    names = {path.name for path in made.folder.iterdir()}
    assert names == {"audit.csv", "audit.xlsx", "audit.json", "audit.html", "COMPLETE"} and altered(made.folder) == []
    assert made.folder.parent.name == REGION and made.folder.parent.parent.name == "audits"
    text = (made.folder / "audit.html").read_text()
    assert "not calibrated" in text.casefold() and "synthetic" in text and "clients.csv" not in text
    json.dumps(made.as_dict())


def test_the_same_counts_give_the_same_bytes_and_are_made_once(made: FinishedAudit, tmp_path: Path) -> None:
    other = make_audit(request(tmp_path, "# a note\n" + TEXT))
    for path in made.folder.iterdir():
        assert (other.folder / path.name).read_bytes() == path.read_bytes(), path.name
    before = (other.folder / "COMPLETE").stat().st_mtime_ns
    assert make_audit(request(tmp_path)).content == other.content
    assert (other.folder / "COMPLETE").stat().st_mtime_ns == before


def test_need_follows_the_need_that_is_named_and_the_places_listed(made: FinishedAudit, tmp_path: Path) -> None:
    total = sum(row["in_need"] for row in made.content["groups"])
    young = make_audit(request(tmp_path, need="neet")).content
    assert 0 < sum(row["in_need"] for row in young["groups"]) < total
    first = template_of(REGION).split("place,")[1].split(",")[0]
    one = make_audit(request(tmp_path, f"{TEXT}place,{first},100\n")).content
    sexes = [row["in_need"] for row in one["groups"] if row["dimension"] == "sex"]
    assert 0 < sum(sexes) < total and first in one["area"]


def test_what_cannot_be_asked_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="keep one"):
        request(tmp_path, need="neet", programme="x")
    with pytest.raises(InvalidRequest, match="Did you mean 'out-of-work'"):
        make_audit(request(tmp_path, need="out-of-wrok"))
    with pytest.raises(InvalidRequest, match="--programme"):
        make_audit(request(tmp_path, programme="../x"))
    with pytest.raises(InvalidData, match="below nought") as refused:
        make_audit(request(tmp_path, TEXT.replace("60", "-60")))
    assert refused.value.exit_code == INVALID
    with pytest.raises(MissingData, match="--template") as missing:
        make_audit(AuditRequest(tmp_path / "none.csv", REGION, sample=100, out=tmp_path))
    assert missing.value.exit_code == MISSING
    with pytest.raises(Exception, match="region"):
        make_audit(AuditRequest(tmp_path / "clients.csv", "../eskermere", sample=100, out=tmp_path))
