"""The notebook interface: frozen scenarios in, frames out, the same words as in YAML and on the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.paired import Finished
from experiments.paired import run as run_paired
from experiments.requests import Request

if TYPE_CHECKING:
    import pandas as pd
    from duckdb import DuckDBPyConnection

    from experiments.events import Events
    from results.appraisal import Appraisal
    from results.pairing import PairedSeed
    from results.summary import Headline
    from scenarios.resolve import Resolved


@dataclass(frozen=True)
class Scenario:
    """A scenario by name or file, with the values changed in it; frozen.

    `overrides` holds dotted key -> value, as after `--set`.
    """

    source: str
    overrides: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, name_or_path: str | Path) -> Scenario:
        """Return a scenario of the library or of a YAML file, checked.

        Raises
        ------
        scenarios.errors.ScenarioError
            If there is none, or it is not valid.
        """
        found = cls(str(name_or_path))
        _ = found.resolved
        return found

    @cached_property
    def resolved(self) -> Resolved:
        """Every value with its origin."""
        from scenarios.resolve import resolve

        return resolve(self.source, dict(self.overrides))

    @property
    def name(self) -> str:
        """The scenario's name."""
        return str(self.resolved.scenario.name)

    def with_(self, **changes: object) -> Scenario:
        """Return the scenario with some values changed; a double underscore stands for a dot.

        A key of a subsidy may stand alone where the scenario has one subsidy: `with_(length_months=4)`.
        """
        from scenarios.schema import SUBSIDY_KEYS

        subsidies = [subsidy.name for subsidy in self.resolved.scenario.subsidies]
        named = {}
        for key, value in changes.items():
            dotted = key.replace("__", ".")
            if dotted in SUBSIDY_KEYS and len(subsidies) == 1:
                dotted = f"subsidies.{subsidies[0]}.{dotted}"
            named[dotted] = str(value).lower() if isinstance(value, bool) else str(value)
        changed = Scenario(self.source, {**self.overrides, **named})
        _ = changed.resolved
        return changed

    def _repr_html_(self) -> str:
        """Return the scenario as a table for a notebook."""
        frame = self.to_frame()
        return f"<h4>{self.resolved.scenario.title}</h4>{frame.to_html(index=False)}"

    def to_frame(self) -> pd.DataFrame:
        """Return key, value and origin of everything the scenario says."""
        import pandas as pd

        entries, origins = self.resolved.entries, self.resolved.origins
        rows = [(key, str(entries[key].value), origins[key]) for key in sorted(origins) if key in entries]
        return pd.DataFrame(rows, columns=["key", "value", "from"])


@dataclass(frozen=True)
class Comparison:
    """A finished comparison of two scenarios on shared draws; every figure comes with its interval."""

    finished: Finished

    def __repr__(self) -> str:
        """Return what was compared, with what status and where it is kept, on three short lines."""
        head = self.finished.headline
        failed = f", {len(self.finished.failed)} failed" if self.finished.failed else ""
        what = f"{head.policy} against {head.baseline}: {head.horizon} months, {len(head.seeds)} seed(s){failed}"
        lines = filter(None, (what, head.caution, self.folder.as_posix()))
        return "<Comparison of " + "\n ".join(lines) + ">"

    @property
    def folder(self) -> Path:
        """The run folder."""
        return self.finished.folder

    @property
    def report(self) -> Path:
        """The report."""
        return self.folder / "report.html"

    @property
    def status(self) -> str:
        """What must be said beside every figure, such as `not calibrated`."""
        return self.finished.headline.caution

    def summary(self) -> Headline:
        """Return the comparison with all its tables."""
        return self.finished.headline

    def headline(self) -> pd.DataFrame:
        """Return the figures of the comparison: name, label, unit, mean, percentiles, Monte Carlo error."""
        import pandas as pd

        head = self.finished.headline
        rows = [
            {"figure": name, "label": metric.label, "unit": metric.unit, **head.stats[name].as_dict()}
            for name, metric in head.metrics.items()
        ]
        return pd.DataFrame(rows)

    def compare(self, measure: str, by: str = "region") -> pd.DataFrame:
        """Return the difference of a measure by month: mean, percentiles and Monte Carlo error over seeds.

        Parameters
        ----------
        measure : str
            A registered measure, such as `employed`, `in_work` or `unemployed`.
        by : str
            `region`, `area` (area groups), `place`, or a dimension that the measure is given by, such as `age_band`.

        Raises
        ------
        KeyError
            If the measure or the dimension is unknown.
        """
        from experiments.differences import difference_by

        return difference_by(self.pairs, self.finished.headline.geography, measure, by)

    @cached_property
    def pairs(self) -> list[PairedSeed]:
        """Both arms of every seed."""
        from experiments.run_folder import pairs_of

        return pairs_of(self.folder)

    def appraise(self, **choices: Any) -> Appraisal:
        """Return what it is worth, to whom and when, by the choices of `results.appraisal_terms.Choices`.

        Raises
        ------
        results.appraisal_terms.AppraisalError
            If a choice cannot be.
        """
        from results.appraisal import appraise
        from results.appraisal_terms import Choices

        return appraise(self.pairs, self.finished.headline.geography, Choices(**choices))

    def explain(self) -> pd.DataFrame:
        """Return the chain from eligible residents to pounds."""
        from results.explain import chain_table

        return chain_table(self.finished.headline)

    def to_frame(self, table: str = "monthly", **where: Any) -> pd.DataFrame:
        """Return a tidy table of the run folder: `monthly`, `effects` or `summary`, filtered by column values."""
        from results.store import read_table

        return read_table(self.folder, table, **where)

    def to_excel(self, path: str | Path) -> Path:
        """Copy the run's workbook to a file that is not there yet and return its path.

        Raises
        ------
        FileExistsError
            If there is such a file.
        """
        target = Path(path)
        with target.open("xb") as file:
            file.write((self.folder / "workbook.xlsx").read_bytes())
        return target

    def _repr_html_(self) -> str:
        """Return the headline as a table for a notebook, with its status."""
        from html import escape

        from results.display import metric_text

        head = self.finished.headline
        rows = "".join(
            f"<tr><td>{escape(metric.label)}</td><td>{escape(metric_text(metric, head.stats[name]))}</td>"
            f"<td>{escape(metric.unit)}</td></tr>"
            for name, metric in head.metrics.items()
        )
        caption = escape(f"{head.title}: mean and 90% interval. {head.caution}. {head.changed_words}".rstrip())
        head_row = "<tr><th>figure</th><th>mean (90% interval)</th><th>unit</th></tr>"
        return f"<table><caption>{caption}</caption>{head_row}{rows}</table>"


def run(
    scenarios: Sequence[str | Scenario],
    *,
    seeds: int | None = None,
    seed: int = 1,
    draws: int | None = None,
    draw: int | Sequence[int] | None = None,
    sample: int = 1,
    start: str | None = None,
    months: int | None = None,
    threads: int | None = None,
    workers: int | None = None,
    out: str | Path = "runs",
    event_log: bool = False,
    events: Events | None = None,
) -> Comparison:
    """Run two scenarios on shared draws, the first as the baseline, and return their comparison.

    What is finished is not repeated; a run that was stopped goes on where it was.

    Parameters
    ----------
    scenarios : Sequence[str or Scenario]
        The baseline and the alternative; names, files or loaded scenarios.
    seeds : int or None
        Number of seeds: 8 by default; where draws are asked for, of each draw, which else has one.
    seed : int
        The first seed.
    draws : int or None
        Draws 1 to so many of the posterior; by default one a seed, where the region has a posterior.
    draw : int or sequence of int or None
        Exactly these draws; 0 is the evidence's own values, which are not calibrated.
    sample : int
        1 for every resident, k for one in k.
    start : str or None
        Month in which the policy begins, YYYY-MM; as the scenario says where None.
    months : int or None
        Months of both arms; as the scenario says where None.
    threads, workers : int or None
        Means; results do not depend on them.
    out : str or Path
        Folder under which run folders are made.
    event_log : bool
        Keep every change of a payment in the run folder's `events`, as docs/events.md describes it.
    events : Events or None
        Who hears of progress.

    Raises
    ------
    experiments.errors.RunError
        If it cannot start, was interrupted, or no run succeeded.
    """
    from experiments.errors import InvalidRequest

    if isinstance(scenarios, str) or len(scenarios) != 2:
        raise InvalidRequest("Give two scenarios, the baseline first: run(['baseline', 'kickstart']).")
    first, second = (s if isinstance(s, Scenario) else Scenario(str(s)) for s in scenarios)
    request = Request(
        second.source,
        against=first.source,
        n_seeds=seeds,
        seed=seed,
        n_draws=draws,
        draws=(draw,) if isinstance(draw, int) else None if draw is None else tuple(draw),
        sample=sample,
        start=start,
        months=months,
        overrides=second.overrides,
        against_overrides=first.overrides,
        threads=threads,
        workers=workers,
        out=Path(out),
        event_log=event_log,
    )
    return Comparison(run_paired(request, events))


def database(out: str | Path = "runs") -> DuckDBPyConnection:
    """Return every finished run under a folder as a DuckDB database in memory; nothing is copied.

    `runs` has a row a run, with `is_current` for those of these sources; `monthly`, `effects`, `summary` and
    `services` hold the rows of all of them, with a column `run`.

    Parameters
    ----------
    out : str or Path
        Folder under which run folders are kept.

    Raises
    ------
    results.store.StoreError
        If no run there is finished.
    """
    from experiments.version import source_hash
    from results.views import database as views

    return views(Path(out), source_hash())


def taxben(households: pd.DataFrame, year: str = "2025/26", *, per: str = "year") -> pd.DataFrame:
    """Return tax and benefits of households, part by part, in pounds: one row a household in the order given.

    Parameters
    ----------
    households : DataFrame
        Columns as `workability taxben --template` prints them.
    year : str
        Financial year of the rates; later ones than are held are extrapolated, and column `rules` says so.
    per : str
        `year` or `month`.

    Raises
    ------
    experiments.errors.RunError
        If a household cannot exist, a cell cannot be read, or no rates are known for the year.
    """
    from experiments.errors import InvalidRequest
    from experiments.taxben import assess, assess_monthly

    if per not in ("year", "month"):
        raise InvalidRequest(f"per={per!r} is neither 'year' nor 'month'. Write one of the two.")
    return assess(households, year) if per == "year" else assess_monthly(households, year)
