"""Fill the tables of the documentation's pages from code and evidence: `python tools/odd_tables.py`, or `--check`."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from results.odd_tables import OddError, filled, names_in  # noqa: E402  the packages lie beside this folder


def main(words: list[str]) -> int:
    """Write every page whose tables are stale, with --check only name them; return 1 if there is something to mend."""
    stale = []
    for path in sorted((ROOT / "docs").glob("*.md")):
        text = path.read_text(encoding="utf-8")
        if not names_in(text):
            continue
        try:
            made = filled(text, path.name)
        except OddError as error:
            print(error)
            return 1
        if made != text:
            stale.append(path.name)
            if "--check" not in words:
                path.write_text(made, encoding="utf-8")
    if not stale:
        print("Tables of the documentation: up to date.")
        return 0
    done = "stale; run python tools/odd_tables.py" if "--check" in words else "written"
    print(f"Tables of {', '.join(stale)}: {done}.")
    return 1 if "--check" in words else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
