"""Taking newer figures from a Nomis download into a region's targets, whole or not at all."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from calibration.consistency import Conflict, check_targets
from calibration.nomis_cells import Download, shown
from calibration.nomis_forms import read_download
from calibration.nomis_measures import Figure, Left, figures
from calibration.target_file import with_entries, without
from evidence import entries, loading
from evidence.errors import EvidenceError
from evidence.known import REGION, ROLES
from evidence.model import Region, Source, Target
from evidence.region_files import TARGETS
from evidence.registry import PACKAGED, load_region, sources
from experiments.errors import InvalidData, InvalidRequest, UnusableOutput
from results.files import digest_of, write_text

SOURCES = "sources.yaml"
PUBLISHER, LICENCE, ADDRESS = (
    "Office for National Statistics",
    "Open Government Licence v3.0",
    "https://www.nomisweb.co.uk",
)
MOST_NAMED = 6


@dataclass(frozen=True)
class Wish:
    """What is asked of an import.

    `replace` lets a figure of the same measure, area and period go for the new one; `supersede` lets the fitted figures
    of earlier periods go. To fit, only the latest period of the file is taken, unless `all_periods`. `out` is a file of
    its own for the new targets; None writes the region's own. `root` is the evidence folder, the packaged one if None.
    """

    file: Path
    region: str
    role: str = "fit"
    replace: bool = False
    supersede: bool = False
    all_periods: bool = False
    dry_run: bool = False
    out: Path | None = None
    root: Path | None = None

    def __post_init__(self) -> None:
        """Refuse a role that targets cannot have, and an output that is there or is no YAML file."""
        if self.role not in ROLES:
            raise InvalidRequest(f"--role {shown(self.role)}: write {' or '.join(ROLES)}.")
        if self.out is not None:
            if self.out.suffix not in (".yaml", ".yml"):
                raise InvalidRequest(f"--out {shown(str(self.out))}: name a file that ends in .yaml.")
            for path in (self.out, sources_beside(self.out)):
                if path.is_symlink() or path.exists():
                    raise UnusableOutput(
                        f"--out {shown(str(path))}: is there already. Name another file, or move it away."
                    )


@dataclass(frozen=True)
class Imported:
    """What an import took and left.

    `taken` and `there` have the target's name beside each figure; what is `there` is a target already and was not
    touched. `removed` are targets that made room, `older` the fitted figures of earlier periods that stay. `conflicts`
    are those of the new targets that nobody has accepted. `written` names the files, relative to the evidence folder or
    as asked for; empty where nothing was written.
    """

    title: str
    retrieved: str
    source: str
    taken: tuple[tuple[Figure, str], ...]
    left: tuple[Left, ...]
    there: tuple[tuple[Figure, str], ...]
    removed: tuple[str, ...]
    older: tuple[str, ...]
    conflicts: tuple[Conflict, ...]
    written: tuple[str, ...]


def sources_beside(out: Path) -> Path:
    """Return where the sources of targets go that are written to a file of their own."""
    return out.with_name(f"{out.stem}-sources.yaml")


def import_targets(wish: Wish) -> Imported:
    """Take the figures of a Nomis download into a region's targets, or into a file of their own.

    Parameters
    ----------
    wish : which file, which region, and what may be replaced.

    Raises
    ------
    InvalidData
        If the file is no Nomis download, is broken, or holds nothing that can be taken.
    UnusableOutput
        If what is to be written cannot be.
    EvidenceError
        If the region is not held or broken.
    """
    root = (wish.root or PACKAGED).resolve()
    region = load_region(wish.region, root)
    folder = root / "regions" / region.name
    download = read_download(wish.file)
    found, left = figures(download.readings, region, shown(wish.file.name))
    if not found:
        raise InvalidData(_nothing(wish, region, download, left))
    if wish.role == "fit" and not wish.all_periods:
        found, earlier = _latest(found)
        left = sorted([*left, *earlier], key=lambda item: item.line)
    same = {(t.measure, t.area, t.period): t for t in region.targets}
    there = [
        (figure, same[key].name) for figure in found if (key := (figure.measure, figure.area, figure.period)) in same
    ]
    taken = [f for f in found if wish.replace or (f.measure, f.area, f.period) not in same]
    older = _older(region, taken) if wish.role == "fit" else ()
    gone = {name for _, name in there} if wish.replace else set()
    gone |= set(older) if wish.supersede else set()
    _check_variants(region, gone)
    text, source_text, source, targets = _written(wish, root, region, download, taken, gone)
    conflicts = [c for c in check_targets(replace(region, targets=targets)) if not c.known]
    written = () if wish.dry_run or not taken else _write(wish, root, folder, text, source_text)
    return Imported(
        download.title,
        source.retrieved,
        source.id,
        _named(taken, targets, source.id),
        tuple(left),
        () if wish.replace else tuple(there),
        tuple(sorted(gone)),
        () if wish.supersede else older,
        tuple(conflicts),
        written,
    )


def _nothing(wish: Wish, region: Region, download: Download, left: Sequence[Left]) -> str:
    """Return why a file holds nothing that can be taken."""
    reasons = sorted({item.reason for item in left})
    areas = sorted({shown(reading.area) for reading in download.readings})
    more = f" and {len(areas) - MOST_NAMED} more" if len(areas) > MOST_NAMED else ""
    return (
        f"{shown(wish.file.name)}: nothing in it can be a target of {region.name}: "
        f"{'; '.join(reasons) or 'it has no rows'}. "
        f"Its areas are {', '.join(areas[:MOST_NAMED])}{more}. Wanted are employment, inactivity, unemployment and "
        "long-term sickness of everybody aged 16 to 64 in "
        f"{', '.join(place.name for place in region.places)} (or name another region with --region)."
    )


def _latest(found: Sequence[Figure]) -> tuple[list[Figure], list[Left]]:
    """Return the figures of the latest period of each measure, and the others as left.

    The model has one level of each measure, and periods of the survey overlap: a whole series would count its answers
    several times.
    """
    last: dict[str, str] = {}
    for figure in found:
        last[figure.measure] = max(last.get(figure.measure, ""), _end(figure.period))
    kept = [figure for figure in found if _end(figure.period) == last[figure.measure]]
    earlier = [
        Left(f.line, f"{f.measure}, {f.area}, {f.period}", "an earlier period of the file; --all-periods takes it too")
        for f in found
        if _end(f.period) != last[f.measure]
    ]
    return kept, earlier


def _older(region: Region, taken: Sequence[Figure]) -> tuple[str, ...]:
    """Return the fitted targets of the same measure and area whose period ends before that of a figure taken."""
    last: dict[tuple[str, str], str] = {}
    for figure in taken:
        key = (figure.measure, figure.area)
        last[key] = max(last.get(key, ""), _end(figure.period))
    return tuple(
        t.name for t in region.targets if t.role == "fit" and _end(t.period) < last.get((t.measure, t.area), "")
    )


def _end(period: str) -> str:
    """Return the month in which a period ends; a year ends in December."""
    end = period.rpartition("/")[2]
    return f"{end}-12" if len(end) == 4 else end


def _check_variants(region: Region, gone: set[str]) -> None:
    """Refuse to let a target go that another reading of the evidence overrides."""
    for name, variant in region.variants.items():
        overrides = variant["overrides"]
        named = sorted(gone & set(overrides)) if isinstance(overrides, Mapping) else []
        if named:
            raise InvalidData(
                f"regions/{region.name}/variants.yaml: '{name}' overrides {named[0]}, which would go. Change the "
                "variant first, or import without --replace and --supersede."
            )


def _written(
    wish: Wish, root: Path, region: Region, download: Download, taken: Sequence[Figure], gone: set[str]
) -> tuple[str, str, Source, tuple[Target, ...]]:
    """Return the new targets file and sources file, the source, and all targets as they are read back.

    Parameters
    ----------
    wish, root : what is asked, and the evidence folder.
    region, download : the region and what the file says of itself.
    taken, gone : figures to add, and names of targets to let go.
    """
    folder = root / "regions" / region.name
    file = f"regions/{region.name}/{TARGETS}"
    before = (folder / TARGETS).read_text(encoding="utf-8")
    source = _source(wish, download, taken, sources(root))
    content = loading.mapping(loading.read_yaml(root, folder / TARGETS), file, "")
    text = without(before, content, gone, file)
    added = _target_entries(taken, wish.role, source.id, tuple(content))
    text = with_entries(text, added)
    old_sources = folder / SOURCES
    source_text = old_sources.read_text(encoding="utf-8") if old_sources.is_file() else ""
    if source.id not in sources(root):
        fields = {name: value for name, value in vars(source).items() if name != "id" and value}
        source_text = with_entries(source_text, {source.id: fields})
    areas = [REGION, *(place.name for place in region.places), *region.groups]
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / TARGETS
        copy.write_text(text, encoding="utf-8")
        try:
            targets = entries.read_targets(Path(scratch), copy, {**sources(root), source.id: source}, areas)
        except EvidenceError as error:
            raise InvalidData(f"{file}: the new targets would be refused: {error}") from None
    return text, source_text, source, targets


def _named(taken: Sequence[Figure], targets: Sequence[Target], source: str) -> tuple[tuple[Figure, str], ...]:
    """Return each figure with the name of its target.

    Parameters
    ----------
    taken, targets, source : figures, the region's new targets, and the source that the figures' targets have.
    """
    names = {(t.measure, t.area, t.period): t.name for t in targets if t.source == source}
    return tuple((figure, names[figure.measure, figure.area, figure.period]) for figure in taken)


def _source(wish: Wish, download: Download, taken: Sequence[Figure], known: Mapping[str, Source]) -> Source:
    """Return the publication that the figures come from; the one that is held already if it is the same.

    Parameters
    ----------
    wish, download : the file; when it was taken from Nomis if it says so, else when it was last changed.
    taken : the figures.
    known : all publications by id.
    """
    day = datetime.fromtimestamp(wish.file.stat().st_mtime, UTC).date().isoformat()
    profile = "labour market profile" in download.title.casefold()
    retrieved = download.retrieved or day
    last = max((_end(figure.period) for figure in taken), default=retrieved)
    name = f"nomis_{'lmp' if profile else 'aps'}_{retrieved.replace('-', '_')}"
    title = "Labour Market Profile" if profile else "Annual Population Survey"
    table = f"{download.title} ({shown(wish.file.name)}, SHA-256 {digest_of(wish.file)[:16]})"
    source = Source(name, f"{title}, as downloaded from Nomis", PUBLISHER, last, table, ADDRESS, LICENCE, retrieved)
    number = 1
    while source.id in known and known[source.id] != source:
        number += 1
        source = replace(source, id=f"{name}_{number}")
    return source


def _target_entries(taken: Sequence[Figure], role: str, source: str, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return the entries to add: one for each measure, period and way in which its figures came about.

    Parameters
    ----------
    taken : the figures.
    role, source : of all of them.
    keys : entries that the file has.
    """
    groups: dict[tuple[str, str, str, bool], list[Figure]] = {}
    for figure in taken:
        groups.setdefault((figure.measure, figure.period, figure.note, figure.is_unreliable), []).append(figure)
    out: dict[str, dict[str, Any]] = {}
    for (measure, period, note, is_unreliable), members in sorted(groups.items()):
        plain = f"{measure}_{period.replace('-', '_').replace('/', '_to_')}"
        key, number = plain, 1
        while key in keys or key in out:
            number += 1
            key = f"{plain}_{number}"
        entry: dict[str, Any] = {"measure": measure, "over": "place"}
        entry["values"] = {figure.area: figure.value for figure in members}
        entry["se"] = {figure.area: figure.se for figure in members}
        entry |= {"period": period, "unit": "percent", "role": role, "source": source}
        entry["confidence"] = "low" if is_unreliable else "derived" if note else "medium"
        if note:
            entry["note"] = note
        out[key] = entry
    return out


def _write(wish: Wish, root: Path, folder: Path, text: str, source_text: str) -> tuple[str, ...]:
    """Write sources, then targets; put the sources back if the targets cannot be written.

    Parameters
    ----------
    wish : where to.
    root, folder : the evidence folder and the region's.
    text, source_text : the new files.
    """
    targets, source_file = folder / TARGETS, folder / SOURCES
    if wish.out is not None:
        targets, source_file = wish.out, sources_beside(wish.out)
    before = source_file.read_text(encoding="utf-8") if source_file.is_file() else None
    try:
        if source_text != before:
            write_text(source_file, source_text)
        try:
            write_text(targets, text)
        except OSError:
            if before is None:
                source_file.unlink(missing_ok=True)
            else:
                write_text(source_file, before)
            raise
    except OSError as problem:
        raise UnusableOutput(
            f"{shown(targets.name)} cannot be written ({problem.strerror or problem}). Nothing was changed. Name a "
            "file that you may write with --out FILE.yaml."
        ) from None
    paths = (targets, source_file) if source_text != before else (targets,)
    return tuple(p.relative_to(root.parent).as_posix() if p.is_relative_to(root) else p.as_posix() for p in paths)
