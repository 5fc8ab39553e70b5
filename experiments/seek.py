"""What would reach a target: searched on one set of seeds, checked on another, with its cost and its uncertainty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from experiments import estimate as cost
from experiments.answers import Answer, is_finished
from experiments.errors import Interrupted
from experiments.events import Events
from experiments.folders import only_writer, usable_folder
from experiments.seek_chance import Shape, Spread, ends_to_try, over_draws, over_seeds, shape_of
from experiments.seek_many import Points, by_draw, search_many
from experiments.seek_runs import Bench
from experiments.seek_search import Crossing, Tried, best_value, search, status_of
from experiments.seek_study import Point, SeekRequest, SeekStudy, seek_study
from results.seek_store import PAGE, read_seek, write_seek
from results.seek_target import LEVEL, Figure

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class FinishedSeek(Answer):
    """An answer on disk: its folder and its content as plain values."""

    page_name = PAGE


@dataclass(frozen=True)
class Taken:
    """Every figure at one point: numerators and denominators, shape (figures, runs), the target's first."""

    above: Floats
    below: Floats

    def mean(self, row: int) -> float:
        """Return one figure's mean over runs; not a number where the denominator is not above 0."""
        below = float(self.below[row].mean())
        return float(self.above[row].mean()) / below if below > 0 else float("nan")

    def beyond(self, sense: int, value: float) -> Floats:
        """Return how far each run is beyond the target, shape (runs,); linear in both parts of a ratio.

        Not a number where the mean denominator is not above 0: the ratio then means nothing.

        Parameters
        ----------
        sense : int
            1 where the target is reached above its value, -1 below it.
        value : float
            The target's value.
        """
        if not self.below[0].mean() > 0:
            return np.full(self.above.shape[1], np.nan)
        return np.asarray(sense * (self.above[0] - value * self.below[0]), np.float64)


@dataclass
class Found:
    """Everything that a search tried and found, before it is put into words.

    `taken`: point -> its figures on the seeds of the search; `without`: the target's figure without the policy, None
    for differences; `checked`: the point that was run on fresh seeds, and its figures there.
    """

    sense: int
    figures: tuple[Figure, ...]
    taken: dict[Point, Taken] = field(default_factory=dict)
    status: str = ""
    crossings: list[Crossing] = field(default_factory=list)
    shape: Shape | None = None
    by_seeds: Spread | None = None
    by_draws: Spread | None = None
    points: Points | None = None
    best_of_draws: list[Point | None] = field(default_factory=list)
    without: Taken | None = None
    checked: tuple[Point, Taken] | None = None


def seek(request: SeekRequest, events: Events | None = None) -> FinishedSeek:
    """Return the finished answer to a question; one that is there is read, not made again.

    Parameters
    ----------
    request : SeekRequest
        What is asked.
    events : Events or None
        Who hears of progress.

    Raises
    ------
    RunError, ScenarioError, EvidenceError
        If it cannot be asked, runs failed or were interrupted, or a finished answer is not as it was written.
    """
    heard = events or Events()
    study = seek_study(request)
    folder = study.folder
    if is_finished(folder.path, "answer", heard):
        return FinishedSeek(folder.path, read_seek(folder.path))
    cost.refuse_if_too_large(study.estimate, request.study.sample, study.plan.workers)
    usable_folder(folder.path)
    with only_writer(folder.path):
        from experiments.seek_content import content_of

        try:
            content = content_of(study, answer(study, Bench(study, heard), heard))
            write_seek(folder, content)
        except KeyboardInterrupt:  # between runs; within them the runner says how many are kept
            kept = folder.path.parent / "runs"
            raise Interrupted(f"Interrupted. Finished runs are kept in {kept} and will not be repeated.") from None
    return FinishedSeek(folder.path, content)


def answer(study: SeekStudy, bench: Bench, events: Events) -> Found:
    """Return what is found: the search on the question's seeds, then the answer on fresh ones.

    Parameters
    ----------
    study : SeekStudy
        The question.
    bench : Bench
        Makes runs and takes figures.
    events : Events
        Who hears of progress.
    """
    n = len(study.tasks)
    events.stage(
        f"Seeking {study.target.text} over {len(study.levers)} lever(s): {study.budget} points of {n} run(s) at most. "
        f"Expected at most: {study.estimate.sentence()}."
    )
    found = _begun(study, bench)
    if len(study.levers) == 1:
        _search_one(study, bench, events, found)
        point = _chosen(study, _tried(study, bench, events, found), found)
    else:
        point = _search_several(study, bench, events, found)
    events.stage(f"Checking {_words(study, point)} on {n} fresh run(s).")
    bench.run([point], study.fresh_tasks)
    found.checked = (point, Taken(*bench.values(point, study.fresh_tasks, found.figures)))
    return found


def _begun(study: SeekStudy, bench: Bench) -> Found:
    """Return a search that knows from which side the target is reached, which a level may have to be run for."""
    target, least = study.target, study.least
    figures = (
        target.figure,
        *study.costs,
        *([least] if isinstance(least, Figure) and least not in study.costs else []),
    )
    if target.figure.kind != LEVEL:
        return Found(target.sense(0.0), figures)
    first = tuple(lever.low for lever in study.levers)
    bench.run([first], study.tasks)
    parts = [bench.without(first, task, target.figure) for task in study.tasks]
    above, below = np.array(parts).T
    without = Taken(above[None], below[None])
    return Found(target.sense(without.mean(0)), figures, without=without)


def _take(study: SeekStudy, bench: Bench, events: Events, found: Found, points: Sequence[Point]) -> list[Taken]:
    """Run points and return their figures."""
    new = [point for point in points if point not in found.taken]
    if new:
        shown = "; ".join(_words(study, point) for point in new[:3])
        more = f" and {len(new) - 3} more" if len(new) > 3 else ""
        events.stage(f"Trying {shown}{more}.")
        bench.run(new, study.tasks)
    for point in new:
        found.taken[point] = Taken(*bench.values(point, study.tasks, found.figures))
    return [found.taken[point] for point in points]


def _words(study: SeekStudy, point: Point) -> str:
    return ", ".join(f"{lever.key}={lever.text(x)}" for lever, x in zip(study.levers, point, strict=True))


def _tried(study: SeekStudy, bench: Bench, events: Events, found: Found) -> Tried:
    """Return the one lever's values, those that were tried before among them."""

    def evaluate(values: Sequence[float]) -> list[Floats]:
        taken = _take(study, bench, events, found, [(x,) for x in values])
        return [each.beyond(found.sense, study.target.value) for each in taken]

    known = {point[0]: taken.beyond(found.sense, study.target.value) for point, taken in found.taken.items()}
    return Tried(evaluate, study.budget - 1, known)


def _search_one(study: SeekStudy, bench: Bench, events: Events, found: Found) -> None:
    """Search one lever, then try the ends of the answer's interval, so that it rests on runs there."""
    (lever,) = study.levers
    tried = _tried(study, bench, events, found)
    crossings = search(lever, tried)
    draws = np.array([task.draw for task in study.tasks], np.int64)
    seed = study.request.study.seed
    while crossings:
        found.by_seeds = over_seeds(tried, crossings[0], lever, seed)
        found.by_draws = over_draws(tried, crossings[0], lever, draws)
        used = found.by_draws if study.names_draws else found.by_seeds
        if not tried.at(ends_to_try(used, tried, lever)):
            break
        crossings = search(lever, tried)  # what was tried may show another crossing, or a narrower one
    found.crossings, found.status = crossings, status_of(tried, crossings)
    defined = ~np.isnan(tried.matrix).any(axis=1)
    if defined.any():
        found.shape = shape_of(np.array(tried.values)[defined].tolist(), tried.matrix[defined])


def _chosen(study: SeekStudy, tried: Tried, found: Found) -> Point:
    """Return the first crossing; without one the cheapest value that reaches the target, or the nearest to it."""
    if found.crossings:
        return (found.crossings[0].x,)
    reaching = [x for x in tried.values if tried.reaches(x)]
    if not reaching:
        return (best_value(tried),)
    least = study.least
    row = found.figures.index(least) if isinstance(least, Figure) else -1
    return (min(reaching, key=lambda x: (found.taken[x,].mean(row) if row >= 0 else x, x)),)


def _search_several(study: SeekStudy, bench: Bench, events: Events, found: Found) -> Point:
    """Search several levers and return the cheapest point that reaches the target, or the nearest to it."""
    least = study.least
    row = found.figures.index(least) if isinstance(least, Figure) else -1
    column = -1 if isinstance(least, Figure) else [lever.key for lever in study.levers].index(least.key)

    def evaluate(points: Sequence[Point]) -> list[tuple[Floats, float]]:
        taken = _take(study, bench, events, found, points)
        return [
            (each.beyond(found.sense, study.target.value), each.mean(row) if column < 0 else point[column])
            for point, each in zip(points, taken, strict=True)
        ]

    points = Points(study.levers, evaluate, study.budget - 1)
    search_many(points, study.request.study.seed)
    draws = np.array([task.draw for task in study.tasks], np.int64)
    found.points = points
    found.status = "crossed" if points.reaching else "nowhere"
    found.best_of_draws = by_draw(points, draws) if len(np.unique(draws)) > 1 else []
    return points.best
