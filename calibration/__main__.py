"""What fills a region's `fitted` folder: `python -m calibration REGION [MONTHS]`; other tables of it by an option."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import evidence
from calibration import backcast, cross_check, fresh_seeds, recovery, replications
from calibration.fitted import fit_region, measure_region, write, write_targets
from calibration.shipped_bank import shipped_bank
from evidence.errors import EvidenceError
from experiments.errors import RunError
from experiments.events import Events

MISSING = 4
"""Exit code where the evidence is not there or cannot be used."""


class Lines(Events):
    """Tells what goes on in lines on standard error."""

    def __init__(self) -> None:
        self._n, self._done = 0, 0

    def stage(self, text: str) -> None:
        """Tell of a stage."""
        print(text, file=sys.stderr, flush=True)

    def begin(self, n_tasks: int, n_done: int) -> None:
        """Count from what is kept."""
        self._n, self._done = n_tasks, n_done

    def finished(self, name: str, seconds: float) -> None:
        """Tell how many batches are done."""
        self._done += 1
        print(f"  {self._done} of {self._n} batches, this one in {seconds:.0f} s", file=sys.stderr, flush=True)


def parser() -> argparse.ArgumentParser:
    """Return what is understood."""
    made = argparse.ArgumentParser(prog="python -m calibration", description=main.__doc__)
    made.add_argument("region", nargs="?", default="cheshire-merseyside", help="folder under evidence/regions")
    made.add_argument("months", nargs="?", type=int, default=360, help="months of the controlled run of the levels")
    made.add_argument("--targets", action="store_true", help="measure the model against the region's targets instead")
    made.add_argument("--replications", action="store_true", help="run published evaluations again instead")
    made.add_argument("--backcast", action="store_true", help="run from a past year to now instead")
    made.add_argument("--recovery", action="store_true", help="fit synthetic truths again on the shipped bank instead")
    made.add_argument(
        "--cross-check",
        action="store_true",
        help="find the posterior again by another method (needs pyabc) instead",
    )
    made.add_argument("--fresh-seeds", action="store_true", help="run shipped draws once more on fresh seeds instead")
    made.add_argument("--checks", action="store_true", help="the three last, one after the other, instead")
    made.add_argument("--sample", type=int, default=20, help="one resident in so many, for the second and third")
    made.add_argument("--draws", type=int, help="draws of the posterior, for the same; 0 for the evidence's own")
    made.add_argument("--threads", type=int, default=2, help="threads or processes; results do not depend on it")
    return made


def checks(asked: argparse.Namespace, folder: Path) -> list[Path]:
    """Make the checks of a shipped fit that were asked for; return the files.

    Parameters
    ----------
    asked : what was asked.
    folder : the region's folder.
    """
    heard, written = Lines(), []
    if asked.recovery or asked.checks:
        found = recovery.recover_shipped(shipped_bank(asked.region), workers=asked.threads, heard=heard)
        written += recovery.write(folder, *found)
    if asked.fresh_seeds or asked.checks:
        losses = fresh_seeds.fresh_losses(asked.region, workers=asked.threads, heard=heard)
        written.append(fresh_seeds.write(folder, losses))
    if asked.cross_check or asked.checks:
        table = cross_check.cross_check(shipped_bank(asked.region), workers=asked.threads, heard=heard)
        written.append(cross_check.write(folder, table))
    return written


def main(words: Sequence[str] | None = None) -> None:
    """Fit and write a region's levels, or by an option another table of its `fitted` folder."""
    asked = parser().parse_args(words)
    root = Path(evidence.__file__).parent
    folder = root / "regions" / asked.region
    try:
        if asked.recovery or asked.cross_check or asked.fresh_seeds or asked.checks:
            written = checks(asked, folder)
        else:
            written = [table_of(asked, folder)]
    except RunError as error:
        print(f"Error: {error}", file=sys.stderr)
        raise SystemExit(error.exit_code) from None
    except EvidenceError as error:
        print(f"Error: {error}", file=sys.stderr)
        raise SystemExit(MISSING) from None
    for path in written:
        print(path.relative_to(root.parent).as_posix())


def table_of(asked: argparse.Namespace, folder: Path) -> Path:
    """Make one table of the folder, or the levels; return the file.

    Parameters
    ----------
    asked : what was asked.
    folder : the region's folder.
    """
    if asked.targets:
        return write_targets(folder, *measure_region(asked.region, threads=asked.threads))
    if asked.replications:
        n = 20 if asked.draws is None else asked.draws
        request = replications.Request(region=asked.region, n_draws=n, sample=asked.sample, threads=asked.threads)
        table = replications.replicate(request, print)
        return replications.write(folder, table)
    if asked.backcast:
        n = 10 if asked.draws is None else asked.draws
        table = backcast.back_cast(asked.region, sample=asked.sample, n_draws=n, threads=asked.threads, progress=print)
        print(backcast.summary(table).round(2).to_string(index=False))
        return backcast.write(folder, table)
    return write(folder, fit_region(asked.region, months=asked.months, threads=asked.threads))


if __name__ == "__main__":
    main()
