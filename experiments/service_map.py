"""The service map of a region, made once from the population that every run starts with, and kept in a folder."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.answers import Answer, is_finished
from experiments.cache import cached_start, hash_of, parameters_hash, rules_hash
from experiments.errors import InvalidRequest
from experiments.estimate import estimate, refuse_if_too_large
from experiments.events import Events
from experiments.folders import drop_old_compiled_code, is_compiled, only_writer, usable_folder
from experiments.plans import residents_of, shipped_parameters, shipped_region
from experiments.requests import MAX_SAMPLE, check_threads, usable_cores
from experiments.run_folder import find, refuse_if_altered
from experiments.version import MODEL_PACKAGES, __version__, source_hash
from results.gaps_data import MapFacts
from results.gaps_run import Delivery, has_counts, read_delivery, run_facts
from results.gaps_store import PAGE, read_map, write_map
from results.store import RunFolder, read_manifest

if TYPE_CHECKING:
    from evidence.model import Region
    from results.gaps import ServiceMap
    from simulation.start import Start

FORMAT = 1
"""Raise it when the same inputs would fill a folder with other content."""
BASELINE = "baseline"


@dataclass(frozen=True)
class MapRequest:
    """Which region's map, on one resident in how many, kept under which folder, beside which run.

    `run`: a run folder, or the name of a scenario whose latest run under `runs` is meant; None for none.
    """

    region: str
    sample: int = 1
    out: Path = Path("gaps")
    threads: int | None = None
    run: str | None = None
    runs: Path = Path("runs")

    def __post_init__(self) -> None:
        """Refuse a sample or threads that are out of range."""
        if not 1 <= self.sample <= MAX_SAMPLE:
            raise InvalidRequest(f"--sample {self.sample}: give a whole number from 1 to {MAX_SAMPLE}.")
        check_threads(self.threads)

    @cached_property
    def content_hash(self) -> str:
        """16 hex digits over everything that decides a figure or a word of the map."""
        from evidence.registry import tiles
        from results.report import PAGES
        from scenarios.needs import NEEDS

        region = shipped_region(self.region)
        parameters, rows = parameters_hash(shipped_parameters()), NEEDS.read_text(encoding="utf-8")
        inputs = (region.folder_hash, parameters, rules_hash(), rows, tiles(self.region), self.sample)
        # the map is counted and worded in results, so its code decides the content here, as it does not in a run
        pages = [(path.name, path.read_text(encoding="utf-8")) for path in sorted(PAGES.iterdir()) if path.is_file()]
        sources = source_hash((*MODEL_PACKAGES, "results"))
        beside = () if self.found_run is None else (self.found_run[1]["run_id"],)
        return hash_of("service map", FORMAT, inputs, sources, pages, __version__, *beside)

    @cached_property
    def found_run(self) -> tuple[Path, dict[str, Any]] | None:
        """Folder and manifest of the run, None where none was asked for.

        Raises
        ------
        MissingData
            If there is none, it did not finish, or it is not as it was written.
        InvalidRequest
            If it is of another region, or its policy has no services.
        """
        if self.run is None:
            return None
        folder = find(self.run, self.runs)
        refuse_if_altered(folder)
        manifest = read_manifest(folder)
        if manifest["region"] != self.region:
            raise InvalidRequest(
                f"--run {self.run}: the run is of the region '{manifest['region']}', the map of '{self.region}'. "
                f"Give --region {manifest['region']}, or a run of '{self.region}'."
            )
        if not has_counts(folder, manifest):
            raise InvalidRequest(
                f"--run {self.run}: the policy '{manifest['scenario']}' of the run has no services. "
                "Name a run of a scenario with services: workability run services-today."
            )
        return folder, manifest

    @property
    def folder(self) -> RunFolder:
        """Where the map is kept."""
        return RunFolder(self.out, self.region, self.content_hash)


@dataclass(frozen=True)
class FinishedMap(Answer):
    """A map on disk: its folder and its content as plain values."""

    page_name = PAGE


def make_map(request: MapRequest, events: Events | None = None) -> FinishedMap:
    """Return the finished map that a request asks for; one that is there is read, not made again.

    Parameters
    ----------
    request : MapRequest
        What is asked.
    events : Events or None
        Who hears of progress.

    Raises
    ------
    RunError, ScenarioError, EvidenceError
        If the region, the sample or the folder cannot be used, or a finished map is not as it was written.
    """
    from scenarios.needs import load_needs
    from scenarios.programmes import load_catalogue

    heard = events or Events()
    region = shipped_region(request.region)
    catalogue, needs = load_catalogue(request.region), load_needs(request.region)
    folder = request.folder
    if is_finished(folder.path, "map", heard):
        return FinishedMap(folder.path, read_map(folder.path))
    usable_folder(folder.path)
    with only_writer(folder.path):
        start = start_for(request, region, heard)
        heard.stage(f"Checking {start.n:,} residents against the rules of {len(catalogue.running)} running services.")
        from evidence.registry import tiles
        from results.access import access_of
        from results.gaps import service_map
        from results.geography import geography_of

        access = access_of(start.columns, 0, catalogue, needs, request.threads or usable_cores())
        found = service_map(access, start.columns.place, geography_of(region), catalogue)
        found = replace(found, delivery=delivery_of(request, found))
        content = write_map(folder, found, facts_of(request, region, start.n), tiles(request.region))
    return FinishedMap(folder.path, content)


def delivery_of(request: MapRequest, found: ServiceMap) -> Delivery | None:
    """Return what services did in the run that a request names, None where it names none."""
    if request.found_run is None:
        return None
    return read_delivery(*request.found_run, [p.slug for p in found.programmes], found.geography)


def start_for(request: MapRequest, region: Region, events: Events) -> Start:
    """Return the stationary start that every run of the region shares, from the cache where it is there."""
    from scenarios.arm import arm
    from scenarios.resolve import resolve
    from simulation.start import RUN_IN_MONTHS

    threads = request.threads or usable_cores()
    n_residents = -(-residents_of(region) // request.sample)
    needed = estimate(n_residents, n_runs=1, run_months=RUN_IN_MONTHS, workers=1, threads=threads)
    refuse_if_too_large(needed, request.sample, 1)
    if not is_compiled():
        events.stage("First run with this version on this machine: compiling takes about a minute more, this once.")
        drop_old_compiled_code()
    scale = "every resident" if request.sample == 1 else f"one resident in {request.sample}: a draft"
    events.stage(f"The starting population of {region.title}, {scale}; not calibrated. It is kept for later runs.")
    baseline = arm(resolve(BASELINE, {"region": request.region}))
    return cached_start(
        region, shipped_parameters(), baseline, sample=request.sample, draw=0, threads=threads, variant=None
    )


def facts_of(request: MapRequest, region: Region, n_residents: int) -> MapFacts:
    """Return what a map was made from.

    Parameters
    ----------
    request : MapRequest
        What was asked.
    region : Region
        The region.
    n_residents : int
        Rows of the population.
    """
    from scenarios.vocabulary import month_name
    from simulation.start import RUN_IN_MONTHS

    scale = "every resident" if request.sample == 1 else f"one resident in {request.sample}"
    population = (
        f"The population is the one that every run of {region.title} starts with: {n_residents:,} synthetic residents "
        f"aged 16 to 64 ({scale}) in {month_name(0)}, drawn to published margins and then run for {RUN_IN_MONTHS} "
        "months without any programme, so that spells and benefit claims are those of the model's steady state. It is "
        "not calibrated."
    )
    sample = "" if request.sample == 1 else f" --sample 1:{request.sample}"
    # the run by its own folder's name: a path of this machine would be no use elsewhere
    beside = "" if request.found_run is None else f" --run {run_facts(request.found_run[1]).where}"
    command = f"workability gaps --region {request.region}{sample}{beside}"
    return MapFacts(request.content_hash, population, request.sample, command)
