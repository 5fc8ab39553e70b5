"""Fill the documentation's tables and its register of assumptions: `python tools/odd_tables.py`, or `--check`."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from experiments.assumptions import region_register  # noqa: E402  the packages lie beside this folder
from results.odd_tables import REGION, OddError, filled, names_in  # noqa: E402
from results.store import csv_text  # noqa: E402


def main(words: list[str]) -> int:
    """Write what is stale, with --check only name it; return 1 if there is something to mend."""
    made = {ROOT / "docs" / "assumptions.csv": csv_text(region_register(REGION))}
    for path in sorted((ROOT / "docs").glob("*.md")):
        text = path.read_text(encoding="utf-8")
        try:
            made |= {path: filled(text, path.name)} if names_in(text) else {}
        except OddError as error:
            print(error)
            return 1
    stale = [path for path, text in made.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    if "--check" not in words:
        for path in stale:
            path.write_text(made[path], encoding="utf-8")
    if not stale:
        print("Tables of the documentation: up to date.")
        return 0
    done = "stale; run python tools/odd_tables.py" if "--check" in words else "written"
    print(f"Tables of {', '.join(path.name for path in stale)}: {done}.")
    return 1 if "--check" in words else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
