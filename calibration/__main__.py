"""What fills a region's `fitted` folder: `python -m calibration REGION [MONTHS]`; other tables of it by an option."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import evidence
from calibration import backcast, replications
from calibration.fitted import fit_region, measure_region, write, write_targets


def main(words: Sequence[str] | None = None) -> None:
    """Fit and write a region's levels, or measure and write the table of the model against its targets."""
    parser = argparse.ArgumentParser(prog="python -m calibration", description=main.__doc__)
    parser.add_argument("region", nargs="?", default="cheshire-merseyside", help="folder under evidence/regions")
    parser.add_argument("months", nargs="?", type=int, default=360, help="months of the controlled run of the levels")
    parser.add_argument("--targets", action="store_true", help="measure the model against the region's targets instead")
    parser.add_argument("--replications", action="store_true", help="run published evaluations again instead")
    parser.add_argument("--backcast", action="store_true", help="run from a past year to now instead")
    parser.add_argument("--sample", type=int, default=20, help="one resident in so many, for the two last")
    parser.add_argument("--draws", type=int, help="draws of the posterior, for the two last; 0 for the evidence's own")
    parser.add_argument("--threads", type=int, default=2, help="threads; results do not depend on it")
    asked = parser.parse_args(words)
    root = Path(evidence.__file__).parent
    folder = root / "regions" / asked.region
    if asked.targets:
        written = write_targets(folder, *measure_region(asked.region, threads=asked.threads))
    elif asked.replications:
        n = 20 if asked.draws is None else asked.draws
        request = replications.Request(region=asked.region, n_draws=n, sample=asked.sample, threads=asked.threads)
        table = replications.replicate(request, print)
        written = replications.write(folder, table)
    elif asked.backcast:
        n = 10 if asked.draws is None else asked.draws
        table = backcast.back_cast(asked.region, sample=asked.sample, n_draws=n, threads=asked.threads, progress=print)
        print(backcast.summary(table).round(2).to_string(index=False))
        written = backcast.write(folder, table)
    else:
        written = write(folder, fit_region(asked.region, months=asked.months, threads=asked.threads))
    print(written.relative_to(root.parent).as_posix())


if __name__ == "__main__":
    main()
