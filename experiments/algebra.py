"""Linear algebra on one thread: the same sums in the same order on any machine.

The matrices of this project are small: threads of theirs would wait for each other more than they work.
"""

from __future__ import annotations

import os

VARIABLES = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
"""What the libraries under NumPy and SciPy read when they are loaded."""


def one_thread_of_algebra() -> None:
    """Keep linear algebra to one thread unless the user chose otherwise; call it before NumPy is imported."""
    for name in VARIABLES:
        os.environ.setdefault(name, "1")
