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
from llvmlite import ir
from numba import extending
from numba.core import cgutils
from numba.np.arrayobj import make_array
from platformdirs import user_cache_path

# numba's annotations know neither its settings nor `_nrt`, nor what extends it
_config: Any = numba.config
_njit: Any = numba.njit
_intrinsic: Any = extending.intrinsic
_utils: Any = cgutils
_array: Any = make_array


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


@_intrinsic
def ask_ahead(context: Any, arrays: Any, row: Any) -> Any:
    """Ask the memory for the first items of a row of some arrays, which a kernel will need soon, without waiting.

    It changes no value and may name a row beyond the end. A pass over few of many rows waits for memory most of its
    time otherwise: their order is known, but not to the processor.
    """

    def generate(target: Any, builder: Any, signature: Any, given: Any) -> Any:
        place = target.cast(builder, given[1], signature.args[1], numba.types.intp)
        flag = ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [_utils.voidptr_t, flag, flag, flag])
        asked = builder.module.declare_intrinsic("llvm.prefetch", [_utils.voidptr_t], kind)
        for one, array in zip(_utils.unpack_tuple(builder, given[0]), signature.args[0].types, strict=True):
            held = _array(array)(target, builder, one)
            stride = _utils.unpack_tuple(builder, held.strides)[0]
            address = builder.gep(builder.bitcast(held.data, _utils.voidptr_t), [builder.mul(place, stride)])
            builder.call(asked, [address, flag(0), flag(3), flag(1)])  # to read, to keep in every cache, data
        return target.get_dummy_value()

    return numba.types.void(arrays, row), generate
