"""How kernels are compiled: one place for the options.

`kernel` compiles without reference counting of arrays: nothing a kernel is given can vanish while it runs,
and counting every array of a named tuple at every call of a helper made the pass 30 times slower. The price
is that a kernel may not allocate; working arrays are arguments.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numba
from platformdirs import user_cache_path

# numba's annotations know neither its settings nor `_nrt`
_config: Any = numba.config
_njit: Any = numba.njit


def _cache_folder() -> Path:
    """Return the folder of compiled code, one for each state of the sources.

    Numba's own check sees only the file of a kernel, not the files it calls into, and would go on using
    code compiled from an older helper. Files without kernels whose numbers kernels use say so in a comment.
    """
    here = Path(__file__).parent
    texts = [path.read_bytes() for path in sorted(here.rglob("*.py"))]
    compiled = [text for text in texts if b"simulation.compiling" in text or b"# constants of kernels" in text]
    compiled.append((here.parent / "scenarios" / "vocabulary.py").read_bytes())
    content = hashlib.sha256(b"".join(compiled)).hexdigest()[:16]
    base = Path(_config.CACHE_DIR) if _config.CACHE_DIR else user_cache_path("workability") / "compiled"
    return base / content


_config.CACHE_DIR = str(_cache_folder())

kernel = _njit(cache=True, nogil=True, error_model="numpy", _nrt=False)
inlined = _njit(cache=True, inline="always", error_model="numpy", _nrt=False)
"""Helpers that take named tuples, pasted into their callers: passing hundreds of fields costs more than the work."""
scalar = _njit(cache=True, inline="always", error_model="numpy")
"""Helpers of scalars, pasted into their callers."""
rule = _njit(cache=True, error_model="numpy", _nrt=False)
"""Rules of law: compiled once each and called, because pasted everywhere they took minutes to compile."""
