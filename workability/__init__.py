"""The face of Workability: the notebook interface, with the same names as YAML and the command line.

    import workability as w
    w.run(["baseline", "kickstart"], seeds=3, sample=50).compare("employed", by="place")

Nothing heavy is imported until it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.algebra import one_thread_of_algebra
from experiments.folders import keep_compiled_code
from experiments.version import __version__

if TYPE_CHECKING:
    from workability.notebook import Comparison, Scenario, database, run, taxben

keep_compiled_code()
one_thread_of_algebra()

__all__ = ["Comparison", "Scenario", "__version__", "database", "run", "taxben"]


def __getattr__(name: str) -> object:
    """Return a part of the notebook interface, imported when it is first asked for."""
    if name in __all__:
        from workability import notebook

        return getattr(notebook, name)
    raise AttributeError(f"module 'workability' has no attribute '{name}'; it offers {', '.join(__all__)}")


def __dir__() -> list[str]:
    """Return the names of the notebook interface."""
    return sorted(__all__)
