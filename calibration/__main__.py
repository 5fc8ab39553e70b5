"""What fills a region's `fitted` folder: `python -m calibration REGION [MONTHS]`, and the same with `--targets`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import evidence
from calibration.fitted import fit_region, measure_region, write, write_targets


def main(words: Sequence[str] | None = None) -> None:
    """Fit and write a region's levels, or measure and write the table of the model against its targets."""
    parser = argparse.ArgumentParser(prog="python -m calibration", description=main.__doc__)
    parser.add_argument("region", nargs="?", default="cheshire-merseyside", help="folder under evidence/regions")
    parser.add_argument("months", nargs="?", type=int, default=360, help="months of the controlled run of the levels")
    parser.add_argument("--targets", action="store_true", help="measure the model against the region's targets instead")
    parser.add_argument("--threads", type=int, default=2, help="threads; results do not depend on it")
    asked = parser.parse_args(words)
    root = Path(evidence.__file__).parent
    folder = root / "regions" / asked.region
    if asked.targets:
        written = write_targets(folder, *measure_region(asked.region, threads=asked.threads))
    else:
        written = write(folder, fit_region(asked.region, months=asked.months, threads=asked.threads))
    print(written.relative_to(root.parent).as_posix())


if __name__ == "__main__":
    main()
