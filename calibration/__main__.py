"""Fit a region's levels and write them: `python -m calibration REGION [MONTHS]`."""

from __future__ import annotations

import sys
from pathlib import Path

import evidence
from calibration.fitted import fit_region, write

if __name__ == "__main__":
    region = sys.argv[1] if len(sys.argv) > 1 else "cheshire-merseyside"
    months = int(sys.argv[2]) if len(sys.argv) > 2 else 360
    folder = Path(evidence.__file__).parent / "regions" / region
    print(write(folder, fit_region(region, months=months)).relative_to(folder.parent.parent.parent))
