"""Check the length of files and functions, and that no file names a folder of somebody's machine."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("evidence", "scenarios", "simulation", "results", "experiments", "calibration", "workability")
CODE = (*PACKAGES, "tools", "benchmarks")
MAX_FILE_LINES, MAX_FUNCTION_LINES = 400, 80
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:home|root|Users|work)/\w")
UNFINISHED = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")
TEXT = {".py", ".md", ".toml", ".yaml", ".yml", ".csv", ".j2", ".html", ".css"}


def long_parts(path: Path) -> list[str]:
    """Return a line for each breach of the length rules in one Python file."""
    text = path.read_text(encoding="utf-8")
    name = path.relative_to(ROOT)
    n_lines = text.count("\n")
    found = [f"{name}: {n_lines} lines; split it ({MAX_FILE_LINES} at most)"] if n_lines > MAX_FILE_LINES else []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > MAX_FUNCTION_LINES:
                found.append(f"{name}:{node.lineno}: {node.name} has {length} lines ({MAX_FUNCTION_LINES} at most)")
    return found


def unfit_words(path: Path) -> list[str]:
    """Return a line for each machine path or mark of unfinished work in one text file."""
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if MACHINE_PATH.search(line) or UNFINISHED.search(line):
            found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}")
    return found


def main() -> int:
    """Print every breach; return 1 if there is one."""
    found: list[str] = []
    for folder in CODE:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix == ".py":
                found += long_parts(path)
            if path.suffix in TEXT and path != Path(__file__).resolve():
                found += unfit_words(path)
    print("\n".join(found) if found else "House rules: every file and function is short enough.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
