"""Compiled code: what counts is what this checkout compiled itself."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from numba.core.caching import UserProvidedCacheLocator

import simulation.compiling
from experiments import folders
from experiments.version import ROOT


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder in which numba would keep compiled code."""
    monkeypatch.setattr(simulation.compiling._config, "CACHE_DIR", str(tmp_path))
    return tmp_path


def compile_all(kept: Path, checkout: Path) -> list[Path]:
    """Leave the files that numba would for the kernels that every run uses."""
    written = []
    for source in folders.EVERY_RUN_USES:
        path = checkout / source
        folder = kept / UserProvidedCacheLocator.get_suitable_cache_subpath(str(path))
        folder.mkdir(exist_ok=True)
        for ending in ("nbi", "1.nbc"):
            written.append(folder / f"{path.stem}.kernel-1.py311.{ending}")
            written[-1].write_bytes(b"code")
    return written


def test_every_run_uses_kernels_that_are_there() -> None:
    for source in folders.EVERY_RUN_USES:
        assert "@kernel" in (ROOT / source).read_text(encoding="utf-8")


def test_what_another_checkout_compiled_does_not_count(kept: Path, tmp_path: Path) -> None:
    compile_all(kept, tmp_path / "another" / "checkout")
    assert not folders.is_compiled()
    assert folders.compiled_code() == frozenset()
    compile_all(kept, ROOT)
    assert folders.is_compiled()


def test_half_of_the_kernels_is_not_compiled(kept: Path) -> None:
    for path in compile_all(kept, ROOT)[-2:]:
        path.unlink()
    assert not folders.is_compiled()


def test_compiling_one_more_kernel_or_one_anew_shows(kept: Path) -> None:
    code = [path for path in compile_all(kept, ROOT) if path.suffix == ".nbc"]
    before = folders.compiled_code()
    assert len(before) == len(code)
    os.utime(code[0], ns=(0, 1))
    assert folders.compiled_code() != before


def test_numba_keeps_code_where_it_is_looked_for() -> None:
    from simulation.monthly_pass import monthly_pass

    folder = folders._own_folder(ROOT / "simulation" / "monthly_pass.py")
    assert Path(monthly_pass._cache.cache_path) == folder
